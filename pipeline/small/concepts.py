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
_NO_TERM = "none"  # the answer that the prompt asks for if no term is explained
_LONGEST_TERM = 4  # words
_FEWEST = 3  # content words in an explanation
_EARLY = 1  # sentences that may name a term before it is explained: a term named often is the subject
_OFTEN = 2  # sentences that must name what a sentence opens with: else it is its mere subject, not a term
LEAST_WORDS = 12  # words of a window without a note
_MOST_WORDS = 75  # of an explanation
_LEAST_SHARED = 2  # content words, besides the term, that a note shares with a sentence about it
_MOST_BEFORE_NAME = 2  # content words before the term in a short sentence that names what was just said
_BEFORE = 2  # words that may precede the term at the start of a sentence
_SHORT_WHOLE = 50  # words of an explanation with the rest of its window, to be printed together
_LEAST_SHARE_IN_NOTE = 0.6  # share of an explanation's words that the model's note has too
_LEAST_SHARE_OF_EXCERPT = 0.7  # share of an excerpt's words from which an explanation takes all of it


@dataclass(frozen=True)
class Concept:
    """A term and the sentences that explain it."""

    term: str
    sentences: tuple[Sentence, ...]
    lead_up: tuple[Sentence, ...] = ()  # what others said right before, if needed to understand it

    @property
    def opens(self) -> bool:
        """Whether the explanation opens with the term, which is best."""
        return _opens(self.sentences[0], keys(self.term))

    @property
    def complete(self) -> bool:
        """Whether its first sentence begins with the term, or has it next to a colon: nothing need precede it then."""
        first, word = self.sentences[0].text, rf"\b{re.escape(self.term)}"
        begins = keys(" ".join(units(first)[: _BEFORE + len(units(self.term))]))[: len(keys(self.term))]
        colon = re.search(rf"{word}\s*[:：]|[:：]\s*(?:\w+\s)?{word}", first, re.IGNORECASE)
        return begins == keys(self.term) or colon is not None

    def with_lead_in(self, by_others: tuple[Sentence, ...], by_speaker: tuple[Sentence, ...]) -> Concept:
        """The concept with what others and its speaker said before it."""
        return replace(self, sentences=(*by_speaker, *self.sentences), lead_up=by_others)

    @property
    def words(self) -> int:
        """Words of the explanation."""
        return sum(s.words for s in self.sentences)

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of its sentences."""
        return frozenset(s.number for s in self.sentences)


@dataclass(frozen=True)
class TermContext:
    """Where to look up a term: all sentences, the model's notes on them, and the keys of speakers' names."""

    sentences: Sequence[Sentence]
    notes: Collection[str]
    names: Collection[str]


@dataclass(frozen=True)
class Window:
    """Sentences in which the model is asked for a term; `noted` if the model's notes cover some of them."""

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
    """The excerpts, and the rest of each turn between them, as the model's notes cover few explanations."""
    noted_numbers = {s.number for e in excerpts for s in e.sentences}
    found = [Window(e.sentences, noted=True) for e in excerpts]
    run: list[Sentence] = []
    for s in (*sentences, None):
        goes_on = s and run and s.turn == run[0].turn and s.number == run[-1].number + 1
        if run and (not goes_on or len(run) == MOST_SENTENCES):
            found += [Window(tuple(run))] if sum(x.words for x in run) >= LEAST_WORDS else []
            run = []
        if s and s.number not in noted_numbers and not s.asks:
            run.append(s)
    return sorted(found, key=lambda w: w.sentences[0].number)


async def explained_in(window: Window, context: TermContext, structured: Structured) -> Concept | None:
    """The term that a window explains, if the model names one and it is worded as an explanation; otherwise None.

    Raises what the client raises. The model is asked about one excerpt at a time, about which it is seldom wrong: when
    it was asked for all terms of several, it made some up.
    """
    term = await _term(window.text, structured)
    if not keys(term) or claims(term) or size(term) > _LONGEST_TERM or set(keys(term)) <= set(context.names):
        return None
    concept = Concept(term, _explanation(term, window, context))
    if not concept.sentences or concept.words > _MOST_WORDS:
        return None
    # "I'd call that a success" ends like "that is fatigue". Asked about that and the sentence before alone, the model
    # can tell them apart.
    last = concept.sentences[-1]
    if _words_after(last, keys(term)) == 0 and len(concept.sentences) > 1:
        again = await _term(joined(s.text for s in concept.sentences[-2:]), structured)
        return concept if keys(again) == keys(term) else None
    return concept


async def _term(text: str, structured: Structured) -> str:
    """The term that the model says a text explains; "" for none."""
    request = messages(structured.prompts, "small/term.v2", text)
    completion = await structured.text("small/term", request, max_tokens=_TOKENS)
    term = tidied(completion.text.strip().partition("\n")[0]).strip(' .*"“”')
    return "" if term.casefold() == _NO_TERM else term


def _explanation(term: str, window: Window, context: TermContext) -> tuple[Sentence, ...]:
    """The sentences that explain a term; empty if the window only mentions it."""
    term_keys, sentences = keys(term), context.sentences
    mentions = [s.number for s in sentences if _words_after(s, term_keys) is not None]
    naming_sentences = [s for s in window.sentences if s.number in mentions and not s.asks]
    early = [s for s in naming_sentences if sum(n < s.number for n in mentions) <= _EARLY]
    opening = [s for s in early if _opens(s, term_keys)]
    if opening and len(mentions) < _OFTEN:
        return ()  # the mere subject of a sentence
    for s in opening:
        set_off = re.search(rf"{re.escape(term)}\s*[,，]", s.text, re.IGNORECASE)
        if not ((_opens(s, term_keys, words_before=1) and not set_off) or _is_noted(s, term_keys, context.notes)):
            return ()  # "And the bridge thing, do you like it?" "The old bridge, that was in May."
        rest_of_window = tuple(x for x in window.sentences if x.number >= s.number)
        return rest_of_window if sum(x.words for x in rest_of_window) <= _SHORT_WHOLE else (s,)
    for s in early[:1]:
        first, last = _explanation_around(term, s, window, context)
        return tuple(sentences[first : last + 1]) if first <= last else ()
    return ()


def _is_noted(s: Sentence, term_keys: Sequence[str], notes: Iterable[str]) -> bool:
    """Whether a note has the term and something else that the sentence says."""
    other_keys = set(s.keys) - set(term_keys)
    return any(set(term_keys) <= set(n) and len(set(n) & other_keys) >= _LEAST_SHARED for n in map(keys, notes))


def _opens(s: Sentence, term_keys: tuple[str, ...], words_before: int = _BEFORE) -> bool:
    """Whether a sentence begins with the term, after an article or the like, and says something about it."""
    beginning = units(s.text)[: words_before + len(term_keys)]
    return keys(" ".join(beginning))[: len(term_keys)] == term_keys and (_words_after(s, term_keys) or 0) >= _FEWEST


def _explanation_around(term: str, s: Sentence, window: Window, context: TermContext) -> tuple[int, int]:
    """First and last number of the sentences around `s` that explain the term; (1, 0) if there are none."""
    term_keys, word, sentences = keys(term), re.escape(term), context.sentences
    behind = _words_after(s, term_keys) or 0
    begin = begin_of(s.number, s.number, sentences, Openings(sentences), last_taken=window.sentences[0].number - 1)
    if re.search(rf"{word}\s*[:：]", s.text, re.IGNORECASE) and behind >= _FEWEST:
        return s.number, s.number  # "We call that fatigue: small cracks …"
    # "One more thing: the feeding ratio."
    led_up_to = re.search(rf"[:：]\s*(?:\w+\s)?{word}\W*$", s.text, re.IGNORECASE)
    if (led_up_to or (s.words <= SHORT and behind > 0)) and _is_followed_by_statement(s, sentences):
        return s.number, end_of(s.number, s.number + 1, sentences)
    if behind == 0 and s.words <= SHORT and _words_before(s, term_keys) <= _MOST_BEFORE_NAME and begin < s.number:
        return begin, s.number  # "Small cracks run through it. That is fatigue."
    led_to = {k for x in sentences[begin : s.number] for k in x.keys} | set(s.keys[: _words_before(s, term_keys)])
    note_keys = (set(n) - set(term_keys) for n in map(keys, context.notes) if n[: len(term_keys)] == term_keys)
    ends = re.search(rf"{word}[^\w\s]", s.text, re.IGNORECASE)  # a clause: a punctuation mark follows
    if ends and any(len(led_to & n) >= max(_FEWEST, _LEAST_SHARE_IN_NOTE * len(n)) for n in note_keys):
        return begin, s.number  # "The ratio of the two is called …": a note says the same about the term
    enclosed = re.search(rf",\s*(?:\w+\s)?{word},", s.text, re.IGNORECASE)
    if enclosed and any(set(term_keys) <= set(keys(n)) for n in context.notes):
        return begin, s.number  # "Cracks that grow day by day, a fatigue, break it": two names for one thing
    rest = re.search(rf"{word},\s*(.+)$", s.text, re.IGNORECASE)
    # Not "With fatigue, this bridge …", which says something about the bridge.
    has_subject = _words_before(s, term_keys) > 1
    recurs = rest is not None and term.casefold() in rest[1].casefold()
    if has_subject and rest and not recurs and _is_in_note(term_keys, keys(rest[1]), context.notes):
        return begin, s.number  # "Engineers reckon with fatigue, where small cracks …"
    return 1, 0


def _is_in_note(term_keys: tuple[str, ...], rest: tuple[str, ...], notes: Iterable[str]) -> bool:
    """Whether a note has the term and most of the words after it."""
    keys_of_notes = [set(keys(note)) for note in notes]
    least = _LEAST_SHARE_IN_NOTE * len(set(rest))
    return len(rest) >= _FEWEST and any(set(term_keys) <= n and len(n & set(rest)) >= least for n in keys_of_notes)


def _is_followed_by_statement(s: Sentence, sentences: Sequence[Sentence]) -> bool:
    """Whether another statement follows in the same turn."""
    behind = sentences[s.number + 1 : s.number + 2]
    return bool(behind) and behind[0].turn == s.turn and not behind[0].asks


def _words_after(sentence: Sentence, term_keys: Sequence[str]) -> int | None:
    """Number of content words after a term in a sentence; None if the sentence does not contain it."""
    sentence_keys = sentence.keys
    places = [
        n
        for n in range(len(sentence_keys) - len(term_keys) + 1)
        if sentence_keys[n : n + len(term_keys)] == tuple(term_keys)
    ]
    return len(sentence_keys) - places[0] - len(term_keys) if places else None


def _words_before(sentence: Sentence, term_keys: Sequence[str]) -> int:
    """Number of content words before a term in a sentence that contains it."""
    return len(sentence.keys) - len(term_keys) - (_words_after(sentence, term_keys) or 0)


def distinct_terms(concepts: Iterable[Concept], most: int, words: int) -> list[Concept]:
    """Concepts without repeated terms or sentences, in order: at most `most`, and `words` in all unless it is one."""
    out: dict[tuple[str, ...], Concept] = {}
    used_numbers: set[int] = set()
    for concept in sorted(concepts, key=lambda c: not c.opens):
        room = words - sum(c.words for c in out.values())
        if used_numbers.isdisjoint(concept.numbers) and (not out or concept.words <= room) and len(out) < most:
            key = tuple(sorted(keys(concept.term)))
            if out.setdefault(key, concept) is concept:
                used_numbers |= concept.numbers
    return sorted(out.values(), key=lambda c: c.sentences[0].number)


def completed(concepts: Iterable[Concept], excerpts: Sequence[Excerpt]) -> list[Concept]:
    """The concepts; one that takes most of an excerpt takes all of it, so that it need not be printed twice."""
    out: list[Concept] = []
    for c in concepts:
        around = next((e for e in excerpts if c.numbers <= {s.number for s in e.sentences}), None)
        takes_all = around is not None and _LEAST_SHARE_OF_EXCERPT * around.words <= c.words
        out.append(replace(c, sentences=around.sentences) if around and takes_all else c)
    return out


def entries(concepts: Iterable[Concept], quoter: Quoter) -> tuple[DraftStatement, ...]:
    """The concepts as statements: the term as label, with its explanation as an attributed quotation."""
    out: list[DraftStatement] = []
    for concept in concepts:
        term = concept.term[:1].upper() + concept.term[1:]
        quotation = Excerpt(concept.sentences, lead_up=concept.lead_up)
        out.append(DraftStatement(quoter.statement(quotation), lines_of(quotation), label=term))
    return tuple(out)
