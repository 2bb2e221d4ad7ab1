"""Work that goes on at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

T = TypeVar("T")
_NOTHING = 0.002  # seconds of a pass through all that is ready: what looking whether anything is may take


async def all_of(work: Iterable[Awaitable[T]]) -> list[T]:
    """What all give, in order. When one fails the others end first, so that no answer under way is lost."""
    ended = await asyncio.gather(*work, return_exceptions=True)
    for result in ended:
        if isinstance(result, BaseException):
            raise result
    return [result for result in ended if not isinstance(result, BaseException)]


async def until_idle() -> None:
    """Waits until nothing else is ready to go on, so that what follows takes no time from work that was begun."""
    loop = asyncio.get_running_loop()
    busy = True
    while busy:
        before = loop.time()
        await asyncio.sleep(0)
        busy = loop.time() - before > _NOTHING
