"""Where a phrase is said, wherever blanks stand in its words, and what English speakers say twice in a row."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from pipeline.verification.figures import claims

SPLIT_APOSTROPHE = re.compile(r"(?<=\w)\s+(?=['’][^\W\d_]{1,2}\b(?!['’]))")
_STUTTER = re.compile(
    r"(?<![\w.'’-])((?:[^\W\d]+['’]?[^\W\d]*\s+){0,2}[^\W\d]+['’]?[^\W\d]*)(?:\s+\1\b(?!['’.-]\w|['’]))+", re.IGNORECASE
)


_NEAR = 1000  # letters, two hundred words or so, that a quotation leaves out at one place at the most


class Spot(NamedTuple):
    """Where a phrase stands among all letters, and who says it; None is unknown."""

    start: int
    end: int
    speaker: str | None


@dataclass(frozen=True, slots=True)
class _Path:
    """A spot and the spots of the phrases behind it."""

    spot: Spot
    rest: _Path | None
    speaker: str | None

    def spots(self) -> Iterator[Spot]:
        path: _Path | None = self
        while path:
            yield path.spot
            path = path.rest


class PhraseIndex:
    """The words of passages in their order, to be searched for phrases; a passage is known by its index."""

    def __init__(self, passages: Sequence[Sequence[str]], speakers: Sequence[str | None]) -> None:
        self._text = "".join(word for words in passages for word in words)
        self._word_edges: Set[int] = frozenset(accumulate((len(w) for words in passages for w in words), initial=0))
        self._passage_starts = list(accumulate((sum(map(len, words)) for words in passages), initial=0))
        self._speakers = speakers

    def places_of(self, phrases: Sequence[Sequence[str]]) -> Iterator[tuple[int, ...]]:
        """The passages of each place where one speaker says these phrases in their order, near each other."""
        for path in self._paths([list(self._spots(phrase)) for phrase in phrases]):
            yield tuple(sorted({n for spot in path.spots() for n in self._passages(spot.start, spot.end)}))

    def _passages(self, start: int, end: int) -> range:
        return range(bisect_right(self._passage_starts, start) - 1, bisect_left(self._passage_starts, end))

    def _spots(self, phrase: Sequence[str]) -> Iterator[Spot]:
        """Each time that one speaker says a phrase."""
        letters, word_ends = "".join(phrase), set(accumulate(map(len, phrase)))
        between_digits = [n for n in range(1, len(letters)) if letters[n - 1].isdigit() and letters[n].isdigit()]
        at = self._text.find(letters)
        while at >= 0:
            end = at + len(letters)
            # "legal to build" is not said by who says "illegal to build", nor "1.5" by who says "15".
            whole = at in self._word_edges and end in self._word_edges
            if whole and all((n in word_ends) == (at + n in self._word_edges) for n in between_digits):
                speakers = {who for n in self._passages(at, end) if (who := self._speakers[n])}
                if len(speakers) <= 1:
                    yield Spot(at, end, next(iter(speakers), None))
            at = self._text.find(letters, at + 1)

    def _paths(self, spots: Sequence[Sequence[Spot]]) -> Iterator[_Path]:
        """A path from each spot of the first phrase to one of the last, all of one speaker."""
        paths: list[_Path] = []
        for number, phrase_spots in enumerate(reversed(spots)):
            starts = [path.spot.start for path in paths]
            longer: list[_Path] = []
            for spot in phrase_spots:
                near = paths[bisect_left(starts, spot.end) : bisect_right(starts, spot.end + _NEAR)]
                longer += _continued(spot, near) if number else [_Path(spot, None, spot.speaker)]
            paths = longer
        yield from paths


def _continued(spot: Spot, near: Sequence[_Path]) -> list[_Path]:
    """The spot before its nearest path of the same speaker; a spot whose speaker is unknown, before one of each."""
    by_speaker: dict[str | None, _Path] = {}
    for path in near:
        if None in (spot.speaker, path.speaker) or spot.speaker == path.speaker:
            speaker = spot.speaker or path.speaker
            by_speaker.setdefault(speaker, _Path(spot, path, speaker))
            if spot.speaker:
                break
    return list(by_speaker.values())


def without_stutters(text: str) -> str:
    """An English sentence without words, up to three, that are said twice in a row; numbers stay: "two two nine"."""
    closed = SPLIT_APOSTROPHE.sub("", text)
    return _STUTTER.sub(lambda m: m[0] if claims(m[1]) else m[1], closed)
