"""The written parts of a long recording to one document: an editor's call that arranges, joins and drops by number.

Points and items stand as they were written unless the editor joins or rewords them; overview, summary and key concepts
are written anew. Code keeps the law that nothing comes from nowhere and that every point is used, dropped or told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import create_model

from pipeline.capable.chunks import known_facts
from pipeline.capable.job import Job
from pipeline.capable.naming import introduced
from pipeline.capable.plain_fields import plain
from pipeline.capable.rows import NumberedRows, table_of
from pipeline.capable.writing import Part, unfit, words_before_check
from pipeline.document import DroppedNote, Naming, Problem
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import CallError
from pipeline.llm.answers import Unusable
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Answer
from pipeline.llm.tokens import count_tokens
from pipeline.sections import Section, kind_of, tasks, with_added, words_of_each
from pipeline.sections.base import Sentence, in_a_row
from pipeline.sections.main_points import MAIN_POINTS, Point, PointSection, settled_parts, under_headings
from pipeline.text import word_count

_MOST_MISSING = 0.2  # share of the points that may be neither used nor dropped by name before it is asked again


@lru_cache(maxsize=64)
def composed_answer(sections: tuple[Section, ...]) -> type[Answer]:
    """The editor's answer: a field for each section, then the numbers of the points left out."""
    fields: dict[str, Any] = {s.name: (s.answer_composed or s.answer, ...) for s in sections}
    return create_model("Composed", __base__=Answer, **fields, dropped=(list[int], ...))


async def compose(parts: Sequence[Part], names: Sequence[Naming], job: Job) -> Draft:
    """The draft of the whole document. Where composing fails the parts stand one after the other.

    `names` are those of whom labels stand for, on which the parts agree.
    """
    draft = Draft(
        sections=joined(parts, job.sections),
        titles=job.titles,
        names=tuple(names),
        withheld=tuple(w for p in parts for w in p.withheld),
        dropped=tuple(d for p in parts for d in p.dropped),
        problems=tuple(p for part in parts for p in part.problems),
        remarks=tuple(r for p in parts for r in p.remarks),
        read=frozenset().union(*(p.read for p in parts)),
        filler=frozenset().union(*(p.filler for p in parts)),
    )
    written = [p for p in parts if p.sections]
    if not written or written[0].whole:
        return draft
    table, rows = table_of(written, job.sections, job.labels)
    words = words_before_check(job)
    each = words_of_each(words, table.sections)
    arranged = MAIN_POINTS.values(each[MAIN_POINTS.name])
    prompts = job.structured.prompts
    task = job.task(
        kind_of(job.recipe).compose,
        recording=f"{introduced(names)}{known_facts(job.transcript)}",
        notes=rows,
        words=f"{with_added(words, table.sections):,}",
        points=each[MAIN_POINTS.name],
        written=sum(word_count(row.in_a_line) for row in table.rows[: table.points]),
        least=arranged["least"],
        most=arranged["most"],
        sections="\n".join([tasks(each, prompts, table.written_anew), *_taken(table, each, prompts)]),
    )
    try:
        found = await job.structured.ask(
            "compose",
            (job.prefixes.system, task),
            composed_answer(table.sections),
            max_tokens=2000 + 2 * count_tokens(rows),
            law=lambda answer: lawful(answer, table),
        )
    except CallError as err:
        if err.fatal:
            raise
        told = f"composing failed, so the parts stand as they were written, one after the other: {err}"
        problem = Problem(section=MAIN_POINTS.name, chunk=None, message=told)
        return replace(draft, problems=(*draft.problems, problem))
    return replace(
        draft,
        sections=composed(found.value, table),
        dropped=_dropped(found.value, table),
        withheld=(*draft.withheld, *unfit(found, table.sections)),
    )


def composed(answer: Any, table: NumberedRows) -> dict[str, tuple[DraftGroup, ...]]:
    """A lawful answer's sections, with the points that stand as they were written put in."""
    sections = {s.name: s.groups(getattr(answer, s.name), table.lines_of, table.words) for s in table.written_anew}
    sections |= {s.name: _items(s, getattr(answer, s.name), answer.dropped, table) for s in table.taken}
    points = (DraftGroup(tuple(_placed(s, table)), s.heading, part=s.part.strip()) for s in answer.main_points)
    groups = under_headings([g for g in points if g.statements], table.words)
    sections[MAIN_POINTS.name] = settled_parts(groups)
    return {s.name: plain(sections[s.name]) for s in table.sections}


def _taken(table: NumberedRows, each: Mapping[str, int], prompts: PromptSet) -> list[str]:
    """What the editor is told of the sections whose items are taken by number; those without items stay empty."""
    rows = [_row_of(section, each, prompts) for section in table.taken if table.items[section.name]]
    told = [prompts.load("compose_items.v2").render(items="\n".join(rows))] if rows else []
    return told + [f"{s.name}: stays empty." for s in table.taken if not table.items[s.name]]


def _row_of(section: Section, each: Mapping[str, int], prompts: PromptSet) -> str:
    """Which items of a section the editor is to take."""
    if section.prompt_composed:
        return tasks(each, prompts, [replace(section, prompt=section.prompt_composed)])
    which = "all of its items, alone or joined; one that a later part takes back or answers is named in dropped."
    if section.composed == "best":
        values = section.values(each[section.name])
        wish = f" What was asked for: {values['wish']}" if "wish" in values else ""
        which = f"the {values['most']} best at most; the others are named in dropped.{wish}"
    return f"{section.name} ({each[section.name]} words): {which}"


def _items(
    section: Section, rows: Sequence[Any], dropped: Sequence[int], table: NumberedRows
) -> tuple[DraftGroup, ...]:
    """The items of a section; where all stay, one that is neither taken nor dropped by name stands at the end."""
    own = table.items[section.name]
    out: list[DraftStatement] = []
    for row in rows if own else ():
        written = section.groups([row], table.lines_of, table.words)
        out += written[0].statements if written else [table.rows[n - 1] for n in row.cites if n in own]
    if section.composed == "all":
        out += [table.rows[n - 1] for n in _untaken(section, rows, table) if n not in dropped]
    return (DraftGroup(tuple(out)),) if out else ()


def _untaken(section: Section, rows: Sequence[Any], table: NumberedRows) -> list[int]:
    """The items of a section that the editor did not take."""
    used = {n for row in rows for n in row.cites}
    return [n for n in table.items[section.name] if n not in used]


def _placed(section: PointSection, table: NumberedRows) -> Sequence[DraftStatement]:
    """The points below a heading, as the editor worded them or else as they were written."""
    out: list[DraftStatement] = []
    for point in section.points:
        if point.text.strip():
            (group,) = MAIN_POINTS.groups([PointSection(heading="", points=[point])], table.lines_of, table.words)
            out += group.statements
        else:
            out += [table.rows[n - 1] for n in point.cites]
    return out


def lawful(answer: Any, table: NumberedRows) -> None:
    """Unusable unless every statement cites rows that exist and nearly all points are used or dropped by name."""
    points = [p for s in answer.main_points for p in s.points]
    cited: list[tuple[Any, Sequence[int]]] = [(s, s.cites) for p in points for s in (p, *_written_details(p))]
    others = [s for s in (*table.written_anew, *table.taken) if s.cites]
    cited += [(s, s.cites) for section in others for s in getattr(answer, section.name)]
    if invented := sorted({n for _, numbers in cited for n in numbers if not table.has(n)}):
        raise Unusable(f"{invented[:10]}: there are no points or terms of these numbers, the last is {len(table.rows)}")
    if bare := next((s for s, numbers in cited if not numbers), None):
        raise Unusable(f"it is not told which points this rests on: {str(bare)[:160]}")
    missing = _missing(answer, table, also=answer.dropped)
    if len(missing) > _MOST_MISSING * table.points:
        raise Unusable(f"points {missing[:20]} are neither used nor named in dropped")


def _missing(answer: Any, table: NumberedRows, also: Sequence[int] = ()) -> list[int]:
    """The points that stand nowhere among the main points."""
    points = [p for s in answer.main_points for p in s.points]
    used = {n for p in points for of in (p, *_written_details(p)) for n in of.cites}
    return [n for n in range(1, table.points + 1) if n not in used and n not in also]


def _written_details(point: Point) -> Sequence[Sentence]:
    """The details that are printed: those of a point that stands as it was written are its own."""
    return [d for d in point.details if d.text.strip()] if point.text.strip() else []


def _dropped(answer: Any, table: NumberedRows) -> tuple[DroppedNote, ...]:
    """The points that the editor left out, by name or in silence."""
    gone = [(MAIN_POINTS.name, n) for n in _missing(answer, table)]
    for section in table.taken:
        untaken = _untaken(section, getattr(answer, section.name), table)
        gone += [(section.name, n) for n in untaken if section.composed == "best" or n in answer.dropped]
    return tuple(
        DroppedNote(text=table.rows[n - 1].in_a_line, lines=table.lines_of([n]), section=name) for name, n in gone
    )


def joined(parts: Sequence[Part], sections: Sequence[Section]) -> dict[str, tuple[DraftGroup, ...]]:
    """The sections of all parts one after the other; terms and phrases that return stand once."""
    out: dict[str, tuple[DraftGroup, ...]] = {}
    for section in sections:
        groups = tuple(g for p in parts for g in p.sections.get(section.name, ()))
        if section.composed != "arranged" and groups:
            once: dict[str, DraftStatement] = {}
            for statement in in_a_row(groups):
                term = "" if section.by_number else statement.label
                once.setdefault((term or statement.in_a_line).casefold(), statement)
            groups = (DraftGroup(tuple(once.values())),)
        out[section.name] = groups
    return out
