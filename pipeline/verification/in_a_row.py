"""Where words are said in a row, wherever blanks stand in them, and said twice where a speaker stumbled."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from itertools import accumulate

from pipeline.text import UNSPACED
from pipeline.verification.figures import claims

_UNSPACED = re.compile(f"[{UNSPACED}]")
_LONGEST = 3  # words that somebody says again when he or she stumbles: "I think that I think that"


class InARow:
    """Words of places in their order; a place is told by its index."""

    def __init__(self, said: Sequence[Sequence[str]]) -> None:
        self._text = "".join(word for words in said for word in words)
        self._edges: Set[int] = frozenset(accumulate((len(w) for words in said for w in words), initial=0))
        self._starts = list(accumulate((sum(map(len, words)) for words in said), initial=0))

    def places_of(self, words: Sequence[str]) -> Iterator[range]:
        """The places of each passage that has these words and no others, ascending."""
        wanted, parted = "".join(words), set(accumulate(map(len, words)))
        seams = [n for n in range(1, len(wanted)) if wanted[n - 1].isdigit() and wanted[n].isdigit()]
        at = self._text.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            # "legal to build" is not said by who says "illegal to build", nor "1.5" by who says "15".
            whole = at in self._edges and end in self._edges
            if whole and all((n in parted) == (at + n in self._edges) for n in seams):
                yield range(bisect_right(self._starts, at) - 1, bisect_left(self._starts, end))
            at = self._text.find(wanted, at + 1)


def without_stumbling(said: Sequence[Sequence[str]]) -> list[list[str]]:
    """The words of each place, without those that only repeat what was said right before: "the the budget".

    Numbers stay, "two two nine" is one, and so do characters of scripts without blanks, whose doubling is grammar.
    """
    told: list[str] = []
    places: list[int] = []
    for place, words in enumerate(said):
        for word in words:
            told.append(word)
            places.append(place)
            for length in range(1, _LONGEST + 1):
                again = told[-length:]
                if again == told[-2 * length : -length] and not _meant(" ".join(again)):
                    del told[-length:], places[-length:]
                    break
    out: list[list[str]] = [[] for _ in said]
    for place, word in zip(places, told, strict=True):
        out[place].append(word)
    return out


def _meant(again: str) -> bool:
    return bool(_UNSPACED.search(again) or claims(again))
