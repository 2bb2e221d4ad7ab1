"""Numbers of lines that a model writes behind its words, as lines are shown to it: they are citations and no text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.draft import DraftStatement
from pipeline.numbering import NumberedLine
from pipeline.text import UNSPACED

_RUN = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_AT_THE_END = re.compile(
    rf"(?:\s+|(?<=[{UNSPACED}。]))(\[{_RUN.pattern}(?:\s*,\s*{_RUN.pattern})*\])\s*(?P<mark>[.。]?)\s*$"
)


def without_numbers(text: str, cited: Collection[int], lines: Sequence[NumberedLine]) -> str:
    """A text without the numbers of lines at its end, if it cites these segments in them: "… a tenth. [2, 5-7]".

    Numbers of other lines stay, and so do those that the lines themselves have in brackets.
    """
    shown = [line for line in lines if any(line.first <= n <= line.last for n in cited)]
    while (found := _AT_THE_END.search(text)) and _are_of(found[1], shown, lines):
        before, mark = text[: found.start()], found["mark"]
        if not before:
            break
        text = before if before[-1] == mark else before + mark
    return text


def _are_of(numbers: str, shown: Sequence[NumberedLine], lines: Sequence[NumberedLine]) -> bool:
    """Whether these are the numbers of some of the lines shown, and no words of theirs."""
    runs = [(int(first), int(last or first)) for first, last in _RUN.findall(numbers)]
    own = {line.first for line in shown}
    between = {line.first for line in lines if any(first <= line.first <= last for first, last in runs)}
    return own >= {n for run in runs for n in run} | between and not any(numbers in line.text for line in shown)


def told_without_numbers(statement: DraftStatement, lines: Sequence[NumberedLine]) -> DraftStatement:
    """A statement and those below it without the numbers of the lines that they cite."""
    details = tuple(told_without_numbers(d, lines) for d in statement.details)
    return replace(statement, text=without_numbers(statement.text, statement.lines, lines), details=details)
