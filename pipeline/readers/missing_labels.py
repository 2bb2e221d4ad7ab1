"""Labels that seem to be missing: a label with few words elsewhere is followed by a long run of paragraphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.readers.rows import Row
from pipeline.readers.tally import Tally

_LONG = 10  # paragraphs; a run with more is long
_OTHERS = 5  # minimum number of other turns with the label
_TIMES = 20  # minimum ratio of its words to those of the longest other turn
_LECTURES = 2  # long runs of somebody else, whose words these may be


class _Run(NamedTuple):
    """What a label holds for: its line, the number of paragraphs and of words."""

    line: int
    paragraphs: int
    words: int

    @property
    def long(self) -> bool:
        return self.paragraphs > _LONG


def warn_of_missing_labels(rows: Sequence[Row], labelled: Sequence[int], tally: Tally) -> None:
    """Warn of labels that hold implausibly long. `labelled` are the indices of the rows that begin with a label.

    The words stay where the file puts them, since nobody knows who said them.
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
                f'"{speaker}" has {longest.paragraphs} paragraphs here, {longest.words / total:.0%} of the words'
                f", and at most {most} words elsewhere: is a label missing below it?",
                longest.line,
            )


def _runs(rows: Sequence[Row], labelled: frozenset[int]) -> dict[str, list[_Run]]:
    """The runs of each speaker, each from one label to the next."""
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
