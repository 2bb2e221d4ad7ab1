"""A document as a neutral tree of sections, blocks and points, from which every format is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from pipeline.document import Claim, Detail, KeyConcept, OutlineSection, Statement, StudyDocument
from pipeline.labels import Labels
from pipeline.render.markdown import provenance
from pipeline.tables import cells, in_words

BlockForm = Literal["prose", "bullets", "terms", "points"]


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence or two, and what is nested below. `lead` is its bold lead-in or its term.

    `number` counts the document's statements from 1; it is 0, and `claim` None, where nothing of the recording is said.
    Where it has `columns`, what is nested are the rows of a table with these headings: `cells` are those of a row,
    whose lead and text tell the same in words.
    """

    text: str
    lead: str = ""
    number: int = 0
    claim: Claim | None = None
    nested: tuple[Point, ...] = ()
    columns: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """What stands for the statement in links: "s12"."""
        return f"s{self.number}" if self.number else ""

    def flat(self) -> Iterator[tuple[int, Point]]:
        """The point and those below it in reading order, each with its depth."""
        yield 0, self
        for point in self.nested:
            yield from ((depth + 1, p) for depth, p in point.flat())


@dataclass(frozen=True, slots=True)
class Block:
    """What stands together: prose, bullets, terms with definitions, or points. `number` is its heading's.

    Points are bullets where they have a lead, else paragraphs with what is nested below them.
    """

    form: BlockForm
    points: tuple[Point, ...]
    heading: str = ""
    number: int = 0

    @property
    def title(self) -> str:
        """The heading with its number."""
        return f"{self.number}. {self.heading}" if self.number else self.heading


@dataclass(frozen=True, slots=True)
class Section:
    """A section by its name in the record. Without blocks nothing was found for it."""

    name: str
    heading: str
    blocks: tuple[Block, ...]

    def points(self) -> Iterator[tuple[Block, int, Point]]:
        """Every point in reading order, with its block and its depth."""
        for block in self.blocks:
            for point in block.points:
                yield from ((block, depth, p) for depth, p in point.flat())


def outline(document: StudyDocument, labels: Labels) -> tuple[Section, ...]:
    """The sections in reading order; statements are numbered as `document.statements()` yields them."""
    numbers = count(1)
    source = _block("prose", [Point(sentence) for sentence in provenance(document)])
    return tuple(
        Section(s.name, s.heading, _blocks(s, numbers, labels) + (source if s.name == "overview" else ()))
        for s in document.outline(labels)
    )


def _blocks(section: OutlineSection, numbers: Iterator[int], labels: Labels) -> tuple[Block, ...]:
    match section.form:
        case "prose":
            return _block("prose", _points(section.content, numbers, labels))
        case "phrases":
            note = _block("prose", [Point(labels.general_knowledge)]) if section.content else ()
            return note + _block("bullets", [Point(p.text) for p in section.content])
        case "terms":
            return _block("terms", _points(section.content, numbers, labels))
        case "items":
            return _block("bullets", _points(section.content, numbers, labels))
        case "points":
            points = enumerate(section.content, 1)
            return tuple(Block("points", _points(p.details, numbers, labels), p.heading, n) for n, p in points)


def _block(form: BlockForm, points: Iterable[Point]) -> tuple[Block, ...]:
    rows = tuple(points)
    return (Block(form, rows),) if rows else ()


def _points(statements: Iterable[Statement | KeyConcept], numbers: Iterator[int], labels: Labels) -> tuple[Point, ...]:
    return tuple(_point(s, numbers, labels) for s in statements)


def _point(statement: Statement | KeyConcept, numbers: Iterator[int], labels: Labels) -> Point:
    number = next(numbers)
    match statement:
        case KeyConcept():
            return Point(statement.definition, statement.term, number, statement)
        case Detail():
            nested = _points(statement.details, numbers, labels)
            columns = statement.columns if statement.is_table else ()
            rows = tuple(_row(point, columns, labels) for point in nested) if columns else nested
            return Point(statement.text, statement.lead or "", number, statement, rows, columns)
        case _:
            return Point(statement.text, "", number, statement)


def _row(point: Point, columns: tuple[str, ...], labels: Labels) -> Point:
    lead, text = in_words(columns, point.text, labels.colon)
    return replace(point, lead=lead, text=text, cells=cells(point.text))
