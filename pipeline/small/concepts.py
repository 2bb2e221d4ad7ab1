"""Key concepts: terms that somebody explains, in the speaker's own words, and the fields that they belong to."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.draft import DraftStatement
from pipeline.small.chat import messages, tidied
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import keys, size
from pipeline.small.quoting import Quoter
from pipeline.small.sentences import Sentence
from pipeline.structured import Structured

_TOKENS, _TOKENS_OF_FIELDS = 16, 40
_NO_TERM = "none"  # what the prompt asks for where no term is explained
_LONGEST_TERM = 4  # words
_FEWEST = 3  # words that carry meaning in an explanation
_EARLY = 2  # sentences that may have named a term before it is explained: what is named often is the subject
_AROUND = 4  # sentences beside an excerpt in which its term may be explained
_MOST_FIELDS = 3


@dataclass(frozen=True)
class Concept:
    """A term and the sentences that explain it."""

    term: str
    sentences: tuple[Sentence, ...]


async def explained_in(
    excerpt: Excerpt, sentences: Sequence[Sentence], structured: Structured, names: Collection[str]
) -> Concept | None:
    """The term that an excerpt explains, when the model names one that stands in it. Raises what the client raises.

    A sentence of the same turn that opens with the term explains it best, in the excerpt or near it. Asked for one
    excerpt alone the model is seldom wrong; asked for all terms of several it made some up.
    """
    asked = messages(structured.prompts, "small/term.v1", excerpt.text)
    completion = await structured.text("small/term", asked, max_tokens=_TOKENS)
    term = tidied(completion.text.strip().partition("\n")[0]).strip(' .*"“”')
    wanted = keys(term)
    if not wanted or term.casefold() == _NO_TERM or size(term) > _LONGEST_TERM or set(wanted) <= set(names):
        return None
    naming = [s for s in excerpt.sentences if not s.asks and _behind(s, wanted) is not None]
    if not naming:
        return None
    named = [s.number for s in sentences if _behind(s, wanted) is not None]
    near = sentences[max(0, excerpt.first - _AROUND) : excerpt.last + 1 + _AROUND]
    for s in (*naming, *(s for s in near if s.turn == excerpt.sentences[0].turn and not s.asks)):
        early = sum(n < s.number for n in named) <= _EARLY
        if early and s.keys[: len(wanted)] == wanted and (_behind(s, wanted) or 0) >= _FEWEST:
            return Concept(term, (s,))
    # "Engineers call that fatigue": what does not open with its term explains it with the sentence before.
    # Where a term is explained, it is mostly named for the first time.
    last = naming[0]
    if named[0] < last.number:
        return None
    before = [s for s in excerpt.sentences if s.number == last.number - 1 and not s.asks]
    if not before and not re.search(rf"{re.escape(term)}\s*[:：]", last.text, re.IGNORECASE):
        return None
    return Concept(term, (*before, last))


def _behind(sentence: Sentence, wanted: Sequence[str]) -> int | None:
    """How many words that carry meaning stand behind a term in a sentence; None when the term does not stand in it."""
    found = sentence.keys
    places = [n for n in range(len(found) - len(wanted) + 1) if found[n : n + len(wanted)] == tuple(wanted)]
    return len(found) - places[0] - len(wanted) if places else None


def entries(concepts: Sequence[Concept], quoter: Quoter, most: int) -> tuple[DraftStatement, ...]:
    """The concepts as statements, each term once."""
    out: dict[tuple[str, ...], DraftStatement] = {}
    for concept in concepts:
        lines = tuple(dict.fromkeys(i for s in concept.sentences for i in s.lines))
        text = quoter.quoted(concept.sentences)
        term = concept.term[:1].upper() + concept.term[1:]
        out.setdefault(tuple(sorted(keys(term))), DraftStatement(text, lines, label=term))
    return tuple(out.values())[:most]


async def fields_of(
    terms: Sequence[str], about: str, structured: Structured, language: str | None = None
) -> tuple[str, ...]:
    """The fields of knowledge that terms belong to, in a recording about something. Raises what the client raises."""
    asked = messages(structured.prompts, "small/fields.v1", f"Recording: {about}\nTerms: {'; '.join(terms)}", language)
    completion = await structured.text("small/fields", asked, max_tokens=_TOKENS_OF_FIELDS)
    rows = (tidied(row).strip(" -*•.") for row in completion.text.splitlines())
    subject = set(keys(" ".join((about, *terms))))  # a field is more than the subject itself
    fit = [row for row in rows if row and size(row) <= _LONGEST_TERM and not set(keys(row)) <= subject]
    return tuple(dict.fromkeys(row[:1].upper() + row[1:] for row in fit if ":" not in row))[:_MOST_FIELDS]
