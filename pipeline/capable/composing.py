"""Compose one document of the parts of a long recording: an editor's call arranges, joins and drops rows by number.

Points and items keep their words unless the editor joins or rewords them; overview, summary and key concepts are
written anew. Code ensures that every statement cites rows, and that every point is used, dropped or reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import create_model

from pipeline.capable.chunks import known_facts
from pipeline.capable.editing import Composition, distinct, omitted_details, omitted_fields, points_of, statements_of
from pipeline.capable.job import Job
from pipeline.capable.naming import introduction_of
from pipeline.capable.plain_fields import plain
from pipeline.capable.rows import NumberedRows, of_all_parts, table_of
from pipeline.capable.writing import WrittenPart, unfit, words_before_check
from pipeline.document import DroppedNote, Problem, Withheld
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import CallError
from pipeline.llm.answers import Parsed, Unusable
from pipeline.llm.prompting import PromptSet
from pipeline.llm.tokens import count_tokens
from pipeline.run_record import Naming
from pipeline.sections import Section, kind_of, tasks, with_added, words_of_each
from pipeline.sections.base import withheld_row
from pipeline.sections.main_points import MAIN_POINTS, PointSection, settled_parts, under_headings
from pipeline.text import enumerated, word_count

_UNKNOWN = "composing cited {}, which no point or item has as its number: left out"
_IN_NO_PART = "no part of the recording had anything for this section"
_MOST_NAMED = 10  # of such numbers
_MOST_MISSING = 0.2  # share of the points that may be neither used nor dropped by name before it is asked again


@lru_cache(maxsize=64)
def composed_answer(sections: tuple[Section, ...]) -> type[Composition]:
    """The type of the editor's answer: a field for each section, then the numbers of the points that are left out."""
    fields: dict[str, Any] = {s.name: (s.answer_composed or s.answer, ...) for s in sections}
    return create_model("Composed", __base__=Composition, **fields, dropped=(list[int], ...))


async def compose(parts: Sequence[WrittenPart], names: Sequence[Naming], job: Job) -> Draft:
    """The draft of the whole document. If composing fails, the parts follow one another.

    `names` are the persons behind labels, as far as the parts agree.
    """
    draft = Draft(
        sections=joined_sections(parts, job.sections),
        titles=job.titles,
        names=tuple(names),
        withheld=tuple(w for p in parts for w in p.withheld),
        dropped=(*(d for p in parts for d in p.dropped), *_repeated_terms(parts, job.sections)),
        problems=tuple(p for part in parts for p in part.problems),
        remarks=tuple(r for p in parts for r in p.remarks),
        read=frozenset().union(*(p.read for p in parts)),
        filler=frozenset().union(*(p.filler for p in parts)),
    )
    written_parts = [p for p in parts if p.sections]
    if not written_parts or written_parts[0].whole:
        return draft
    table, rows = table_of(written_parts, job.sections, job.labels)
    words = words_before_check(job)
    section_words = words_of_each(words, table.sections)
    point_values = MAIN_POINTS.values(section_words[MAIN_POINTS.name])
    prompts = job.structured.prompts
    task = job.task(
        kind_of(job.recipe).compose,
        recording=f"{introduction_of(names)}{known_facts(job.transcript)}",
        notes=rows,
        words=f"{with_added(words, table.sections):,}",
        points=section_words[MAIN_POINTS.name],
        written=sum(word_count(row.in_a_line) for row in table.rows[: table.points]),
        least=point_values["least"],
        most=point_values["most"],
        sections="\n".join(
            [tasks(section_words, prompts, table.written_anew), *_item_tasks(table, section_words, prompts)]
        ),
    )
    try:
        return await job.structured.ask(
            "compose",
            (job.prefixes.system, task),
            composed_answer(table.sections),
            use=lambda parsed: _composed_draft(parsed, draft, table),
            max_tokens=2000 + 2 * count_tokens(rows),
        )
    except CallError as err:
        if err.fatal:
            raise
        message = f"composing failed, so the parts are printed as they were written, one after the other: {err}"
        problem = Problem(section=MAIN_POINTS.name, chunk=None, message=message)
        return replace(draft, problems=(*draft.problems, problem))


def _composed_draft(parsed: Parsed[Composition], draft: Draft, table: NumberedRows) -> Draft:
    """The parts as composed by an answer. Raises Unusable like `ensure_usable`."""
    ensure_usable(parsed.value, table)
    return replace(
        draft,
        sections=composed(parsed.value, table),
        dropped=_dropped(parsed.value, table),
        withheld=(*draft.withheld, *unfit(parsed, table.sections), *_unprintable(parsed.value, table)),
        remarks=(*draft.remarks, *_remark_on_unknown_numbers(parsed.value, table)),
    )


def composed(answer: Composition, table: NumberedRows) -> dict[str, tuple[DraftGroup, ...]]:
    """The sections of a usable answer, with the cited points inserted."""
    sections = {s.name: _rows(s, getattr(answer, s.name), table) for s in table.written_anew}
    sections |= {s.name: _items(s, getattr(answer, s.name), answer.dropped, table) for s in table.by_number}
    points = (DraftGroup(_points_below(s, table), s.heading, part=s.part.strip()) for s in answer.main_points)
    groups = under_headings([g for g in points if g.statements], table.labels)
    sections[MAIN_POINTS.name] = settled_parts(groups)
    return {s.name: plain(sections[s.name]) for s in table.sections}


def _rows(section: Section, rows: Sequence[Any], table: NumberedRows) -> tuple[DraftGroup, ...]:
    """The statements of a section that the editor writes anew."""
    out = tuple(s for row in rows for s in statements_of(section, row, table))
    return (DraftGroup(out),) if out else ()


def _unprintable(answer: Composition, table: NumberedRows) -> Iterator[Withheld]:
    """The rows of an answer that have words but yield nothing to print."""
    for section in table.sections:
        for row in getattr(answer, section.name):
            is_printed = (
                _points_below(row, table) if section.composed == "arranged" else statements_of(section, row, table)
            )
            is_new = section.by_number and not table.items[section.name]
            if not is_printed and (
                withheld := withheld_row(section, row, table.lines_of, _IN_NO_PART if is_new else "")
            ):
                yield withheld


def _item_tasks(table: NumberedRows, section_words: Mapping[str, int], prompts: PromptSet) -> list[str]:
    """The part of the task on sections whose items are chosen by number. Sections without items stay empty."""
    rows = [_item_task(section, section_words, prompts) for section in table.by_number if table.items[section.name]]
    texts = [prompts.load("compose_items.v2").render(items="\n".join(rows))] if rows else []
    return texts + [f"{s.name}: stays empty." for s in table.by_number if not table.items[s.name]]


def _item_task(section: Section, section_words: Mapping[str, int], prompts: PromptSet) -> str:
    """The instruction which items of a section to choose."""
    if section.prompt_composed:
        return tasks(section_words, prompts, [replace(section, prompt=section.prompt_composed)])
    items = "all of its items, alone or joined; one that a later part takes back or answers is named in dropped."
    if section.composed == "best":
        values = section.values(section_words[section.name])
        wish = f" What was asked for: {values['wish']}" if "wish" in values else ""
        items = f"the {values['most']} best at most; the others are named in dropped.{wish}"
    return f"{section.name} ({section_words[section.name]} words): {items}"


def _items(
    section: Section, rows: Sequence[Any], dropped: Sequence[int], table: NumberedRows
) -> tuple[DraftGroup, ...]:
    """The items of a section. If all are to stay, those neither chosen nor dropped by name are appended."""
    out = [s for row in rows for s in statements_of(section, row, table)]
    if section.composed == "all":
        out += [table.rows[n - 1] for n in _untaken(section, rows, table) if n not in dropped]
    return (DraftGroup(tuple(out)),) if out else ()


def _untaken(section: Section, rows: Sequence[Any], table: NumberedRows) -> list[int]:
    """The items of a section that the editor did not choose."""
    used = {n for row in rows for n in row.cites}
    return [n for n in table.items[section.name] if n not in used]


def _points_below(section: PointSection, table: NumberedRows) -> tuple[DraftStatement, ...]:
    """The points below a heading."""
    return tuple(s for point in section.points for s in points_of(point, table))


def ensure_usable(answer: Composition, table: NumberedRows) -> None:
    """Raise Unusable unless every statement cites existing rows and nearly all points are used or dropped by name."""
    for statement in _citing(answer, table):
        if any(map(table.has, statement.cites)):
            continue
        if invented := sorted(set(statement.cites))[:10]:
            raise Unusable(f"{invented}: there are no points or terms of these numbers, the last is {len(table.rows)}")
        raise Unusable(f"it is not told which points this rests on: {str(statement)[:160]}")
    unused = _unused_points(answer, table, dropped=answer.dropped)
    if len(unused) > _MOST_MISSING * table.points:
        raise Unusable(f"points {unused[:20]} are neither used nor named in dropped")


def _citing(answer: Composition, table: NumberedRows) -> Iterator[Any]:
    """Everything that has to cite rows. A nested statement that cites none rests on its point's rows."""
    yield from (p for s in answer.main_points for p in s.points)
    for section in (*table.written_anew, *table.by_number):
        if section.cites:
            yield from getattr(answer, section.name)


def _remark_on_unknown_numbers(answer: Composition, table: NumberedRows) -> Iterator[str]:
    """A remark on cited numbers that do not exist, if there are any."""
    below = (d for s in answer.main_points for p in s.points for d in p.details)
    numbers = sorted({n for row in (*_citing(answer, table), *below) for n in row.cites if not table.has(n)})
    if numbers:
        yield _UNKNOWN.format(enumerated([*map(str, numbers[:_MOST_NAMED])], "and"))


def _unused_points(answer: Composition, table: NumberedRows, dropped: Sequence[int] = ()) -> list[int]:
    """The points that are neither among the main points nor in `dropped`."""
    points = [p for s in answer.main_points for p in s.points]
    below = [d for p in points for d in p.details if d.text.strip()]
    used = {n for p in points for n in p.cites} | {n for d in below for n in d.cites}
    return [n for n in range(1, table.points + 1) if n not in used and n not in dropped]


def _dropped(answer: Composition, table: NumberedRows) -> tuple[DroppedNote, ...]:
    """The points and items that the editor left out, by name or silently, and nested statements that were lost."""
    left_out = [(MAIN_POINTS.name, n) for n in _unused_points(answer, table)]
    for section in table.by_number:
        untaken = _untaken(section, getattr(answer, section.name), table)
        left_out += [(section.name, n) for n in untaken if section.composed == "best" or n in answer.dropped]
    dropped = [DroppedNote(text=table.rows[n - 1].in_a_line, lines=table.lines_of([n]), section=s) for s, n in left_out]
    points = (point for heading in answer.main_points for point in heading.points)
    below = [(MAIN_POINTS.name, d) for point in points for d in omitted_details(point, table)]
    for section in table.by_number:
        below += [
            (section.name, d) for row in getattr(answer, section.name) for d in omitted_fields(section, row, table)
        ]
    return (*dropped, *(DroppedNote(text=d.labelled, lines=d.lines, section=s) for s, d in below))


def _repeated_terms(parts: Sequence[WrittenPart], sections: Sequence[Section]) -> Iterator[DroppedNote]:
    """Repeated definitions of terms, which are lost when parts are joined: only the first one remains."""
    for section in (s for s in sections if s.composed != "arranged"):
        rows = of_all_parts(section, parts)
        texts = {s.in_a_line.casefold() for s in distinct(section, rows)}
        for row in rows:
            if row.in_a_line.casefold() not in texts:
                yield DroppedNote(text=row.in_a_line, lines=row.lines, section=section.name)


def joined_sections(parts: Sequence[WrittenPart], sections: Sequence[Section]) -> dict[str, tuple[DraftGroup, ...]]:
    """The sections of all parts, one after the other, without repeated terms and phrases."""
    out: dict[str, tuple[DraftGroup, ...]] = {}
    for section in sections:
        if section.composed == "arranged":
            out[section.name] = tuple(g for p in parts for g in p.sections.get(section.name, ()))
        else:
            rows = distinct(section, of_all_parts(section, parts))
            out[section.name] = (DraftGroup(rows),) if rows else ()
    return out
