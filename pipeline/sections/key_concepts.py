"""Key Concepts: terms that a student would look up, each once, with the definition that the recording gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.document import KeyConcept
from pipeline.draft import DraftGroup
from pipeline.sections.base import Section, claim, in_a_row
from pipeline.sections.items import Field, Items
from pipeline.transcript import Transcript

_WORDS_EACH = 16  # of a term and its definition
_MOST = 11  # about how many terms the glossary of a long page has
_ITEMS = Items("Concept", (Field("term"), Field("definition")), text="definition", lead="term", paired=True)


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[KeyConcept, ...]:
    """Terms in the record's form."""
    rows = in_a_row(groups)
    return tuple(KeyConcept(term=s.label, definition=s.text, **claim(s, transcript)) for s in rows)


def values(words: int) -> Mapping[str, str]:
    """How many terms fit into this many words."""
    about = min(words / _WORDS_EACH, _MOST)
    return {"least": str(max(2, round(0.7 * about))), "most": str(max(3, round(1.1 * about)))}


KEY_CONCEPTS = Section(
    "key_concepts",
    "sections/key_concepts.v6",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.085,
    least=60,
    values=values,
    grows="rows",
    edited=_ITEMS.edited,
)
