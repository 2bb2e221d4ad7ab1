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
    parsed = mapping(document.json)
    return items(parsed, "results") or items(parsed, "response", "results")


def sniff(document: Document) -> bool:
    """Whether one of the first results has an alternative with a transcript or words."""
    return any("transcript" in a or "words" in a for r in _results(document)[:5] for a in items(r, "alternatives"))


def read(document: Document, tally: Tally) -> Captions:
    """Read the words with speakers if there are any, else the best transcript of each result."""
    results = _results(document)
    best = [plain(r) for r in results]
    words_of_results = [_words(fields) for fields in best]
    transcripts = [text_of(fields) or "" for fields in best]
    labelled = [result_words for result_words in words_of_results if any(word.speaker for word in result_words)]
    cues: list[Cue] = []
    if labelled and len(labelled[-1]) >= 0.9 * sum(len(transcript.split()) for transcript in transcripts[:-1]):
        cues = list(from_words(labelled[-1]))
    else:
        for n, (result_words, transcript, channel) in enumerate(
            zip(words_of_results, transcripts, _channels(results), strict=True), 1
        ):
            voiced = [replace(word, speaker=word.speaker or channel) for word in result_words]
            cues += list(from_words(voiced)) or [cue(transcript, None, None, channel, n)]
    language = next((text(r.get("languageCode")) for r in results if r.get("languageCode")), None)
    return Captions(cues, Metadata(language=language))


def _channels(results: list[Mapping[str, Any]]) -> list[str | None]:
    """The speaker of each result: its channel if several were recorded, else None."""
    tags = [text(r.get("channelTag", r.get("channel_tag"))) for r in results]
    several = len(set(tags)) > 1
    return [f"Channel {tag}" if several and tag else None for tag in tags]


def _words(fields: Mapping[str, Any]) -> list[Word]:
    """The words of a result. The number 0 as a tag means nobody, but the label "0" is a speaker."""
    tags = ("speakerTag", "speaker_tag")
    untagged = [{k: v for k, v in word.items() if k not in tags or v != 0} for word in items(fields, "words")]
    return words_of({**fields, "words": untagged})


READER = Reader("google-speech", "Google Speech-to-Text JSON", sniff, read)
