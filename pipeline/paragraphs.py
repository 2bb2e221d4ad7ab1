"""The points below a heading as they stand on a page: in paragraphs, and with or without their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.document import Detail


def in_paragraphs(points: Iterable[Detail]) -> Iterator[tuple[Detail, ...]]:
    """The points that stand together in a paragraph each; one with a lead begins another, as does one behind a list."""
    paragraph: list[Detail] = []
    for point in points:
        if paragraph and (not point.continues or point.lead or paragraph[-1].details):
            yield tuple(paragraph)
            paragraph = []
        paragraph.append(point)
    if paragraph:
        yield tuple(paragraph)


def shown(points: Iterable[Detail]) -> Iterator[tuple[tuple[Detail, ...], bool]]:
    """The paragraphs below a heading, each with whether its words are shown: a caption's are not, once.

    They are where its table would be read as that of the paragraph above it.
    """
    above: tuple[Detail, ...] = ()
    hidden = False
    for paragraph in in_paragraphs(points):
        first = paragraph[0]
        parted = not above or (first.is_table and (above[0].is_bullet or bool(above[-1].details)))
        stands = len(paragraph) == 1 and (first.is_table or (first.steps and bool(first.details)))
        hides = first.caption and stands and parted and not first.is_bullet and not hidden
        hidden = hidden or hides
        yield paragraph, not hides
        above = paragraph


def standing(points: Iterable[Detail]) -> Iterator[Detail]:
    """The points; of a caption whose table or steps are none any more, what is left of them as bullets."""
    for point in points:
        if not point.caption or point.is_table or (point.steps and point.details):
            yield point
        else:
            yield from (detail.model_copy(update={"listed": True}) for detail in point.details)
