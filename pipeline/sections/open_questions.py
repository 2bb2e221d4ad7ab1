"""Open Questions: what a meeting raised and did not settle, and what happens next."""

from __future__ import annotations

from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_ITEMS = Items(
    "OpenQuestion",
    (Field("question"), Field("raised_by", title="raised_by"), Field("next", title="next_step")),
    text="question",
)

OPEN_QUESTIONS = Section(
    "open_questions",
    "sections/open_questions.v2",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.1,
    least=30,
    composed="all",
    grows="rows",
    edited=_ITEMS.edited,
    titles=_ITEMS.titles,
)
