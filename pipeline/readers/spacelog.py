"""Spacelog, a format for radio logs of space missions: "[00:00:02:32]", below it "CDR: words" and "_page : 8"."""

from __future__ import annotations

import itertools
import re

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.tally import Tally
from pipeline.text import numbered, words

_TIME = re.compile(r"\[(?P<before>-?)(?P<days>\d{1,3}):(?P<hours>\d\d):(?P<minutes>\d\d):(?P<seconds>\d\d)\]\s*$")
_KEY = re.compile(r"_[a-z]\w{0,20} ?:")
_TURN = re.compile(r"(?P<who>[^\s:\[][^:\[]{0,40}):(?P<words>.*)")
_LINK = re.compile(r"\[(?:glossary|time):([^\[\]|]+)(?:\|([^\[\]|]+))?\]")
_FITTING = 0.98  # minimum share of lines that fit the format


def sniff(document: Document) -> bool:
    """Whether a time with days comes first, nearly all lines fit the format, and one is a key with an underscore.

    Without such a key, the file is plain text.
    """
    first = next((row for row in document.head.split("\n") if row.strip() and not row.startswith("#")), "")
    if "\n_" not in document.text or not _TIME.match(first):
        return False
    rows = [row for row in document.rows() if row.strip()]
    fitting = sum(_is_apart(row) or row[0].isspace() or bool(_TIME.match(row) or _TURN.match(row)) for row in rows)
    return any(map(_KEY.match, rows)) and fitting >= _FITTING * len(rows)


def read(document: Document, tally: Tally) -> Captions:
    """Read each turn as a cue, up to the next time. Keys and comments, with their further lines, are recorded."""
    cues: list[Cue] = []
    start: float | None = None
    apart = False
    broken: list[int] = []
    for number, row in enumerate(document.rows(), 1):
        if not row.strip():
            continue
        apart = _is_apart(row) or (apart and row[0].isspace())
        if apart:
            tally.leave_out("headers", row, number)
        elif row[0].isspace() and cues:
            cues[-1].rows[0] += f" {_shown(row)}"
        elif match := _TIME.match(row):
            start = None if match["before"] else _seconds(match)
        elif match := _TURN.match(row):
            cues.append(Cue(start, None, [_shown(match["words"])], number, match["who"].strip()))
        elif words(row):
            tally.leave_out("broken lines", row, number)
            broken.append(number)
    if broken:
        tally.warn(f"{numbered(len(broken), 'line')} left out: neither a time nor a turn", broken[0])
    for cue, next_cue in itertools.pairwise(cues):
        cue.end = next_cue.start
    return Captions(cues)


def _is_apart(row: str) -> bool:
    """Whether a line is a key about the file or a comment."""
    return row.startswith("#") or _KEY.match(row) is not None


def _seconds(time: re.Match[str]) -> float:
    days, hours, minutes, seconds = map(int, time.group("days", "hours", "minutes", "seconds"))
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _shown(text: str) -> str:
    """The words, with what each link to the glossary or to another time shows in its place."""
    return " ".join(_LINK.sub(lambda link: link[2] or link[1], text).split())


READER = Reader("spacelog", "a Spacelog transcript", sniff, read)
