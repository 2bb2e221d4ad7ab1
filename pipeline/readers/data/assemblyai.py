"""AssemblyAI: utterances or words in milliseconds."""

from __future__ import annotations

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.pieces import Word, cue, from_words, items, mapping, number, speaker, text
from pipeline.readers.tally import Tally
from pipeline.transcript import Metadata


def sniff(document: Document) -> bool:
    """An audio address or an acoustic model beside words."""
    found = mapping(document.json)
    return "words" in found and ("audio_url" in found or "acoustic_model" in found or "utterances" in found)


def read(document: Document, tally: Tally) -> Captions:
    """Utterances where there are some, else words."""
    found = document.json
    cues = [
        cue(text(u.get("text")), number(u.get("start"), 1000), number(u.get("end"), 1000), speaker(u.get("speaker")), n)
        for n, u in enumerate(items(found, "utterances"), 1)
    ]
    if not cues:
        words = (
            Word(
                text(w.get("text")), number(w.get("start"), 1000), number(w.get("end"), 1000), speaker(w.get("speaker"))
            )
            for w in items(found, "words")
        )
        cues = list(from_words(words)) or [cue(text(mapping(found).get("text")), None, None, None, 1)]
    language = text(mapping(found).get("language_code")) or None
    return Captions(cues, Metadata(language=language))


READER = Reader("assemblyai", "AssemblyAI JSON", sniff, read)
