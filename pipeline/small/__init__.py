"""The small model's way: it points, titles and condenses; what is printed was said, or follows word by word.

Sentences → passages → the model's notes → excerpts around what the notes stand for → the best of them in parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from pipeline.document import DroppedNote, Length, Problem
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import CallError, EndpointError
from pipeline.labels import labels_for
from pipeline.language import covers, english_name
from pipeline.profile import Recipe
from pipeline.progress import Estimate
from pipeline.small import outline
from pipeline.small.concepts import Concept, entries, explained_in, fields_of
from pipeline.small.excerpts import Excerpt, Openings, excerpts_of, lines_of
from pipeline.small.keys import keys
from pipeline.small.notes import Mark, marks_of, notes_on, unnoted
from pipeline.small.parts import Part, distinct, frequent, how_many, parted, titled
from pipeline.small.passages import Passage, passages_of
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking, room
from pipeline.small.sentences import Sentence, sentences_of
from pipeline.structured import Structured
from pipeline.tasks import all_of
from pipeline.transcript import Transcript
from pipeline.verification import Recording, finding

T = TypeVar("T")
_ONLY_QUOTED = (
    "notes were asked for in {}, but a small model quotes and does not translate: its statements stay in the language "
    "of the recording; a larger model translates (--base-url, --model)"
)
_WORDS_OF_EXCERPT = 45  # on the average
_CONCEPTS: dict[Length, int] = {"brief": 4, "standard": 8, "full": 16}


@dataclass
class _Reading:
    """What the model's notes gave: marks, and which lines were read, were filler, or were lost with a failed call."""

    marks: list[Mark] = field(default_factory=list)
    read: set[int] = field(default_factory=set)
    filler: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Failed:
    """A call that failed in a way that costs what it asked for and no more."""

    why: str


def planned_calls(transcript: Transcript) -> int:
    """Calls that a transcript takes at standard length, about: one a passage, a part and an excerpt, and one more."""
    sentences = sentences_of(transcript)
    words = room(sum(s.words for s in sentences), "standard")
    return len(passages_of(sentences)) + how_many(words) + words // _WORDS_OF_EXCERPT + 1 if sentences else 0


_NOTES, _TITLE = (850, 90), (450, 40)  # tokens of a call's prompt and answer: notes of a passage, a heading or a term


def estimated_calls(transcript: Transcript, recipe: Recipe, model: str) -> list[Estimate]:
    """The calls that a transcript takes when nothing fails, with their tokens, about."""
    passages = len(passages_of(sentences_of(transcript)))
    notes = [Estimate("writing", *_NOTES)] * passages
    return notes + [Estimate("composing", *_TITLE)] * max(0, planned_calls(transcript) - passages)


async def draft(transcript: Transcript, structured: Structured, recipe: Recipe) -> Draft:
    """The document's statements. Raises what ends a run; a call that fails otherwise is told in `problems`."""
    sentences = sentences_of(transcript)
    passages = passages_of(sentences)
    at_once = recipe.profile.at_once
    structured.begin("writing", at_once=at_once, planned=planned_calls(transcript))
    reading = await _read(passages, transcript, structured, at_once)

    words, spoken = labels_for(recipe.language), transcript.metadata.language
    ranking, openings, quoter = (
        Ranking(sentences),
        Openings(sentences),
        Quoter(sentences, words, spoken),
    )
    about = outline.subject(sentences, ranking)
    told = {about.number} if about else set[int]()  # stands in the overview
    excerpts = excerpts_of(sentences, [m for m in reading.marks if not told.issuperset(m.sentences)])
    chosen = ranking.best(excerpts, room(sum(s.words for s in sentences), recipe.length))
    groups = parted(chosen, how_many(sum(e.words for e in chosen)))

    structured.begin("composing", at_once=at_once, planned=len(groups) + len(chosen) + 1 if groups else 0)
    parts = distinct(await _each([partial(_titled, g, structured, spoken) for g in groups], at_once))
    found, problems = await _concepts(chosen, sentences, structured, _names(transcript), at_once)
    concepts = entries(found, quoter, _CONCEPTS[recipe.length])
    fields = await _fields(concepts, about, structured, recipe.language)
    own = {m.sentences[0]: m.text for m in reading.marks if m.own}
    left_out = [e for e in excerpts if e not in chosen]
    recording = Recording(transcript)

    def looked_at(section: str, statement: DraftStatement) -> DraftStatement:
        """Fillers and stutters left out of a quotation are no fault of it: what code notices is a remark."""
        return replace(statement, remark=finding(statement.text, recording)) if statement.lines else statement

    as_spoken = covers(recipe.language, spoken)
    made = Draft(
        sections={
            "overview": _section(outline.overview(transcript, about, parts, quoter, words)),
            "prerequisites": _section([DraftStatement(name, ()) for name in fields]),
            "main_points": tuple(DraftGroup(_statements(p, quoter), p.heading) for p in parts),
            "key_concepts": _section(concepts),
            "summary": _section(outline.summary(parts, own, openings, ranking, quoter)),
        },
        dropped=tuple(DroppedNote(text=quoter.statement(e), lines=lines_of(e)) for e in left_out),
        problems=(*reading.problems, *problems),
        read=frozenset(reading.read),
        filler=frozenset(reading.filler),
        note=words.by_small_model if as_spoken else f"{words.by_small_model} {words.only_quoted}",
        remarks=() if as_spoken or not recipe.language else (_ONLY_QUOTED.format(english_name(recipe.language)),),
    )
    return made.rewritten(looked_at)


async def _read(passages: Sequence[Passage], transcript: Transcript, structured: Structured, at_once: int) -> _Reading:
    """The model's notes on all passages, each tied to the sentences that it stands for."""
    names = _names(transcript)
    answers = await _each([partial(_notes, p, structured, transcript.metadata.language) for p in passages], at_once)
    reading = _Reading()
    noted: set[int] = set()
    for passage, answer in zip(passages, answers, strict=True):
        if isinstance(answer, _Failed):
            message = f"lines {_span(sorted(passage.lines))} were not read: {answer.why}"
            reading.problems.append(Problem(section="main_points", chunk=passage.number, message=message))
            continue
        reading.read |= passage.lines
        marks = [m for note in answer for m in marks_of(note, passage, names)]
        marks += unnoted(passage, marks)
        (noted if answer or marks else reading.filler).update(passage.lines)
        reading.marks += marks
    lost = {i for p, a in zip(passages, answers, strict=True) if isinstance(a, _Failed) for i in p.lines}
    reading.read -= lost
    reading.filler -= noted | lost  # a line may end in a passage with notes
    return reading


async def _notes(passage: Passage, structured: Structured, language: str | None) -> tuple[str, ...] | _Failed:
    try:
        return await notes_on(passage, structured, language)
    except CallError as err:
        return _survivable(err)


async def _titled(group: tuple[Excerpt, ...], structured: Structured, language: str | None) -> Part:
    """The part under the model's heading, or under its own words when the model gives none."""
    try:
        return await titled(group, structured, language)
    except CallError as err:
        _survivable(err)
        return Part(group, frequent(group), ("",) * len(group))


async def _concepts(
    excerpts: Sequence[Excerpt],
    sentences: Sequence[Sentence],
    structured: Structured,
    names: frozenset[str],
    at_once: int,
) -> tuple[list[Concept], list[Problem]]:
    """The terms that the excerpts explain, and what failed."""

    async def one(excerpt: Excerpt) -> Concept | _Failed | None:
        try:
            return await explained_in(excerpt, sentences, structured, names)
        except CallError as err:
            return _survivable(err)

    answers = await _each([partial(one, e) for e in excerpts], at_once)
    problems = [
        Problem(
            section="key_concepts", chunk=None, message=f"lines {_span(lines_of(e))}: no term was asked for: {a.why}"
        )
        for e, a in zip(excerpts, answers, strict=True)
        if isinstance(a, _Failed)
    ]
    return [a for a in answers if isinstance(a, Concept)], problems


def _span(lines: Sequence[int]) -> str:
    return f"{min(lines)}–{max(lines)}"


async def _fields(
    concepts: Sequence[DraftStatement], about: Sentence | None, structured: Structured, language: str | None
) -> tuple[str, ...]:
    """The fields that the concepts belong to; none when the call fails, since a document can do without."""
    if not concepts:
        return ()
    try:
        return await fields_of([c.label for c in concepts], about.text if about else "", structured, language)
    except CallError as err:
        _survivable(err)
        return ()


def _survivable(err: CallError) -> _Failed:
    """What to tell of an error that the document survives; one that ends it is raised."""
    if isinstance(err, EndpointError) and err.fatal:
        raise err
    return _Failed(str(err))


async def _each(work: Iterable[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """What all give, in order, so many at once: one after the other they find the prefix that they share cached."""
    free = asyncio.Semaphore(max(1, at_once))

    async def one(start: Callable[[], Awaitable[T]]) -> T:
        async with free:
            return await start()

    return await all_of([one(w) for w in work])


def _section(statements: Sequence[DraftStatement]) -> tuple[DraftGroup, ...]:
    return (DraftGroup(tuple(statements)),) if statements else ()


def _statements(part: Part, quoter: Quoter) -> tuple[DraftStatement, ...]:
    """The excerpts of a part; one that goes on from the one before stands below it."""
    out: list[DraftStatement] = []
    below: list[list[DraftStatement]] = []
    before: Excerpt | None = None
    for excerpt, lead in zip(part.excerpts, part.leads, strict=True):
        statement = DraftStatement(quoter.statement(excerpt), lines_of(excerpt), label=lead)
        if before and excerpt.continues(before):
            below[-1].append(statement)
        else:
            out.append(statement)
            below.append([])
        before = excerpt
    return tuple(DraftStatement(s.text, s.lines, s.label, details=tuple(d)) for s, d in zip(out, below, strict=True))


def _names(transcript: Transcript) -> frozenset[str]:
    return frozenset(k for name in transcript.labelled_speakers for k in keys(name))
