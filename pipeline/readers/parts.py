"""Parts of a Word document that python-docx passes over: content controls and tracked insertions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

_WRAPPERS = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple", "dir", "bdo"}
_COLUMNS = 63  # maximum number of columns in a Word table
_MOST_KEYS, _KEY_WORDS = 15, 4  # maximum number of rows in a table of keys, and of words in a key


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def is_paragraph(block: Any) -> bool:
    """Whether a block is a paragraph rather than a table."""
    return _name(block) == "p"


def blocks(element: Any) -> Iterator[Any]:
    """The paragraphs and tables of a body or cell, in order, including those in content controls and insertions."""
    return _within(element, "p", "tbl")


def rows(table: Any, text_of: Callable[[Any], str]) -> Iterator[list[str]]:
    """The texts of a table's cells, row by row; a cell that spans columns or rows is repeated in each."""
    above: list[str] = []
    for row in _within(table, "tr"):
        texts: list[str] = []
        for cell in _within(row, "tc"):
            spanned = cell.vMerge == "continue" and len(texts) < len(above)
            texts += [above[len(texts)] if spanned else text_of(cell)] * min(cell.grid_span, _COLUMNS)
        yield texts
        above = texts


def table_of_keys(body: Sequence[Any]) -> Any:
    """The table above a text that says what it is about ("Date", "12 March 2026"); None if there is none.

    It has two columns and few rows, with short keys that all differ, and is smaller than the text below it.
    """
    place = next((n for n, block in enumerate(body) if not is_paragraph(block)), None)
    if place is None:
        return None
    texts = list(rows(body[place], _plain))
    keys = [row[0] for row in texts]
    if not 1 < len(texts) <= _MOST_KEYS or any(len(row) != 2 for row in texts) or len(set(keys)) < len(keys):
        return None
    if not all(len(key.split()) <= _KEY_WORDS and any(map(str.isalpha, key)) for key in keys):  # times are no keys
        return None
    above, below = (sum(len(_plain(b)) for b in part) for part in (body[:place], body[place + 1 :]))
    size = sum(len(value) for _, value in texts)
    return body[place] if size < below and above < below else None


def _plain(block: Any) -> str:
    return "".join(element.text or "" for element in block.iter() if _name(element) == "t").strip()


def runs(paragraph: Any) -> list[Any]:
    """The runs of a paragraph, in order, without deleted ones."""
    from docx.text.run import Run

    return [Run(element, paragraph) for element in _within(paragraph, "r")]


def _within(element: Any, *names: str) -> Iterator[Any]:
    """The outermost elements with these names, in order; elements in `_WRAPPERS` are searched too."""
    for child in element:
        if _name(child) in names:
            yield child
        elif _name(child) in _WRAPPERS:
            yield from _within(child, *names)


def deleted(paragraph: Any) -> list[str]:
    """The texts that tracked changes deleted from a paragraph."""
    deletions = (child for child in paragraph.iter() if _name(child) == "del")
    return ["".join(t.text or "" for t in deletion.iter() if _name(t) == "delText") for deletion in deletions]
