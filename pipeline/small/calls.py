"""Calls whose failure costs what they ask for and no more, so many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pipeline.errors import CallError
from pipeline.tasks import all_of

T = TypeVar("T")


@dataclass(frozen=True)
class Failed:
    """A call that failed in a way that costs what it asked for and no more."""

    why: str


def survivable(err: CallError) -> Failed:
    """What to tell of an error that the document survives; one that ends it is raised."""
    if err.fatal:
        raise err
    return Failed(str(err))


async def each(work: Iterable[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """What all give, in order, so many at once."""
    free = asyncio.Semaphore(max(1, at_once))

    async def one(start: Callable[[], Awaitable[T]]) -> T:
        async with free:
            return await start()

    return await all_of([one(w) for w in work])
