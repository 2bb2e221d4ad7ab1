"""What a run shows on stderr: one line per transcript, live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from pipeline.llm import Usage
from pipeline.llm.progress import ENDED, Progress
from pipeline.text import clean, duration, numbered, one_line

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from pipeline.batches.forecast import Forecast, Price
    from pipeline.batches.outcome import Figures, Outcome
    from pipeline.batches.plan import Plan
    from pipeline.errors import PipelineError

_SHOWN = 3  # unfinished documents listed by name


@dataclass(slots=True)
class Screen:
    """Progress on stderr. Names and messages are shown as they are, never as markup.

    The summary comes last, when the context ends: below the list of pages, which may be longer than the terminal.
    """

    quiet: bool = False
    tracebacks: bool = False  # whether errors of transcripts are shown with theirs
    _bars: Bars | None = None
    _tasks: dict[str, TaskID] = field(default_factory=dict)
    _shown: dict[str, tuple[str, float]] = field(default_factory=dict)
    _ended: PipelineError | None = None  # the error that ended the run, once shown
    _unmade: int = 0  # later transcripts that failed because of it
    _closing: list[str] = field(default_factory=list)  # the lines of the summary
    _download: TaskID | None = None
    _download_shown: float = -1.0

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self.end_bars()
        for line in self._closing:
            self.say(line)

    def end_bars(self) -> None:
        """Remove the progress bars, so that standard output can be written to."""
        if self._bars:
            self._bars.stop()

    def say(self, message: str) -> None:
        """Print a line, unless quiet."""
        if not self.quiet:
            self._print(message)

    def problem(self, message: str) -> None:
        """Print a line even if quiet."""
        self._print(message)

    def _print(self, line: str) -> None:
        if self._bars:  # above them
            from rich.text import Text

            self._bars.console.print(Text(clean(line)))
        else:
            print(clean(line), file=sys.stderr, flush=True)

    def _live(self) -> Bars | None:
        """The progress bars, None if stderr is no terminal. The first call imports rich and starts them."""
        if self._bars is None and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            columns = (TextColumn("{task.fields[line]}", markup=False), BarColumn(bar_width=20))
            self._bars = Progress(*columns, console=Console(stderr=True, highlight=False, soft_wrap=True))
            self._bars.start()
        return self._bars

    def watch(self, progress: Progress) -> None:
        """Show the progress of a transcript."""
        if self.quiet:
            return
        line = clean(progress_line(progress))
        if bars := self._live():
            if progress.name not in self._tasks:
                self._tasks[progress.name] = bars.add_task("", total=None, line=line)
            total = progress.done + progress.ahead
            bars.update(self._tasks[progress.name], line=line, total=total or 1.0, completed=progress.done)
            return
        if progress.phase in ENDED:
            return  # the line on the finished document says more
        phase, shown_at = self._shown.get(progress.name, ("", -100.0))
        if phase != progress.phase or time.monotonic() - shown_at >= 10:
            self._shown[progress.name] = (progress.phase, time.monotonic())
            self.say(line)

    def done(self, outcome: Outcome) -> None:
        """Show how a transcript ended."""
        if self._bars and outcome.name in self._tasks:
            self._bars.remove_task(self._tasks.pop(outcome.name))
        for note in outcome.notes:
            self.say(f"{outcome.name}: note: {note}")
        if outcome.error and outcome.error is self._ended:
            self._unmade += 1
        elif outcome.error:
            whose = f"{outcome.name}: " if outcome.name else ""
            self.problem(f"{whose}FAILED: {outcome.error}")
            if self.tracebacks:
                self._print_traceback(outcome.error)
            self._ended = outcome.error if outcome.error.fatal else self._ended
        elif outcome.figures:
            self.say(outcome_line(outcome))
            for first, last in outcome.figures.gaps:
                self.say(f"{outcome.name}: note: no statement cites lines {first}–{last}")
            if not outcome.figures.statements and outcome.complete:
                self.say(
                    f"{outcome.name}: note: the notes have no statements; studydoc read shows how it is understood"
                )
            for problem in outcome.document.problems if outcome.document else ():
                self.problem(f"{outcome.name}: PARTIAL: {problem.heading}: {problem.message}")

    def _print_traceback(self, error: PipelineError) -> None:
        from traceback import format_exception

        for line in "".join(format_exception(error)).splitlines():
            self.problem(line)

    def summary(self, outcomes: Sequence[Outcome], retried: int, seconds: float, looks: int = 0) -> None:
        """Sum up all transcripts, when the context ends."""
        if self._unmade:
            self.problem(f"{numbered(self._unmade, 'more transcript')} failed for the same reason")
        self._closing += summary(outcomes, retried, seconds, looks).splitlines()

    def download(self, done: int, total: int) -> None:
        """Show how much of the embedded model has been downloaded."""
        if self.quiet:
            return
        if bars := self._live():
            if self._download is None:
                self._download = bars.add_task("", total=total, line="downloading the model")
            bars.update(self._download, completed=done, line=f"downloading the model, {done >> 20} of {total >> 20} MB")
        elif done / total - self._download_shown >= 0.1 or done >= total:
            self._download_shown = done / total
            self.say(f"downloading the model: {done >> 20} of {total >> 20} MB")


def progress_line(progress: Progress) -> str:
    """ "talk: writing, 1 of 3 calls, 12,300 tokens, about 2 min left"."""
    tally = progress.tally
    tokens = tally.usage.prompt_tokens + tally.usage.completion_tokens
    parts = [
        f"{progress.name}: {progress.phase}",
        f"{tally.calls} of {numbered(progress.planned, 'call')}",
        f"{tokens:,} tokens",
    ]
    if (left := progress.seconds_left) is not None:
        parts.append(f"about {duration(left)} left")
    return ", ".join(parts)


def outcome_line(outcome: Outcome) -> str:
    """One line on a finished document: its statements and, unless it is up to date, what it took."""
    figures = outcome.figures
    assert figures is not None
    counts = f"{figures.statements - figures.weak} verified, {figures.weak} weak, {figures.withheld} withheld"
    status = "up to date" if outcome.up_to_date else outcome.status
    took = "" if outcome.up_to_date else f", {_what_it_took(outcome, figures)}"
    other_models = ", ".join(clean(model) for model in figures.answered_by)
    warning = f", WARNING: {other_models} answered instead of {figures.model}" if other_models else ""
    statements = numbered(figures.statements, "statement")
    return f"{outcome.name}: {status}, {statements} ({counts}){took}{warning} → {outcome.page}"


def _what_it_took(outcome: Outcome, figures: Figures) -> str:
    """Its length, who checked it, its calls and its time."""
    calls = "no calls, all answers were stored" if outcome.complete else "no new answers"
    if outcome.calls_made:
        calls = numbered(outcome.calls_made, "call")
        calls += f", {figures.sent:.1f} new prompt tokens per transcript token"
    words = f"{figures.words:,} of {figures.words_asked:,} words"
    return f"{words}, checked by {figures.checked_by}, {calls}, {duration(outcome.seconds)}"


def plan_table(forecast: Forecast) -> str:
    """A row for each transcript, then the total; columns are separated by tabs."""
    rows = ["transcript\tcalls now\tlater\tstored\tprompt tokens\tanswer tokens\twords of notes"]
    for plan in [*forecast.plans, *([forecast.total] if len(forecast.plans) > 1 else [])]:
        rows.append("\t".join(_plan_row(plan)))
    total = forecast.total.now + forecast.total.later
    price = "free" if forecast.cost[1] == 0 else _price(forecast.cost)
    if not forecast.thought_known and total.calls and forecast.cost[1] is not None:
        price += " without thinking tokens, which are unknown before the first calls"
    about = "time unknown before the first calls" if forecast.seconds is None else f"about {duration(forecast.seconds)}"
    at_once = f"{about}, {numbered(forecast.at_once, 'call')} at once"
    pace = at_once if forecast.at_once else "in about three waves, each within 24 hours"
    rows.append(f"model {forecast.model} ({forecast.endpoint}): {numbered(total.calls, 'call')}, {price}; {pace}")
    if check := forecast.total.check.calls:
        its_price = f", {_price(forecast.check_cost)}" if forecast.check_cost[1] else ""
        rows.append(f"the model's check takes {numbered(check, 'call')} of these{its_price}; --check code skips it")
    return "\n".join(rows)


def _plan_row(plan: Plan) -> tuple[str, ...]:
    total = plan.now + plan.later
    later = f"about {plan.later.calls}" if plan.later.calls else "0"
    answers = f"{total.low:,} to {total.high:,}"
    return (
        one_line(plan.name),
        str(plan.now.calls),
        later,
        str(plan.stored),
        f"{total.prompt_tokens:,}",
        answers,
        f"{plan.words:,}",
    )


def _price(price: Price) -> str:
    low, high = price
    if low is None or high is None:
        return "price unknown"
    digits = 2 if low >= 0.1 else 4  # two digits would show nothing of a few cents
    return f"{low:.{digits}f} to {high:.{digits}f} USD at list price"


def summary(outcomes: Sequence[Outcome], retried: int, seconds: float, looks: int = 0) -> str:
    """All transcripts summed up, in a line for one, a few for more. One made again counts by its last outcome.

    Tokens and cost are those of this run's own calls, if there are any; what stored answers took stands apart.
    """
    last = {o.name or str(o.error): o for o in outcomes}.values()
    complete, partial, failed = ([o for o in last if o.status == s] for s in ("complete", "partial", "failed"))
    before = sum(o.up_to_date for o in complete)
    calls, cached = sum(o.tally.calls for o in outcomes), sum(o.tally.calls_cached for o in outcomes)
    new = sum((o.tally.without_stored().usage for o in outcomes), Usage())
    documents = f"{len(complete)} complete{f' ({before} up to date)' if before else ''}, "
    documents += f"{len(partial)} partial{_names(partial)}, {len(failed)} failed{_names(failed)}"
    counts = f"{calls - cached:,} made, {cached:,} stored before, {retried:,} retried"
    counts += f", {looks:,} to test whether prompts are read whole" if looks else ""
    tokens = f"{new.prompt_tokens:,} prompt ({new.cached_prompt_tokens:,} cached), {new.completion_tokens:,} answer"
    tokens += ", estimated where the endpoint reported none" if new.estimated else ""
    counted = [o for o in outcomes if o.tally.calls or o.tally.failed]
    if not calls and not retried and not complete and not partial and new == Usage():  # nothing was asked
        return f"documents: {documents}" if len(last) > 1 else ""
    rows = {"documents": documents, "calls": counts}
    if calls > cached or not cached or new != Usage():
        rows |= {"tokens": tokens, "cost": _cost([o.spent_usd for o in counted])}
    if cached:
        rows["stored answers took"] = _stored_before(counted)
    rows["time"] = duration(seconds)
    if len(last) > 1:
        return "\n".join(f"{name}: {value}" for name, value in rows.items())
    unnamed = ("cost", "time")
    return "; ".join(v if n in unnamed else f"{n}: {v}" for n, v in rows.items() if n != "documents")


def _names(outcomes: Sequence[Outcome]) -> str:
    """The names of the first few documents in brackets, after a space; "" if there are none."""
    names = [one_line(o.name) for o in outcomes if o.name]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f" ({', '.join(names[:_SHOWN])}{more})" if names else ""


def _cost(costs: Sequence[float | None]) -> str:
    known = [cost for cost in costs if cost is not None]
    if not known or len(known) < len(costs):
        return "price unknown"
    return f"{sum(known):.4f} USD at list price" if any(known) else "free"


def _stored_before(outcomes: Sequence[Outcome]) -> str:
    """The tokens and the price of the answers that were stored before, when they were made."""
    prompt, answer = 0, 0
    for tally in (o.tally for o in outcomes):
        new = tally.without_stored().usage
        prompt += tally.usage.prompt_tokens - new.prompt_tokens
        answer += tally.usage.completion_tokens - new.completion_tokens
    costs = [None if o.cost_usd is None or o.spent_usd is None else o.cost_usd - o.spent_usd for o in outcomes]
    return f"{prompt:,} prompt, {answer:,} answer tokens, {_cost(costs)}"
