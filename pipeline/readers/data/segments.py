"""JSON in segments or words: Whisper in all its forms, WhisperX, AssemblyAI, ElevenLabs, Rev.ai, Speechmatics,
Podcasting 2.0, youtube-transcript-api, and lists like them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.fields import cues_of_object, plain, scale_of, text_of, times_of, who_of, words_of
from pipeline.readers.data.people import put_names
from pipeline.readers.data.pieces import from_words, mapping
from pipeline.readers.metadata import lenient
from pipeline.readers.names import key_of
from pipeline.readers.sounds import KIND
from pipeline.readers.tally import Tally
from pipeline.text import words

_LISTS: tuple[str, ...] = ("segments", "transcription", "transcript", "transcripts", "turns", "utterances", "speakers")
_LISTS += ("chunks", "captions", "cues", "subtitles", "sentences", "entries", "lines", "results", "monologues", "data")
_LISTS += ("items", "snippets", "timeline", "recognizedphrases", "messages", "phrases", "paragraphs")
_WORDS, _EVENT = ("word", "pronunciation", "punctuation", "spacing"), "audio_event"  # types of single words, of a sound
_WHO = ("speaker", "speakername", "speakerlabel", "speakerid", "spk")
_DEEP = 4  # keys below which a list may stand
# Of the objects of a list, those that must have what it is taken for; of the words, those that it must hold.
_MOST = 0.5
_SOME = 500  # objects of a long list that tell what the others have
_SAME = 0.9  # of the words of another list, those that stand in the one that is read if it says the same

Fields = Mapping[str, Any]


def cues_of(found: Any, tally: Tally) -> list[Cue]:
    """The cues of the segments of parsed JSON; those without text are told."""
    key, segments = _found(found, tally)
    for n, value in enumerate(segments, 1):
        if value.get("type") == _EVENT:
            tally.leave_out(KIND, text_of(value) or "", n)
    segments = [value for value in segments if value.get("type") != _EVENT]
    if _are_words(key, segments):
        return list(from_words(words_of({"words": segments}, scale_of(segments))))
    for n, value in enumerate(segments, 1):
        if text_of(value) is None and not words_of(value):
            tally.leave_out("segments without text", " ".join(v for v in value.values() if isinstance(v, str)), n)
    cues = _cues(segments)
    put_names(cues, found)
    _put_channels(cues, segments)
    return cues


def _cues(segments: Sequence[Fields]) -> list[Cue]:
    """The cues of all segments. Where some name who speaks, one that says that nobody is known has nobody's words."""
    scale = scale_of(segments)
    cues: list[Cue] = []
    nobodys: list[Cue] = []
    for n, value in enumerate(segments, 1):
        found = cues_of_object(n, value, scale)
        cues += found
        if any(key in value for key in _WHO):
            nobodys += [cue for cue in found if cue.voice is None]
    if nobodys and len(nobodys) < len(cues) and any(cue.voice for cue in cues):
        for cue in nobodys:
            cue.voice = ""
    return cues


def _put_channels(cues: Sequence[Cue], segments: Sequence[Fields]) -> None:
    """Where nobody is named but several channels were recorded, each of them is somebody."""
    channels = [value.get("channel") for value in segments]
    if len(cues) == len(segments) and not any(cue.voice for cue in cues) and len({str(c) for c in channels}) > 1:
        for cue, channel in zip(cues, channels, strict=True):
            cue.voice = None if channel is None else f"Channel {channel}"


def _are_words(key: str, segments: Sequence[Fields]) -> bool:
    """Whether a list is of single words: it is called so, they are, or most say that they are."""
    typed = sum(value.get("type") in _WORDS for value in segments)
    return key == "words" or typed > _MOST * len(segments) or all("word" in v and text_of(v) is None for v in segments)


def _found(found: Any, tally: Tally) -> tuple[str, list[dict[str, Any]]]:
    """The list of objects that tells most: one with speakers, else with times, else under a name that is known."""
    lists = list(_lists(found, "", _DEEP))
    sizes = [_size(each) if _may_hold(key, each) else 0 for key, each in lists]
    least = _MOST * max(sizes, default=0)
    ranked = [
        (_share(each, who_of), _share(each, _start), not _are_words(key, each), key in _LISTS, -n)
        for n, (key, each) in enumerate(lists)
        if sizes[n] and sizes[n] >= least
    ]
    if not ranked:
        return "", []
    best = -max(ranked)[-1]
    _tell_others(lists, best, tally)
    return lists[best]


def _size(each: Sequence[Fields]) -> int:
    return sum(len(_said(value)) for value in each)


def _may_hold(key: str, each: Sequence[Fields]) -> bool:
    """Whether a list is speech: under a name that is not known, most of its objects must say when, or who."""
    return key in _LISTS or not key or _share(each, _start) or _share(each, who_of)


def _start(value: Fields) -> float | None:
    return times_of(value)[0]


def _share(each: Sequence[Fields], of: Callable[[Fields], object]) -> bool:
    some = each[:: max(1, len(each) // _SOME)]
    return sum(of(value) is not None for value in some) > _MOST * len(some)


def _said(value: Fields) -> str:
    said = text_of(value)
    if said is not None:
        return said
    return str(value["word"]) if "word" in value else " ".join(w.text for w in words_of(value))


def _tell_others(lists: Sequence[tuple[str, list[dict[str, Any]]]], best: int, tally: Tally) -> None:
    """Lists of texts that are not read are told, unless they say the same."""
    known: set[str] = set()
    for n, (key, each) in enumerate(lists):
        if n == best:
            continue
        said = " ".join(map(_said, each))
        known = known or set(words(" ".join(map(_said, lists[best][1])).casefold()))
        found = words(said.casefold())
        if sum(word in known for word in found) < _SAME * len(found):
            tally.leave_out(f'texts under "{key}" in its JSON', said)


def _lists(value: Any, key: str, depth: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """All lists of objects most of which have text, each with the name that it stands under."""
    if isinstance(value, list):
        objects = [plain(v) for v in value if isinstance(v, dict)]
        some = objects[:: max(1, len(objects) // _SOME)]
        if len(objects) > _MOST * len(value) and sum(map(_speaks, some)) > _MOST * len(some):
            yield key, objects
        if len(value) == 1 and depth:
            yield from _lists(value[0], key, depth - 1)
    elif isinstance(value, dict) and depth:
        for name, inner in value.items():
            yield from _lists(inner, key_of(name), depth - 1)


def _speaks(value: Fields) -> bool:
    return text_of(value) is not None or "word" in value or bool(words_of(value))


def has_segments(found: Any) -> bool:
    """Whether parsed JSON has a list of objects, most of which have text."""
    return any(_may_hold(key, each) for key, each in _lists(found, "", _DEEP))


def sniff(document: Document) -> bool:
    """A list of segments."""
    return has_segments(document.json)


def read(document: Document, tally: Tally) -> Captions:
    """A cue a segment; words of one speaker in a row are joined later."""
    cues = cues_of(document.json, tally)
    found = mapping(document.json)
    settings = mapping(mapping(found.get("metadata")).get("transcription_config"))  # Speechmatics'
    metadata = lenient({"language": settings.get("language"), **found})
    return Captions(cues, metadata)


READER = Reader(
    "json-segments",
    "JSON in segments or words (Whisper, AssemblyAI, ElevenLabs, Rev.ai, Speechmatics and others)",
    sniff,
    read,
)
