"""Write documents in formats, without overwriting files of other documents."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pipeline.batches.outputs import recorded_places, transcript_of
from pipeline.document import StudyDocument
from pipeline.errors import InputError, PipelineError
from pipeline.exports.base import Exported, Format, exported
from pipeline.exports.edits import WrittenExports
from pipeline.exports.html import HTML
from pipeline.exports.index import NAME, Note, write_index
from pipeline.exports.targets import ExportOptions, Place, is_file_name, taken_by, targets
from pipeline.pages.reading import CHANGED_SINCE_WRITTEN, changed_page
from pipeline.review.catalogue import Desk
from pipeline.review.reviewed import left_with_their_items
from pipeline.review.state import State
from pipeline.review.storage import review_path
from pipeline.store import load, replace_file
from pipeline.text import numbered
from pipeline.transcript import Transcript


@dataclass(slots=True)
class Exporter:
    """Writes documents, one at a time; `report` receives warnings and messages about failures."""

    options: ExportOptions
    report: Callable[[str], None]
    failed: bool = False
    _without_context: dict[str, None] = field(default_factory=dict)  # an ordered set of records
    _without_decisions: dict[str, None] = field(default_factory=dict)  # an ordered set of records that were reviewed
    _pages: dict[Path, tuple[Exported, Path]] = field(default_factory=dict)  # by record, for the index page
    _reported_errors: set[str] = field(default_factory=set)
    _taken: dict[Path, tuple[Path, ...]] = field(default_factory=dict)  # by record, as reading one is slow
    _owners: dict[Path, Path] = field(default_factory=dict)  # by file: the record that it belongs to
    _written: dict[Path, WrittenExports] = field(default_factory=dict)  # by output folder

    def write_all(self, places: Sequence[Place]) -> Iterator[Path]:
        """The files of all documents as they are written, then the index. InputError if they do not fit --out."""
        out = self.options.out
        if out is not None and len(places) > 1 and is_file_name(out, self.options):
            raise InputError(
                f"{out}: {len(places)} documents cannot be written to one file", hint="use a folder with --out"
            )
        for place in places:
            self._taken_by(place.record)
        for place in places:  # all are checked before anything is written
            self._targets(place)
        for place in places:
            yield from self.write(place)
        if self.options.index and (page := self.index(places)):
            yield page

    def _taken_by(self, record: Path) -> tuple[Path, ...]:
        """The files that a document's exports may not replace; they become its own unless another claimed them."""
        if record not in self._taken:
            self._taken[record] = taken_by(record)
            for path in self._taken[record]:
                self._owners.setdefault(path, record)
        return self._taken[record]

    def _targets(self, place: Place) -> dict[Format, Path]:
        """The path for each format of a document. InputError if one belongs to another document."""
        paths = targets(place, self.options, self._taken_by(place.record))
        for path in paths.values():
            other = self._owners.setdefault(path.resolve(), place.record)
            if other.resolve() != place.record.resolve():
                raise InputError(
                    f"{path}: the export of {place.record} would overwrite a file of {other}",
                    hint="export the folder that contains both, or export one at a time",
                )
        return paths

    def write(self, place: Place, *, only_older: bool = False) -> list[Path]:
        """Write a document's files and return them; with `only_older`, those up to date are returned as they are.

        Files that cannot be written are reported and not returned. If an index is wanted, its entry is remembered.
        """
        export = None
        try:
            paths = self._targets(place)
            due = {f for f, path in paths.items() if not (only_older and _is_up_to_date(path, place.record))}
            if due or (self.options.index and place.record not in self._pages):
                self._pages.pop(place.record, None)
                export = self.open(place)
        except PipelineError as err:
            self._report_failure(err)
            return []
        written = {f for f in due if export and self._write_format(f, export, place, paths[f])}
        current = {f: path for f, path in paths.items() if f not in due or f in written}
        if export and self.options.index and HTML in current:
            self._pages[place.record] = (replace(export, transcript=None), current[HTML])
        return list(current.values())

    def open(self, place: Place) -> Exported:
        """A document ready to be exported; of a reviewed one, only what was accepted. Raises PipelineError."""
        if self.options.reviewed:
            return self._reviewed(place)
        record = place.record
        document = load(record)
        self._report_edits(record, document)
        try:
            transcript, _ = transcript_of(document, record, self.options.transcripts)
        except InputError:
            transcript = None
        export = self._exported(place, document, transcript, _seconds(document.run.created))
        if export.transcript is None:
            self._without_context[str(record)] = None
        if review_path(record).is_file():
            self._without_decisions[str(record)] = None
        return export

    def _report_edits(self, record: Path, document: StudyDocument) -> None:
        if page := changed_page(record, document):
            self.report(f"{page} was {CHANGED_SINCE_WRITTEN}: exports use its record, without the edits on the page")

    def _reviewed(self, place: Place) -> Exported:
        record = place.record
        desk = Desk(record, self.options.transcripts, quotes_suffice=True)
        self._report_edits(record, desk.document)
        document = desk.reviewed()
        for left_out in _left_out(desk.state):
            self.report(f"{record}: {left_out}")
        if desk.remark:
            self.report(f"{record}: {desk.remark}, so it is exported with the lines as the record has them")
        times = [_seconds(e.at) for e in desk.review.events]
        changed = max([_seconds(document.run.created), *times])
        return self._exported(place, document, desk.recording.transcript, changed)

    def _exported(self, place: Place, document: StudyDocument, transcript: Transcript | None, changed: int) -> Exported:
        citations, reviewed = self.options.citations, self.options.reviewed
        return exported(document, place.name, transcript, citations=citations, reviewed=reviewed, changed=changed)

    def index(self, places: Sequence[Place]) -> Path | None:
        """Write the index of the notes whose pages were written, beside or above them; None if that failed."""
        folder = self.options.out or _common_folder(places)
        path = folder / NAME
        pages = [self._pages[p.record] for p in places if p.record in self._pages]
        notes = [Note(export, Path(os.path.relpath(page, folder)).as_posix()) for export, page in pages]
        try:
            if NAME in (n.path for n in notes):
                raise InputError(f"{path}: a document has this name", hint="use another folder with --out")
            _check_no_transcript(path, {n.exported.document.source.sha256 for n in notes})
            self._replace(path, write_index(notes), places[0].output)
        except PipelineError as err:
            self._report_failure(err)
            return None
        return path

    def finish(self) -> None:
        """Report once which documents have quotations without context, and which were exported without their review."""
        if self._without_context and any(f.context for f in self.options.formats):
            self.report(
                f"{_first_of(self._without_context)}: the transcript is missing or has changed, so quotations have no "
                "context (name its folder with --transcripts)"
            )
        if self._without_decisions:
            self.report(
                f"{_first_of(self._without_decisions)}: exported as the model wrote it, without the decisions, edits "
                "and names of its review (studydoc export --reviewed uses them)"
            )

    def _write_format(self, file_format: Format, export: Exported, place: Place, path: Path) -> bool:
        places = recorded_places(export.document.source.path or "", place.record)
        try:
            if path.resolve() in {p.resolve() for p in places}:
                raise _overwrites_transcript(path)
            _check_no_transcript(path, {export.document.source.sha256})
            self._replace(path, file_format.write(export), place.output)
        except PipelineError as err:
            self._report_failure(err)
            return False
        return True

    def _replace(self, path: Path, content: bytes, output: Path) -> None:
        """Write an export of the notes in `output`; a file that somebody wrote in is kept beside it."""
        if output not in self._written:
            self._written[output] = WrittenExports.of(output)
        if kept := self._written[output].kept(path, content):
            self.report(f"{path} was edited, or is not an export of these notes: the old file is kept as {kept}")
        replace_file(path, content)

    def _report_failure(self, err: PipelineError) -> None:
        self.failed = True
        if str(err) not in self._reported_errors:
            self._reported_errors.add(str(err))
            self.report(str(err))


def _left_out(state: State) -> Iterator[str]:
    """What a reviewed export does not contain, a line for each reason."""
    if misfits := len(state.misfits):
        verb = "fits" if misfits == 1 else "fit"
        yield f"{numbered(misfits, 'decision')} no longer {verb} (listed above the notes in studydoc review)"
    if pending := sum(i.standing == "pending" for i in state.items):
        reopened = sum(bool(i.reopened) for i in state.items)
        again = f", {reopened:,} of them again: studydoc review says why" if reopened else ""
        yield f"{numbered(pending, 'statement')} {'is' if pending == 1 else 'are'} not decided yet and left out{again}"
    if alone := len(left_with_their_items(state)):
        are = "is" if alone == 1 else "are"
        yield f"{numbered(alone, 'accepted statement')} {are} left out with a task or other item that was not accepted"


def _check_no_transcript(path: Path, digests: set[str]) -> None:
    """Raise InputError if the existing file is a transcript with one of these digests, whatever its name."""
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in digests:
        raise _overwrites_transcript(path)


def _overwrites_transcript(path: Path) -> InputError:
    return InputError(f"{path}: this is the transcript itself", hint="use another name or folder with --out")


def _first_of(records: Collection[str]) -> str:
    """The first of the records, and how many more there are."""
    return next(iter(records)) + (f" and {len(records) - 1} more" if len(records) > 1 else "")


def _common_folder(places: Sequence[Place]) -> Path:
    """The deepest folder that contains every record."""
    folders = [p.record.parent for p in places]
    if any(f.is_absolute() for f in folders):
        folders = [f.absolute() for f in folders]
    return Path(os.path.commonpath(folders))


def _is_up_to_date(path: Path, record: Path) -> bool:
    try:
        return path.stat().st_mtime_ns >= record.stat().st_mtime_ns
    except OSError:
        return False


def _seconds(moment: str) -> int:
    """A record's timestamp in seconds since 1970; 0 if it is invalid."""
    try:
        return int(datetime.fromisoformat(moment).timestamp())
    except ValueError:
        return 0
