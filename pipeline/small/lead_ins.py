"""What is printed before a quotation to make it understandable: what was said right before, or the question asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile
from typing import TypeVar

from pipeline.small.concepts import Concept
from pipeline.small.context import SHORT, Openings, belongs, fits
from pipeline.small.excerpts import LEAD_UP, NEEDS, Excerpt, printed_words, question_before
from pipeline.small.keys import keys
from pipeline.small.sentences import Sentence

_RIDER = 12  # most words of a second thought in the line of a definition
_LEANS = 0.3  # lean (see Openings) from which a paragraph is printed with the question that its turn answers
_POINTS_BACK = 1.0  # lean above which a sentence cannot be understood alone: both first words are common

Quotation = TypeVar("Quotation", Excerpt, Concept)


@dataclass(frozen=True)
class LeadIn:
    """What is printed before a quotation: words of others, then of its speaker."""

    by_others: tuple[Sentence, ...] = ()
    by_speaker: tuple[Sentence, ...] = ()

    def words_before(self, quotation: tuple[Sentence, ...]) -> int:
        """Number of words that it adds to a quotation, including speakers' names."""
        return printed_words((*self.by_speaker, *quotation), self.by_others) - printed_words(quotation, ())


def cut_back(concept: Concept) -> Concept:
    """A concept that opens with its term, cut to its definition and the following sentences that belong to it."""
    if not concept.opens:
        return concept
    kept = [concept.sentences[0]]
    for s in concept.sentences[1:]:
        if not (belongs(kept[-1], s) or (s.words <= _RIDER and not s.begins_line)):
            break
        kept.append(s)
    return replace(concept, sentences=tuple(kept))


def with_rest_of_concept(excerpt: Excerpt, concepts: Sequence[Concept]) -> Excerpt:
    """The excerpt plus what `cut_back` removes from a concept right after it in its turn, which continues both."""
    for concept in concepts:
        kept_numbers = cut_back(concept).numbers
        rest = tuple(s for s in concept.sentences if s.number not in kept_numbers)
        follows = (
            concept.sentences[0].number == excerpt.last + 1 and concept.sentences[0].turn == excerpt.sentences[0].turn
        )
        if rest and follows and fits((*excerpt.sentences, *rest)):
            return replace(excerpt, sentences=(*excerpt.sentences, *rest))
    return excerpt


def excerpt_behind(concept: Concept, excerpts: Sequence[Excerpt]) -> Excerpt | None:
    """The excerpt right after a concept, in the same turn, that says more about its term; None if there is none."""
    last = concept.sentences[-1]
    for e in excerpts:
        near = e.first == last.number + 1 and e.sentences[0].turn == last.turn
        shared = set(keys(concept.term)) & {k for s in e.sentences for k in s.keys}
        if near and shared and fits((*concept.sentences, *e.sentences)):
            return e
    return None


class LeadIns:
    """Adds to quotations what was said before them, as long as the page has words left."""

    def __init__(self, sentences: Sequence[Sentence], words: int, opening_question: Sentence | None = None) -> None:
        """`opening_question` is printed at the top of the page and not repeated."""
        self._sentences, self._openings = sentences, Openings(sentences)
        self.words_left, self._opening_question = words, opening_question

    def with_lead_ins(
        self, quotations: Sequence[Quotation], always: bool = False, elsewhere: Collection[int] = ()
    ) -> list[Quotation]:
        """The quotations with the context that they need, unless printed `elsewhere`; the neediest come first.

        With `always`, each one that begins within a turn gets a lead-in: a definition is read without its neighbours.
        """
        out = list(quotations)
        order = sorted(range(len(out)), key=lambda n: -self._openings.cut_before(out[n].sentences[0]))
        shown = {s.number for q in quotations for s in q.lead_up + q.sentences}.union(elsewhere)
        for n in order:
            out[n] = self._with_lead_in(out[n], shown, always)
            shown |= {s.number for s in out[n].lead_up + out[n].sentences}
        return out

    def stands_alone(self, concept: Concept) -> bool:
        """Whether an explanation can be understood among the concepts: neither it nor its lead-in refers back."""
        first = concept.sentences[0]
        leans = self._openings.leans(first)
        if concept.lead_up or concept.complete:
            return leans <= _POINTS_BACK
        lead_in = self._lead_in_for(first, always=True)
        if lead_in.by_others or leans < _LEANS:
            return True
        return self._openings.leans((*lead_in.by_speaker, first)[0]) <= _POINTS_BACK

    def _with_lead_in(self, quotation: Quotation, shown: set[int], always: bool) -> Quotation:
        first = quotation.sentences[0]
        if quotation.lead_up or quotation.complete or first.number - 1 in shown:
            return quotation
        lead_in = self._lead_in_for(first, always)
        if not shown.isdisjoint(s.number for s in lead_in.by_others + lead_in.by_speaker):
            return quotation
        cost = lead_in.words_before(quotation.sentences)
        if not (lead_in.by_others or lead_in.by_speaker) or cost > self.words_left:
            return quotation
        if lead_in.by_others == (self._opening_question,):
            return quotation
        self.words_left -= cost
        return quotation.with_lead_in(lead_in.by_others, lead_in.by_speaker)

    def _lead_in_for(self, first: Sentence, always: bool) -> LeadIn:
        """The context that a sentence needs, depending on its position in its turn and line."""
        turn, leans = self._in_turn(first), self._openings.leans(first)
        if not turn or (first.speaker is not None and all(s.interjects for s in turn)):
            question = question_before(turn[0] if turn else first, first, self._sentences)
            needed = bool(question) and (question[-1].asks or leans >= _LEANS)
            return LeadIn(question, turn) if needed else LeadIn()
        if not first.begins_line or leans >= NEEDS:
            return LeadIn(by_speaker=_last_sentences(turn))
        question = question_before(turn[0], first, self._sentences) if leans >= _LEANS else ()
        while question and not question[-1].asks:  # what follows the question leads up to the turn's beginning
            question = question[:-1]
        return LeadIn(question, _last_sentences(turn) if always and not question else ())

    def _in_turn(self, first: Sentence) -> tuple[Sentence, ...]:
        """What the speaker said before in the same turn."""
        before = takewhile(lambda s: s.turn == first.turn, reversed(self._sentences[: first.number]))
        return tuple(reversed(list(before)))


def _last_sentences(turn: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The last sentence of a turn, or the last two if the last one is short and does not begin its line.

    A word or two at the start is dropped, unless it is a question.
    """
    last = turn[-1]
    two = len(turn) > 1 and last.words < SHORT and not last.begins_line
    sentences = tuple(dropwhile(lambda s: s.interjects and not s.asks, turn[-2:] if two else (last,)))
    return sentences if sum(s.words for s in sentences) <= LEAD_UP else ()
