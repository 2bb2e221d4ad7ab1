"""The points below a heading as they stand on a page: in paragraphs, each with the table that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.document import Detail
from pipeline.shape import is_bullet


def in_paragraphs(points: Iterable[Detail]) -> Iterator[tuple[Detail, ...]]:
    """The points by paragraph; a point with a lead begins another, as does one behind a list."""
    paragraph: list[Detail] = []
    for point in points:
        if paragraph and (not point.continues or point.lead or paragraph[-1].details):
            yield tuple(paragraph)
            paragraph = []
        paragraph.append(point)
    if paragraph:
        yield tuple(paragraph)


def as_on_page(points: Iterable[Detail]) -> tuple[Detail, ...]:
    """The points as a page is read, on which a table or steps right below a paragraph belong to that paragraph.

    Other bare tables stand by themselves, and so do other bare steps unless they follow steps of a paragraph, whose
    numbers would go on. All other bare points give way to their details as bullets: such steps, and what was a table
    before it lost rows.
    """
    out: list[Detail] = []
    for point in points:
        above = out[-1] if out else None
        if not point.bare:
            out.append(point)
        elif (point.is_table or point.steps) and above and not is_bullet(above) and not above.details:
            below = {"details": point.details, "columns": point.columns, "steps": point.steps}
            out[-1] = above.model_copy(update=below)
        elif point.is_table or (point.steps and (above is None or is_bullet(above) or not above.steps)):
            out.append(point)
        else:
            out += [detail.model_copy(update={"listed": True}) for detail in point.details]
    return tuple(out)
