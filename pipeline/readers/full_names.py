"""Speakers who are named in full once and by the last name afterwards, as in news transcripts."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.readers.common import Common
from pipeline.readers.rows import Row

_RARE = 0.5  # maximum number of turns under the full name, for each under the last name
_LEAST = 3  # minimum number of letters in a last name


def with_full_names(rows: Sequence[Row], common: Common) -> None:
    """Give "QUILL" the name "TERRY QUILL" of an earlier label, if only one ends so and it is rare.

    Not for "H. MARQUAND" beside "MARQUAND", which an initial tells apart, nor for a word that names an office, nor for
    "VICE CHAIR" directly before "CHAIR": nobody has two labels for one turn.
    """
    turns = [name for name, _ in itertools.groupby(row.speaker for row in rows) if name]
    counts = Counter(turns)  # in the order in which they first speak
    successive = set(itertools.pairwise(turns))
    by_last_word: dict[str, list[str]] = defaultdict(list)
    for name in counts:
        by_last_word[name.rpartition(" ")[2]].append(name)
    full: dict[str, str] = {}
    for first, *others in by_last_word.values():
        name = others[0] if len(others) == 1 else ""
        apart = (first, name) in successive or common(name)
        if name and first.endswith(f" {name}") and _is_last_name(name, first, counts) and not apart:
            full[name] = first
    for row in rows if full else ():
        row.speaker = full.get(row.speaker or "", row.speaker)


def _is_last_name(name: str, full: str, counts: Counter[str]) -> bool:
    letters = all(c.isalpha() or c in " -'’" for c in full)
    return letters and len(name) >= _LEAST and counts[full] <= max(1, _RARE * counts[name])
