"""Shapes of a line that tools write, turned into the plain one: a time, a name, the words."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from pipeline.readers.labels import could_be_name, proper

MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"  # of direction and byte order
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
_COMMAS = re.compile(rf"(?P<start>{_CLOCK})\s?,\s?(?P<end>{_CLOCK})\s?,\s?(?P<rest>\S.*)")  # Spruce STL
_BARS = re.compile(rf"(?P<start>{_CLOCK})\|(?P<name>[^|:]{{1,60}})\|(?P<rest>\S.*)")
_GLUED = re.compile(r"(?P<start>\d{1,2}:\d{2}:\d{2})[:=](?=[^\d\s])")  # TMPlayer
_SAMPLE = 500  # lines in which such a key shows
_LEAST = 3  # lines with one key whose values are names


def plainer(line: str) -> str:
    """The line with its time in front, its name after it and a colon, where a tool wrote both in another way."""
    if "\t" in line and (match := _TABBED.fullmatch(line)):
        name = f"{match['name']}\t" if match["name"] else ""
        return f"{match['start']} --> {match['end']}\t{name}{match['rest']}"
    if "([" in line:
        line = _LINKED.sub(r"(\1)", line)
    if line[0].isdigit():
        if match := _COMMAS.fullmatch(line):
            return f"{match['start']} --> {match['end']}\t{match['rest']}"
        if (match := _BARS.fullmatch(line)) and could_be_name(match["name"]):
            return f"{match['start']} {match['name']}: {match['rest']}"
        if match := _GLUED.match(line):
            return f"[{match['start']}] {line[match.end() :]}"
        return line
    if line[0] in "[(" and (match := _IN_ONE.match(line)) and could_be_name(match["name"] or match["who"]):
        return f"[{match['time'] or match['at']}] {match['name'] or match['who']}: {line[match.end() :]}"
    return line


def unkeyed(rows: list[str]) -> list[str]:
    """The lines, those that name speakers after one word ("Speaker: Marta Quill") with the name alone."""
    if not any(":" in row[:24] and _KEYED.match(row) for row in itertools.islice(rows, _SAMPLE)):
        return rows
    filled = [i for i, row in enumerate(rows) if row.strip()]
    found = {i: m for i in filled if ":" in rows[i][:24] and (m := _KEYED.match(rows[i]))}
    keys = Counter(m["key"] for m in found.values())
    key, times = keys.most_common(1)[0] if keys else ("", 0)
    if times < _LEAST or times < 0.8 * sum(":" in rows[i][:24] for i in filled):
        return rows
    named = {i: m for i, m in found.items() if m["key"] == key}
    names = Counter(m["name"].strip() for m in named.values())
    over = sum(i in named and bool(named[i]["open"] or k not in named) for i, k in itertools.pairwise(filled))
    recurring = sum(n > 1 for n in names.values())
    if recurring < 2 or over < times - 1 or not all(proper(name) and could_be_name(name) for name in names):
        return rows
    return [
        f"{named[i]['name'].strip()}: {named[i]['rest'].strip()}" if i in named else row for i, row in enumerate(rows)
    ]
