"""What is printed before a quotation so that it is understood: what was said right before it, or the question asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile
from typing import TypeVar

from pipeline.small.concepts import Concept
from pipeline.small.context import SHORT, Openings, belongs, fits
from pipeline.small.excerpts import LEAD_UP, NEEDS, Excerpt, asked_before, printed_words
from pipeline.small.keys import keys
from pipeline.small.sentences import Sentence

_LEANS = 0.3  # leaning from which the beginning of a paragraph is printed with the question that its turn answers

Said = TypeVar("Said", Excerpt, Concept)


@dataclass(frozen=True)
class LeadIn:
    """What is printed before a quotation: what others said, then what its speaker did."""

    others: tuple[Sentence, ...] = ()
    own: tuple[Sentence, ...] = ()

    def words_before(self, quoted: tuple[Sentence, ...]) -> int:
        """Words that it adds to a quotation, names of speakers too."""
        return printed_words((*self.own, *quoted), self.others) - printed_words(quoted, ())


def cut_back(concept: Concept) -> Concept:
    """A concept that opens with its term, without what behind the definition does not belong to it."""
    if not concept.opens:
        return concept
    kept = [concept.sentences[0]]
    for s in concept.sentences[1:]:
        if not (belongs(kept[-1], s) or (s.words < SHORT and not s.begins_line)):
            break
        kept.append(s)
    return replace(concept, sentences=tuple(kept))


def gone_on(excerpt: Excerpt, concepts: Sequence[Concept]) -> Excerpt:
    """An excerpt with what was cut from a concept that stands right behind it in its turn: it goes on from both."""
    for whole in concepts:
        kept = cut_back(whole).numbers
        rest = tuple(s for s in whole.sentences if s.number not in kept)
        follows = whole.sentences[0].number == excerpt.last + 1 and whole.sentences[0].turn == excerpt.sentences[0].turn
        if rest and follows and fits((*excerpt.sentences, *rest)):
            return replace(excerpt, sentences=(*excerpt.sentences, *rest))
    return excerpt


def taken_in(concept: Concept, excerpts: Sequence[Excerpt]) -> Excerpt | None:
    """The excerpt right behind a concept, in its turn, that speaks of its term further."""
    last = concept.sentences[-1]
    for e in excerpts:
        near = e.first == last.number + 1 and e.sentences[0].turn == last.turn
        same = set(keys(concept.term)) & {k for s in e.sentences for k in s.keys}
        if near and same and fits((*concept.sentences, *e.sentences)):
            return e
    return None


class LeadIns:
    """Gives quotations what was said before them, as long as the page has words left."""

    def __init__(self, sentences: Sequence[Sentence], words: int, told: Sentence | None = None) -> None:
        """`told` is a question that the page begins with: it is not repeated."""
        self._sentences, self._openings, self.left, self._told = sentences, Openings(sentences), words, told

    def led(self, quotations: Sequence[Said], always: bool = False) -> list[Said]:
        """The quotations, those that need it most first served, with what they need.

        With `always` each that begins inside a turn takes something along: a definition is read without its neighbours.
        """
        out = list(quotations)
        order = sorted(range(len(out)), key=lambda n: -self._openings.cut_before(out[n].sentences[0]))
        shown = {s.number for q in quotations for s in q.before + q.sentences}
        for n in order:
            out[n] = self._with(out[n], shown, always)
            shown |= {s.number for s in out[n].before + out[n].sentences}
        return out

    def _with(self, quotation: Said, shown: set[int], always: bool) -> Said:
        first = quotation.sentences[0]
        if quotation.before or quotation.complete or first.number - 1 in shown:
            return quotation
        lead_in = self._needed(first, always)
        if not shown.isdisjoint(s.number for s in lead_in.others + lead_in.own):
            return quotation
        cost = lead_in.words_before(quotation.sentences)
        if not (lead_in.others or lead_in.own) or cost > self.left or lead_in.others == (self._told,):
            return quotation
        self.left -= cost
        return quotation.led_by(lead_in.others, lead_in.own)

    def _needed(self, first: Sentence, always: bool) -> LeadIn:
        """What a sentence needs of what was said before it, by where it stands in its turn and its line."""
        turn, leans = self._in_turn(first), self._openings.leans(first)
        if not turn or (first.speaker is not None and all(s.interjects for s in turn)):
            asked = asked_before(turn[0] if turn else first, first, self._sentences)
            needed = bool(asked) and (asked[-1].asks or leans >= _LEANS)
            return LeadIn(asked, turn) if needed else LeadIn()
        if not first.begins_line or leans >= NEEDS:
            return LeadIn(own=_last(turn))
        asked = asked_before(turn[0], first, self._sentences) if leans >= _LEANS else ()
        while asked and not asked[-1].asks:  # what stands behind the question leads up to the turn's beginning
            asked = asked[:-1]
        return LeadIn(asked, _last(turn) if always and not asked else ())

    def _in_turn(self, first: Sentence) -> tuple[Sentence, ...]:
        """What the speaker said before in the same turn."""
        before = takewhile(lambda s: s.turn == first.turn, reversed(self._sentences[: first.number]))
        return tuple(reversed(list(before)))


def _last(turn: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The last sentence of a turn, or the last two when the last is short and does not begin its line.

    The first of them is no word or two, but for a question.
    """
    last = turn[-1]
    two = len(turn) > 1 and last.words < SHORT and not last.begins_line
    taken = tuple(dropwhile(lambda s: s.interjects and not s.asks, turn[-2:] if two else (last,)))
    return taken if sum(s.words for s in taken) <= LEAD_UP else ()
