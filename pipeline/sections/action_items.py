"""Action Items: what somebody took on, with owner and date, or words saying that none was named."""

from __future__ import annotations

from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_ITEMS = Items(
    "ActionItem",
    (
        Field("owner", absent="no_owner"),
        Field("task"),
        Field("due", title="due", absent="no_date"),
    ),
    text="task",
    lead="owner",
)

ACTION_ITEMS = Section(
    "action_items",
    "sections/action_items.v2",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.17,
    least=45,
    composed="all",
    edited=_ITEMS.edited,
    titles=_ITEMS.titles,
)
