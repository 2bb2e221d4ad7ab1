"""Coverage of a transcript under review: which lines the statements that were not rejected cite, as a strip of bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.review.state import Item, State

_MOST_BARS = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the strip: its position, its level from 0 (nothing cited) to 4, and its first line (0: unknown)."""

    x: int
    level: int
    first: int


def strip(shares: Sequence[float], firsts: Sequence[int] = ()) -> list[Bar]:
    """One bar for each share, from 0 to 1, of cited lines."""
    return [
        Bar(x, 0 if s <= 0 else min(4, 1 + int(s * 3.999)), firsts[x] if firsts else 0) for x, s in enumerate(shares)
    ]


def cited(state: State) -> list[int]:
    """The lines cited by statements that are in the document and not rejected."""
    return sorted({n for i in state.items if _uses_lines(i) for n in i.lines})


def bars_of(used: Sequence[int], total: int) -> list[Bar]:
    """The strip of a transcript with `total` lines, of which those in `used` are cited."""
    known, bars = set(used), max(1, min(_MOST_BARS, total))
    spans = [range(b * total // bars + 1, (b + 1) * total // bars + 1) for b in range(bars)]
    shares = [sum(n in known for n in span) / len(span) if span else 0.0 for span in spans]
    return strip(shares, [span.start for span in spans])


def moves_coverage(before: State, state: State) -> bool:
    """Whether a statement now counts for other lines than before."""
    changed = [(a, b) for a, b in zip(before.items, state.items, strict=True) if a is not b]
    return any((a.lines, _uses_lines(a)) != (b.lines, _uses_lines(b)) for a, b in changed)


def _uses_lines(item: Item) -> bool:
    return not item.bare and not item.outside and item.standing != "rejected"
