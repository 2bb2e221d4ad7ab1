"""Words, times and speakers of JSON objects, under the names that programs give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.readers.clocks import in_a_second
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.pieces import Word, cue, from_words, later, mapping, number, speaker
from pipeline.readers.names import END, SPEAKER, START, TEXT, key_of
from pipeline.text import words

_WORD = ("punctuatedword", "word", "text", "content", "value")
_MARK = ("punctuation", "punct")  # types of what follows a word without a space
_LENGTH = ("duration", "dur")
_MS = re.compile(r"^(?P<part>start|begin|end|stop)(?:time|offset)?(?:ms|millis|milliseconds)$")
_PERSON = ("speakerinfo", "speaker", "userprofile", "user", "participant", "author", "from")
_NAMED = ("realname", "displayname", "name", "username", "id")
_SINCE_1970 = 1e9  # seconds until 2001: no recording is as long
_COVERED = 0.8  # minimum share of a segment's words that its list of words must hold to replace the text


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The object with normalised keys: "start_time", "startTime" and "StartTime" become one.

    If it lists alternatives of what was heard, the first one adds its fields.
    """
    fields = {key_of(name): inner for name, inner in value.items()}
    guesses = fields.get("alternatives") or fields.get("nbest")
    if isinstance(guesses, list) and guesses and isinstance(guesses[0], dict):
        return {**{key_of(name): inner for name, inner in guesses[0].items()}, **fields}
    return fields


def text_of(fields: Mapping[str, Any]) -> str | None:
    """The text of an object, with pieces of text joined; None if it has none."""
    for key in TEXT:
        inner = fields.get(key)
        if isinstance(inner, str):
            return inner
        if isinstance(inner, list) and inner and all(isinstance(p, str | dict) for p in inner):
            parts = [p if isinstance(p, str) else p.get("text") for p in inner]
            if all(isinstance(p, str) for p in parts):
                return "".join(map(str, parts))
    spoken = fields.get("words")  # a text in Read.ai's blocks, elsewhere a list
    return spoken if isinstance(spoken, str) else None


def words_of(fields: Mapping[str, Any], scale: float = 1.0) -> list[Word]:
    """The words that an object lists one by one; empty if it lists none.

    If spaces are listed too, as by Rev.ai and ElevenLabs in languages that use them, words are separate only at a
    space.
    """
    listed = fields.get("words", fields.get("elements"))
    if not isinstance(listed, list) or not all(isinstance(w, dict) for w in listed):
        return []
    words = [plain(w) for w in listed]
    texts = [next((w[key] for key in _WORD if isinstance(w.get(key), str)), "") for w in words]
    spaced = any(raw_text.isspace() for raw_text in texts) or all("type" in word and "text" in word for word in words)
    out: list[Word] = []
    glued = False
    for word, raw_text in zip(words, texts, strict=True):
        if text := raw_text.strip():
            mark = word.get("type") in _MARK and word.get("attachesto") != "next"
            out.append(Word(text, *times_of(word, scale), speaker_of(word), mark or glued))
        glued = spaced and raw_text == raw_text.rstrip() and (bool(raw_text) or glued)
    return out


def speaker_of(fields: Mapping[str, Any]) -> str | None:
    """The speaker: a name if there is one, else a label or number; None if there is none or several speak at once."""
    if name := _person_of(fields):
        return name
    users = fields.get("users")
    if isinstance(users, list) and len(users) == 1 and isinstance(users[0], dict):
        user = plain(users[0])
        return _person_of(user) or _label_of(user)
    return _label_of(fields)


def _person_of(fields: Mapping[str, Any]) -> str | None:
    """The name in a nested object that describes the speaker; None if there is none."""
    for key in _PERSON:
        inner = fields.get(key)
        if inner.__class__ is dict:
            person = plain(inner)
            name = next((speaker(person[k]) for k in _NAMED if speaker(person.get(k))), None)
            if name:
                return name
    return None


def _label_of(fields: Mapping[str, Any]) -> str | None:
    label = next((name for k in SPEAKER if k in fields and (name := speaker(fields[k]))), None)
    if label:
        return label
    sender = fields.get("from")
    if isinstance(sender, str) and number(sender) is None:
        return speaker(sender)
    return speaker(fields["user"]) if "user" in fields else None


def times_of(fields: Mapping[str, Any], scale: float = 1.0) -> tuple[float | None, float | None]:
    """Start and end in seconds. `scale` is the units in a second, for numbers whose name gives no unit."""
    offsets = mapping(fields.get("offsets"))
    if offsets:  # whisper.cpp: milliseconds beside clocks
        return number(offsets.get("from"), 1000), number(offsets.get("to"), 1000)
    if "offsetinticks" in fields:  # Azure: ten million ticks to the second
        start, length = number(fields["offsetinticks"], 1e7), number(fields.get("durationinticks"), 1e7)
        return start, later(start, length)
    span = fields.get("timestamp", fields.get("time", fields.get("timestamps")))
    if isinstance(span, list) and len(span) == 2:
        return number(span[0], scale), number(span[1], scale)
    if isinstance(span, dict) and number(span) is None:
        return number(span.get("from", span.get("start"))), number(span.get("to", span.get("end")))
    start, end = _first(fields, START, scale), _first(fields, END, scale)
    milliseconds = [(number(fields[name], 1000), match["part"]) for name in fields if (match := _MS.match(name))]
    start = next((time for time, part in milliseconds if part in ("start", "begin")), start)
    end = next((time for time, part in milliseconds if part in ("end", "stop")), end)
    return start, end if end is not None else later(start, _first(fields, _LENGTH, scale))


def _first(fields: Mapping[str, Any], keys: Sequence[str], scale: float) -> float | None:
    for key in keys:
        if key in fields and (seconds := number(fields[key], scale)) is not None:
            return seconds
    return None


def scale_of(segments: Sequence[Mapping[str, Any]]) -> float:
    """How many units of the segments' times make a second."""
    times = [float(s[k]) for s in segments for k in (*START, *END) if isinstance(s.get(k), int | float)]
    return in_a_second(times, sum(len((text_of(value) or "").split()) for value in segments))


def from_the_first(segments: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The segments; times since 1970, in seconds or milliseconds, become times since the first of them."""
    starts = [s[k] for s in segments for k in START if isinstance(s.get(k), int | float)]
    first = min(starts, default=0)
    if first < _SINCE_1970:
        return segments
    times = {*START, *END}
    return [{k: v - first if k in times and isinstance(v, int | float) else v for k, v in s.items()} for s in segments]


def cues_of_object(n: int, fields: Mapping[str, Any], scale: float = 1.0) -> list[Cue]:
    """The cue of the `n`th segment; several if its words have several speakers, or if only they have times."""
    text, voice = text_of(fields), speaker_of(fields)
    start, end = times_of(fields, scale)
    if text is not None and start is not None and not _may_name_several(fields.get("words")):
        return [cue(text, start, end, voice or _speaker_of_first_word(fields), n)]
    listed = words_of(fields, scale)
    several = len({w.speaker for w in listed if w.speaker}) > 1
    covered = text is None or len(listed) >= _COVERED * len(words(text))
    if listed and covered and (text is None or several or (start is None and listed[0].start is not None)):
        return list(from_words(_with_speakers(listed, voice)))
    return [cue(text or "", start, end, voice or _speaker_of_first_word(fields), n)]


def _may_name_several(listed: Any) -> bool:
    """Whether a segment's words may have more than one speaker."""
    if not isinstance(listed, list) or not listed or not all(isinstance(w, dict) for w in listed):
        return False
    if "speaker" in listed[0] and not isinstance(listed[0]["speaker"], dict | list):
        return any(w.get("speaker") != listed[0]["speaker"] for w in listed)
    return len({speaker_of(plain(w)) for w in listed}) > 1


def _speaker_of_first_word(fields: Mapping[str, Any]) -> str | None:
    """The speaker of a segment's first word, for a segment whose own fields name nobody."""
    listed = fields.get("words")
    return speaker_of(plain(listed[0])) if isinstance(listed, list) and listed and isinstance(listed[0], dict) else None


def _with_speakers(listed: Sequence[Word], voice: str | None) -> list[Word]:
    """The words; each without a speaker gets that of the word before.

    At the beginning that is the first speaker named, or `voice`, the segment's, if no word names one.
    """
    out: list[Word] = []
    current = voice if all(w.speaker is None for w in listed) else next(w.speaker for w in listed if w.speaker)
    for word in listed:
        current = word.speaker or current
        out.append(Word(word.text, word.start, word.end, current, word.glued))
    return out
