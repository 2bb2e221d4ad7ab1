"""The last steps for every format: lines are joined to readable ones or cut, and become numbered segments."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.readers import scripts
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence, tidy
from pipeline.text import SENTENCE_ENDS, WIDE_END, WIDE_ENDS, numbered
from pipeline.transcript import Segment, spoken_words

# Begins with a single set of characters, which is found in a third of the time of an alternation.
_SENTENCE_END = re.compile(
    rf"[{SENTENCE_ENDS}](?:(?<={WIDE_END})[{WIDE_ENDS}”’」』）]*(?P<none>)"
    r"|(?:\s»(?=\s)|[\"'”’“»«)]*)(?P<gap>\s+)(?!»(?!\S)))"
)
_PAUSE, _LONGEST = 4, 30  # maximum seconds between joined lines; from the start of a joined line to its next part
_SLOWEST, _SHORTEST = 10, 300  # fewer words a minute are no talk; seconds of a recording that show how fast it is
_TARGET, _MOST = 45, 1.6  # target number of words in a line; maximum, as a multiple of it


class Line(NamedTuple):
    """A parsed cue or paragraph before numbering, times in seconds. A `turn` is never joined to the line before it."""

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    turn: bool = False
    file_line: int = 0


def unroll(lines: list[Line], tally: Tally) -> list[Line]:
    """Join rolling captions: remove from each cue the words with which the one directly before it ended.

    YouTube shows every line twice, below the line before and then above the next one. Only the preceding cue is
    compared, so that a sentence that a speaker really repeats later is kept.
    """
    if not _rolls(lines):
        return lines
    unrolled: list[Line] = []
    previous: list[str] = []
    speaker = lines[0].speaker
    repeated = 0
    for line in lines:
        tokens = line.text.split()
        # Another speaker really says the same. A cue that lost its label while rolling repeats only a part.
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
    """How many words end one line and begin the next."""
    return next((n for n in range(min(len(before), len(after)), 0, -1) if before[-n:] == after[:n]), 0)


def _rolls(lines: list[Line]) -> bool:
    """Whether captions roll: each cue begins with the words, or the last line, of the one before, or shows them again.

    Loops of speech recognition repeat themselves too, but then most other cues occur once.
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
    """Join short cues to readable lines of one speaker, which end at a sentence or a pause if there is one."""
    joined: list[Line] = []
    parts: list[str] = []
    first, end, length = Line(""), None, 0  # of the joined parts
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
        joined.append(first._replace(text=" ".join(parts), end=end) if len(parts) > 1 else first)
        first, end, parts, length = line, line.end, [line.text], size
    joined.append(first._replace(text=" ".join(parts), end=end))
    return joined[1:]


def _paused(start: float | None, end: float | None, at: float) -> bool:
    """Whether a line begins long after the end of what precedes it, or longer still after its start."""
    return (end is not None and at - end > _PAUSE) or (start is not None and at - start > _LONGEST)


def split_long(line: Line) -> list[Line]:
    """Cut a long line at sentence ends, with times in proportion to length, so that evidence stays narrow."""
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
    """The sentences of a text, each with its `scripts.length` in words.

    One that is longer than `limit` (unpunctuated captions) is cut into parts of half of that.
    """
    for sentence in _sentences(text):
        size = scripts.length(sentence)
        if size <= limit:
            yield sentence, size
        else:
            yield from ((part, scripts.length(part)) for part in scripts.packed(sentence, limit // 2))


def _sentences(text: str) -> Iterator[str]:
    """A text divided after each end of a sentence."""
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


def finish(lines: list[Line]) -> tuple[tuple[Segment, ...], list[int]]:
    """The numbered segments of the lines, with ids from 1, and the file line of each; empty lines are dropped."""
    segments: list[Segment] = []
    file_lines: list[int] = []
    for line in lines:
        text = scripts.closed(tidy(line.text))
        if any(map(str.isalnum, text)):
            for piece in split_long(line if text == line.text else line._replace(text=text)):
                segments.append(Segment(len(segments) + 1, piece.text, piece.speaker, piece.start, piece.end))
                file_lines.append(piece.file_line)
    return tuple(segments), file_lines


def too_few_words(segments: Sequence[Segment]) -> str | None:
    """A remark on words that are too few for their times, as in a list of chapters; None if there is no doubt."""
    times = [time for s in segments for time in (s.start, s.end) if time is not None]
    seconds = max(times) - min(times) if times else 0
    if seconds < _SHORTEST or (count := spoken_words(segments)) >= _SLOWEST * seconds / 60:
        return None
    amount = f"{numbered(count, 'word')} in {round(seconds / 60)} minutes"
    return f"only {amount}: is this a list of chapters and no transcript?"
