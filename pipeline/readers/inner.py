"""Labels inside a paragraph: "… we begin. Jonas Abel: We packed …". Lines are cut before those that recur in a file.

Whether they name speakers is decided as for any line; if not, the part joins the line before it again.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pipeline.readers.labels import IN_BRACKETS, role_off
from pipeline.text import SENTENCE_ENDS, WIDE_ENDS

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_NAME = rf"{_CAPITAL}[\w'’.-]{{0,30}}(?: {_CAPITAL}[\w'’.-]{{0,30}}){{0,3}}"
_INNER = re.compile(
    rf"(?:(?<=[{SENTENCE_ENDS}] )|(?<=[{SENTENCE_ENDS}][\"”’)*] )|(?<=[{WIDE_ENDS}])|(?<=\s)(?=>>))(?:>{{2,}}[ \t]*)?"
    r"(?:[\[(]\d[\d:.,]{2,12}[\])][ \t]?)?"
    rf"[*_]{{0,2}}[\[(]?(?P<name>{_NAME})[\])]?(?: {IN_BRACKETS})?[*_]{{0,2}}(?::(?=\s|[*_])|：)"
)
_CHEVRON = re.compile(r"(?:(?<=\S)\s+|(?<=[\])]))(?=(?:>{2,}|&gt;&gt;)(?:\s|$))")
_OPENS = rf"(?:{_CAPITAL}(?:['’]?[a-zß-öø-ÿ]|\s+[a-zß-öø-ÿ]{{2}})|{_NAME}[:：])"  # beginning of a sentence or label
_BETWEEN = re.compile(
    rf"(?<=[.?!…\"”’)\]—–♪,-])(?:{_CHEVRON.pattern})|(?:{_CHEVRON.pattern})(?=(?:>{{2,}}|&gt;&gt;)\s+{_OPENS})"
)
_FAR = 70  # characters from the start, after which a label is not the line's own


class Inner:
    """The labels inside the lines of a file, which has `others` more lines that hold no colon.

    If `chevrons`, ">>" is a change of speaker too; if sentences `end` with signs, only after one or before a sentence
    or label.
    """

    def __init__(self, lines: Sequence[str], *, chevrons: bool, end: bool = False, others: int = 0) -> None:
        counts = Counter(match["name"] for line in filter(_may_hold, lines) for match in _INNER.finditer(line))
        self._chevrons = chevrons and any(">>" in line or "&gt;&gt;" in line for line in lines)
        self._change = _BETWEEN if end else _CHEVRON
        self.names: set[str] = set()
        if not counts:
            return
        starts = Counter(_own_label(line) for line in lines if ":" in line)
        recurring = {name for name, n in counts.items() if n + starts[name] > 1}
        if sum(counts[name] for name in recurring) <= others + sum(map(bool, map(str.strip, lines))):
            # Lines have labels of their own: one that begins no line is part of the words, as in "First: …".
            recurring = {
                name for name in recurring if starts[name] > 1 or (starts[name] and (" " in name or counts[name] > 1))
            }
        self.names = recurring

    def numbered(self, lines: Iterable[str], start: int) -> Iterator[tuple[int, str]]:
        """The parts of all lines, each with the number of its line."""
        numbered = enumerate(lines, start)
        if not (self.names or self._chevrons):
            return numbered
        return ((number, part) for number, line in numbered for part in self.parts(line))

    def parts(self, line: str) -> list[str]:
        """A line cut before the labels inside it and, if wanted, before ">>"."""
        cuts: list[int] = []
        if self.names and _may_hold(line):
            cuts = [m.start() for m in _INNER.finditer(line) if m["name"] in self.names]
        if self._chevrons and (">>" in line or "&gt;&gt;" in line):
            cuts = sorted({*cuts, *(m.end() for m in self._change.finditer(line))})
        if not cuts:
            return [line]
        return [line[a:b].strip() for a, b in itertools.pairwise([0, *cuts, len(line)]) if line[a:b].strip()]


def _own_label(line: str) -> str:
    """The beginning of a line up to its first colon, without marks and role."""
    label = line.lstrip("[(*_>- \t").split(":", 1)[0].rstrip("]*_ ")
    return role_off(label) if "(" in label else label.rstrip(")")


def _may_hold(line: str) -> bool:
    """Whether a line has a colon besides that of its own label."""
    return (":" in line and (line.count(":") > 1 or line.find(": ", _FAR) > 0)) or "：" in line
