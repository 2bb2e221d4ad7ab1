"""Numbers of lines that a model writes behind its words, as lines are shown to it: they are citations and no text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.draft import DraftStatement
from pipeline.numbering import NumberedLine
from pipeline.tables import BETWEEN
from pipeline.text import UNSPACED

_RUN = re.compile(r"(\d{1,7})(?:\s?[-–]\s?(\d{1,7}))?")
_AT_THE_END = re.compile(
    rf"(?:(?<!\s)\s+|(?<=[{UNSPACED}。]))(\[{_RUN.pattern}(?:\s?,\s?{_RUN.pattern})*\])\s?(?P<mark>[.。]?)$"
)
_ENDS = tuple('.。!?！？…"”»）)]')  # what a sentence may end with, or another bracket
_BAR = BETWEEN.strip()
_MOST, _LONGEST = 4, 400  # brackets behind a text, and characters of one


def without_numbers(text: str, cited: Collection[int], lines: Sequence[NumberedLine]) -> str:
    """A text without the numbers of lines at its end, if it cites these segments in them: "… a tenth. [2, 5-7]".

    Those inside a sentence are taken off only where they are all the lines that it cites. Numbers of other lines stay,
    and so do those that the lines themselves have in brackets, and those that are all that a cell holds.
    """
    text = text.rstrip()
    if "]" not in text[-3:]:  # nearly all
        return text
    shown = [line for line in lines if any(line.first <= n <= line.last for n in cited)]
    for _ in range(_MOST):
        found = _AT_THE_END.search(text[-_LONGEST:])
        if not found:
            return text
        before, mark = text[: len(text) - len(found[0])], found["mark"]
        if not before or before.endswith(_BAR) or not _are_of(found[1], before, shown, lines):
            return text
        text = before if before[-1] == mark else before + mark
    return text


def _are_of(numbers: str, before: str, shown: Sequence[NumberedLine], lines: Sequence[NumberedLine]) -> bool:
    """Whether these are the numbers of some of the lines shown, of all inside a sentence, and no words of theirs."""
    runs = [(int(first), int(last or first)) for first, last in _RUN.findall(numbers)]
    own = {line.first for line in shown}
    told = {n for run in runs for n in run}
    told |= {line.first for line in lines if any(first <= line.first <= last for first, last in runs)}
    fitting = own >= told if before.endswith(_ENDS) else own == told
    return fitting and not any(numbers in line.text for line in shown)


def told_without_numbers(statement: DraftStatement, lines: Sequence[NumberedLine]) -> DraftStatement:
    """A statement and those below it without the numbers of the lines that they cite."""
    details = tuple(told_without_numbers(d, lines) for d in statement.details)
    text = without_numbers(statement.text, statement.lines, lines)
    if text == statement.text and details == statement.details:
        return statement
    return replace(statement, text=text, details=details)
