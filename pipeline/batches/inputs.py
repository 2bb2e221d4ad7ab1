"""Finds the transcripts below given paths and names them so that none overwrites another one's document."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipeline.batches.options import Input
from pipeline.batches.outcome import Outcome
from pipeline.batches.outputs import (
    former_places,
    origin_of,
    recorded_places,
    records_below,
    records_beside,
    source_of,
)
from pipeline.batches.own_files import is_own_file
from pipeline.errors import InputError, OutputError
from pipeline.readers import Origin, Source, as_written, kept_apart, name_apart, read_transcript, survey, survey_files
from pipeline.readers.report import read_stdin, read_url, skipped_lines
from pipeline.store import output_path
from pipeline.text import numbered
from pipeline.transcript import Transcript

S = TypeVar("S", Source, Transcript)
_SHOWN = 3  # files listed by name in a message


@dataclass(frozen=True, slots=True)
class Found:
    """The transcripts below some paths (files not yet read), an outcome for each failed path, and the skipped files."""

    sources: list[Source | Transcript]
    failed: list[Outcome]
    skipped: list[str]


def find(paths: Sequence[Path], reading: Input, out: Path) -> Found:
    """Find the transcripts below `paths` ("-" is standard input) and at `reading.url`, under unique names.

    No name overwrites the document of another input.
    """
    streams: list[Transcript] = []
    failed: list[Outcome] = []
    options = {"name": reading.name, "form": reading.form, "encoding": reading.encoding}
    try:
        if Path("-") in paths:
            streams.append(read_stdin(sys.stdin.buffer.read(), **options))
        if reading.url is not None:
            streams.append(read_url(reading.url, **options))
    except InputError as err:
        failed.append(Outcome("-", error=err))
    found_below = survey((p for p in paths if p != Path("-")), is_own_file)
    failed += [Outcome("", error=err) for err in found_below.errors]
    streams, refused_streams = _inside(out, streams)
    streams = _apart(streams, out)
    files = kept_apart(found_below.sources, partial(origin_of, out), [t.name for t in streams])
    files, refused_files = _inside(out, files)
    failed += [*refused_streams, *refused_files]
    return Found([*streams, *files], failed, skipped_lines(found_below))


def _inside(out: Path, sources: Iterable[S]) -> tuple[list[S], list[Outcome]]:
    """The sources whose documents have a place in the output folder, and failures of those that a link leads away."""
    inside: list[S] = []
    refused: list[Outcome] = []
    for source in sources:
        try:
            output_path(out, source.name)
        except OutputError as err:
            refused.append(Outcome(source.name, error=err))
        else:
            inside.append(source)
    return inside, refused


def _apart(streams: Sequence[Transcript], out: Path) -> list[Transcript]:
    """Transcripts from standard input or the web, renamed if their document would overwrite another; a note says so."""
    transcripts: list[Transcript] = []
    for stream in streams:
        name = name_apart([stream.name], partial(_is_of, stream, out), {as_written(t.name) for t in transcripts})
        if name != stream.name:
            note = f"the notes {stream.name} belong to another input: these are written as {name}"
            stream = replace(stream, name=name, notes=(*stream.notes, note))
        transcripts.append(stream)
    return transcripts


def _is_of(stream: Transcript, out: Path, name: str) -> bool:
    """Whether this name is free or its document was made from this stream; for a pipe, decided by its content."""
    source = source_of(output_path(out, name))
    if source is None:
        return True
    from_web = (stream.path or "").startswith("http")
    return source.get("path") == stream.path and (from_web or source.get("sha256") == stream.sha256)


def find_among(files: Collection[Path], paths: Sequence[Path], out: Path, names_in_use: Mapping[str, str]) -> Found:
    """Like `find`, but only for `files`, which are below `paths`.

    `names_in_use` maps each name to the path of its input: that input keeps the name, and no other gets it.
    """
    below = survey_files(files, paths, is_own_file)
    names = {path: name for name, path in names_in_use.items()}
    keeping_names = [replace(s, name=names.get(str(s.path), s.name)) for s in below.sources]

    def made_from(name: str) -> Origin | None:
        return Origin({Path(names_in_use[name]).resolve()}) if name in names_in_use else origin_of(out, name)

    sources, refused = _inside(out, kept_apart(keeping_names, made_from))
    errors = [Outcome("", error=err) for err in below.errors]
    return Found([*sources], [*errors, *refused], skipped_lines(below))


def left_behind(paths: Sequence[Path], found: Found, out: Path) -> str | None:
    """A line about notes whose transcripts no longer exist; None if there are none.

    Other runs write to `out` too, so only these notes count: those whose transcript was below `paths` or in the same
    folders, those whose transcript has the file name of one found now, and those made from the same bytes as notes
    under a name found now (the file was renamed, then its folder). The search is skipped unless a folder is given, or a
    file without notes, which may be a renamed one.
    """
    files, own_records = _files_and_records(found, out)
    if not _may_have_others(paths, files, own_records):
        return None
    names = {path.name for path in files}
    folders = [p.resolve() if p.is_dir() else p.resolve().parent for p in paths if p.exists()]

    def concerned(place: Path) -> bool:
        return place.name in names or any(map(place.is_relative_to, folders))

    gone = {record: places for record in records_beside(own_records, out) if (places := former_places(record))}
    elsewhere = [record for record, places in gone.items() if not any(map(concerned, places))]
    digests = {_transcript_digest(record) for record in own_records} - {None} if elsewhere else set()
    others = {record for record in elsewhere if _transcript_digest(record) not in digests}
    records = [record for record in gone if record not in others]
    if not records:
        return None
    return (
        f"kept the notes of {numbered(len(records), 'missing transcript')}: {_pages(records)} "
        "(delete each with its .json and .review.json; if its transcript or folder was renamed, give all three the new "
        "name instead, over the notes that are new there, and run again)"
    )


def further_notes(paths: Sequence[Path], found: Found, out: Path) -> str | None:
    """A line about further notes of transcripts found now, which this run does not bring up to date; None if none.

    They were made when another folder or a single file was given, or are conflicting copies of a synchronised folder.
    Notes in an output folder of their own do not count. The search is skipped where that of `left_behind` is.
    """
    files, own_records = _files_and_records(found, out)
    if not _may_have_others(paths, files, own_records):
        return None
    resolved = {path.resolve() for path in files}

    def is_twice(record: Path) -> bool:
        path = (source_of(record) or {}).get("path")
        if not isinstance(path, str) or resolved.isdisjoint(p.resolve() for p in recorded_places(path, record)):
            return False
        return not any((folder / ".studydoc").is_dir() for folder in record.parents if out in folder.parents)

    if not (records := [record for record in records_beside(own_records, out) if is_twice(record)]):
        return None
    return (
        f"kept {numbered(len(records), 'other document')} of these transcripts: {_pages(records)} "
        "(each is brought up to date only by the path that was given for it; delete those that you do not want, with "
        "their .json and .review.json)"
    )


def _files_and_records(found: Found, out: Path) -> tuple[set[Path], set[Path]]:
    """The files found, and the records of their documents, which may not exist yet."""
    sources = [s for s in found.sources if isinstance(s, Source)]
    return {s.path for s in sources}, {output_path(out, s.name) for s in sources}


def _may_have_others(paths: Sequence[Path], files: Collection[Path], records: Collection[Path]) -> bool:
    """Whether other notes are looked for: if a folder is given, or a file without notes."""
    return bool(files) and not (set(files).issuperset(paths) and all(record.exists() for record in records))


def _pages(records: Sequence[Path]) -> str:
    """The pages of records, the first few of them by name."""
    more = f" and {len(records) - _SHOWN} more" if len(records) > _SHOWN else ""
    return f"{', '.join(str(r.with_suffix('.md')) for r in records[:_SHOWN])}{more}"


def lost_answers(out: Path, store: Path) -> str | None:
    """A line about notes in `out` whose stored answers are missing, so that they would be paid for again; else None.

    This happens where the notes were copied without the hidden folder, or come from a repository that leaves it out.
    """
    if store.exists() or not (records := records_below(out)):
        return None
    return (
        f"the stored answers of {numbered(len(records), 'document')} in {out} are missing ({store}): their calls are "
        "made and paid for again; to avoid that, press Ctrl-C and bring this file back"
    )


def _transcript_digest(record: Path) -> object:
    """The digest of the transcript that a record was made from; None if there is no record."""
    return (source_of(record) or {}).get("sha256")


def read(source: Source | Transcript, reading: Input) -> Transcript:
    """The transcript of a source. Raises InputError if its file cannot be read."""
    if isinstance(source, Transcript):
        return source
    transcript = read_transcript(source.path, name=source.name, encoding=reading.encoding, form=reading.form)
    return replace(transcript, plain=source.plain if source.plain != source.name else "")
