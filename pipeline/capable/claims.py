"""What is checked of a page: each statement and heading as it will be printed, with what stands above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.draft import Draft, DraftStatement
from pipeline.labels import labels_for
from pipeline.tables import BETWEEN
from pipeline.verification import Recording, finding

HEADING = "(heading) "


@dataclass(frozen=True, slots=True)
class Claim:
    """Something printed that is checked: a statement, or a heading over the lines of all that stands under it.

    `row` shows it without its number, `above` are the ids and rows of what stands over it on the page (0: no claim).
    """

    id: int
    lines: tuple[int, ...]
    row: str
    above: tuple[tuple[int, str], ...]
    depth: int = 0


def claims_of(draft: Draft, recording: Recording) -> Iterator[Claim]:
    """Everything in a numbered draft that will be printed and says something of the recording, in reading order."""
    before: tuple[tuple[int, str], ...] = ()  # what a reader knows from sections that are not checked
    for name, groups in draft.sections.items():
        title = (0, f"== {draft.titles.get(name) or labels_for('en').heading(name)}")
        if not any(s.id for g in groups for s in g.statements):  # they say nothing of the recording
            rows = tuple((0, f"- {s.text}") for g in groups for s in g.statements)
            before = (*before, title, *rows) if rows else before
            continue
        for group in groups:
            above = (*before, title)
            if group.heading:
                row = f"{HEADING}{group.heading}"
                under = {n for s in group.statements for d in s.flat() for n in d.lines}
                yield Claim(group.id, tuple(sorted(under)), row, above)
                above = (*above, (group.id, row))
            for statement in group.statements:
                row = _row(statement, recording)
                yield Claim(statement.id, statement.lines, row, above)
                over = (*above, (statement.id, row))
                if statement.columns:
                    over = (*over, (0, f"   columns of {statement.id}: {BETWEEN.join(statement.columns)}"))
                for detail in statement.details:
                    yield Claim(detail.id, detail.lines, _row(detail, recording), over, 1)


def _row(statement: DraftStatement, recording: Recording) -> str:
    suspicion = finding(statement.text, recording)
    hint = f"  (a program's hint, no verdict: {suspicion})" if suspicion else ""
    return statement.labelled + hint
