"""Which of the transcripts now at an order's paths it covers."""

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
    """The transcripts of an order: `sources` are those that exist now.

    `transcripts` has the digests of all that it covers, by path. `gone` has the names of missing ones that lack an
    answer, by path. `new` counts transcripts at its paths that are not part of it.
    """

    sources: list[Source]
    transcripts: dict[str, str]
    gone: dict[str, str]
    new: int

    def line_on_new(self, order: StoredOrder) -> str | None:
        """A line about transcripts that were added after the order; None if there are none."""
        if not self.new:
            return None
        verb, them = ("is", "it") if self.new == 1 else ("are", "them")
        transcripts = numbered(self.new, "new transcript")
        return f"{transcripts} in {order.places} {verb} not part of this order: run make --batch again to add {them}"


def scope_of(order: StoredOrder, sources_found: Iterable[Source], *, is_new: bool) -> Scope:
    """Which of the transcripts found at its paths now an order covers: all of them if the order `is_new`.

    A transcript that was renamed since is recognised by its digest.
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
    """Old paths of lost transcripts mapped to their new paths among `others`, matched by digest."""
    by_digest = defaultdict[str, list[str]](list)
    for path in sorted(others, reverse=True) if lost else ():
        by_digest[sha256_of(Path(path))].append(path)
    return {old: by_digest[digest].pop() for old, digest in lost.items() if digest and by_digest[digest]}
