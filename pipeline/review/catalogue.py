"""The documents of a folder as the review page knows them: by id, never by a path that a client sends."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.batches.outputs import name_below, records_at, transcript_of
from pipeline.document import BARE, StudyDocument
from pipeline.errors import InputError, PipelineError
from pipeline.review.lines import Lines
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
    """One document on the reviewer's desk: record, transcript and decisions. Hold `lock` to read or to decide."""

    def __init__(self, record: Path, transcripts: Path | None) -> None:
        self.record = record
        self.document: StudyDocument = load(record)
        self.transcript, self.remark = transcript_of(self.document, record, transcripts)
        lines = None if self.remark else Lines(self.transcript)
        self.review = Review(review_path(record), opened(self.document), lines)
        self.lock = threading.RLock()
        self._recordings: dict[tuple[tuple[str, str], ...], Recording] = {
            (): Recording(self.transcript, self.document.run.language)
        }
        self._remarks: dict[tuple[object, ...], tuple[str, ...]] = {}
        # HTML that was made for this document, kept by `pages`: a page of thousands of statements is shown often.
        self.shown_items: dict[tuple[Item, tuple[tuple[str, str], ...], tuple[str, ...]], str] = {}
        self.shown_transcript: tuple[tuple[tuple[str, str], ...], str] | None = None

    @property
    def state(self) -> State:
        """How the document stands now."""
        return self.review.timeline.state

    @property
    def recording(self) -> Recording:
        """The transcript for checking, with the speakers' right names."""
        names = self.state.names
        if names not in self._recordings:
            segments = tuple(s._replace(speaker=self.state.speaker(s.speaker)) for s in self.transcript.segments)
            renamed: Transcript = replace(self.transcript, segments=segments)
            self._recordings = {(): self._recordings[()], names: Recording(renamed, self.document.run.language)}
        return self._recordings[names]

    def reviewed(self) -> StudyDocument:
        """What was accepted, as a document of its own. Raises InputError where a line that it cites is unknown."""
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

    def remarks(self, text: str, lines: tuple[int, ...], item: Item | None = None, label: str = "") -> tuple[str, ...]:
        """What code remarks on a text and its lines; remembered, since pages are shown often.

        Where the text is to replace an `item`, or to stand beside it, also whether it fits into a table there.
        """
        key = (self.state.names, text, lines)
        if key not in self._remarks:
            self._remarks[key] = tuple(remarks(text, lines, self.recording))
        odd = misfit(self.state.columns_over(item), label, text) if item else ""
        return (odd, *self._remarks[key]) if odd else self._remarks[key]

    def remarks_on(self, item: Item) -> tuple[str, ...]:
        """What code remarks on a statement that a reviewer wrote; the record has the findings on the model's."""
        by_reviewer = item.support is None and item.section not in BARE
        return self.remarks(item.text, item.lines, item, item.label) if by_reviewer else ()


class Catalogue:
    """The documents below some paths. One that `make` wrote again is read again, with the decisions on it."""

    def __init__(self, paths: list[Path], transcripts: Path | None = None) -> None:
        self._paths = paths
        self._transcripts = transcripts
        self._lock = threading.Lock()
        self._records_by_id: dict[str, Path] = {}
        self._desks: dict[Path, tuple[tuple[int, int], Desk]] = {}

    def entries(self) -> list[Entry]:
        """Every document, in the order of their paths."""
        return [self._entry(r) for r in self._records()]

    def desk(self, id_: str) -> Desk | None:
        """The document with an id of the list. Raises PipelineError when it cannot be opened."""
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
    """What stands for a record in addresses."""
    return hashlib.sha256(record.as_posix().encode("utf-8", "surrogateescape")).hexdigest()[:12]
