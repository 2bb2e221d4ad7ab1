"""Times without colons: "1h02m03s", "00.04", "3'20", "9400 ms". If they recur and rise, they are written with colons.

Only the fact that they rise distinguishes them from prices, sections, heights and dates, so a few of them count as
words.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.readers.clocks import clock_of, rise
from pipeline.readers.labels import could_be_name, proper
from pipeline.readers.tidy import ends_sentence
from pipeline.text import word_count

_SPELT = (
    r"(?:(?P<hours>\d{1,2})\s?h(?:rs?|ours?)?\.?,?\s?)?(?P<minutes>\d{1,3})\s?m(?:in|ins|inutes?)?\.?,?\s?"
    r"(?P<seconds>\d{1,2}(?:\.\d{1,3})?)\s?s(?:ecs?|econds?)?\b"
)
_DOTS = r"(?:(?P<hours>\d{1,2})\.)?(?P<minutes>\d{1,3})\.(?P<seconds>[0-5]\d)(?![\d.]*\d)"
_PRIMES = r"(?P<minutes>\d{1,3})['′’](?P<seconds>[0-5]\d)(?:[\"″”]|'')"
_SECONDS = r"(?P<seconds>\d{1,6}(?:(?=s)|\.\d{1,6}))\s?s(?:ecs?)?\b"  # "5 s" is a measure
_THOUSANDTHS = r"(?P<thousandths>\d{1,9})\s?ms\b"
_TO = r"\s*(?:-{1,2}>|→|–|—|-|to\b)\s*"
_NAME = r"(?P<name>[^\W\d_][^\n:：\[\](){}<>]{0,60}?)"

_ANY = re.compile(r"\d(?: ?[hms]|\.[0-5]\d|['′’][0-5]\d)")
_FAR = 100  # characters from the start of a line within which such times are
_HASHES = re.compile(r"#(\d{1,2}:\d{2}:\d{2})(?:-(\d{1,3}))?#")

_SAMPLE = 400  # lines in which to look for such times
_LEAST = 3  # minimum number of such times
_SHARE = 0.1  # minimum share of lines with words that have one
_OFTEN = 0.5  # minimum share of the lines that begin something, for times in front that could be other numbers
_NAMED = 2  # minimum number of recurring names, for such times after names
_SLOW, _FAST = 0.5, 6  # words a second in speech, at least and at most, for times that could be other numbers
_INCHES = 12  # inches in a foot, which is written like a minute
_COUNTED = 0.5  # minimum share of steps by one, if the numbers count something


class _Form(NamedTuple):
    """A way of writing times: in front of a line or `behind` a name, and whether they may be other numbers."""

    pattern: re.Pattern[str]
    time: re.Pattern[str]
    behind: bool
    doubtful: bool


def _forms(time: str, *, doubtful: bool = True, behind: bool = True) -> list[_Form]:
    """The forms of a time in front of a line, perhaps in a bracket and up to another one, and after a name.

    A doubtful one after a name must be in brackets or at the end of the line: "Section 2.10: Boats" has none.
    """
    unnamed = re.sub(r"\?P<\w+>", "?:", time)
    times = rf"(?P<times>{unnamed}(?:{_TO}{unnamed})?)"
    places = [rf"(?P<before>\s*[\[(<{{*_]{{0,3}}){times}(?=[\])>}}*_]{{0,3}}(?:[\s:,|–—-]|$))"]
    if behind:
        name = rf"(?P<before>\s*[*_]{{0,3}}{_NAME}[*_]{{0,3}}[ \t,|–—-]*+(?P<open>[\[(])?)"
        ends = r"(?(open)[\])][:*_ \t]*(?:$|:)|[*_ \t]*$)" if doubtful else r"[\])]?[:*_ \t]*(?:$|:)"
        places.append(rf"{name}{times}(?={ends})")
    return [_Form(re.compile(p), re.compile(time), n > 0, doubtful) for n, p in enumerate(places)]


@functools.cache  # compiled only for the few files that may have such times
def _all_forms() -> list[_Form]:
    return [
        *_forms(_SPELT, doubtful=False),
        *_forms(_PRIMES),
        *_forms(_THOUSANDTHS),
        *_forms(_SECONDS, behind=False),
        *_forms(_DOTS),
    ]


def with_colons(rows: list[str]) -> list[str]:
    """The lines, with such times in front of them or after names written with colons."""
    hashes = (row for row in itertools.islice(filter(str.strip, rows), _SAMPLE) if "#" in row and _HASHES.search(row))
    if len(list(hashes)) > 1:
        return _without_hashes(rows)
    sample = [row for row in itertools.islice(filter(str.strip, rows), _SAMPLE) if _ANY.search(row, 0, _FAR)]
    for form in _all_forms() if len(sample) >= _LEAST else ():
        if sum(_match(form, row) is not None for row in sample) >= _LEAST and _are_times(form, rows):
            return [_rewritten(form, row) for row in rows]
    return rows


def _without_hashes(rows: list[str]) -> list[str]:
    """The lines with times of f4 and MAXQDA in brackets; one at the end of a paragraph moves to the next one."""
    timed = [row for row in rows if "#" in row and _HASHES.search(row)]
    if 2 * sum(_HASHES.match(row.lstrip()) is not None for row in timed) >= len(timed):
        return [_HASHES.sub(_bracket, row) for row in rows]
    new_rows: list[str] = []
    upcoming: str | None = "[0:00:00]"
    for row in rows:
        found = [*_HASHES.finditer(row)]
        text = _HASHES.sub(" ", row).strip()
        if not any(map(str.isalnum, text)):
            new_rows.append(text)
            continue
        if found and not row[: found[0].start()].strip():
            upcoming = _bracket(found.pop(0))  # this paragraph has its own time in front
        new_rows.append(f"{upcoming} {text}" if upcoming else text)
        upcoming = _bracket(found[-1]) if found else None
    return new_rows


def _bracket(match: re.Match[str]) -> str:
    return f"[{match[1]}.{match[2] or 0}]"


def _match(form: _Form, row: str) -> re.Match[str] | None:
    match = form.pattern.match(row)
    name = match.groupdict().get("name") if match else None
    return match if name is None or (proper(name.strip()) and could_be_name(name)) else None


def _are_times(form: _Form, rows: Sequence[str]) -> bool:
    """Whether such times recur and rise, and, if they could be other numbers, as often and as fast as in speech."""
    matches = [(i, match) for i, row in enumerate(rows) if (match := _match(form, row))]
    times = [(i, _seconds(time)) for i, match in matches if (time := form.time.match(match["times"]))]
    if len(times) < _LEAST or not rise([time for _, time in times]):
        return False
    if len(times) < _SHARE * sum(map(bool, map(str.strip, rows))):
        return False
    if not form.doubtful:
        return times[-1][1] > times[0][1]
    often = _names_recur(matches) if form.behind else len(times) >= _OFTEN * _beginnings(rows)
    return often and _at_the_pace_of_speech(times, rows)


def _names_recur(matches: Sequence[tuple[int, re.Match[str]]]) -> bool:
    names = Counter(match["name"].strip() for _, match in matches)
    return sum(n > 1 for n in names.values()) >= _NAMED


def _beginnings(rows: Sequence[str]) -> int:
    """The number of lines that do not continue a sentence of the line above."""
    above = itertools.chain([""], rows)
    return sum(
        bool(row.strip()) and (not over.strip() or ends_sentence(over)) for over, row in zip(above, rows, strict=False)
    )


def _at_the_pace_of_speech(times: Sequence[tuple[int, float]], rows: Sequence[str]) -> bool:
    """Whether the words between the first time and the last fit the pace of speech, and times do not count by ones."""
    (first, start), (last, end) = times[0], times[-1]
    if all(time % 60 < _INCHES for _, time in times):
        return False  # feet and inches; times are hardly ever all like this
    words_between = sum(map(word_count, rows[first:last]))
    steps = [b - a for (_, a), (_, b) in itertools.pairwise(times)]
    counted = sum(step == 1 for step in steps) >= _COUNTED * len(steps)
    return not counted and _SLOW * (end - start) <= words_between <= _FAST * (end - start)


def _rewritten(form: _Form, row: str) -> str:
    match = _match(form, row)
    if match is None:
        return row
    times = form.time.sub(lambda time: clock_of(_seconds(time)), match["times"])
    return f"{match['before']}{times}{row[match.end('times') :]}"


def _seconds(match: re.Match[str]) -> float:
    parts = match.groupdict()
    if thousandths := parts.get("thousandths"):
        return int(thousandths) / 1000
    whole = int(parts.get("hours") or 0) * 3600 + int(parts.get("minutes") or 0) * 60
    return whole + float(parts["seconds"])
