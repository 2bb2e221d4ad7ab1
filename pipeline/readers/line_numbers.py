"""Remove numbers in front of lines: of a record's lines and pages, of questions, of turns in a list."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.frames import BREAK
from pipeline.readers.pages import PAGES, running
from pipeline.readers.tally import Tally

_LINE = re.compile(r"^\s{0,12}(?P<line>\d{1,5})(?P<gap>\s+|$)(?P<text>.*)$")
_PAGE_AND_LINE = re.compile(r"^\s{0,12}(?P<page>\d{3,6}):(?P<line>\d{1,2})(?P<gap>\s+|$)(?P<text>.*)$")
_COUNTED = re.compile(
    r"\s*(?P<bold>[*_]{0,2})(?:Q(?P<question>\d{1,4})\.?|(?P<item>\d{1,4}[.)]|[\[(]\d{1,4}[\])]|0\d{1,4}))(?P=bold)\s+"
    r"(?=[*_]{0,2}(?P<name>[^\W\d_][^:：*]{0,60})(?:[:：]|\*\*))"
)
_STEPS = (1, 5, 10)  # every line, every fifth or every tenth has a number
_LEAST = 8  # minimum number of lines, in a file and on average on its pages
_FEWEST = 3  # minimum number of numbers
_YEARS = range(1000, 2100)
REMOVED = "line numbers in front of the lines were removed: notes count lines as studydoc read --segments shows them"
_MOST, _UPWARDS = 0.7, 0.8  # minimum share of numbered lines, and of numbers that go up by one


def unnumbered(rows: list[str], tally: Tally) -> list[str]:
    """The lines without the numbers that count them, or without those in front of their labels."""
    begin_with_digits = [i for i, row in enumerate(rows) if row[:13].lstrip()[:1].isdigit()]
    for pattern, steps in ((_LINE, _STEPS), (_PAGE_AND_LINE, (1,))):
        matches = {i: m for i in begin_with_digits if (m := pattern.match(rows[i]))}
        if matches and (numbered := _line_numbers(rows, matches, steps)):
            tally.warn(REMOVED)
            between = _between_pages(rows, numbered)
            for i in sorted(between):
                tally.leave_out(PAGES, rows[i], i + 1)
            return [
                BREAK if i in between else numbered[i]["text"] if i in numbered else row for i, row in enumerate(rows)
            ]
    return _uncounted(rows, tally)


def _line_numbers(
    rows: Sequence[str], matches: dict[int, re.Match[str]], steps: Sequence[int]
) -> dict[int, re.Match[str]]:
    """Those of `matches`, by line, whose numbers count lines in one of the steps; none if most numbers do not.

    A number counts lines if its difference to the place of its line is that of another number too. Places are among
    the lines with numbers, those with text or all; on each page, numbers may start again.
    """
    filled = [i for i, row in enumerate(rows) if row.strip()]
    if len(filled) < _LEAST or len(matches) < _MOST * len(filled) / max(steps):
        return {}
    for step, places in itertools.product(steps, (list(matches), filled, range(len(rows)))):
        differences = {
            i: number - place
            for place, i in enumerate(places)
            if i in matches and (number := int(matches[i]["line"])) % step == 0
        }
        times = Counter(differences.values())
        counting = {i: matches[i] for i, difference in differences.items() if times[difference] > 1}
        pages = sum(n > 1 for n in times.values())
        least = max(_FEWEST, _MOST * len(filled) / step, _MOST * len(matches))
        enough = len(counting) >= least and pages * _LEAST <= len(filled)
        if enough and not _are_words(list(counting.values())):
            return {i: matches[i] for i in differences if i in counting or matches[i]["gap"] != " "}
    return {}


def _are_words(matches: Sequence[re.Match[str]]) -> bool:
    """Whether numbers are years, or days: one blank and the same word as in the line before follow most of them."""
    behind_one_blank = [m["text"].split(maxsplit=1)[:1] for m in matches if m["gap"] == " "]
    alike = sum(a == b for a, b in itertools.pairwise(behind_one_blank))
    return 2 * alike > len(matches) or all(int(m["line"]) in _YEARS for m in matches)


def _between_pages(rows: Sequence[str], numbered: dict[int, re.Match[str]]) -> set[int]:
    """The indices of unnumbered lines between two pages' numbers, and of lines like them at the end."""
    between: set[int] = set()
    edge_rows: set[str] = set()
    unnumbered_rows: list[int] = []
    for i, row in enumerate(rows):
        match = numbered.get(i)
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
