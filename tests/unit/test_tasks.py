"""Work that goes on at once."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.tasks import all_of, until_quiet


class SlowLoop(asyncio.SelectorEventLoop):
    """A loop whose time passes only by what tasks say that they take."""

    now = 0.0

    def time(self) -> float:
        return self.now


def finished_before(*steps: float) -> list[float]:
    """The steps that a task has taken, each of so many seconds, when another finds the loop idle."""
    loop = SlowLoop()
    done: list[float] = []

    async def work() -> None:
        for step in steps:
            loop.now += step
            done.append(step)
            await asyncio.sleep(0)

    async def wait() -> list[float]:
        task = loop.create_task(work())
        await until_quiet()
        found = list(done)
        await task
        return found

    try:
        return loop.run_until_complete(wait())
    finally:
        loop.close()


def test_work_that_was_begun_goes_on_before_the_loop_is_idle() -> None:
    assert finished_before(0.5, 0.5, 0.5) == [0.5, 0.5, 0.5]


def test_work_that_takes_no_time_keeps_nobody_waiting() -> None:
    assert finished_before(0.0, 0.5) == [0.0]


def test_work_beside_work_that_fails_ends_before_the_error_is_raised() -> None:
    steps: list[str] = []

    async def fails() -> None:
        raise ValueError

    async def goes_on() -> None:
        for step in ("asked", "answered", "stored"):
            await asyncio.sleep(0)
            steps.append(step)

    with pytest.raises(ValueError):
        asyncio.run(all_of([fails(), goes_on()]))
    assert steps == ["asked", "answered", "stored"]
