"""A client in front of the call store: what is stored is not asked again, by this run or another."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from pipeline.errors import EndpointError, ReplayMiss, StoreError, unbilled
from pipeline.llm import Completion, LLMClient, Request
from pipeline.providers.calls import LEASE, CallStore, RecordedCalls

_POLL = 0.2
_TOGETHER = 0.005  # seconds for which an answer waits for others: a disk is asked once for all of them


class StoredClient:
    """Answers from the store first, then from `inner`, storing what it says. Without `inner` it only replays."""

    def __init__(self, store: CallStore | RecordedCalls, inner: LLMClient | None, model: str) -> None:
        self._store, self._inner, self._model = store, inner, model
        self._under_way: set[str] = set()
        self._asked_here: set[str] = set()  # what came of these calls is this run's own, and is not renewed by it
        self._arrived: list[tuple[str, Request, Completion, asyncio.Future[None]]] = []
        self._renewing: asyncio.Task[None] | None = None

    @property
    def model(self) -> str:
        """The model that calls are identified by."""
        return self._model

    async def complete(self, request: Request) -> Completion:
        """The stored answer, marked as cached, or a fresh one. ReplayMiss says what changed.

        One that was stored before this client asked for it is renewable.
        """
        key = request.key(self._model)
        if self._inner is None or not isinstance(self._store, CallStore):
            return self._replayed(key, request)
        for call, unusable in request.instead_of:
            if call.key(self._model) not in self._asked_here:
                self._store.withdraw(call.key(self._model), unusable)
        if stored := self._store.get(key):
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
        """Asks unless another task or another run is asking the same; then its answer is waited for.

        EndpointError when it is on its way by another road: a batch job is already paid for.
        """
        if store.in_batch(key):
            raise unbilled(
                EndpointError(
                    "this run needs calls that are in a batch job",
                    hint="studydoc batch collect, or studydoc batch cancel",
                    fatal=True,
                )
            )
        while key in self._under_way or not store.claim(key):
            if stored := store.get(key):
                return replace(stored, cached=True)
            await asyncio.sleep(_POLL)
        self._under_way.add(key)
        self._asked_here.add(key)
        self._renewing = self._renewing or asyncio.create_task(self._renew(store))
        try:
            completion = await inner.complete(request)
            await self._keep(store, key, request, completion)
        except BaseException:
            with suppress(StoreError):  # what went wrong first is what counts
                store.release(key)
            raise
        finally:
            self._under_way.discard(key)
            if not self._under_way:
                self._renewing.cancel()
                self._renewing = None
        return completion

    async def _renew(self, store: CallStore) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            for key in self._under_way:
                with suppress(StoreError):  # the next renewal comes before the claim ends
                    store.claim(key)

    async def _keep(self, store: CallStore, key: str, request: Request, completion: Completion) -> None:
        """Returns when the answer is on disk, with all others that arrive within a few milliseconds."""
        loop = asyncio.get_running_loop()
        on_disk = loop.create_future()
        if not self._arrived:
            loop.call_later(_TOGETHER, self._store_arrived, store)
        self._arrived.append((key, request, completion, on_disk))
        try:
            await on_disk
        except asyncio.CancelledError:  # the run is being ended, and what has come is to be kept
            self._store_arrived(store)
            raise

    def _store_arrived(self, store: CallStore) -> None:
        arrived, self._arrived = self._arrived, []
        if not arrived:
            return
        error: StoreError | None = None
        try:
            store.put_all([(key, request, completion) for key, request, completion, _ in arrived], self._model)
        except StoreError as err:
            error = err
        except Exception as err:  # noqa: BLE001  nobody else would hear of it, and the calls would wait for ever
            error = StoreError(f"{store.path}: answers cannot be stored: {err!r}")
        for *_, on_disk in arrived:
            if on_disk.done():
                continue
            if error:
                on_disk.set_exception(error)
            else:
                on_disk.set_result(None)
