"""The shape of a statement: how it is laid out on a page, at any stage, independent of its content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypedDict, TypeVar


class Shape(TypedDict):
    """The fields of a shape, which have the same names in every type of statement that has one.

    columns: the headings of the table whose rows are the statements nested below it; () if these are no table.
    steps: whether the statements nested below it are a sequence, and numbered.
    continues: whether it is printed in the paragraph of the statement before it.
    listed: True for a bullet directly below a heading, False for a paragraph, None for a bullet if it has a label.
    """

    columns: tuple[str, ...]
    steps: bool
    continues: bool
    listed: bool | None


class Shaped(Protocol):
    """A statement with a shape; `label` is its lead or term, or ""."""

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
    """Whether a statement directly below a heading is a bullet; otherwise it is a paragraph."""
    return bool(statement.label) if statement.listed is None else statement.listed


def with_paragraphs_begun(kept: Iterable[tuple[_Statement, Sequence[_Statement]]]) -> Iterator[_Statement]:
    """The remaining statements in order; `kept` pairs each original with what takes its place, () if nothing does.

    If the first statement of a paragraph is removed, the next one begins the paragraph and takes over its label.
    """
    begun, label = False, ""  # whether anything of this paragraph is kept, and its label
    for statement, remaining in kept:
        begun, label = (begun, label) if statement.continues else (False, statement.label)
        for row in remaining:
            yield row if begun or not row.continues else replace(row, continues=False, label=row.label or label)
            begun = True
