"""Zip files as folders: "talks.zip/monday/talk.vtt" is a path that can be read."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path, PurePosixPath

from pipeline.errors import InputError

_LARGEST = 100_000_000  # maximum size of an unpacked member in bytes: pictures in a PDF count too
_MOST = 20_000  # maximum number of members in a zip file


def zipped(path: Path) -> tuple[Path, str] | None:
    """The zip file and the member that a path names; None for any other path."""
    if path.exists():
        return None
    for parent in path.parents:
        if parent.suffix.lower() == ".zip" and parent.is_file():
            return parent, path.relative_to(parent).as_posix()
    return None


def is_there(path: Path) -> bool:
    """Whether a file exists, on disk or in a zip file."""
    try:
        return path.is_file() or ((member := zipped(path)) is not None and _holds(*member))
    except InputError:  # the zip file is broken
        return False


def _holds(path: Path, name: str) -> bool:
    return name in _opened(path).NameToInfo and _why_not(PurePosixPath(name)) is None


def sha256_of(path: Path) -> str:
    """The SHA-256 digest of a file, on disk or in a zip file; "" if it cannot be read."""
    try:
        member = zipped(path)
        stat = (member[0] if member else path).stat()
        return _digest(path, member, stat.st_size, stat.st_mtime_ns)
    except (OSError, InputError):
        return ""


@lru_cache(maxsize=4096)
def _digest(path: Path, member: tuple[Path, str] | None, size: int, changed: int) -> str:
    if member:
        return hashlib.sha256(read_member(*member)).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def members(path: Path) -> list[str]:
    """The names of the files in a zip file, except those in `passed_over`.

    Raises InputError if it cannot be read or holds too many files.
    """
    return sorted(n for n in _names(path) if _why_not(PurePosixPath(n)) is None)


def passed_over(path: Path) -> list[tuple[str, str]]:
    """The names of hidden files in a zip file and of files that would leave it, each with the reason."""
    return sorted((n, why) for n in _names(path) if (why := _why_not(PurePosixPath(n))) is not None)


def _names(path: Path) -> list[str]:
    names = [member.filename for member in _opened(path).infolist() if not member.is_dir()]
    if len(names) > _MOST:
        raise InputError(f"{path}: it contains {len(names):,} files", hint=f"use at most {_MOST:,} at a time")
    return names


def _why_not(name: PurePosixPath) -> str | None:
    if name.is_absolute() or ".." in name.parts:
        return "its path leads out of the zip file"
    return "hidden" if any(part.startswith((".", "__MACOSX")) for part in name.parts) else None


def read_member(path: Path, name: str) -> bytes:
    """The bytes of a member. Raises InputError if it is missing, locked, broken or too large when unpacked."""
    archive = _opened(path)
    try:
        if archive.getinfo(name).file_size > _LARGEST:
            raise InputError(f"{path}/{name}: it unpacks to more than {_LARGEST // 1_000_000} MB")
        with archive.open(name) as member:
            return member.read(_LARGEST)  # zipfile also stops at the size in the header
    except KeyError as err:
        raise InputError(f"{path}/{name}: there is no such file in this zip file") from err
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as err:
        raise InputError(f"{path}/{name}: cannot be unpacked: {err}", hint="create the zip file again") from err
    except RuntimeError as err:
        raise InputError(f"{path}/{name}: it is protected with a password", hint="unpack it first") from err


def _opened(path: Path) -> zipfile.ZipFile:
    """The open zip file. Raises InputError if it cannot be read."""
    try:
        stat = path.stat()
        return _open_once(path, stat.st_size, stat.st_mtime_ns)
    except (zipfile.BadZipFile, OSError) as err:
        raise InputError(f"{path}: this zip file cannot be read: {err}", hint="create it again") from err


@lru_cache(maxsize=8)
def _open_once(path: Path, size: int, changed: int) -> zipfile.ZipFile:
    """Open a zip file. Size and time of change are only cache keys: a changed file is opened anew."""
    return zipfile.ZipFile(path)
