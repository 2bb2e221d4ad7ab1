"""Labels that number the parts of a text ("Section 2.10", "Chapter 3") and so name nobody, unlike "Speaker 2"."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable

_COUNTED = re.compile(r"(?P<what>[^\W\d_][^\d]{0,40}?)[ .#-]{0,3}(?P<number>\d{1,4}(?:\.\d{1,4}){0,4})")
_FIRST = 5  # number of first labels; if none of them ends in a digit, the rest are not examined
_PARTS, _DOTTED = 20, 3  # minimum number of different, rising numbers: plain (more than people speak in turn); dotted
_MOST = 0.8  # minimum share of labels with such a number: named speakers may be among numbered listeners


def labels_of_parts(labels: Iterable[str]) -> set[str]:
    """Those of a file's labels that number parts: in their order, the numbers only rise; people answer one another."""
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
