"""Which transcripts an order is for, of all that lie at its paths now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch_api.order import StoredOrder
from pipeline.readers import Source
from pipeline.readers.archive import is_there, sha256_of
from pipeline.text import numbered


@dataclass(frozen=True, slots=True)
class Scope:
    """The transcripts of an order: those that are there, and the digests of all that it still is for.

    `gone` has the names of those that are no longer there and lack an answer, by their paths; `new` counts those that
    lie at its paths and are not part of it.
    """

    sources: list[Source]
    transcripts: dict[str, str]
    gone: dict[str, str]
    new: int

    def line_on_new(self, order: StoredOrder) -> str | None:
        """A line on transcripts that came after the order; None where there are none."""
        if not self.new:
            return None
        verb = "is" if self.new == 1 else "are"
        transcripts = numbered(self.new, "new transcript")
        return f"{transcripts} in {order.places} {verb} not part of this order: run make --batch again"


def scope_of(order: StoredOrder, sources_found: Iterable[Source], *, is_new: bool) -> Scope:
    """What an order is for, of all that is found at its paths now: all of it where the order `is_new`.

    A transcript that was renamed since then is known by its digest.
    """
    present = {str(s.path): s for s in sources_found}
    digests = order.transcripts or {}
    lost = {path: digest for path, digest in digests.items() if path not in present and not is_there(Path(path))}
    renamed = _renamed(lost, present.keys() - digests.keys())
    if is_new or order.transcripts is None:
        transcripts = {path: sha256_of(s.path) for path, s in present.items()}
    else:
        transcripts = {path: digests[path] for path in present if path in digests}
        transcripts |= {new: lost[old] for old, new in renamed.items()}
    waiting = {path: name for path, name in order.waiting.items() if path not in present and path not in renamed}
    gone = {path: name for path, name in waiting.items() if not is_there(Path(path))}
    sources = [s for path, s in present.items() if path in transcripts]
    return Scope(
        sources, transcripts | {p: digests[p] for p in gone if p in digests}, gone, len(present) - len(sources)
    )


def _renamed(lost: Mapping[str, str], others: Collection[str]) -> dict[str, str]:
    """The new paths, among others, of transcripts that are no longer where they were, by their former ones."""
    by_digest = defaultdict[str, list[str]](list)
    for path in sorted(others, reverse=True) if lost else ():
        by_digest[sha256_of(Path(path))].append(path)
    return {old: by_digest[digest].pop() for old, digest in lost.items() if digest and by_digest[digest]}
