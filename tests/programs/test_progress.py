"""`on_progress`: what a program is told of a run, and what happens when its own code fails there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from pipeline import ProgressUpdate, asummarise, summarise
from pipeline.errors import CallError
from pipeline.llm import Completion, Request, Usage
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.settings import Settings
from pipeline.settings.chosen import store_path
from tests.scripted import LINES, LONG_LINES, Answer, ScriptedClient, good_answer, transcript

PARTS = Settings(chunk_tokens=200, model="gpt-6-luna", base_url="http://server.test/v1")
LONG = transcript(LINES * 3)


def updates(answers: Callable[[Request], Answer] = good_answer, **how: object) -> list[ProgressUpdate]:
    told: list[ProgressUpdate] = []
    summarise(transcript(), client=ScriptedClient(answers), on_progress=told.append, **how)  # type: ignore[arg-type]
    return told


def test_a_run_tells_its_phases_its_calls_and_its_tokens() -> None:
    told = updates()
    assert list(dict.fromkeys(u.phase for u in told)) == ["writing", "checking", "complete"]
    assert [u.calls for u in told] == sorted(u.calls for u in told)
    last = told[-1]
    assert (last.name, last.calls, last.calls_expected, last.prompt_tokens) == ("reactor", 2, 2, 200)


def test_what_was_written_is_told_before_its_check() -> None:
    (told,) = (u for u in updates() if u.drafted)
    assert told.phase == "writing"
    draft = told.drafted
    assert [d.section for d in draft][:2] == ["overview", "prerequisites"]
    point = next(d for d in draft if d.label == "Lund reactor")
    assert (point.heading, point.lines) == ("A Reactor and Its Tower", (1,))


def test_what_was_written_freely_is_told_when_it_has_its_lines() -> None:
    told: list[ProgressUpdate] = []
    summarise(transcript(LONG_LINES), client=ScriptedClient(good_answer), on_progress=told.append)
    assert list(dict.fromkeys(u.phase for u in told)) == ["writing", "composing", "checking", "complete"]
    (drafted,) = (u for u in told if u.drafted)
    assert drafted.phase == "composing" and drafted.calls == 2


def test_a_page_that_gets_no_lines_is_told_to_be_written_again_with_the_calls_that_takes() -> None:
    told: list[ProgressUpdate] = []
    answers = lambda r: Completion("", "refusal", Usage(), "scripted") if r.name == "cite" else good_answer(r)  # noqa: E731
    summarise(transcript(LONG_LINES), client=ScriptedClient(answers), on_progress=told.append)
    phases = [phase for phase, _ in groupby(u.phase for u in told)]
    assert phases == ["writing", "composing", "writing", "checking", "complete"]
    begun = next(u for u in told[1:] if u.phase == "writing" and u.calls == 2)
    assert begun.calls_expected == told[-1].calls == 4  # manuscript, cite, write, check
    assert [u.phase for u in told if u.drafted] == ["writing"]


def test_what_is_composed_stands_in_the_place_of_the_parts() -> None:
    told: list[ProgressUpdate] = []
    summarise(LONG, client=ScriptedClient(good_answer), settings=PARTS, on_progress=told.append)
    phases = [u.phase for u in told if u.drafted]
    assert phases[-1] == "composing" and phases[:-1] and set(phases[:-1]) == {"writing"}


def test_an_update_does_not_change_when_the_run_goes_on() -> None:
    first, *_, last = updates()
    assert first.calls == 0 and last.calls == 2
    with pytest.raises(AttributeError):
        first.calls = 5  # type: ignore[misc]


@pytest.mark.parametrize("error", [ValueError("mine"), CallError("mine too"), TimeoutError()])
def test_an_error_of_the_callback_ends_the_run_and_is_raised(error: Exception) -> None:
    def fail(update: ProgressUpdate) -> None:
        if update.calls:
            raise error

    client = ScriptedClient(good_answer)
    with pytest.raises(type(error)) as caught:
        summarise(transcript(), client=client, on_progress=fail)
    assert caught.value is error and len(client.requests) == 1


def test_an_error_at_the_very_end_is_raised_too() -> None:
    def fail(update: ProgressUpdate) -> None:
        if update.phase == "complete":
            raise ValueError("the end")

    with pytest.raises(ValueError, match="the end"):
        summarise(transcript(), client=ScriptedClient(good_answer), on_progress=fail)


class Slow:
    """Answers after others could be asked, and counts them."""

    model = "scripted"

    def __init__(self) -> None:
        self._inner, self.answered = ScriptedClient(good_answer), 0

    async def complete(self, request: Request) -> Completion:
        for _ in range(5 * (self.answered + 1)):
            await asyncio.sleep(0)
        self.answered += 1
        return await self._inner.complete(request)


def test_calls_under_way_are_stored_when_the_callback_fails_and_the_callback_is_left_alone(tmp_path: Path) -> None:
    told: list[ProgressUpdate] = []

    def fail(update: ProgressUpdate) -> None:
        told.append(update)
        if update.calls:
            raise ValueError

    slow, store = Slow(), CallStore(tmp_path / "calls.sqlite")
    with pytest.raises(ValueError):
        asyncio.run(asummarise(LONG, client=StoredClient(store, slow, "scripted"), settings=PARTS, on_progress=fail))
    kept = len(list(store))
    store.close()
    assert slow.answered == kept >= 2
    assert sum(u.calls > 0 for u in told) == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a server writes its log."""
    return tmp_path


def cancelled(folder: Path, base_url: str, times: int) -> tuple[int, int]:
    """How many calls were asked and how many stored, in a run that is cancelled `times` times during its first call."""
    log, settings = folder / "log", replace(PARTS, base_url=base_url, out=folder / "outputs", concurrency=1)

    async def run() -> None:
        task = asyncio.create_task(asummarise(LONG, settings=settings))
        while not log.exists():
            await asyncio.sleep(0.01)
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0.01)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    with closing(CallStore(store_path(settings.out))) as store:
        return len(log.read_text("utf-8").splitlines()), len(list(store))


@pytest.mark.parametrize(("times", "stored"), [(1, 1), (2, 0)])
def test_a_call_under_way_is_stored_when_a_run_is_cancelled_and_dropped_when_it_is_cancelled_again(
    folder: Path, serve: Callable[..., str], times: int, stored: int
) -> None:
    assert cancelled(folder, serve(delay=1.0), times) == (1, stored)


def test_a_client_of_ones_own_is_cancelled_with_its_calls() -> None:
    class Silent(ScriptedClient):
        async def complete(self, request: Request) -> Completion:
            running.cancel()
            await asyncio.Event().wait()
            raise AssertionError

    async def run() -> None:
        nonlocal running
        running = asyncio.create_task(asummarise(transcript(), client=Silent(good_answer)))
        await running

    running: asyncio.Task[Any]
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_a_run_that_nobody_listens_to_gives_the_same_document() -> None:
    alone = summarise(transcript(), client=ScriptedClient(good_answer))
    told = summarise(transcript(), client=ScriptedClient(good_answer), on_progress=lambda update: None)
    assert alone.model_dump(exclude={"run"}) == told.model_dump(exclude={"run"})
