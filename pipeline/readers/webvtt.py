"""WebVTT: voices, headers, regions, styles, settings and notes; a missing header gives a warning."""

from __future__ import annotations

import itertools
import re

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.metadata import lenient
from pipeline.readers.tally import Tally
from pipeline.readers.timing import ARROW, scan
from pipeline.transcript import Metadata

_BLOCK = re.compile(r"^(NOTE|STYLE|REGION)(?:[ \t].*)?$")
_WEBEX = re.compile(r'^(?P<number>\d+) "(?P<name>[^"\n]{1,80})" \(\d+\)[ \t]*$')  # with the person's number
_DOTTED = re.compile(r"^\s*(?:\d{1,4}:)?\d{1,2}:\d{2}\.\d{1,3}\s*-->")
_FIELD = re.compile(r"^(?:NOTE )?(?P<key>[A-Za-z][A-Za-z ]{2,30}):(?P<value>.{2,300})$")
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z-]{2,12})[ \t]*$", re.MULTILINE)


def sniff(document: Document) -> bool:
    """Whether there is a WEBVTT header; or arrows between times with dots and no cue numbers, or the ending .vtt."""
    if document.head.startswith("WEBVTT"):
        return True
    rows = document.head.split("\n")
    times = [i for i, row in enumerate(rows) if "-->" in row]
    if not any(ARROW.match(rows[i]) for i in times):
        return False
    numbered = any(rows[i - 1].strip().isdigit() for i in times[:3] if i)
    return document.suffix == ".vtt" or (not numbered and all(_DOTTED.match(rows[i]) for i in times[:3]))


def read(document: Document, tally: Tally) -> Captions:
    """Read the cues; notes, styles, regions and header lines are recorded as left out."""
    rows = document.rows()
    first = next((i for i, row in enumerate(rows) if row.strip()), 0)
    language = None
    if rows[first].startswith("WEBVTT") and "-->" in rows[first]:
        rows[first] = rows[first].removeprefix("WEBVTT")  # the first time is glued to it
    elif rows[first].startswith("WEBVTT"):
        end = next((i for i in range(first, len(rows)) if not rows[i].strip() or "-->" in rows[i]), len(rows))
        language = _header(rows[first:end], first + 1, tally)
        rows[first:end] = [""] * (end - first)
    elif any("-->" in row for row in rows[:200]):
        tally.warn("no WEBVTT header: read as WebVTT anyway", first + 1)
    notes = _notes(rows)
    rows = _without_blocks(rows, tally)
    voices = _voices(rows)
    cues = scan(rows, tally)
    for cue in cues:
        cue.voice = voices.get(cue.line)
    return Captions(cues, Metadata(language=language).over(notes))


def _header(rows: list[str], line: int, tally: Tally) -> str | None:
    """The language named in a header, all of which is recorded as left out."""
    tally.leave_out("headers", "\n".join([rows[0][6:], *rows[1:]]), line)
    match = _LANGUAGE.search("\n".join(rows))
    return match[1] if match else None


def _notes(rows: list[str]) -> Metadata:
    """What notes above the first cue say: "language:en-gb" of Teams, "Podcast: …" and "Episode: …" of Podlove."""
    above = itertools.takewhile(lambda row: "-->" not in row, rows)
    found = [match for row in above if (match := _FIELD.match(row))]
    values = {match["key"].strip().lower(): match["value"].strip(' "') for match in found}
    if episode := values.pop("episode", None):
        values.setdefault("title", episode)
    return lenient(values)


def _without_blocks(rows: list[str], tally: Tally) -> list[str]:
    """The lines with notes, styles and regions emptied, each up to the next empty or timing line."""
    new_rows = rows.copy()
    for i, row in enumerate(rows):
        if (block := _BLOCK.match(row)) and (i == 0 or not rows[i - 1].strip()):
            kind = "notes" if block[1] == "NOTE" else "styles and regions"
            for k in itertools.takewhile(lambda k: rows[k].strip() and "-->" not in rows[k], range(i, len(rows))):
                tally.leave_out(kind, rows[k].removeprefix("NOTE"), k + 1)
                new_rows[k] = ""
    return new_rows


def _voices(rows: list[str]) -> dict[int, str]:
    """The speakers by the number of their cue's timing line; in `rows`, their lines keep only the cue's number."""
    voices: dict[int, str] = {}
    for i in range(len(rows) - 1):
        if '"' in rows[i] and "-->" in rows[i + 1] and (match := _WEBEX.match(rows[i])):
            voices[i + 2], rows[i] = match["name"], match["number"]
    return voices


READER = Reader("webvtt", "WebVTT captions", sniff, read)
