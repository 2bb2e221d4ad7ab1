"""Plans without a call, and limits that stop before they are passed."""

import asyncio
from pathlib import Path

import pytest

from pipeline.errors import EndpointError
from pipeline.llm import Completion, Message, Request, Usage
from pipeline.plan import Experience, Limited, LimitReached, plan_one, together
from pipeline.prices import BATCH, cost_usd
from pipeline.prompting import PromptSet
from pipeline.providers.calls import CallStore, StoredClient
from pipeline.run import asummarise
from pipeline.settings import HOSTED, Recipe
from tests.scripted import ScriptedClient, good_answer, transcript

APART = Recipe(plan="apart")


@pytest.fixture
def store(tmp_path: Path) -> CallStore:
    return CallStore(tmp_path / "calls.sqlite")


def plan(store: CallStore, recipe: Recipe):  # noqa: ANN201
    past = Experience.of(store, "scripted")
    return asyncio.run(plan_one(transcript(), store, "scripted", recipe, PromptSet(), past))


@pytest.mark.parametrize(("recipe", "calls"), [(HOSTED, 1), (APART, 4)])
def test_a_plan_counts_the_calls_of_the_first_wave(store: CallStore, recipe: Recipe, calls: int) -> None:
    found = plan(store, recipe)
    assert (found.calls, found.stored) == (calls, 0)
    assert found.merges > 0 and 0 < found.low < found.high


def test_a_batch_costs_half_where_the_price_list_says_so() -> None:
    usage = Usage(10_000, 0, 1_000)
    single, batch = (cost_usd("gpt-5-mini", f"https://api.openai.com{how}", usage) for how in ("", BATCH))
    assert single and batch == pytest.approx(single / 2)


def test_the_calls_of_a_plan_are_those_that_a_run_then_makes(store: CallStore) -> None:
    client = ScriptedClient(good_answer)
    planned = plan(store, APART)
    asyncio.run(asummarise(transcript(), client, recipe=APART))
    mapped = [r for r in client.requests if r.name in ("main_points", "key_concepts", "prerequisites", "overview")]
    assert planned.calls == len(mapped)


def test_what_is_stored_is_free_and_a_finished_run_plans_nothing(store: CallStore) -> None:
    asyncio.run(asummarise(transcript(), StoredClient(store, ScriptedClient(good_answer), "scripted"), recipe=APART))
    found = plan(store, APART)
    assert (found.calls, found.merges, found.prompt_tokens) == (0, 0, 0) and found.stored >= 5
    assert together([found, plan(store, HOSTED)]).calls == 1


def request(tokens: int) -> Request:
    return Request("r", (Message("user", "Say something short."),), {}, tokens)


def test_a_limit_stops_before_the_call_that_could_pass_it() -> None:
    client = ScriptedClient(lambda r: Completion("{}", "stop", Usage(30, 0, 40), "scripted"))
    limited = Limited(client, tokens=200, cost=None, price=None)

    async def run() -> None:
        await limited.complete(request(100))
        await limited.complete(request(50))
        await limited.complete(request(100))

    with pytest.raises(LimitReached, match="--max-tokens 200"):
        asyncio.run(run())
    assert len(client.requests) == 2


def test_a_limit_on_cost_counts_prompt_and_answer_at_their_prices_and_ends_the_run() -> None:
    client = ScriptedClient(good_answer)
    limited = Limited(client, tokens=None, cost=0.001, price=(1e-6, 1e-5))
    with pytest.raises(EndpointError) as caught:
        asyncio.run(limited.complete(request(5000)))
    assert caught.value.fatal and "run again" in str(caught.value)
    assert client.requests == []


def test_calls_in_flight_count_whole() -> None:
    gate = asyncio.Event()

    class Slow:
        model = "scripted"
        asked = 0

        async def complete(self, r: Request) -> Completion:
            self.asked += 1
            await gate.wait()
            return Completion("{}", "stop", Usage(5, 0, 5), "scripted")

    async def run() -> list[object]:
        limited = Limited(Slow(), tokens=250, cost=None, price=None)
        first = asyncio.create_task(limited.complete(request(200)))
        await asyncio.sleep(0)
        second = asyncio.create_task(limited.complete(request(200)))
        await asyncio.sleep(0)
        gate.set()
        return list(await asyncio.gather(first, second, return_exceptions=True))

    done, refused = asyncio.run(run())
    assert isinstance(done, Completion) and isinstance(refused, LimitReached)


def test_a_limit_counts_the_room_for_thought_as_if_it_were_used() -> None:
    client = Limited(ScriptedClient(["{}"]), tokens=2000, cost=None, price=None, room=lambda: 4096)
    with pytest.raises(LimitReached, match="2,000"):
        asyncio.run(client.complete(request(400)))


def test_a_plan_counts_what_a_model_was_seen_to_think(store: CallStore) -> None:
    plain = plan(store, HOSTED)
    for n in range(4):
        seen = Completion("{}", "stop", Usage(10, 0, 3010, thought_tokens=3000), "scripted")
        store.put(request(n).key("scripted"), request(n), "scripted", seen)
    thinking = plan(store, HOSTED)
    assert (thinking.low - plain.low, thinking.high - plain.high) == (3000, 3000)
