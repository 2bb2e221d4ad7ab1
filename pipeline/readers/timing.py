"""Timing lines of WebVTT, SubRip and SBV and the text below them, however far a file is from its format.

The libraries for these formats silently drop broken cues and text after an empty line, and give no line numbers.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.readers.clocks import folded
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.tally import Tally

_CLOCK = r"(?:\d{1,4}:)?\d{1,3}:\d{1,2}(?:[.,:;]\d{1,6})?"
ARROW = re.compile(rf"^\s*[\[(]?\s*(?P<start>{_CLOCK})\s*-{{1,2}}>\s*(?P<end>{_CLOCK})\s*[\])]?(?P<rest>(?:\s.*)?)$")
COMMAS = re.compile(r"^\s*(?P<start>\d{1,2}:\d{2}:\d{2}\.\d{1,3}),(?P<end>\d{1,2}:\d{2}:\d{2}\.\d{1,3})(?P<rest>\s*)$")
_SETTING = re.compile(r"^(?:region|vertical|line|position|size|align|X1|X2|Y1|Y2):\S+$")
_NEARLY = re.compile(
    r"^\s*[\d:.,;a-z]{0,14}\d[\d:.,;a-z]{0,14}\s*-*->\s*[\d:.,;a-z]{0,24}\s*$|^\s*[\d:.,;a-z]{0,14}\s*-*->\s*\d[\d:.,;a-z]{0,24}\b"
)
_MOST_WARNINGS = 5


def scan(rows: list[str], tally: Tally, *, timing: re.Pattern[str] = ARROW) -> list[Cue]:
    """The cues in a file's lines; the text of each goes to the next timing line, empty lines included.

    The line above a timing line is its cue's number or name if it comes after an empty line, or if it is a number
    where cues have numbers. What is above the first timing line and its name is recorded as left out.
    """
    times = [(i, m) for i, row in enumerate(rows) if ("->" in row or "," in row) and (m := timing.match(row))]
    broken = _broken(rows, times, tally)
    cues: list[Cue] = []
    lines_over = _lines_over(rows, [i for i, _ in times])
    for (i, _), lines in zip(times, lines_over, strict=True):
        if lines == 1 and not rows[i - 1].strip().isdigit():
            tally.leave_out("names of cues", rows[i - 1], i)
    stops = [*(i - lines for (i, _), lines in zip(times, lines_over, strict=True)), len(rows)]
    for i in range(stops[0]):
        tally.leave_out("text outside of cues", rows[i], i + 1)
    for (i, match), stop in zip(times, stops[1:], strict=True):
        text = [("" if k in broken else rows[k]) for k in range(i + 1, stop)] if broken else rows[i + 1 : stop]
        opening, closing, rest = match.group("start", "end", "rest")
        rest = rest.strip()
        if rest and not all(_SETTING.match(part) for part in rest.split()):
            text.insert(0, rest)
        first = seconds(opening)
        cues.append(Cue(first, max(first, seconds(closing)), text, i + 1))
    return cues


def seconds(clock: str) -> float:
    """The seconds of "00:01:02.500" or "01:02,5"; frames or milliseconds may follow a third colon."""
    parts = clock.replace(",", ".").replace(";", ":").split(":")
    if len(parts) == 4:
        parts = parts[:3] if "." in parts[3] else [parts[0], parts[1], f"{parts[2]}.{parts[3].zfill(3)}"]
    return round(folded(map(float, parts)), 3)


def _lines_over(rows: Sequence[str], times: Sequence[int]) -> list[int]:
    """How many lines above each timing line belong to its cue, as its number or name."""
    counts: list[int] = []
    above = [rows[i - 1].strip() if i > 0 else "" for i in times]
    numbered = sum(map(str.isdigit, above)) >= 0.5 * len(times)
    alone = {b for a, b in itertools.pairwise(times) if not any(map(str.strip, rows[a + 1 : b - 1]))}
    names = sum(_is_name(rows, i) for i in times if i not in alone) >= 0.5 * len(times)
    for i, over in zip(times, above, strict=True):
        number = over.isdigit()
        if i in alone and not (number and numbered):
            counts.append(0)  # it is the only text of the cue before
        elif (number and numbered) or ((number or names) and _is_name(rows, i)):
            counts.append(1)
        elif numbered and not over and i > 1 and rows[i - 2].strip().isdigit():
            counts.append(2)
        else:
            counts.append(0)
    return counts


def _is_name(rows: Sequence[str], i: int) -> bool:
    """Whether the line above a timing line comes after an empty line, or first in the file."""
    return i > 0 and bool(rows[i - 1].strip()) and (i == 1 or not rows[i - 2].strip())


def _broken(rows: Sequence[str], times: Sequence[tuple[int, re.Match[str]]], tally: Tally) -> set[int]:
    """The indices of lines with an arrow but no times, and of the numbers above them.

    Warns of these lines and of times without milliseconds.
    """
    time_rows = {i for i, _ in times}
    broken = [i for i, row in enumerate(rows) if "-->" in row and i not in time_rows and _NEARLY.match(row)]
    for i in broken:
        tally.leave_out("broken timing lines", rows[i], i + 1)
    for i in broken[:_MOST_WARNINGS]:
        tally.warn(f'this is not a valid timing line: "{rows[i].strip()[:60]}"', i + 1)
    if len(broken) > _MOST_WARNINGS:
        tally.warn(f"{len(broken) - _MOST_WARNINGS} more lines are not valid timing lines", broken[_MOST_WARNINGS] + 1)
    short = [i for i, m in times if "." not in m["start"] and "," not in m["start"]]
    if short:
        tally.warn("times without milliseconds", short[0] + 1)
    numbers = {i - 1 for i in broken if i > 1 and rows[i - 1].strip().isdigit() and not rows[i - 2].strip()}
    return set(broken) | numbers
