"""Where a run shows people how it goes. It is passed in, so that nothing below the commands prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.batches.outcome import Outcome
from pipeline.llm.progress import Progress


class Display(Protocol):
    """Shows messages, how far transcripts are, and how they ended."""

    def say(self, message: str) -> None:
        """A message that a quiet run leaves out."""

    def problem(self, message: str) -> None:
        """A message that a quiet run shows too."""

    def watch(self, progress: Progress) -> None:
        """How far a transcript is."""

    def done(self, outcome: Outcome) -> None:
        """How a transcript ended."""

    def download(self, done: int, total: int) -> None:
        """How many bytes of the embedded model have come."""

    def summary(self, outcomes: Sequence[Outcome], retried: int, seconds: float, looks: int = 0) -> None:
        """What became of all transcripts; `looks` are calls that asked whether a prompt was read whole."""
