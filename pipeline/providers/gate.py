"""One gate for all calls of a client: how many at once, how many a minute, when at all, and who goes first.

Concurrency starts low, doubles a round while answers come, falls by a fifth when the endpoint pushes back (429, 503)
and then grows by one a round. What the endpoint answers to one call (Retry-After, x-ratelimit-*) holds for every call.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from pipeline.providers.delays import amount, seconds

LONGEST_HOLD = 60.0  # seconds for which an endpoint can stop all calls at a word
_FIRST = 16  # calls at once to begin with, or a quarter of what is allowed
_FALL = 0.8
_BURST = 0.1  # seconds' worth of a rate that may go at once: late timers then cost no throughput


class Clock(Protocol):
    """Time and timers as an event loop has them; a test brings its own."""

    def time(self) -> float:
        """Seconds that never go back."""
        ...

    def call_later(self, delay: float, callback: Callable[[], None], /) -> object:
        """Calls `callback` once, so many seconds later."""
        ...


@dataclass(slots=True)
class Bucket:
    """What may be spent: `level` now, `rate` more a second, never above `capacity`."""

    rate: float
    capacity: float
    level: float
    refilled_at: float

    def refill(self, now: float) -> None:
        """Adds what came since the last look."""
        self.level = min(self.capacity, self.level + self.rate * max(0.0, now - self.refilled_at))
        self.refilled_at = now

    def wait(self, now: float, amount: float) -> float:
        """Seconds until `amount` may be spent; more than the bucket holds may be once it is full."""
        self.refill(now)
        missing = min(amount, self.capacity) - self.level
        return 0.0 if missing <= 1e-9 else missing / self.rate


class Gate:
    """Lets calls in by rank, the lowest first. `enter` and `leave` come in pairs; the others hear how a call went."""

    def __init__(
        self, most: int, *, rpm: float | None = None, tpm: float | None = None, clock: Clock | None = None
    ) -> None:
        """At most `most` calls at once, `rpm` requests and `tpm` tokens a minute (None: what the endpoint reports)."""
        self.most = most
        self.limit: float = min(most, max(_FIRST, most // 4))
        self.inside = 0
        self._own_clock = clock
        rates = {"requests": (rpm or 0) / 60, "tokens": (tpm or 0) / 60}
        bursts = {kind: max(1.0, rate * _BURST) for kind, rate in rates.items()}
        self._configured = {kind: Bucket(rate, bursts[kind], bursts[kind], 0.0) for kind, rate in rates.items() if rate}
        self._reported: dict[str, Bucket] = {}
        self._waiting: list[tuple[tuple[int, ...], int, int, asyncio.Future[int]]] = []
        self._order, self._entered = count(), 0
        self._calm = float(most)  # up to here concurrency doubles a round
        self._last_fall = 0  # calls let in up to this number belong to the round that fell last
        self._not_before = 0.0
        self._alarm = math.inf
        self._shut: Exception | None = None

    @property
    def _clock(self) -> Clock:
        """The one that was given, else that of the running event loop."""
        return self._own_clock or asyncio.get_running_loop()

    async def enter(self, rank: tuple[int, ...] = (), tokens: int = 0) -> int:
        """Waits for a place; gives the number of the call, which `pushed_back` and `read_limits` take."""
        if self._shut:
            raise self._shut
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._order), tokens, future))
        self._let_in()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # it was let in while it was being cancelled
                self.leave()
            raise

    def leave(self) -> None:
        """Gives the place to the next call."""
        self.inside -= 1
        self._let_in()

    def shut(self, error: Exception) -> None:
        """Lets nobody in any more: `error` for all who wait or come. Those inside finish."""
        self._shut = error
        for *_, future in self._waiting:
            if not future.done():
                future.set_exception(error)
        self._waiting.clear()

    def went_well(self) -> None:
        """An answer came: room for more, if more are waiting."""
        if self._waiting and self.limit < self.most:
            self.limit = min(self.most, self.limit + (1 if self.limit < self._calm else 1 / self.limit))

    def pushed_back(self, number: int, wait: float | None) -> None:
        """The endpoint is too busy: fewer calls, once a round, and none for `wait` seconds if it named a time."""
        if number > self._last_fall:
            self.limit = self._calm = max(1.0, _FALL * min(self.limit, self.inside))
            self._last_fall = self._entered
        if wait:
            self._not_before = max(self._not_before, self._clock.time() + min(wait, LONGEST_HOLD))

    def read_limits(self, number: int, headers: Mapping[str, str]) -> None:
        """Takes the x-ratelimit-* headers of an answer to call `number` into account."""
        for kind in ("requests", "tokens"):
            remaining = amount(headers.get(f"x-ratelimit-remaining-{kind}", ""))
            limit = amount(headers.get(f"x-ratelimit-limit-{kind}", ""))
            if remaining is None or not limit:
                continue
            used, reset = limit - remaining, seconds(headers.get(f"x-ratelimit-reset-{kind}", ""))
            rate = used / reset if reset and used > 0 else limit / 60
            self._learn(kind, number, remaining, limit, rate)

    def _learn(self, kind: str, number: int, remaining: float, limit: float, rate: float) -> None:
        """The endpoint counted this call, and perhaps those that were let in after it: its level lies between."""
        now = self._clock.time()
        unseen = float(self._entered - number) if kind == "requests" else 0.0
        bucket = self._reported.setdefault(kind, Bucket(rate, limit, remaining - unseen, now))
        bucket.refill(now)
        bucket.rate, bucket.capacity = rate, limit
        bucket.level = max(min(bucket.level, remaining), remaining - unseen)

    def _let_in(self) -> None:
        now = self._clock.time()
        while self._waiting and self.inside < int(self.limit):
            _, _, tokens, future = self._waiting[0]
            if not future.done():
                if (wait := self._wait(now, tokens)) > 0:
                    self._wake(now, wait)
                    return
                self.inside += 1
                self._entered += 1
                self._spend(tokens)
                future.set_result(self._entered)
            heapq.heappop(self._waiting)

    def _wait(self, now: float, tokens: int) -> float:
        waits = [bucket.wait(now, 1 if kind == "requests" else tokens) for kind, bucket in self._buckets()]
        return max([self._not_before - now, *waits])

    def _spend(self, tokens: int) -> None:
        for kind, bucket in self._buckets():
            bucket.level -= 1 if kind == "requests" else tokens

    def _buckets(self) -> list[tuple[str, Bucket]]:
        return [*self._configured.items(), *self._reported.items()]

    def _wake(self, now: float, wait: float) -> None:
        """One timer at a time, the earliest that is needed."""
        wait = min(wait, LONGEST_HOLD)
        if now + wait < self._alarm:
            self._alarm = now + wait
            self._clock.call_later(wait, self._woken)

    def _woken(self) -> None:
        self._alarm = math.inf
        self._let_in()
