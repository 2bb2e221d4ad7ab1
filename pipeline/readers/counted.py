"""Labels that count the parts of a text ("Section 2.10", "Chapter 3") and so name nobody, unlike "Speaker 2"."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable

_COUNTED = re.compile(r"(?P<what>[^\W\d_][^\d]{0,40}?)[ .#-]{0,3}(?P<number>\d{1,4}(?:\.\d{1,4}){0,4})")
_FIRST = 5  # labels of which one has a number, so that it is worth looking further
_PARTS, _DOTTED = 20, 3  # different numbers that only rise: more than people speak in turn; with dots in all of them
_MOST = 0.8  # of a file's labels, those with such a number: people in the audience may be counted among others


def labels_of_parts(labels: Iterable[str]) -> set[str]:
    """Of the labels of a file in their order, those that only count on: people who talk answer one another."""
    rest = iter(labels)
    names = [*itertools.islice(rest, _FIRST)]
    if not any(name[-1:].isdigit() for name in names):
        return set()
    names += rest
    matches = [match for name in names if (match := _COUNTED.fullmatch(name))]
    kinds = Counter(match["what"].casefold() for match in matches)
    kind, times = kinds.most_common(1)[0] if kinds else ("", 0)
    if times < _MOST * len(names):
        return set()
    ours = [match for match in matches if match["what"].casefold() == kind]
    numbers = [tuple(map(int, match["number"].split("."))) for match in ours]
    different = len(set(numbers))
    enough = different >= _PARTS or (different >= _DOTTED and all(len(number) > 1 for number in numbers))
    rising = all(a <= b for a, b in itertools.pairwise(numbers))
    return {match[0] for match in ours} if enough and rising else set()
