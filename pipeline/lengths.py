"""How long the notes should be."""

from __future__ import annotations

import math
from typing import Literal

Length = Literal["brief", "standard", "full"]
_FACTORS: dict[Length, float] = {"brief": 0.5, "standard": 1.0, "full": 2.0}
_MOST_SHARE: dict[Length, float] = {"brief": 0.35, "standard": 0.7, "full": 0.9}  # share of a short recording's words
_LEAST_WORDS = 60


def words_for(transcript_words: int, length: Length = "standard") -> int:
    """Target words for notes: 23 times the square root of the recording's words at standard length, to the nearest 10.

    Half an hour of talk (4,500 words) gives 1,540 words, two and a half hours (20,000) give 3,250: long recordings
    repeat themselves, and a reader's time does not grow with them. For a recording of a few minutes the target is
    capped at seven tenths of its words at standard length, nine tenths at full length, and half of seven tenths at
    brief length.
    """
    usual = 23 * math.sqrt(transcript_words) * _FACTORS[length]
    return max(_LEAST_WORDS, round(min(usual, _MOST_SHARE[length] * transcript_words) / 10) * 10)
