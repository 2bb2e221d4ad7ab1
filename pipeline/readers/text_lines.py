"""The lines of a text that may hold speech: what each could begin with, and whether a turn may begin there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.readers import markup
from pipeline.readers.cue_pieces import end_sentences
from pipeline.readers.evidence import Mark
from pipeline.readers.frames import BREAK
from pipeline.readers.heads import Head, head_of
from pipeline.readers.inner import Inner
from pipeline.readers.line_shapes import MARKS, clocks_are_words, plainer, shape_of
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence
from pipeline.readers.two_heads import settled
from pipeline.text import words

EMPHASIS = re.compile(r"^(?:_[^_]+_|\*[^*]+\*)$")
_FENCE = re.compile("`{3,}[^`]*")
_RULE = re.compile(r"^\s*(?:[-*_=~]\s*){3,}$")


@dataclass(slots=True)
class Text:
    """A line of the file: its number, its words, what its beginning could be, whether a turn could begin there."""

    number: int
    text: str
    head: Head | None
    begins: bool
    ruled: bool = False  # a rule is above it
    mark: Mark | None = None


def text_lines(rows: Sequence[str], number: int, tally: Tally) -> list[Text]:
    """The lines that may hold speech, cut before labels inside them; `number` is that of the first one."""
    changes = any(">>" in row for row in rows)
    inner = Inner(rows, chevrons=True, end=changes and end_sentences(rows))
    lines = _Lines(rows, tally)
    for n, row in inner.numbered(rows, number):
        if row != BREAK:
            lines.take(n, row)
    for i, head in settled([line.head for line in lines.taken]).items():
        line = lines.taken[i]
        line.head, line.begins = head, line.begins or _strong(head)
    return lines.taken


class _Lines:
    """Takes the lines of a file, one after the other, as each depends on what is above it."""

    def __init__(self, rows: Sequence[str], tally: Tally) -> None:
        self.taken: list[Text] = []
        self._tally = tally
        self._shape, self._clocks_are_words = shape_of(rows), clocks_are_words(rows)
        self._apart = True  # above are an empty line, a heading, a rule or the like
        self._ruled = False
        self._above = ""  # the last line taken

    def take(self, number: int, row: str) -> None:
        """Take a line unless nothing in it may be speech."""
        line = markup.without_templates(row.strip().strip(MARKS), self._tally, number, first=not self.taken)
        if line[:2] == "- ":
            line = _item(line)
        if not line:
            self._apart = True
        elif line[0] in "`-*_=~" and (_FENCE.fullmatch(line) or _RULE.match(line)):
            self._apart, self._ruled = True, line[0] != "`"
        elif line[0] != "|" or (line := _with_tabs(line)):
            self._take_filled(number, line)

    def _take_filled(self, number: int, line: str) -> None:
        if "\t" in line or "([" in line or not line[0].isalpha():  # tested first, since most lines are plain
            line = plainer(line, self._shape)
        head = head_of(line)
        if kind := _no_speech(line, head):
            self._tally.leave_out(kind, line, number)
            self._apart = True
            return
        begins = self._apart or ends_sentence(self._above)
        if head is not None and self._clocks_are_words and _begins_with_clock(line, head):
            # "I am free at", and "10:30, I think." on the next line
            head = head if begins and not head.plain[:1].islower() else None
        if head is not None:
            begins = begins or head.stamp is not None or head.chevron or _strong(head)
        self.taken.append(Text(number, line, head, begins, self._ruled))
        self._apart = head is not None and (head.heading or head.shape == "T")
        self._above, self._ruled = line, False


def _item(line: str) -> str:
    """An item of a list without its dash, which begins no turn; in emphasis, it is not a heading."""
    item = line[2:].lstrip()
    return item[1:-1] if EMPHASIS.match(item) else item


def _with_tabs(line: str) -> str:
    """A line that begins with a bar; a row of a table has tabs between its cells instead, and is "" without words."""
    if line[-1] != "|" or line.count("|") <= 2:
        return line
    cells = "\t".join(cell.strip() for cell in line.strip("|").split("|"))
    return cells if words(cells) else ""


def _no_speech(line: str, head: Head | None) -> str | None:
    """What a line is, if its form alone shows that it is not speech; else None."""
    addressed = head is not None and head.name and head.stamp and not head.rest  # "0:09 - Lin Ott (lin@pier.org)"
    if not addressed and markup.only_a_link(line):
        return "lines that are links"
    return "headings" if head is None and line[0] in "_*" and EMPHASIS.match(line) else None


def _begins_with_clock(line: str, head: Head) -> bool:
    """Whether a line begins with a clock without brackets, and with no label."""
    return line[0].isdigit() and head.shape in ("T ", "T N/")


def _strong(head: Head) -> bool:
    """Whether a head begins a turn even if the line above ends no sentence: it is in brackets or capitals."""
    name = head.name
    if not name or not head.rest:
        return False
    return head.shape.startswith(("[N]", "N\u3000", "N「", "N|")) or (
        len(name) > 2 and name.isupper() and not head.rest.isupper() and ":" in head.shape
    )
