"""Deepgram: channels with words, paragraphs or utterances."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.readers.base import Document, Parsed, Reader
from pipeline.readers.cues import cue_lines
from pipeline.readers.data.pieces import Word, cue, from_words, items, mapping, number, speaker, text
from pipeline.readers.tally import Tally


def sniff(document: Document) -> bool:
    """Results with channels."""
    results = mapping(document.json).get("results")
    return bool(items(results, "channels"))


def read(document: Document, tally: Tally) -> Parsed:
    """Utterances where there are some, else the words of the first channel's best alternative."""
    results = mapping(document.json).get("results")
    cues = [
        cue(text(u.get("transcript")), number(u.get("start")), number(u.get("end")), speaker(u.get("speaker")), n)
        for n, u in enumerate(items(results, "utterances"), 1)
    ]
    channels = items(results, "channels")
    if not cues:
        for channel in channels[:1]:
            best = next(iter(items(channel, "alternatives")), {})
            cues = list(from_words(_words(best))) or [cue(text(best.get("transcript")), None, None, None, 1)]
    if len(channels) > 1:
        tally.warn(f"{len(channels)} channels: read by utterance" if items(results, "utterances") else
                   f"{len(channels)} channels without utterances: only the first one is read")  # fmt: skip
    return Parsed(cue_lines(cues, tally, document.label))


def _words(best: object) -> Iterator[Word]:
    for word in items(best, "words"):
        said = text(word.get("punctuated_word")) or text(word.get("word"))
        yield Word(said, number(word.get("start")), number(word.get("end")), speaker(word.get("speaker")))


READER = Reader("deepgram", "Deepgram JSON", sniff, read)
