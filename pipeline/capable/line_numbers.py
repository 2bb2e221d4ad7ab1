"""Remove line numbers that a model writes after its text in the form it sees them: they are citations, not text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pipeline.draft import DraftStatement, updated
from pipeline.numbering import NumberedLine
from pipeline.tables import BETWEEN
from pipeline.text import SENTENCE_ENDS, UNSPACED

_RUN = re.compile(r"(\d{1,7})(?:\s?[-–]\s?(\d{1,7}))?")
_AT_THE_END = re.compile(
    rf"(?:(?<!\s)\s+|(?<=[{UNSPACED}。]))(\[{_RUN.pattern}(?:\s?,\s?{_RUN.pattern})*\])\s?(?P<mark>[.。]?)$"
)
_ENDS = tuple(f'{SENTENCE_ENDS}"”»）)]')  # what a sentence may end with, or another bracket
_BAR = BETWEEN.strip()
_MOST, _LONGEST = 4, 400  # brackets after a text, and the part of it that is searched, in characters


def without_numbers(text: str, cited: Collection[int], lines: Sequence[NumberedLine]) -> str:
    """A text that cites these segments, without line numbers at its end, as in "… a tenth. [2, 5-7]".

    - After a sentence, they are removed if all of them are numbers of cited lines.
    - Within a sentence, they are removed only if they are the numbers of all cited lines and no other.
    - They stay if a cited line contains the same brackets, and if they are all that a cell contains.
    """
    text = text.rstrip()
    if "]" not in text[-3:]:  # true of nearly all texts
        return text
    cited_lines = [line for line in lines if any(line.first <= n <= line.last for n in cited)]
    for _ in range(_MOST):
        match = _AT_THE_END.search(text[-_LONGEST:])
        if not match:
            return text
        before, mark = text[: len(text) - len(match[0])], match["mark"]
        if not before or before.endswith(_BAR) or not _are_citations(match[1], before, cited_lines, lines):
            return text
        text = before if before[-1] == mark else before + mark
    return text


def _are_citations(
    numbers: str, before: str, cited_lines: Sequence[NumberedLine], lines: Sequence[NumberedLine]
) -> bool:
    """Whether the numbers after a text are those of cited lines; within a sentence they have to be those of all.

    Brackets that a cited line contains too are its own words.
    """
    runs = [(int(first), int(last or first)) for first, last in _RUN.findall(numbers)]
    cited_numbers = {line.first for line in cited_lines}
    named_numbers = {n for run in runs for n in run}
    named_numbers |= {line.first for line in lines if any(first <= line.first <= last for first, last in runs)}
    fitting = cited_numbers >= named_numbers if before.endswith(_ENDS) else cited_numbers == named_numbers
    return fitting and not any(numbers in line.text for line in cited_lines)


def statement_without_numbers(statement: DraftStatement, lines: Sequence[NumberedLine]) -> DraftStatement:
    """The statement and those nested below it, without the numbers of the lines that they cite."""
    details = tuple(statement_without_numbers(d, lines) for d in statement.details)
    text = without_numbers(statement.text, statement.lines, lines)
    return updated(statement, text=text, details=details)
