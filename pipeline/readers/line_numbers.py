"""Remove numbers in front of lines: of a record's lines and pages, of questions, of turns in a list."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.frames import BREAK
from pipeline.readers.pages import PAGES, running
from pipeline.readers.tally import Tally

_LINE = re.compile(r"^\s{0,12}(?P<line>\d{1,2})(?:\s{2,}|\t|\s(?=[QA][. ])|$)(?P<text>.*)$")
_PAGE_AND_LINE = re.compile(r"^\s{0,12}(?P<page>\d{3,6}):(?P<line>\d{1,2})(?:\s+|$)(?P<text>.*)$")
_COUNTED = re.compile(
    r"\s*(?P<bold>[*_]{0,2})(?:Q(?P<question>\d{1,4})\.?|(?P<item>\d{1,4}[.)]|[\[(]\d{1,4}[\])]|0\d{1,4}))(?P=bold)\s+"
    r"(?=[*_]{0,2}(?P<name>[^\W\d_][^:：*]{0,60})(?:[:：]|\*\*))"
)
_SAMPLE = 3000  # lines by which to judge whether all are numbered
_LEAST = 8
_MOST, _UPWARDS = 0.7, 0.8  # minimum share of numbered lines, and of numbers that go up by one


def unnumbered(rows: list[str], tally: Tally) -> list[str]:
    """The lines without the numbers in front of nearly all of them, or in front of their labels."""
    filled = list(itertools.islice(filter(str.strip, rows), _SAMPLE))
    for pattern in (_LINE, _PAGE_AND_LINE):
        if _all_numbered(filled, pattern):
            tally.warn("line numbers in front of the lines were removed")
            between = _between_pages(rows, pattern)
            for i in sorted(between):
                tally.leave_out(PAGES, rows[i], i + 1)
            return [
                BREAK if i in between else m["text"] if (m := pattern.match(row)) else row for i, row in enumerate(rows)
            ]
    return _uncounted(rows, tally)


def _all_numbered(filled: Sequence[str], pattern: re.Pattern[str]) -> bool:
    matches = [m for row in filled if (m := pattern.match(row))]
    if len(filled) < _LEAST or len(matches) < _MOST * len(filled):
        return False
    ups = sum(int(b["line"]) in (int(a["line"]) + 1, 1) for a, b in itertools.pairwise(matches))
    return ups >= _UPWARDS * (len(matches) - 1)


def _between_pages(rows: Sequence[str], pattern: re.Pattern[str]) -> set[int]:
    """The indices of unnumbered lines between two pages' numbers, and of lines like them at the end."""
    between: set[int] = set()
    edge_rows: set[str] = set()
    unnumbered_rows: list[int] = []
    for i, row in enumerate(rows):
        match = pattern.match(row)
        if match is None or not match["text"].strip():
            if row.strip():
                unnumbered_rows.append(i)
            continue
        if int(match["line"]) == 1 and i:
            between.update(unnumbered_rows)
            edge_rows.update(running(rows[k]) for k in unnumbered_rows)
        unnumbered_rows = []
    return between | {i for i in unnumbered_rows if running(rows[i]) in edge_rows}


def _uncounted(rows: list[str], tally: Tally) -> list[str]:
    """The lines without "Q12" or "12." before labels that recur, if those numbers go up by one."""
    new_rows = rows
    counted = [
        (i, m) for i, row in enumerate(rows) if row[:40].strip(" \t*_Q[(")[:1].isdigit() and (m := _COUNTED.match(row))
    ]
    for kind in ("question", "item"):
        found = [(i, m) for i, m in counted if m[kind]]
        names = Counter(m["name"].strip() for _, m in found)
        numbers = [int(m[kind].strip(".()[]")) for _, m in found]
        ups = sum(b == a + 1 for a, b in itertools.pairwise(numbers))
        if (
            (kind == "item" and len(found) < _MOST * sum(map(bool, map(str.strip, rows))))
            or len(found) < 2
            or ups < _UPWARDS * (len(found) - 1)
            or sum(n for n in names.values() if n > 1) < 0.5 * len(found)
        ):
            continue
        new_rows = new_rows.copy() if new_rows is rows else new_rows
        for i, match in found:
            tally.leave_out("numbers in front of labels", new_rows[i][: match.end()], i + 1)
            new_rows[i] = new_rows[i][match.end() :]
    return new_rows
