"""Parts of a Word document that python-docx passes over: content controls and what tracked changes put in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_AROUND = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple", "dir", "bdo"}


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def is_paragraph(block: Any) -> bool:
    """Whether a block is a paragraph and no table."""
    return _name(block) == "p"


def blocks(element: Any) -> Iterator[Any]:
    """The paragraphs and tables of a body or cell in their order, those of content controls and insertions included."""
    for child in element:
        if _name(child) in ("p", "tbl"):
            yield child
        elif _name(child) in _AROUND:
            yield from blocks(child)


def runs(paragraph: Any) -> list[Any]:
    """The runs of a paragraph in their order; deleted ones are none of it."""
    from docx.text.run import Run

    return [Run(element, paragraph) for element in _runs(paragraph)]


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if _name(child) == "r":
            yield child
        elif _name(child) in _AROUND:
            yield from _runs(child)


def deleted(paragraph: Any) -> list[str]:
    """What tracked changes took out of a paragraph."""
    gone = (child for child in paragraph.iter() if _name(child) == "del")
    return ["".join(t.text or "" for t in each.iter() if _name(t) == "delText") for each in gone]
