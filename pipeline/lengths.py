"""How long notes are."""

from __future__ import annotations

import math
from typing import Literal

Length = Literal["brief", "standard", "full"]
_FACTORS: dict[Length, float] = {"brief": 0.5, "standard": 1.0, "full": 2.0}
_MOST_SHARE: dict[Length, float] = {"brief": 0.35, "standard": 0.7, "full": 0.9}  # of a short recording's words
_LEAST_WORDS = 60


def words_for(transcript_words: int, length: Length = "standard") -> int:
    """Words of a document on a recording: 23 times the square root of its own at standard length, in tens.

    Half an hour of talk (4,500 words) gives 1,540, two hours and a half (20,000) 3,250: long recordings repeat
    themselves, and a reader's time does not grow with them. Of a few minutes' words seven tenths are the most, nine
    tenths at full length, and half of seven tenths at brief length.
    """
    usual = 23 * math.sqrt(transcript_words) * _FACTORS[length]
    return max(_LEAST_WORDS, round(min(usual, _MOST_SHARE[length] * transcript_words) / 10) * 10)
