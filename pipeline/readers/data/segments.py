"""JSON in segments: Whisper in all its forms, WhisperX, Podcasting 2.0, youtube-transcript-api, and lists like them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.readers.base import Document, Parsed, Reader
from pipeline.readers.cues import Cue, cue_lines
from pipeline.readers.data.pieces import cue, items, mapping, number, speaker
from pipeline.readers.metadata import lenient
from pipeline.readers.tally import Tally

_LISTS: tuple[str, ...] = (
    "segments",
    "transcription",
    "transcript",
    "turns",
    "utterances",
    "chunks",
    "captions",
    "cues",
    "subtitles",
)
_LISTS += ("sentences", "entries", "lines", "results", "monologues", "data", "items", "snippets")
_TEXT = ("text", "body", "content", "sentence", "transcript", "utterance", "caption", "words_text")
_START = ("start", "startTime", "start_time", "from", "begin", "offset", "timestamp", "time", "ts", "start_timestamp")
_END = ("end", "endTime", "end_time", "to", "stop", "end_timestamp", "endTs")
_SPEAKER = ("speaker", "speaker_name", "speakerName", "speaker_label", "speaker_id", "speakerId", "name", "role")


def cues_of(found: Any, tally: Tally) -> list[Cue]:
    """A cue for each segment of parsed JSON; those without text are told."""
    segments = _found(found)
    for n, value in enumerate(segments, 1):
        if _text_of(value) is None:
            tally.leave_out("segments without text", " ".join(v for v in value.values() if isinstance(v, str)), n)
    scale = _scale(segments)
    return [_cue(n, value, scale) for n, value in enumerate(segments, 1)]


def _found(found: Any) -> list[Mapping[str, Any]]:
    """The list of objects with text in it, at the top or one or two keys below."""
    if isinstance(found, list):
        flat: list[Mapping[str, Any]] = [v for v in found if isinstance(v, dict)]
        if len(found) == 1 and flat and not _text_of(flat[0]):
            return _below(flat[0])
        return flat if sum(bool(_text_of(v)) for v in flat) > len(flat) / 2 else []
    return _below(mapping(found))


def _below(value: Mapping[str, Any], depth: int = 2) -> list[Mapping[str, Any]]:
    for key in _LISTS:
        inner = value.get(key)
        if isinstance(inner, list):
            flat = items(value, key)
            if flat and sum(_text_of(v) is not None for v in flat) > len(flat) / 2:
                return flat
        elif isinstance(inner, dict) and depth and (deeper := _below(inner, depth - 1)):
            return deeper
    return []


def _text_of(value: Mapping[str, Any]) -> str | None:
    return next((value[key] for key in _TEXT if isinstance(value.get(key), str)), None)


def sniff(document: Document) -> bool:
    """A list of objects, most of which have text."""
    return document.json is not None and bool(_found(document.json))


def read(document: Document, tally: Tally) -> Parsed:
    """A cue a segment; words of one speaker in a row are joined later."""
    cues = cues_of(document.json, tally)
    metadata = lenient(document.json if isinstance(document.json, dict) else {})
    return Parsed(cue_lines(cues, tally, document.label), metadata)


def _cue(n: int, value: Mapping[str, Any], scale: float) -> Cue:
    start, end = _times(value, scale)
    length = next((number(value.get(k), scale) for k in ("duration", "dur") if k in value), None)
    if end is None and start is not None and length is not None:
        end = round(start + length, 3)
    who = next(
        (speaker(value[k]) for k in _SPEAKER if value.get(k) is not None and not isinstance(value[k], dict)), None
    )
    if who is None:
        inner = mapping(value.get("speaker")) or mapping(value.get("user")) or mapping(value.get("participant"))
        who = speaker(inner.get("name") or inner.get("display_name") or inner.get("id"))
    return cue(_text_of(value) or "", start, end, who, n)


def _times(value: Mapping[str, Any], scale: float) -> tuple[float | None, float | None]:
    offsets = mapping(value.get("offsets"))
    if offsets:  # whisper.cpp: milliseconds beside clocks
        return number(offsets.get("from"), 1000), number(offsets.get("to"), 1000)
    pair = value.get("timestamp", value.get("time", value.get("timestamps")))
    if isinstance(pair, list) and len(pair) == 2:
        return number(pair[0], scale), number(pair[1], scale)
    if isinstance(pair, dict):
        return number(pair.get("from", pair.get("start"))), number(pair.get("to", pair.get("end")))
    start = next((number(value[k], scale) for k in _START if number(value.get(k)) is not None), None)
    return start, next((number(value[k], scale) for k in _END if number(value.get(k)) is not None), None)


def _scale(segments: list[Mapping[str, Any]]) -> float:
    """1000 where times are milliseconds: whole numbers that would make less than a word in two seconds of seconds."""
    raw = [value[k] for value in segments for k in (*_START, *_END) if isinstance(value.get(k), int | float)]
    said = sum(len((_text_of(value) or "").split()) for value in segments)
    whole = bool(raw) and all(float(v).is_integer() for v in raw)
    return 1000.0 if whole and max(raw) > 100 and max(raw) > 20 * max(1, said) else 1.0


READER = Reader("json-segments", "JSON in segments (Whisper, Podcasting 2.0, youtube-transcript-api)", sniff, read)
