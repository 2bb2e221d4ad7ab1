"""Excerpts: one to six consecutive sentences of one speaker that can be understood alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from pipeline.small.context import MOST_SENTENCES, SHORT, Openings, begin_of, end_of, fits, thrown_in
from pipeline.small.keys import size
from pipeline.small.notes import Mark
from pipeline.small.sentences import Sentence
from pipeline.verification.figures import claims

_RUN = 4  # noted sentences that are kept together at most
LEAD_UP = 36  # most words of what an excerpt answers
_NEAR = 2  # sentences at the end of a turn among which to look for the question that the next turn answers
_ENOUGH = 3  # content words that make a question understandable alone
NEEDS = 0.7  # lean (see Openings) from which a sentence is printed below the one before it
_REPLY = 0.55  # lean from which a turn answers the one before it
_UNEVEN = 0.05  # cost of each sentence by which the halves of a split run differ
_FRESH = 0.3  # lean below which a line begins something new
_FEW = 2  # noted sentences that stay together across lines, unless a line begins something new


@dataclass(frozen=True)
class Excerpt:
    """Consecutive sentences of one speaker; `marked` holds the numbers of those that notes are about.

    `lead_up` is what was said right before the first sentence: another speaker's question, or a statement together with
    what that replies to. `goes_on` means that it needs the excerpt before it.
    """

    sentences: tuple[Sentence, ...]
    marked: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    lead_up: tuple[Sentence, ...] = ()
    goes_on: bool = False

    @property
    def first(self) -> int:
        """Number of the first sentence."""
        return self.sentences[0].number

    @property
    def last(self) -> int:
        """Number of the last sentence."""
        return self.sentences[-1].number

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of its sentences."""
        return frozenset(s.number for s in self.sentences)

    def continues(self, other: Excerpt) -> bool:
        """Whether it needs the other excerpt, which comes right before it."""
        begin = self.lead_up[0].number if self.lead_up else self.first
        return self.goes_on and other.last == begin - 1

    @property
    def words(self) -> int:
        """Number of words in its sentences."""
        return sum(s.words for s in self.sentences)

    @property
    def printed(self) -> int:
        """Number of words on the page, including its lead-up and the speakers' names."""
        return printed_words(self.sentences, self.lead_up)

    @property
    def complete(self) -> bool:
        """Whether it needs no lead-in, because it is printed below the excerpt that it needs."""
        return self.goes_on

    def with_lead_in(self, by_others: tuple[Sentence, ...], by_speaker: tuple[Sentence, ...]) -> Excerpt:
        """The excerpt with what others and its speaker said before it."""
        return replace(self, sentences=(*by_speaker, *self.sentences), lead_up=by_others)

    def without(self, shown: Collection[int]) -> Excerpt:
        """The excerpt around its marked sentences, cut at the nearest on either side that are `shown` elsewhere.

        If its beginning is cut, it continues what is shown there, unless it now opens with a question. None of its
        marked sentences may be in `shown`.
        """
        first, last = min(self.marked), max(self.marked)
        begin = max((n for n in shown if n < first), default=-1)
        end = min((n for n in shown if n > last), default=self.last + 1)
        kept = tuple(s for s in self.sentences if begin < s.number < end)
        if kept[0] == self.sentences[0]:
            return replace(self, sentences=kept)
        return replace(self, sentences=kept, lead_up=(), goes_on=not kept[0].asks)

    @property
    def text(self) -> str:
        """Its sentences as they were said."""
        return " ".join(s.text for s in self.sentences)

    @property
    def figures(self) -> int:
        """Number of figures in it."""
        return len(claims(self.text))


def printed_words(sentences: Sequence[Sentence], lead_up: Sequence[Sentence]) -> int:
    """Words of a quotation and its lead-up, including the speaker's name once per turn."""
    names = {s.turn: s.speaker or "" for s in (*lead_up, *sentences)}
    return sum(s.words for s in (*lead_up, *sentences)) + sum(map(size, names.values()))


def lines_of(excerpt: Excerpt) -> tuple[int, ...]:
    """Segment ids of an excerpt and its lead-up."""
    return tuple(sorted({i for s in (*excerpt.lead_up, *excerpt.sentences) for i in s.lines}))


def excerpts_of(sentences: Sequence[Sentence], marks: Iterable[Mark]) -> list[Excerpt]:
    """Excerpts around all marked sentences, in order; no sentence is in two of them."""
    openings = Openings(sentences)
    by_sentence: dict[int, list[Mark]] = {}
    for m in marks:
        for number in m.sentences:
            by_sentence.setdefault(_answer_to(number, sentences), []).append(m)
    grown: list[Excerpt] = []
    for cluster in _clusters(sorted(by_sentence), sentences, openings):
        grown.append(_grown(cluster, sentences, by_sentence, openings, grown[-1].last if grown else -1))
        if len(grown) > 1 and (merged := _merged(grown[-2], grown[-1])):
            grown[-2:] = [merged]
    with_lead_ups: list[Excerpt] = []
    for e in grown:
        lead_up = _lead_up_of(e, sentences)
        if lead_up and not lead_up[-1].asks and lead_up[0].number:
            replied_to = sentences[lead_up[0].number - 1]  # "Such a law": a reply to a reply needs what both are about
            if with_lead_ups and with_lead_ups[-1].last == replied_to.number:
                e = replace(e, goes_on=True)
            elif replied_to.speaker and not replied_to.asks and replied_to.words <= LEAD_UP:
                lead_up = (replied_to, *lead_up)
        with_lead_ups.append(replace(e, lead_up=lead_up))
    lead_up_numbers = {s.number for e in with_lead_ups for s in e.lead_up}
    printed = (e for e in with_lead_ups if not all(s.noise for s in e.sentences))
    return [e for e in printed if not lead_up_numbers.issuperset(s.number for s in e.sentences)]


def unrepeated(excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    """The excerpts in order, without lead-ups that the excerpt right before has shown; they then continue that excerpt.

    If a question remains in the lead-up, the excerpt does not count as a continuation.
    """
    out: list[Excerpt] = []
    for e in excerpts:
        just_shown = out[-1].numbers if out else frozenset()
        lead_up = tuple(s for s in e.lead_up if s.number not in just_shown)
        out.append(e if lead_up == e.lead_up else replace(e, lead_up=lead_up, goes_on=not any(s.asks for s in lead_up)))
    return out


def _answer_to(number: int, sentences: Sequence[Sentence]) -> int:
    """The number itself or, if its turn leads up to a question, that of the first sentence of the answer.

    Both are shown then. A mere noise does not count as an answer.
    """
    turn = sentences[number].turn
    if sentences[number].speaker is None:
        return number
    whole_turn = list(takewhile(lambda s: s.turn == turn, reversed(sentences[: number + 1])))
    whole_turn += takewhile(lambda s: s.turn == turn, sentences[number + 1 :])
    last = max(s.number for s in whole_turn)
    if not sentences[last].asks or sum(s.words for s in whole_turn) > LEAD_UP:
        return number
    answer = takewhile(lambda s: s.turn == sentences[last + 1].turn, sentences[last + 1 :])
    return next((s.number for s in answer if not s.noise), number)


def _clusters(marked: Sequence[int], sentences: Sequence[Sentence], openings: Openings) -> list[list[int]]:
    """Marked sentences of one turn, together if at most one other is between them; longer runs are split."""
    runs: list[list[int]] = []
    for number in marked:
        if runs and sentences[runs[-1][-1]].turn == sentences[number].turn and number - runs[-1][-1] <= 2:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [part for run in runs for part in _split(run, sentences, openings)]


def _split(run: list[int], sentences: Sequence[Sentence], openings: Openings) -> list[list[int]]:
    """The run in parts of at most four sentences, each beginning where it needs the previous one least."""
    whole = fits(sentences[run[0] : run[-1] + 1], _RUN)

    def apart(s: Sentence) -> bool:
        return (len(run) > _FEW and s.speaker is None) or s.asks or openings.leans(s) < _FRESH

    # Even a run that fits is split where a line begins something new, so that each part has room for its context.
    between = {n: sentences[run[n - 1] + 1 : run[n] + 1] for n in range(1, len(run))}
    lines = [n for n, gap in between.items() if any(s.begins_line and apart(s) for s in gap)]
    places = lines or ([] if whole else list(between))
    if not places:
        return [run]

    def cost(at: int) -> float:
        return min(map(openings.cut_before, between[at])) + _UNEVEN * abs(2 * at - len(run))

    at = min(places, key=cost)
    return [*_split(run[:at], sentences, openings), *_split(run[at:], sentences, openings)]


def _grown(
    cluster: Sequence[int],
    sentences: Sequence[Sentence],
    marks: Mapping[int, list[Mark]],
    openings: Openings,
    last_taken: int,
) -> Excerpt:
    """The cluster as an excerpt, extended by the sentences before and after that are needed to understand it.

    `last_taken` is the last sentence of the previous excerpt.
    """
    needed = min((n for c in cluster for m in marks[c] for n in m.needs), default=cluster[0])
    first = begin_of(cluster[0], cluster[-1], sentences, openings, last_taken, needed)
    last = end_of(first, cluster[-1], sentences, marks)
    first, last = _trimmed(first, last, cluster, sentences)
    chosen = tuple(sentences[first : last + 1])
    goes_on = first > 0 and last_taken == first - 1 and _follows_on(sentences, first, openings)
    notes = tuple(dict.fromkeys(m.text for c in cluster for m in marks[c] if m.text))
    return Excerpt(chosen, frozenset(cluster), notes, goes_on=goes_on)


def _trimmed(first: int, last: int, cluster: Sequence[int], sentences: Sequence[Sentence]) -> tuple[int, int]:
    """First and last sentence without words thrown in at either end; a short answer to a question is kept."""
    while first < cluster[0] and thrown_in(sentences, first):
        first += 1
    while last > cluster[-1] and sentences[last].interjects:
        last -= 1
    return first, last


def _follows_on(sentences: Sequence[Sentence], first: int, openings: Openings) -> bool:
    """Whether a sentence leans on the one before it; a reply does so only on a statement, not on a question."""
    previous, lean = sentences[first - 1], openings.leans(sentences[first])
    if sentences[first].asks:
        return False
    if previous.turn == sentences[first].turn:
        return lean > NEEDS
    return lean > _REPLY and not previous.asks


def _merged(a: Excerpt, b: Excerpt) -> Excerpt | None:
    """Two neighbouring excerpts as one, if the second needs the first and together they are short enough; else None."""
    together = (*a.sentences, *b.sentences)
    if not b.goes_on or a.sentences[0].turn != b.sentences[0].turn or not fits(together):
        return None
    return Excerpt(together, a.marked | b.marked, tuple(dict.fromkeys((*a.notes, *b.notes))), goes_on=a.goes_on)


def _lead_up_of(excerpt: Excerpt, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """What an excerpt answers: the question before its turn, or a short statement that its opening words reply to."""
    first = excerpt.sentences[0]
    if first.number == 0 or first.speaker is None or excerpt.goes_on:
        return ()
    previous = sentences[first.number - 1]
    if previous.turn == first.turn or previous.speaker is None:
        return ()
    if not previous.asks:
        replied_to = tuple(
            s for s in sentences[max(0, previous.number - MOST_SENTENCES) : first.number] if s.turn == previous.turn
        )
        whole = replied_to[0].number == 0 or sentences[replied_to[0].number - 1].turn != previous.turn
        short = sum(s.words for s in replied_to) <= LEAD_UP
        return replied_to if first.words < SHORT and whole and short else ()
    return question_before(first, first, sentences)


def question_before(begin: Sentence, first: Sentence, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The question answered by the turn that begins with `begin`, and what follows it in its turn; () if none.

    Also () if `first`, the first printed sentence, repeats the question's words.
    """
    turn = sentences[begin.number - 1].turn if begin.number else begin.turn
    turn_end = [s for s in sentences[max(0, begin.number - _NEAR) : begin.number] if s.turn == turn]
    asks = next((n for n, s in enumerate(turn_end) if s.asks), None)
    if turn == begin.turn or begin.speaker is None or asks is None or turn_end[asks].speaker is None:
        return ()
    question = turn_end[asks:]
    question_keys = {k for s in question for k in s.keys}
    repeated = len(question_keys & set(first.keys))
    if repeated and 2 * repeated >= len(question_keys):
        return ()  # the answer itself says what it is about
    if len(question_keys) < _ENOUGH:  # "What happened?"
        for s in reversed(sentences[: question[0].number]):
            if s.turn != turn or sum(x.words for x in question) + s.words > LEAD_UP:
                break
            question.insert(0, s)
    while len(question) > 1 and question[1].asks and sum(s.words for s in question) > LEAD_UP:
        question.pop(0)  # the last of several will do
    return tuple(question) if sum(s.words for s in question) <= LEAD_UP else ()
