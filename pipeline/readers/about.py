"""All that is known about a recording: from its side file, from the fields of its format, from its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.readers.dates import day_of, spelt_day
from pipeline.readers.facts import DATE
from pipeline.readers.headings import chapters_of
from pipeline.readers.names import key_of
from pipeline.readers.tally import BETWEEN_LINES, Tally
from pipeline.transcript import Metadata


def about(fields: Metadata, title: str | None, tally: Tally, file_lines: Sequence[int]) -> Metadata:
    """What the fields of a file say and, where they are silent, its text with this `title`.

    `file_lines` are the lines of the file in which its segments begin.
    """
    above_title, day = _above(tally.header_lines)
    title = title or above_title
    chapters = chapters_of(tally.headings, file_lines, (fields.title, title))
    known_roles = {role.speaker for role in fields.roles}
    return replace(
        fields.over(Metadata(title=title, published=day, chapters=chapters)),
        roles=(*fields.roles, *(role for role in tally.roles() if role.speaker not in known_roles)),
        header=BETWEEN_LINES.join(filter(None, (fields.header, tally.header_text))) or None,
    )


def _above(lines: Sequence[str]) -> tuple[str | None, str | None]:
    """The title and the day in lines above a talk: "Title: …", "Date: …", or a line that is only a day.

    None in place of one that several lines give.
    """
    titles: set[str] = set()
    days: set[str] = set()
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and key_of(key) == "title":
            titles.add(value.strip())
        if day := spelt_day(line) or (_day(value.strip()) if key_of(key) in DATE else None):
            days.add(day)
    return titles.pop() if len(titles) == 1 else None, days.pop() if len(days) == 1 else None


def _day(written: str) -> str | None:
    return spelt_day(written) or (day_of(written) if "-" in written else None)
