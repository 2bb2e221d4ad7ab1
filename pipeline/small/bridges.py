"""Sentences between and after quotations, printed while the page has words left."""

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
    """The excerpts, each extended by the few sentences up to the next one in its turn.

    At most `words` are added in all: first where the next excerpt needs them most, and short gaps first, so that more
    are closed. Sentences printed `elsewhere` are not repeated.
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
    """The excerpts, each extended by the next few sentences of its turn, with at most `words` added in all.

    None is made to end with a word or two thrown in.
    """
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
