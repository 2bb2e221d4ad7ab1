"""Action Items: what somebody took on, with owner and date, or with the words that nobody and no date is named."""

from __future__ import annotations

from pipeline.labels import labels_for
from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_WORDS = labels_for("en")
_ITEMS = Items(
    "ActionItem",
    (
        Field("owner", absent=_WORDS.no_owner),
        Field("task"),
        Field("due", title=_WORDS.due, absent=_WORDS.no_date),
    ),
    text="task",
    lead="owner",
)

ACTION_ITEMS = Section(
    "action_items",
    "sections/action_items.v1",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.17,
    least=45,
    composed="all",
)
