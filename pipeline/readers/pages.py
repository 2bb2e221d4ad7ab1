"""Headers and footers: what is at the top and bottom of most pages of a document is nobody's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.frames import BREAK
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence
from pipeline.text import clean

PAGES = "headers and footers of pages"
_EDGE = 2  # lines looked at, both at the top and at the bottom of a page
_DEEPER = 2  # times that lines inside of running heads are looked at
_MANY, _NEARLY_ALL = 6, 0.8  # minimum number of pages, and share of them, with a sentence that nobody says
_LABEL = 2  # on how many times more pages a running head is at an edge than inside
_CHANGING = re.compile(r"(\d+(?::\d+)+)|\d+")
PAGE_NUMBER = re.compile(r"(?:Page |Seite )?\d{1,4}(?: (?:of|/|von) \d{1,4})?")


def running(row: str) -> str:
    """A line with "#" for numbers, which vary from page to page; not for clocks, which vary from turn to turn."""
    return _CHANGING.sub(lambda number: number[1] or "#", clean(row))


def without_running_heads(pages: Sequence[list[str]], tally: Tally, *, number: int | None = None) -> list[str]:
    """All lines, with `BREAK` for page numbers at the edges of pages and for lines at the edges of most pages.

    These are recorded with the number of their page or, if `number` is given, of their line, counted from it.
    """
    outside = _outside_of(pages)
    rows: list[str] = []
    for n, (page, heads_of_page) in enumerate(zip(pages, outside, strict=True), 1):
        for i, row in enumerate(page):
            if i in heads_of_page:
                tally.leave_out(PAGES, row, n if number is None else number + len(rows))
                rows.append(BREAK)
            else:
                rows.append(row)
    return rows


def _outside_of(pages: Sequence[list[str]]) -> list[set[int]]:
    """For each page, the indices of its number and of its running heads, which may be of more lines than are looked at.

    What is inside of running heads is at an edge too, but a sentence or a number there is speech, as is anything on
    pages so short that no line is far from an edge.
    """
    heads = _heads(pages)
    outside = [_outside(page, heads) for page in pages]
    long = sum(sum(bool(row.strip()) for row in page) > 2 * _EDGE * (1 + _DEEPER) for page in pages)
    for _ in range(_DEEPER if heads and 2 * long > len(pages) else 0):
        inner = [
            ["" if i in out else row for i, row in enumerate(page)] for page, out in zip(pages, outside, strict=True)
        ]
        heads = {key for key in _heads(inner) if not ends_sentence(key)}
        for page, out in zip(inner, outside, strict=True):
            out.update(i for edge in _edges(page) for i in edge if _is_head(running(page[i]), heads))
    return outside


def _is_head(key: str, heads: set[str]) -> bool:
    return key in heads and bool(key.strip("# /"))  # elsewhere, "41" may be an answer


def _heads(pages: Sequence[list[str]]) -> set[str]:
    """The running heads: lines at the edges of most pages; sentences only if nearly all of many pages have them.

    A line that is also inside pages, or ends in a colon, is a label.
    """
    places = [{i for edge in _edges(page) for i in edge} for page in pages]
    edges = [{running(page[i]) for i in outside} for page, outside in zip(pages, places, strict=True)]
    filled = max(2, sum(bool(edge) for edge in edges))
    counts = Counter(key for edge in edges for key in edge)
    sure = _NEARLY_ALL * filled if filled >= _MANY else len(pages)
    heads = {
        key
        for key, n in counts.items()
        if n > max(1, 0.5 * filled) and (key.isupper() or not ends_sentence(key) or n > sure)
    }
    firsts = {key[:1] for key in heads}
    firsts |= {*"0123456789"} if "#" in firsts else set()
    inside: Counter[str] = Counter()
    for page, outside in zip(pages, places, strict=True) if heads else ():
        alike = (row for i, row in enumerate(page) if row.lstrip()[:1] in firsts and i not in outside)
        inside.update(set(map(running, alike)))
    return {key for key in heads if counts[key] > _LABEL * inside[key] and not key.endswith((":", "："))}


def _outside(page: list[str], heads: set[str]) -> set[int]:
    """The indices of a page's running heads, and of its number if only running heads are between it and the edge."""
    outside: set[int] = set()
    for edge in _edges(page):
        outermost = True
        for i in edge:
            key, number = running(page[i]), PAGE_NUMBER.fullmatch(clean(page[i])) is not None
            if (number and outermost) or _is_head(key, heads):
                outside.add(i)
            outermost = outermost and i in outside and not number
    return outside


def _edges(page: list[str]) -> tuple[list[int], list[int]]:
    """The indices of the lines at the top and bottom of a page that are not empty, from the edge inwards."""
    filled = [i for i, row in enumerate(page) if row.strip()]
    return filled[:_EDGE], filled[: -_EDGE - 1 : -1]
