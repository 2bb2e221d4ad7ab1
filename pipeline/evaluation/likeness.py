"""How much of one text stands in another, by words weighted by their rarity in the recording: no list of words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

from pipeline.text import words
from pipeline.transcript import Transcript

_STEM = 5  # letters after which two forms of a word count as the same


def stems(text: str) -> set[str]:
    """The words of a text, each by its first letters: "turbine" meets "turbines"."""
    return {w[:_STEM] for w in words(text)}


class Rarity:
    """The weight of a word: the fewer lines of a recording have it, the more it says."""

    def __init__(self, transcript: Transcript) -> None:
        self._lines = len(transcript.segments)
        self._with = Counter(stem for s in transcript.segments for stem in stems(s.text))

    def share(self, wanted: Collection[str], have: Collection[str]) -> float:
        """The share of the wanted words, by weight, that are among those there; 0 of none."""
        total = sum(map(self._weight, wanted))
        return sum(self._weight(w) for w in wanted if w in have) / total if total else 0.0

    def _weight(self, stem: str) -> float:
        return math.log((self._lines + 1) / (self._with[stem] + 0.5))
