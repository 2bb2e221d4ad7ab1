"""Rows of a table as statements: the cells of each stand in one text with " | " between them."""

from __future__ import annotations

from collections.abc import Sequence

BETWEEN = " | "
EMPTY = "–"  # stands in a cell that has nothing: a row with nothing in its first and last would be one between bars
_BAR = "|"
_LEAST = 2  # columns, and rows


def cells(text: str) -> tuple[str, ...]:
    """The cells of a row, which may stand between bars too."""
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == _BAR:
        bare = bare[1:-1]
    return tuple(cell.strip() for cell in bare.split(_BAR))


def fills(columns: Sequence[str], rows: Sequence[str]) -> bool:
    """Whether the rows fill these columns, and there is something to compare."""
    return min(len(columns), len(rows)) >= _LEAST and all(len(cells(row)) == len(columns) for row in rows)


def in_words(columns: Sequence[str], row: str, colon: str) -> tuple[str, str]:
    """A row as lead and text, where no table can stand: its first cell, and each other one behind its column's heading.

    Of a row with nothing in its other cells the first is the text.
    """
    first, *others = ("" if cell == EMPTY else cell for cell in cells(row))
    pairs = zip(columns[1:], others, strict=True)
    named = [f"{column}{colon}{cell}" if column else cell for column, cell in pairs if cell]
    return (first, "; ".join(named)) if named else ("", first or row)
