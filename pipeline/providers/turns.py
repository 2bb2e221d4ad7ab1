"""Sends some calls alone, so that what they teach is learned once, before others are sent in the same way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_HEAD_START = 5.0  # seconds: a refusal comes quickly, an answer takes its time


class Turns:
    """The turn to go alone, for the calls of one run."""

    def __init__(self) -> None:
        self._turn, self._refused = asyncio.Lock(), 0
        self.answered = False  # whether any call has been answered in this run

    @property
    def in_use(self) -> bool:
        """Whether calls that were refused are going alone, or waiting to."""
        return self._refused > 0

    @asynccontextmanager
    async def after_a_refusal(self) -> AsyncIterator[None]:
        """Hold the turn for a call that was refused."""
        self._refused += 1
        try:
            async with self._turn:
                yield
        finally:
            self._refused -= 1

    async def wait(self, *, patiently: bool) -> bool:
        """Wait for the turn, only for a moment unless `patiently`; whether it was acquired. Free it by `release`."""
        try:
            async with asyncio.timeout(None if patiently else _HEAD_START):
                return await self._turn.acquire()
        except TimeoutError:
            return False

    def release(self) -> None:
        """Free the turn."""
        self._turn.release()
