"""The headings of a text as chapters, each with the line that it stands above."""

from __future__ import annotations

import itertools
import string
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from pipeline.readers import markup
from pipeline.readers.clocks import stamp_at
from pipeline.readers.contacts import has_contact
from pipeline.readers.lines import Line
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence
from pipeline.transcript import Chapter

_LONGEST = 120  # characters
_MOST = 60  # chapters; more headings than that are no division of a talk
_OVER_ONE_LINE = 3  # more headings with nothing said between them are a table of contents
_FRONT = "#" + string.whitespace  # marks in front of a title, and behind it
_BEHIND = f"{_FRONT}:："


def chapters_of(
    headings: Sequence[tuple[int, str]], file_lines: Sequence[int], titles: Sequence[str | None]
) -> tuple[Chapter, ...]:
    """The chapters of a text whose segments begin in these lines of the file, except the recording's own titles.

    Headings that recur ("Applause") divide nothing, nor does one after the last words.
    """
    if not headings or any(a > b for a, b in itertools.pairwise(file_lines)):
        return ()  # cues are sorted by their times
    found = [
        (1 + bisect_right(file_lines, line), _title(text, line))
        for line, text in sorted(headings)
        if not _may_be_direction(text)
    ]
    above, times = Counter(line for line, _ in found), Counter(title.casefold() for _, title in found)
    own = {(title or "").casefold() for title in titles}
    chapters = tuple(
        Chapter(title, line=line)
        for line, title in found
        if line <= len(file_lines)
        and above[line] <= _OVER_ONE_LINE
        and _names_something(title)
        and times[title.casefold()] == 1
        and title.casefold() not in own
    )
    return chapters if len(chapters) <= _MOST else ()


def apart_at_headings(lines: list[Line], headings: Sequence[tuple[int, str]]) -> list[Line]:
    """The lines; one below a heading is never joined to the line above it."""
    if not headings:
        return lines
    above = sorted(line for line, _ in headings)
    numbers = [0, *(line.file_line for line in lines)]
    return [
        line if bisect_left(above, line.file_line) == bisect_left(above, before) else line._replace(turn=True)
        for before, line in zip(numbers, lines, strict=False)
    ]


def _title(text: str, line: int) -> str:
    """A heading without its marks and its time."""
    title = markup.unmarked(_unmarked(text), Tally(), line)
    stamp = stamp_at(title)
    return _unmarked(title[stamp.stop :].lstrip(" -–—|") if stamp else title)


def _unmarked(text: str) -> str:
    return text.strip().lstrip(_FRONT).rstrip(_BEHIND).strip()


def _may_be_direction(text: str) -> bool:
    """Whether a line in italics may say what happens, as "*she laughs*" does."""
    inner = text.strip("_*")
    return text[:1] in "_*" and text[:2] not in ("**", "__") and (inner[:1].islower() or ends_sentence(inner))


def _names_something(title: str) -> bool:
    return any(map(str.isalpha, title)) and len(title) <= _LONGEST and not has_contact(title)
