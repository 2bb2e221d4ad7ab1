"""YouTube's json3: events with pieces of text, times in milliseconds."""

from __future__ import annotations

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue, ended_at_the_next
from pipeline.readers.data.pieces import items, number, text
from pipeline.readers.tally import Tally


def sniff(document: Document) -> bool:
    """Whether events have "segs" or a start."""
    return any("segs" in event or "tStartMs" in event for event in items(document.json, "events")[:20])


def read(document: Document, tally: Tally) -> Captions:
    """Read each event as a cue; events that only end a line are skipped."""
    cues: list[Cue] = []
    for n, event in enumerate(items(document.json, "events"), 1):
        spoken_words = "".join(text(seg.get("utf8")) for seg in items(event, "segs"))
        start, length = number(event.get("tStartMs"), 1000), number(event.get("dDurationMs"), 1000)
        if not spoken_words.strip():
            continue
        cues.append(
            Cue(start, None if start is None or length is None else start + length, spoken_words.split("\n"), n)
        )
    return Captions(ended_at_the_next(cues))


READER = Reader("youtube-json3", "YouTube json3", sniff, read)
