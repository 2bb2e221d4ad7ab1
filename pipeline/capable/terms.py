"""Rows of sections other than main points: sentences, terms with their definitions, names of people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.document import FORMS
from pipeline.draft import DraftStatement
from pipeline.pages.rows import sentences_in
from pipeline.sections import Section
from pipeline.sections.base import without_end_mark
from pipeline.text import LEADS_TO_A_LIST, SENTENCE_ENDS, word_count

_TERM = re.compile(r"([^:：?!]{1,60}?)(?::\s+|：\s*|\s+[-–—]+\s+)(?=\S)")
_BEHIND_BOLD = re.compile(r"(?:\s*(?:[:：]|[–—]+)\s*|\s+-+\s+)(?=\S)")
_MOST_OF_TERM = 6  # words of a bold term, or of one whose definition is nested below it
_ENDS_SENTENCE = re.compile(rf"[{SENTENCE_ENDS}]$")

Rows = tuple[DraftStatement, ...]
# A section's points for each of its headings, "" for none.
PointsByHeading = Sequence[tuple[str, Sequence[DraftStatement]]]


def as_rows(points_by_heading: PointsByHeading, section: Section) -> tuple[Rows, Rows]:
    """The points of a section as its rows, and those that cannot be rows because they lack a term or name."""
    if FORMS.get(section.name) == "prose":
        flat = [row for heading, points in points_by_heading for row in _flat(_with_heading(points, heading))]
        return tuple(piece for row in flat for piece in row.apart(sentences_in(row.labelled))), ()
    repeated = Counter(label for heading, points in points_by_heading if heading for label in {p.label for p in points})
    rows: list[DraftStatement] = []
    misfits: list[DraftStatement] = []
    for heading, points in points_by_heading:
        if heading and points and _defines(points, repeated):
            definition = _flat(points)
            emphasis = tuple(words for row in definition for words in row.emphasis)
            points = [
                DraftStatement(definition[0].labelled, (), without_end_mark(heading), definition[1:], emphasis=emphasis)
            ]
        for point in points:
            row, below = _with_term(point, section)
            if row.label:
                rows.append(replace(row, text=" ".join((row.text, *(d.labelled for d in below))), bound=False))
            elif not section.cites:
                rows += [row, *below]
            elif below or not row.text.endswith(":"):  # a mere introduction of a list says nothing
                misfits += [row, *(DraftStatement(d.labelled, ()) for d in below)]
    if not section.cites:
        rows = [DraftStatement(row.labelled, ()) for row in rows]
    return tuple(rows), tuple(misfits)


def row_of_terms(cells: Sequence[str]) -> DraftStatement:
    """A row of a table as a term; the other cells together are its definition."""
    term, *definition = cells
    text = ""
    for cell in filter(None, definition):
        text += ("" if not text else " " if _ENDS_SENTENCE.search(text) else "; ") + cell
    return DraftStatement(text, (), term) if text else DraftStatement(term, ())


def _flat(points: Sequence[DraftStatement]) -> Rows:
    return tuple(replace(row, details=()) for point in points for row in point.flat())


def _with_heading(points: Sequence[DraftStatement], heading: str) -> Sequence[DraftStatement]:
    """The points, with the heading put before the first one."""
    if not heading or not points:
        return points
    return [replace(points[0], label=without_end_mark(heading), text=points[0].labelled), *points[1:]]


def _defines(points: Sequence[DraftStatement], repeated: Mapping[str, int]) -> bool:
    """Whether points define the heading above them: they are no terms, or their leads recur below other headings."""
    if label := points[0].label:
        return repeated[label] > 1
    return not _behind_bold(points[0]) and not (len(points) > 1 and all(p.label or _TERM.match(p.text) for p in points))


def _with_term(point: DraftStatement, section: Section) -> tuple[DraftStatement, Rows]:
    """A point with its term as label ("" if it has none), and its details."""
    top, below = replace(point, details=()), _flat([point])[1:]
    if top.label:
        return top, below
    bold = _bold(top)
    if end := _behind_bold(top):
        return replace(top, label=bold, text=top.text[end:], emphasis=top.emphasis[1:]), below
    if section.cites and (match := _TERM.match(top.text)):
        return replace(top, label=match[1].strip(), text=top.text[match.end() :]), below
    is_name = section.cites or not top.text.endswith(LEADS_TO_A_LIST)
    if below and is_name and top.text.count(" ") < _MOST_OF_TERM:
        return replace(top, label=without_end_mark(top.text), text=below[0].labelled), below[1:]
    if section.cites and bold and word_count(bold) <= _MOST_OF_TERM:
        return replace(top, label=bold, emphasis=top.emphasis[1:]), below
    return top, below


def _bold(point: DraftStatement) -> str:
    """The bold words with which a point begins."""
    return next((words for words in point.emphasis[:1] if point.text.startswith(words)), "")


def _behind_bold(point: DraftStatement) -> int:
    """The index of the text after leading bold words and a colon or dash; 0 if there are none."""
    bold = _bold(point)
    match = _BEHIND_BOLD.match(point.text, len(bold)) if bold else None
    return match.end() if match else 0
