"""Where a phrase is said, wherever blanks stand in its words, and what English speakers say twice in a row."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from itertools import accumulate

from pipeline.verification.figures import claims

SPLIT_APOSTROPHE = re.compile(r"(?<=\w)\s+(?=['’][^\W\d_]{1,2}\b(?!['’]))")
_STUTTER = re.compile(
    r"(?<![\w.'’-])((?:[^\W\d]+['’]?[^\W\d]*\s+){0,2}[^\W\d]+['’]?[^\W\d]*)(?:\s+\1\b(?!['’.-]\w|['’]))+", re.IGNORECASE
)


class PhraseIndex:
    """The words of passages in their order, to be searched for phrases; a passage is told by its index."""

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self._text = "".join(word for words in passages for word in words)
        self._edges: Set[int] = frozenset(accumulate((len(w) for words in passages for w in words), initial=0))
        self._starts = list(accumulate((sum(map(len, words)) for words in passages), initial=0))

    def places_of(self, phrase: Sequence[str]) -> Iterator[range]:
        """The passages over which the phrase of these words goes, for each time that it is said."""
        wanted, parted = "".join(phrase), set(accumulate(map(len, phrase)))
        seams = [n for n in range(1, len(wanted)) if wanted[n - 1].isdigit() and wanted[n].isdigit()]
        at = self._text.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            # "legal to build" is not said by who says "illegal to build", nor "1.5" by who says "15".
            whole = at in self._edges and end in self._edges
            if whole and all((n in parted) == (at + n in self._edges) for n in seams):
                yield range(bisect_right(self._starts, at) - 1, bisect_left(self._starts, end))
            at = self._text.find(wanted, at + 1)


def without_stutters(text: str) -> str:
    """An English sentence without words, up to three, that are said twice in a row; numbers stay: "two two nine"."""
    closed = SPLIT_APOSTROPHE.sub("", text)
    return _STUTTER.sub(lambda m: m[0] if claims(m[1]) else m[1], closed)
