"""Names between a time and the words, with nothing after them: "[00:00:12] Marta Quill Welcome back"."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.readers.clocks import stamp_at
from pipeline.readers.common import Common
from pipeline.readers.labels import could_be_name
from pipeline.readers.tidy import ends_sentence

_SAMPLE = 400  # lines in which to look for such names
_LEAST = 4  # minimum number of lines with a time in front
_MOST = 0.8  # minimum share of these that begin with a name
_LONGEST = 4  # maximum number of words in a name
_FOLLOWED = 0.8  # minimum share of a part's occurrences in which the name continues
_VOICE = "speaker"  # as programs number speakers, in any order
_BACK = 0.2  # minimum share of changes to a smaller number if people answer one another
_BARE = re.compile(r"[^\W\d_][\w'’-]*|[^\W\d_]{1,4}\.|\d{1,2}")


Words = tuple[str, ...]


class _TimedLine(NamedTuple):
    """A line with a time in front: where its words begin, and the capitalised words at their beginning."""

    begin: int
    opening: Words


def with_names_apart(rows: list[str]) -> list[str]:
    """The lines with a colon after such names, if nearly every time has one and at least two recur.

    A line with a time but no such name is a change to an unknown speaker.
    """
    sample = [*itertools.islice(filter(str.strip, rows), _SAMPLE)]
    if 2 * sum(_timed_line(row) is not None for row in sample) < max(len(sample), 2 * _LEAST):
        return rows
    if not _names(sample) or not (names := _names(rows)):
        return rows
    return [_rewritten(row, names) for row in rows]


def _names(rows: Sequence[str]) -> set[Words]:
    """The names after times, if nearly every time has one and at least two recur; else none."""
    lines = [timed for row in rows if (timed := _timed_line(row))]
    names = _recurring([timed.opening for timed in lines], Common("\n".join(rows)))
    name_counts = Counter(name for timed in lines if (name := _within(timed.opening, names)))
    several = sum(n > 1 for n in name_counts.values()) > 1
    turns = several and name_counts.total() >= _MOST * len(lines) and _share_of_ended(rows) >= _MOST
    return names if turns else set()


def _share_of_ended(rows: Sequence[str]) -> float:
    """The share of lines before timed ones that end a sentence, as lines of songs do not."""
    filled = [*filter(str.strip, rows)]
    above = [a for a, b in itertools.pairwise(filled) if _timed_line(b)]
    return sum(map(ends_sentence, above)) / max(1, len(above))


def _timed_line(row: str) -> _TimedLine | None:
    """The beginning of a line with a time in front; None if it has none, no words after it, or tabs."""
    start = len(row) - len(row.lstrip())
    stamp = stamp_at(row, start) if row[start : start + 1] in tuple("0123456789[(<{") else None
    if stamp is None or "\t" in row:
        return None
    begin = stamp.stop + len(row[stamp.stop :]) - len(row[stamp.stop :].lstrip())
    opening = itertools.takewhile(_capital, row[begin:].split(None, _LONGEST + 1)[: _LONGEST + 1])
    return _TimedLine(begin, tuple(opening)) if row[begin:] else None


def _capital(word: str) -> bool:
    return word[0].isupper() or (word.isdigit() and len(word) < 3) or word[0] in "\"“'"


def _recurring(openings: Sequence[Words], common: Common) -> set[Words]:
    """Recurring names at the beginnings of lines, without common words; a number makes "Speaker 1" a name."""
    counts = Counter(opening[:n] for opening in openings for n in range(1, len(opening) + 1))
    goes_on: Counter[Words] = Counter()
    for part, times in counts.items():
        goes_on[part[:-1]] += times if times > 1 else 0
    found = {name for opening in openings if (name := _name(opening, counts, goes_on))}
    numbered = {name for name in found if name[-1].isdigit()}
    return _voices(openings, numbered) | {name for name in found - numbered if not common(" ".join(name))}


def _voices(openings: Sequence[Words], numbered: set[Words]) -> set[Words]:
    """Of names with a number, those of people: their numbers come back, those of slides and chapters rise."""
    numbers: dict[Words, list[int]] = {name[:-1]: [] for name in numbered}
    for opening in openings:
        if name := next((part for n in range(1, len(opening) + 1) if (part := opening[:n]) in numbered), None):
            numbers[name[:-1]].append(int(name[-1]))
    return {name for name in numbered if name[0].casefold() == _VOICE or _come_back(numbers[name[:-1]])}


def _come_back(numbers: Sequence[int]) -> bool:
    """Whether enough of the numbers are followed by a smaller one."""
    falls = [a > b for a, b in itertools.pairwise(numbers) if a != b]
    return sum(falls) >= max(1, _BACK * len(falls))


def _name(opening: Words, counts: Counter[Words], goes_on: Counter[Words]) -> Words | None:
    """The name at the beginning of a line: it ends where what follows varies. None if there is none."""
    for n in range(1, min(len(opening), _LONGEST + 1)):
        part = opening[:n]
        if _BARE.fullmatch(part[-1]) is None:
            return None
        if goes_on[part] < _FOLLOWED * counts[part]:
            return part if counts[part] > 1 and part[-1][0].isalnum() else None
    return None


def _within(opening: Words, names: set[Words]) -> Words | None:
    """The name at the beginning of a line, if another capitalised word follows it; else None."""
    return next((part for n in range(len(opening) - 1, 0, -1) if (part := opening[:n]) in names), None)


def _rewritten(row: str, names: set[Words]) -> str:
    if (timed := _timed_line(row)) is None:
        return row
    name, text = _within(timed.opening, names), row[timed.begin :]
    if name is None or not could_be_name(" ".join(name)):
        return f"{row[: timed.begin]} >> {text}"
    return f"{row[: timed.begin]}{' '.join(name)}: {text.split(None, len(name))[-1]}"
