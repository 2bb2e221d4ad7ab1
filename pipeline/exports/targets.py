"""The options of an export, and where it is written: documents, formats, file names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.batches.outputs import places_near, recorded_places, records_at, source_of
from pipeline.errors import InputError, SettingsError
from pipeline.exports import FORMATS
from pipeline.exports.base import Format
from pipeline.exports.html import HTML
from pipeline.review.storage import review_path
from pipeline.text import well_formed

INDEX = "index"
_REVIEWED = ".reviewed"  # at the end of the name of a reviewed export, before its suffix
_SUFFIX = re.compile(r"\.[A-Za-z]\w{1,4}")  # at the end of a file's name; "notes.2024" is a folder


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to write. `out` is a folder, or the file itself if one document is written in one format.

    With `index`, a page listing all notes is written too; its entries link to the HTML format.
    """

    formats: tuple[Format, ...]
    out: Path | None = None
    transcripts: Path | None = None
    reviewed: bool = False
    citations: bool = False
    index: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A record, and the given folder in which it was found: its path below that folder is kept under --out."""

    record: Path
    root: Path

    @property
    def name(self) -> str:
        """The record's path below its output folder, without the suffix: "Week-01/introduction"."""
        record = self.root.resolve() / self.record.relative_to(self.root)
        return well_formed(record.relative_to(self.output).with_suffix("").as_posix())

    @property
    def output(self) -> Path:
        """The output folder: the nearest one at or above `root` that has `.studydoc`; if there is none, `root`."""
        root = self.root.resolve()
        return next((f for f in (root, *root.parents) if (f / ".studydoc").is_dir()), root)


def export_options(names: Sequence[str], **others: Any) -> ExportOptions:
    """The options for these formats, without duplicates. SettingsError if one is unknown or cannot be written here."""
    known = {f.name: f for f in FORMATS}
    if unknown := [n for n in names if n not in known and n != INDEX]:
        raise SettingsError(f"--to {unknown[0]}: no such format", hint=f"use one of {', '.join([*known, INDEX])}")
    formats = [known[n] for n in names if n != INDEX]
    formats += [HTML] if INDEX in names else []
    for file_format in formats:
        if file_format.check:
            file_format.check()
    options = ExportOptions(tuple(dict.fromkeys(formats)), index=INDEX in names, **others)
    _check_out(options)
    return options


def _check_out(options: ExportOptions) -> None:
    """Raise SettingsError if --out looks like a file, but the formats cannot be written as that one file."""
    out = options.out
    if out is None or out.is_dir() or is_file_name(out, options):
        return
    if out.is_file() or _SUFFIX.fullmatch(out.suffix):
        known = ", ".join(dict.fromkeys(f.suffix for f in FORMATS))
        names = ", ".join((*(f.name for f in options.formats), *[INDEX] * options.index))
        raise SettingsError(
            f"--out {out}: there is no such folder, and {names} cannot be written to a file of that name",
            hint=f"use a folder, or for a single format a file name with its ending: {known}",
        )


def format_of(path: Path) -> Format | None:
    """The first format with the suffix of a file's name; None if there is none."""
    return next((f for f in FORMATS if f.suffix == path.suffix), None)


def places_below(paths: Sequence[Path], *, reviewed: bool) -> list[Place]:
    """The records at these paths or beside pages there; with `reviewed`, only reviewed ones. InputError if none."""
    places = [p for p in _all_places(paths) if not reviewed or review_path(p.record).exists()]
    if not places:
        problem, hint = ("nothing was reviewed", "decide in studydoc review first") if reviewed else (
            "there are no study documents", "run studydoc make first"
        )  # fmt: skip
        raise InputError(f"{paths[0]}: {problem} here", hint=hint)
    return places


def never_reviewed(paths: Sequence[Path]) -> list[Path]:
    """The records at these paths, or beside pages there, on which nothing was decided; without reviewed exports."""
    records = (place.record for place in _all_places(paths))
    return [r for r in records if not review_path(r).exists() and not r.stem.endswith(_REVIEWED)]


def _all_places(paths: Sequence[Path]) -> list[Place]:
    places_by_path: dict[Path, Place] = {}
    for path in paths:
        root = path if path.is_dir() else path.parent
        for record in records_at([path]):
            places_by_path.setdefault(record.resolve(), Place(record, root))
    return list(places_by_path.values())


def targets(place: Place, options: ExportOptions, taken: Sequence[Path]) -> dict[Format, Path]:
    """The path for each format of a document, avoiding `taken` ones. InputError if --out names one of these.

    Among formats with the same suffix, only the first gets the plain name beside the record, whichever are being
    written: otherwise one could replace another that was written earlier.
    """
    record, out = place.record, options.out
    if out is not None and is_file_name(out, options):
        if out.resolve() in taken:
            raise InputError(
                f"{out}: this is the document itself or its transcript", hint="use another name with --out"
            )
        return dict.fromkeys(options.formats, out)
    folder = record.parent if out is None else out / record.parent.relative_to(place.root)
    stem = f"{record.stem}{_REVIEWED}" if options.reviewed else record.stem
    suffixes = [f.suffix for f in options.formats]
    paths = {}
    for file_format in options.formats:
        path = folder / f"{stem}{file_format.suffix}"
        gives_way = suffixes.count(file_format.suffix) > 1 or (out is None and file_format is not format_of(path))
        if gives_way or path.resolve() in taken:
            path = folder / f"{stem}.{file_format.name}{file_format.suffix}"
        paths[file_format] = path
    return paths


def is_file_name(out: Path, options: ExportOptions) -> bool:
    """Whether --out names a file: there is a single format, and the name ends in its suffix."""
    return not options.index and [f.suffix for f in options.formats] == [out.suffix] and not out.is_dir()


def taken_by(record: Path) -> tuple[Path, ...]:
    """The files that make and review write for a document, and where its transcript may be found near them."""
    path = str((source_of(record) or {}).get("path") or "")
    near = (*recorded_places(path, record), *places_near(record, Path(path).name)) if path else ()
    return tuple(p.resolve() for p in (record, record.with_suffix(".md"), review_path(record), *near))
