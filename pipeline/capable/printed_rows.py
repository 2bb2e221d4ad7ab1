"""What a check looks at: each statement and title as it will be printed, and the rows that show them to a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.capable.job import Job
from pipeline.draft import Draft, DraftGroup, DraftStatement, lines_of
from pipeline.numbering import NumberedLine, numbers_of, shown
from pipeline.tables import row_of
from pipeline.transcript import Chunk
from pipeline.verification import Recording, finding

_MOST_ELSEWHERE = 12  # lines of other parts shown with a row


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """Something printed that is checked: a statement, or a title with the lines of everything below it.

    `text` lacks the number. `above` has ids and texts of what is above it on the page, with id 0 for what is not
    checked. A title is that of a part, a heading, or a table's column headings; it cites no lines of its own.
    """

    id: int
    lines: tuple[int, ...]
    text: str
    above: tuple[tuple[int, str], ...]
    depth: int = 0
    is_title: bool = False


def printed_rows(draft: Draft, recording: Recording) -> Iterator[PrintedRow]:
    """Everything in a numbered draft that is printed and claims something about the recording, in reading order."""
    before: tuple[tuple[int, str], ...] = ()  # what a reader knows from sections that are not checked
    for name, groups in draft.sections.items():
        title = (0, f"== {draft.titles[name]}")
        if not any(s.id for g in groups for s in g.statements):  # this section claims nothing about the recording
            rows = tuple((0, f"- {s.text}") for g in groups for s in g.statements)
            before = (*before, title, *rows) if rows else before
            continue
        for part_id, of_part in groupby(groups, key=lambda g: g.part_id):
            part_groups, above = list(of_part), (*before, title)
            if part_id:
                text = f"(part) {part_groups[0].part}"
                lines = lines_of(s for g in part_groups for s in g.statements)
                yield PrintedRow(part_id, lines, text, above, is_title=True)
                above = (*above, (part_id, text))
            for group in part_groups:
                yield from _rows_of_group(group, above, recording)


def _rows_of_group(group: DraftGroup, above: tuple[tuple[int, str], ...], recording: Recording) -> Iterator[PrintedRow]:
    if group.heading:
        text = f"(heading) {group.heading}"
        yield PrintedRow(group.id, lines_of(group.statements), text, above, is_title=True)
        above = (*above, (group.id, text))
    yield from _rows_of_statements(group.statements, above, recording)


def _rows_of_statements(
    statements: Sequence[DraftStatement], above: tuple[tuple[int, str], ...], recording: Recording, depth: int = 0
) -> Iterator[PrintedRow]:
    for statement in statements:
        above_nested = above
        if not statement.bare:
            text = _text(statement, recording)
            yield PrintedRow(statement.id, statement.lines, text, above, depth)
            above_nested = (*above_nested, (statement.id, f"{'   ' * depth}{text}"))
        if statement.columns_id and not depth:  # tables are directly below the points of a heading
            text = f"(columns) {row_of(statement.columns)}"
            yield PrintedRow(statement.columns_id, lines_of(statement.details), text, above_nested, 1, is_title=True)
            above_nested = (*above_nested, (statement.columns_id, f"   {text}"))
        yield from _rows_of_statements(statement.details, above_nested, recording, depth + 1)


def _text(statement: DraftStatement, recording: Recording) -> str:
    suspicion = finding(statement.text, recording)
    hint = f"  (a program's hint, no verdict: {suspicion})" if suspicion else ""
    return statement.labelled + hint


def shown_rows(rows: Sequence[PrintedRow], chunk: Chunk, job: Job) -> Iterator[str]:
    """The rows as shown to a model beside a chunk, with what is above them on the page.

    Each row has the numbers of its lines in the chunk; its lines from other parts are shown in full.
    """
    lines = job.prefixes.lines(chunk)
    shown_segments = {n for line in lines for n in range(line.first, line.last + 1)}
    row_ids = {row.id for row in rows}
    shown_above: set[str] = set()
    for row in rows:
        for id_, text in row.above:
            if id_ not in row_ids and text not in shown_above:  # checked beside another part, or not at all
                shown_above.add(text)
                yield text
        cited = "" if row.is_title else f" {numbers_of(row.lines, lines)}"
        yield f"{'   ' * row.depth}{row.id}. {row.text}{cited}"
        if elsewhere := [job.transcript.segment(n) for n in row.lines if n not in shown_segments]:
            others = shown([NumberedLine(s.id, s.id, s.speaker, s.text) for s in elsewhere[:_MOST_ELSEWHERE]])
            yield "     lines of other parts that it cites too:\n     " + others.replace("\n", "\n     ")
