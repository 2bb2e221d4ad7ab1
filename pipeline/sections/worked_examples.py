"""Worked Examples: a problem, the steps of its solution, and the result."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_WORDS_EACH = 70
_ITEMS = Items(
    "WorkedExample",
    (
        Field("title"),
        Field("problem"),
        Field("steps", many=True),
        Field("result", title="result"),
    ),
    text="problem",
    lead="title",
)


def values(words: int) -> Mapping[str, str]:
    """How many examples fit into this many words."""
    return {"most": str(max(2, words // _WORDS_EACH))}


WORKED_EXAMPLES = Section(
    "worked_examples",
    "sections/worked_examples.v2",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.15,
    least=140,
    values=values,
    composed="best",
    adds=True,
    edited=_ITEMS.edited,
    titles=_ITEMS.titles,
)
