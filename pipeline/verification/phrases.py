"""Find where a phrase is said, whatever its spacing, and remove what English speakers say twice in a row."""

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
_DIGITS = re.compile(r"\d+")
_NEAR = 1000  # most letters that a quotation leaves out in one place, about two hundred words


class Spot(NamedTuple):
    """Start and end of a phrase among the letters of all passages, and who says it; None is unknown."""

    start: int
    end: int
    speaker: str | None


@dataclass(frozen=True, slots=True)
class _Path:
    """A spot, followed by the spots of the phrases after it."""

    spot: Spot
    rest: _Path | None
    speaker: str | None

    def spots(self) -> Iterator[Spot]:
        path: _Path | None = self
        while path:
            yield path.spot
            path = path.rest


class PhraseIndex:
    """Searches the words of passages for phrases; a passage is identified by its index."""

    def __init__(self, passages: Sequence[Sequence[str]], speakers: Sequence[str | None]) -> None:
        self._text = "".join(word for words in passages for word in words)
        self._word_edges: Set[int] = frozenset(accumulate((len(w) for words in passages for w in words), initial=0))
        self._passage_starts = list(accumulate((sum(map(len, words)) for words in passages), initial=0))
        self._speakers = speakers

    def places_of(self, phrases: Sequence[Sequence[str]]) -> Iterator[tuple[int, ...]]:
        """For each place where one speaker says these phrases in order and near each other, the passages it spans."""
        for path in self._paths([list(self._spots(phrase)) for phrase in phrases]):
            yield tuple(sorted({n for spot in path.spots() for n in self._passages(spot.start, spot.end)}))

    def _passages(self, start: int, end: int) -> range:
        return range(bisect_right(self._passage_starts, start) - 1, bisect_left(self._passage_starts, end))

    def _spots(self, phrase: Sequence[str]) -> Iterator[Spot]:
        """Every place where one speaker says the phrase."""
        letters, word_ends = "".join(phrase), set(accumulate(map(len, phrase)))
        # Between digits, words end in the same places, except where thousands may be separated: "1000" and "1,000".
        between_digits = [
            n for run in _DIGITS.finditer(letters) for n in range(run.start() + 1, run.end()) if (run.end() - n) % 3
        ]
        at = self._text.find(letters)
        while at >= 0:
            end = at + len(letters)
            # "illegal to build" does not contain "legal to build", nor "15" contain "1.5".
            whole = at in self._word_edges and end in self._word_edges
            if whole and all((n in word_ends) == (at + n in self._word_edges) for n in between_digits):
                speakers = {who for n in self._passages(at, end) if (who := self._speakers[n])}
                if len(speakers) <= 1:
                    yield Spot(at, end, next(iter(speakers), None))
            at = self._text.find(letters, at + 1)

    def _paths(self, spots: Sequence[Sequence[Spot]]) -> Iterator[_Path]:
        """A path for each spot of the first phrase through to one of the last, all by one speaker."""
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
    """The spot followed by the nearest path of its speaker; if that is unknown, by the nearest path of each speaker."""
    by_speaker: dict[str | None, _Path] = {}
    for path in near:
        if None in (spot.speaker, path.speaker) or spot.speaker == path.speaker:
            speaker = spot.speaker or path.speaker
            by_speaker.setdefault(speaker, _Path(spot, path, speaker))
            if spot.speaker:
                break
    return list(by_speaker.values())


def without_stutters(text: str) -> str:
    """An English sentence with up to three words said twice in a row said once; numbers are kept: "two two nine"."""
    closed = SPLIT_APOSTROPHE.sub("", text)
    return _STUTTER.sub(lambda m: m[0] if claims(m[1]) else m[1], closed)
