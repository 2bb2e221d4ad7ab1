"""Key concepts: terms that somebody explains, in the speaker's own words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.draft import DraftStatement
from pipeline.llm.structured import Structured
from pipeline.small.chat import messages, tidied
from pipeline.small.context import MOST_SENTENCES, SHORT, Openings, begin_of, end_of
from pipeline.small.excerpts import Excerpt, lines_of
from pipeline.small.keys import joined, keys, size, units
from pipeline.small.quoting import Quoter
from pipeline.small.sentences import Sentence
from pipeline.verification.figures import claims

_TOKENS = 16
_NO_TERM = "none"  # what the prompt asks for where no term is explained
_LONGEST_TERM = 4  # words
_FEWEST = 3  # words that carry meaning in an explanation
_EARLY = 1  # sentences that may have named a term before it is explained: what is named often is the subject
_OFTEN = 2  # sentences that name what a sentence opens with, if that is a term and no mere subject of the sentence
LEAST_WORDS = 12  # of a window without a note
_MOST_WORDS = 75  # of an explanation
_SAID_OF_IT = 2  # words that carry meaning which a note shares with what a sentence says of a term
_CALLED = 2  # words that carry meaning, besides the term, of a short sentence that gives a name to what was said
_BEFORE = 2  # words before a term that a sentence opens with
_SHORT_WHOLE = 50  # words of an explanation and the rest of its window that are printed together
_KEPT = 0.6  # share of what stands behind a term that the model's note keeps where that explains it
_MOST_OF_IT = 0.7  # share of an excerpt's words that an explanation takes when it takes all of it


@dataclass(frozen=True)
class Concept:
    """A term and the sentences that explain it."""

    term: str
    sentences: tuple[Sentence, ...]
    before: tuple[Sentence, ...] = ()  # what others said right before, that it needs

    @property
    def opens(self) -> bool:
        """Whether the explanation opens with the term: the best there is."""
        return _opens(self.sentences[0], keys(self.term))

    @property
    def complete(self) -> bool:
        """Whether its first sentence begins with the term, or has it beside a colon: nothing need stand before it."""
        first, word = self.sentences[0].text, rf"\b{re.escape(self.term)}"
        begins = keys(" ".join(units(first)[: _BEFORE + len(units(self.term))]))[: len(keys(self.term))]
        colon = re.search(rf"{word}\s*[:：]|[:：]\s*(?:\w+\s)?{word}", first, re.IGNORECASE)
        return begins == keys(self.term) or colon is not None

    def led_by(self, others: tuple[Sentence, ...], own: tuple[Sentence, ...]) -> Concept:
        """The concept with what others said before it, and what its speaker did."""
        return replace(self, sentences=(*own, *self.sentences), before=others)

    @property
    def words(self) -> int:
        """Words of the explanation."""
        return sum(s.words for s in self.sentences)

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of its sentences."""
        return frozenset(s.number for s in self.sentences)


@dataclass(frozen=True)
class Spoken:
    """What a term is looked up in: all sentences, the model's notes on them, and the keys of speakers' names."""

    sentences: Sequence[Sentence]
    notes: Collection[str]
    names: Collection[str]


@dataclass(frozen=True)
class Window:
    """Sentences in which the model is asked for a term; `noted` when notes stand for some of them."""

    sentences: tuple[Sentence, ...]
    noted: bool = False

    @property
    def text(self) -> str:
        """Its sentences as they were said."""
        return joined(s.text for s in self.sentences)

    @property
    def lines(self) -> tuple[int, ...]:
        """Segment ids of its sentences."""
        return tuple(sorted({i for s in self.sentences for i in s.lines}))


def windows(excerpts: Sequence[Excerpt], sentences: Sequence[Sentence]) -> list[Window]:
    """The excerpts, and what is left of each turn between them: the model notes few explanations."""
    noted = {s.number for e in excerpts for s in e.sentences}
    found = [Window(e.sentences, noted=True) for e in excerpts]
    left: list[Sentence] = []
    for s in (*sentences, None):
        goes_on = s and left and s.turn == left[0].turn and s.number == left[-1].number + 1
        if left and (not goes_on or len(left) == MOST_SENTENCES):
            found += [Window(tuple(left))] if sum(x.words for x in left) >= LEAST_WORDS else []
            left = []
        if s and s.number not in noted and not s.asks:
            left.append(s)
    return sorted(found, key=lambda w: w.sentences[0].number)


async def explained_in(window: Window, spoken: Spoken, structured: Structured) -> Concept | None:
    """The term that a window explains, when the model names one and it stands where terms are explained.

    Raises what the client raises. Asked for one excerpt alone the model is seldom wrong; asked for all terms of
    several it made some up.
    """
    term = await _term(window.text, structured)
    if not keys(term) or claims(term) or size(term) > _LONGEST_TERM or set(keys(term)) <= set(spoken.names):
        return None
    concept = Concept(term, _explanation(term, window, spoken))
    if not concept.sentences or concept.words > _MOST_WORDS:
        return None
    # "I'd call that a success" ends as "that is fatigue" does: asked with the sentence before it alone, the model
    # tells them apart.
    last = concept.sentences[-1]
    if _behind(last, keys(term)) == 0 and len(concept.sentences) > 1:
        again = await _term(joined(s.text for s in concept.sentences[-2:]), structured)
        return concept if keys(again) == keys(term) else None
    return concept


async def _term(text: str, structured: Structured) -> str:
    """What the model names as the term that a text explains, "" for none."""
    asked = messages(structured.prompts, "small/term.v2", text)
    completion = await structured.text("small/term", asked, max_tokens=_TOKENS)
    term = tidied(completion.text.strip().partition("\n")[0]).strip(' .*"“”')
    return "" if term.casefold() == _NO_TERM else term


def _explanation(term: str, window: Window, spoken: Spoken) -> tuple[Sentence, ...]:
    """The sentences that explain a term, empty when the window only names it."""
    wanted, sentences = keys(term), spoken.sentences
    named = [s.number for s in sentences if _behind(s, wanted) is not None]
    naming = [s for s in window.sentences if s.number in named and not s.asks]
    early = [s for s in naming if sum(n < s.number for n in named) <= _EARLY]
    opening = [s for s in early if _opens(s, wanted)]
    if opening and len(named) < _OFTEN:
        return ()  # the mere subject of a sentence
    for s in opening:
        set_off = re.search(rf"{re.escape(term)}\s*[,，]", s.text, re.IGNORECASE)
        if not ((_opens(s, wanted, before=1) and not set_off) or _noted(s, wanted, spoken.notes)):
            return ()  # "And the bridge thing, do you like it?" "The old bridge, that was in May."
        whole = tuple(x for x in window.sentences if x.number >= s.number)
        return whole if sum(x.words for x in whole) <= _SHORT_WHOLE else (s,)
    for s in early[:1]:
        first, last = _around(term, s, window, spoken)
        return tuple(sentences[first : last + 1]) if first <= last else ()
    return ()


def _noted(s: Sentence, wanted: Sequence[str], notes: Iterable[str]) -> bool:
    """Whether a note has a term and something else that a sentence says."""
    others = set(s.keys) - set(wanted)
    return any(set(wanted) <= set(n) and len(set(n) & others) >= _SAID_OF_IT for n in map(keys, notes))


def _opens(s: Sentence, wanted: tuple[str, ...], before: int = _BEFORE) -> bool:
    """Whether a sentence begins with a term, after an article or the like, and says something of it."""
    beginning = units(s.text)[: before + len(wanted)]
    return keys(" ".join(beginning))[: len(wanted)] == wanted and (_behind(s, wanted) or 0) >= _FEWEST


def _around(term: str, s: Sentence, window: Window, spoken: Spoken) -> tuple[int, int]:
    """First and last sentence of an explanation around the one that names its term; (1, 0) when there is none."""
    wanted, word, sentences = keys(term), re.escape(term), spoken.sentences
    behind = _behind(s, wanted) or 0
    begin = begin_of(s.number, s.number, sentences, Openings(sentences), taken=window.sentences[0].number - 1)
    if re.search(rf"{word}\s*[:：]", s.text, re.IGNORECASE) and behind >= _FEWEST:
        return s.number, s.number  # "We call that fatigue: small cracks …"
    # "One more thing: the feeding ratio."
    led_up_to = re.search(rf"[:：]\s*(?:\w+\s)?{word}\W*$", s.text, re.IGNORECASE)
    if (led_up_to or (s.words <= SHORT and behind > 0)) and _goes_on(s, sentences):
        return s.number, end_of(s.number, s.number + 1, sentences)
    if behind == 0 and s.words <= SHORT and _before(s, wanted) <= _CALLED and begin < s.number:
        return begin, s.number  # "Small cracks run through it. That is fatigue."
    led_to = {k for x in sentences[begin : s.number] for k in x.keys} | set(s.keys[: _before(s, wanted)])
    told = (set(n) - set(wanted) for n in map(keys, spoken.notes) if n[: len(wanted)] == wanted)
    ends = re.search(rf"{word}[^\w\s]", s.text, re.IGNORECASE)  # a clause, at a mark
    if ends and any(len(led_to & n) >= max(_FEWEST, _KEPT * len(n)) for n in told):
        return begin, s.number  # "The ratio of the two is called …": a note of the model says the same of the term
    enclosed = re.search(rf",\s*(?:\w+\s)?{word},", s.text, re.IGNORECASE)
    if enclosed and any(set(wanted) <= set(keys(n)) for n in spoken.notes):
        return begin, s.number  # "Cracks that grow day by day, a fatigue, break it": two names for one thing
    rest = re.search(rf"{word},\s*(.+)$", s.text, re.IGNORECASE)
    said = _before(s, wanted) > 1  # not "With fatigue, this bridge …", which says something of the bridge
    if said and rest and term.casefold() not in rest[1].casefold() and _kept(wanted, keys(rest[1]), spoken.notes):
        return begin, s.number  # "Engineers reckon with fatigue, where small cracks …"
    return 1, 0


def _kept(wanted: tuple[str, ...], rest: tuple[str, ...], notes: Iterable[str]) -> bool:
    """Whether a note has the term and most of what stands behind it."""
    noted = [set(keys(note)) for note in notes]
    least = _KEPT * len(set(rest))
    return len(rest) >= _FEWEST and any(set(wanted) <= n and len(n & set(rest)) >= least for n in noted)


def _goes_on(s: Sentence, sentences: Sequence[Sentence]) -> bool:
    """Whether the turn of a sentence goes on with another statement."""
    behind = sentences[s.number + 1 : s.number + 2]
    return bool(behind) and behind[0].turn == s.turn and not behind[0].asks


def _behind(sentence: Sentence, wanted: Sequence[str]) -> int | None:
    """How many words that carry meaning stand behind a term in a sentence; None when the term does not stand in it."""
    found = sentence.keys
    places = [n for n in range(len(found) - len(wanted) + 1) if found[n : n + len(wanted)] == tuple(wanted)]
    return len(found) - places[0] - len(wanted) if places else None


def _before(sentence: Sentence, wanted: Sequence[str]) -> int:
    """How many words that carry meaning stand before a term in a sentence that has it."""
    return len(sentence.keys) - len(wanted) - (_behind(sentence, wanted) or 0)


def distinct_terms(concepts: Iterable[Concept], most: int, words: int) -> list[Concept]:
    """Each term and each sentence once, in order: at most so many concepts, of so many words in all or one."""
    out: dict[tuple[str, ...], Concept] = {}
    used: set[int] = set()
    for concept in sorted(concepts, key=lambda c: not c.opens):
        room = words - sum(c.words for c in out.values())
        if used.isdisjoint(concept.numbers) and (not out or concept.words <= room) and len(out) < most:
            key = tuple(sorted(keys(concept.term)))
            if out.setdefault(key, concept) is concept:
                used |= concept.numbers
    return sorted(out.values(), key=lambda c: c.sentences[0].number)


def completed(concepts: Iterable[Concept], excerpts: Sequence[Excerpt]) -> list[Concept]:
    """The concepts; one that takes most of an excerpt takes all of it, so that it need not stand on the page twice."""
    out: list[Concept] = []
    for c in concepts:
        around = next((e for e in excerpts if c.numbers <= {s.number for s in e.sentences}), None)
        whole = around is not None and _MOST_OF_IT * around.words <= c.words
        out.append(replace(c, sentences=around.sentences) if around and whole else c)
    return out


def entries(concepts: Iterable[Concept], quoter: Quoter) -> tuple[DraftStatement, ...]:
    """The concepts as statements: who explains them, and the quotation."""
    out: list[DraftStatement] = []
    for concept in concepts:
        term = concept.term[:1].upper() + concept.term[1:]
        said = Excerpt(concept.sentences, before=concept.before)
        out.append(DraftStatement(quoter.statement(said), lines_of(said), label=term))
    return tuple(out)
