"""Words before a clock in its bracket: a day ("[Yesterday 10:03 AM] Lin Ferrer") or a name ("[Lin 02:12] We")."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.clocks import rise
from pipeline.readers.labels import could_be_name, proper

_BRACKET = re.compile(
    r"\s*(?P<open>[\[(])(?P<word>[^\W\d_][^\[\]():\d]{0,40}?)[ ,]{1,2}(?:at )?"
    r"(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,3})?)?(?P<noon>[ \u202f\u00a0]?[aApP]\.?[mM]\.?)?)"
    r"(?P<close>[\])])[ :]*"
)
_FIRST = "[( \t"  # first characters of such lines
_LEAST, _DAYS = 3, 2  # minimum number of lines with such a clock; maximum number of days in a talk
_MOST = 0.8  # minimum share of words that recur, if they are names, and of clocks that rise, unlike those of verses


def in_front_of_clocks(rows: list[str]) -> list[str]:
    """Drop such days, and put such names before their brackets as labels; otherwise return the lines as they are.

    At least two names must recur. A further name then counts even if it occurs only once, in front of words.
    """
    found = {i: m for i, row in enumerate(rows) if row and row[0] in _FIRST and (m := _BRACKET.match(row))}
    words = [match["word"] for match in found.values()]
    days = all(match["noon"] for match in found.values()) and _are_days(words)
    clocks = [tuple(map(int, re.findall(r"\d+", match["clock"]))) for match in found.values()]
    names = _recurring(words) if not days and rise(clocks, _MOST) else set()
    if len(found) < _LEAST or not (days or names):
        return rows
    new_rows = rows.copy()
    for i, match in found.items():
        clock, text = f"{match['open']}{match['clock']}{match['close']}", rows[i][match.end() :]
        if days or match["word"] in names or (names and text and _may_name(match["word"])):
            new_rows[i] = f"{clock} {text}" if days else f"{match['word']} {clock}: {text}"
    return new_rows


def _are_days(words: Sequence[str]) -> bool:
    """Whether the words are one day, or one day after another: people come to speak again, days do not."""
    blocks = [day for day, _ in itertools.groupby(words)]
    return len(blocks) <= _DAYS and len(blocks) == len(set(blocks)) and not any(" " in day for day in blocks)


def _recurring(words: Sequence[str]) -> set[str]:
    """The names that recur, if there are at least two and hardly any other words; else none."""
    names = {name for name, n in Counter(words).items() if n > 1 and _may_name(name)}
    return names if len(names) > 1 and sum(name in names for name in words) >= _MOST * len(words) else set()


def _may_name(word: str) -> bool:
    """Whether a word is written as a name, unlike "[laughter 00:40]"."""
    return proper(word) and could_be_name(word)
