"""Rev.ai: monologues of elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.pieces import Word, from_words, items, mapping, number, speaker, text
from pipeline.readers.tally import Tally


def sniff(document: Document) -> bool:
    """Monologues with elements."""
    return any("elements" in m for m in items(document.json, "monologues"))


def read(document: Document, tally: Tally) -> Captions:
    """Words and the punctuation between them, as it is written."""
    return Captions(list(from_words(_words(document.json))))


def _words(found: Any) -> Iterator[Word]:
    names = {text(s.get("id")): text(s.get("name")) for s in items(found, "speakers")}
    for monologue in items(found, "monologues"):
        told = text(mapping(monologue.get("speaker_info")).get("display_name"))
        label = monologue.get("speaker")
        who = told or names.get(text(label)) or (text(monologue.get("speaker_name")) or speaker(label))
        glued = False
        for element in items(monologue, "elements"):
            value = text(element.get("value"))
            if element.get("type") == "punct" and not value.strip():
                glued = False
                continue
            glued = glued or element.get("type") == "punct"
            yield Word(value.strip(), number(element.get("ts")), number(element.get("end_ts")), who, glued)
            glued = not value.endswith(" ")


READER = Reader("rev-ai", "Rev.ai JSON", sniff, read)
