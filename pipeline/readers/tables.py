"""Tables: Whisper's TSV, CSV with columns for start, end, speaker and text, editors' exports without a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.clocks import Dial, in_a_second
from pipeline.readers.columns import CLOCK, Columns, by_content, by_header, by_turns
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.tally import Tally

_EXCEL = re.compile(r"sep=[,;|\t]\s*")  # names the delimiter
_EMPTY_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_QUOTED = re.compile(r'(?:^|[,;])"')


def sniff(document: Document) -> bool:
    """Whether a header names the text and a time or speaker, or columns of times or turns are beside one of text."""
    return _columns(document) is not None


def _columns(document: Document) -> Columns | None:
    lines = [line for line in document.first_lines if line.strip()]
    lines = lines[1:] if lines and _EXCEL.fullmatch(lines[0]) else lines
    if not lines:
        return None
    found = by_header(lines[0])
    if found is not None:
        # A Markdown table that lost the bar before its header is still one: its rows are lines of text.
        markdown = found.delimiter == "|" and lines[1:] and lines[1].lstrip().startswith("|")
        return None if markdown else found
    quoted = any(map(_QUOTED.search, lines))
    for delimiter in ("\t", ",", ";"):
        sample = _sample(lines, delimiter) if delimiter in lines[0] else []
        if delimiter == "\t" or quoted:
            found = by_content(sample, delimiter)
        if delimiter != "\t":
            found = found or by_turns(sample, delimiter)
        if found is not None:
            return found
    return None


def _sample(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(_cells("\n".join(lines), delimiter))
    except csv.Error:
        return []


def read(document: Document, tally: Tally) -> Captions:
    """Read each row as a cue. Whole numbers as times are milliseconds if they are as large as Whisper's."""
    columns = _columns(document)
    if columns is None:
        return Captions([])
    above, text = _without_excel_line(document.text)
    if columns.header:
        first, _, text = text.partition("\n")
        if by_header(first.strip()) is None:
            tally.leave_out("headers", first, 1 + above)
    if columns.in_doubt and columns.speaker is not None:
        tally.warn(f"column {columns.speaker + 1} is taken for the speakers, column {columns.text + 1} for their words")
    others = columns.others
    cues: list[Cue] = []
    clocks: list[tuple[str, str]] = []
    csv.field_size_limit(10_000_000)
    for number, cells in enumerate(_cells(text, columns.delimiter), 1 + above + columns.header):
        if len(cells) <= columns.text:
            tally.leave_out("rows without text", columns.delimiter.join(cells), number)
            continue
        last = columns.text == columns.size - 1
        spoken_words = columns.delimiter.join(cells[columns.text :]) if last else cells[columns.text]
        if not last and (surplus := [cell for cell in cells[columns.size :] if cell.strip()]):
            tally.leave_out("cells beyond the last column", columns.delimiter.join(surplus), number)
        for n in others:
            if any(map(str.isalpha, content := _cell(cells, n))):
                tally.leave_out("cells of other columns", content, number)
        clocks.append((_cell(cells, columns.start), _cell(cells, columns.end)))
        cues.append(Cue(None, None, spoken_words.split("\n"), number, _cell(cells, columns.speaker) or None))
    _put_times(cues, clocks, tally)
    return Captions(cues)


def _without_excel_line(text: str) -> tuple[int, str]:
    """The number of lines above a table that are empty or Excel's own, and the table."""
    table = _EMPTY_LINES.sub("", text, count=1)
    first, _, rest = table.partition("\n")
    if _EXCEL.fullmatch(first):
        table = _EMPTY_LINES.sub("", rest, count=1)
    return text.count("\n") - table.count("\n"), table


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    """The cells of each row. In a table with tabs, quotation marks are part of the text."""
    if delimiter == "\t":
        return (row.split("\t") for row in text.split("\n") if row)
    return csv.reader(io.StringIO(text), delimiter=delimiter)


def _cell(cells: list[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def _put_times(cues: list[Cue], clocks: list[tuple[str, str]], tally: Tally) -> None:
    for cue, pair in zip(cues, clocks, strict=True):
        for cell in pair:
            if cell and not _number(cell) and not CLOCK.fullmatch(cell):
                tally.leave_out("cells that are not times", cell, cue.line)
    words = sum(len(row.split()) for cue in cues for row in cue.rows)
    if any(":" in a for a, _ in clocks):
        dial = Dial([a for a, _ in clocks if CLOCK.fullmatch(a)], words)
        times = [[dial.seconds(cell) if CLOCK.fullmatch(cell) else None for cell in pair] for pair in clocks]
    else:
        scale = in_a_second([float(cell) for pair in clocks for cell in pair if _number(cell)], words)
        times = [[round(float(cell) / scale, 3) if _number(cell) else None for cell in pair] for pair in clocks]
    for cue, (start, end) in zip(cues, times, strict=True):
        cue.start, cue.end = start, end


def _number(cell: str) -> bool:
    return bool(re.fullmatch(r"\d+(?:\.\d+)?", cell))


READER = Reader("table", "a table (TSV or CSV)", sniff, read)
