"""The differences between two documents of the same transcript, as lines for a reader."""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import Any

from pipeline.document import FORMS, StudyDocument
from pipeline.evaluation.comparing import matched
from pipeline.pages.reading import draft_of_document

_MOST = 40  # differing lines of a page that are reported


def differences(before: StudyDocument, after: StudyDocument) -> list[str]:
    """A line for each title or statement that appeared, vanished or changed, by section, then for each other field."""
    lines: list[str] = []
    rows, rows_after = _rows(before), _rows(after)
    for section in dict.fromkeys((*rows, *rows_after)):
        old, new = rows[section], rows_after[section]
        appeared, vanished, changed = matched(old, new)
        lines += [f"{section}: vanished: {text}" for text in vanished]
        lines += [f"{section}: appeared: {text}" for text in appeared]
        for was, now in changed:
            lines += [f"{section}: changed: {was}", f"{' ' * len(section)}       to: {now}"]
        if not (appeared or vanished or changed) and old != new:
            lines.append(f"{section}: the order changed")
    fields, fields_after = (_flat(d.model_dump(mode="json", exclude={*FORMS, "more"})) for d in (before, after))
    for name in sorted(fields.keys() | fields_after.keys()):
        if fields.get(name) != fields_after.get(name):
            lines.append(f"{name}: {fields.get(name, 'nothing')} became {fields_after.get(name, 'nothing')}")
    if not lines and before != after:
        lines.append(
            "the statements are the same; the quotes or times of their lines differ, or the findings of a check"
        )
    return lines


def page_differences(before: str, after: str) -> list[str]:
    """The first lines in which two pages differ, and the number of further ones."""
    rows = [
        row
        for row in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        if not row.startswith(("---", "+++", "@@"))
    ]
    more = [f"… and {len(rows) - _MOST} more lines"] if len(rows) > _MOST else []
    return [f"page: {row}" for row in rows[:_MOST]] + more


def _rows(document: StudyDocument) -> dict[str, list[str]]:
    """The titles and statements of each section in reading order, statements with the lines that they cite."""
    rows: dict[str, list[str]] = defaultdict(list)
    for section, _, printed in draft_of_document(document).printed():
        if isinstance(printed, str):
            rows[section].append(f"title “{printed}”")
            continue
        weak = "; weak" if printed.finding else ""
        where = f" [lines {', '.join(map(str, printed.lines))}{weak}]" if printed.lines else ""
        rows[section].append(f"{printed.labelled}{where}")
    return rows


def _flat(node: Any, prefix: str = "") -> dict[str, str]:
    """The leaves of nested dicts by dotted path; a list counts as one leaf."""
    if not isinstance(node, dict):
        return {prefix: str(node)}
    leaves: dict[str, str] = {}
    for name, inner in node.items():
        leaves |= _flat(inner, f"{prefix}.{name}" if prefix else name)
    return leaves
