"""A document as a neutral tree of sections, blocks and points, from which the page and every export are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal, NamedTuple

from pipeline.document import (
    Claim,
    Detail,
    KeyConcept,
    OutlineSection,
    Statement,
    StudyDocument,
    with_parts,
)
from pipeline.labels import Labels
from pipeline.pages.paragraphs import in_paragraphs
from pipeline.shape import is_bullet
from pipeline.tables import cells, in_words
from pipeline.text import parted_at_colon

BlockForm = Literal["prose", "bullets", "terms", "points"]


class Point(NamedTuple):
    """One or two sentences, and what is nested below them. `lead` is the bold lead-in or the term.

    `number` counts the document's statements from 1. A point that makes no claim about the recording has number 0 and
    no `claim`. `pieces` are the following statements in its paragraph, printed before the nested points; they have no
    lead and nothing nested. If `columns` is set, the nested points are the rows of a table with these headings: each
    has `cells`, and a lead and text that say the same in words. `step` is its position among steps, from 1, or 0.
    Directly below a heading, a `listed` point is a bullet, any other a paragraph. A point without text only holds its
    nested points.
    """

    text: str
    lead: str = ""
    number: int = 0
    claim: Claim | None = None
    nested: tuple[Point, ...] = ()
    pieces: tuple[Point, ...] = ()
    columns: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    step: int = 0
    listed: bool = True

    @property
    def emphasis(self) -> tuple[str, ...]:
        """The words of its text that are bold."""
        return self.claim.emphasis if self.claim else ()

    @property
    def anchor(self) -> str:
        """The statement's id in links, such as "s12"; "" if it has no number."""
        return f"s{self.number}" if self.number else ""

    def paragraphs(self) -> Iterator[tuple[int, tuple[Point, ...]]]:
        """(depth, statements of the paragraph) for the point and everything nested below it, in reading order."""
        yield 0, (self, *self.pieces)
        for point in self.nested:
            yield from ((depth + 1, points) for depth, points in point.paragraphs())


@dataclass(frozen=True, slots=True)
class Block:
    """Content that is printed together: prose, bullets, terms with definitions, or points.

    `number` is that of its heading. `part` is the title of the part that begins with it, if one does. `level` is the
    depth of its heading: 1 directly below the section's, 2 within a part.
    """

    form: BlockForm
    points: tuple[Point, ...]
    heading: str = ""
    number: int = 0
    part: str = ""
    level: int = 1

    @property
    def title(self) -> str:
        """The heading, preceded by its number."""
        return f"{self.number}. {self.heading}" if self.number else self.heading


@dataclass(frozen=True, slots=True)
class Section:
    """A section, with its name in the record. Without blocks, nothing was found for it."""

    name: str
    heading: str
    blocks: tuple[Block, ...]

    def points(self) -> Iterator[tuple[Block, int, Point]]:
        """Every point in reading order, with its block and its depth: (block, depth, point)."""
        for block in self.blocks:
            for point in block.points:
                yield from ((block, depth, p) for depth, points in point.paragraphs() for p in points)


def outline(document: StudyDocument, labels: Labels) -> tuple[Section, ...]:
    """The sections in reading order; statements are numbered in the order of `document.statements()`."""
    numbers = count(1)
    return tuple(Section(s.name, s.heading, _blocks(s, numbers, labels)) for s in document.outline(labels))


def _blocks(section: OutlineSection, numbers: Iterator[int], labels: Labels) -> tuple[Block, ...]:
    match section.form:
        case "prose":
            return _block("prose", _points(section.content, numbers))
        case "phrases":
            note = _block("prose", [Point(labels.general_knowledge)]) if section.content else ()
            parted = (parted_at_colon(p.text) for p in section.content)
            return note + _block("bullets", [Point(text, name) for name, text in parted])
        case "terms":
            return _block("terms", _points(section.content, numbers))
        case "items":
            return _block("bullets", _details(section.content, numbers, labels))
        case "points":
            return tuple(
                Block("points", _details(p.details, numbers, labels), p.heading, n, part, 2 if p.part else 1)
                for n, (part, p) in enumerate(with_parts(section.content), 1)
            )


def _block(form: BlockForm, points: Iterable[Point]) -> tuple[Block, ...]:
    rows = tuple(points)
    return (Block(form, rows),) if rows else ()


def _points(statements: Iterable[Statement | KeyConcept], numbers: Iterator[int]) -> tuple[Point, ...]:
    return tuple(_point(s, next(numbers)) for s in statements)


def _point(statement: Statement | KeyConcept, number: int) -> Point:
    if isinstance(statement, KeyConcept):
        return Point(statement.definition, statement.term, number, statement)
    return Point(statement.text, number=number, claim=statement)


def _details(
    details: Iterable[Detail], numbers: Iterator[int], labels: Labels, *, steps: bool = False
) -> tuple[Point, ...]:
    paragraphs = enumerate(in_paragraphs(details), 1)
    return tuple(_paragraph(paragraph, numbers, labels, n if steps else 0) for n, paragraph in paragraphs)


def _paragraph(paragraph: Sequence[Detail], numbers: Iterator[int], labels: Labels, step: int) -> Point:
    first, last = paragraph[0], paragraph[-1]
    number = 0 if first.bare else next(numbers)
    pieces = tuple(Point("") if detail.bare else _point(detail, next(numbers)) for detail in paragraph[1:])
    columns = last.columns if last.columns and last.is_table else ()
    if columns:
        nested = tuple(_row(row, next(numbers), columns, labels) for row in last.details)
    else:
        nested = _details(last.details, numbers, labels, steps=last.steps)
    claim = None if first.bare else first
    listed = is_bullet(first)
    return Point(first.text, first.label, number, claim, nested, pieces, columns, step=step, listed=listed)


def _row(row: Detail, number: int, columns: tuple[str, ...], labels: Labels) -> Point:
    lead, text = in_words(columns, row.text, labels.colon)
    return Point(text, lead, number, row, cells=cells(row.text))
