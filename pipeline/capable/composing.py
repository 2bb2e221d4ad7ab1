"""The written parts of a long recording to one document: an editor's call that arranges, joins and drops by number.

Points stand as they were written unless the editor joins or rewords them; overview, summary and key concepts are
written anew. Code keeps the law that nothing comes from nowhere and that every point is used, dropped or told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from pydantic import create_model

from pipeline.answers import Unusable
from pipeline.capable.adding import WRITTEN_SHARE
from pipeline.capable.chunks import ChunkPrompts
from pipeline.capable.writing import Part
from pipeline.document import DroppedNote, Problem, Withheld
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import CallError, EndpointError
from pipeline.llm import Message
from pipeline.profile import Recipe, words_for
from pipeline.sections import SECTIONS, tasks, words_of_each
from pipeline.sections.base import Sentence
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import MAIN_POINTS, Point, PointSection
from pipeline.sections.overview import OVERVIEW
from pipeline.sections.prerequisites import PREREQUISITES
from pipeline.structured import Answer, Structured
from pipeline.tokens import count_tokens
from pipeline.transcript import spoken_words

_MOST_MISSING = 0.2  # share of the points that may be neither used nor dropped by name before it is asked again
_WRITTEN_ANEW = tuple(s for s in SECTIONS if s is not MAIN_POINTS)


@lru_cache(maxsize=1)
def composed_answer() -> type[Answer]:
    """The editor's answer: a field for each section, then the numbers of the points left out."""
    fields: dict[str, Any] = {s.name: (s.answer, ...) for s in SECTIONS}
    return create_model("Composed", __base__=Answer, **fields, dropped=(list[int], ...))


@dataclass(frozen=True, slots=True)
class Table:
    """Points, terms and overview sentences of all parts by number, from 1; the first `points` of them are points."""

    rows: tuple[DraftStatement, ...]
    points: int

    def has(self, number: int) -> bool:
        """Whether there is a row of this number."""
        return 1 <= number <= len(self.rows)

    def lines_of(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """The segments that rows of these numbers rest on, their details included, in order."""
        cited = (s.lines for n in numbers if self.has(n) for s in self.rows[n - 1].flat())
        return tuple(sorted(set(chain.from_iterable(cited))))


def table_of(parts: Sequence[Part]) -> tuple[Table, str]:
    """All rows by number, and the text that shows them to the editor."""
    points: list[DraftStatement] = []
    shown: list[str] = []
    for n, part in enumerate(parts, 1):
        shown += ["", f"== Part {n}"]
        for group in part.sections.get(MAIN_POINTS.name, ()):
            shown.append(f"-- {group.heading}")
            for statement in group.statements:
                points.append(statement)
                shown.append(_row(len(points), statement))
                shown += [f"     - {d.text}" for d in statement.details]
    terms = [s for part in parts for g in part.sections.get(KEY_CONCEPTS.name, ()) for s in g.statements]
    shown += ["", "== Terms", *(_row(n, s) for n, s in enumerate(terms, len(points) + 1))] if terms else []
    told = [s for part in parts for g in part.sections.get(OVERVIEW.name, ()) for s in g.statements]
    shown += ["", "== What the parts are", *(_row(n, s) for n, s in enumerate(told, len(points) + len(terms) + 1))]
    needed = dict.fromkeys(s.text for p in parts for g in p.sections.get(PREREQUISITES.name, ()) for s in g.statements)
    shown += ["", "== Taken for granted", *(f"- {text}" for text in needed)] if needed else []
    return Table((*points, *terms, *told), len(points)), "\n".join(shown).strip()


def _row(number: int, statement: DraftStatement) -> str:
    return f"{number}. {f'{statement.label}: ' if statement.label else ''}{statement.text}"


async def compose(parts: Sequence[Part], prompts: ChunkPrompts, structured: Structured, recipe: Recipe) -> Draft:
    """The draft of the whole document. Where composing fails the parts stand one after the other."""
    draft = Draft(
        sections=joined(parts),
        withheld=tuple(w for p in parts for w in p.withheld),
        problems=tuple(p for part in parts for p in part.problems),
        read=frozenset().union(*(p.read for p in parts)),
        filler=frozenset().union(*(p.filler for p in parts)),
    )
    written = [p for p in parts if p.sections]
    if not written or written[0].whole:
        return draft
    table, rows = table_of(written)
    words = round(WRITTEN_SHARE * words_for(spoken_words(prompts.transcript.segments), recipe.length) / 10) * 10
    each = words_of_each(words)
    values = {"words": f"{words:,}", "points": str(each[MAIN_POINTS.name])}
    arranged = MAIN_POINTS.values(each[MAIN_POINTS.name])
    task = structured.prompts.load("compose.v1").render(
        recording=prompts.recording,
        notes=rows,
        least=arranged["least"],
        most=arranged["most"],
        sections=tasks(each, structured.prompts, _WRITTEN_ANEW),
        **values,
    )
    try:
        found = await structured.ask(
            "compose",
            (prompts.system, Message("user", task)),
            composed_answer(),
            max_tokens=2000 + 2 * count_tokens(rows),
            law=lambda answer: lawful(answer, table),
        )
    except CallError as err:
        if isinstance(err, EndpointError) and err.fatal:
            raise
        told = f"composing failed, so the parts stand as they were written, one after the other: {err}"
        problem = Problem(section=MAIN_POINTS.name, chunk=None, message=told)
        return replace(draft, problems=(*draft.problems, problem))
    unfit = (Withheld(section=MAIN_POINTS.name, text=m, reason="it did not fit the schema") for m in found.dropped)
    return replace(
        draft,
        sections=composed(found.value, table),
        dropped=_dropped(found.value, table),
        withheld=(*draft.withheld, *unfit),
    )


def composed(answer: Any, table: Table) -> dict[str, tuple[DraftGroup, ...]]:
    """A lawful answer's sections, with the points that stand as they were written put in."""
    sections = {s.name: s.groups(getattr(answer, s.name), table.lines_of) for s in _WRITTEN_ANEW}
    points = (DraftGroup(tuple(_placed(s, table)), s.heading) for s in answer.main_points)
    sections[MAIN_POINTS.name] = tuple(g for g in points if g.statements)
    return {s.name: sections[s.name] for s in SECTIONS}


def _placed(section: PointSection, table: Table) -> Sequence[DraftStatement]:
    out: list[DraftStatement] = []
    for point in section.points:
        if point.text.strip():
            (group,) = MAIN_POINTS.groups([PointSection(heading="", points=[point])], table.lines_of)
            out += group.statements
        else:
            out += [table.rows[n - 1] for n in point.cites]
    return out


def lawful(answer: Any, table: Table) -> None:
    """Unusable unless every statement cites rows that exist and nearly all points are used or dropped by name."""
    points = [p for s in answer.main_points for p in s.points]
    cited: list[tuple[Any, Sequence[int]]] = [(s, s.cites) for p in points for s in (p, *_written_details(p))]
    cited += [(s, s.cites) for section in _WRITTEN_ANEW if section.cites for s in getattr(answer, section.name)]
    if invented := sorted({n for _, numbers in cited for n in numbers if not table.has(n)}):
        raise Unusable(f"{invented[:10]}: there are no points or terms of these numbers, the last is {len(table.rows)}")
    if bare := next((s for s, numbers in cited if not numbers), None):
        raise Unusable(f"it is not told which points this rests on: {str(bare)[:160]}")
    missing = _missing(answer, table, also=answer.dropped)
    if len(missing) > _MOST_MISSING * table.points:
        raise Unusable(f"points {missing[:20]} are neither used nor named in dropped")


def _missing(answer: Any, table: Table, also: Sequence[int] = ()) -> list[int]:
    """The points that stand nowhere among the main points."""
    used = {n for s in answer.main_points for p in s.points for n in (*p.cites, *_in_details(p))}
    return [n for n in range(1, table.points + 1) if n not in used and n not in also]


def _in_details(point: Point) -> list[int]:
    return [n for d in _written_details(point) for n in d.cites]


def _written_details(point: Point) -> Sequence[Sentence]:
    """The details that are printed: those of a point that stands as it was written are its own."""
    return [d for d in point.details if d.text.strip()] if point.text.strip() else []


def _dropped(answer: Any, table: Table) -> tuple[DroppedNote, ...]:
    """The points that the editor left out, by name or in silence."""
    return tuple(DroppedNote(text=_text(table.rows[n - 1]), lines=table.lines_of([n])) for n in _missing(answer, table))


def _text(row: DraftStatement) -> str:
    label = f"{row.label}: " if row.label else ""
    return " ".join((label + row.text, *(d.text for d in row.details)))


def joined(parts: Sequence[Part]) -> dict[str, tuple[DraftGroup, ...]]:
    """The sections of all parts one after the other; terms and phrases that return stand once."""
    out: dict[str, tuple[DraftGroup, ...]] = {}
    for section in SECTIONS:
        groups = tuple(g for p in parts for g in p.sections.get(section.name, ()))
        if section is not MAIN_POINTS and groups:
            once: dict[str, DraftStatement] = {}
            for statement in (s for g in groups for s in g.statements):
                once.setdefault((statement.label or statement.text).casefold(), statement)
            groups = (DraftGroup(tuple(once.values())),)
        out[section.name] = groups
    return out
