"""Speakers who are named in full once and by the last name afterwards, as in news transcripts."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.readers.common import Common
from pipeline.readers.evidence import Mark
from pipeline.readers.rows import Row

_RARE = 0.5  # maximum number of turns under the full name, for each under the last name
_LEAST = 3  # minimum number of letters in a last name


def with_full_names(rows: Sequence[Row], marks: Sequence[Mark], common: Common) -> None:
    """Give "QUILL" the name "TERRY QUILL" of an earlier label, if only one ends so, and it has a role or is rare.

    Not for "H. MARQUAND" beside "MARQUAND", which an initial tells apart, nor for a word that names an office, nor for
    "VICE CHAIR" directly before "CHAIR": nobody has two labels for one turn.
    """
    turns = [name for name, _ in itertools.groupby(row.speaker for row in rows) if name]
    counts = Counter(turns)  # in the order in which they first speak
    successive = set(itertools.pairwise(turns))
    with_role = {mark.name for mark in marks if (mark.head.name or "").startswith(f"{mark.name}, ")}
    by_last_word: dict[str, list[str]] = defaultdict(list)
    for name in counts:
        by_last_word[name.rpartition(" ")[2]].append(name)
    full: dict[str, str] = {}
    for first, *others in by_last_word.values():
        name = others[0] if len(others) == 1 else ""
        if name and first.endswith(f" {name}") and _could_be_last_name(name, first) and not common(name):
            rare = counts[first] <= max(1, _RARE * counts[name]) and (first, name) not in successive
            if rare or (first.isupper() and first in with_role):
                full[name] = first
    for row in rows if full else ():
        row.speaker = full.get(row.speaker or "", row.speaker)


def _could_be_last_name(name: str, full: str) -> bool:
    return len(name) >= _LEAST and all(c.isalpha() or c in " -'’" for c in full)
