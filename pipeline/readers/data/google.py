"""Google Speech-to-Text: results with alternatives; the last one repeats all words with speakers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.pieces import Word, cue, from_words, items, mapping, number, speaker, text
from pipeline.readers.tally import Tally
from pipeline.transcript import Metadata


def _results(document: Document) -> list[Mapping[str, Any]]:
    found = mapping(document.json)
    return items(found, "results") or items(found, "response", "results")


def sniff(document: Document) -> bool:
    """Results that each have alternatives with a transcript."""
    return any("transcript" in a or "words" in a for r in _results(document)[:5] for a in items(r, "alternatives"))


def read(document: Document, tally: Tally) -> Captions:
    """The words with speakers where there are some, else the best transcript of each result."""
    results = _results(document)
    best: list[Any] = [next(iter(items(r, "alternatives")), {}) for r in results]
    labelled = [a for a in best if any(_who(w) for w in items(a, "words"))]
    cues: list[Cue] = []
    if labelled and len(items(labelled[-1], "words")) >= 0.9 * sum(
        len(text(a.get("transcript")).split()) for a in best[:-1]
    ):
        cues = list(from_words(_words(labelled[-1])))
    else:
        for n, (a, channel) in enumerate(zip(best, _channels(results), strict=True), 1):
            spoken = [replace(word, speaker=word.speaker or channel) for word in _words(a)]
            cues += list(from_words(spoken)) or [cue(text(a.get("transcript")), None, None, channel, n)]
    language = next((text(r.get("languageCode")) for r in results if r.get("languageCode")), None)
    return Captions(cues, Metadata(language=language))


def _channels(results: list[Mapping[str, Any]]) -> list[str | None]:
    """Who speaks in each result: its channel, where several were recorded."""
    tags = [text(r.get("channelTag", r.get("channel_tag"))) for r in results]
    several = len(set(tags)) > 1
    return [f"Channel {tag}" if several and tag else None for tag in tags]


def _who(word: Mapping[str, Any]) -> str | None:
    label = word.get("speakerLabel") or word.get("speakerTag") or word.get("speaker_tag")
    return speaker(label) if label else None


def _words(alternative: Any) -> Iterator[Word]:
    for word in items(alternative, "words"):
        start = word.get("startTime", word.get("startOffset", word.get("start_time")))
        end = word.get("endTime", word.get("endOffset", word.get("end_time")))
        yield Word(text(word.get("word")), number(start), number(end), _who(word))


READER = Reader("google-speech", "Google Speech-to-Text JSON", sniff, read)
