"""Helpers for running asynchronous work concurrently."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
_QUIET = 0.002  # seconds: in a shorter pass the loop had almost nothing to run
_MOST_PASSES = 100


async def all_of(work: Iterable[Awaitable[T]]) -> list[T]:
    """The results in order. If some fail, the first of these errors is raised, after all others have ended too.

    So no answer in progress is lost, and a document that waits for a batch has noted every call that can be made now.
    """
    ended = await asyncio.gather(*work, return_exceptions=True)
    for result in ended:
        if isinstance(result, BaseException):
            raise result
    return [result for result in ended if not isinstance(result, BaseException)]


async def each(work: Iterable[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """The results in order, with at most `at_once` running concurrently."""
    free = asyncio.Semaphore(max(1, at_once))

    async def when_free(start: Callable[[], Awaitable[T]]) -> T:
        async with free:
            return await start()

    return await all_of([when_free(w) for w in work])


async def ended_gracefully(work: Coroutine[Any, Any, T], halt: Callable[[], None]) -> T:
    """The result of `work`. A first cancellation calls `halt` and waits for work to end; a second cancels work."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # else asyncio warns
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
    """Yield to other tasks until they have little left to run, so that what follows does not delay them.

    Gives up after a hundred passes, so that other work in the caller's event loop cannot hold it up for long.
    """
    loop = asyncio.get_running_loop()
    for _ in range(_MOST_PASSES):
        before = loop.time()
        await asyncio.sleep(0)
        if loop.time() - before < _QUIET:
            return
