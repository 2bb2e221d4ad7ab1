"""What stands between quotations, and behind them: printed while the page has words left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.small.context import Openings
from pipeline.small.excerpts import Excerpt
from pipeline.small.sentences import Sentence

_LONGEST = 3  # sentences


def bridged(
    excerpts: Sequence[Excerpt], elsewhere: Collection[int], sentences: Sequence[Sentence], words: int
) -> list[Excerpt]:
    """The excerpts, each with the few sentences from it to the next one of its turn.

    Of so many words in all: where the next needs it most first, and short gaps first, so that more are closed. What
    stands `elsewhere` is not repeated.
    """
    out, openings = list(excerpts), Openings(sentences)
    gaps: list[tuple[float, int, int, Sequence[Sentence]]] = []
    for n, (before, behind) in enumerate(pairwise(excerpts)):
        gap = sentences[before.last + 1 : behind.first]
        near = before.sentences[-1].turn == behind.sentences[0].turn and len(gap) <= _LONGEST and not behind.lead_up
        if near and not any(s.number in elsewhere for s in gap):
            gaps.append((-openings.cut_before(behind.sentences[0]), sum(s.words for s in gap), n, gap))
    for _, cost, n, gap in sorted(gaps, key=lambda g: g[:3]):
        if cost <= words:
            out[n] = replace(out[n], sentences=(*out[n].sentences, *gap))
            words -= cost
    return out


def prolonged(
    excerpts: Sequence[Excerpt], elsewhere: Collection[int], sentences: Sequence[Sentence], words: int
) -> list[Excerpt]:
    """The excerpts, each with the next few sentences of its turn, of so many words in all. Words thrown in end none."""
    out: list[Excerpt] = []
    taken = {s.number for e in excerpts for s in (*e.lead_up, *e.sentences)}.union(elsewhere)
    for e in excerpts:
        behind: list[Sentence] = []
        for s in sentences[e.last + 1 : e.last + 1 + _LONGEST]:
            if s.turn != e.sentences[-1].turn or s.number in taken:
                break
            behind.append(s)
        while behind and behind[-1].interjects:
            behind.pop()
        fits = sum(s.words for s in behind) <= words
        out.append(replace(e, sentences=(*e.sentences, *behind)) if fits else e)
        words -= sum(s.words for s in behind) if fits else 0
    return out
