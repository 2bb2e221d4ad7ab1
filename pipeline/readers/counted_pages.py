"""Running heads in text whose pages nothing separates, as if pasted from a PDF: lines that count the pages."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.readers.frames import BREAK
from pipeline.readers.heads import head_of
from pipeline.readers.pages import PAGE_NUMBER, PAGES
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence
from pipeline.text import clean

_LONGEST = 120  # maximum number of characters in a running head
_PAGES = 3  # minimum number of pages
_WORDS = 40  # minimum number of words on a page, but for the last
_NUMBERS = re.compile(r"\d+")
_LABEL = re.compile(r"[^\W\d_]+(?:[ _-][^\W\d_]+){0,3}[ _-]?0")  # "Speaker 2", "S2", with 0 for the number


def without_counted_heads(rows: list[str], tally: Tally) -> list[str]:
    """The lines, with `BREAK` for those that are alike but for a number that rises by one from page to page.

    A line that is beside all of these, and nowhere else, is removed with them: "CONFIDENTIAL" above "Page 2".
    """
    alike: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        if row and len(row) <= _LONGEST and not ends_sentence(row) and _NUMBERS.search(row):
            alike[_NUMBERS.sub("0", " ".join(row.split()))].append(i)
    heads: set[int] = set()
    for key, places in alike.items():
        if len(places) >= _PAGES and _count_pages(rows, places) and _could_be_head(key, rows, places):
            heads.update(places, _beside(rows, places))
    if not heads:
        return rows
    for i in sorted(heads):
        tally.leave_out(PAGES, rows[i], i + 1)
    return [BREAK if i in heads else row for i, row in enumerate(rows)]


def _count_pages(rows: Sequence[str], places: Sequence[int]) -> bool:
    """Whether one number rises by one from line to line and all others stay, with a page's words in between."""
    numbers = zip(*([int(n) for n in _NUMBERS.findall(rows[i])] for i in places), strict=True)
    steps = [{b - a for a, b in itertools.pairwise(column)} for column in numbers]
    if steps.count({1}) != 1 or steps.count({0}) != len(steps) - 1:
        return False
    return all(sum(len(row.split()) for row in rows[a + 1 : b]) >= _WORDS for a, b in itertools.pairwise(places))


def _could_be_head(key: str, rows: Sequence[str], places: Sequence[int]) -> bool:
    """Whether lines are no times, headings or labels, which count too. A bare number is beside a gap."""
    first = rows[places[0]]
    head = head_of(first)
    if key.endswith((":", "：")):
        return False
    if head is not None and (head.stamp or head.heading or ":" in head.shape):
        return False
    if _LABEL.fullmatch(key.strip("[]()<>*")):
        return PAGE_NUMBER.fullmatch(clean(first)) is not None
    edges = ["", *rows, ""]
    return any(map(str.isalpha, key)) or all(not edges[i].strip() or not edges[i + 2].strip() for i in places)


def _beside(rows: Sequence[str], places: Sequence[int]) -> list[int]:
    """The places of a line that is directly above, or directly below, all of these lines and nowhere else."""
    counts = Counter(map(clean, rows))
    found: list[int] = []
    for offset in (-1, 1):
        beside = [i + offset for i in places if 0 <= i + offset < len(rows)]
        texts = {clean(rows[i]) for i in beside}
        text = next(iter(texts))
        if len(texts) == 1 and text and counts[text] == len(places) and not ends_sentence(text):
            found += beside
    return found
