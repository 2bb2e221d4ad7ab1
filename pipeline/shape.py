"""The shape of a statement: how it stands on a page, at whatever stage it is, and nothing of what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypedDict, TypeVar


class Shape(TypedDict):
    """The fields of a shape, which have the same names in every type of statement that has one.

    columns: the headings of the table whose rows the statements below it are, () where they are no table.
    steps: the statements below it are in an order, and numbered.
    continues: it stands in the paragraph of the statement before it.
    listed: right below a heading it is a bullet, else a paragraph; None: it is a bullet if it has a label.
    """

    columns: tuple[str, ...]
    steps: bool
    continues: bool
    listed: bool | None


class Shaped(Protocol):
    """A statement that has a shape; `label` is its lead or term, "" for none."""

    @property
    def label(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def steps(self) -> bool: ...
    @property
    def continues(self) -> bool: ...
    @property
    def listed(self) -> bool | None: ...


class _ShapedDataclass(Shaped, Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


_Statement = TypeVar("_Statement", bound=_ShapedDataclass)


def shape_of(statement: Shaped) -> Shape:
    """The shape of a statement."""
    return {
        "columns": statement.columns,
        "steps": statement.steps,
        "continues": statement.continues,
        "listed": statement.listed,
    }


def is_bullet(statement: Shaped) -> bool:
    """Whether a statement is a bullet right below a heading; else it is a paragraph."""
    return bool(statement.label) if statement.listed is None else statement.listed


def with_paragraphs_begun(kept: Iterable[tuple[_Statement, Sequence[_Statement]]]) -> Iterator[_Statement]:
    """What is kept of statements in reading order, of each the statements that stand in its place, () where it goes.

    Where the beginning of a paragraph goes, the next statement of that paragraph begins it, with its label.
    """
    begun, label = False, ""  # whether something of this paragraph stands, and its label
    for statement, remaining in kept:
        begun, label = (begun, label) if statement.continues else (False, statement.label)
        for row in remaining:
            yield row if begun or not row.continues else replace(row, continues=False, label=row.label or label)
            begun = True
