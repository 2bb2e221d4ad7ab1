"""Study documents for many transcripts with one client: bounded concurrency, one outcome each, independent failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb

from pipeline import store
from pipeline.batches.inputs import read
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Figures, Outcome
from pipeline.batches.writing import ensure_notes_not_lost, load_before, seen_from, write_notes
from pipeline.errors import PipelineError, StoreError, Unforeseen
from pipeline.events import DOCUMENT
from pipeline.llm import LLMClient, Tally
from pipeline.llm.prices import cost_of_run
from pipeline.llm.progress import Progress, Watch, unwatched
from pipeline.llm.stopping import Stoppable
from pipeline.readers import Source
from pipeline.readers.report import left_out_line
from pipeline.speakers import not_used
from pipeline.tasks import until_quiet
from pipeline.transcript import Transcript

# The documents in progress should want this many times the calls that may run at once: the endpoint is then never idle,
# and no more documents are begun than necessary, since they would delay those that are nearly done.
_ENOUGH = 1.25


async def make_all(
    sources: Sequence[Source | Transcript],
    client: LLMClient,
    options: MakeOptions,
    *,
    watch: Watch = unwatched,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make a document of every source; the outcomes are in the order of `sources`.

    After a fatal error, or once a Stoppable client is halted, no new calls are made; running calls finish and are
    stored.
    """
    stoppable = client if isinstance(client, Stoppable) else Stoppable(client)
    turns = in_turns(sources, options)

    async def feed() -> AsyncIterator[Source | Transcript]:
        for n in turns:
            yield sources[n]

    outcomes = await make_each(feed(), stoppable, options, watch=watch, on_outcome=on_outcome)
    by_place = dict(zip(turns, outcomes, strict=True))
    return [by_place[n] for n in range(len(sources))]


async def make_each(
    feed: AsyncIterator[Source | Transcript],
    client: Stoppable,
    options: MakeOptions,
    *,
    watch: Watch = unwatched,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make a document of every source that `feed` yields; the outcomes are in the same order.

    The next source is requested only when there is capacity for it, and the feed may wait for sources as long as it
    likes.
    """
    return await _DocumentsInProgress(client, options, watch, on_outcome).run(feed)


class _DocumentsInProgress:
    """Works on just enough documents at a time to use all the concurrent calls.

    A transcript is read when its turn comes and dropped when its document is written.
    """

    def __init__(
        self, client: Stoppable, options: MakeOptions, watch: Watch, on_outcome: Callable[[Outcome], None]
    ) -> None:
        self._client = client
        self._options, self._watch, self._on_outcome = options, watch, on_outcome
        self._in_progress: dict[int, Progress] = {}
        self._moved = asyncio.Event()

    async def run(self, feed: AsyncIterator[Source | Transcript]) -> list[Outcome]:
        tasks: list[asyncio.Task[Outcome]] = []
        try:
            async with asyncio.TaskGroup() as group:
                async for source in feed:
                    tasks.append(group.create_task(self._make_one(len(tasks), source)))
                    await self._room()
        except BaseExceptionGroup as err:
            raise err.exceptions[0] from err.exceptions[0].__cause__
        return [task.result() for task in tasks]

    async def _room(self) -> None:
        """Wait until there is capacity for another document: with one call at a time, until the previous one is done.

        How many calls a document wants is known once its transcript is read. If answers arrive faster than the
        processor can handle them, documents in progress have priority over new ones.
        """
        enough = _ENOUGH * self._options.at_once if self._options.at_once > 1 else 1
        await until_quiet()
        while sum(p.calls_wanted for p in self._in_progress.values()) >= enough:
            self._moved.clear()
            await self._moved.wait()
            await until_quiet()

    async def _make_one(self, n: int, source: Source | Transcript) -> Outcome:
        self._in_progress[n] = Progress(source.name)

        def follow(state: Progress) -> None:
            self._in_progress[n] = state
            self._moved.set()
            self._watch(state)

        DOCUMENT.set(source.name)  # context of this task and of every call that it makes
        try:
            outcome = await self._outcome(n, source, follow)
        finally:
            del self._in_progress[n]
            self._moved.set()
        self._on_outcome(outcome)
        return replace(outcome, document=None)

    async def _outcome(self, n: int, source: Source | Transcript, watch: Watch) -> Outcome:
        if self._client.stopped:
            return self._failed(n, source, self._client.stopped)
        try:
            outcome = await _make(source, self._client, self._options, watch)
        except PipelineError as err:
            if isinstance(err, StoreError) and err.ends_run:
                self._client.halt(err)
            return self._failed(n, source, err)
        except Exception as err:  # noqa: BLE001  it would cancel all other documents, whose calls are paid for
            return self._failed(n, source, unforeseen(err))
        tally = self._in_progress[n].tally
        return replace(outcome, tally=tally, spent_usd=self._cost(tally.without_stored()))

    def _failed(self, n: int, source: Source | Transcript, error: PipelineError) -> Outcome:
        """The outcome of a failed document. If an error ended the whole run, that error is reported: it says more."""
        tally = self._in_progress[n].tally
        cost, spent = self._cost(tally), self._cost(tally.without_stored())
        error = self._client.stopped or error
        return Outcome(source.name, error=error, tally=tally, cost_usd=cost, spent_usd=spent)

    def _cost(self, tally: Tally) -> float | None:
        return cost_of_run(self._client.model, self._options.endpoint, tally)


def unforeseen(err: Exception) -> Unforeseen:
    """The error to report for an unexpected exception.

    A bug is reported by its type and place only, since its message may quote the transcript.
    """
    if isinstance(err, OSError):
        file = f"{err.filename}: " if err.filename else ""
        error = Unforeseen(f"{file}{err.strerror or err}", hint="fix this and run again; every answer so far is stored")
    else:
        place = extract_tb(err.__traceback__)[-1]
        message = f"a bug in studydoc: {type(err).__name__} in {Path(place.filename).name}, line {place.lineno}"
        error = Unforeseen(message, hint="please report it with the output of --debug or --log-json")
    error.__cause__ = err
    return error


def in_turns(sources: Sequence[Source | Transcript], options: MakeOptions) -> Sequence[int]:
    """The indices of the sources, small transcripts first: as fast overall, and first documents are ready sooner."""
    everyone = range(len(sources))
    return everyone if options.at_once == 1 else sorted(everyone, key=lambda n: _size(sources[n]))


def _size(source: Source | Transcript) -> int:
    if isinstance(source, Transcript):
        return sum(len(s.text) for s in source.segments)
    try:
        return source.path.stat().st_size
    except OSError:
        return 0  # reading it will report what is wrong


async def _make(source: Source | Transcript, client: LLMClient, options: MakeOptions, watch: Watch) -> Outcome:
    # Imported here because a run in which all notes are up to date does not need it.
    from pipeline.run import asummarise

    transcript = read(source, options.input).with_metadata(options.metadata)
    if note := not_used(options.metadata.speakers, transcript):
        transcript = replace(transcript, notes=(*transcript.notes, note))
    record = store.output_path(options.out, transcript.name)
    load_before(transcript.path, record)  # fail before any call if something must not be overwritten
    document = await asummarise(
        transcript, client, recipe=options.recipe, prompts=options.prompts, endpoint=options.endpoint, watch=watch
    )
    before = load_before(transcript.path, record)  # again: files may have appeared during the calls
    if transcript.path and "://" not in options.bound_for:
        final_record = Path(options.bound_for, record.relative_to(options.out)) if options.bound_for else record
        document = seen_from(document, Path(transcript.path), final_record)
    ensure_notes_not_lost(before, document, options.out)
    written = write_notes(document, record, before, citations=options.citations)
    document = written.document
    lasting = tuple(filter(None, [*document.source.warnings, left_out_line(transcript), written.left]))
    return Outcome(
        transcript.name,
        document,
        written.page,
        notes=(*lasting, *filter(None, [written.moved, written.reviewed])),
        lasting_notes=lasting,
        seconds=document.run.seconds,
        status=document.status,
        problems=tuple(p.message for p in document.problems),
        cost_usd=document.run.usage.cost_usd,
        figures=Figures.of(document),
    )
