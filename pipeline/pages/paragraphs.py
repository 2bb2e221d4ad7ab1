"""How the points below a heading are laid out on a page: in paragraphs, each with the table that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.document import Detail
from pipeline.shape import is_bullet


def in_paragraphs(points: Iterable[Detail]) -> Iterator[tuple[Detail, ...]]:
    """Group points into paragraphs; a point with a lead begins a new one, and so does one after a nested list."""
    paragraph: list[Detail] = []
    for point in points:
        if paragraph and (not point.continues or point.lead or paragraph[-1].details):
            yield tuple(paragraph)
            paragraph = []
        paragraph.append(point)
    if paragraph:
        yield tuple(paragraph)


def as_on_page(points: Iterable[Detail]) -> tuple[Detail, ...]:
    """The points in the form in which they would be read back from a page.

    Bare tables and bare steps right below a paragraph without details become that paragraph's own. Others are kept,
    except steps right below a paragraph that has steps: these become bullets, as the numbering would otherwise
    continue. A bare point that lost rows and is no table any more becomes bullets too.
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
