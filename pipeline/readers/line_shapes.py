"""Lines as various tools write them, rewritten plainly: a time, a name, the words."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.readers.clocks import clock_of, rise, seconds_of
from pipeline.readers.labels import could_be_name, proper

MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"  # of text direction and byte order
_CLOCK = r"\d{1,3}(?::\d{1,2}){1,2}(?:[.,:;]\d{1,3})?"
_NAME = r"[^\[\](),:]{1,60}"
_IN_ONE = re.compile(
    rf"[\[(](?:(?P<time>{_CLOCK})[ ]?[,|–-][ ]?(?P<name>{_NAME})|(?P<who>{_NAME}),[ ]?(?P<at>{_CLOCK}))[\])]:?[ ]*"
)
_LINKED = re.compile(rf"\(\[({_CLOCK})\]\([^()\s]{{1,300}}\)\)")
_TABBED = re.compile(rf"(?:(?P<name>[^\t\d][^\t]{{0,60}})\t)?(?P<start>{_CLOCK})\t(?P<end>{_CLOCK})\t(?P<rest>.*\S)")
_KEYED = re.compile(
    r"\s*(?P<open>\[)?(?P<key>[^\W\d_]{2,20}) ?: ?(?P<name>[^\[\]:：]{1,60}?)(?(open)\])(?P<rest>(?(open).*|))$"
)
_LONGEST_WITH_KEY = 90  # more characters than such a line has without a bracket
_FRAMES = r"\d{1,2}:\d{2}:\d{2}(?:[:;.]\d{1,3})?"
_COMMAS = re.compile(rf"(?P<start>{_FRAMES})\s?,\s?(?P<end>{_FRAMES})\s?,\s?(?P<rest>\S.*)")  # Spruce STL
_BARS = re.compile(rf"(?P<start>{_CLOCK})\|(?P<name>[^|:]{{1,60}})\|(?P<rest>\S.*)")
_DECIMALS = re.compile(
    r"[\[(]?(?P<start>\d{1,6}\.\d{1,3})s?(?: | ?- ?|, ?)(?P<end>\d{1,6}\.\d{1,3})s?[\])]?:? "
    r"(?:(?P<name>[^\W\d]\w{0,30}\d)\b:? +)?(?P<rest>\S.*)"
)  # pyannote's and Whisper's output, combined
_GLUED = re.compile(r"(?P<start>\d{1,2}:\d{2}:\d{2})[:=](?=[^\d\s])")  # TMPlayer
_ASIDE = ("$", "//")  # Spruce's settings and comments begin with these
_BARE = re.compile(r"[ \t]*(\d{1,3}(?:[:;]\d{1,2}){1,3})(?![\d:;])")
_MOST = 0.5  # minimum share of lines in a shape that sentences could have too
_SAMPLE = 500  # lines in which to look for a shape or a key
_LEAST = 3  # minimum number of lines with one key whose values are names


def shape_of(rows: Iterable[str]) -> re.Pattern[str] | None:
    """The shape with a clock in front that most lines of a file have: a single one may be a sentence with clocks.

    None if there is no such shape.
    """
    filled = (row for row in map(str.strip, rows) if row and not row.startswith(_ASIDE))
    sample = [*itertools.islice(filled, _SAMPLE)]
    clocks = [row for row in sample if row[0].isdigit() or (row[0] in "[(" and row[1:2].isdigit())]
    if len(clocks) < _MOST * len(sample):
        return None
    shapes = (_COMMAS, _BARS, _GLUED, _DECIMALS)
    return next((s for s in shapes if sum(map(bool, map(s.match, clocks))) > _MOST * len(sample)), None)


def clocks_are_words(rows: Sequence[str]) -> bool:
    """Whether bare clocks in front of lines are words: they are too few for times, or do not rise as those do.

    In front of most lines they are times in any case.
    """
    found = [seconds_of(m[1]) for row in rows if row and row[0] in "0123456789 \t" and (m := _BARE.match(row))]
    if not found:
        return True
    few = len(found) <= _MOST * sum(map(bool, map(str.strip, rows)))
    return few and (len(found) < _LEAST or not rise(found))


def plainer(line: str, shape: re.Pattern[str] | None = None) -> str:
    """The line as time, name, colon and words, if a tool wrote these in another way.

    `shape` is the result of `shape_of` for its file.
    """
    if "\t" in line and (match := _TABBED.fullmatch(line)):
        name = f"{match['name']}\t" if match["name"] else ""
        return f"{match['start']} --> {match['end']}\t{name}{match['rest']}"
    if "([" in line:
        line = _LINKED.sub(r"(\1)", line)
    if shape and (line[0].isdigit() or shape is _DECIMALS):
        return _with_clock_apart(line, shape)
    if line[0] in "[(" and (match := _IN_ONE.match(line)) and could_be_name(match["name"] or match["who"]):
        return f"[{match['time'] or match['at']}] {match['name'] or match['who']}: {line[match.end() :]}"
    return line


def _with_clock_apart(line: str, shape: re.Pattern[str]) -> str:
    match = shape.match(line)
    if match is None:
        return line
    if shape is _COMMAS and _parts(match["start"]) <= _parts(match["end"]):
        return f"{match['start']} --> {match['end']}\t{match['rest']}"
    if shape is _DECIMALS and float(match["start"]) <= float(match["end"]):
        name = f"{match['name']}: " if match["name"] else ""
        return f"[{clock_of(float(match['start']))} --> {clock_of(float(match['end']))}] {name}{match['rest']}"
    if shape is _BARS and could_be_name(match["name"]):
        return f"{match['start']} {match['name']}: {match['rest']}"
    return f"[{match['start']}] {line[match.end() :]}" if shape is _GLUED else line


def _parts(clock: str) -> list[int]:
    return [*map(int, re.split(r"\D", clock))]


def _with_key(row: str) -> re.Match[str] | None:
    """The parts of a line with a key and a name. Without a bracket it has nothing else, and so is short."""
    may_have_key = ":" in row[:24] and (len(row) < _LONGEST_WITH_KEY or "[" in row[:24])
    return _KEYED.match(row) if may_have_key else None


def unkeyed(rows: list[str]) -> list[str]:
    """The lines; those that name speakers after one key ("Speaker: Marta Quill") keep the name alone."""
    if not any(map(_with_key, itertools.islice(rows, _SAMPLE))):
        return rows
    filled = [i for i, row in enumerate(rows) if row.strip()]
    found = {i: m for i in filled if (m := _with_key(rows[i]))}
    keys = Counter(m["key"] for m in found.values())
    key, times = keys.most_common(1)[0] if keys else ("", 0)
    if times < _LEAST or times < 0.8 * sum(":" in rows[i][:24] for i in filled):
        return rows
    keyed = {i: m for i, m in found.items() if m["key"] == key}
    names = Counter(m["name"].strip() for m in keyed.values())
    over = sum(i in keyed and bool(keyed[i]["open"] or k not in keyed) for i, k in itertools.pairwise(filled))
    recurring = sum(n > 1 for n in names.values())
    if recurring < 2 or over < times - 1 or not all(proper(name) and could_be_name(name) for name in names):
        return rows
    return [
        f"{keyed[i]['name'].strip()}: {keyed[i]['rest'].strip()}" if i in keyed else row for i, row in enumerate(rows)
    ]
