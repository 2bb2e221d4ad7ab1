"""Which files in some folders are new or changed, and no longer being written.

Folders are polled: network drives send no change notifications, and a file's size and time are needed anyway to tell
whether it is still being written. Paths are strings, since ten thousand of them are compared every second and Path
objects would take four times as long.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from errno import ELOOP, ENOENT
from pathlib import Path

from pipeline.readers.sources import is_temporary

_UNKNOWN = (0, 0)  # the file's identity where a listing does not give it: on Windows


@dataclass(frozen=True, slots=True)
class Stamp:
    """What shows that a file has changed. `file` identifies it under any name, and is not compared."""

    size: int
    changed_ns: int
    file: tuple[int, int] = field(default=_UNKNOWN, compare=False)  # device and inode


@dataclass(slots=True)
class Settling:
    """Files as last seen. A file is ready if it has not changed for `settle` seconds and is not taken in this state."""

    settle: float
    _seen: dict[str, tuple[Stamp, float]] = field(default_factory=dict)  # and since when it has been in that state
    _taken: dict[str, Stamp] = field(default_factory=dict)

    def look(
        self,
        listing: Mapping[str, Stamp],
        now: float,
        *,
        away: Collection[str] = (),
        still_before: float | None = None,
    ) -> dict[str, str | None]:
        """Take in a listing made at `now`; the taken files that have disappeared, each with its new path if renamed.

        `now` is in seconds of a monotonic clock. A file counts as unchanged since the look that first showed its
        current state; if it was last written before `still_before`, in seconds of the file system's clock, it is ready
        at once. Files below folders in `away`, as a network drive may be for a while, have not disappeared. A file was
        renamed if the same file appears, unchanged, under a new path: its inode alone is not enough, since file systems
        reuse inodes.
        """
        appeared = {(s.file, s): p for p, s in listing.items() if p not in self._seen and s.file != _UNKNOWN}
        gone: dict[str, str | None] = {}
        for path in [p for p in self._seen if p not in listing and not _below(p, away)]:
            stamp, _ = self._seen.pop(path)
            if self._taken.pop(path, None):
                gone[path] = appeared.get((stamp.file, stamp))
        for path, stamp in listing.items():
            if path in self._seen and self._seen[path][0] == stamp:
                since = self._seen[path][1]
            else:
                old = still_before is not None and stamp.changed_ns / 1e9 < still_before
                since = now - self.settle if old else now
            self._seen[path] = stamp, since
        return gone

    def ready(self, now: float) -> list[str]:
        """The files that are ready, sorted by path."""
        return sorted(path for path, since in self._open() if now - since >= self.settle)

    @property
    def unsettled(self) -> bool:
        """Whether there are files that have not been taken in their current state."""
        return any(self._open())

    def _open(self) -> Iterator[tuple[str, float]]:
        """The files not taken in their current state, each with the time of that state. Empty files are left out."""
        for path, (stamp, since) in self._seen.items():
            if stamp.size and self._taken.get(path) != stamp:
                yield path, since

    def take(self, path: str) -> None:
        """Mark a file as taken in its current state: it becomes ready again when it changes."""
        self._taken[path] = self._seen[path][0]

    def give_back(self, path: str) -> None:
        """Mark a file as not taken: it becomes ready again even if it does not change."""
        self._taken.pop(path, None)

    def as_taken(self, path: str) -> bool:
        """Whether the file on disk is in the state in which it was taken."""
        try:
            return _stamp(Path(path).stat()) == self._taken.get(path)
        except OSError:
            return False


def listing(roots: Sequence[Path]) -> tuple[dict[str, Stamp], list[str]]:
    """Every file below `roots`, except hidden and temporary ones; and the roots and folders that cannot be read now.

    Paths are written as `str(Path(…))` writes them: below "." without "./".
    """
    files: dict[str, Stamp] = {}
    away: list[str] = []
    for root in roots:
        try:
            files |= dict(_files(root, _start(root), away) if root.is_dir() else [(str(root), _stamp(root.stat()))])
        except OSError:
            away.append(str(root))
    return files, sorted(away)


def _start(folder: Path) -> str:
    """The prefix of all paths in a folder."""
    return str(folder / "x")[:-1]


def _files(folder: Path | str, start: str, away: list[str]) -> Iterator[tuple[str, Stamp]]:
    """The files below a folder; OSError if it cannot be read. Subfolders that cannot be read are added to `away`."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_temporary(entry.name):
                continue
            path = start + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(path, path + os.sep, away)
                elif entry.is_file():
                    yield path, _stamp(entry.stat())
            except OSError as err:
                if err.errno not in (ENOENT, ELOOP):  # it was deleted in between, or is a link to itself
                    away.append(path)


def _below(path: str, folders: Collection[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_size, stat.st_mtime_ns, (stat.st_dev, stat.st_ino))
