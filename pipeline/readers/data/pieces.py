"""What the readers of JSON share: safe access, and cues from single words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.readers.clocks import seconds_of
from pipeline.readers.cue_pieces import Cue
from pipeline.text import SENTENCE_ENDS

_END = re.compile(rf"[{SENTENCE_ENDS}][\"'”’)]*$")
_SPELT = re.compile(r"PT(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7}(?:\.\d{1,9})?)S)?")
_CUE_WORDS = 40  # maximum number of words in a cue without the end of a sentence
_PAUSE = 2.0  # seconds, after which a new cue begins


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word, times in seconds. A `glued` word follows the one before without a space."""

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    glued: bool = False


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any, *keys: str) -> list[Mapping[str, Any]]:
    """The objects of the list below these keys; an empty list if there is none."""
    for key in keys:
        value = mapping(value).get(key)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value as text if it is text or a number, else ""."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def number(value: Any, scale: float = 1.0) -> float | None:
    """Seconds from a number, "4.5", "4.5s", "PT1M4.5S", "00:00:04,500" or {"seconds", "nanos"}; else None.

    `scale` is the units in a second of a bare number.
    """
    return _of_object(value) if isinstance(value, dict) else _of_value(value, scale)


def _of_value(value: Any, scale: float = 1.0) -> float | None:
    """Seconds from a number or text; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(value / scale, 3) if 0 <= value < 1e12 else None
    if not isinstance(value, str):
        return None
    written = value.strip()
    match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)s?", written)
    if match:
        return round(float(match[1]) / scale, 3)
    if spelt := _SPELT.fullmatch(written):
        hours, minutes, rest = (float(part or 0) for part in spelt.groups())
        return round(hours * 3600 + minutes * 60 + rest, 3)
    if re.fullmatch(r"\d{1,3}(?::\d{1,2}){1,2}(?:[.,]\d{1,6})?", written):
        return round(seconds_of(written), 3)
    return None


def _of_object(value: Mapping[str, Any]) -> float | None:
    """The time in an object: whole seconds and a fraction, or seconds from the start beside a time of day."""
    value = value.get("relative", value)
    if not isinstance(value, dict):
        return _of_value(value)
    if "seconds" not in value and "nanos" not in value:
        return None
    return later(_of_value(value.get("seconds", 0)), _of_value(value.get("nanos", 0), 1e9))


def later(time: float | None, seconds: float | None) -> float | None:
    """The time so many seconds later; None if either is unknown."""
    return None if time is None or seconds is None else round(time + seconds, 3)


def speaker(value: Any) -> str | None:
    """A speaker's label, "Speaker 1" for a bare number or letter; None if there is none."""
    label = text(value).strip()
    if not label or label in ("-1", "None", "null", "UU"):
        return None
    return f"Speaker {label}" if re.fullmatch(r"\d{1,3}|[A-Z]", label) else label


def cue(spoken_words: str, start: float | None, end: float | None, voice: str | None, line: int) -> Cue:
    """A cue whose `line` is the index of its part, since line numbers of JSON say little."""
    return Cue(start, end, spoken_words.split("\n"), line, voice)


def from_words(words: Iterable[Word]) -> Iterator[Cue]:
    """Cues of one speaker each, which end at a sentence, a pause or `_CUE_WORDS`."""
    pending: list[Word] = []
    for n, word in enumerate(words):
        if pending and not word.glued and _breaks(pending, word):
            yield _cue_of_words(pending, n)
            pending = []
        pending.append(word)
    if pending:
        yield _cue_of_words(pending, 0)


def _breaks(pending: list[Word], word: Word) -> bool:
    last = pending[-1]
    paused = last.end is not None and word.start is not None and word.start - last.end > _PAUSE
    ended = len(pending) >= 8 and bool(_END.search(last.text))
    return word.speaker != pending[0].speaker or paused or ended or len(pending) >= _CUE_WORDS


def _cue_of_words(words: list[Word], line: int) -> Cue:
    spoken_words = "".join(w.text if w.glued or not i else f" {w.text}" for i, w in enumerate(words))
    ends = [w.end for w in words if w.end is not None]
    starts = [w.start for w in words if w.start is not None]
    return Cue(starts[0] if starts else None, ends[-1] if ends else None, [spoken_words], line, words[0].speaker)
