"""JSON in segments or words.

Whisper in all its forms, WhisperX, AssemblyAI, ElevenLabs, Rev.ai, Speechmatics, Podcasting 2.0,
youtube-transcript-api, and similar lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.fields import (
    cues_of_object,
    from_the_first,
    plain,
    scale_of,
    speaker_of,
    text_of,
    times_of,
    words_of,
)
from pipeline.readers.data.people import put_names
from pipeline.readers.data.pieces import from_words, mapping, text
from pipeline.readers.metadata import lenient
from pipeline.readers.names import key_of
from pipeline.readers.sounds import KIND
from pipeline.readers.tally import Tally
from pipeline.text import words

_LISTS: tuple[str, ...] = ("segments", "transcription", "transcript", "transcripts", "turns", "utterances", "speakers")
_LISTS += ("chunks", "captions", "cues", "subtitles", "sentences", "entries", "lines", "results", "monologues", "data")
_LISTS += ("items", "snippets", "timeline", "recognizedphrases", "messages", "phrases", "paragraphs", "speakerblocks")
_WORDS, _EVENT = ("word", "pronunciation", "punctuation", "spacing"), "audio_event"  # types of single words; of a sound
_WHO = ("speaker", "speakername", "speakerlabel", "speakerid", "spk")
_DEEP = 4  # maximum nesting of the list, in keys
# Minimum shares: of a list's objects that have what it is taken for; of the words of the longest list that a list to
# read must have.
_MOST = 0.5
_SOME = 500  # number of objects examined in a long list
_REPEATED = 0.9  # minimum share of another list's words that are in the one read, if both say the same

Fields = Mapping[str, Any]


class _List(NamedTuple):
    """A list of objects in parsed JSON, the key that it is under, and the objects around it, innermost first."""

    key: str
    objects: list[dict[str, Any]]
    around: tuple[dict[str, Any], ...]


def captions_of(parsed: Any, tally: Tally) -> Captions:
    """The cues of the segments in parsed JSON, and what the objects around them say about the recording."""
    main = _main_list(parsed, tally)
    cues = _cues_of(main.key, main.objects, parsed, tally)
    settings = mapping(mapping(mapping(parsed).get("metadata")).get("transcription_config"))  # Speechmatics'
    about = lenient(*main.around, {"language": settings.get("language") or _only(main.objects, "locale")})
    if not about.title and about.published:  # a meeting, which tl;dv names so
        about = replace(about, title=next((text(f["name"]) for f in main.around if "name" in f), None))
    return Captions(cues, about)


def _only(objects: Sequence[Fields], key: str) -> object:
    """The value that all objects have under a key; None if they have none or different ones."""
    values = {str(value[key]) for value in objects if key in value}
    return values.pop() if len(values) == 1 else None


def _cues_of(key: str, segments: list[dict[str, Any]], parsed: Any, tally: Tally) -> list[Cue]:
    """The cues of a list of segments; segments without text are recorded as left out."""
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
    put_names(cues, parsed)
    _put_channels(cues, segments)
    return cues


def _cues(segments: Sequence[Fields]) -> list[Cue]:
    """The cues of all segments. If some name a speaker, those that give theirs as unknown belong to nobody."""
    segments = from_the_first(segments)
    scale = scale_of(segments)
    cues: list[Cue] = []
    nobodys: list[Cue] = []
    for n, value in enumerate(segments, 1):
        new_cues = cues_of_object(n, value, scale)
        cues += new_cues
        if any(key in value for key in _WHO):
            nobodys += [cue for cue in new_cues if cue.voice is None]
    if nobodys and len(nobodys) < len(cues) and any(cue.voice for cue in cues):
        for cue in nobodys:
            cue.voice = ""
    return cues


def _put_channels(cues: Sequence[Cue], segments: Sequence[Fields]) -> None:
    """If nobody is named but several channels were recorded, make each of them a speaker."""
    channels = [value.get("channel") for value in segments]
    if len(cues) == len(segments) and not any(cue.voice for cue in cues) and len({str(c) for c in channels}) > 1:
        for cue, channel in zip(cues, channels, strict=True):
            cue.voice = None if channel is None else f"Channel {channel}"


def _are_words(key: str, segments: Sequence[Fields]) -> bool:
    """Whether a list holds single words: by its key, by the type of most, or because all of them are."""
    typed = sum(value.get("type") in _WORDS for value in segments)
    return key == "words" or typed > _MOST * len(segments) or all("word" in v and text_of(v) is None for v in segments)


def _main_list(parsed: Any, tally: Tally) -> _List:
    """The most informative list.

    Lists with speakers come first, then those with times, with segments rather than words, under a known key.
    """
    lists = list(_lists(parsed, "", _DEEP))
    sizes = [_size(found.objects) if _may_hold(found.key, found.objects) else 0 for found in lists]
    least = _MOST * max(sizes, default=0)
    ranked = [
        (_share(objects, speaker_of), _share(objects, _start), not _are_words(key, objects), key in _LISTS, -n)
        for n, (key, objects, _) in enumerate(lists)
        if sizes[n] and sizes[n] >= least
    ]
    if not ranked:
        return _List("", [], ())
    best = -max(ranked)[-1]
    _record_others(lists, best, tally)
    return lists[best]


def _size(objects: Sequence[Fields]) -> int:
    return sum(len(_spoken_words(value)) for value in objects)


def _may_hold(key: str, objects: Sequence[Fields]) -> bool:
    """Whether a list may be speech: if its key is not known, most of its objects need a time or a speaker."""
    return key in _LISTS or not key or _share(objects, _start) or _share(objects, speaker_of)


def _start(value: Fields) -> float | None:
    return times_of(value)[0]


def _share(objects: Sequence[Fields], value_of: Callable[[Fields], object]) -> bool:
    sample = objects[:: max(1, len(objects) // _SOME)]
    return sum(value_of(value) is not None for value in sample) > _MOST * len(sample)


def _spoken_words(value: Fields) -> str:
    text = text_of(value)
    if text is not None:
        return text
    return str(value["word"]) if "word" in value else " ".join(w.text for w in words_of(value))


def _record_others(lists: Sequence[_List], best: int, tally: Tally) -> None:
    """Record lists of texts that are not read as left out, unless they say the same as the one that is."""
    words_read: set[str] = set()
    for n, (key, objects, _) in enumerate(lists):
        if n == best:
            continue
        text = " ".join(map(_spoken_words, objects))
        words_read = words_read or set(words(" ".join(map(_spoken_words, lists[best].objects)).casefold()))
        other_words = words(text.casefold())
        if sum(word in words_read for word in other_words) < _REPEATED * len(other_words):
            tally.leave_out(f'texts under "{key}" in its JSON', text)


def _lists(value: Any, key: str, depth: int, around: tuple[dict[str, Any], ...] = ()) -> Iterator[_List]:
    """All lists of objects of which most have text."""
    if isinstance(value, list):
        objects = [plain(v) for v in value if isinstance(v, dict)]
        sample = objects[:: max(1, len(objects) // _SOME)]
        if len(objects) > _MOST * len(value) and sum(map(_speaks, sample)) > _MOST * len(sample):
            yield _List(key, objects, around)
        if len(value) == 1 and depth:
            yield from _lists(value[0], key, depth - 1, around)
    elif isinstance(value, dict) and depth:
        for name, inner in value.items():
            yield from _lists(inner, key_of(name), depth - 1, (value, *around))


def _speaks(value: Fields) -> bool:
    return text_of(value) is not None or "word" in value or bool(words_of(value))


def has_segments(parsed: Any) -> bool:
    """Whether parsed JSON has a list of objects of which most have text."""
    return any(_may_hold(found.key, found.objects) for found in _lists(parsed, "", _DEEP))


def sniff(document: Document) -> bool:
    """Whether the JSON has a list of segments."""
    return has_segments(document.json)


def read(document: Document, tally: Tally) -> Captions:
    """Read each segment as a cue; successive words of one speaker are joined later."""
    return captions_of(document.json, tally)


READER = Reader(
    "json-segments",
    "JSON in segments or words (Whisper, AssemblyAI, ElevenLabs, Rev.ai, Speechmatics and others)",
    sniff,
    read,
)
