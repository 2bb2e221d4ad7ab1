"""Transcript lines as a model sees them: numbered, the speaker's name where it changes, short captions joined."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from pipeline.text import word_count
from pipeline.transcript import Segment

_LAST = attrgetter("last")
_ENOUGH_WORDS = 16  # a shown line takes in further captions of its speaker until it has so many


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """Segments `first`…`last` of one speaker, shown as one line under the number of the first."""

    first: int
    last: int
    speaker: str | None
    text: str


def numbered_lines(segments: Sequence[Segment]) -> list[NumberedLine]:
    """The segments in order as numbered lines; captions of a few words are joined, a change of speaker parts them."""
    out: list[NumberedLine] = []
    for segment in segments:
        if out and out[-1].speaker == segment.speaker and word_count(out[-1].text) < _ENOUGH_WORDS:
            line = out.pop()
            out.append(NumberedLine(line.first, segment.id, line.speaker, f"{line.text} {segment.text}"))
        else:
            out.append(NumberedLine(segment.id, segment.id, segment.speaker, segment.text))
    return out


def shown(lines: Sequence[NumberedLine]) -> str:
    """ "[12] Ana Ruiz: words", a line each; the label stands where the speaker changes."""
    rows: list[str] = []
    speaker: str | None = None
    for line in lines:
        label = f"{line.speaker}: " if line.speaker and line.speaker != speaker else ""
        rows.append(f"[{line.first}] {label}{line.text}")
        speaker = line.speaker or speaker
    return "\n".join(rows)


def lines_around(cited: Collection[int], lines: Sequence[NumberedLine], most: int) -> list[NumberedLine]:
    """The lines that hold these segments, with at most so many before and after each of them, in order."""
    hits = [n for n, line in enumerate(lines) if any(line.first <= c <= line.last for c in cited)]
    near = {n for hit in hits for n in range(hit - most, hit + most + 1)}
    return [line for n, line in enumerate(lines) if n in near]


def shown_in_runs(chosen: Collection[NumberedLine], lines: Sequence[NumberedLine]) -> str:
    """Some of the lines as they are shown, "…" in the place of those that are left out."""
    runs = groupby(lines, set(chosen).__contains__)
    return "\n".join(shown(list(run)) if is_chosen else "…" for is_chosen, run in runs)


def segments_of(numbers: Iterable[int], lines: Sequence[NumberedLine]) -> tuple[int, ...]:
    """Ids of all segments of the lines with these numbers, in order; numbers of no line are left out."""
    return tuple(n for place in _places(numbers, lines) for n in range(lines[place].first, lines[place].last + 1))


def _places(numbers: Iterable[int], lines: Sequence[NumberedLine]) -> list[int]:
    """Where the lines with these numbers stand among the lines, which ascend."""
    places: set[int] = set()
    for n in set(numbers):
        place = bisect.bisect_left(lines, n, key=_LAST)
        if place < len(lines) and lines[place].first <= n:
            places.add(place)
    return sorted(places)


def numbers_of(segments: Iterable[int], lines: Sequence[NumberedLine]) -> str:
    """The numbers under which these segments are shown, "[3, 5-9]"; those that are not shown are left out."""
    runs: list[list[int]] = []
    after = 0  # the segment behind the line before
    for line in (lines[place] for place in _places(segments, lines)):
        if line.first == after:
            runs[-1] = [runs[-1][0], line.first]
        else:
            runs.append([line.first])
        after = line.last + 1
    return f"[{', '.join('-'.join(map(str, run)) for run in runs)}]"
