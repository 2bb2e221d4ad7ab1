"""What is checked of a page: each statement and title as it will be printed, and the rows that show them to a model."""

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

_MOST_ELSEWHERE = 12  # lines of other parts that a claim is shown with


@dataclass(frozen=True, slots=True)
class Claim:
    """Something printed that is checked: a statement, or a title over the lines of all that stands under it.

    `row` shows it without its number, `above` are the ids and rows of what stands over it on the page (0: no claim).
    A title is that of a part, a heading, or the headings of a table's columns: it cites no lines of its own.
    """

    id: int
    lines: tuple[int, ...]
    row: str
    above: tuple[tuple[int, str], ...]
    depth: int = 0
    is_title: bool = False


def claims_of(draft: Draft, recording: Recording) -> Iterator[Claim]:
    """Everything in a numbered draft that will be printed and says something of the recording, in reading order."""
    before: tuple[tuple[int, str], ...] = ()  # what a reader knows from sections that are not checked
    for name, groups in draft.sections.items():
        title = (0, f"== {draft.titles[name]}")
        if not any(s.id for g in groups for s in g.statements):  # they say nothing of the recording
            rows = tuple((0, f"- {s.text}") for g in groups for s in g.statements)
            before = (*before, title, *rows) if rows else before
            continue
        for part_id, of_part in groupby(groups, key=lambda g: g.part_id):
            part_groups, above = list(of_part), (*before, title)
            if part_id:
                row = f"(part) {part_groups[0].part}"
                yield Claim(part_id, lines_of(s for g in part_groups for s in g.statements), row, above, is_title=True)
                above = (*above, (part_id, row))
            for group in part_groups:
                yield from _claims_of_group(group, above, recording)


def _claims_of_group(group: DraftGroup, above: tuple[tuple[int, str], ...], recording: Recording) -> Iterator[Claim]:
    if group.heading:
        row = f"(heading) {group.heading}"
        yield Claim(group.id, lines_of(group.statements), row, above, is_title=True)
        above = (*above, (group.id, row))
    yield from _claims_of_statements(group.statements, above, recording)


def _claims_of_statements(
    statements: Sequence[DraftStatement], above: tuple[tuple[int, str], ...], recording: Recording, depth: int = 0
) -> Iterator[Claim]:
    for statement in statements:
        above_nested = above
        if not statement.bare:
            row = _row(statement, recording)
            yield Claim(statement.id, statement.lines, row, above, depth)
            above_nested = (*above_nested, (statement.id, f"{'   ' * depth}{row}"))
        if statement.columns_id and not depth:  # tables stand right below the points of a heading
            row = f"(columns) {row_of(statement.columns)}"
            yield Claim(statement.columns_id, lines_of(statement.details), row, above_nested, 1, is_title=True)
            above_nested = (*above_nested, (statement.columns_id, f"   {row}"))
        yield from _claims_of_statements(statement.details, above_nested, recording, depth + 1)


def _row(statement: DraftStatement, recording: Recording) -> str:
    suspicion = finding(statement.text, recording)
    hint = f"  (a program's hint, no verdict: {suspicion})" if suspicion else ""
    return statement.labelled + hint


def rows_of(claims: Sequence[Claim], chunk: Chunk, job: Job) -> Iterator[str]:
    """The claims as a model is shown them beside a chunk, with what stands above them on the page.

    Each has the numbers of its lines there; its lines of other parts are shown in full.
    """
    lines = job.prefixes.lines(chunk)
    shown_segments = {n for line in lines for n in range(line.first, line.last + 1)}
    claim_ids = {c.id for c in claims}
    rows_shown: set[str] = set()
    for claim in claims:
        for id_, row in claim.above:
            if id_ not in claim_ids and row not in rows_shown:  # checked beside another part, or not at all
                rows_shown.add(row)
                yield row
        cited = "" if claim.is_title else f" {numbers_of(claim.lines, lines)}"
        yield f"{'   ' * claim.depth}{claim.id}. {claim.row}{cited}"
        if elsewhere := [job.transcript.segment(n) for n in claim.lines if n not in shown_segments]:
            rows = shown([NumberedLine(s.id, s.id, s.speaker, s.text) for s in elsewhere[:_MOST_ELSEWHERE]])
            yield "     lines of other parts that it cites too:\n     " + rows.replace("\n", "\n     ")
