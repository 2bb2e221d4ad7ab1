"""The method for a small model: it only points and gives titles; what is printed was said by the speakers.

Sentences → passages → the model's notes → excerpts around the sentences behind the notes → the best of them, in parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from pipeline.document import DroppedNote, Problem
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import CallError
from pipeline.labels import labels_for
from pipeline.language import covers, english_name
from pipeline.lengths import Length
from pipeline.llm.progress import Estimate, Reporter
from pipeline.llm.structured import Structured
from pipeline.profile import Recipe
from pipeline.small.bridges import bridged, prolonged
from pipeline.small.calls import FailedCall, survivable
from pipeline.small.concepts import (
    LEAST_WORDS,
    Concept,
    TermContext,
    Window,
    completed,
    distinct_terms,
    entries,
    explained_in,
    windows,
)
from pipeline.small.excerpts import Excerpt, excerpts_of, lines_of, unrepeated
from pipeline.small.frame import Frame, frame_of
from pipeline.small.lead_ins import LeadIns, cut_back, excerpt_behind, with_rest_of_concept
from pipeline.small.notes import Mark
from pipeline.small.outline import Outline, overview
from pipeline.small.parts import Part, parts_of
from pipeline.small.passages import passages_of
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking, room
from pipeline.small.reading import names_of, read, span
from pipeline.small.sentences import Sentence, sentences_of
from pipeline.small.titles import NamedExcerpt, Names, titled
from pipeline.tasks import each
from pipeline.transcript import Transcript
from pipeline.verification import Recording, finding

_ONLY_QUOTED = (
    "notes were requested in {}, but a small model quotes and does not translate: its statements stay in the language "
    "of the recording; a larger model translates (--base-url, --model)"
)
_WORDS_OF_WINDOW = 45  # spoken words per window that is asked for a term, on average
_WORDS_OF_EXCERPT = 35  # printed words per excerpt, on average
_MOST_WINDOWS = 40
_SHARE_OF_MAIN_POINTS = 0.6  # share of the page, about
_LEAST_SHARE_OF_MAIN_POINTS = 0.45
_MUCH_ROOM = 0.2  # share of the main points' words: if at least this much is left, further sentences are printed
_SHARE_OF_CONCEPTS = 0.42  # share of the page, at most
_RESERVED = 0.1  # share of the page, for the summary and the context of quotations
_CONCEPTS: dict[Length, int] = {"brief": 4, "standard": 8, "full": 16}


def _calls_after_notes(sentences: Sequence[Sentence], length: Length) -> int:
    """Estimate of the calls after the notes: one per title and window, plus one for a term that is asked for again."""
    if not sentences:
        return 0
    turns = [sum(s.words for s in turn if not s.asks) for _, turn in groupby(sentences, key=lambda s: s.turn)]
    windows_of = (max(1, round(words / _WORDS_OF_WINDOW)) for words in turns if words >= LEAST_WORDS)
    asked = min(_MOST_WINDOWS, sum(windows_of))
    titles = max(1, round(_SHARE_OF_MAIN_POINTS * room(sum(s.words for s in sentences), length)[0] / _WORDS_OF_EXCERPT))
    return titles + asked + 1


_NOTES, _TITLE = (850, 90), (400, 8)  # (prompt, answer) tokens of a call: for a passage's notes; for a title or a term
_NOTES_WEIGH = 7.0  # how many times longer notes take than a title or a term: 13 s against 1.9 s


def estimated_calls(transcript: Transcript, recipe: Recipe, model: str) -> list[Estimate]:
    """An estimate of the calls and tokens for a transcript if nothing fails."""
    sentences = sentences_of(transcript)
    notes = [Estimate("writing", *_NOTES)] * len(passages_of(sentences))
    return notes + [Estimate("composing", *_TITLE)] * _calls_after_notes(sentences, recipe.length)


async def draft(transcript: Transcript, structured: Structured, recipe: Recipe, reporter: Reporter) -> Draft:
    """The document's statements. Raises errors that end a run; other failed calls are listed in `problems`."""
    sentences = sentences_of(transcript)
    passages = passages_of(sentences)
    at_once = recipe.profile.at_once
    later = _calls_after_notes(sentences, recipe.length)
    reporter.begin("writing", at_once=at_once, planned=len(passages), later=later, weight=_NOTES_WEIGH)
    reading = await read(passages, transcript, structured, at_once)

    people, labels, language = names_of(transcript), labels_for(recipe.language), transcript.metadata.language
    quoter, ranking = Quoter(sentences, labels, language), Ranking(sentences, reading.notes)
    frame = frame_of(sentences, people)
    outline = Outline(sentences, ranking, frame.adverts | frame.greetings | frame.parting)
    about, asked_first, last = outline.subject(), outline.question(), outline.closing()
    outline_numbers = {s.number for s in (about, last) if s}  # printed in the overview and summary
    excerpts = excerpts_of(sentences, [m for m in reading.marks if not outline_numbers.issuperset(m.sentences)])
    reporter.begin("composing", at_once=at_once, planned=later)
    term_windows = ranking.foremost(windows(excerpts, sentences), _MOST_WINDOWS) if excerpts else []
    context = TermContext(sentences, reading.notes, people)
    terms, problems = await _explained_terms(term_windows, context, structured, at_once)
    terms = list(filter(LeadIns(sentences, 0).stands_alone, terms))
    of_use, spare = _usable(sentences, excerpts, reading.spare, outline_numbers, frame)
    page = _page(sentences, of_use, spare, completed(terms, excerpts), (about, asked_first), ranking, recipe.length)
    leads = LeadIns(sentences, page.words_left - (last.words if last else 0), asked_first)
    concepts, chosen = _with_lead_ins(page, leads)
    left_out = [e for e in page.left_out if e not in ranking.asides(of_use)]
    elsewhere = frame.aside | outline_numbers | {s.number for c in concepts for s in (*c.lead_up, *c.sentences)}
    chosen, filled = _filled(sentences, chosen, left_out, elsewhere, ranking, leads)
    names = Names(sentences, reading.notes, quoter, language)
    reporter.begin("composing", at_once=at_once, planned=sum(not names.question(e) for e in chosen))
    named_excerpts = await each([partial(_named_excerpt, e, structured, names, language) for e in chosen], at_once)
    parts = parts_of([replace(n, excerpt=e) for n, e in zip(named_excerpts, filled, strict=True)], names)
    summary = [Excerpt((last,))] if last and parts else []
    shown = {n for e in filled for n in e.numbers}
    recording = Recording(transcript)

    def with_remark(section: str, statement: DraftStatement) -> DraftStatement:
        """Note what code finds as a remark: fillers and stutters left out of a quotation are no fault of it."""
        return replace(statement, remark=finding(statement.text, recording)) if statement.lines else statement

    as_spoken = covers(recipe.language, language)
    return Draft(
        sections={
            "overview": _section(overview(about, asked_first, parts, quoter)) if parts else (),
            "prerequisites": (),
            "main_points": tuple(DraftGroup(_statements(p, quoter), p.heading) for p in parts),
            "key_concepts": _section(entries(concepts, quoter)),
            "summary": _section([DraftStatement(quoter.statement(e), lines_of(e)) for e in summary]),
        },
        dropped=tuple(
            DroppedNote(text=quoter.statement(e), lines=lines_of(e)) for e in page.left_out if not e.numbers <= shown
        ),
        problems=(*reading.problems, *problems),
        read=frozenset(reading.read),
        filler=frozenset(reading.filler),
        note=labels.by_small_model if as_spoken else f"{labels.by_small_model} {labels.only_quoted}",
        remarks=() if as_spoken or not recipe.language else (_ONLY_QUOTED.format(english_name(recipe.language)),),
    ).rewritten(with_remark)


def _usable(
    sentences: Sequence[Sentence],
    excerpts: Sequence[Excerpt],
    spare: Iterable[Mark],
    outline_numbers: Set[int],
    frame: Frame,
) -> tuple[list[Excerpt], list[Excerpt]]:
    """The excerpts, except those about the show itself, and further ones around spare marks not printed elsewhere."""
    excluded = frame.aside.union(outline_numbers, *(e.numbers for e in excerpts))
    further = [e.without(excluded) for e in excerpts_of(sentences, spare) if excluded.isdisjoint(e.marked)]
    return [e for e in excerpts if not e.marked <= frame.aside], further


@dataclass(frozen=True)
class _Page:
    """What is printed within the page's words, what is left out, and how many words are left."""

    concepts: list[Concept]
    chosen: list[Excerpt]
    left_out: list[Excerpt]
    words_left: int


def _page(
    sentences: Sequence[Sentence],
    excerpts: Sequence[Excerpt],
    spare: Sequence[Excerpt],
    terms: Sequence[Concept],
    overview: tuple[Sentence | None, Sentence | None],
    ranking: Ranking,
    length: Length,
) -> _Page:
    """Select concepts, the excerpt that answers the overview's question, and the best excerpts that say something else.

    `overview` holds a sentence and a question, printed above them. Spare excerpts are used if much room is left.
    """
    aim, most = room(sum(s.words for s in sentences), length)
    concepts = distinct_terms(terms, _CONCEPTS[length], round(_SHARE_OF_CONCEPTS * aim))
    above = sum(c.words for c in concepts) + sum(s.words for s in overview if s)
    reserved = above + round(_RESERVED * aim)
    candidates = _unexplained(excerpts, concepts) or excerpts
    wanted_words = max(aim - reserved, round(_LEAST_SHARE_OF_MAIN_POINTS * aim))
    concept_numbers = {n for c in concepts for n in c.numbers}
    answer = next((e for e in candidates if overview[1] in e.lead_up and concept_numbers.isdisjoint(e.numbers)), None)
    best = ranking.best(candidates, wanted_words, most - reserved, first=answer)
    free_words = wanted_words - sum(e.printed for e in best)
    if free_words > _MUCH_ROOM * wanted_words:
        others = [e for e in (*candidates, *spare) if e not in best and concept_numbers.isdisjoint(e.numbers)]
        further = ranking.best(sorted(others, key=lambda e: e.first), free_words, free_words, fewest=0)
        best = sorted((*best, *further), key=lambda e: e.first)
    chosen, left_out = unrepeated(best), [e for e in candidates if e not in best]
    words_left = most - above - sum(e.printed for e in chosen)
    return _Page(concepts, chosen, left_out, words_left)


def _with_lead_ins(page: _Page, leads: LeadIns) -> tuple[list[Concept], list[Excerpt]]:
    """Concepts and excerpts with the context that they need. An excerpt that continues a concept is moved into it."""
    further = [excerpt_behind(c, page.chosen) for c in page.concepts]
    moved_excerpts = [e for e in further if e]
    if len(moved_excerpts) == len(page.chosen):  # no main points would be left
        further, moved_excerpts = [None] * len(further), []
    pairs = list(zip(page.concepts, further, strict=True))
    concepts = [replace(c, sentences=(*c.sentences, *e.sentences)) if e else cut_back(c) for c, e in pairs]
    cut_concepts = [c for c, e in pairs if not e]
    concepts = leads.with_lead_ins(concepts, always=True)
    return concepts, leads.with_lead_ins(
        [with_rest_of_concept(e, cut_concepts) for e in page.chosen if e not in moved_excerpts]
    )


def _filled(
    sentences: Sequence[Sentence],
    chosen: Sequence[Excerpt],
    left_out: Sequence[Excerpt],
    elsewhere: Set[int],
    ranking: Ranking,
    leads: LeadIns,
) -> tuple[list[Excerpt], list[Excerpt]]:
    """The excerpts plus the most central of those left out; and the same with the sentences that close gaps.

    Gaps are closed first, since an account without gaps is easier to follow. If much room is left, excerpts are
    prolonged within their turns. `elsewhere` holds the numbers of sentences printed elsewhere on the page, or about the
    show itself.
    """
    closed = bridged(chosen, elsewhere, sentences, leads.words_left)
    leads.words_left -= _words(closed) - _words(chosen)
    taken = {s.number for e in closed for s in (*e.lead_up, *e.sentences)} | elsewhere
    further = ranking.best(_unshown(left_out, taken), leads.words_left, leads.words_left, fewest=0, central=True)
    leads.words_left -= _words(further)
    further = leads.with_lead_ins(further, elsewhere=taken)
    closed = sorted((*closed, *further), key=lambda e: e.first)
    filled = bridged(closed, elsewhere, sentences, leads.words_left)
    words_left = leads.words_left - _words(filled) + _words(closed)
    if words_left > _MUCH_ROOM * _words(filled):
        filled = prolonged(filled, elsewhere, sentences, words_left)
    return sorted((*chosen, *further), key=lambda e: e.first), filled


def _words(excerpts: Iterable[Excerpt]) -> int:
    return sum(e.printed for e in excerpts)


async def _named_excerpt(excerpt: Excerpt, structured: Structured, names: Names, language: str | None) -> NamedExcerpt:
    """The excerpt with its question or title, or with words of its own if the call fails."""
    try:
        return await titled(excerpt, structured, names, language)
    except CallError as err:
        survivable(err)
        return NamedExcerpt(excerpt, own_sentence=names.own_sentence(excerpt))


async def _explained_terms(
    term_windows: Sequence[Window], context: TermContext, structured: Structured, at_once: int
) -> tuple[list[Concept], list[Problem]]:
    """The terms that are explained, and the calls that failed."""

    async def ask_for_term(window: Window) -> Concept | FailedCall | None:
        try:
            return await explained_in(window, context, structured)
        except CallError as err:
            return survivable(err)

    answers = await each([partial(ask_for_term, w) for w in term_windows], at_once)
    problems = [
        Problem(
            section="key_concepts",
            chunk=None,
            message=f"lines {span(w.lines)}: the call for a key concept failed: {a.reason}",
        )
        for w, a in zip(term_windows, answers, strict=True)
        if isinstance(a, FailedCall)
    ]
    return [a for a in answers if isinstance(a, Concept)], problems


def _unexplained(excerpts: Sequence[Excerpt], concepts: Sequence[Concept]) -> list[Excerpt]:
    """The excerpts without those that the concepts contain entirely, and without what continues these."""
    shown = {n for c in concepts for n in c.numbers}
    out: list[Excerpt] = []
    last_shown: Excerpt | None = None  # the last excerpt that the concepts contain or that continued one
    for e in excerpts:
        if shown.issuperset(s.number for s in e.sentences) or (last_shown and e.continues(last_shown)):
            last_shown = e
        else:
            out.append(e)
    return out


def _unshown(excerpts: Sequence[Excerpt], shown: Set[int]) -> list[Excerpt]:
    """The excerpts of which nothing is shown yet; a lead-up that is shown already is removed."""
    found = [e for e in excerpts if shown.isdisjoint(e.numbers)]
    return [e if shown.isdisjoint(s.number for s in e.lead_up) else replace(e, lead_up=()) for e in found]


def _section(statements: Sequence[DraftStatement]) -> tuple[DraftGroup, ...]:
    return (DraftGroup(tuple(statements)),) if statements else ()


def _statements(part: Part, quoter: Quoter) -> tuple[DraftStatement, ...]:
    """The quotations of a part, each with its lead."""
    return tuple(
        DraftStatement(quoter.statement(named.printed), lines_of(named.excerpt), label=lead)
        for named, lead in part.quotations
    )
