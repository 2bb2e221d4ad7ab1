"""A statement under review as plain values for its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import SimpleNamespace

from pipeline.document import BARE, Correction
from pipeline.pages.markdown import clock, labels_of, moment_url
from pipeline.review.catalogue import Desk
from pipeline.review.state import Item
from pipeline.tables import BETWEEN

_DEEPEST = 4  # levels of nesting that are indented differently
_ALIKE = 0.5  # similarity (0 to 1) below which marking single words would say nothing


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive words; `changed` if only one of the two wordings has them."""

    text: str
    changed: bool


def view(item: Item, desk: Desk) -> SimpleNamespace:
    """A statement for its template."""
    last, labels = len(desk.transcript.segments), labels_of(desk.document)
    lines = [desk.transcript.segment(n) for n in item.lines if n <= last]
    first = lines[0] if lines else None
    start = first.start if first else None
    speakers = dict.fromkeys(name for s in lines if (name := desk.state.speaker(s.speaker)))
    before, after, reason = corrected(item.text, item.correction)
    return SimpleNamespace(
        id=item.id,
        section=item.section,
        group=item.group,
        standing=item.standing,
        outside=item.outside,
        depth=min(item.depth, _DEEPEST),
        label=item.label,
        colon="".join(labels.lead_ending(item.label)),
        text=item.text,
        columns=BETWEEN.join(item.columns),
        continues=item.continues,
        was=item.was if item.was not in ("", item.text) and item.support is None else "",
        reason=item.reason,
        reopened=item.reopened,
        mark=item.support if item.section not in BARE else None,
        own=item.support is None,
        finding=item.finding,
        before=before,
        after=after,
        why=reason,
        remarks=desk.remarks_on(item),
        lines=" ".join(map(str, item.lines)),
        shown_lines=f"{'line' if len(item.lines) == 1 else 'lines'} {spans(item.lines)}" if item.lines else "",
        speakers=labels.names(list(speakers)),
        when=clock(start) if start is not None else "",
        link=moment_url(desk.document.source.url, start),
    )


def corrected(text: str, correction: Correction | None) -> tuple[list[Part], list[Part], str]:
    """The text before and after the check, with the differences marked, and the reason for the change."""
    if correction is None:
        return [], [Part(text, False)], ""
    before, after = changed_words(correction.before, text)
    return before, after, correction.reason


def changed_words(before: str, after: str) -> tuple[list[Part], list[Part]]:
    """Both wordings as parts, in order; joined with blanks, they give the wording again.

    If the two are too different, all of the old one counts as changed and nothing of the new one.
    """
    old, new = before.split(), after.split()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [Part(" ".join(old), True)], [Part(" ".join(new), False)]
    parts_before: list[Part] = []
    parts_after: list[Part] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if a < b:
            parts_before.append(Part(" ".join(old[a:b]), kind != "equal"))
        if c < d:
            parts_after.append(Part(" ".join(new[c:d]), kind != "equal"))
    return parts_before, parts_after


def spans(lines: Sequence[int]) -> str:
    """Line numbers as people write them: "3–5, 8"."""
    ranges: list[tuple[int, int]] = []
    for n in lines:
        if ranges and n == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], n)
        else:
            ranges.append((n, n))
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges)
