"""What every format goes through after parsing: speaker labels off, caption repeats off, lines joined, ids on."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, replace

from pipeline.text import clean, words
from pipeline.transcript import Segment

# "Ana Ruiz: …", "**Ana Ruiz**: …", "ANA: …", ">> ANA: …"; the name must look like one: capitals, at most five words.
_UPPER = r"[^\W\d_a-zà-ÿ][\w.'’\-]*"
_NAME = (
    rf"{_UPPER}(?:[ \t]+(?:{_UPPER}|“[^”]{{1,20}}”|\"[^\"]{{1,20}}\"|\(?\w{{1,12}}\)|de|van|von|der|la|of|\d{{1,2}}))"
    r"{0,4}"
)
_LABEL = re.compile(
    rf"^(?:>>+\s*)?(?:-\s+)?(?:\*\*(?P<bold>[^*:]{{1,60}}):?\*\*:?|(?P<plain>{_NAME}):)"
    r"\s*(?:\(?(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\)?)?(?:\s+|$)"
)
_BRACKET = re.compile(r"^\[?(?P<id>SPEAKER[_ ]?\d+|Speaker \d+)\]?:\s*", re.IGNORECASE)
_NOT_NAMES = {
    "note",
    "notes",
    "warning",
    "example",
    "question",
    "answer",
    "step",
    "slides",
    "location",
    "title",
    "date",
    "http",
    "https",
    "remember",
    "so",
    "and",
    "but",
    "summary",
    "chapter",
    "part",
    "tip",
    "update",
    "ps",
    "kind",
    "language",
    "topic",
    "theme",
    "result",
    "figure",
    "table",
    "todo",
    "important",
    "transcript",
    "agenda",
}
_UNKNOWN_NAMES = {"unknown", "unknown speaker", "unidentified", "speaker"}
_SOUND = re.compile(r"[\[(（{][^\[\](){}]{1,40}[\])）}]|♪[^♪]{0,200}♪?|\{\w+\}")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """A parsed cue or text line before numbering; times in seconds."""

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None


def split_label(text: str) -> tuple[str | None, str, float | None]:
    """The speaker label in front of a line, the rest, and a time that stood with the label."""
    if match := _BRACKET.match(text):
        return speaker_name(match["id"]), text[match.end() :], None
    if match := _LABEL.match(text):
        name = clean(match["bold"] or match["plain"] or "")
        if name.casefold() not in _NOT_NAMES and not name.casefold().startswith(("http", "www")):
            return speaker_name(name), text[match.end() :], parse_clock(match["time"])
    return None, text, None


def speaker_name(label: str) -> str | None:
    """A label as it reads in notes: "SPEAKER_01" is "Speaker 2", "Unknown" is nobody."""
    label = clean(label).strip(":*[], ")
    if label.casefold() in _UNKNOWN_NAMES or not label:
        return None
    if match := re.fullmatch(r"speaker[_ ]?(\d+)", label, re.IGNORECASE):
        number = int(match[1]) + (1 if "_" in label or match[1].startswith("0") else 0)
        return f"Speaker {number}"
    return label[:80]


def parse_clock(clock: str | None) -> float | None:
    """Seconds of "1:02:03", "02:03" or "02:03.5"; None for None."""
    if not clock:
        return None
    seconds = 0.0
    for part in clock.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def without_sounds(text: str) -> str:
    """The line without "[Music]", "(air whooshing)", "{vocalsound}"; what is left may be empty."""
    return clean(_SOUND.sub(" ", text))


def unroll(lines: list[Line]) -> list[Line]:
    """Rolling captions joined: each cue loses the words with which the one directly before it ended.

    YouTube shows every line twice, once below and once above the next one. Only the preceding cue is
    compared, so that a speaker who really repeats a sentence later is kept.
    """
    if not _rolls(lines):
        return lines
    out: list[Line] = []
    previous: list[str] = []
    for line in lines:
        tokens = line.text.split()
        shared = next((n for n in range(min(len(previous), len(tokens)), 0, -1) if previous[-n:] == tokens[:n]), 0)
        fresh = tokens[shared:]
        if fresh:
            out.append(replace(line, text=" ".join(fresh)))
        previous = tokens
    return out


def _rolls(lines: list[Line]) -> bool:
    """Rolling captions begin with the whole of the cue before, or its last line, most of the time."""
    pairs = [(a.text.split(), b.text.split()) for a, b in itertools.pairwise(lines)]
    rolling = sum(any(a[-n:] == b[:n] for n in range(3, min(len(a), len(b)) + 1)) or (a == b) for a, b in pairs)
    return len(pairs) >= 2 and rolling >= 0.3 * len(pairs)


def join_lines(lines: list[Line], *, target_words: int = 45, gap: float = 4.0) -> list[Line]:
    """Short cues joined to readable lines of one speaker, ending at a sentence or a pause where there is one."""
    out: list[Line] = []
    for line in lines:
        if out and _continues(out[-1], line, target_words, gap):
            last = out[-1]
            out[-1] = replace(last, text=f"{last.text} {line.text}", end=line.end if line.end is not None else last.end)
        else:
            out.append(line)
    return out


def _continues(last: Line, line: Line, target_words: int, gap: float) -> bool:
    if last.speaker != line.speaker:
        return False
    length = _length(last.text)
    paused = last.end is not None and line.start is not None and line.start - last.end > gap
    late = last.start is not None and line.start is not None and line.start - last.start > 30
    if (paused or late) and length >= 6:
        return False
    if length + _length(line.text) > target_words * 1.6:
        return False
    return length < 8 or not _SENTENCE_END.search(last.text) or length < target_words / 2


def _length(text: str) -> int:
    """Words; scripts without spaces count two characters as one."""
    spaced = len(text.split())
    return spaced if text.isascii() else max(spaced, sum(ord(c) > 0x2E80 for c in text) // 2)


def split_long(line: Line, *, target_words: int = 45) -> list[Line]:
    """A long paragraph cut at sentence ends, times shared out by length, so that evidence stays narrow."""
    if _length(line.text) <= target_words * 1.6:
        return [line]
    pieces: list[str] = []
    for sentence in re.split(r"(?<=[.!?…])[\"'”’)]*\s+|(?<=[。！？])", line.text):
        for part in _hard_wrap(sentence, target_words * 2):
            if pieces and _length(pieces[-1]) + _length(part) <= target_words:
                pieces[-1] = f"{pieces[-1]} {part}"
            elif part.strip():
                pieces.append(part.strip())
    return _with_times(line, pieces)


def _hard_wrap(sentence: str, limit: int) -> list[str]:
    """A "sentence" without an end in sight (unpunctuated captions) cut at `limit` words or twice as many characters."""
    tokens = sentence.split()
    if _length(sentence) <= limit:
        return [sentence]
    if len(tokens) <= limit:
        return [sentence[i : i + 2 * limit] for i in range(0, len(sentence), 2 * limit)]
    return [" ".join(tokens[i : i + limit // 2]) for i in range(0, len(tokens), limit // 2)]


def _with_times(line: Line, pieces: list[str]) -> list[Line]:
    if line.start is None or line.end is None:
        return [replace(line, text=p, end=None if i else line.end) for i, p in enumerate(pieces)]
    total = sum(len(p) for p in pieces) or 1
    out, at = [], line.start
    for piece in pieces:
        until = at + (line.end - line.start) * len(piece) / total
        out.append(replace(line, text=piece, start=round(at, 3), end=round(until, 3)))
        at = until
    return out


def finish(lines: list[Line]) -> tuple[Segment, ...]:
    """Numbered segments, ids from 1; empty lines go."""
    kept = [replace(line, text=clean(line.text)) for line in lines]
    pieces = [p for line in kept if words(line.text) for p in split_long(line)]
    return tuple(Segment(i, p.text, p.speaker, p.start, p.end) for i, p in enumerate(pieces, 1))


def believable_labels(labels: list[str | None]) -> set[str]:
    """Labels that are speakers rather than a colon in prose: at least two turns, or a share of all lines."""
    counts = Counter(label for label in labels if label)
    total = sum(counts.values())
    if not total or (total < 2 and len(labels) > 3):
        return set()
    return {name for name, n in counts.items() if n >= 2 or total <= 12 or len(labels) <= 12}
