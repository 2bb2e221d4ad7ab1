"""Pages of records and documents: what stands at the top and bottom of most of them is nobody's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.frames import BREAK
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence
from pipeline.text import clean

PAGES = "headers and footers of pages"
_EDGE = 2  # lines at the top and at the bottom of a page
_NUMBER = re.compile(r"(?:Page |Seite )?\d{1,4}(?: (?:of|/|von) \d{1,4})?")


def running(row: str) -> str:
    """A line without what changes from page to page."""
    return re.sub(r"\d+", "#", clean(row))


def paged(text: str) -> list[list[str]]:
    """The lines of a text, page by page, as form feeds part them."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for end in ("\x0b", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"):
        text = text.replace(end, "\n")
    return [page.replace("\ufeff", "").replace("\x00", "\ufffd").split("\n") for page in text.split("\x0c")]


def without_running_heads(pages: Sequence[list[str]], tally: Tally, *, number: int | None = None) -> list[str]:
    """All lines; `BREAK` for those at the edges of pages that are page numbers or stand on most pages.

    They are told with the number of their page, or of their line counted from `number`.
    """
    edges = [_edges(page) for page in pages]
    filled = max(2, sum(bool(edge) for edge in edges))
    counts = Counter(key for page, edge in zip(pages, edges, strict=True) for key in {running(page[i]) for i in edge})
    heads = {key for key, n in counts.items() if n > 1 and n > 0.5 * filled}
    if filled < 3:
        heads = {
            key for key in heads if key.isupper() or not ends_sentence(key)
        }  # two people may say the same at the ends of two pages
    out: list[str] = []
    for n, (page, edge) in enumerate(zip(pages, edges, strict=True), 1):
        for i, row in enumerate(page):
            if i in edge and (running(row) in heads or _NUMBER.fullmatch(clean(row))):
                tally.leave_out(PAGES, row, n if number is None else number + len(out))
                out.append(BREAK)
            else:
                out.append(row)
    return out


def _edges(page: list[str]) -> set[int]:
    """The lines at the top and at the bottom of a page that are not empty."""
    filled = [i for i, row in enumerate(page) if row.strip()]
    return {*filled[:_EDGE], *filled[-_EDGE:]}
