"""The interface through which a run shows its progress. It is passed in: only the commands themselves print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.batches.outcome import Outcome
from pipeline.llm.progress import Progress


class Display(Protocol):
    """Shows messages, the progress of transcripts, and how they ended."""

    def say(self, message: str) -> None:
        """Show a message, unless the run is quiet."""

    def problem(self, message: str) -> None:
        """Show a message even if the run is quiet."""

    def watch(self, progress: Progress) -> None:
        """Show the progress of a transcript."""

    def done(self, outcome: Outcome) -> None:
        """Show how a transcript ended."""

    def download(self, done: int, total: int) -> None:
        """Show how many bytes of the embedded model have been downloaded."""

    def summary(self, outcomes: Sequence[Outcome], retried: int, seconds: float, looks: int = 0) -> None:
        """Sum up all transcripts; `looks` counts the calls that checked whether a prompt was read in full."""
