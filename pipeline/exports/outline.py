"""A document as a neutral tree of sections, blocks and points, from which every format is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Literal

from pipeline.document import Claim, Detail, KeyConcept, OutlineSection, Statement, StudyDocument
from pipeline.labels import Labels
from pipeline.render.markdown import provenance


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence or two, and what is nested below. `lead` is its bold lead-in or its term.

    `number` counts the document's statements from 1; it is 0, and `claim` None, where nothing of the recording is said.
    """

    text: str
    lead: str = ""
    number: int = 0
    claim: Claim | None = None
    nested: tuple[Point, ...] = ()

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
    """Points that stand together: as prose, as bullets, or as terms with definitions. `number` is its heading's."""

    form: Literal["prose", "bullets", "terms"]
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
    told = _block("prose", [Point(sentence) for sentence in provenance(document)])
    return tuple(
        Section(s.name, s.heading, _blocks(s, numbers, labels) + (told if s.name == "overview" else ()))
        for s in document.outline(labels)
    )


def _blocks(section: OutlineSection, numbers: Iterator[int], labels: Labels) -> tuple[Block, ...]:
    match section.form:
        case "prose":
            return _block("prose", _points(section.content, numbers))
        case "phrases":
            told = _block("prose", [Point(labels.general_knowledge)]) if section.content else ()
            return told + _block("bullets", [Point(p.text) for p in section.content])
        case "terms":
            return _block("terms", _points(section.content, numbers))
        case "items":
            return _block("bullets", _points(section.content, numbers))
        case "points":
            points = enumerate(section.content, 1)
            return tuple(Block("bullets", _points(p.details, numbers), p.heading, n) for n, p in points)


def _block(form: Literal["prose", "bullets", "terms"], points: Iterable[Point]) -> tuple[Block, ...]:
    rows = tuple(points)
    return (Block(form, rows),) if rows else ()


def _points(statements: Iterable[Statement | KeyConcept], numbers: Iterator[int]) -> tuple[Point, ...]:
    return tuple(_point(s, numbers) for s in statements)


def _point(statement: Statement | KeyConcept, numbers: Iterator[int]) -> Point:
    number = next(numbers)
    if isinstance(statement, KeyConcept):
        return Point(statement.definition, statement.term, number, statement)
    if isinstance(statement, Detail):
        return Point(statement.text, statement.lead or "", number, statement, _points(statement.details, numbers))
    return Point(statement.text, "", number, statement)
