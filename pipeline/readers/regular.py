"""Captions that keep to their format from the first cue to the last, as programs write them: one pass over the text.

What strays anywhere is left to `timing.scan`, which looks at every line.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache

from pipeline.readers.cue_pieces import OPENING, Cue

_CLOCK = r"(?:\d{1,4}:)?\d\d:\d\d[.,]\d{3}"
_SETTINGS = r"(?: (?:region|vertical|line|position|size|align):\S+)*"
_NUMBERED, _BARE = (
    re.compile(rf"{number}(?P<start>{_CLOCK}) --> (?P<end>{_CLOCK}){_SETTINGS}[ \t]*\n(?P<text>(?:.+\n)*)\n+")
    for number in (r"\d{1,9}\n", "")
)
_PLAIN = {*string.ascii_letters, *string.digits, *map(chr, range(0xC0, 0x100)), *" \n,.'!;\"-"}
_MARK = b"\x01"
_LINES = re.compile(rf"(?:{OPENING}.*\n)+")
_MARKED = bytes(0 if chr(n) in _PLAIN else 1 for n in range(256))


def regular_cues(text: str, line: int = 1) -> list[Cue] | None:
    """The cues of a text that begins in this line of its file, None when it is anything else than one after another."""
    text = text.rstrip("\n") + "\n\n"
    pattern = _NUMBERED if text[:11].partition("\n")[0].isdigit() else _BARE
    above = 2 if pattern is _NUMBERED else 1
    marks = _marks(text)
    rough = _rough(text)
    cues: list[Cue] = []
    at = 0
    for match in pattern.finditer(text):
        if match.start() != at:
            return None
        opening, closing, said = match.groups()
        start, end = _seconds(opening), _seconds(closing)
        begin, stop = match.span("text")
        plain = marks.find(_MARK, begin, stop) < 0 and _LINES.fullmatch(text, begin, stop) is not None
        plain = plain and not (rough and _rough(said))
        rows = said.split("\n")
        at = match.end()
        rows.pop()
        cues.append(Cue(start, end if end > start else start, rows, line + above - 1, None, plain))
        line += above + len(rows) + at - stop
    return cues if at == len(text) and text.count("->") == len(cues) else None


def _rough(text: str) -> bool:
    """Whether blanks stand where they stand not between words."""
    return "  " in text or " - " in text or " \n" in text


def _marks(text: str) -> bytes:
    """A byte a character: whether it is another one than those of plain words, among which lines end."""
    return text.replace("?", ".").replace("’", "'").encode("latin-1", "replace").translate(_MARKED)


def _seconds(clock: str) -> float:
    """Seconds of "00:01:02.500" or "01:02,500"."""
    return (_minutes(clock[:-7]) * 60_000 + int(clock[-6:-4] + clock[-3:])) / 1000


@lru_cache(maxsize=1024)  # the same for all cues of a minute
def _minutes(clock: str) -> int:
    hours, _, minutes = clock.rpartition(":")
    return int(hours or 0) * 60 + int(minutes)
