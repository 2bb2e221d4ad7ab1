"""Who Is Who: the people of a recording in which many speak or matter, as far as the lines tell who they are."""

from __future__ import annotations

from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_ITEMS = Items("Person", (Field("name"), Field("who")), text="who", lead="name")

PEOPLE = Section(
    "people",
    "sections/people.v1",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.02,
    least=10,
    composed="all",
    grows="rows",
    optional=True,
)
