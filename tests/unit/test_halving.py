"""Work in halves: how far it is halved, what is asked for nothing, and what is told of stretches without an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from pipeline.capable.halving import by_halves
from pipeline.errors import CallError, ContextTooLong, EndpointError, OutputTruncated, unbilled

Work = Sequence[int]


def done(size: int, fault: Callable[[Work], CallError | None]) -> tuple[list[str], int]:
    """What comes of so many lines, of each piece its first and last one or why there is no answer, and the calls."""
    asked: list[Work] = []

    async def ask(work: Work) -> str:
        asked.append(work)
        if error := fault(work):
            raise error
        return f"{work[0]}-{work[-1]}"

    def halves(work: Work, error: CallError) -> list[Work]:
        middle = len(work) // 2
        return [work[:middle], work[middle:]] if middle else []

    def failed(works: Sequence[Work], why: str) -> str:
        return f"{works[0][0]}-{works[-1][-1]}: {why}"

    return asyncio.run(by_halves(range(size), ask, halves, failed)), len(asked)


@pytest.mark.parametrize(("fits", "pieces"), [(32, 2), (16, 4), (8, 8), (4, 16)])
def test_work_is_halved_until_its_answers_are_whole(fits: int, pieces: int) -> None:
    answers, calls = done(64, lambda work: OutputTruncated("cut") if len(work) > fits else None)
    assert answers == [f"{n}-{n + fits - 1}" for n in range(0, 64, fits)]
    assert calls == 2 * pieces - 1


@pytest.mark.parametrize("size", [8, 64, 1000])
def test_where_every_answer_is_cut_nine_calls_end_it(size: int) -> None:
    answers, calls = done(size, lambda work: OutputTruncated("cut"))
    (answer,) = answers
    assert answer.startswith(f"0-{size - 1}: every answer stopped at the") and calls == 9


def test_a_stretch_that_gives_nothing_takes_no_other_with_it() -> None:
    answers, _ = done(256, lambda work: OutputTruncated("cut") if len(work) > 64 or 70 <= work[0] < 128 else None)
    stretches = [answer.partition(":")[0] for answer in answers]
    assert stretches[0] == "0-63" and stretches[-2:] == ["128-191", "192-255"]


def test_cut_answers_that_were_stored_before_are_gone_on_from() -> None:
    def fault(work: Work) -> CallError | None:
        return unbilled(OutputTruncated("cut")) if len(work) > 2 else None

    answers, _ = done(128, fault)
    assert answers == [f"{n}-{n + 1}" for n in range(0, 128, 2)]


def test_prompts_that_are_too_long_are_halved_however_often_it_takes() -> None:
    answers, _ = done(128, lambda work: ContextTooLong("too long") if len(work) > 1 else None)
    assert answers == [f"{n}-{n}" for n in range(128)]


def test_neighbours_without_an_answer_are_one_stretch_whatever_number_their_requests_had() -> None:
    def fault(work: Work) -> CallError | None:
        if len(work) > 2:
            return OutputTruncated("cut")
        return EndpointError(f"no answer to request {work[0]}") if 1 < work[0] < 6 else None

    assert done(8, fault)[0] == ["0-1", "2-5: no answer to request 2", "6-7"]


def test_a_stretch_is_told_with_a_reason_of_each_kind() -> None:
    def fault(work: Work) -> CallError | None:
        if len(work) > 2:
            return OutputTruncated("cut")
        return [EndpointError("gone"), ContextTooLong("too long"), EndpointError("gone again"), None][work[0] // 2]

    assert done(8, fault)[0][0] == "0-5: gone; too long"
