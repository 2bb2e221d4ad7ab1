"""Make notes for a client of the server, in a thread and event loop of their own, so that nothing else has to wait."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from pipeline import store
from pipeline.batches.corpus import make_each
from pipeline.batches.options import Input
from pipeline.batches.outcome import Outcome
from pipeline.batches.single_machine import Audience, Run
from pipeline.errors import Interrupted
from pipeline.events import Events
from pipeline.llm import LLMClient
from pipeline.llm.progress import Progress, ProgressUpdate
from pipeline.llm.stopping import Stoppable
from pipeline.providers.calls import CallStore
from pipeline.readers import Source
from pipeline.settings import Settings
from pipeline.settings.chosen import store_path
from pipeline.settings.connect import Connection
from pipeline.tasks import ended_gracefully
from pipeline.text import clean
from pipeline.transcript import Metadata, Transcript

T = TypeVar("T")
OnProgress = Callable[[ProgressUpdate], None]


class Quiet:
    """A display for a run whose standard output carries the protocol: messages go to standard error."""

    def say(self, message: str) -> None:
        """Write a line to the server's log."""
        sys.stderr.write(f"studydoc: {clean(message)}\n")

    problem = say

    def watch(self, progress: Progress) -> None:
        """Ignored: the client is informed otherwise."""

    def done(self, outcome: Outcome) -> None:
        """Ignored: the client is informed otherwise."""

    def download(self, done: int, total: int) -> None:
        """Ignored."""

    def summary(self, outcomes: Sequence[Outcome], retried: int, seconds: float, looks: int = 0) -> None:
        """Ignored."""


@dataclass(slots=True)
class Maker:
    """Makes notes over one connection, opened for the first notes, so that its limits hold for all notes together."""

    settings: Settings
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _opened: Connection | None = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def make(self, source: Source, on_progress: OnProgress) -> Outcome:
        """Make the notes of a transcript. `on_progress` is called in the caller's event loop.

        Raises SettingsError and StoreError. If the caller is cancelled, running calls are stored and no more are made.
        """
        caller_loop = asyncio.get_running_loop()

        def watch(progress: Progress) -> None:
            if not caller_loop.is_closed():
                caller_loop.call_soon_threadsafe(on_progress, progress.update())

        return await asyncio.wrap_future(self._submitted(self._make(source, watch)))

    async def close(self) -> None:
        """Close the connection and end the thread, once running calls have ended."""
        if self._thread is not None:
            await asyncio.wrap_future(self._submitted(self._close_connection()))
            self._loop.call_soon_threadsafe(self._loop.stop)
            await asyncio.to_thread(self._thread.join)
        self._loop.close()

    def _submitted(self, work: Coroutine[Any, Any, T]) -> Any:
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop.run_forever, name="studydoc make", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _close_connection(self) -> None:
        for under_way in self._locks.values():
            await under_way.acquire()
        await self._stack.aclose()

    async def _make(self, source: Source, watch: Callable[[Progress], None]) -> Outcome:
        async with self._locks[source.name]:  # a second client waits, then finds the notes made
            connection = await self._connection()
            with closing(CallStore(store_path(self.settings.out))) as calls:
                run = self._run(calls)
                return run.made_before(source) or await self._make_now(source, run, connection.client_of(calls), watch)

    async def _make_now(
        self, source: Source, run: Run, client: LLMClient, watch: Callable[[Progress], None]
    ) -> Outcome:
        async def feed() -> AsyncIterator[Source | Transcript]:
            yield source

        outcomes: list[Outcome] = []

        def done(outcome: Outcome) -> None:
            run.ended(outcome)
            outcomes.append(outcome)  # includes the document

        halting = Stoppable(client)
        made = make_each(feed(), halting, run.options, watch=watch, on_outcome=done)
        with closing(run):
            await ended_gracefully(made, partial(halting.halt, Interrupted("the notes are no longer wanted")))
        return outcomes[0]

    async def _connection(self) -> Connection:
        async with self._opening:
            if self._opened is None:
                store.check_writable(self.settings.out)
                async with AsyncExitStack() as opening:  # closes the store if no connection can be made
                    calls = opening.enter_context(closing(CallStore(store_path(self.settings.out))))
                    self._opened = await opening.enter_async_context(self._run(calls).connected())
                    self._stack = opening.pop_all()
            return self._opened

    def _run(self, calls: CallStore) -> Run:
        """A run over a store. Each request is a run of its own, like a `studydoc make`."""
        reading = Input(self.settings.encoding, self.settings.format)
        return Run.of(self.settings, Metadata(), reading, calls, Audience(Quiet(), Events()))
