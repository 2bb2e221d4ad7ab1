"""What is kept of an order besides what it was told, by the names that it has in the order's body."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.readers import Source
from pipeline.readers.archive import is_there, sha256_of
from pipeline.text import numbered

WAITING = "waiting"  # the documents that lack an answer, by the paths of their transcripts
JOBS_BEFORE = "jobs_before"  # how many jobs of its paths and settings there were when the order was first given
GIVEN = "given"  # when make --batch was told it last, in seconds since 1970
TRANSCRIPTS = "transcripts"  # that the order is for: their digests when it was given, by their paths
_SHOWN = 3  # paths that an order is called by


def name_of(body: dict[str, Any]) -> str:
    """What people know an order by."""
    given = f" of {datetime.fromtimestamp(body[GIVEN]):%Y-%m-%d %H:%M}" if GIVEN in body else ""
    return f"order{given} for {_paths_of(body)}"


def _paths_of(body: dict[str, Any]) -> str:
    paths = body["paths"]
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{', '.join(paths[:_SHOWN])}{more}"


@dataclass(frozen=True, slots=True)
class Ordered:
    """The transcripts of an order: those that are there, and the digests of all that it still is for.

    `gone` has the names of those that are no longer there and lack an answer, by their paths; `new` lie at its paths
    and are not part of it.
    """

    sources: list[Source]
    transcripts: dict[str, str]
    gone: dict[str, str]
    new: int

    def told_of_new(self, body: dict[str, Any]) -> str | None:
        """A line on transcripts that came after the order; None where there are none."""
        if not self.new:
            return None
        are = "is" if self.new == 1 else "are"
        many = numbered(self.new, "new transcript")
        return f"{many} in {_paths_of(body)} {are} not part of this order: run make --batch again"


def ordered(body: dict[str, Any], found: Iterable[Source], *, given: bool) -> Ordered:
    """What an order is for, of all that is found at its paths now: all of it where the order is just `given`.

    A transcript that was renamed since then is known by its digest.
    """
    there = {str(s.path): s for s in found}
    known: dict[str, str] = body.get(TRANSCRIPTS, {})
    lost = {path: digest for path, digest in known.items() if path not in there and not is_there(Path(path))}
    renamed = _renamed(lost, there.keys() - known.keys())
    if given or TRANSCRIPTS not in body:
        mine = {path: sha256_of(s.path) for path, s in there.items()}
    else:
        mine = {path: known[path] for path in there if path in known}
        mine |= {new: lost[old] for old, new in renamed.items()}
    waiting = {path: name for path, name in body.get(WAITING, {}).items() if path not in there and path not in renamed}
    gone = {path: name for path, name in waiting.items() if not is_there(Path(path))}
    sources = [s for path, s in there.items() if path in mine]
    return Ordered(sources, mine | {p: known[p] for p in gone if p in known}, gone, len(there) - len(sources))


def _renamed(lost: Mapping[str, str], others: Collection[str]) -> dict[str, str]:
    """The new paths, among others, of transcripts that are no longer where they were, by their former ones."""
    by_digest = defaultdict[str, list[str]](list)
    for path in sorted(others, reverse=True) if lost else ():
        by_digest[sha256_of(Path(path))].append(path)
    return {old: by_digest[digest].pop() for old, digest in lost.items() if digest and by_digest[digest]}
