"""Turn rows of text, with times as written, into lines in seconds: cut at times inside the text, without sounds."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.readers.clocks import INSIDE, Dial, seconds_of, spread
from pipeline.readers.lines import Line
from pipeline.readers.scripts import length
from pipeline.readers.sounds import Sounds
from pipeline.readers.tally import Tally

_LEAD = 30  # maximum number of words before the first time in a turn that get that time
_SLOWEST, _FASTEST = 0.05, 8.0  # words a second between times, at least and at most, pauses included
_BACK = 0.3  # maximum share of times that go back, if they are times of this recording
_MOST_WARNINGS = 5  # number of times going back that each get a warning


@dataclass(slots=True)
class Row:
    """A paragraph: its words, file line, speaker, times as written. A `turn` begins somebody's words."""

    text: str
    line: int
    speaker: str | None = None
    start: str | None = None
    end: str | None = None
    turn: bool = False


def timed_lines(rows: list[Row], tally: Tally) -> list[Line]:
    """The lines of the rows, without sounds, cut at times inside them, with seconds from the start."""
    inside = sum(len(INSIDE.findall(r.text)) for r in rows if ":" in r.text)
    inside = inside if inside and _are_times(rows) else 0
    others = sum(r.start is not None for r in rows)
    if others < inside and (late := [r.line for r in rows if r.start is None and _has_time_inside(r.text)]):
        tally.warn("times stand inside turns: words before a turn's first time get that time", late[0])
    cut = inside >= 2 or (inside > 0 and others > 0)
    pieces = [piece for row in rows for piece in (_at_times(row) if ":" in row.text else (row,))] if cut else rows
    sounds = Sounds((r.text for r in pieces), tally)
    for row in pieces:
        row.text = sounds.off(row.text, row.line, labelled=row.speaker is not None)
    return _lines(_with_their_times(pieces), tally)


def _are_times(rows: Sequence[Row]) -> bool:
    """Whether clocks inside texts are times of the recording: most lie between the times in front of texts around them.

    If texts have no times in front, nearly all clocks must rise, and at the pace of speech, unlike "John (3:16)" and
    the "(1:10)" of a dilution.
    """
    inside: list[tuple[int, float]] = []  # words before it, seconds
    bounds: list[tuple[int, float]] = []  # number of clocks in `inside` before it, seconds
    words_before = 0
    try:
        for row in rows:
            bounds += [(len(inside), seconds_of(row.start))] if row.start is not None else []
            at = 0
            for match in INSIDE.finditer(row.text) if ":" in row.text else ():
                words_before += length(row.text[at : match.start()])
                inside.append((words_before, seconds_of(match["start"])))
                at = match.end()
            words_before += length(row.text[at:])
    except ValueError:  # a date or "10:30 pm", which is judged later
        return True
    if bounds:
        places, starts = [n for n, _ in bounds], [0.0, *(t for _, t in bounds), math.inf]
        behind = [bisect.bisect_right(places, i) for i in range(len(inside))]  # number of such texts before each clock
        return 2 * sum(starts[n] <= t <= starts[n + 1] for n, (_, t) in zip(behind, inside, strict=True)) >= len(inside)
    back = sum(b < a for (_, a), (_, b) in itertools.pairwise(inside))
    words, seconds = inside[-1][0] - inside[0][0], inside[-1][1] - inside[0][1]
    at_pace = _SLOWEST * seconds <= words <= _FASTEST * seconds
    return len(inside) == 1 or (back <= _BACK * len(inside) and at_pace)


def _has_time_inside(text: str) -> bool:
    """Whether a time is between words."""
    match = INSIDE.search(text) if ":" in text else None
    return match is not None and match.start() > 0 and bool(text[match.end() :].strip(" .*_"))


def _at_times(row: Row) -> list[Row]:
    """A row cut at the bracketed times in its text; each part starts at the time before it."""
    pieces: list[Row] = []
    at, start, end = 0, row.start, row.end
    matches = list(INSIDE.finditer(row.text))
    if start is None and len(matches) == 1 and not row.text[matches[0].end() :].strip(" .*_"):  # its time is at the end
        text = f"{row.text[: matches[0].start()]}{row.text[matches[0].end() :]}".strip()
        return [Row(text, row.line, row.speaker, matches[0]["start"], matches[0]["end"], row.turn)]
    lead = row.text[: matches[0].start()].strip() if matches and start is None else ""
    if lead and len(lead.split()) <= _LEAD:  # the turn begins shortly before its first time
        at, start, end = matches[0].end(), matches[0]["start"], matches[0]["end"]
        matches.pop(0)
    else:
        lead = ""
    for match in matches:
        text_before = f"{lead} {row.text[at : match.start()]}".strip()
        lead = ""
        if text_before or (start is not None and start == row.start and at == 0):
            pieces.append(Row(text_before, row.line, row.speaker, start, end, row.turn and not pieces))
        at, start, end = match.end(), match["start"], match["end"]
    rest = f"{lead} {row.text[at:]}".strip()
    if rest or not pieces:
        pieces.append(Row(rest, row.line, row.speaker, start, end, row.turn and not pieces))
    return pieces


def _with_their_times(rows: list[Row]) -> list[Row]:
    """The rows with words; the time of one without words goes to the next."""
    timed: list[Row] = []
    start: str | None = None
    end: str | None = None
    turn = False
    for row in rows:
        start, end = (row.start, row.end) if row.start is not None else (start, end)
        if not row.text:
            turn = turn or row.turn
            continue
        row.start, row.end, row.turn = start, end, row.turn or turn
        timed.append(row)
        start, end, turn = None, None, False
    return timed


def _lines(rows: list[Row], tally: Tally) -> list[Line]:
    stamps = [r.start for r in rows if r.start is not None]
    dial = Dial(stamps, sum(r.text.count(" ") + 1 for r in rows) if stamps else 0)
    starts: list[float | None] = [
        dial.seconds(r.start) if r.start is not None and dial.counts(r.start) else None for r in rows
    ]
    if dial.to_the_minute:
        starts = spread(starts)
    if remark := dial.remark():
        tally.warn(remark, rows[0].line)
    if not _forwards(starts, rows, tally):
        return [Line(r.text, r.speaker, turn=r.turn, file_line=r.line) for r in rows]
    ends = [dial.seconds(r.end) if r.end is not None and dial.counts(r.end) else None for r in rows]
    return [
        Line(r.text, r.speaker, start, _end(start, end), r.turn, r.line)
        for r, start, end in zip(rows, starts, ends, strict=True)
    ]


def _end(start: float | None, end: float | None) -> float | None:
    return end if start is not None and end is not None and end >= start else None


def _forwards(starts: list[float | None], rows: list[Row], tally: Tally) -> bool:
    """Whether the times go forwards, but for a few that go back, with a warning each."""
    timed = [(s, r.line) for s, r in zip(starts, rows, strict=True) if s is not None]
    back = [line for (a, _), (b, line) in itertools.pairwise(timed) if b < a]
    if len(back) > _BACK * len(timed) and len(back) > 1:
        tally.warn(f"{len(back)} of {len(timed)} times go backwards: none of them is used", back[0])
        return False
    for line in back[:_MOST_WARNINGS]:
        tally.warn("the time goes backwards here", line)
    if len(back) > _MOST_WARNINGS:
        tally.warn(f"the time goes backwards {len(back) - _MOST_WARNINGS} more times", back[_MOST_WARNINGS])
    return True
