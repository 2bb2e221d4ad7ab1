"""Means with confidence intervals, and the comparison of two sets of documents."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from pipeline.evaluation.scores import SCORES, Scored

_DRAWS = 2000
_SEED = 20260101
_CHANGED = 70  # similarity, out of 100, from which two statements count as one that changed


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` documents with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """How a document's statements differ between the two sets."""

    name: str
    loss: float
    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    changed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Paired differences (second minus first) by score, and the documents, largest loss first."""

    differences: dict[str, Interval]
    documents: tuple[Change, ...]
    unpaired: tuple[str, ...]


def interval(values: Sequence[float]) -> Interval | None:
    """The mean with its percentile bootstrap interval, deterministic for the same values; None if there are none."""
    if not values:
        return None
    rng = random.Random(_SEED)
    means = sorted(sum(rng.choices(values, k=len(values))) / len(values) for _ in range(_DRAWS))
    mean = sum(values) / len(values)
    return Interval(mean, means[int(0.025 * _DRAWS)], means[int(0.975 * _DRAWS) - 1], len(values))


def means(scored: Sequence[Scored]) -> dict[str, Interval]:
    """The mean of every score that at least one document has."""
    intervals = {}
    for name in SCORES:
        values = [v for s in scored if (v := s.scores[name]) is not None]
        if (mean := interval(values)) is not None:
            intervals[name] = mean
    return intervals


def compare(first: Sequence[Scored], second: Sequence[Scored]) -> Comparison:
    """Compare documents of the same name."""
    before, after = {s.name: s for s in first}, {s.name: s for s in second}
    pairs = [(before[n], after[n]) for n in before if n in after]
    differences = {}
    for name in SCORES:
        values = [(a.scores[name], b.scores[name]) for a, b in pairs]
        difference = interval([y - x for x, y in values if x is not None and y is not None])
        if difference is not None:
            differences[name] = difference
    changes = sorted((_change(a, b) for a, b in pairs), key=lambda c: (-c.loss, c.name))
    return Comparison(differences, tuple(changes), tuple(sorted(set(before) ^ set(after))))


def worst_losses(comparison: Comparison) -> dict[str, float]:
    """How much worse each score became (negative: better); scores without a good direction are left out."""
    losses = {}
    for name, difference in comparison.differences.items():
        more_is_better = SCORES[name][1]
        if more_is_better is not None:
            losses[name] = -difference.mean if more_is_better else difference.mean
    return losses


def verdict(score: str, difference: Interval) -> str:
    """How a score changed: "better", "worse", or "" if it may be chance or neither direction is good."""
    more_is_better = SCORES[score][1]
    clear = more_is_better is not None and (difference.low > 0 or difference.high < 0)
    return ("better" if (difference.mean > 0) == more_is_better else "worse") if clear else ""


def matched(
    old: Sequence[str], new: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The texts that appeared, that vanished, and pairs that changed; each matched at most once, equal ones first."""
    free = dict(enumerate(new))
    unmatched: list[str] = []
    for text in old:
        twin = next((n for n, other in free.items() if other == text), None)
        if twin is None:
            unmatched.append(text)
        else:
            del free[twin]
    vanished: list[str] = []
    changed: list[tuple[str, str]] = []
    for text in unmatched:
        nearest = process.extractOne(text, free, scorer=fuzz.ratio, score_cutoff=_CHANGED)
        if nearest is None:
            vanished.append(text)
        else:
            del free[nearest[2]]
            changed.append((text, nearest[0]))
    return tuple(free.values()), tuple(vanished), tuple(changed)


def _change(a: Scored, b: Scored) -> Change:
    appeared, vanished, changed = matched([c.text for c in a.statements], [c.text for c in b.statements])
    loss = 0.0
    for name, (_, more_is_better) in SCORES.items():
        x, y = a.scores[name], b.scores[name]
        if more_is_better is not None and x is not None and y is not None and name != "tenths":
            loss += (x - y) if more_is_better else (y - x)
    return Change(a.name, round(loss, 6), appeared, vanished, changed)
