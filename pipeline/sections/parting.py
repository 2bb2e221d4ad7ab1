"""Where parts begin: runs of notes that keep to the same words, found without a model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

_PRIOR = 3.0  # weight of the cost of one more part; 1 is Utiyama and Isahara's, and made more parts than people do


def parts_of(texts: Sequence[Sequence[str]], *, smallest: int, largest: int) -> list[int]:
    """The first note of each part, counted from 1, of notes given by their words.

    The likeliest division by Utiyama and Isahara (2001), "A statistical model for domain-independent text
    segmentation": each part draws its words from a distribution of its own, smoothed by one, and each costs the same.
    Parts have `smallest` to `largest` notes, one of all notes when there are too few for that.
    """
    total = len(texts)
    spoken = sum(len(words) for words in texts)
    kinds = len({w for words in texts for w in words})
    cost_of_a_part = _PRIOR * math.log(max(2, spoken))
    best: list[tuple[float, int]] = [(0.0, 0)] + [(math.inf, 0)] * total  # (cost, where the last part begins)
    for end in range(1, total + 1):
        count: Counter[str] = Counter()
        for begin in range(end - 1, max(-1, end - largest - 1), -1):
            count.update(texts[begin])
            cost = best[begin][0] + cost_of_a_part + _bits(count, kinds)
            if end - begin >= min(smallest, total) and cost < best[end][0]:
                best[end] = (cost, begin)
    return _starts(best)


def _bits(count: Counter[str], kinds: int) -> float:
    """What it costs to say these words from their own distribution (natural logarithms)."""
    spoken = count.total()
    return -sum(n * math.log((n + 1) / (spoken + kinds)) for n in count.values())


def _starts(best: Sequence[tuple[float, int]]) -> list[int]:
    out: list[int] = []
    end = len(best) - 1
    while end > 0:
        end = best[end][1]
        out.append(end + 1)
    return out[::-1]
