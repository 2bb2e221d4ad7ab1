"""Decisions: what a meeting settled, each with its reason if one was given."""

from __future__ import annotations

from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_ITEMS = Items(
    "Decision",
    (Field("matter"), Field("decision"), Field("reason", title="reason")),
    text="decision",
    lead="matter",
)

DECISIONS = Section(
    "decisions",
    "sections/decisions.v2",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.15,
    least=40,
    composed="all",
    grows="rows",
    edited=_ITEMS.edited,
    titles=_ITEMS.titles,
)
