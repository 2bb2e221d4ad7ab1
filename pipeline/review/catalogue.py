"""The documents that the review page shows, by id: a path that a client sends is never used."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.batches.outputs import name_below, records_at, transcript_of
from pipeline.document import BARE, StudyDocument
from pipeline.errors import InputError, PipelineError
from pipeline.review.actions import lines_cited
from pipeline.review.lines import Lines, quoted_transcript
from pipeline.review.reviewed import Unquotable, remarks, reviewed_document
from pipeline.review.state import Item, State, opened
from pipeline.review.storage import Review, review_path
from pipeline.store import load
from pipeline.tables import misfit
from pipeline.transcript import Transcript
from pipeline.verification import Recording


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the list. `fault` says why it cannot be opened."""

    id: str
    name: str
    desk: Desk | None
    fault: str = ""


class Desk:
    """One document under review: record, transcript and decisions. Hold `lock` while reading or deciding.

    `remark` says that the transcript has changed. With `quotes_suffice`, one that is missing or unreadable is replaced
    by the lines that the record quotes, which is enough to export statements that are as the notes have them.
    """

    def __init__(self, record: Path, transcripts: Path | None, *, quotes_suffice: bool = False) -> None:
        self.record = record
        self.document: StudyDocument = load(record)
        self._missing: InputError | None = None
        try:
            self.transcript, self.remark = transcript_of(self.document, record, transcripts)
        except InputError as err:
            if not quotes_suffice:
                raise
            self._missing = err
            self.transcript, self.remark = quoted_transcript(self.document), "its transcript was not found or read"
        lines = None if self.remark else Lines(self.transcript)
        self.review = Review(review_path(record), opened(self.document), lines)
        self.lock = threading.RLock()
        self._recordings: dict[tuple[tuple[str, str], ...], Recording] = {
            (): Recording(self.transcript, self.document.run.language)
        }
        self._remarks: dict[tuple[object, ...], tuple[str, ...]] = {}
        # Rendered HTML, cached for `pages`: pages of thousands of statements are shown often.
        self.shown_items: dict[tuple[Item, tuple[tuple[str, str], ...], tuple[str, ...]], str] = {}
        self.shown_transcript: tuple[tuple[tuple[str, str], ...], str] | None = None

    @property
    def state(self) -> State:
        """The document's present state."""
        return self.review.timeline.state

    @property
    def recording(self) -> Recording:
        """The transcript to check against, with the speakers' right names."""
        names = self.state.names
        if names not in self._recordings:
            segments = tuple(s._replace(speaker=self.state.speaker(s.speaker)) for s in self.transcript.segments)
            renamed: Transcript = replace(self.transcript, segments=segments)
            self._recordings = {(): self._recordings[()], names: Recording(renamed, self.document.run.language)}
        return self._recordings[names]

    def reviewed(self) -> StudyDocument:
        """The accepted statements as a document of their own.

        Raises InputError if a cited line is unknown, or if the transcript is missing and a decision needs it.
        """
        if self._missing and self._needs_transcript():
            raise self._missing
        review = self.review
        events = (event for event in review.events if event.document == review.timeline.document)
        quotes = (quote for event in events for quote in event.quotes)
        try:
            return reviewed_document(self.document, self.state, self.recording, quotes)
        except Unquotable as err:
            hint = (
                "run studydoc make again"
                if self.remark
                else "assign other lines to it in studydoc review, or reject it"
            )
            raise InputError(f"{self.record}: {err}", hint=hint) from err

    def _needs_transcript(self) -> bool:
        """Whether reviewers wrote statements, which are checked against the transcript, or assigned lines of it."""
        own = any(i.support is None and i.standing == "accepted" and i.section not in BARE for i in self.state.items)
        return own or any(lines_cited(event.action) for event in self.review.events)

    def remarks(self, text: str, lines: tuple[int, ...], item: Item | None = None, label: str = "") -> tuple[str, ...]:
        """The remarks of code on a text and its lines, cached because pages are shown often.

        With an `item` that the text replaces or stands next to, they also say whether it fits into that item's table.
        """
        key = (self.state.names, text, lines)
        if key not in self._remarks:
            self._remarks[key] = tuple(remarks(text, lines, self.recording))
        odd = misfit(self.state.columns_over(item), label, text) if item else ""
        return (odd, *self._remarks[key]) if odd else self._remarks[key]

    def remarks_on(self, item: Item) -> tuple[str, ...]:
        """The remarks of code on a statement that a reviewer wrote; on the model's, the record has the findings."""
        by_reviewer = item.support is None and item.section not in BARE
        return self.remarks(item.text, item.lines, item, item.label) if by_reviewer else ()


class Catalogue:
    """The documents below some paths. If `make` rewrites a record, it is loaded again with its decisions."""

    def __init__(self, paths: list[Path], transcripts: Path | None = None) -> None:
        self._paths = paths
        self._transcripts = transcripts
        self._lock = threading.Lock()
        self._records_by_id: dict[str, Path] = {}
        self._desks: dict[Path, tuple[tuple[int, int], Desk]] = {}

    def entries(self) -> list[Entry]:
        """Every document, sorted by path."""
        return [self._entry(r) for r in self._records()]

    def desk(self, id_: str) -> Desk | None:
        """The document with this id, None if there is none. Raises PipelineError if it cannot be opened."""
        record = self._records_by_id.get(id_)
        if record is None or not record.is_file():
            self._records_by_id = {id_of(r): r for r in self._records()}
            record = self._records_by_id.get(id_)
        return self._open(record) if record else None

    def _records(self) -> list[Path]:
        try:
            records = records_at(self._paths)
        except InputError:
            return []
        return [r for r in records if r.is_file() and not r.name.endswith((".review.json", ".reviewed.json"))]

    def _entry(self, record: Path) -> Entry:
        try:
            return Entry(id_of(record), name_below(record, self._paths), self._open(record))
        except PipelineError as err:
            return Entry(id_of(record), name_below(record, self._paths), None, str(err))

    def _open(self, record: Path) -> Desk:
        stat = record.stat()
        signature = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            cached = self._desks.get(record)
            if cached is None or cached[0] != signature:
                cached = self._desks[record] = (signature, Desk(record, self._transcripts))
        desk = cached[1]
        with desk.lock:
            desk.review.refresh()
        return desk


def id_of(record: Path) -> str:
    """The id of a record in addresses: 12 hexadecimal digits."""
    return hashlib.sha256(record.as_posix().encode("utf-8", "surrogateescape")).hexdigest()[:12]
