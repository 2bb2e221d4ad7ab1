"""Parts: where a recording turns to another matter, by its words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import keys

_FEWEST = 2  # excerpts of a part
_MOST_PARTS = 10
_WORDS, _EXCERPTS = 110, 4.5  # of excerpts, and excerpts, for a part, about


@dataclass(frozen=True)
class Part:
    """Excerpts that belong together, what they are called, and a lead for each, "" for none."""

    excerpts: tuple[Excerpt, ...]
    heading: str
    leads: tuple[str, ...]

    def without(self, moved: Collection[Excerpt]) -> Part:
        """The part without excerpts that are printed elsewhere."""
        kept = [n for n, e in enumerate(self.excerpts) if e not in moved]
        return replace(self, excerpts=tuple(self.excerpts[n] for n in kept), leads=tuple(self.leads[n] for n in kept))


def how_many(words: int, excerpts: int = 0) -> int:
    """Parts for so many excerpts of so many words in all."""
    return max(1, min(_MOST_PARTS, max(round(words / _WORDS), round(excerpts / _EXCERPTS))))


def parted(excerpts: Sequence[Excerpt], many: int) -> list[tuple[Excerpt, ...]]:
    """The excerpts in at most so many parts, cut where the words on both sides have least in common.

    An excerpt stays with the one that it goes on from, and a cut before a question costs less than one in an answer.
    """
    if not excerpts:
        return []
    bags = [Counter(keys(e.text)) for e in excerpts]
    spread = Counter(k for bag in bags for k in bag)
    weights = {k: math.log(1 + len(bags) / n) for k, n in spread.items()}
    bound = {n: _likeness(bags, n, weights) + _hold(excerpts[n - 1], e) for n, e in enumerate(excerpts) if n}
    free = frozenset(n for n in bound if not excerpts[n].continues(excerpts[n - 1]))
    cuts = next(c for k in range(many - 1, -1, -1) if (c := _cuts(0, len(excerpts), k, free, bound)) is not None)
    edges = [0, *sorted(cuts), len(excerpts)]
    return [tuple(excerpts[a:b]) for a, b in pairwise(edges)]


def _hold(before: Excerpt, behind: Excerpt) -> float:
    """What else holds two excerpts together: somebody who goes on speaking does, a question parts them."""
    a, b = before.sentences[-1], behind.sentences[0]
    if a.speaker is not None and a.turn == b.turn and not behind.before:
        return 0.2
    return -0.1 if behind.before else 0.0


def _cuts(first: int, end: int, many: int, free: frozenset[int], costs: Mapping[int, float]) -> tuple[int, ...] | None:
    """So many places to cut between two that cost least together, no part too short; None when there are none."""
    best: dict[int, list[tuple[float, tuple[int, ...]]]] = {0: [(0.0, ())]}
    for k in range(1, many + 1):
        longer = [
            (cost + costs[n], (*cuts, n))
            for cost, cuts in best[k - 1]
            for n in sorted(free)
            if n - (cuts[-1] if cuts else first) >= _FEWEST and end - n >= _FEWEST
        ]
        cheapest: dict[int, tuple[float, tuple[int, ...]]] = {}
        for cost, cuts in longer:
            if cuts[-1] not in cheapest or cost < cheapest[cuts[-1]][0]:
                cheapest[cuts[-1]] = (cost, cuts)
        best[k] = list(cheapest.values())
    return min(best[many])[1] if best[many] else None


def _likeness(bags: Sequence[Counter[str]], n: int, weights: dict[str, float]) -> float:
    """How much the two excerpts before and behind a place have in common, 0 to 1."""
    left, right = sum(bags[max(0, n - 2) : n], Counter[str]()), sum(bags[n : n + 2], Counter[str]())
    both = sum(weights[k] ** 2 * left[k] * right[k] for k in left.keys() & right.keys())
    lengths = [math.sqrt(sum((weights[k] * c) ** 2 for k, c in side.items())) for side in (left, right)]
    return both / (lengths[0] * lengths[1]) if all(lengths) else 0.0
