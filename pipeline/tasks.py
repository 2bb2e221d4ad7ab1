"""Work that goes on at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
_QUIET = 0.002  # seconds of a pass through all that is ready, below which next to nothing was
_MOST_PASSES = 100


async def all_of(work: Iterable[Awaitable[T]]) -> list[T]:
    """The results of all, in order. When one fails the others end first, so that no answer under way is lost."""
    ended = await asyncio.gather(*work, return_exceptions=True)
    for result in ended:
        if isinstance(result, BaseException):
            raise result
    return [result for result in ended if not isinstance(result, BaseException)]


async def each(work: Iterable[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """The results of all, in order, with so many under way at once."""
    free = asyncio.Semaphore(max(1, at_once))

    async def when_free(start: Callable[[], Awaitable[T]]) -> T:
        async with free:
            return await start()

    return await all_of([when_free(w) for w in work])


async def ended_gracefully(work: Coroutine[Any, Any, T], halt: Callable[[], None]) -> T:
    """The result of work that a first cancellation halts and waits for, and that only a second one cancels."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # which nobody else may look at
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        halt()
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
        raise
    return task.result()


async def until_quiet() -> None:
    """Lets other tasks go on until they hardly want to, so that what follows takes no time from work that was begun.

    It ends after a hundred passes through them: what else a program does in this loop holds nothing up for long.
    """
    loop = asyncio.get_running_loop()
    for _ in range(_MOST_PASSES):
        before = loop.time()
        await asyncio.sleep(0)
        if loop.time() - before < _QUIET:
            return
