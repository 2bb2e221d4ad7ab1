"""What is stored of an order besides its paths and settings, and the keys of that in the order's body."""

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
GIVEN = "given"  # when make --batch was last run for it, in seconds since 1970
TRANSCRIPTS = "transcripts"  # that the order is for: their digests when it was given, by their paths
_SHOWN = 3  # paths in the name of an order


def name_of(body: dict[str, Any]) -> str:
    """What people know an order by."""
    since = f" of {datetime.fromtimestamp(body[GIVEN]):%Y-%m-%d %H:%M}" if GIVEN in body else ""
    return f"order{since} for {_paths_of(body)}"


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

    def line_on_new(self, body: dict[str, Any]) -> str | None:
        """A line on transcripts that came after the order; None where there are none."""
        if not self.new:
            return None
        verb = "is" if self.new == 1 else "are"
        transcripts = numbered(self.new, "new transcript")
        return f"{transcripts} in {_paths_of(body)} {verb} not part of this order: run make --batch again"


def ordered(body: dict[str, Any], sources_found: Iterable[Source], *, is_new: bool) -> Ordered:
    """What an order is for, of all that is found at its paths now: all of it where the order `is_new`.

    A transcript that was renamed since then is known by its digest.
    """
    present = {str(s.path): s for s in sources_found}
    digests: dict[str, str] = body.get(TRANSCRIPTS, {})
    lost = {path: digest for path, digest in digests.items() if path not in present and not is_there(Path(path))}
    renamed = _renamed(lost, present.keys() - digests.keys())
    if is_new or TRANSCRIPTS not in body:
        transcripts = {path: sha256_of(s.path) for path, s in present.items()}
    else:
        transcripts = {path: digests[path] for path in present if path in digests}
        transcripts |= {new: lost[old] for old, new in renamed.items()}
    waiting = {
        path: name for path, name in body.get(WAITING, {}).items() if path not in present and path not in renamed
    }
    gone = {path: name for path, name in waiting.items() if not is_there(Path(path))}
    sources = [s for path, s in present.items() if path in transcripts]
    return Ordered(
        sources, transcripts | {p: digests[p] for p in gone if p in digests}, gone, len(present) - len(sources)
    )


def _renamed(lost: Mapping[str, str], others: Collection[str]) -> dict[str, str]:
    """The new paths, among others, of transcripts that are no longer where they were, by their former ones."""
    by_digest = defaultdict[str, list[str]](list)
    for path in sorted(others, reverse=True) if lost else ():
        by_digest[sha256_of(Path(path))].append(path)
    return {old: by_digest[digest].pop() for old, digest in lost.items() if digest and by_digest[digest]}
