"""Parts of a Word document that python-docx passes over: content controls and what tracked changes put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_AROUND = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple", "dir", "bdo"}
_COLUMNS = 63  # that a table of Word has at the most


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def is_paragraph(block: Any) -> bool:
    """Whether a block is a paragraph and no table."""
    return _name(block) == "p"


def blocks(element: Any) -> Iterator[Any]:
    """The paragraphs and tables of a body or cell in their order, those of content controls and insertions included."""
    return _within(element, "p", "tbl")


def rows(table: Any, text_of: Callable[[Any], str]) -> Iterator[list[str]]:
    """The texts of a table's cells by rows; one that spans several columns or rows stands in each of them."""
    above: list[str] = []
    for row in _within(table, "tr"):
        texts: list[str] = []
        for cell in _within(row, "tc"):
            spanned = cell.vMerge == "continue" and len(texts) < len(above)
            texts += [above[len(texts)] if spanned else text_of(cell)] * min(cell.grid_span, _COLUMNS)
        yield texts
        above = texts


def runs(paragraph: Any) -> list[Any]:
    """The runs of a paragraph in their order; deleted ones are none of it."""
    from docx.text.run import Run

    return [Run(element, paragraph) for element in _within(paragraph, "r")]


def _within(element: Any, *names: str) -> Iterator[Any]:
    """The outermost elements of these names in their order, as if nothing stood around them."""
    for child in element:
        if _name(child) in names:
            yield child
        elif _name(child) in _AROUND:
            yield from _within(child, *names)


def deleted(paragraph: Any) -> list[str]:
    """What tracked changes took out of a paragraph."""
    deletions = (child for child in paragraph.iter() if _name(child) == "del")
    return ["".join(t.text or "" for t in deletion.iter() if _name(t) == "delText") for deletion in deletions]
