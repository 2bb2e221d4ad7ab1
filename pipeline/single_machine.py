"""`studydoc make` on this machine: finds transcripts and makes documents of those whose notes are not up to date."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline import store
from pipeline.chunking import rendered_tokens
from pipeline.connect import Connection, connect, model_and_endpoint, own_model, recipe_of, store_path
from pipeline.corpus import Input, Order, Outcome, find, make_all, read
from pipeline.display import Display
from pipeline.errors import InputError
from pipeline.events import Events
from pipeline.progress import ENDED, Phase, Progress
from pipeline.prompting import PromptSet
from pipeline.providers import weights
from pipeline.providers.calls import CallStore
from pipeline.readers import Source
from pipeline.settings import Settings
from pipeline.text import duration, numbered
from pipeline.tokens import encoding_for
from pipeline.transcript import Metadata, Transcript
from pipeline.up_to_date import Ledger

# Seconds for each transcript token with the embedded model on two cores, measured in benchmarks/.
EMBEDDED_SECONDS_A_TOKEN = 0.16


async def make_documents(
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    display: Display,
    events: Events | None = None,
    given: Input | None = None,
    written: Callable[[Path], None] = lambda page: None,
) -> tuple[int, list[dict[str, Any]]]:
    """Exit code 0 when every document is complete, else 1; and a row for each transcript.

    `written` is told of every page that stands, as soon as it does.
    """
    started, events, given = time.monotonic(), events or Events(), given or Input(settings.encoding, settings.format)
    found = find(paths, given, settings.out)
    for line in found.skipped:
        display.say(line)
    for outcome in found.failed:
        display.done(outcome)
    outcomes = list(found.failed)
    if found.sources:
        store.check_writable(settings.out)
        with closing(CallStore(store_path(settings.out))) as calls:
            outcomes += await _made(found.sources, settings, metadata, given, calls, Audience(display, events, written))
    display.summary(outcomes, events.retried, time.monotonic() - started)
    return (0 if all(o.complete for o in outcomes) else 1), [o.row() for o in outcomes]


async def _made(
    sources: Sequence[Source | Transcript],
    settings: Settings,
    metadata: Metadata,
    given: Input,
    calls: CallStore,
    audience: Audience,
) -> list[Outcome]:
    """Outcomes in the order of the sources. What is up to date needs no endpoint."""
    prompts = PromptSet(settings.prompts)
    model, endpoint = model_and_endpoint(settings)
    order = Order(
        settings.out,
        recipe_of(settings),
        prompts,
        endpoint,
        settings.citations,
        metadata,
        given,
        1 if settings.in_process else settings.concurrency,
    )
    ledger, display, events = Ledger(calls, order, model), audience.display, audience.events
    found = {n: o for n, s in enumerate(sources) if isinstance(s, Source) and (o := ledger.outcome(s))}
    for outcome in found.values():
        audience.done(outcome)
    left = [s for n, s in enumerate(sources) if n not in found]
    if not left:
        many = numbered(len(found), "transcript")
        display.say(f"model {model} ({endpoint}): {many}, made before, nothing has changed")
        return [replace(o, document=None) for o in found.values()]

    def done(outcome: Outcome) -> None:
        audience.done(outcome)
        ledger.remember(outcome)

    if own := own_model(settings):
        own.ensure_it_fits(order.recipe.profile.name)  # once, and not for each transcript
    async with connect(settings, calls, display.download, prompts, events, display.say) as at:
        display.say(opening_line(at, settings, left, len(found)))
        fresh = iter(await make_all(left, at.client, order, stop=at.stop, watch=audience.watch, done=done))
    return [replace(found[n], document=None) if n in found else next(fresh) for n in range(len(sources))]


@dataclass(slots=True)
class Audience:
    """Everybody who is told how far transcripts are: people by a display, machines by events, exports by pages."""

    display: Display
    events: Events
    written: Callable[[Path], None] = lambda page: None
    _phases: dict[str, Phase] = field(default_factory=dict)  # of transcripts under way

    def watch(self, progress: Progress) -> None:
        """Shows progress; an event where a phase begins."""
        self.display.watch(progress)
        if self._phases.get(progress.name) != progress.phase:
            self._phases[progress.name] = progress.phase
            if progress.phase not in ENDED:
                self.events.tell("phase begun", document=progress.name, phase=progress.phase, calls=progress.planned)

    def done(self, outcome: Outcome) -> None:
        """How a transcript ended."""
        self._phases.pop(outcome.name, None)
        self.display.done(outcome)
        if outcome.page:
            self.written(outcome.page)
        tally, error = outcome.tally, str(outcome.error) if outcome.error else None
        used = {"prompt_tokens": tally.usage.prompt_tokens, "completion_tokens": tally.usage.completion_tokens}
        counts = {"calls": tally.calls, "cached": tally.calls_cached, "problems": len(outcome.problems)}
        spent = {"seconds": outcome.seconds, "cost_usd": outcome.cost_usd, "error": error}
        self.events.tell("document done", document=outcome.name, status=outcome.status, **counts, **used, **spent)


def opening_line(at: Connection, settings: Settings, sources: Sequence[Source | Transcript], before: int = 0) -> str:
    """Which model, why, and for the embedded one how long it is likely to take."""
    encoding, known = encoding_for(at.model)
    line = f"model {at.model} ({at.endpoint}; {at.why}): {numbered(len(sources), 'transcript')}"
    line += f", {before:,} more made before" if before else ""
    line += "" if known else f" (tokens as {encoding}: tiktoken does not know this model)"
    if own := own_model(settings):
        line += f", {own.file.shown}, as {recipe_of(settings).profile.name}"
    elif settings.in_process:
        tokens = sum(_tokens_about(s, settings, encoding) for s in sources)
        line += f", {tokens:,} tokens"
        line += f", likely about {duration(20 + tokens * EMBEDDED_SECONDS_A_TOKEN)} on 2 cores"
        if weights.installed() is None:
            line += f", after fetching the model once ({weights.EMBEDDED.size >> 20} MB, {weights.EMBEDDED.licence})"
    return line


def _tokens_about(source: Source | Transcript, settings: Settings, encoding: str) -> int:
    try:
        return sum(rendered_tokens(read(source, Input(settings.encoding, settings.format)).segments, encoding))
    except InputError:
        return 0  # told when its turn comes
