"""A user's own section as a section like any other: its prompt and fields fill one of our prompts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pipeline.errors import SettingsError
from pipeline.llm.structured import Answer
from pipeline.own_sections import OwnField, OwnSection
from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_LEAST_WORDS = 30
_TAKEN_FIELDS = {"cites"}


@lru_cache(maxsize=64)  # the same section has the same type, so its schema is built once
def own_section(own: OwnSection) -> Section:
    """The section for a user's own. SettingsError if the name of a field is reserved."""
    for field in own.fields:
        if field.name in _TAKEN_FIELDS or field.name.startswith("model_") or hasattr(Answer, field.name):
            raise SettingsError(
                f"section {own.name}: a field cannot be called {field.name!r}", hint=f"name it the_{field.name}"
            )
    titled = sum(f.many for f in own.fields) > 1  # otherwise sentences of several lists could not be told apart
    fields = tuple(Field(f.name, "" if f.many and not titled else _title(f), many=f.many) for f in own.fields)
    items = Items("OwnItem", fields, text=own.text, lead=own.lead)

    def values(words: int) -> Mapping[str, str]:
        return {
            "name": own.name,
            "wish": own.wish.replace("\n", "\n  "),  # indented, so that none of its lines looks like one of ours
            "most": str(own.most),
            "fields": "\n".join(f"  {f.name}: {f.told.rstrip('.;')};" for f in own.fields)[:-1] + ".",
        }

    return Section(
        own.name,
        "sections/own.v2",
        items.answer(),
        items.groups,
        content,
        share=own.share,
        least=_LEAST_WORDS,
        values=values,
        composed="best",
        adds=True,
        grows="rows",
        title=own.title,
        most=own.most,
        edited=items.edited,
        titles=items.titles,
    )


def _title(field: OwnField) -> str:
    """What is printed before a field: its name, written as words."""
    words = field.name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
