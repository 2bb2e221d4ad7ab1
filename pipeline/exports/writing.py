"""Exports on disk: which documents, in which formats, under which names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, PipelineError, SettingsError
from pipeline.exports import FORMATS
from pipeline.exports.base import Exported, Format, exported
from pipeline.exports.html import HTML
from pipeline.exports.index import NAME, Note, write_index
from pipeline.outputs import documents_below, transcript_of
from pipeline.review.catalogue import Desk
from pipeline.review.reviewed import reviewed_document
from pipeline.review.storage import read_events, review_path
from pipeline.store import load, replace_file
from pipeline.text import numbered

INDEX = "index"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written. `out` is a folder, or the file itself where one document is wanted in one format.

    With `index` there is a page of all notes besides, to whose entries the HTML format is needed.
    """

    formats: tuple[Format, ...]
    out: Path | None = None
    transcripts: Path | None = None
    reviewed: bool = False
    citations: bool = False
    index: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A record, and the folder that was named when it was found: places below it are kept under --out."""

    record: Path
    root: Path


def wanted(names: Sequence[str], **options: Any) -> Wanted:
    """What these names of formats ask for, each once. SettingsError when one is not known or cannot be written here."""
    known = {f.name: f for f in FORMATS}
    if unknown := [n for n in names if n not in known and n != INDEX]:
        raise SettingsError(f"--to {unknown[0]}: no such format", hint=f"one of {', '.join([*known, INDEX])}")
    formats = [known[n] for n in names if n != INDEX]
    formats += [HTML] if INDEX in names else []
    for form in formats:
        if form.check:
            form.check()
    return Wanted(tuple(dict.fromkeys(formats)), index=INDEX in names, **options)


def format_of(path: Path) -> Format | None:
    """The format that a file's name asks for, the first with its suffix."""
    return next((f for f in FORMATS if f.suffix == path.suffix), None)


def places_below(paths: Sequence[Path], *, reviewed: bool) -> list[Place]:
    """The records at paths, of pages those beside them; with `reviewed` such that were. InputError without any."""
    found: dict[Path, Place] = {}
    for path in paths:
        root = path if path.is_dir() else path.parent
        for record in (p.with_suffix(".json") for p in documents_below([path])):
            found.setdefault(record, Place(record, root))
    places = [p for p in found.values() if not reviewed or review_path(p.record).exists()]
    if not places:
        what, hint = ("nothing was reviewed", "decide in studydoc review first") if reviewed else (
            "there are no study documents", "run studydoc make first"
        )  # fmt: skip
        raise InputError(f"{paths[0]}: {what} here", hint=hint)
    return places


@dataclass(slots=True)
class Exporter:
    """Writes documents, one at a time; what there is to tell besides goes to `say`, what failed to `problem`."""

    wanted: Wanted
    say: Callable[[str], None]
    problem: Callable[[str], None]
    failed: bool = False
    _without_context: dict[str, None] = field(default_factory=dict)  # records, each once
    _told: set[str] = field(default_factory=set)

    def write_all(self, places: Sequence[Place], *, only_older: bool = False) -> Iterator[Path]:
        """The files of all documents as they are written, then the index. InputError when they do not fit --out."""
        out = self.wanted.out
        if out is not None and len(places) > 1 and is_file_name(out, self.wanted):
            raise InputError(f"{out}: {len(places)} documents do not fit one file", hint="give a folder with --out")
        for place in places:
            yield from self.write(place, only_older=only_older)
        if self.wanted.index and (page := self.index(places)):
            yield page

    def write(self, place: Place, *, only_older: bool = False) -> list[Path]:
        """The files of a document that could be written; with `only_older` those that are up to date stay."""
        targets = {f: target(place, f, self.wanted) for f in self.wanted.formats}
        due = {f: path for f, path in targets.items() if not (only_older and _newer(path, place.record))}
        try:
            opened = self.open(place.record) if due else None
        except PipelineError as err:
            self._fail(err)
            return []
        return [path for f, path in targets.items() if opened is None or f not in due or self._put(f, opened, path)]

    def open(self, record: Path) -> Exported:
        """A document ready to be written, of a reviewed one what was accepted. Raises PipelineError."""
        if self.wanted.reviewed:
            return self._reviewed(record)
        document = load(record)
        try:
            transcript, _ = transcript_of(document, record, self.wanted.transcripts)
        except InputError:
            transcript = None
        made = exported(
            document, record.stem, transcript, citations=self.wanted.citations, changed=_seconds(document.run.created)
        )
        if made.transcript is None:
            self._without_context[str(record)] = None
        return made

    def _reviewed(self, record: Path) -> Exported:
        desk = Desk(record, self.wanted.transcripts)
        for misfit in desk.state.misfits:
            self.say(f"{misfit.what} by {misfit.who} no longer fits: {misfit.text} ({misfit.reason})")
        if pending := sum(i.standing == "pending" for i in desk.state.items):
            self.say(
                f"{numbered(pending, 'statement')} {'is' if pending == 1 else 'are'} not decided yet and not in it"
            )
        document = reviewed_document(desk.document, desk.state, desk.recording)
        times = [_seconds(e.at) for e in read_events(review_path(record))]
        changed = max([_seconds(document.run.created), *times])
        names = desk.recording.transcript
        return exported(document, record.stem, names, citations=self.wanted.citations, doubts=False, changed=changed)

    def index(self, places: Sequence[Place]) -> Path | None:
        """The page of all these notes, beside or above their HTML pages; None when it could not be written."""
        folder = self.wanted.out or _common(places)
        path = folder / NAME
        try:
            notes = list(self._notes(places, folder))
            if NAME in (n.path for n in notes):
                raise InputError(f"{path}: a document has this name", hint="give another folder with --out")
            replace_file(path, write_index(notes))
        except PipelineError as err:
            self._fail(err)
            return None
        return path

    def _notes(self, places: Sequence[Place], folder: Path) -> Iterator[Note]:
        for place in places:
            try:
                yield Note(self.open(place.record), self._from(folder, place))
            except PipelineError as err:
                self._fail(err)

    def _from(self, folder: Path, place: Place) -> str:
        """The way from a folder to a document's HTML page."""
        return Path(os.path.relpath(target(place, HTML, self.wanted), folder)).as_posix()

    def finish(self) -> None:
        """Tells once which documents stand without the context of their quotations."""
        if (count := len(self._without_context)) and any(f.context for f in self.wanted.formats):
            first, more = next(iter(self._without_context)), f" and {count - 1} more" if count > 1 else ""
            self.say(
                f"{first}{more}: the transcript is not there or has changed, so quotations stand without their context "
                "(give its folder with --transcripts)"
            )

    def _put(self, form: Format, document: Exported, path: Path) -> bool:
        try:
            if _same(path, document.document.source.path):
                raise InputError(f"{path}: this is the transcript itself", hint="give another folder with --out")
            replace_file(path, form.write(document))
        except PipelineError as err:
            self._fail(err)
            return False
        return True

    def _fail(self, err: PipelineError) -> None:
        self.failed = True
        if str(err) not in self._told:
            self._told.add(str(err))
            self.problem(str(err))


def _same(path: Path, source: str | None) -> bool:
    return source is not None and path.resolve() == Path(source).resolve()


def target(place: Place, form: Format, wanted: Wanted) -> Path:
    """Where a document goes in a format. Beside the record it never takes the place of what make wrote."""
    record, out = place.record, wanted.out
    if out is not None and is_file_name(out, wanted):
        if out.resolve() in {p.resolve() for p in _own(record)}:
            raise InputError(f"{out}: this is the document itself", hint="give --out another name")
        return out
    folder = record.parent if out is None else out / record.parent.relative_to(place.root)
    stem = f"{record.stem}.reviewed" if wanted.reviewed else record.stem
    path = folder / f"{stem}{form.suffix}"
    shared = sum(f.suffix == form.suffix for f in wanted.formats) > 1
    if shared or path.resolve() in {p.resolve() for p in _own(record)}:
        return folder / f"{stem}.{form.name}{form.suffix}"
    return path


def is_file_name(out: Path, wanted: Wanted) -> bool:
    """Whether --out names a file: one format is wanted, and it ends as files of that format do."""
    return not wanted.index and len(wanted.formats) == 1 and out.suffix == wanted.formats[0].suffix and not out.is_dir()


def _common(places: Sequence[Place]) -> Path:
    """The deepest folder that holds every record."""
    folders = [p.record.parent for p in places]
    if any(f.is_absolute() for f in folders):
        folders = [f.absolute() for f in folders]
    return Path(os.path.commonpath(folders))


def _own(record: Path) -> tuple[Path, ...]:
    return record, record.with_suffix(".md"), review_path(record)


def _newer(path: Path, record: Path) -> bool:
    try:
        return path.stat().st_mtime_ns >= record.stat().st_mtime_ns
    except OSError:
        return False


def _seconds(moment: str) -> int:
    """A moment of a record in seconds since 1970; 0 when it is none."""
    try:
        return int(datetime.fromisoformat(moment).timestamp())
    except ValueError:
        return 0
