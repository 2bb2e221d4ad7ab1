"""Speechmatics: results that are words or punctuation, each with alternatives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.pieces import Word, from_words, items, mapping, number, speaker, text
from pipeline.readers.tally import Tally
from pipeline.transcript import Metadata


def sniff(document: Document) -> bool:
    """Results with a type and alternatives that hold content."""
    return any(
        "content" in a for r in items(document.json, "results")[:20] if "type" in r for a in items(r, "alternatives")
    )


def read(document: Document, tally: Tally) -> Captions:
    """Words, with punctuation attached as it says."""
    told = mapping(mapping(document.json).get("metadata")).get("transcription_config")
    language = text(mapping(told).get("language")) or None
    cues = list(from_words(_words(document.json)))
    return Captions(cues, Metadata(language=language))


def _words(found: Any) -> Iterator[Word]:
    for result in items(found, "results"):
        best: Any = next(iter(items(result, "alternatives")), {})
        who = text(best.get("speaker"))
        glued = result.get("type") == "punctuation" and result.get("attaches_to", "previous") != "next"
        label = None if who in ("", "UU") else speaker(who)
        yield Word(
            text(best.get("content")), number(result.get("start_time")), number(result.get("end_time")), label, glued
        )


READER = Reader("speechmatics", "Speechmatics JSON", sniff, read)
