r"""Rows of a table as statements: a text per row, its cells separated by " | ", bars inside a cell written "\|"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.text import numbered

BETWEEN = " | "
EMPTY = "–"  # an empty cell: with nothing in its first and last cell, a row would seem to have outer bars
_BAR = "|"
_OWN_BAR = r"\|"  # a bar inside a cell, as in Markdown
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_BETWEEN_BARS = re.compile(r"\|(.*)(?<!\\)\|", re.DOTALL)
_DASHES = re.compile(r":?-{2,}:?")
_LEAST = 2  # minimum of columns, and of rows


def cells(text: str) -> tuple[str, ...]:
    """The cells of a row, with or without bars around it."""
    bare = text.strip()
    if _BAR not in bare:  # the usual case
        return (bare,)
    if outer := _BETWEEN_BARS.fullmatch(bare):
        bare = outer[1]
    return tuple(cell.strip().replace(_OWN_BAR, _BAR) for cell in _BETWEEN_CELLS.split(bare))


def row_of(cells: Iterable[str]) -> str:
    """The row with these cells."""
    return BETWEEN.join(cell.replace(_BAR, _OWN_BAR) for cell in cells)


def as_sentence(row: str) -> str:
    """A row that does not fill the columns, as text outside a table."""
    return row.replace(_OWN_BAR, _BAR)


def fills(columns: Sequence[str], rows: Sequence[str]) -> bool:
    """Whether the rows fill these columns, and there are at least two of each to compare."""
    return min(len(columns), len(rows)) >= _LEAST and all(len(cells(row)) == len(columns) for row in rows)


def without_header(columns: Sequence[str], rows: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """The columns, and the indexes of the content rows: all but a Markdown header and the line of dashes below it.

    Without columns, the row above the dashes provides them.
    """
    if not columns and len(rows) > 1 and _is_rule(rows[1]):
        columns = cells(rows[0])
    return tuple(columns), [n for n, row in enumerate(rows) if not _is_rule(row) and cells(row) != tuple(columns)]


def _is_rule(row: str) -> bool:
    row_cells = cells(row)
    return len(row_cells) >= _LEAST and all(map(_DASHES.fullmatch, row_cells))


def misfit(columns: Sequence[str], label: str, row: str) -> str:
    """Why a statement among a table's rows does not fit as a row, and the consequence; "" if it fits."""
    count = len(cells(row))
    if not columns or (count == len(columns) and not label):
        return ""
    reason = "a row of a table has no lead" if label else f"{numbered(count, 'cell')}, but the table has {len(columns)}"
    return f"{reason}: because of this row, the table is exported as a list"


def in_words(columns: Sequence[str], row: str, colon: str) -> tuple[str, str]:
    """Lead and text for a row outside a table: its first cell, and the other cells, each after its column's heading.

    If all other cells are empty, the first cell is the text.
    """
    first, *others = ("" if cell == EMPTY else cell for cell in cells(row))
    pairs = zip(columns[1:], others, strict=True)
    with_headings = [f"{column}{colon}{cell}" if column else cell for column, cell in pairs if cell]
    return (first, "; ".join(with_headings)) if with_headings else ("", first or row)
