"""Find transcripts with `survey` and read them, in any format, with `read_transcript`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.readers.archive import read_member, zipped
from pipeline.readers.metadata import read_side_file
from pipeline.readers.sources import (
    READ,
    STANDARD_INPUT,
    SUFFIXES,
    Origin,
    Skipped,
    Source,
    Survey,
    as_written,
    distinct,
    kept_apart,
    name_apart,
    survey,
    survey_files,
)
from pipeline.text import composed
from pipeline.transcript import Asked, Metadata, Reading, Segment, Transcript

if TYPE_CHECKING:
    from pipeline.readers.base import Document
    from pipeline.readers.lines import Line
    from pipeline.readers.tally import Tally

__all__ = [
    "READ",
    "STANDARD_INPUT",
    "SUFFIXES",
    "Origin",
    "Skipped",
    "Source",
    "Survey",
    "as_written",
    "content",
    "distinct",
    "kept_apart",
    "name_apart",
    "parse",
    "read_transcript",
    "survey",
    "survey_files",
]


def read_transcript(
    path: Path, *, name: str | None = None, encoding: str | None = None, form: str | None = None
) -> Transcript:
    """The transcript in a file, with its metadata.

    The content decides the format, unless `form` names one of `formats.READERS`. Raises InputError, which names the
    file, the cause and a remedy.
    """
    return parse(
        content(path),
        str(path),
        suffix=path.suffix.lower(),
        name=name or path.stem,
        encoding=encoding,
        side=read_side_file(path),
        form=form,
    )


def content(path: Path) -> bytes:
    """The bytes of a file, on disk or in a zip file. Raises InputError if it cannot be read or changes meanwhile."""
    if inside := zipped(path):
        return read_member(*inside)
    try:
        before = path.stat()
        raw = path.read_bytes()
        after = path.stat()
    except OSError as err:
        raise InputError(f"{path}: cannot be read: {err.strerror or err}") from err
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(raw) != after.st_size:
        raise InputError(f"{path}: it changed while it was read", hint="run again once no program is writing to it")
    return raw


def parse(
    raw: bytes,
    label: str,
    *,
    suffix: str = "",
    name: str,
    encoding: str | None = None,
    side: Metadata | None = None,
    form: str | None = None,
) -> Transcript:
    """The transcript in `raw`. Raises InputError without speech; `suffix` helps where the content leaves a choice."""
    # Imported here: a run whose documents are all up to date reads no transcript.
    from pipeline.readers import plain
    from pipeline.readers.about import about
    from pipeline.readers.annotations import refuse_annotations
    from pipeline.readers.base import Captions, Document
    from pipeline.readers.cues import cue_lines
    from pipeline.readers.formats import reader_for
    from pipeline.readers.lines import finish, too_few_words
    from pipeline.readers.openings import named, without_opening
    from pipeline.readers.tally import Tally
    from pipeline.readers.tidy import uncollected
    from pipeline.readers.turns import parse_turns

    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise InputError(f"{label}: the file is empty", hint="give a transcript with words in it")
    digest = hashlib.sha256(raw).hexdigest()
    document, tally = Document(raw, label, suffix=suffix, encoding=encoding), Tally()
    reader = reader_for(document, form)
    if form is None and reader is plain.READER:
        refuse_annotations(document)
    used_encoding = "binary" if reader.binary else _encoding(document, tally)
    with uncollected():
        parsed = reader.read(document, tally)
        if isinstance(parsed, Captions):
            opening = Metadata()
            lines, heading = cue_lines(parsed.cues, tally, label), None
        else:
            text, opening = without_opening(composed(parsed.text), tally)
            lines, heading = parse_turns(text, tally)
        segments, file_lines = finish(lines)
    if remark := too_few_words(segments):
        tally.warn(remark)
    _record_silent(lines, segments, tally)
    fields = (side or Metadata()).over(parsed.metadata).over(opening)
    metadata = about(fields, heading, tally, file_lines).over(named(label))
    reading = replace(tally.reading(reader.name, used_encoding), asked=Asked(encoding, form))
    if not segments:
        raise _without_speech(label, reader.title, reading)
    return Transcript(
        name=name,
        segments=segments,
        metadata=metadata,
        path=label,
        sha256=digest,
        notes=tuple(str(remark) for remark in reading.remarks),
        reading=reading,
    )


def _without_speech(label: str, form: str, reading: Reading) -> InputError:
    left_out = "; ".join(f"{part.count} {part.kind}" for part in reading.left_out)
    return InputError(
        f"{label}: no speech in it, read as {form}",
        hint=f"it contains only: {left_out}" if left_out else "it contains only times, sounds or headings",
    )


def _record_silent(lines: Sequence[Line], segments: Sequence[Segment], tally: Tally) -> None:
    """Record the labels of speakers who say nothing."""
    speakers = {s.speaker for s in segments}
    for silent in {line.speaker: line for line in reversed(lines) if line.speaker not in speakers}.values():
        tally.leave_out("labels without words", silent.speaker or "", silent.file_line)


def _encoding(document: Document, tally: Tally) -> str:
    """The encoding in which a text is read, after a warning of each doubt about it."""
    _, encoding, remark = document.decoded
    for doubt in document.doubts:
        tally.warn(*doubt)
    if remark:
        tally.warn(remark)
    return encoding
