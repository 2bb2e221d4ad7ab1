"""ElevenLabs Scribe: words, spacing and audio events."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.pieces import Word, from_words, items, mapping, number, speaker, text
from pipeline.readers.tally import Tally
from pipeline.transcript import Metadata


def sniff(document: Document) -> bool:
    """Words that say of what type they are."""
    words = _all(document)
    return bool(words) and all("type" in w and "text" in w for w in words[:20])


def _all(document: Document) -> list[dict[str, object]]:
    parts = items(document.json, "transcripts") or [mapping(document.json)]
    return [dict(w) for part in parts for w in items(part, "words")]


def read(document: Document, tally: Tally) -> Captions:
    """Words joined by their spacing; audio events are told."""
    cues = list(from_words(_words(document, tally)))
    return Captions(
        cues,
        Metadata(language=text(mapping(document.json).get("language_code")) or None),
    )


def _words(document: Document, tally: Tally) -> Iterator[Word]:
    spaced = True
    for n, word in enumerate(_all(document), 1):
        said = text(word.get("text"))
        if word.get("type") == "spacing":
            spaced = True
        elif word.get("type") == "audio_event":
            tally.leave_out("sounds and stage directions", said, n)
        else:
            who = speaker(word.get("speaker_id"))
            yield Word(said, number(word.get("start")), number(word.get("end")), who, not spaced)
            spaced = False


READER = Reader("elevenlabs", "ElevenLabs JSON", sniff, read)
