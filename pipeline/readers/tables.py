"""Tables with a header: Whisper's TSV, CSV exports with columns for start, end, speaker and text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from pipeline.readers.base import Document, Parsed, Reader
from pipeline.readers.clocks import Dial
from pipeline.readers.cues import Cue, cue_lines
from pipeline.readers.tally import Tally

_TEXT = ("text", "transcript", "sentence", "utterance", "content", "caption", "subtitle", "dialogue", "words")
_START = ("start", "start_time", "starttime", "start time", "begin", "from", "timestamp", "time", "in", "start (s)")
_END = ("end", "end_time", "endtime", "end time", "to", "stop", "out", "end (s)")
_CLOCK = re.compile(r"\d{1,3}(?::\d{1,2}){1,2}(?:[.,:;]\d{1,6})?(?: ?[aApP][mM])?")
_SPEAKER = ("speaker", "speaker_name", "speaker name", "speakername", "name", "who", "speaker_label")


def sniff(document: Document) -> bool:
    """A first line that names a column for the text and one for time or speaker, above rows of such columns."""
    header, *rows = [line for line in document.head.split("\n", 3) if line.strip()][:2] or [""]
    found = _columns(header)
    # A table of Markdown that lost the bar before its header is one still: its rows are lines of text.
    return found is not None and not (found[0] == "|" and rows and rows[0].lstrip().startswith("|"))


def _columns(header: str) -> tuple[str, list[str]] | None:
    if header.lstrip().startswith("|"):
        return None  # a table of Markdown, whose rows are lines of text
    for delimiter in ("\t", ",", ";", "|"):
        names = [cell.strip().strip('"').casefold() for cell in header.split(delimiter)]
        other = any(n in (*_START, *_SPEAKER) for n in names)
        if len(names) > 1 and any(n in _TEXT for n in names) and other:
            return delimiter, names
    return None


def read(document: Document, tally: Tally) -> Parsed:
    """A cue a row. Whole numbers for times are milliseconds when they are as large as Whisper's."""
    rows = document.text.lstrip("\n").split("\n", 1)
    found = _columns(rows[0].strip())
    if found is None or len(rows) < 2:
        return Parsed([])
    delimiter, names = found
    text, start, end, speaker = (_index(names, known) for known in (_TEXT, _START, _END, _SPEAKER))
    cues: list[Cue] = []
    clocks: list[tuple[str, str]] = []
    csv.field_size_limit(10_000_000)
    for number, cells in enumerate(_cells(rows[1], delimiter), 2):
        if len(cells) <= (text or 0):
            tally.leave_out("rows without text", delimiter.join(cells), number)
            continue
        said = delimiter.join(cells[text or 0 :]) if text == len(names) - 1 else cells[text or 0]
        if text != len(names) - 1 and (surplus := [cell for cell in cells[len(names) :] if cell.strip()]):
            tally.leave_out("cells beyond the last column", delimiter.join(surplus), number)
        clocks.append((_cell(cells, start), _cell(cells, end)))
        cues.append(Cue(None, None, said.split("\n"), number, _cell(cells, speaker) or None))
    _put_times(cues, clocks, tally)
    return Parsed(cue_lines(cues, tally, document.label))


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    """The cells of each row. Between tabs, quotation marks are part of the text."""
    if delimiter == "\t":
        return (row.split("\t") for row in text.split("\n") if row)
    return csv.reader(io.StringIO(text), delimiter=delimiter)


def _index(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _cell(cells: list[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def _put_times(cues: list[Cue], clocks: list[tuple[str, str]], tally: Tally) -> None:
    for cue, pair in zip(cues, clocks, strict=True):
        for cell in pair:
            if cell and not _number(cell) and not _CLOCK.fullmatch(cell):
                tally.leave_out("cells that are no times", cell, cue.line)
    words = sum(len(row.split()) for cue in cues for row in cue.rows)
    if any(":" in a for a, _ in clocks):
        dial = Dial([a for a, _ in clocks if _CLOCK.fullmatch(a)], words)
        for cue, (a, b) in zip(cues, clocks, strict=True):
            cue.start = dial.seconds(a) if _CLOCK.fullmatch(a) else None
            cue.end = dial.seconds(b) if _CLOCK.fullmatch(b) else None
        return
    whole = all(a.isdigit() for a, _ in clocks if a)
    last = max((float(b or a) for a, b in clocks if _number(b or a)), default=0.0)
    scale = 1000 if whole and last > 100 and last > 20 * words else 1
    for cue, (a, b) in zip(cues, clocks, strict=True):
        cue.start = round(float(a) / scale, 3) if _number(a) else None
        cue.end = round(float(b) / scale, 3) if _number(b) else None


def _number(cell: str) -> bool:
    return bool(re.fullmatch(r"\d+(?:\.\d+)?", cell))


READER = Reader("table", "a table (TSV or CSV)", sniff, read)
