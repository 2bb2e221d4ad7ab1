"""Main Points: numbered headings, with points (some with a lead), and lists and tables nested below them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import ClassVar

from pipeline.document import Correction, MainPoint
from pipeline.draft import Draft, DraftGroup, DraftStatement, updated
from pipeline.labels import Labels
from pipeline.llm.structured import Answer
from pipeline.pages.paragraphs import as_on_page
from pipeline.sections.base import LinesOf, Section, Sentence, detail, without_end_mark
from pipeline.tables import fills, without_header
from pipeline.transcript import Transcript

_WORDS_EACH = 100  # under one heading
_WORDS_A_POINT = 70  # including its lead, its share of a heading and its details; models wrote 60 to 95
_HEADINGS, _MOST = 0.35, 15  # of a long page: times the root of its words; about as many as are kept apart


class Point(Answer):
    """A statement under a heading, and those nested below it: rows of a table if it has columns."""

    cites: list[int]
    lead: str
    text: str
    columns: list[str]
    details: list[Sentence]
    _mostly_empty: ClassVar = ("lead", "columns", "details")


class PointSection(Answer):
    """A heading with its points."""

    heading: str
    points: list[Point]


class ArrangedSection(PointSection):
    """A section of a composed page, within a `part` of it ("" for none)."""

    part: str
    _mostly_empty: ClassVar = ("part",)


def groups(answer: Sequence[PointSection], lines_of: LinesOf, labels: Labels) -> tuple[DraftGroup, ...]:
    """One group per heading."""
    out = (DraftGroup(tuple(k for p in s.points for k in _point(p, lines_of)), s.heading) for s in answer)
    return under_headings([g for g in out if g.statements], labels)


def under_headings(groups: Sequence[DraftGroup], labels: Labels) -> tuple[DraftGroup, ...]:
    """The groups, each with a heading: one without joins the group before it or, at the beginning, the one after it.

    If no group has a heading, all go under the first lead, or under the name of the section.
    """
    out: list[DraftGroup] = []
    for group in groups:
        heading = group.heading if group.heading.strip() else ""
        if out and not (heading and out[-1].heading):
            before = out.pop()
            statements, part = (*before.statements, *group.statements), before.part or group.part
            group = DraftGroup(statements, before.heading or heading, part=part)
        else:
            group = updated(group, heading=heading)
        out.append(group)
    if out and not out[0].heading:
        leads = (s.label for s in out[0].statements if s.label)
        out[0] = replace(out[0], heading=next(leads, labels.heading(MAIN_POINTS.name)))
    return tuple(out)


def settled_parts(groups: Sequence[DraftGroup]) -> tuple[DraftGroup, ...]:
    """The groups; if no part has two headings, its title is put before its heading. A single part's title is dropped.

    A part with one heading is kept beside longer ones, since their titles would not make sense alone: a "Part 2" needs
    a "Part 1".
    """
    runs = [tuple(of_part) for _, of_part in groupby(groups, key=lambda g: g.part)]
    is_one_part = len(runs) == 1
    if not is_one_part and any(run[0].part and len(run) > 1 for run in runs):
        return tuple(groups)
    return tuple(_without_part(g, keep_title=not is_one_part) if g.part else g for g in groups)


def with_settled_parts(draft: Draft) -> Draft:
    """The draft with its parts settled again, since they may have lost headings."""
    groups = settled_parts(draft.sections.get(MAIN_POINTS.name, ()))
    return replace(draft, sections={**draft.sections, MAIN_POINTS.name: groups})


def _without_part(group: DraftGroup, *, keep_title: bool) -> DraftGroup:
    return replace(group, part="", heading=f"{group.part}: {group.heading}" if keep_title else group.heading)


def nested(point: Point, lines_of: LinesOf) -> tuple[tuple[str, ...], tuple[DraftStatement, ...]]:
    """The columns of a point's table, if it has one, and what is nested below the point."""
    columns = tuple(" ".join(c.split()) for c in point.columns)
    below = [d for d in point.details if d.text.strip()]
    columns, rows = without_header(columns, [d.text for d in below])
    bound = fills(columns, [below[n].text for n in rows])  # rows are removed together with their point
    return columns, tuple(DraftStatement(below[n].text, lines_of(below[n].cites), bound=bound) for n in rows)


def _point(point: Point, lines_of: LinesOf) -> tuple[DraftStatement, ...]:
    """A point with its details; without a text, its lead becomes the text, or else its details are kept alone."""
    columns, details = nested(point, lines_of)
    lead, text, cited = without_end_mark(point.lead), point.text, lines_of(point.cites)
    if not text.strip():
        lead, text = "", lead if details else point.lead
        cited = cited or tuple(sorted({n for d in details for n in d.lines}))
    if not text.strip() and not (details and columns):
        return details
    return (DraftStatement(text.strip() and text, cited, lead, details, columns=columns),)


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[MainPoint, ...]:
    """Headings with their details, in the record's form."""
    return tuple(
        MainPoint(
            heading=g.heading,
            part=g.part or None,
            correction=Correction(before=g.before, reason=g.reason) if g.before else None,
            details=as_on_page(detail(s, transcript) for s in g.statements),
        )
        for g in groups
    )


def values(words: int) -> Mapping[str, str]:
    """How many headings and points fit into this many words."""
    about = min(words / _WORDS_EACH, _HEADINGS * math.sqrt(words), _MOST)
    least = max(2, round(0.8 * about))
    most = max(least + 1, round(1.2 * about))
    points = min(max(round(1.5 * least), round(words / _WORDS_A_POINT)), 3 * most)
    return {"least": str(least), "most": str(most), "points": str(points)}


MAIN_POINTS = Section(
    "main_points",
    "sections/main_points.v10",
    list[PointSection],
    groups,
    content,
    share=None,
    least=0,
    values=values,
    composed="arranged",
    grows="nested",
    answer_composed=list[ArrangedSection],
)
