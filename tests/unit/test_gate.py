"""The gate with a clock of its own: who is let in, when, and what the endpoint's words change."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from pipeline.providers.delays import seconds
from pipeline.providers.gate import Gate
from tests.clock import FakeClock, settle


class Yard:
    """A gate, its clock, and calls by name in the order in which they were let in."""

    def __init__(self, most: int, **rates: float) -> None:
        self.clock = FakeClock()
        self.gate = Gate(most, clock=self.clock, **rates)
        self.inside: list[str] = []
        self.at: list[float] = []
        self.numbers: dict[str, int] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def come(self, *names: str, rank: tuple[int, ...] = (), tokens: int = 0) -> None:
        for name in names:
            self.tasks[name] = asyncio.ensure_future(self._come(name, rank, tokens))

    async def _come(self, name: str, rank: tuple[int, ...], tokens: int) -> None:
        self.numbers[name] = await self.gate.enter(rank, tokens)
        self.inside.append(name)
        self.at.append(round(self.clock.time() - 100, 3))


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_no_more_than_the_limit_are_inside() -> None:
    async def story() -> None:
        yard = Yard(2)
        yard.come("a", "b", "c")
        await settle()
        assert yard.inside == ["a", "b"]
        yard.gate.leave()
        await settle()
        assert yard.inside == ["a", "b", "c"]

    run(story())


def test_the_lowest_rank_goes_first_and_equals_in_order() -> None:
    async def story() -> None:
        yard = Yard(1)
        yard.come("first")
        await settle()
        yard.come("map", "map again", rank=(1, 5))
        yard.come("short", rank=(1, 2))
        yard.come("merge", rank=(0, 9))
        for _ in range(4):
            await settle()
            yard.gate.leave()
        await settle()
        assert yard.inside == ["first", "merge", "short", "map", "map again"]

    run(story())


def test_it_starts_slowly_and_doubles_a_round() -> None:
    async def story() -> None:
        yard = Yard(64)
        yard.come(*(str(n) for n in range(200)))
        rounds = []
        for _ in range(4):
            await settle()
            rounds.append(inside := yard.gate.inside)
            for _ in range(inside):
                yard.gate.went_well()
                yard.gate.inside -= 1  # all answers of a round at once
            yard.gate._let_in()
        assert rounds == [16, 32, 64, 64]

    run(story())


def test_pushed_back_it_falls_once_a_round_and_grows_by_one() -> None:
    async def story() -> None:
        yard = Yard(10)
        yard.come(*(str(n) for n in range(60)))
        await settle()
        for name in ("0", "1", "2"):
            yard.gate.pushed_back(yard.numbers[name], None)
        assert yard.gate.limit == 8.0
        for _ in range(8):
            yard.gate.went_well()
        assert 8.9 < yard.gate.limit < 9.0

    run(story())


def test_it_never_falls_below_one_call() -> None:
    async def story() -> None:
        yard = Yard(4)
        for n in range(30):
            yard.come(str(n))
            await settle()
            yard.gate.pushed_back(yard.numbers[str(n)], None)
            yard.gate.leave()
        assert yard.gate.limit == 1.0

    run(story())


def test_a_time_that_one_call_was_told_holds_for_all_and_is_capped() -> None:
    async def story() -> None:
        yard = Yard(4)
        yard.come("a")
        await settle()
        yard.gate.pushed_back(yard.numbers["a"], 7.0)
        yard.gate.leave()
        yard.come("b")
        await yard.clock.sleep(6.9)
        assert yard.inside == ["a"]
        await yard.clock.sleep(0.2)
        assert yard.inside == ["a", "b"]
        yard.gate.pushed_back(yard.numbers["b"], 9999.0)
        yard.gate.leave()
        yard.come("c")
        await yard.clock.sleep(60.1)
        assert yard.inside == ["a", "b", "c"]

    run(story())


def test_requests_are_paced_evenly() -> None:
    async def story() -> None:
        yard = Yard(100, rpm=60)
        yard.come("a", "b", "c", "d")
        await yard.clock.sleep(10)
        assert yard.at == [0.0, 1.0, 2.0, 3.0]

    run(story())


def test_tokens_are_paced_and_a_call_larger_than_the_burst_still_goes() -> None:
    async def story() -> None:
        yard = Yard(100, tpm=6000)
        yard.come("a", "b", "c", tokens=100)
        await yard.clock.sleep(10)
        assert yard.inside == ["a", "b", "c"]
        assert yard.at == [0.0, 1.0, 2.0]

    run(story())


def test_a_rate_is_learned_from_headers() -> None:
    async def story() -> None:
        yard = Yard(100)
        yard.come("a")
        await settle()
        told = {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "1",
            "x-ratelimit-reset-requests": "59s",
        }
        yard.gate.read_limits(yard.numbers["a"], told)
        yard.come("b", "c", "d")
        await yard.clock.sleep(10)
        assert yard.at == [0.0, 0.0, 1.0, 2.0]

    run(story())


def test_calls_that_the_endpoint_has_not_counted_yet_are_not_spent_twice() -> None:
    async def story() -> None:
        yard = Yard(100)
        yard.come("a", "b", "c")
        await settle()
        headers = {"x-ratelimit-limit-requests": "60", "x-ratelimit-reset-requests": "50s"}
        yard.gate.read_limits(yard.numbers["a"], headers | {"x-ratelimit-remaining-requests": "2"})
        yard.come("d")
        await settle()
        assert "d" not in yard.inside  # b and c may be those two
        yard.gate.read_limits(yard.numbers["c"], headers | {"x-ratelimit-remaining-requests": "2"})
        yard.come("e")
        await settle()
        assert "d" in yard.inside and "e" in yard.inside

    run(story())


@pytest.mark.parametrize("bad", ["", "soon", "-3", "nan", "inf"])
def test_headers_that_make_no_sense_change_nothing(bad: str) -> None:
    async def story() -> None:
        yard = Yard(3)
        yard.come("a")
        await settle()
        headers = {f"x-ratelimit-{word}-requests": bad for word in ("limit", "remaining", "reset")}
        yard.gate.read_limits(yard.numbers["a"], headers)
        yard.come("b", "c")
        await settle()
        assert yard.inside == ["a", "b", "c"]

    run(story())


def test_a_cancelled_call_leaves_its_place_to_others() -> None:
    async def story() -> None:
        yard = Yard(1)
        yard.come("a")
        await settle()
        yard.come("b", "c")
        await settle()
        yard.tasks["b"].cancel()
        yard.gate.leave()
        await settle()
        assert yard.inside == ["a", "c"] and yard.gate.inside == 1

    run(story())


def test_a_call_cancelled_just_as_it_is_let_in_keeps_no_place() -> None:
    async def story() -> None:
        yard = Yard(1)
        yard.come("a")
        await settle()
        yard.come("b")
        await settle()
        yard.gate.leave()
        yard.tasks["b"].cancel()
        await settle()
        assert yard.gate.inside == 0

    run(story())


def test_a_shut_gate_lets_nobody_in_and_those_inside_finish() -> None:
    async def story() -> None:
        yard = Yard(1)
        yard.come("a", "b")
        await settle()
        yard.gate.shut(ValueError("enough"))
        yard.come("c")
        await settle()
        assert [str(yard.tasks[n].exception()) for n in ("b", "c")] == ["enough", "enough"]
        yard.gate.leave()
        assert yard.inside == ["a"] and yard.gate.inside == 0

    run(story())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("250ms", 0.25),
        ("2m59.5s", 179.5),
        ("3", 3.0),
        ("", None),
        ("x", None),
        ("9" * 400 + "s", None),
    ],
)
def test_durations_of_reset_headers(text: str, value: float | None) -> None:
    assert seconds(text) == value
