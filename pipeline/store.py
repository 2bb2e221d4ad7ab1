"""The only writer of outputs: whole files or none, the record last, so that its presence means complete."""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import NewerRecord, StoreError, UnreadableRecord
from pipeline.text import slug

if TYPE_CHECKING:
    from pydantic import ValidationError

    from pipeline.document import StudyDocument

_SOURCE = re.compile(rb'\n "source": (\{\n.*?\n \}),?\n', re.DOTALL)  # as `dump` sets it


def output_path(out: Path, name: str) -> Path:
    """Where the record of `name` ("folder/talk") goes: below `out` whatever the name holds."""
    parts = [slug(part) for part in name.split("/") if part not in ("", ".", "..")]
    path = out.joinpath(*parts[:-1], f"{parts[-1] if parts else 'transcript'}.json")
    if not path.resolve().is_relative_to(out.resolve()):
        raise StoreError(f"{path}: leads out of {out}", hint="remove the link in the output folder")
    return path


def dump(document: StudyDocument) -> str:
    """The record as JSON text."""
    return document.model_dump_json(indent=1) + "\n"


def dumped_source(record: bytes) -> dict[str, Any] | None:
    """`source` of a record that `dump` wrote, without parsing the rest; None for JSON that is laid out otherwise.

    ValueError when it is damaged.
    """
    found = _SOURCE.search(record)
    source: dict[str, Any] | None = json.loads(found[1]) if found else None
    return source


def load(path: Path) -> StudyDocument:
    """The document in a record. NewerRecord, UnreadableRecord, and StoreError when it is damaged or an older one."""
    # Imported here, since a run that makes nothing parses no record.
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
            hint = "update studydoc, or move it away to have the notes made anew"
            raise NewerRecord(f"{path}: a newer version of studydoc wrote this record", hint=hint) from err
        raise StoreError(
            f"{path}: this is no study document of format {FORMAT} ({err.error_count()} faults)",
            hint="an older program made it? studydoc make writes it anew",
        ) from err


def _is_of_newer_version(err: ValidationError) -> bool:
    """Whether a record is of a later format, or all that is wrong with it is that it tells more than is known here."""
    from pipeline.document import FORMAT

    faults = err.errors(include_url=False, include_context=False)
    formats = [fault["input"] for fault in faults if fault["loc"] == ("format",)]
    is_later = any(isinstance(number, int) and number > FORMAT for number in formats)
    return is_later or all(fault["type"] == "extra_forbidden" for fault in faults)


def check_writable(out: Path) -> None:
    """StoreError when outputs could not be written; asked before the first call costs anything."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as err:
        raise StoreError(
            f"{out}: cannot be written: {err.strerror or err}", hint="choose another folder with --out"
        ) from err


def write(document: StudyDocument, markdown: str, record: Path) -> tuple[Path, Path]:
    """Writes `NAME.md`, then `NAME.json`; each is the old file or the new one, never half of one."""
    page = record.with_suffix(".md")
    replace_file(page, markdown)
    replace_file(record, dump(document))
    return page, record


def replace_file(path: Path, content: str | bytes) -> None:
    """Writes a whole file in the place of the old one, on disk when this returns. StoreError when it cannot be.

    An old file's mode stays; a new file has what the umask leaves of 0666.
    """
    fresh = path.parent / f".{path.name[:40]}.{secrets.token_hex(8)}.new"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        old = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
        try:
            # Never open to more people than it will be, not even while it is written.
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
        raise StoreError(
            f"{path}: cannot be written: {err.strerror or err}", hint="free some space and run again; answers are kept"
        ) from err


def _sync_folder(folder: Path) -> None:
    """A rename is only safe on disk once its folder is."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
