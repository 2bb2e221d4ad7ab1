"""Search the statements of many notes, and the lines that support them, in any language.

A statement is found if it contains a word of the query. Results are ranked by BM25: more and rarer words rank higher,
and words in label or text count more than those in the lines. A word of four or more letters also finds words that
begin with its first three quarters, so that "turbines" finds "turbine" in any language; an exact match counts again. In
scripts without spaces, and in Hangul, every two adjacent characters are a word.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import store
from pipeline.errors import StoreError
from pipeline.mcp_server.folder import NumberedStatement, numbered_statements
from pipeline.text import MARKS, UNPARTED

_RUNS = f"{UNPARTED}\U00020000-\U0003ffff"
_UNIT = re.compile(rf"[{_RUNS}]+|[^\W_{_RUNS}]+(?:[{MARKS}]+[^\W_{_RUNS}]*)*")
_LEAST = 4  # letters from which a word also finds others by its beginning
_TABLE = """create virtual table statements using fts5(
    name unindexed, number unindexed, label, text, lines, tokenize = "unicode61 categories 'L* N* M* Co'"
)"""
_SEARCH = """select name, number from statements where statements match ?
    order by bm25(statements, 0, 0, 2.0, 2.0, 0.5), name, number limit ? offset ?"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement that was found, and the notes that contain it."""

    name: str
    title: str
    statement: NumberedStatement


@dataclass(slots=True)
class Index:
    """The statements of notes, read again if a record has changed. Thread-safe."""

    _db: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:", check_same_thread=False))
    _signatures: dict[str, tuple[int, int]] = field(default_factory=dict)  # size and modification time of each record
    _notes: dict[str, tuple[str, list[NumberedStatement]]] = field(default_factory=dict)  # title and statements
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        try:
            self._db.execute(_TABLE)
        except sqlite3.OperationalError as err:
            raise StoreError(f"notes cannot be searched: {err}", hint="a Python whose SQLite has FTS5 can") from err

    def search(self, records: Mapping[str, Path], query: str, *, limit: int, offset: int = 0) -> tuple[int, list[Hit]]:
        """How many statements of these notes match, and a page of them, best first."""
        match_expression = match_of(query)
        with self._lock:
            self._refresh(records)
            if not match_expression:
                return 0, []
            (total,) = self._db.execute(
                "select count(*) from statements where statements match ?", (match_expression,)
            ).fetchone()
            rows = self._db.execute(_SEARCH, (match_expression, limit, offset)).fetchall()
            return total, [Hit(name, self._notes[name][0], self._notes[name][1][number - 1]) for name, number in rows]

    def _refresh(self, records: Mapping[str, Path]) -> None:
        signatures: dict[str, tuple[int, int]] = {}
        for name, path in records.items():
            with suppress(OSError):  # removed since it was listed
                stat = path.stat()
                signatures[name] = stat.st_size, stat.st_mtime_ns
        for name in [n for n, signature in self._signatures.items() if signatures.get(n) != signature]:
            self._db.execute("delete from statements where name = ?", (name,))
            del self._signatures[name]
            self._notes.pop(name, None)
        for name, signature in signatures.items():
            if name not in self._signatures:
                self._signatures[name] = signature
                self._add(name, records[name])

    def _add(self, name: str, record: Path) -> None:
        try:
            document = store.load(record)
        except StoreError:
            return  # read_notes reports the error
        statements = numbered_statements(document)
        self._notes[name] = document.title, statements
        rows = (
            (name, s.number, _indexed(f"{s.heading} {s.label}"), _indexed(s.text), _indexed(_quotes(s)))
            for s in statements
        )
        self._db.executemany("insert into statements values (?, ?, ?, ?, ?)", rows)


def match_of(query: str) -> str:
    """The match expression for SQLite: the query's words, in quotation marks; "" if it has none."""
    return " OR ".join(dict.fromkeys(_search_terms(query)))


def _search_terms(query: str) -> Iterator[str]:
    for unit in _units(query):
        if _unspaced(unit):
            yield from (f'"{pair}"' for pair in _pairs(unit)[:-1])
            if len(unit) == 1:
                yield f'"{unit}"*'
            continue
        yield f'"{unit}"'
        if len(unit) >= _LEAST and not unit.isdigit():
            yield f'"{unit[: max(_LEAST - 1, len(unit) * 3 // 4)]}"*'


def _indexed(text: str) -> str:
    return " ".join(" ".join(_pairs(unit)) if _unspaced(unit) else unit for unit in _units(text))


def _units(text: str) -> list[str]:
    return _UNIT.findall(unicodedata.normalize("NFKC", text).casefold())


def _unspaced(unit: str) -> bool:
    return re.match(rf"[{_RUNS}]", unit) is not None


def _pairs(run: str) -> list[str]:
    """Every two adjacent characters, and the last one alone, so that a single character can be found too."""
    return [run[i : i + 2] for i in range(len(run))]


def _quotes(statement: NumberedStatement) -> str:
    return " ".join(e.quote for e in statement.evidence)
