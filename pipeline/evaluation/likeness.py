"""How much of one text is in another, by words weighted by their rarity in the recording, without word lists."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

from pipeline.text import words
from pipeline.transcript import Transcript

_STEM = 5  # words with the same first letters, up to this many, count as forms of one


def stems(text: str) -> set[str]:
    """The words of a text, truncated so that "turbine" matches "turbines"."""
    return {w[:_STEM] for w in words(text)}


class Rarity:
    """Weights of words: the fewer lines of a recording contain one, the more it weighs."""

    def __init__(self, transcript: Transcript) -> None:
        self._lines = len(transcript.segments)
        self._with = Counter(stem for s in transcript.segments for stem in stems(s.text))

    def share(self, wanted: Collection[str], have: Collection[str]) -> float:
        """The share by weight of the `wanted` words that are in `have`; 0 if none are wanted."""
        total = sum(map(self._weight, wanted))
        return sum(self._weight(w) for w in wanted if w in have) / total if total else 0.0

    def _weight(self, stem: str) -> float:
        return math.log((self._lines + 1) / (self._with[stem] + 0.5))
