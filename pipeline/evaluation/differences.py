"""What is different between two documents of the same transcript, as lines that a reader can judge."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.document import FORMS, Detail, Evidence, OutlineSection, StudyDocument, with_parts
from pipeline.evaluation.comparing import matched


def differences(before: StudyDocument, after: StudyDocument) -> list[str]:
    """A line for each statement that appeared, vanished or changed, by section, then for every other field."""
    lines: list[str] = []
    parts, parts_after = ({s.name: s for s in d.outline()} for d in (before, after))
    for section in dict.fromkeys((*parts, *parts_after)):
        old, new = list(_rows(parts.get(section))), list(_rows(parts_after.get(section)))
        appeared, vanished, changed = matched(old, new)
        lines += [f"{section}: vanished: {text}" for text in vanished]
        lines += [f"{section}: appeared: {text}" for text in appeared]
        for was, now in changed:
            lines += [f"{section}: changed: {was}", f"{' ' * len(section)}       to: {now}"]
        if not (appeared or vanished or changed) and old != new:
            lines.append(f"{section}: the order changed")
    first, second = (_flat(d.model_dump(mode="json", exclude={*FORMS, "more"})) for d in (before, after))
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            lines.append(f"{name}: {first.get(name, 'nothing')} became {second.get(name, 'nothing')}")
    if not lines and before != after:
        lines.append("the same statements; quotes or times of their lines differ, or what a check said of them")
    return lines


def page_differences(before: str, after: str, *, most: int = 40) -> list[str]:
    """The lines in which two pages differ, at most so many."""
    rows = [
        row
        for row in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        if not row.startswith(("---", "+++", "@@"))
    ]
    more = [f"… and {len(rows) - most} lines more"] if len(rows) > most else []
    return [f"page: {row}" for row in rows[:most]] + more


def _rows(section: OutlineSection | None) -> Iterator[str]:
    content = section.content if section else ()
    match section.form if section else None:
        case "phrases":
            yield from (p.text for p in content)
        case "points":
            for part, point in with_parts(content):
                yield from (f"part “{part}”",) if part else ()
                yield f"heading “{point.heading}”"
                yield from _details(point.details)
        case "terms":
            yield from (f"{c.term}: {c.definition}{_where(c.evidence, c.support)}" for c in content)
        case "items":
            yield from _details(content)
        case "prose":
            yield from (f"{s.text}{_where(s.evidence, s.support)}" for s in content)


def _details(details: Sequence[Detail]) -> Iterator[str]:
    for d in details:
        lead = f"{d.lead}: " if d.lead else ""
        if not d.bare:
            yield f"{lead}{d.text}{_where(d.evidence, d.support)}"
        yield from _details(d.details)


def _where(evidence: Sequence[Evidence], support: str) -> str:
    lines = ", ".join(str(e.segment) for e in evidence)
    weak = "; weak" if support == "weak" else ""
    return f" [lines {lines}{weak}]" if lines else ""


def _flat(node: Any, prefix: str = "") -> dict[str, str]:
    """Leaves by their path; lists as a whole count as leaves."""
    if not isinstance(node, dict):
        return {prefix: str(node)}
    out: dict[str, str] = {}
    for name, inner in node.items():
        out |= _flat(inner, f"{prefix}.{name}" if prefix else name)
    return out
