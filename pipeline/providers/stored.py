"""A client in front of the call store: a stored answer is not requested again, by this run or another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from pipeline.errors import EndpointError, ReplayMiss, StoreError, unbilled
from pipeline.llm import Completion, LLMClient, Request
from pipeline.providers.calls import AGAIN, LEASE, LONGEST_WAIT, CallStore, RecordedCalls, StoreBusy

T = TypeVar("T")
_POLL = 0.2
_TOGETHER = 0.005  # seconds for which an answer waits for others, to be written to disk with them


class StoredClient:
    """Answers from the store first, then from `inner`, storing its answers. Without `inner` it only replays."""

    def __init__(self, store: CallStore | RecordedCalls, inner: LLMClient | None, model: str) -> None:
        self._store, self._inner, self._model = store, inner, model
        self._under_way: set[str] = set()
        self._asked_here: set[str] = set()  # calls made by this run, whose answers it does not renew
        self._arrived: list[tuple[str, Request, Completion, asyncio.Future[None]]] = []
        self._renewing: asyncio.Task[None] | None = None
        self._line, self._in_line = asyncio.Lock(), 0  # tasks that wait while another program writes the store

    @property
    def model(self) -> str:
        """The model by which calls are identified."""
        return self._model

    async def complete(self, request: Request) -> Completion:
        """The stored answer, marked as cached, or a fresh one. ReplayMiss says what differs from the recording.

        An answer that was stored before this client asked for it is renewable.
        """
        key = request.key(self._model)
        if self._inner is None or not isinstance(self._store, CallStore):
            return self._replayed(key, request)
        for call, unusable in request.instead_of:
            await self._when_free(self._store, partial(self._withdraw, self._store, call, unusable))
        if stored := await self._when_free(self._store, partial(self._store.get, key)):
            return replace(stored, cached=True, renewable=key not in self._asked_here)
        return await self._ask_once(self._store, self._inner, key, request)

    def _replayed(self, key: str, request: Request) -> Completion:
        if stored := self._store.get(key):
            return replace(stored, cached=True)
        reason = "it is not in the store"
        if isinstance(self._store, RecordedCalls):
            reason = self._store.why_missing(request, self._model)
        raise ReplayMiss(
            f"{request.name}: this call was not recorded: {reason}",
            hint="renew the recordings: studydoc fixture record",
        )

    async def _ask_once(self, store: CallStore, inner: LLMClient, key: str, request: Request) -> Completion:
        """Make the call, unless another task or run is making the same one; then wait for its answer.

        Raises EndpointError if the call is in a batch job, which is already paid for.
        """
        while not await self._when_free(store, partial(self._claim, store, key)):
            if stored := await self._when_free(store, partial(store.get, key)):
                return replace(stored, cached=True)
            await asyncio.sleep(_POLL)
        self._under_way.add(key)
        self._asked_here.add(key)
        self._renewing = self._renewing or asyncio.create_task(self._renew(store))
        try:
            completion = await inner.complete(request)
            await self._keep(store, key, request, completion)
        except BaseException:
            with suppress(StoreError):  # the first error is the one that matters; in a busy store the claim expires
                store.at_once(partial(store.release, key))
            raise
        finally:
            self._under_way.discard(key)
            if not self._under_way:
                self._renewing.cancel()
                self._renewing = None
        return completion

    async def _when_free(self, store: CallStore, operation: Callable[[], T]) -> T:
        """The result of an operation on the store. While another program writes the store, calls wait in line.

        StoreBusy after half a minute. Other tasks run meanwhile, so the operation itself has to check what it relies
        on.
        """
        until = time.monotonic() + LONGEST_WAIT
        if not self._in_line:
            try:
                return store.at_once(operation)
            except StoreBusy:
                pass
        self._in_line += 1
        try:
            async with self._line:
                while True:
                    try:
                        return store.at_once(operation)
                    except StoreBusy:
                        if time.monotonic() > until:
                            raise
                    await asyncio.sleep(AGAIN)
        finally:
            self._in_line -= 1

    def _withdraw(self, store: CallStore, call: Request, unusable: Completion) -> None:
        """Delete an unusable answer, unless this run asked for it."""
        if (key := call.key(self._model)) not in self._asked_here:
            store.withdraw(key, unusable)

    def _claim(self, store: CallStore, key: str) -> bool:
        """Whether this task should make the call; EndpointError if the call is in a batch job."""
        if key in self._under_way:
            return False
        if store.in_batch(key):
            raise unbilled(
                EndpointError(
                    "this run needs calls that are in a batch job",
                    hint="run studydoc batch collect to get their answers, or studydoc batch cancel to stop the job",
                    fatal=True,
                )
            )
        return store.claim(key)

    def _claim_again(self, store: CallStore, key: str) -> None:
        if key in self._under_way:
            store.claim(key)

    async def _renew(self, store: CallStore) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            for key in list(self._under_way):
                with suppress(StoreError):  # the next renewal comes before the claim expires
                    await self._when_free(store, partial(self._claim_again, store, key))

    async def _keep(self, store: CallStore, key: str, request: Request, completion: Completion) -> None:
        """Wait until the answer is on disk, together with all others that arrive within a few milliseconds."""
        loop = asyncio.get_running_loop()
        on_disk = loop.create_future()
        if not self._arrived:
            loop.call_later(_TOGETHER, self._store_arrived, store, time.monotonic() + LONGEST_WAIT)
        self._arrived.append((key, request, completion, on_disk))
        try:
            await on_disk
        except asyncio.CancelledError:  # the run is ending, and what has arrived must be kept
            self._store_arrived(store)
            raise

    def _store_arrived(self, store: CallStore, until: float | None = None) -> None:
        """Store the answers that have arrived. With `until`, a busy store is tried again up to that time."""
        if not self._arrived:
            return
        error: StoreError | None = None
        rows = [(key, request, completion) for key, request, completion, _ in self._arrived]
        put = partial(store.put_all, rows, self._model)
        try:
            put() if until is None else store.at_once(put)
        except StoreBusy as err:
            if until is not None and time.monotonic() < until:
                asyncio.get_running_loop().call_later(AGAIN, self._store_arrived, store, until)
                return
            error = err
        except StoreError as err:
            error = err
        except Exception as err:  # noqa: BLE001  otherwise nobody would see it, and the calls would wait forever
            error = StoreError(f"{store.path}: answers cannot be stored: {err!r}")
        arrived, self._arrived = self._arrived, []
        for *_, on_disk in arrived:
            if on_disk.done():
                continue
            if error:
                on_disk.set_exception(error)
            else:
                on_disk.set_result(None)
