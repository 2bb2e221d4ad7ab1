"""What every format goes through after parsing: lines joined to readable ones or cut, ids on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.readers import scripts
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence, tidy
from pipeline.transcript import Segment

# It begins with one set of signs, which is found in a third of the time that a choice between two takes.
_SENTENCE_END = re.compile(r"[.!?…。！？](?:(?<=[。！？])(?P<none>)|[\"'”’)]*(?P<gap>\s+))")
_PAUSE, _AWHILE = 4, 30  # seconds between joined lines, and that they go over
_TARGET, _MOST = 45, 1.6  # words of a line, and times as many that it may have


class Line(NamedTuple):
    """A parsed cue or paragraph before numbering; times in seconds. A `turn` is never joined to the line before it."""

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    turn: bool = False
    file_line: int = 0


def unroll(lines: list[Line], tally: Tally) -> list[Line]:
    """Rolling captions joined: each cue loses the words with which the one directly before it ended.

    YouTube shows every line twice, once below and once above the next one. Only the preceding cue is
    compared, so that a speaker who really repeats a sentence later is kept.
    """
    if not _rolls(lines):
        return lines
    unrolled: list[Line] = []
    previous: list[str] = []
    speaker = lines[0].speaker
    repeated = 0
    for line in lines:
        tokens = line.text.split()
        # Others who say the same say it; of a cue that lost its label as it rolled only a part is the same.
        rolled = line.speaker == speaker or (line.speaker is None and tokens != previous)
        shared = _shared(previous, tokens) if rolled else 0
        speaker = line.speaker
        repeated += shared
        fresh = tokens[shared:]
        if fresh:
            unrolled.append(line._replace(text=" ".join(fresh)))
        elif unrolled and line.end is not None:
            unrolled[-1] = unrolled[-1]._replace(end=line.end)
        previous = tokens
    tally.leave_out_words("words shown twice by rolling captions", repeated, "", lines[0].file_line)
    return unrolled


def _shared(before: list[str], after: list[str]) -> int:
    """How many words at the end of one line begin the next one."""
    return next((n for n in range(min(len(before), len(after)), 0, -1) if before[-n:] == after[:n]), 0)


def _rolls(lines: list[Line]) -> bool:
    """Whether cues grow: each begins with the words, or the last line, of the one before, or shows the same again.

    What speech recognition says again and again is the same too, but then most other cues stand once.
    """
    same = itertools.groupby((line.speaker, line.text) for line in lines[:2000])
    runs = [(speaker, text.split(), len(list(group))) for (speaker, text), group in same]
    if len(runs) < 3:
        return False
    neighbours = itertools.pairwise(runs)
    pairs = [
        (a, b)
        for (first_speaker, a, _), (second_speaker, b, _) in neighbours
        if second_speaker == first_speaker or (second_speaker is None and a != b)
    ]
    grown = sum(_shared(a, b) >= min(3, len(a), len(b)) for a, b in pairs)
    repeats = sum(times > 1 for _, _, times in runs)
    return grown >= 0.3 * (len(runs) - 1) or repeats >= 0.5 * len(runs)


def join_lines(lines: list[Line]) -> list[Line]:
    """Short cues joined to readable lines of one speaker, ending at a sentence or a pause where there is one."""
    joined: list[Line] = []
    parts: list[str] = []
    first, end, length = Line(""), None, 0  # of the parts
    for line in lines:
        size = scripts.length(line.text)
        goes_on = parts and first.speaker == line.speaker and not line.turn and length + size <= _TARGET * _MOST
        ended = length >= _TARGET / 2 and ends_sentence(parts[-1])
        paused = length >= 6 and line.start is not None and _paused(first.start, end, line.start)
        if goes_on and not (ended or paused):
            parts.append(line.text)
            length += size
            end = line.end if line.end is not None else end
            continue
        joined.append(first._replace(text=" ".join(parts), end=end))
        first, end, parts, length = line, line.end, [line.text], size
    joined.append(first._replace(text=" ".join(parts), end=end))
    return joined[1:]


def _paused(start: float | None, end: float | None, at: float) -> bool:
    """Whether a line begins long after the end of what stands before it, or after its start."""
    return (end is not None and at - end > _PAUSE) or (start is not None and at - start > _AWHILE)


def split_long(line: Line) -> list[Line]:
    """A long paragraph cut at sentence ends, times shared out by length, so that evidence stays narrow."""
    if scripts.length(line.text) <= _TARGET * _MOST:
        return [line]
    pieces: list[str] = []
    parts: list[str] = []
    filled = 0
    for part, size in _parts(line.text, _TARGET * 2):
        if parts and filled + size <= _TARGET:
            parts.append(part)
            filled += size
        elif part := part.strip():
            pieces.append(" ".join(parts))
            parts = [part]
            filled = size
    return _with_times(line, [*pieces[1:], " ".join(parts)])


def _parts(text: str, limit: int) -> Iterator[tuple[str, int]]:
    """Sentences, each with its length in words, or what counts so.

    One without an end in sight (unpunctuated captions) is cut at half of `limit`.
    """
    for sentence in _sentences(text):
        size = scripts.length(sentence)
        if size <= limit:
            yield sentence, size
        else:
            yield from ((part, scripts.length(part)) for part in scripts.packed(sentence, limit // 2))


def _sentences(text: str) -> Iterator[str]:
    """A text parted behind each end of a sentence."""
    at = 0
    for match in _SENTENCE_END.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        yield text[at:start]
        at = end
    yield text[at:]


def _with_times(line: Line, pieces: list[str]) -> list[Line]:
    if line.start is None or line.end is None:
        return [
            Line(p, line.speaker, line.start, None if i else line.end, file_line=line.file_line)
            for i, p in enumerate(pieces)
        ]
    total = sum(len(p) for p in pieces) or 1
    lines, at = [], line.start
    for piece in pieces:
        until = at + (line.end - line.start) * len(piece) / total
        lines.append(Line(piece, line.speaker, round(at, 3), round(until, 3), line.turn, line.file_line))
        at = until
    return lines


def finish(lines: list[Line]) -> tuple[Segment, ...]:
    """Numbered segments, ids from 1; empty lines go."""
    segments: list[Segment] = []
    for line in lines:
        text = scripts.closed(tidy(line.text))
        if any(map(str.isalnum, text)):
            for piece in split_long(line._replace(text=text)):
                segments.append(Segment(len(segments) + 1, piece.text, piece.speaker, piece.start, piece.end))
    return tuple(segments)
