"""What an object of JSON says of its words, its times and who speaks, under the names that programs give these."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.readers.cues import Cue
from pipeline.readers.data.pieces import Word, cue, from_words, mapping, number, speaker
from pipeline.text import words

TEXT: tuple[str, ...] = ("text", "body", "content", "sentence", "transcript", "utterance", "caption", "wordstext")
TEXT += ("display", "message")
_WORD = ("punctuatedword", "word", "text", "content")
_START: tuple[str, ...] = ("start", "starttime", "from", "begin", "offset", "timestamp", "time", "ts", "starttimestamp")
_START += ("startoffset", "begintime")
_END = ("end", "endtime", "to", "stop", "endtimestamp", "endts", "endoffset")
_LENGTH = ("duration", "dur")
_MS = re.compile(r"^(?P<part>start|begin|end|stop)(?:time|offset)?(?:ms|millis|milliseconds)$")
_SPEAKER: tuple[str, ...] = ("speakername", "speaker", "speakerlabel", "speakerid", "displayname", "realname")
_SPEAKER += ("username", "name", "author", "role", "participantrole")
_PERSON = ("speaker", "userprofile", "user", "participant", "author", "from")
_NAMED = ("realname", "displayname", "name", "username", "id")
_COVERED = 0.8  # of a segment's words, those that its list of words must hold to stand for it


@functools.lru_cache(maxsize=4096)
def key_of(name: str) -> str:
    """A name without its bars, in small letters."""
    return name.replace("_", "").replace("-", "").casefold()


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The object under names in small letters without bars: "start_time", "startTime" and "StartTime" are one."""
    return {key_of(name): inner for name, inner in value.items()}


def text_of(fields: Mapping[str, Any]) -> str | None:
    """The text of an object; pieces of text are put together, of several guesses the first one counts."""
    for key in TEXT:
        inner = fields.get(key)
        if isinstance(inner, str):
            return inner
        if isinstance(inner, list) and inner and all(isinstance(p, str | dict) for p in inner):
            parts = [p if isinstance(p, str) else p.get("text") for p in inner]
            if all(isinstance(p, str) for p in parts):
                return "".join(map(str, parts))
    best = fields.get("nbest")
    return text_of(plain(best[0])) if isinstance(best, list) and best and isinstance(best[0], dict) else None


def words_of(fields: Mapping[str, Any], scale: float) -> list[Word]:
    """The words that an object lists one by one; none when these are no words with times or speakers."""
    listed = fields.get("words")
    if not isinstance(listed, list) or not all(isinstance(w, dict) for w in listed):
        return []
    out: list[Word] = []
    for value in listed:
        word = plain(value)
        said = next((word[key] for key in _WORD if isinstance(word.get(key), str)), "").strip()
        if said:
            out.append(Word(said, *times_of(word, scale), who_of(word)))
    return out


def who_of(fields: Mapping[str, Any]) -> str | None:
    """Who speaks: a name where there is one, else a label or number. Several at once are nobody."""
    for key in _PERSON:
        inner = fields.get(key)
        if isinstance(inner, dict):
            person = plain(inner)
            found = next((speaker(person[k]) for k in _NAMED if speaker(person.get(k))), None)
            if found:
                return found
    users = fields.get("users")
    if isinstance(users, list) and len(users) == 1 and isinstance(users[0], dict):
        return who_of(plain(users[0]))
    found = next((speaker(fields[k]) for k in _SPEAKER if speaker(fields.get(k))), None)
    sender = fields.get("from")
    if found is None and isinstance(sender, str) and number(sender) is None:
        return speaker(sender)
    return found or speaker(fields.get("user"))


def times_of(fields: Mapping[str, Any], scale: float = 1.0) -> tuple[float | None, float | None]:
    """Start and end in seconds. `scale` is for numbers whose name does not say what they count."""
    offsets = mapping(fields.get("offsets"))
    if offsets:  # whisper.cpp: milliseconds beside clocks
        return number(offsets.get("from"), 1000), number(offsets.get("to"), 1000)
    if "offsetinticks" in fields:  # Azure: ten millions to the second
        start, length = number(fields["offsetinticks"], 1e7), number(fields.get("durationinticks"), 1e7)
        return start, _sum(start, length)
    pair = fields.get("timestamp", fields.get("time", fields.get("timestamps")))
    if isinstance(pair, list) and len(pair) == 2:
        return number(pair[0], scale), number(pair[1], scale)
    if isinstance(pair, dict) and number(pair) is None:
        return number(pair.get("from", pair.get("start"))), number(pair.get("to", pair.get("end")))
    start, end = _first(fields, _START, scale), _first(fields, _END, scale)
    for key, inner in fields.items():
        if match := _MS.match(key):
            if match["part"] in ("start", "begin"):
                start = number(inner, 1000)
            else:
                end = number(inner, 1000)
    return start, end if end is not None else _sum(start, _first(fields, _LENGTH, scale))


def _first(fields: Mapping[str, Any], keys: Sequence[str], scale: float) -> float | None:
    return next((found for k in keys if (found := number(fields.get(k), scale)) is not None), None)


def _sum(start: float | None, length: float | None) -> float | None:
    return None if start is None or length is None else round(start + length, 3)


def scale_of(segments: Sequence[Mapping[str, Any]]) -> float:
    """1000 where times are milliseconds: whole numbers that as seconds would make less than a word in twenty."""
    raw = [value[k] for value in segments for k in (*_START, *_END) if isinstance(value.get(k), int | float)]
    said = sum(len((text_of(value) or "").split()) for value in segments)
    whole = bool(raw) and all(float(v).is_integer() for v in raw)
    return 1000.0 if whole and max(raw) > 100 and max(raw) > 20 * max(1, said) else 1.0


def cues_of_object(n: int, fields: Mapping[str, Any], scale: float) -> list[Cue]:
    """The cue of a segment; several where its words say that several people speak in it."""
    said, who = text_of(fields), who_of(fields)
    start, end = times_of(fields, scale)
    single = words_of(fields, scale)
    speakers = {w.speaker for w in single if w.speaker}
    covered = said is None or len(single) >= _COVERED * len(words(said))
    if single and covered and (said is None or len(speakers) > 1):
        return list(from_words(_held(single, who)))
    if who is None and len(speakers) == 1:
        who = speakers.pop()
    return [cue(said or "", start, end, who, n)]


def _held(single: Sequence[Word], who: str | None) -> list[Word]:
    """Words without a speaker, which belong to the one before, else to the one that the segment has."""
    out: list[Word] = []
    held = who if all(w.speaker is None for w in single) else next(w.speaker for w in single if w.speaker)
    for word in single:
        held = word.speaker or held
        out.append(Word(word.text, word.start, word.end, held, word.glued))
    return out
