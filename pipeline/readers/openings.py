"""What programs write above a transcript and into its file's name: title, day, guests, and summaries of their own.

Each is recognised by the form that its program always gives it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from pipeline.readers.clocks import stamp_at
from pipeline.readers.contacts import without_contacts
from pipeline.readers.dates import day_of, spelt_day
from pipeline.readers.heads import head_of
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence
from pipeline.text import linkable
from pipeline.transcript import Metadata

_FIRST, _DEEPEST = 60, 1_500  # lines of an opening, and of one with a program's notes
_DAY = r"(?P<day>20\d\d[-_/.]?\d\d[-_/.]?\d\d)"
_TEAMS = re.compile(rf"(?P<title>.+)-{_DAY}_\d{{6}}(?:UTC)?-\D+")
_MEET = re.compile(rf"(?P<title>.+) \({_DAY}(?: at)? \d\d[:_]\d\d [^()]*\)(?: ?[-–] \S.*)?")
_FILE_NAMES = (
    re.compile(rf"GMT{_DAY}-\d{{6}}_Recording.*"),  # Zoom
    _TEAMS,
    _MEET,
    re.compile(rf"Meeting started {_DAY} \d\d[:_]\d\d .+"),  # Meet with Gemini
    re.compile(rf"(?P<title>.+?) [-–] {_DAY} \d\d[:_]\d\d .+"),
    re.compile(r"(?P<title>.+)_otter_ai(?: \(\d+\))?"),
)
_MEDIA = re.compile(
    r"(?P<title>[^/\\:]{1,120})\.(?:mp3|mp4|m4a|m4v|wav|mov|webm|mkv|ogg|opus|aac|flac|wma|avi)"
)  # Sonix
_IN_UNITS = r"(?:\d{1,3} ?h[a-z]* ?)?(?:\d{1,3} ?m[a-z]*\.? ?)?(?:\d{1,2} ?s[a-z]*\.?)?"  # "1h 2m 3s"
_DATED = re.compile(rf"(?P<date>.{{6,60}}?) [•·] (?:\d{{1,2}}(?::\d\d){{1,2}}|{_IN_UNITS})")  # Otter, tl;dv
_WITHOUT_YEAR = re.compile(r"[A-Z][a-z]{2}, \d{1,2}/\d{1,2} \d{1,2}:\d\d[AP]M")  # Otter until 2022
_LENGTH = re.compile(_IN_UNITS)
_ENDED = re.compile(r"(?P<title>.+) [-–] [^\W\d_]+")  # Meet: "Harbour budget - Transcript"
_FATHOM = re.compile(r"(?P<title>.+) - [A-Z][a-z]+ \d{1,2}")
_RECORDING = "VIEW RECORDING - "
_TRANSCRIPT = "📖"  # Gemini, above the transcript
_INVITED, _MAILED = "Invited ", re.compile(r"\[([^\[\]]+)\]\(mailto:")
_SPEAKERS = "SPEAKERS"
_MARK = re.compile(r"^[#\s]+|\*\*|\\(?=[-!-/])")


class _Row(NamedTuple):
    """A line that is not empty: its index among all, and its words without marks."""

    at: int
    text: str


class _Opening(NamedTuple):
    """The lines of an opening, by their indices, and what it says."""

    lines: range
    facts: Metadata


def without_opening(text: str, tally: Tally) -> tuple[str, Metadata]:
    """The text with the lines of a program's opening emptied, and what they say."""
    most = _DEEPEST if _TRANSCRIPT in text else _FIRST
    lines = text.split("\n", most)
    rows = [_Row(i, row) for i, line in enumerate(lines[:most]) if (row := _MARK.sub("", line).strip())]
    rows = [row for row in rows if not row.text.startswith("<!--")]  # a converter's
    opening = _otter(rows) or _teams(rows) or _meet(rows, lines) or _fathom(rows) or _media(rows)
    if opening is None:
        return text, Metadata()
    tally.leave_out(
        "text before the transcript",
        "\n".join(lines[opening.lines.start : opening.lines.stop]),
        opening.lines.start + 1,
    )
    for i in opening.lines:
        lines[i] = ""
    return "\n".join(lines), opening.facts


def named(file: str) -> Metadata:
    """What a file's name says, if it has the form that a program gives it."""
    name = PurePath(file).stem
    match = next((match for form in _FILE_NAMES if (match := form.fullmatch(name))), None)
    parts = match.groupdict() if match else {}
    return Metadata(title=(parts.get("title") or "").strip() or None, published=day_of(parts.get("day")))


def _up_to(rows: Sequence[_Row], last: int) -> range:
    return range(rows[0].at, rows[last].at + 1)


def _otter(rows: Sequence[_Row]) -> _Opening | None:
    """A title, a day with the length, and sections up to the first turn: a summary, keywords, speakers."""
    dated = _DATED.fullmatch(rows[1].text) if len(rows) > 2 else None
    day = spelt_day(dated["date"]) if dated else None
    if dated is None or not (day or _WITHOUT_YEAR.fullmatch(dated["date"])):
        return None
    last = 1
    for n, row in enumerate(rows[2:], 2):
        if row.text == _SPEAKERS and n + 1 < len(rows):
            last = n + 1
            break
        head = head_of(row.text)
        if head is not None and head.stamp is not None and (head.name or not head.rest):
            last = n - 1
            break
    return _Opening(
        _up_to(rows, last), Metadata(title=rows[0].text, published=day, header=None if day else dated["date"])
    )


def _teams(rows: Sequence[_Row]) -> _Opening | None:
    """A title, which may hold the day, a day with a time, and the length."""
    texts = [row.text for row in rows[:3]]
    if len(texts) < 3:
        return None
    match, day = _TEAMS.fullmatch(texts[0]), spelt_day(texts[1])
    dated = day is not None and _LENGTH.fullmatch(texts[2]) is not None
    if match is None and not dated:
        return None
    title, stamped = (match["title"], day_of(match["day"])) if match else (texts[0], None)
    return _Opening(_up_to(rows, 2 if dated else 0), Metadata(title=title, published=stamped or day))


def _meet(rows: Sequence[_Row], lines: Sequence[str]) -> _Opening | None:
    """A day, a title and the first time, perhaps below Gemini's notes; or a title with its day, and the attendees."""
    if rows and (match := _MEET.fullmatch(rows[0].text)):
        listed = len(rows) > 3 and len(rows[1].text.split()) == 1 and _lists_names(rows[2].text)
        header = f"{rows[1].text}: {rows[2].text}" if listed else None
        facts = Metadata(title=match["title"], published=day_of(match["day"]), header=header)
        return _Opening(_up_to(rows, 2 if header else 0), facts)
    places = [n for n in range(len(rows) - 2) if n == 0 or rows[n - 1].text.startswith(_TRANSCRIPT)]
    for day_row, title_row, time_row in (rows[n : n + 3] for n in places):
        match, stamp = _ENDED.fullmatch(title_row.text), stamp_at(time_row.text)
        if match and stamp and stamp.stop == len(time_row.text) and (day := spelt_day(day_row.text)):
            invited = next((r for r in rows[:_FIRST] if r.at < day_row.at and r.text.startswith(_INVITED)), None)
            names = _MAILED.findall(lines[invited.at]) if invited else []
            written = f"{_INVITED}{', '.join(names)}" if names else without_contacts(invited.text) if invited else ""
            header = written if written != _INVITED.strip() else None
            facts = Metadata(title=match["title"], published=day, header=header)
            return _Opening(range(rows[0].at, title_row.at + 1), facts)
    return None


def _lists_names(text: str) -> bool:
    """Whether a line is a list with commas and no sentence, in which every name begins with no small letter."""
    items = [item.strip() for item in text.split(",")]
    return len(items) > 1 and not ends_sentence(text) and ":" not in text and not any(i[:1].islower() for i in items)


def _fathom(rows: Sequence[_Row]) -> _Opening | None:
    """A title with its day, and the address of the recording."""
    if len(rows) < 2 or not rows[1].text.startswith(_RECORDING) or not (match := _FATHOM.fullmatch(rows[0].text)):
        return None
    url = linkable(rows[1].text.rpartition(" ")[2])
    return _Opening(_up_to(rows, 1), Metadata(title=match["title"], url=url, header=rows[0].text))


def _media(rows: Sequence[_Row]) -> _Opening | None:
    """The name of the file that was transcribed."""
    match = _MEDIA.fullmatch(rows[0].text) if rows else None
    return _Opening(_up_to(rows, 0), Metadata(title=match["title"].strip())) if match else None
