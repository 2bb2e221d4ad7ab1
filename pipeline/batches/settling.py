"""Which files of some folders are new or changed, and no longer being written.

Folders are listed again and again: notices of changes do not come from network drives, and size and time, which tell
whether a file is still written, have to be asked for anyway. Paths are strings here, since ten thousand of them are
looked at every second: as Path objects they would take four times as long.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from errno import ELOOP, ENOENT
from pathlib import Path

from pipeline.readers.sources import is_temporary

_UNKNOWN = (0, 0)  # which file it is, where a listing does not tell: on Windows


@dataclass(frozen=True, slots=True)
class Stamp:
    """What shows that a file has changed. `file` identifies it whatever its name, and is not compared."""

    size: int
    changed_ns: int
    file: tuple[int, int] = field(default=_UNKNOWN, compare=False)  # device and inode


@dataclass(slots=True)
class Settling:
    """Files as they were seen. One is ready when it has been still for `settle` seconds and is not taken as it is."""

    settle: float
    _seen: dict[str, tuple[Stamp, float]] = field(default_factory=dict)  # and since when it is like that
    _taken: dict[str, Stamp] = field(default_factory=dict)

    def look(
        self,
        listing: Mapping[str, Stamp],
        now: float,
        *,
        away: Collection[str] = (),
        still_before: float | None = None,
    ) -> dict[str, str | None]:
        """Takes in a listing made at `now`, and gives the taken files that are gone, each with its new path if any.

        `now` is in seconds of a clock that only goes on. A file is still from the look that first shows it as it is;
        one last written before `still_before`, in seconds of the file system's own clock, has been still all along.
        Files below folders that are `away`, as a network drive may be for a while, are not gone. A new path is one
        that appears with the same file as it was: a file system may give the number of a file that is gone to another.
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
        """The files that are ready, in the order of their paths."""
        return sorted(path for path, since in self._open() if now - since >= self.settle)

    @property
    def unsettled(self) -> bool:
        """Whether there are files that are not taken as they are."""
        return any(self._open())

    def _open(self) -> Iterator[tuple[str, float]]:
        """The files that are not taken as they are, and since when. An empty one waits for its first words."""
        for path, (stamp, since) in self._seen.items():
            if stamp.size and self._taken.get(path) != stamp:
                yield path, since

    def take(self, path: str) -> None:
        """The file is taken as it was seen last: it is ready again when it has changed."""
        self._taken[path] = self._seen[path][0]

    def give_back(self, path: str) -> None:
        """The file is taken no longer: it is ready again, also as it is."""
        self._taken.pop(path, None)

    def as_taken(self, path: str) -> bool:
        """Whether the file is on disk just as it was taken."""
        try:
            return _stamp(Path(path).stat()) == self._taken.get(path)
        except OSError:
            return False


def listing(roots: Sequence[Path]) -> tuple[dict[str, Stamp], list[str]]:
    """Every file below roots, hidden and temporary ones left out; and what cannot be looked into now, roots or below.

    Files are called as `str(Path(…))` calls them: below "." without "./".
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
    """What the path of everything in a folder begins with."""
    return str(folder / "x")[:-1]


def _files(folder: Path | str, start: str, away: list[str]) -> Iterator[tuple[str, Stamp]]:
    """The files below a folder. OSError when it cannot be read; what cannot be read below it is added to `away`."""
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
                if err.errno not in (ENOENT, ELOOP):  # it went between listing and looking, or is a link to itself
                    away.append(path)


def _below(path: str, folders: Collection[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_size, stat.st_mtime_ns, (stat.st_dev, stat.st_ino))
