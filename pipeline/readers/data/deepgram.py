"""Deepgram: channels with words, paragraphs or utterances; several channels are several speakers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.fields import cues_of_object, plain, times_of, words_of
from pipeline.readers.data.pieces import cue, from_words, items, mapping, speaker, text
from pipeline.readers.tally import Tally
from pipeline.transcript import Metadata


def sniff(document: Document) -> bool:
    """Whether the results have channels."""
    results = mapping(document.json).get("results")
    return bool(items(results, "channels"))


def read(document: Document, tally: Tally) -> Captions:
    """Read utterances if there are any, else each channel; if there are several, each is a speaker."""
    results = mapping(document.json).get("results")
    channels = [(n, best) for n, channel in enumerate(items(results, "channels")) if (best := _best(channel))]
    utterances = items(results, "utterances")
    several = len({text(u.get("channel")) for u in utterances}) > 1 if utterances else len(channels) > 1
    cues = [
        replace(c, voice=_within(f"Channel {text(u.get('channel'))}" if several else None, c.voice))
        for n, u in enumerate(utterances, 1)
        for c in cues_of_object(n, plain(u))
    ]
    if not cues:
        cues = [c for n, best in channels for c in _channel(best, f"Channel {n}" if several else None)]
        cues.sort(key=lambda c: c.start or 0.0)
    if several:
        tally.warn("several channels were recorded: each is read as a speaker")
    languages = {text(channel.get("detected_language")) for channel in items(results, "channels")}
    return Captions(cues, Metadata(language=languages.pop() or None if len(languages) == 1 else None))


def _best(channel: Mapping[str, Any]) -> Mapping[str, Any]:
    """The best alternative of a channel; an empty object if nothing was said."""
    best: Mapping[str, Any] = next(iter(items(channel, "alternatives")), {})
    return best if items(best, "words") or text(best.get("transcript")).strip() else {}


def _within(channel: str | None, voice: str | None) -> str | None:
    """The name of a speaker in a channel: each channel numbers its speakers anew."""
    return f"{channel} {voice}" if channel and voice else channel or voice


def _channel(best: Mapping[str, Any], name: str | None) -> list[Cue]:
    """The cues of a channel: from its words, or from its paragraphs if only these have speakers."""
    words = words_of(plain(best))
    speakers = {word.speaker for word in words}
    paragraphs = items(best, "paragraphs", "paragraphs")
    if speakers <= {None} and any("speaker" in p for p in paragraphs):
        return list(_paragraphs(paragraphs, name))
    alone = name is not None and len(speakers) < 2
    voiced = [replace(w, speaker=name if alone else _within(name, w.speaker)) for w in words]
    return list(from_words(voiced)) or [cue(text(best.get("transcript")), None, None, name, 1)]


def _paragraphs(paragraphs: Iterable[Mapping[str, Any]], name: str | None) -> Iterator[Cue]:
    for n, paragraph in enumerate(paragraphs, 1):
        voice = _within(name, speaker(paragraph.get("speaker")))
        for sentence in items(paragraph, "sentences"):
            yield cue(text(sentence.get("text")), *times_of(sentence), voice, n)


READER = Reader("deepgram", "Deepgram JSON", sniff, read)
