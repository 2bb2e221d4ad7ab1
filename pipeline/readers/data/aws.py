"""AWS Transcribe: items, and speakers by segment or by item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.pieces import Word, cue, from_words, items, mapping, number, text
from pipeline.readers.tally import Tally
from pipeline.transcript import Metadata


def sniff(document: Document) -> bool:
    """Results with transcripts and items."""
    results = mapping(mapping(document.json).get("results"))
    return "items" in results and "transcripts" in results


def read(document: Document, tally: Tally) -> Captions:
    """Words with the speaker of their start time."""
    results = mapping(mapping(document.json).get("results"))
    cues = list(from_words(_words(results)))
    if not cues:
        cues = [
            cue(text(t.get("transcript")), None, None, None, n) for n, t in enumerate(items(results, "transcripts"), 1)
        ]
    return Captions(cues, Metadata(language=text(results.get("language_code")) or None))


def _words(results: Any) -> Iterator[Word]:
    labels = {
        text(item.get("start_time")): text(item.get("speaker_label")) or text(segment.get("speaker_label"))
        for segment in items(results, "speaker_labels", "segments")
        for item in items(segment, "items")
    }
    channels = {text(item.get("channel_label")) for item in items(results, "items")} - {""}
    who: str | None = None
    for item in items(results, "items"):
        best: Any = next(iter(items(item, "alternatives")), {})
        start = text(item.get("start_time"))
        glued = item.get("type") == "punctuation"
        if not glued:
            who = text(item.get("speaker_label")) or labels.get(start) or None
            if who is None and len(channels) > 1:
                who = text(item.get("channel_label")) or None
        yield Word(text(best.get("content")), number(start or None), number(item.get("end_time")), who, glued)


READER = Reader("aws-transcribe", "AWS Transcribe JSON", sniff, read)
