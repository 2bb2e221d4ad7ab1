"""Exports on disk: which documents, in which formats, under which names."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, PipelineError, SettingsError
from pipeline.exports import FORMATS
from pipeline.exports.base import Exported, Format, exported
from pipeline.exports.html import HTML
from pipeline.exports.index import NAME, Note, write_index
from pipeline.outputs import documents_below, places_near, source_name, transcript_of
from pipeline.review.catalogue import Desk
from pipeline.review.reviewed import reviewed_document
from pipeline.review.storage import read_events, review_path
from pipeline.store import load, replace_file
from pipeline.text import numbered

INDEX = "index"
_SUFFIX = re.compile(r"\.[A-Za-z]\w{1,4}")  # ends the name of a file; "notes.2024" is one of a folder


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
    found = Wanted(tuple(dict.fromkeys(formats)), index=INDEX in names, **options)
    _check_out(found)
    return found


def _check_out(wanted: Wanted) -> None:
    """Raises SettingsError when --out looks like a file, and what is wanted cannot be written as that one file."""
    out = wanted.out
    if out is None or out.is_dir() or is_file_name(out, wanted):
        return
    if out.is_file() or _SUFFIX.fullmatch(out.suffix):
        known = ", ".join(dict.fromkeys(f.suffix for f in FORMATS))
        raise SettingsError(
            f"--out {out}: this is no folder, and no name of a file in what is wanted",
            hint=f"give a folder, or for one format a name that ends as its files do: {known}",
        )


def format_of(path: Path) -> Format | None:
    """The format that a file's name asks for, the first with its suffix."""
    return next((f for f in FORMATS if f.suffix == path.suffix), None)


def places_below(paths: Sequence[Path], *, reviewed: bool) -> list[Place]:
    """The records at paths, of pages those beside them; with `reviewed` such that were. InputError without any."""
    found: dict[Path, Place] = {}
    for path in paths:
        root = path if path.is_dir() else path.parent
        for record in (p.with_suffix(".json") for p in documents_below([path])):
            found.setdefault(record.resolve(), Place(record, root))
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
    _pages: dict[Path, tuple[Exported, Path]] = field(default_factory=dict)  # of records: what the index needs
    _told: set[str] = field(default_factory=set)
    _taken: dict[Path, tuple[Path, ...]] = field(default_factory=dict)  # by records: a look into one costs
    _owners: dict[Path, Path] = field(default_factory=dict)  # of files, the records that they belong to

    def write_all(self, places: Sequence[Place]) -> Iterator[Path]:
        """The files of all documents as they are written, then the index. InputError when they do not fit --out."""
        out = self.wanted.out
        if out is not None and len(places) > 1 and is_file_name(out, self.wanted):
            raise InputError(f"{out}: {len(places)} documents do not fit one file", hint="give a folder with --out")
        for place in places:
            self._own(place.record)
        for place in places:  # before anything is written
            self._targets(place)
        for place in places:
            yield from self.write(place)
        if self.wanted.index and (page := self.index(places)):
            yield page

    def _own(self, record: Path) -> tuple[Path, ...]:
        """What a document's files may not take the place of, which belongs to it if to no other."""
        if record not in self._taken:
            self._taken[record] = _taken(record)
            for path in self._taken[record]:
                self._owners.setdefault(path, record)
        return self._taken[record]

    def _targets(self, place: Place) -> dict[Format, Path]:
        """Where a document goes. InputError when this is another document, its transcript or its export."""
        found = targets(place, self.wanted, self._own(place.record))
        for path in found.values():
            other = self._owners.setdefault(path.resolve(), place.record)
            if other.resolve() != place.record.resolve():
                raise InputError(
                    f"{path}: {place.record} would be written over what belongs to {other}",
                    hint="give the folder that holds both, or export one at a time",
                )
        return found

    def write(self, place: Place, *, only_older: bool = False) -> list[Path]:
        """The files of a document that could be written; with `only_older` those that are up to date stay.

        Where an index is wanted, what it tells of the document is kept.
        """
        opened = None
        try:
            paths = self._targets(place)
            due = {f for f, path in paths.items() if not (only_older and _newer(path, place.record))}
            if due or (self.wanted.index and place.record not in self._pages):
                self._pages.pop(place.record, None)
                opened = self.open(place.record)
        except PipelineError as err:
            self._fail(err)
            return []
        there = {f: path for f, path in paths.items() if f not in due or (opened and self._put(f, opened, path))}
        if opened and self.wanted.index and HTML in there:
            self._pages[place.record] = (replace(opened, transcript=None), there[HTML])
        return list(there.values())

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
        """The page of these notes, of which `write` has come to pages, beside or above them.

        None when it could not be written.
        """
        folder = self.wanted.out or _common(places)
        path = folder / NAME
        pages = [self._pages[p.record] for p in places if p.record in self._pages]
        notes = [Note(made, Path(os.path.relpath(page, folder)).as_posix()) for made, page in pages]
        try:
            if NAME in (n.path for n in notes):
                raise InputError(f"{path}: a document has this name", hint="give another folder with --out")
            _check_no_transcript(path, {made.document.source.sha256 for made, _ in pages})
            replace_file(path, write_index(notes))
        except PipelineError as err:
            self._fail(err)
            return None
        return path

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
            source = document.document.source
            if source.path and path.resolve() == Path(source.path).resolve():
                raise _overwritten(path)
            _check_no_transcript(path, {source.sha256})
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


def _check_no_transcript(path: Path, digests: set[str]) -> None:
    """Raises InputError when what is there is a transcript of one of these digests, by whatever name."""
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in digests:
        raise _overwritten(path)


def _overwritten(path: Path) -> InputError:
    return InputError(f"{path}: this is the transcript itself", hint="give another name or folder with --out")


def targets(place: Place, wanted: Wanted, taken: Sequence[Path]) -> dict[Format, Path]:
    """Where a document goes in each format, nowhere that is `taken`. InputError when --out names one of these."""
    record, out = place.record, wanted.out
    if out is not None and is_file_name(out, wanted):
        if out.resolve() in taken:
            raise InputError(f"{out}: this is the document itself or its transcript", hint="give --out another name")
        return dict.fromkeys(wanted.formats, out)
    folder = record.parent if out is None else out / record.parent.relative_to(place.root)
    stem = f"{record.stem}.reviewed" if wanted.reviewed else record.stem
    suffixes = [f.suffix for f in wanted.formats]
    found = {}
    for form in wanted.formats:
        path = folder / f"{stem}{form.suffix}"
        if suffixes.count(form.suffix) > 1 or path.resolve() in taken:
            path = folder / f"{stem}.{form.name}{form.suffix}"
        found[form] = path
    return found


def is_file_name(out: Path, wanted: Wanted) -> bool:
    """Whether --out names a file: one format is wanted, and it ends as files of that format do."""
    return not wanted.index and len(wanted.formats) == 1 and out.suffix == wanted.formats[0].suffix and not out.is_dir()


def _common(places: Sequence[Place]) -> Path:
    """The deepest folder that holds every record."""
    folders = [p.record.parent for p in places]
    if any(f.is_absolute() for f in folders):
        folders = [f.absolute() for f in folders]
    return Path(os.path.commonpath(folders))


def _taken(record: Path) -> tuple[Path, ...]:
    """The files that make and review write of a document, and where its transcript is looked for near them."""
    name = source_name(record)
    near = places_near(record, name) if name else ()
    return tuple(p.resolve() for p in (record, record.with_suffix(".md"), review_path(record), *near))


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
