"""AWS Transcribe: words as items, speakers by segment or by item."""

from __future__ import annotations

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.fields import words_of
from pipeline.readers.data.pieces import cue, from_words, items, mapping, text
from pipeline.readers.metadata import lenient
from pipeline.readers.tally import Tally


def sniff(document: Document) -> bool:
    """Whether the results have transcripts and items."""
    results = mapping(mapping(document.json).get("results"))
    return "items" in results and "transcripts" in results


def read(document: Document, tally: Tally) -> Captions:
    """Read words, with the speaker of their start time; if there are none, the whole text."""
    results = mapping(mapping(document.json).get("results"))
    listed = items(results, "items")
    labels = {
        text(item.get("start_time")): text(item.get("speaker_label")) or text(segment.get("speaker_label"))
        for segment in items(results, "speaker_labels", "segments")
        for item in items(segment, "items")
    }
    channels = len({text(item.get("channel_label")) for item in listed} - {""}) > 1
    known = [
        {"speaker_label": labels.get(text(i.get("start_time"))) or (i.get("channel_label") if channels else None), **i}
        for i in listed
    ]
    cues = list(from_words(words_of({"words": known})))
    if not cues:
        cues = [cue(text(t.get("transcript")), None, None, None, 1) for t in items(results, "transcripts")]
    return Captions(cues, lenient(results))


READER = Reader("aws-transcribe", "AWS Transcribe JSON", sniff, read)
