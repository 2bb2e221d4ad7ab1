"""The only writer of outputs: files are written whole or not at all, the record last, as it marks completion."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import NewerRecord, OutputError, StoreError, UnreadableRecord
from pipeline.text import slug

if TYPE_CHECKING:
    from pydantic import ValidationError

    from pipeline.document import StudyDocument

_SOURCE = re.compile(rb'\n "source": (\{\n.*?\n \}),?\n', re.DOTALL)  # as `dump` lays it out
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)  # what keeps all files from being written


def output_path(out: Path, name: str) -> Path:
    """Where to write the record of `name` ("folder/talk"): always below `out`, whatever the name contains.

    OutputError if a link there leads out of it.
    """
    parts = [slug(part) for part in name.split("/") if part not in ("", ".", "..")]
    path = out.joinpath(*parts[:-1], f"{parts[-1] if parts else 'transcript'}.json")
    if not path.resolve().is_relative_to(out.resolve()):
        raise OutputError(f"{path}: leads out of {out}", hint="remove the link in the output folder")
    return path


def dump(document: StudyDocument) -> str:
    """The record as JSON text."""
    return document.model_dump_json(indent=1) + "\n"


def dumped_source(record: bytes) -> dict[str, Any] | None:
    """`source` of a record that `dump` wrote, without parsing the rest; None for JSON in another layout.

    ValueError if it is damaged.
    """
    found = _SOURCE.search(record)
    source: dict[str, Any] | None = json.loads(found[1]) if found else None
    return source


def load(path: Path) -> StudyDocument:
    """Read the document in a record. Raises NewerRecord, UnreadableRecord, or StoreError if damaged or too old."""
    # Imported here, as most commands need not parse a record.
    from pydantic import ValidationError

    from pipeline.document import FORMAT, StudyDocument

    try:
        return StudyDocument.model_validate_json(path.read_bytes())
    except OSError as err:
        raise UnreadableRecord(
            f"{path}: cannot be read: {err.strerror or err}", hint="change its permissions, or move it away"
        ) from err
    except ValidationError as err:
        if _is_of_newer_version(err):
            hint = "update studydoc, or move the record away to have the notes made again"
            raise NewerRecord(f"{path}: a newer version of studydoc wrote this record", hint=hint) from err
        raise StoreError(
            f"{path}: this is not a study document of format {FORMAT} ({err.error_count()} errors)",
            hint="if an older version made it, run studydoc make to write it again",
        ) from err


def _is_of_newer_version(err: ValidationError) -> bool:
    """Whether the record has a later format, or its only faults are fields unknown to this version."""
    from pipeline.document import FORMAT

    faults = err.errors(include_url=False, include_context=False)
    formats = [fault["input"] for fault in faults if fault["loc"] == ("format",)]
    is_later = any(isinstance(number, int) and number > FORMAT for number in formats)
    return is_later or all(fault["type"] == "extra_forbidden" for fault in faults)


def check_writable(out: Path) -> None:
    """Raise StoreError if outputs cannot be written; called before the first call costs anything."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as err:
        raise StoreError(
            f"{out}: cannot be written: {err.strerror or err}", hint="choose another folder with --out"
        ) from err


def ensure_place_for(record: Path) -> None:
    """Raise OutputError if a record and its page cannot be written here; called before calls cost anything."""
    for path in (record, record.with_suffix(".md")):
        if path.is_dir():
            raise OutputError(
                f"{path}: the notes cannot be written, as this is a folder",
                hint="rename it, or choose another output folder with --out",
            )
    folder = next(path for path in record.parents if path.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        reason = "its permissions forbid it" if folder.is_dir() else "this is not a folder"
        raise OutputError(
            f"{folder}: the notes cannot be written here, as {reason}",
            hint="change that, or choose another output folder with --out",
        )


def write(document: StudyDocument, markdown: str, record: Path) -> tuple[Path, Path]:
    """Write `NAME.md`, then `NAME.json`; each is either the old or the new file, never half of one."""
    page = record.with_suffix(".md")
    replace_file(page, markdown)
    replace_file(record, dump(document))
    return page, record


def keep_aside(path: Path, content: bytes) -> Path:
    """Save a file that somebody edited beside its original, only once for the same content; the path of the copy."""
    aside = next(p for p in places_aside(path) if not p.exists() or p.read_bytes() == content)
    replace_file(aside, content)
    return aside


def places_aside(path: Path) -> Iterator[Path]:
    """Where edited files are saved, in the order in which these places are used: NAME.edited.md, NAME.edited-2.md, …"""
    marks = ("edited", *(f"edited-{n}" for n in range(2, 1000)))
    return (path.with_name(f"{path.stem}.{mark}{path.suffix}") for mark in marks)


def replace_file(path: Path, content: str | bytes) -> None:
    """Replace a file as a whole; it is on disk when this returns.

    StoreError if the disk is full, OutputError if this file cannot be written for another reason. An existing file
    keeps its mode; a new one gets 0666 minus the umask.
    """
    fresh = path.parent / f".{path.name[:40]}.{secrets.token_hex(8)}.new"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        old = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
        try:
            # Created with its final mode, so that it is never more accessible than it should be.
            with open(fresh, "xb", opener=partial(os.open, mode=0o666 if old is None else old)) as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            if old is not None:
                fresh.chmod(old)
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as err:
        message = f"{path}: cannot be written: {err.strerror or err}"
        if err.errno in _FULL:
            raise StoreError(message, hint="free some space and run again; stored answers are kept") from err
        raise OutputError(message, hint="change the permissions of its folder and run again") from err


def _sync_folder(folder: Path) -> None:
    """Flush the folder to disk: only then is a rename durable."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
