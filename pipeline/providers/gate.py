"""One gate for all calls of a client: how many run at once and per minute, when, and in which order.

Concurrency starts low and doubles each round while answers arrive. When the endpoint pushes back (429, 503), it falls
by a fifth and from then on grows by one each round. What the endpoint tells one call (Retry-After, x-ratelimit-*)
applies to all.
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

LONGEST_HOLD = 60.0  # seconds: the longest time for which a reply can stop all calls
_FIRST = 16  # initial concurrency, or a quarter of the maximum if that is more
_FALL = 0.8
_BURST = 0.1  # seconds' worth of a rate that may be spent at once, so that late timers cost no throughput


class Clock(Protocol):
    """Time and timers as in an event loop; tests pass in their own."""

    def time(self) -> float:
        """Seconds on a monotonic clock."""
        ...

    def call_later(self, delay: float, callback: Callable[[], None], /) -> object:
        """Call `callback` once, after `delay` seconds."""
        ...


@dataclass(slots=True)
class Bucket:
    """A token bucket: `level` may be spent now, growing by `rate` per second up to `capacity`."""

    rate: float
    capacity: float
    level: float
    refilled_at: float

    def refill(self, now: float) -> None:
        """Add what has accrued since the last refill."""
        self.level = min(self.capacity, self.level + self.rate * max(0.0, now - self.refilled_at))
        self.refilled_at = now

    def wait(self, now: float, amount: float) -> float:
        """Seconds until `amount` may be spent; an amount above the capacity may be spent once the bucket is full."""
        self.refill(now)
        missing = min(amount, self.capacity) - self.level
        return 0.0 if missing <= 1e-9 else missing / self.rate


class Gate:
    """Lets calls in by rank, the lowest first. Each `enter` needs a `leave`; the other methods report on calls."""

    def __init__(
        self, most: int, *, rpm: float | None = None, tpm: float | None = None, clock: Clock | None = None
    ) -> None:
        """Allow `most` calls at once, `rpm` requests and `tpm` tokens per minute (None: as the endpoint reports)."""
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
        self._calm = float(most)  # up to here concurrency doubles each round
        self._last_fall = 0  # calls up to this number belong to the round of the last reduction
        self._not_before = 0.0
        self._alarm = math.inf
        self._shut: Exception | None = None

    @property
    def _clock(self) -> Clock:
        """The clock passed in, else the running event loop's."""
        return self._own_clock or asyncio.get_running_loop()

    async def enter(self, rank: tuple[int, ...] = (), tokens: int = 0) -> int:
        """Wait for a place; returns the number of the call, for `pushed_back` and `read_limits`."""
        if self._shut:
            raise self._shut
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._order), tokens, future))
        self._let_in()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # it was let in while being cancelled
                self.leave()
            raise

    def leave(self) -> None:
        """Free the place for the next call."""
        self.inside -= 1
        self._let_in()

    def shut(self, error: Exception) -> None:
        """Let no more calls in: waiting and later ones raise `error`. Those inside may finish."""
        self._shut = error
        for *_, future in self._waiting:
            if not future.done():
                future.set_exception(error)
        self._waiting.clear()

    def went_well(self) -> None:
        """Report an answer: more calls may run, if some are waiting."""
        if self._waiting and self.limit < self.most:
            self.limit = min(self.most, self.limit + (1 if self.limit < self._calm else 1 / self.limit))

    def pushed_back(self, number: int, wait: float | None) -> None:
        """Report that the endpoint is too busy: fewer calls, reduced once per round, and none for `wait` seconds."""
        if number > self._last_fall:
            self.limit = self._calm = max(1.0, _FALL * min(self.limit, self.inside))
            self._last_fall = self._entered
        if wait:
            self._not_before = max(self._not_before, self._clock.time() + min(wait, LONGEST_HOLD))

    def read_limits(self, number: int, headers: Mapping[str, str]) -> None:
        """Take in the x-ratelimit-* headers of the reply to call `number`."""
        for kind in ("requests", "tokens"):
            remaining = amount(headers.get(f"x-ratelimit-remaining-{kind}", ""))
            limit = amount(headers.get(f"x-ratelimit-limit-{kind}", ""))
            if remaining is None or not limit:
                continue
            used, reset = limit - remaining, seconds(headers.get(f"x-ratelimit-reset-{kind}", ""))
            rate = used / reset if reset and used > 0 else limit / 60
            self._learn(kind, number, remaining, limit, rate)

    def _learn(self, kind: str, number: int, remaining: float, limit: float, rate: float) -> None:
        """Update a bucket: the endpoint has counted this call and perhaps later ones, so the level lies in between."""
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
        """Set one timer, for the earliest time that is needed."""
        wait = min(wait, LONGEST_HOLD)
        if now + wait < self._alarm:
            self._alarm = now + wait
            self._clock.call_later(wait, self._woken)

    def _woken(self) -> None:
        self._alarm = math.inf
        self._let_in()
