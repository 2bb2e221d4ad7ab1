"""Transcript lines as a model sees them: numbered, the speaker named on each change, short captions merged."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from pipeline.text import word_count
from pipeline.transcript import Segment

_LAST = attrgetter("last")
_ENOUGH_WORDS = 16  # captions of one speaker are merged until the line has this many words


class NumberedLine(NamedTuple):
    """Segments `first`…`last` (ids) of one speaker, shown as one line numbered `first`."""

    first: int
    last: int
    speaker: str | None
    text: str


def numbered_lines(segments: Sequence[Segment]) -> list[NumberedLine]:
    """The segments as numbered lines; captions of a few words are merged, but never across a change of speaker."""
    out: list[NumberedLine] = []
    for segment in segments:
        if out and out[-1].speaker == segment.speaker and word_count(out[-1].text) < _ENOUGH_WORDS:
            line = out.pop()
            out.append(NumberedLine(line.first, segment.id, line.speaker, f"{line.text} {segment.text}"))
        else:
            out.append(NumberedLine(segment.id, segment.id, segment.speaker, segment.text))
    return out


def shown(lines: Sequence[NumberedLine]) -> str:
    """The lines as "[12] Ana Ruiz: words", one per row; the speaker is named only where it changes."""
    rows: list[str] = []
    speaker: str | None = None
    for line in lines:
        label = f"{line.speaker}: " if line.speaker and line.speaker != speaker else ""
        rows.append(f"[{line.first}] {label}{line.text}")
        speaker = line.speaker or speaker
    return "\n".join(rows)


def lines_around(cited: Collection[int], lines: Sequence[NumberedLine], most: int) -> list[NumberedLine]:
    """The lines that contain these segments, with up to `most` lines before and after each, in order."""
    hits = [n for n, line in enumerate(lines) if any(line.first <= c <= line.last for c in cited)]
    near = {n for hit in hits for n in range(hit - most, hit + most + 1)}
    return [line for n, line in enumerate(lines) if n in near]


def shown_in_runs(chosen: Collection[NumberedLine], lines: Sequence[NumberedLine]) -> str:
    """The chosen lines as a model sees them, with "…" in place of those left out."""
    runs = groupby(lines, set(chosen).__contains__)
    return "\n".join(shown(list(run)) if is_chosen else "…" for is_chosen, run in runs)


def segments_of(numbers: Iterable[int], lines: Sequence[NumberedLine]) -> tuple[int, ...]:
    """Ids of all segments in the lines with these numbers, in order; unknown numbers are ignored."""
    return tuple(n for place in _places(numbers, lines) for n in range(lines[place].first, lines[place].last + 1))


def _places(numbers: Iterable[int], lines: Sequence[NumberedLine]) -> list[int]:
    """Indexes of the lines that contain these numbers; `lines` must be in ascending order."""
    places: set[int] = set()
    for n in set(numbers):
        place = bisect.bisect_left(lines, n, key=_LAST)
        if place < len(lines) and lines[place].first <= n:
            places.add(place)
    return sorted(places)


def numbers_of(segments: Iterable[int], lines: Sequence[NumberedLine]) -> str:
    """The line numbers under which these segments are shown, as "[3, 5-9]"; segments not shown are ignored."""
    runs: list[list[int]] = []
    after = 0  # id of the segment right after the previous line
    for line in (lines[place] for place in _places(segments, lines)):
        if line.first == after:
            runs[-1] = [runs[-1][0], line.first]
        else:
            runs.append([line.first])
        after = line.last + 1
    return f"[{', '.join('-'.join(map(str, run)) for run in runs)}]"
