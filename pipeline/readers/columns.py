"""Which column of a table is what: by the names of a header, else by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.readers.names import END, SPEAKER, START, TEXT, key_of

# Names of headers: those of programs, and what people write over their tables in other languages.
_TEXT = (*TEXT, "subtitle", "words", "texte", "texto", "testo", "tekst", "текст", "文本", "テキスト")
_SPEAKER = (*SPEAKER, "sprecher", "sprecherin", "locuteur", "intervenant", "hablante", "orador", "falante", "relatore")
_SPEAKER += ("spreker", "talare", "спикер", "说话人", "发言人", "話者", "発言者")
_START = (*START, "anfang", "beginn", "zeit", "début", "debut", "temps", "inicio", "início", "tiempo", "tempo")
_START += ("inizio",)
_END = (*END, "ende", "fin", "fim", "fine", "einde")
CLOCK = re.compile(r"\d{1,3}(?::\d{1,2}){1,2}(?:[.,:;]\d{1,6})?(?: ?[aApP][mM])?")
_DECIMAL = re.compile(r"\d{1,6}\.\d{1,9}")
_ROWS = 4  # that a table without a known header has at the least
_NEARLY = 0.9  # of the rows, those that must have what their column is taken for
_SPOKEN = 3  # words of a cell on the average, in the column of the text
_NAME = 40  # characters of a name


@dataclass(frozen=True, slots=True)
class Columns:
    """The delimiter, the place of each column that is known, how many there are, and whether a header names them."""

    delimiter: str
    size: int
    text: int
    start: int | None = None
    end: int | None = None
    speaker: int | None = None
    header: bool = True

    @property
    def others(self) -> list[int]:
        """The places of the columns that are not read."""
        known = {self.text, self.start, self.end, self.speaker}
        return [n for n in range(self.size) if n not in known]


def by_header(header: str) -> Columns | None:
    """The columns that a header names: one for the text, and one for a time or speaker."""
    if header.lstrip().startswith("|"):
        return None  # a table of Markdown, whose rows are lines of text
    for delimiter in ("\t", ",", ";", "|"):
        names = [key_of(cell.strip().strip('"')) for cell in header.split(delimiter)]
        text, start, end, speaker = (_index(names, known) for known in (_TEXT, _START, _END, _SPEAKER))
        if len(names) > 1 and text is not None and (start is not None or speaker is not None):
            return Columns(delimiter, len(names), text, start, end, speaker)
    return None


def _index(names: Sequence[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def by_content(rows: Sequence[Sequence[str]], delimiter: str) -> Columns | None:
    """The columns of a table without known names: two of times, or one beside a name where cells are quoted.

    A first row that has no times where the others have some is a header.
    """
    size = len(rows[0]) if rows else 0
    if len(rows) < _ROWS or size < 3 or sum(len(row) == size for row in rows) < _NEARLY * len(rows):
        return None
    body = [row for row in rows[1:] if len(row) == size]
    columns = [[row[n].strip() for row in body] for n in range(size)]
    times = [n for n, cells in enumerate(columns) if sum(map(_is_time, cells)) >= _NEARLY * len(cells)]
    rest = [n for n in range(size) if n not in times]
    if not rest or not times:
        return None
    text = max(rest, key=lambda n: sum(map(len, columns[n])))
    if sum(len(cell.split()) for cell in columns[text]) < _SPOKEN * len(body):
        return None
    speaker = next((n for n in rest if n != text and _are_names(columns[n])), None)
    if len(times) < 2 and (speaker is None or delimiter == "\t"):
        return None
    header = not any(_is_time(rows[0][n].strip()) for n in times) if len(rows[0]) == size else True
    return Columns(delimiter, size, text, times[0], times[1] if len(times) > 1 else None, speaker, header)


def _is_time(cell: str) -> bool:
    return bool(CLOCK.fullmatch(cell) or _DECIMAL.fullmatch(cell))


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells are short, have letters and recur."""
    filled = [cell for cell in cells if cell]
    short = all(len(cell) <= _NAME and any(c.isalpha() for c in cell) for cell in filled)
    return short and len(set(filled)) < len(filled)
