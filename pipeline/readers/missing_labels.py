"""Labels that are missing, it seems: paragraphs in a long run under a label that is used for a few words elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.readers.rows import Row
from pipeline.readers.tally import Tally

_LONG = 10  # paragraphs behind a label without one of their own, at least
_OTHERS = 5  # turns of the label besides, at least
_TIMES = 20  # the words of the longest of those
_LECTURES = 2  # runs as long as that which somebody else has, whose words these may be


class _Run(NamedTuple):
    """What a label holds for: its line, the paragraphs, the words."""

    line: int
    paragraphs: int
    words: int

    @property
    def long(self) -> bool:
        return self.paragraphs > _LONG


def warn_of_missing_labels(rows: Sequence[Row], labelled: Sequence[int], tally: Tally) -> None:
    """Warns of labels that hold too long to be believed. `labelled` are the places of the rows that a label begins.

    Words stay where the file puts them: who said them is not known.
    """
    if len(labelled) <= _OTHERS or len(rows) - len(labelled) < _LONG * (1 + _LECTURES):
        return
    runs = _runs(rows, frozenset(labelled))
    total = sum(run.words for speaker_runs in runs.values() for run in speaker_runs)
    lectures = {speaker: sum(run.long for run in speaker_runs) for speaker, speaker_runs in runs.items()}
    for speaker, speaker_runs in runs.items():
        longest = max(speaker_runs, key=lambda run: run.words)
        most = max((run.words for run in speaker_runs if run is not longest), default=0)
        others = any(n >= _LECTURES for name, n in lectures.items() if name != speaker)
        if longest.long and len(speaker_runs) > _OTHERS and longest.words >= _TIMES * most and others:
            tally.warn(
                f'"{speaker}" holds for {longest.paragraphs} paragraphs here, {longest.words / total:.0%} of the words'
                f", and for {most} words at most elsewhere: is a label missing below it?",
                longest.line,
            )


def _runs(rows: Sequence[Row], labelled: frozenset[int]) -> dict[str, list[_Run]]:
    """The runs of each speaker, from a label to the next one."""
    runs: dict[str, list[_Run]] = defaultdict(list)
    last: str | None = None
    for i, row in enumerate(rows):
        n = row.text.count(" ") + 1
        if row.speaker is not None and (i in labelled or row.speaker != last):
            runs[row.speaker].append(_Run(row.line, 1, n))
        elif row.speaker is not None:
            run = runs[row.speaker][-1]
            runs[row.speaker][-1] = _Run(run.line, run.paragraphs + 1, run.words + n)
        last = row.speaker
    return runs
