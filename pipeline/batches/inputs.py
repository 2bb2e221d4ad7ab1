"""Paths to the transcripts below them, under names that overwrite no other input's document."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.batches.order import Input, Outcome
from pipeline.batches.outputs import former_places, is_output, origin_of, records_beside, source_of
from pipeline.errors import InputError
from pipeline.readers import Origin, Source, as_written, kept_apart, name_apart, read_transcript, survey, survey_files
from pipeline.readers.report import read_stdin, read_url, skipped_lines
from pipeline.store import output_path
from pipeline.text import numbered
from pipeline.transcript import Transcript

_SHOWN = 3  # files that are named one by one


@dataclass(frozen=True, slots=True)
class Found:
    """Transcripts of some paths, files unread, an outcome for each path that gives none, and what was skipped."""

    sources: list[Source | Transcript]
    failed: list[Outcome]
    skipped: list[str]


def find(paths: Sequence[Path], given: Input, out: Path) -> Found:
    """What there is below paths ("-" is standard input), under names that overwrite no other input's document."""
    read_now: list[Transcript] = []
    failed: list[Outcome] = []
    how = {"name": given.name, "form": given.form, "encoding": given.encoding}
    try:
        if Path("-") in paths:
            read_now.append(read_stdin(sys.stdin.buffer.read(), **how))
        if given.url is not None:
            read_now.append(read_url(given.url, **how))
    except InputError as err:
        failed.append(Outcome("-", error=err))
    below = survey((p for p in paths if p != Path("-")), is_output)
    failed += [Outcome("", error=err) for err in below.errors]
    streams = _apart(read_now, out)
    files = kept_apart(below.sources, partial(origin_of, out), [t.name for t in streams])
    return Found([*streams, *files], failed, skipped_lines(below))


def _apart(streams: Sequence[Transcript], out: Path) -> list[Transcript]:
    """What came through a pipe or from the web, under names that overwrite no document of something else, and told."""
    named: list[Transcript] = []
    for each in streams:
        name = name_apart([each.name], partial(_is_of, each, out), {as_written(t.name) for t in named})
        if name != each.name:
            told = f"{each.name} was made from another input: this one is written as {name}"
            each = replace(each, name=name, notes=(*each.notes, told))
        named.append(each)
    return named


def _is_of(stream: Transcript, out: Path, name: str) -> bool:
    """Whether there is no document of this name, or it was made from this stream: of a pipe, only its words tell."""
    made_of = source_of(output_path(out, name))
    if made_of is None:
        return True
    asked = (stream.path or "").startswith("http")
    return made_of.get("path") == stream.path and (asked or made_of.get("sha256") == stream.sha256)


def find_among(files: Collection[Path], paths: Sequence[Path], out: Path, taken: Mapping[str, str]) -> Found:
    """What `find` gives of these files below paths alone.

    `taken` are names that belong to the inputs at some paths: nobody else is given them, and these keep them.
    """
    below = survey_files(files, paths, is_output)
    names = {path: name for name, path in taken.items()}
    kept = [replace(s, name=names.get(str(s.path), s.name)) for s in below.sources]

    def made_from(name: str) -> Origin | None:
        return Origin({Path(taken[name]).resolve()}) if name in taken else origin_of(out, name)

    sources = kept_apart(kept, made_from)
    return Found([*sources], [Outcome("", error=err) for err in below.errors], skipped_lines(below))


def left_behind(paths: Sequence[Path], found: Found, out: Path) -> str | None:
    """A line on notes whose transcripts are no longer there; None when there are none.

    Of the notes in `out`, which other runs write to as well, it tells those of transcripts that were below `paths` or
    beside them, and those of a file whose name was found elsewhere. It looks where a folder is given, or a file without
    notes, which may be a renamed one.
    """
    sources = [s for s in found.sources if isinstance(s, Source)]
    files, made = {s.path for s in sources}, {output_path(out, s.name) for s in sources}
    if not sources or (files.issuperset(paths) and all(record.exists() for record in made)):
        return None
    names = {path.name for path in files}
    folders = [p.resolve() if p.is_dir() else p.resolve().parent for p in paths if p.exists()]

    def concerned(at: Path) -> bool:
        return at.name in names or any(map(at.is_relative_to, folders))

    records = [r for r in records_beside(made, out) if any(map(concerned, former_places(r)))]
    if not records:
        return None
    more = f" and {len(records) - _SHOWN} more" if len(records) > _SHOWN else ""
    return (
        f"notes of {numbered(len(records), 'transcript')} no longer there stay: "
        f"{', '.join(str(r.with_suffix('.md')) for r in records[:_SHOWN])}{more} "
        "(delete each with its .json and .review.json, or give all three a renamed transcript's new name)"
    )


def read(source: Source | Transcript, given: Input) -> Transcript:
    """The transcript of a source. InputError when its file cannot be read."""
    if isinstance(source, Transcript):
        return source
    transcript = read_transcript(source.path, name=source.name, encoding=given.encoding, form=given.form)
    return replace(transcript, plain=source.plain if source.plain != source.name else "")
