"""A clock for tests: time passes only when a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count


class FakeClock:
    """Fires timers in order as time passes; `sleep` moves the time."""

    def __init__(self) -> None:
        self._now = 100.0
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def time(self) -> float:
        return self._now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> object:
        heapq.heappush(self._timers, (self._now + seconds, next(self._order), callback))
        return None

    async def sleep(self, seconds: float) -> None:
        await self.run_until(self._now + seconds)

    async def run_until(self, time: float) -> None:
        await settle()
        while self._timers and self._timers[0][0] <= time:
            self._now, _, callback = heapq.heappop(self._timers)
            callback()
            await settle()
        self._now = time


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)
