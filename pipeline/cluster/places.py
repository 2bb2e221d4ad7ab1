"""Files in any place that fsspec reaches (`s3://…`, `gs://…`, `file://…`, plain paths), read and written as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from pipeline.batches.outputs import origin_of
from pipeline.batches.own_files import is_own_file
from pipeline.errors import InputError, SettingsError, StoreError
from pipeline.readers import SUFFIXES, Source, distinct, kept_apart, survey
from pipeline.store import replace_file


@dataclass(frozen=True, slots=True)
class Place:
    """A transcript: the address that a worker reads, the path for its record, and the name of its outputs.

    `plain` is the name without what tells it from others of the same name.
    """

    address: str
    label: str
    name: str
    plain: str = ""


def address_of(path: Path | str) -> str:
    """An address as it was typed (`Path` turns "s3://bucket" into "s3:/bucket"). Plain paths become absolute."""
    text = str(path)
    if match := re.match(r"^([a-z][a-z0-9+.-]+):/+(.*)$", text):
        return f"{match[1]}://{'/' if match[1] in ('file', 'local') else ''}{match[2]}"
    return str(Path(text).absolute())


def discover(paths: Iterable[Path], out: Path | None = None) -> tuple[list[Place], list[InputError]]:
    """The transcripts in files, folders and addresses, named as `make` names them, and an error for each that fails.

    This program's own outputs are skipped. Names differ from those of documents already in `out`, if it is on this
    machine.
    """
    paths = list(paths)
    near = [p for p in paths if "://" not in address_of(p)]
    local_out = out if out is not None and "://" not in address_of(out) else None
    below = survey(near, is_own_file)
    sources = kept_apart(below.sources, lambda name: origin_of(local_out, name) if local_out is not None else None)
    errors = list(below.errors)
    places = [Place(str(s.path.absolute()), str(s.path), s.name, s.plain) for s in sources]
    for address in [address_of(p) for p in paths if p not in near]:
        try:
            places += _far(address)
        except InputError as err:
            errors.append(err)
    return places, errors


def _far(address: str) -> list[Place]:
    system, root = _open(address)
    try:
        files = sorted(system.find(root)) if system.isdir(root) else [root] if system.exists(root) else []
    except OSError as err:
        raise InputError(f"{address}: cannot be listed: {err}") from err
    folder = root.rstrip("/")
    files_inside = []
    for file in files:
        inner = file[len(folder) :].strip("/") or PurePosixPath(file).name
        hidden = any(name.startswith(".") for name in inner.split("/"))
        if PurePosixPath(file).suffix.lower() in SUFFIXES and not hidden:
            files_inside.append((system.unstrip_protocol(file), inner))
    if not files_inside:
        raise InputError(f"{address}: no transcripts here", hint=f"looked for {', '.join(SUFFIXES)}")
    names = distinct([Source(Path(far), inner) for far, inner in files_inside])
    return [Place(far, far, s.name, s.plain) for (far, _), s in zip(files_inside, names, strict=True)]


def read(address: str) -> bytes | None:
    """The bytes of a file, None if it does not exist. Raises InputError if it cannot be read."""
    system, path = _open(address)
    try:
        raw: bytes = system.cat_file(path)
        return raw
    except FileNotFoundError:
        return None
    except OSError as err:
        raise InputError(f"{address}: cannot be read: {err}") from err


def publish(file: Path, address: str) -> None:
    """Write a file to its address as a whole: readers see the old file or the new one, never half of one."""
    system, path = _open(address)
    if "://" not in address or address.startswith(("file://", "local://")):
        replace_file(Path(path), file.read_bytes())
        return
    try:
        system.makedirs(path.rpartition("/")[0], exist_ok=True)
        system.pipe_file(path, file.read_bytes())  # an object appears only when it is complete
    except OSError as err:
        raise StoreError(f"{address}: cannot be written: {err}", hint="fix this and run again") from err


def _open(address: str) -> tuple[Any, str]:
    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as err:  # the package for a protocol is missing, or there is no such protocol
        raise SettingsError(f"{address}: {err}") from err
    return system, str(path)
