"""What a run shows on stderr: one line a transcript, live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.text import Text

from pipeline.corpus import Outcome
from pipeline.events import Events
from pipeline.llm import Usage
from pipeline.run import Progress
from pipeline.text import clean, numbered


@dataclass(slots=True)
class Screen:
    """Progress on stderr. Names and messages are shown as they are, never as markup."""

    quiet: bool = False
    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))
    _bars: Bars | None = None
    _tasks: dict[str, TaskID] = field(default_factory=dict)
    _said: dict[str, tuple[str, float]] = field(default_factory=dict)
    _download: TaskID | None = None
    _download_said: float = -1.0

    def __enter__(self) -> Screen:
        if self.console.is_terminal and not self.quiet:
            columns = (TextColumn("{task.fields[line]}", markup=False), BarColumn(bar_width=20), TimeRemainingColumn())
            self._bars = Bars(*columns, console=self.console, transient=False)
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        if self._bars:
            self._bars.stop()

    def say(self, message: str) -> None:
        """A line of its own."""
        if not self.quiet:
            for line in message.splitlines():
                self.console.print(Text(clean(line)))

    def problem(self, message: str) -> None:
        """A line that also a quiet run shows."""
        self.console.print(Text(clean(message)))

    def watch(self, progress: Progress) -> None:
        """Shows how far a transcript is."""
        if self.quiet:
            return
        line = progress_line(progress)
        if self._bars:
            if progress.name not in self._tasks:
                self._tasks[progress.name] = self._bars.add_task("", total=None, line=line)
            self._bars.update(
                self._tasks[progress.name], line=line, total=max(progress.planned, 1), completed=progress.tally.calls
            )
            return
        phase, at = self._said.get(progress.name, ("", -100.0))
        if phase != progress.phase or time.monotonic() - at >= 10:
            self._said[progress.name] = (progress.phase, time.monotonic())
            self.say(line)

    def done(self, outcome: Outcome) -> None:
        """How a transcript ended."""
        if self._bars and outcome.name in self._tasks:
            self._bars.remove_task(self._tasks.pop(outcome.name))
        for note in outcome.notes:
            self.say(f"{outcome.name}: note: {note}")
        if outcome.error:
            self.problem(f"{outcome.name}: FAILED: {outcome.error}")
        elif outcome.document:
            self.say(outcome_line(outcome))
            for first, last in outcome.document.coverage.gaps:
                self.say(f"{outcome.name}: note: no statement cites lines {first}–{last}, asked for twice")
            for problem in outcome.document.problems:
                self.problem(f"{outcome.name}: PARTIAL: {problem.heading}: {problem.message}")

    def download(self, done: int, total: int) -> None:
        """How much of the embedded model has come."""
        if self.quiet:
            return
        if self._bars:
            if self._download is None:
                self._download = self._bars.add_task("", total=total, line="fetching the model")
            self._bars.update(
                self._download, completed=done, line=f"fetching the model, {done >> 20} of {total >> 20} MB"
            )
        elif done / total - self._download_said >= 0.1 or done >= total:
            self._download_said = done / total
            self.say(f"fetching the model: {done >> 20} of {total >> 20} MB")


def watchers(screen: Screen, events: Events) -> dict[str, Any]:
    """Who is told how far transcripts are: people and machines."""

    def watch(progress: Progress) -> None:
        screen.watch(progress)
        if progress.section:
            events.tell("section done", section=progress.section, document=progress.name)
            progress.section = ""

    def done(outcome: Outcome) -> None:
        screen.done(outcome)
        tally, error = outcome.tally, str(outcome.error) if outcome.error else None
        used = {"prompt_tokens": tally.usage.prompt_tokens, "completion_tokens": tally.usage.completion_tokens}
        counts = {"calls": tally.calls, "cached": tally.calls_cached, "problems": len(outcome.problems)}
        told = counts | used | {"seconds": outcome.seconds, "cost_usd": outcome.cost_usd, "error": error}
        events.tell("document done", document=outcome.name, status=outcome.status, **told)

    return {"watch": watch, "done": done}


def progress_line(progress: Progress) -> str:
    """ "talk: extracting, 5 of 14 calls, 12,300 tokens, about 2 min left"."""
    tally = progress.tally
    tokens = tally.usage.prompt_tokens + tally.usage.completion_tokens
    parts = [
        f"{progress.name}: {progress.phase}",
        f"{tally.calls} of {numbered(progress.planned, 'call')}",
        f"{tokens:,} tokens",
    ]
    fresh = tally.calls - tally.calls_cached
    left = progress.planned - tally.calls
    if fresh and left > 0 and progress.phase in ("extracting", "merging"):
        parts.append(f"about {duration((time.monotonic() - progress.started) / fresh * left)} left")
    return ", ".join(parts)


def outcome_line(outcome: Outcome) -> str:
    """One line on a finished document."""
    document = outcome.document
    assert document is not None
    statements = list(document.statements())
    verified = sum(s.support == "verified" for s in statements)
    usage = document.run.usage
    calls = numbered(outcome.calls_made, "call") if outcome.calls_made else "no calls, all answers were stored"
    sent = usage.prompt_tokens / max(1, document.source.tokens)
    others = ", ".join(clean(model) for model in document.run.answered_by)
    warning = f", WARNING: {others} answered instead of {document.run.model}" if others else ""
    return (
        f"{outcome.name}: {document.status}, {numbered(len(statements), 'statement')} ({verified} verified, "
        f"{len(document.withheld)} withheld), {calls}, {sent:.1f} prompt tokens a transcript token, "
        f"{duration(document.run.seconds)}{warning} → {outcome.page}"
    )


def summary(outcomes: Sequence[Outcome], retried: int, seconds: float) -> str:
    """What became of all transcripts: a line for one, a small table for more."""
    complete, partial = (sum(o.status == s for o in outcomes) for s in ("complete", "partial"))
    tally = sum((o.tally.usage for o in outcomes), Usage())
    calls, cached = sum(o.tally.calls for o in outcomes), sum(o.tally.calls_cached for o in outcomes)
    known = [o.cost_usd for o in outcomes if o.status != "failed"]
    priced = [c for c in known if c is not None]
    cost = f"{sum(priced):.4f} USD at list price" if priced and len(priced) == len(known) else "price not known"
    cost = "free" if priced and not any(priced) and len(priced) == len(known) else cost
    documents = f"{complete} complete, {partial} partial, {len(outcomes) - complete - partial} failed"
    made = f"{calls - cached:,} made, {cached:,} stored before, {retried:,} retried"
    tokens = (
        f"{tally.prompt_tokens:,} prompt ({tally.cached_prompt_tokens:,} cached), {tally.completion_tokens:,} answer"
    )
    if len(outcomes) == 1:
        return f"calls: {made}; tokens: {tokens}; {cost}; {duration(seconds)}"
    rows = (("documents", documents), ("calls", made), ("tokens", tokens), ("cost", cost), ("time", duration(seconds)))
    return "\n".join(f"{name:<9}  {value}" for name, value in rows)


def duration(seconds: float) -> str:
    """ "45 s", "3 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def stderr_console() -> Console:
    """A console on stderr."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


__all__ = ["DownloadColumn", "Screen", "duration", "outcome_line", "progress_line", "summary", "watchers"]
