"""Who Is Who: the people in a recording in which more than two speak or act, as far as its lines tell."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_WORDS_EACH = 8  # words of the page for each person
_ITEMS = Items("Person", (Field("name"), Field("who")), text="who", lead="name", paired=True)


def values(words: int) -> Mapping[str, str]:
    """How many people fit into this many words."""
    return {"most": str(max(3, round(words / _WORDS_EACH)))}


PEOPLE = Section(
    "people",
    "sections/people.v2",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.04,
    least=15,
    values=values,
    composed="best",
    grows="rows",
    of_people=True,
    optional=True,
    prompt_of_part="sections/people_of_part.v2",
    prompt_composed="sections/people_composed.v2",
    edited=_ITEMS.edited,
)
