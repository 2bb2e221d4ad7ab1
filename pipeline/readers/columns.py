"""Find the columns of a table: by the names in its header, else by what the cells contain."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.readers.names import END, SPEAKER, START, TEXT, key_of
from pipeline.readers.tidy import ends_sentence

# Column names that programs write, and those that people use in other languages.
_TEXT = (*TEXT, "subtitle", "words", "texte", "texto", "testo", "tekst", "текст", "文本", "テキスト")
_SPEAKER = (*SPEAKER, "sprecher", "sprecherin", "locuteur", "intervenant", "hablante", "orador", "falante", "relatore")
_SPEAKER += ("spreker", "talare", "спикер", "说话人", "发言人", "話者", "発言者")
_START = (*START, "anfang", "beginn", "zeit", "début", "debut", "temps", "inicio", "início", "tiempo", "tempo")
_START += ("inizio",)
_END = (*END, "ende", "fin", "fim", "fine", "einde")
CLOCK = re.compile(r"\d{1,3}(?::\d{1,2}){1,2}(?:[.,:;]\d{1,6})?(?: ?[aApP][mM])?")
_DECIMAL = re.compile(r"\d{1,6}\.\d{1,9}")
_ROWS = 4  # minimum number of rows in a table without a known header
_NEARLY = 0.9  # minimum share of rows that fit what their column is taken for
_SPOKEN = 3  # minimum number of words in a cell of the text, on average
_NAME = 40  # maximum number of characters in a name


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table, by index; `size` is their number, `header` whether the first row is a header.

    `in_doubt` means that only the contents show which column names the speakers, and no times are beside it.
    """

    delimiter: str
    size: int
    text: int
    start: int | None = None
    end: int | None = None
    speaker: int | None = None
    header: bool = True
    in_doubt: bool = False

    @property
    def others(self) -> list[int]:
        """The indices of the columns that are not read."""
        known = {self.text, self.start, self.end, self.speaker}
        return [n for n in range(self.size) if n not in known]


def by_header(header: str) -> Columns | None:
    """The columns that a header names; None unless one is for the text and another for a start or a speaker."""
    if header.lstrip().startswith("|"):
        return None  # a Markdown table, whose rows are read as lines of text
    for delimiter in ("\t", ",", ";", "|"):
        names = [key_of(cell.strip().strip('"')) for cell in header.split(delimiter)]
        text, start, end, speaker = (_index(names, known) for known in (_TEXT, _START, _END, _SPEAKER))
        if len(names) > 1 and text is not None and (start is not None or speaker is not None):
            return Columns(delimiter, len(names), text, start, end, speaker)
    return None


def _index(names: Sequence[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def by_content(rows: Sequence[Sequence[str]], delimiter: str) -> Columns | None:
    """The columns of a table without known names; None if they are not recognised.

    There must be two of times, or, if cells are quoted, one of times and one of names. The first row is a header if it
    has no times where the others have them.
    """
    columns = _columns(rows)
    size = len(columns)
    times = [n for n, cells in enumerate(columns) if _are_times(cells)]
    rest = [n for n in range(size) if n not in times]
    text = _text_of(columns, rest)
    if size < 3 or not times or text is None:
        return None
    speaker = next((n for n in rest if n != text and _are_names(columns[n])), None)
    if len(times) < 2 and (speaker is None or delimiter == "\t"):
        return None
    header = not any(_is_time(rows[0][n].strip()) for n in times) if len(rows[0]) == size else True
    return Columns(delimiter, size, text, times[0], times[1] if len(times) > 1 else None, speaker, header)


def by_turns(rows: Sequence[Sequence[str]], delimiter: str) -> Columns | None:
    """The columns of a table whose header, if it has one, does not name the text; None if they are not recognised.

    In one column, or in that which the header calls a speaker, people take turns. No blank follows a delimiter: it
    would in a sentence.
    """
    columns = _columns(rows)
    spaced = sum(any(cell.startswith(" ") for cell in row[1:]) for row in rows)
    if len(columns) < 2 or spaced > (1 - _NEARLY) * len(rows):
        return None
    named = _index([key_of(cell.strip()) for cell in rows[0]], _SPEAKER)
    people = [n for n, cells in enumerate(columns) if _take_turns(cells) and named in (n, None)]
    text = _text_of(columns, [n for n in range(len(columns)) if n not in people])
    if len(people) != 1 or text is None:
        return None
    start = next((n for n, cells in enumerate(columns) if _are_times(cells)), None)
    spoken = ends_sentence(rows[0][text]) or len(rows[0][text].split()) > _SPOKEN
    header = named is not None or not (spoken or rows[0][people[0]].strip() in columns[people[0]])
    return Columns(delimiter, len(columns), text, start, None, people[0], header, named is None and start is None)


def _columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The cells of each column below the first row; none if too few rows have as many cells as that."""
    size = len(rows[0]) if rows else 0
    if len(rows) < _ROWS or sum(len(row) == size for row in rows) < _NEARLY * len(rows):
        return []
    body = [row for row in rows[1:] if len(row) == size]
    return [[row[n].strip() for row in body] for n in range(size)]


def _text_of(columns: Sequence[Sequence[str]], candidates: Sequence[int]) -> int | None:
    """The index of the column with the longest cells; None if they hold too few words for speech."""
    longest = max(candidates, key=lambda n: sum(map(len, columns[n])), default=None)
    if longest is None or sum(len(cell.split()) for cell in columns[longest]) < _SPOKEN * len(columns[longest]):
        return None
    return longest


def _are_times(cells: Sequence[str]) -> bool:
    return sum(map(_is_time, cells)) >= _NEARLY * len(cells)


def _is_time(cell: str) -> bool:
    return bool(CLOCK.fullmatch(cell) or _DECIMAL.fullmatch(cell))


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells are short, have letters and recur."""
    filled = [cell for cell in cells if cell]
    short = all(len(cell) <= _NAME and any(c.isalpha() for c in cell) for cell in filled)
    return short and len(set(filled)) < len(filled)


def _take_turns(cells: Sequence[str]) -> bool:
    """Whether nearly all cells are names, each of them for two on average, and some come back after another."""
    people = set(cells) - {""}
    changes = sum(a != b for a, b in itertools.pairwise(cells))
    filled = sum(map(bool, cells)) >= _NEARLY * len(cells)
    return filled and _are_names(cells) and 1 < len(people) <= min(changes, len(cells) / 2)
