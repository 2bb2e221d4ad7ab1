"""Google Speech-to-Text: results with alternatives; the last one repeats all words with speakers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.fields import plain, text_of, words_of
from pipeline.readers.data.pieces import Word, cue, from_words, items, mapping, text
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
    best = [plain(r) for r in results]
    spoken = [_words(fields) for fields in best]
    said = [text_of(fields) or "" for fields in best]
    labelled = [found for found in spoken if any(word.speaker for word in found)]
    cues: list[Cue] = []
    if labelled and len(labelled[-1]) >= 0.9 * sum(len(each.split()) for each in said[:-1]):
        cues = list(from_words(labelled[-1]))
    else:
        for n, (found, each, channel) in enumerate(zip(spoken, said, _channels(results), strict=True), 1):
            named = [replace(word, speaker=word.speaker or channel) for word in found]
            cues += list(from_words(named)) or [cue(each, None, None, channel, n)]
    language = next((text(r.get("languageCode")) for r in results if r.get("languageCode")), None)
    return Captions(cues, Metadata(language=language))


def _channels(results: list[Mapping[str, Any]]) -> list[str | None]:
    """Who speaks in each result: its channel, where several were recorded."""
    tags = [text(r.get("channelTag", r.get("channel_tag"))) for r in results]
    several = len(set(tags)) > 1
    return [f"Channel {tag}" if several and tag else None for tag in tags]


def _words(fields: Mapping[str, Any]) -> list[Word]:
    """The words of a result. The number 0 tags nobody; a label "0" is somebody's."""
    tags = ("speakerTag", "speaker_tag")
    said = [{k: v for k, v in word.items() if k not in tags or v != 0} for word in items(fields, "words")]
    return words_of({**fields, "words": said})


READER = Reader("google-speech", "Google Speech-to-Text JSON", sniff, read)
