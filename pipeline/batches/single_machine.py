"""`studydoc make` on this machine: finds transcripts and makes documents for those whose notes are not up to date."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, closing, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.batches.display import Display
from pipeline.batches.inputs import find, further_notes, left_behind, lost_answers, read
from pipeline.batches.options import Input, MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.batches.up_to_date import Ledger
from pipeline.errors import EXIT_INTERRUPTED, InputError, Interrupted, StoreError, Unforeseen
from pipeline.events import Events
from pipeline.llm import Tally
from pipeline.llm.progress import ENDED, Phase, Progress
from pipeline.llm.prompting import PromptSet
from pipeline.llm.stopping import Stoppable
from pipeline.providers.calls import CallStore, StoreBusy
from pipeline.readers import Source
from pipeline.settings import Settings
from pipeline.settings.chosen import model_and_endpoint, own_model, recipe_of, store_path
from pipeline.store import check_writable
from pipeline.text import duration, numbered
from pipeline.transcript import Metadata, Transcript

if TYPE_CHECKING:
    from pipeline.settings.connect import Connection

# Installs signal handling: the first signal calls the function given, the second cancels the running task.
Signals = Callable[[Callable[[], None]], AbstractContextManager[object]]
# Seconds for each transcript token with the embedded model and the profile "small" on two cores; see benchmarks/.
EMBEDDED_SECONDS_A_TOKEN = 0.08


def make_documents(
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    display: Display,
    events: Events,
    reading: Input,
    on_page: Callable[[Path], None],
    signals: Signals,
) -> tuple[int, list[dict[str, Any]]]:
    """Make the documents; the exit code, and a row for each transcript.

    The exit code is 0 if every document is complete, 130 if the run was interrupted, else 1. `on_page` gets the path of
    each page as soon as it is written. Modules that make documents are imported only if there is something to make.
    """
    started = time.monotonic()
    inputs = find(paths, reading, settings.out)
    on_others = [remark(paths, inputs, settings.out) for remark in (left_behind, further_notes)]
    for line in filter(None, [*inputs.skipped, *on_others, lost_answers(settings.out, store_path(settings.out))]):
        display.say(line)
    for outcome in inputs.failed:
        display.done(outcome)
    outcomes = list(inputs.failed)
    if inputs.sources:
        check_writable(settings.out)
        audience = Audience(display, events, on_page)
        with (
            closing(CallStore(store_path(settings.out))) as calls,
            closing(Run.of(settings, metadata, reading, calls, audience)) as run,
        ):
            outcomes += _outcomes(inputs.sources, run, signals)
    display.summary(outcomes, events.retried, time.monotonic() - started, events.looks)
    code = EXIT_INTERRUPTED if any(o.interrupted for o in outcomes) else int(not all(o.complete for o in outcomes))
    return code, [o.row() for o in outcomes]


def _outcomes(sources: Sequence[Source | Transcript], run: Run, signals: Signals) -> list[Outcome]:
    """The outcomes in the order of the sources; after a second signal, unfinished ones are marked as interrupted."""
    try:
        return _outcomes_unless_ended(sources, run, signals)
    except KeyboardInterrupt:
        run.audience.interrupted(source.name for source in sources)
        return [run.audience.ended[source.name] for source in sources]


def _outcomes_unless_ended(sources: Sequence[Source | Transcript], run: Run, signals: Signals) -> list[Outcome]:
    """The outcomes in the order of the sources. If all are up to date, no endpoint is needed."""
    display = run.audience.display
    up_to_date = {n: o for n, s in enumerate(sources) if isinstance(s, Source) and (o := run.made_before(s))}
    outdated = [s for n, s in enumerate(sources) if n not in up_to_date]
    if not outdated:
        transcripts = numbered(len(up_to_date), "transcript")
        display.say(f"model {run.model} ({run.options.endpoint}): {transcripts}, up to date")
        return list(up_to_date.values())
    import asyncio

    try:
        fresh = iter(asyncio.run(_make_now(outdated, run, len(up_to_date), signals)))
    except asyncio.CancelledError:  # after a second signal
        raise KeyboardInterrupt from None
    return [up_to_date[n] if n in up_to_date else next(fresh) for n in range(len(sources))]


async def _make_now(sources: Sequence[Source | Transcript], run: Run, before: int, signals: Signals) -> list[Outcome]:
    """Make the outdated documents; their outcomes. `before`, the number of those up to date, is for the first line.

    After a first signal, running calls finish, since they are paid for, except those of a model in this process.
    """
    from pipeline.batches.corpus import make_all

    async with run.connected() as link:
        run.audience.display.say(opening_line(link, run.settings, sources, before))
        client = Stoppable(link.client, link.stop)
        with nullcontext() if run.settings.in_process else signals(partial(client.halt, run.audience.interruption)):
            return await make_all(sources, client, run.options, watch=run.audience.watch, on_outcome=run.ended)


@dataclass(frozen=True, slots=True)
class Run:
    """What all transcripts of a run share: one store, its options, one audience, and one client once connected."""

    settings: Settings
    calls: CallStore
    options: MakeOptions
    model: str
    ledger: Ledger
    audience: Audience
    _unremembered: list[Outcome] = field(default_factory=list, init=False)

    @classmethod
    def of(cls, settings: Settings, metadata: Metadata, reading: Input, calls: CallStore, audience: Audience) -> Run:
        """The run that the settings describe. SettingsError if a model file cannot be used."""
        model, endpoint = model_and_endpoint(settings)
        options = MakeOptions(
            settings.out,
            recipe_of(settings),
            PromptSet(settings.prompts),
            endpoint,
            settings.citations,
            metadata,
            reading,
            1 if settings.in_process else settings.concurrency,
        )
        return cls(settings, calls, options, model, Ledger(calls, options, model), audience)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """Open the client for the length of the context. SettingsError if it lacks a key or memory."""
        from pipeline.settings.connect import connect

        if own_file := own_model(self.settings):
            own_file.ensure_it_fits(self.options.recipe.profile.name)  # once, not for each transcript
        display, events = self.audience.display, self.audience.events
        async with connect(
            self.settings, self.calls, display.download, self.options.prompts, events, display.say
        ) as connection:
            yield connection

    def made_before(self, source: Source) -> Outcome | None:
        """The outcome of a document that is up to date, after showing it; None if it has to be made."""
        if outcome := self.ledger.outcome(source):
            self.audience.done(outcome)
        return outcome

    def ended(self, outcome: Outcome) -> None:
        """Show how a transcript ended and remember it, so that a later run need not read it again.

        While another program writes the store, it stays to be remembered later: calls are running.
        """
        self.audience.done(outcome)
        self._unremembered.append(outcome)
        with suppress(StoreBusy):
            self.calls.at_once(self._remember)

    def close(self) -> None:
        """Remember what is left, and wait for the store if need be."""
        self._remember(last_try=True)

    def _remember(self, last_try: bool = False) -> None:
        """Remember the documents that ended. A failure only costs that a later run reads them again."""
        while self._unremembered:
            outcome = self._unremembered[0]
            try:
                self.ledger.remember(outcome)
            except StoreError as err:
                if isinstance(err, StoreBusy) and not last_try:
                    raise
                self.audience.display.say(f"{outcome.name}: the next run will check it again: {err}")
            del self._unremembered[0]


@dataclass(slots=True)
class Audience:
    """Everyone who follows the progress: people through a display, machines through events, exports by page."""

    display: Display
    events: Events
    on_page: Callable[[Path], None] = lambda page: None
    interruption: Interrupted = field(default_factory=lambda: Interrupted("interrupted"))  # of all that it cuts short
    ended: dict[str, Outcome] = field(default_factory=dict)  # without their documents
    _under_way: dict[str, tuple[Phase, Tally]] = field(default_factory=dict)

    def watch(self, progress: Progress) -> None:
        """Show progress, and emit an event when a phase begins."""
        self.display.watch(progress)
        before, _ = self._under_way.get(progress.name, (None, None))
        self._under_way[progress.name] = progress.phase, progress.tally
        if progress.phase != before and progress.phase not in ENDED:
            self.events.tell("phase begun", document=progress.name, phase=progress.phase, calls=progress.planned)

    def interrupted(self, names: Iterable[str]) -> None:
        """Report the transcripts of these names that were not finished."""
        for name in [n for n in names if n not in self.ended]:
            _, tally = self._under_way.get(name, (None, Tally()))
            self.done(Outcome(name, error=self.interruption, tally=tally))

    def done(self, outcome: Outcome) -> None:
        """Show how a transcript ended, on every channel."""
        self._under_way.pop(outcome.name, None)
        self.ended[outcome.name] = replace(outcome, document=None)
        self.display.done(outcome)
        if outcome.page:
            self.on_page(outcome.page)
        tally, error = outcome.tally, str(outcome.error) if outcome.error else None
        used = {"prompt_tokens": tally.usage.prompt_tokens, "completion_tokens": tally.usage.completion_tokens}
        counts = {"calls": tally.calls, "cached": tally.calls_cached, "problems": len(outcome.problems)}
        costs = {"seconds": outcome.seconds, "cost_usd": outcome.cost_usd, "spent_usd": outcome.spent_usd}
        if isinstance(outcome.error, Unforeseen):
            self._tell_where(outcome.name, outcome.error)
        about = {"document": outcome.name, "status": outcome.status}
        self.events.tell("document done", **about, **counts, **used, **costs, error=error)

    def _tell_where(self, name: str, error: Unforeseen) -> None:
        """Emit an event with the traceback but without the error's message, which may quote a transcript."""
        from traceback import format_tb

        frames = format_tb(error.__cause__.__traceback__) if error.__cause__ else []
        self.events.tell("document fault", document=name, traceback="".join(frames))


def opening_line(link: Connection, settings: Settings, sources: Sequence[Source | Transcript], before: int = 0) -> str:
    """Which model is used and why; for the embedded one also how long it is likely to take."""
    from pipeline.llm.tokens import encoding_for
    from pipeline.providers import weights

    encoding, is_exact = encoding_for(link.model)
    line = f"model {link.model} ({link.address}; {link.reason}): {numbered(len(sources), 'transcript')}"
    line += f", {before:,} more up to date" if before else ""
    line += "" if is_exact else f" (tokens counted with {encoding}: tiktoken does not know this model)"
    own_file, worked_with = own_model(settings), recipe_of(settings).profile.name
    if own_file:
        line += f", {own_file.file.description}, used as a {worked_with} model"
    elif settings.in_process:
        tokens = sum(_tokens_about(s, settings, encoding) for s in sources)
        about = f"about {duration(20 + tokens * EMBEDDED_SECONDS_A_TOKEN)} on 2 cores"
        line += f", {tokens:,} tokens, {about if worked_with == 'small' else f'used as a {worked_with} model'}"
        if weights.installed() is None:
            line += f", after downloading the model once ({weights.EMBEDDED.size >> 20} MB, {weights.EMBEDDED.licence})"
    return line


def _tokens_about(source: Source | Transcript, settings: Settings, encoding: str) -> int:
    from pipeline.chunking import rendered_tokens

    try:
        return sum(rendered_tokens(read(source, Input(settings.encoding, settings.format)).segments, encoding))
    except InputError:
        return 0  # reported when its turn comes
