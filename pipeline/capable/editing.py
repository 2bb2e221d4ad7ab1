"""Turn the editor's answer into statements: the points and items that it cites, unchanged, moved or reworded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from pydantic import model_validator

from pipeline.capable.rows import NumberedRows
from pipeline.draft import DraftStatement
from pipeline.llm.answers import numbers_of, with_empty
from pipeline.llm.structured import Answer
from pipeline.sections import Section
from pipeline.sections.base import Sentence, in_a_row, without_end_mark
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import ArrangedSection, Point, nested
from pipeline.tables import fills
from pipeline.text import LEADS_TO_A_LIST, words


class Composition(Answer):
    """Base of the editor's answer. Without a schema enforced by the endpoint, a row may be just a number."""

    if TYPE_CHECKING:  # `composed_answer` adds them in order, since that is part of a call's identity
        main_points: list[ArrangedSection]
        dropped: list[int]

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, raw: Any) -> Any:
        """Read numbers such as "#3" and "4-5", in place, so that errors are reported at the right position."""
        if isinstance(raw, dict):
            raw["dropped"] = _numbers(raw.get("dropped") or [])
        return _row_as_meant(raw, cls)


def _row_as_meant(row: Any, answer_type: type[Answer]) -> Any:
    """A row of an answer. A bare number, or a row with nothing but cites, gets empty other fields."""
    by_number = "cites" in answer_type.model_fields and answer_type is not Sentence
    if by_number and numbers_of(row):
        row = {"cites": [row]}
    if not isinstance(row, dict):
        return row
    if "cites" in row:
        row["cites"] = _numbers(row["cites"])
    if by_number and row.keys() == {"cites"}:
        row |= with_empty(row, answer_type, answer_type.model_fields)
    for name, field in answer_type.model_fields.items():
        inner = next(iter(get_args(field.annotation)), None)
        if isinstance(inner, type) and issubclass(inner, Answer) and isinstance(row.get(name), list):
            row[name][:] = [_row_as_meant(inner_row, inner) for inner_row in row[name]]
    return row


def _numbers(raw: Any) -> Any:
    """The numbers meant, one or a list; anything else unchanged."""
    if isinstance(raw, list):
        return [n for number in raw for n in numbers_of(number) or [number]]
    return numbers_of(raw) or raw


def statements_of(section: Section, row: Any, table: NumberedRows) -> Sequence[DraftStatement]:
    """The statements of one of the editor's rows; its empty fields are filled from the items that it cites."""
    if section.edited is None:
        return in_a_row(section.groups([row], table.lines_of, table.labels))
    if section.by_number and not table.items[section.name]:
        return ()
    statements = section.edited(row, _items_cited(section, row, table), table.lines_of, table.labels)
    return distinct(section, statements) if section is KEY_CONCEPTS else statements


def _items_cited(section: Section, row: Any, table: NumberedRows) -> list[DraftStatement]:
    """The items of a section that one of the editor's rows cites."""
    return [table.rows[n - 1] for n in dict.fromkeys(row.cites) if n in table.items[section.name]]


def omitted_fields(section: Section, row: Any, table: NumberedRows) -> Iterator[DraftStatement]:
    """Fields of the items that a row cites that are missing from its result, such as the date of a merged task."""
    items = [s for statement in statements_of(section, row, table) for s in statement.flat()]
    words_written = {w for s in items for w in words(s.labelled)}
    for item in _items_cited(section, row, table):
        below = (d for d in item.details if d.text not in table.labels.absences)
        yield from (d for d in below if not words_written.issuperset(words(d.labelled)))


def distinct(section: Section, statements: Sequence[DraftStatement]) -> tuple[DraftStatement, ...]:
    """The statements without repeated terms or, in sections of items, without repeated texts."""
    out: dict[str, DraftStatement] = {}
    for statement in statements:
        term = "" if section.by_number else statement.label
        out.setdefault((term or statement.in_a_line).casefold(), statement)
    return tuple(out.values())


def points_of(point: Point, table: NumberedRows) -> Sequence[DraftStatement]:
    """A point in the editor's words, or, if it has no text, the points that it cites, unchanged.

    In the second case the first of these gets its lead, and the last gets what it nests.
    """
    numbers = [n for n in dict.fromkeys(point.cites) if table.has(n)]
    rows = [table.rows[n - 1] for n in numbers]
    lines, lead = table.lines_of(numbers), without_end_mark(point.lead)
    columns, details = nested(point, lambda cites: table.lines_of(cites) or lines)
    if point.text.strip():
        points = [row for n, row in zip(numbers, rows, strict=True) if n <= table.points]
        lead = lead or (points[0].label if len(points) == 1 else "")
        reworded = DraftStatement(point.text, lines, lead)
        if columns or point.text.rstrip().endswith(LEADS_TO_A_LIST):
            below_points = _kept_below(points, point.text, table)
            columns, details = columns or below_points.columns, details or below_points.details
        return [_with_below(reworded, columns, details)]
    if lead:
        rows[0] = replace(rows[0], label=lead)
    if details or columns:
        rows[-1] = _with_below(rows[-1], columns or rows[-1].columns, details or rows[-1].details)
    return rows


def omitted_details(point: Point, table: NumberedRows) -> Iterator[DraftStatement]:
    """The details of points that the editor reworded, except those whose words all appear in the result."""
    if not point.text.strip():
        return
    words_written = {w for s in points_of(point, table) for row in s.flat() for w in words(row.labelled)}
    for n in dict.fromkeys(point.cites):
        if 0 < n <= table.points:
            yield from (d for d in table.rows[n - 1].details if not words_written.issuperset(words(d.labelled)))


def _with_below(
    statement: DraftStatement, columns: tuple[str, ...], details: tuple[DraftStatement, ...]
) -> DraftStatement:
    """The statement with these details nested below it, as rows of a table if they fit its columns."""
    is_table = fills(columns, [d.text for d in details])
    details = tuple(replace(d, bound=is_table) for d in details)
    return replace(statement, details=details, columns=columns if is_table else ())


def _kept_below(points: Sequence[DraftStatement], text: str, table: NumberedRows) -> DraftStatement:
    """A statement with the details of these points, except those whose words all appear in the text.

    The rows of one table stay together; if other details are among them, they become words.
    """
    above = [p for p in points if p.details]
    columns = above[0].columns if len({p.columns for p in above}) == 1 else ()
    words_written = set(words(text))
    below = [d for p in above for d in (p if columns else p.without_table(table.labels.colon)).details]
    remaining = [d for d in below if not words_written.issuperset(words(d.labelled))]
    return DraftStatement("", (), details=tuple(below if columns and remaining else remaining), columns=columns)
