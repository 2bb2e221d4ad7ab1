"""What an editor's answer makes of the points and items that it cites: as they stand, put elsewhere, or reworded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, get_args

from pydantic import model_validator

from pipeline.capable.rows import NumberedRows
from pipeline.draft import DraftStatement
from pipeline.llm.answers import numbers_of, with_empty
from pipeline.llm.structured import Answer
from pipeline.sections import Section
from pipeline.sections.base import Sentence, in_a_row, without_end_mark
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import Point, nested
from pipeline.tables import fills
from pipeline.text import LEADS_TO_A_LIST, words


class Composition(Answer):
    """Base of the editor's answer: where no schema is kept to, it may name a row by its number alone."""

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, given: Any) -> Any:
        """Numbers as "#3" and "4-5" are read, in place, so that what does not fit is found where it stands."""
        if isinstance(given, dict):
            given["dropped"] = _numbers(given.get("dropped") or [])
        return _as_meant(given, cls)


def _as_meant(row: Any, of: type[Answer]) -> Any:
    """A row of an answer; a bare number, or one with cites alone, has all other fields empty."""
    by_number = "cites" in of.model_fields and of is not Sentence
    if by_number and numbers_of(row):
        row = {"cites": [row]}
    if not isinstance(row, dict):
        return row
    if "cites" in row:
        row["cites"] = _numbers(row["cites"])
    if by_number and row.keys() == {"cites"}:
        row |= with_empty(row, of, of.model_fields)
    for name, field in of.model_fields.items():
        inner = next(iter(get_args(field.annotation)), None)
        if isinstance(inner, type) and issubclass(inner, Answer) and isinstance(row.get(name), list):
            row[name][:] = [_as_meant(each, inner) for each in row[name]]
    return row


def _numbers(given: Any) -> Any:
    """The numbers that these stand for, alone or in a list; anything else as it is."""
    if isinstance(given, list):
        return [n for one in given for n in numbers_of(one) or [one]]
    return numbers_of(given) or given


def statements_of(section: Section, row: Any, table: NumberedRows) -> Sequence[DraftStatement]:
    """A row of the editor's as statements: a field that is empty is as the items have it that the row cites."""
    if section.edited is None:
        return in_a_row(section.groups([row], table.lines_of, table.words))
    own = table.items[section.name]
    if section.by_number and not own:
        return ()
    cited = [table.rows[n - 1] for n in dict.fromkeys(row.cites) if n in own]
    found = section.edited(row, cited, table.lines_of, table.words)
    return once(section, found) if section is KEY_CONCEPTS else found


def once(section: Section, statements: Sequence[DraftStatement]) -> tuple[DraftStatement, ...]:
    """The statements; a term that returns stands once, and elsewhere one that says the same."""
    out: dict[str, DraftStatement] = {}
    for statement in statements:
        term = "" if section.by_number else statement.label
        out.setdefault((term or statement.in_a_line).casefold(), statement)
    return tuple(out.values())


def placed(point: Point, table: NumberedRows) -> Sequence[DraftStatement]:
    """A point as the editor words it, or the points that it cites as they stand, where he gives no text.

    Of these the first takes his lead, the last what he nests below it.
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
            kept = _kept_below(points, point.text, table)
            columns, details = columns or kept.columns, details or kept.details
        return [_with_below(reworded, columns, details)]
    if lead:
        rows[0] = replace(rows[0], label=lead)
    if details or columns:
        rows[-1] = _with_below(rows[-1], columns or rows[-1].columns, details or rows[-1].details)
    return rows


def unwritten(point: Point, table: NumberedRows) -> Iterator[DraftStatement]:
    """What stood below the points that the editor words anew, but for what stands there with every word."""
    if not point.text.strip():
        return
    said = {w for s in placed(point, table) for each in s.flat() for w in words(each.labelled)}
    for n in dict.fromkeys(point.cites):
        if 0 < n <= table.points:
            yield from (d for d in table.rows[n - 1].details if not said.issuperset(words(d.labelled)))


def _with_below(
    statement: DraftStatement, columns: tuple[str, ...], details: tuple[DraftStatement, ...]
) -> DraftStatement:
    """The statement with what is nested below it, as rows of a table where these fill its columns."""
    is_table = fills(columns, [d.text for d in details])
    details = tuple(replace(d, bound=is_table) for d in details)
    return replace(statement, details=details, columns=columns if is_table else ())


def _kept_below(points: Sequence[DraftStatement], text: str, table: NumberedRows) -> DraftStatement:
    """A statement with what is nested below these points, but for what a text takes up with every word.

    The rows of a table stay together; beside other things they stand in words.
    """
    above = [p for p in points if p.details]
    columns = above[0].columns if len({p.columns for p in above}) == 1 else ()
    said = set(words(text))
    below = [d for p in above for d in (p if columns else p.without_table(table.words.colon)).details]
    left = [d for d in below if not said.issuperset(words(d.labelled))]
    return DraftStatement("", (), details=tuple(below if columns and left else left), columns=columns)
