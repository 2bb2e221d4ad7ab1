"""Plans without a call, and limits that stop before they are passed."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batches.forecast import Forecast, forecast
from pipeline.batches.plan import Experience, Plan, plan_one, together
from pipeline.batches.single_machine import opening_line
from pipeline.cli.screen import plan_table
from pipeline.errors import CallError, ContextTooLong, EndpointError, spending, unbilled
from pipeline.lengths import words_for
from pipeline.llm import Completion, Message, Request, Usage
from pipeline.llm.prices import BATCH, cost_usd
from pipeline.llm.prompting import PromptSet
from pipeline.profile import CAPABLE, Recipe
from pipeline.providers.calls import CallStore
from pipeline.providers.faults import PushedBack
from pipeline.providers.limited import Limited, LimitReached, prompt_tokens
from pipeline.providers.stored import StoredClient
from pipeline.providers.weights import EMBEDDED
from pipeline.run import asummarise
from pipeline.settings import load_settings
from pipeline.settings.chosen import store_path
from pipeline.settings.connect import Connection
from pipeline.transcript import Transcript
from tests.commands import exit_code
from tests.scripted import EMPTY, LINES, LONG_LINES, Answer, ScriptedClient, cut_off, good_answer, transcript

BY_CODE = Recipe(replace(CAPABLE, check="code"))
IN_PARTS = Recipe(replace(CAPABLE, chunk_tokens=100))  # `transcript()` in two


def free(usage: Usage) -> float:
    return 0.0


@pytest.fixture
def store(tmp_path: Path) -> CallStore:
    return CallStore(tmp_path / "calls.sqlite")


def plan(store: CallStore, recipe: Recipe | None = None, of: Transcript | None = None) -> Plan:
    return planned(store, Experience.of(store, "scripted"), recipe or Recipe(), of or transcript())


def planned(store: CallStore, past: Experience, recipe: Recipe, of: Transcript) -> Plan:
    return asyncio.run(plan_one(of, store, "scripted", recipe, PromptSet(), past, lambda usage: None))


def run_until(store: CallStore, name: str, recipe: Recipe | None = None) -> None:
    """A run whose answers are stored up to the first call of a name, where the endpoint goes away."""

    def answer(request: Request) -> Answer:
        return EndpointError("gone", fatal=True) if request.name == name else good_answer(request)

    client = StoredClient(store, ScriptedClient(answer), "scripted")
    with pytest.raises(EndpointError):
        asyncio.run(asummarise(transcript(), client, recipe=recipe or Recipe()))


def run_whole(store: CallStore, recipe: Recipe | None = None) -> ScriptedClient:
    client = ScriptedClient(good_answer)
    asyncio.run(asummarise(transcript(), StoredClient(store, client, "scripted"), recipe=recipe or Recipe()))
    return client


def test_writing_is_asked_now_and_the_check_later(store: CallStore) -> None:
    found = plan(store)
    assert (found.now.calls, found.later.calls, found.stored) == (1, 1, 0)
    assert found.later.prompt_tokens > 0 and 0 < found.later.low < found.later.high


@pytest.mark.parametrize("answer", [Completion("", "refusal", Usage(), "scripted"), EMPTY], ids=["refused", "empty"])
def test_a_stored_answer_that_gives_no_notes_is_planned_to_be_asked_anew(store: CallStore, answer: Answer) -> None:
    refusing = ScriptedClient(lambda r: answer)
    asyncio.run(asummarise(transcript(), StoredClient(store, refusing, "scripted"), recipe=Recipe()))
    assert plan(store).now.calls == 1


def test_each_part_is_written_and_checked_and_all_are_composed_once(store: CallStore) -> None:
    found = plan(store, IN_PARTS)
    assert (found.now.calls, found.later.calls, found.check.calls) == (2, 1 + 2, 2)


@pytest.mark.parametrize("recipe", [Recipe(), BY_CODE, IN_PARTS], ids=["checked by model", "by code", "in parts"])
def test_as_many_calls_are_planned_as_a_run_then_makes(store: CallStore, recipe: Recipe) -> None:
    found = plan(store, recipe)
    assert found.now.calls + found.later.calls == len(run_whole(store, recipe).requests)


def test_the_tokens_of_calls_asked_now_are_those_of_their_prompts(store: CallStore) -> None:
    found, client = plan(store), run_whole(store)
    assert found.now.prompt_tokens == prompt_tokens(client.requests[0], "o200k_base")


@pytest.mark.parametrize(("reached", "stored", "now", "later"), [("compose", 2, 1, 2), ("check", 3, 2, 0)])
def test_what_is_stored_is_free_and_the_next_calls_are_known(
    store: CallStore, reached: str, stored: int, now: int, later: int
) -> None:
    run_until(store, reached, IN_PARTS)
    found = plan(store, IN_PARTS)
    assert (found.stored, found.now.calls, found.later.calls) == (stored, now, later)


def test_a_page_that_is_written_again_since_it_got_no_lines_is_not_planned_to_be_cited(store: CallStore) -> None:
    def answer(request: Request) -> Answer:
        if request.name == "write":
            return EndpointError("gone", fatal=True)
        return cut_off() if request.name == "cite" else good_answer(request)

    long = transcript(LONG_LINES)
    with pytest.raises(EndpointError):
        asyncio.run(asummarise(long, StoredClient(store, ScriptedClient(answer), "scripted"), recipe=Recipe()))
    found = plan(store, of=long)
    assert (found.stored, found.now.calls, found.later.calls, found.check.calls) == (2, 1, 1, 1)


def test_a_part_that_is_not_written_yet_is_asked_for_alone(store: CallStore) -> None:
    def second_is_gone(request: Request) -> Answer:
        return EndpointError("gone", fatal=True) if "Part 2" in request.messages[1].content else good_answer(request)

    client = StoredClient(store, ScriptedClient(second_is_gone), "scripted")
    with pytest.raises(EndpointError):
        asyncio.run(asummarise(transcript(), client, recipe=IN_PARTS))
    whole, found = plan(CallStore(Path(":memory:")), IN_PARTS), plan(store, IN_PARTS)
    assert (found.stored, found.now.calls) == (whole.now.calls - 1, 1)
    assert found.later == whole.later


def test_a_finished_run_plans_nothing(store: CallStore) -> None:
    run_whole(store)
    found = plan(store)
    assert (found.now.calls, found.later.calls, found.check.calls, found.stored) == (0, 0, 0, 2)


def test_the_check_is_told_apart_whether_it_comes_later_or_now(store: CallStore) -> None:
    assert plan(store).check.calls == 1 and plan(store, BY_CODE).check.calls == 0
    run_until(store, "check")
    found = plan(store)
    assert found.check == found.now


def test_earlier_answers_say_how_long_answers_are(store: CallStore) -> None:
    past = Experience({"write": [100, 200, 300, 400]})
    found = planned(store, past, Recipe(), transcript())
    assert (found.now.low, found.now.high) == (200, 300)


def test_words_follow_the_length_asked_for(store: CallStore) -> None:
    brief, full = (plan(store, Recipe(length=n)).words for n in ("brief", "full"))  # type: ignore[arg-type]
    assert brief < full and isinstance(full, int)


def test_half_an_hour_and_two_hours_and_a_half_get_the_words_that_are_promised() -> None:
    assert (words_for(4_500), words_for(20_000)) == (1_540, 3_250)
    assert [words_for(600, length) for length in ("brief", "standard", "full")] == [210, 420, 540]


def test_plans_together_are_their_sums(store: CallStore) -> None:
    one, other = plan(store), plan(store, BY_CODE)
    both = together([one, other])
    assert both.now == one.now + other.now and both.later == one.later + other.later
    assert both.check == one.check and both.words == one.words + other.words


def forecast_of(folder: Path, **more: object) -> Forecast:
    text = "\n\n".join(f"{who}: {words}" for who, words in LINES)
    for name in ("one", "two"):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    settings = load_settings(**{"base_url": "https://api.openai.com/v1", "out": folder / "out"} | more)
    found, failed = asyncio.run(forecast([folder], settings))
    assert not failed
    return found


def test_a_plan_tells_what_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(": ".join(LINES[0]), "utf-8")
    (tmp_path / "photo.png").write_text("x")
    settings = load_settings(base_url="https://api.openai.com/v1", out=tmp_path / "out")
    said: list[str] = []
    asyncio.run(forecast([tmp_path], settings, say=said.append))
    assert len(said) == 1 and "photo.png (.png files are not read)" in said[0]


def test_a_plan_tells_which_transcript_may_be_a_list_of_chapters(tmp_path: Path) -> None:
    (tmp_path / "chapters.txt").write_text("0:00 Welcome\n3:10 The firn line\n9:40 Mass balance\n", "utf-8")
    settings = load_settings(base_url="https://api.openai.com/v1", out=tmp_path / "out")
    said: list[str] = []
    found, _ = asyncio.run(forecast([tmp_path], settings, say=said.append))
    assert (
        said == ["chapters: only 6 words in 10 minutes: is this a list of chapters and no transcript?"] and found.plans
    )


def test_the_table_tells_calls_now_and_later_words_and_the_price_of_the_check(tmp_path: Path) -> None:
    head, one, _, whole, model, check = plan_table(forecast_of(tmp_path)).splitlines()
    assert head.split("\t")[1:3] == ["calls now", "later"] and one.split("\t")[1:3] == ["1", "about 1"]
    assert whole.startswith("all\t2\tabout 2")
    assert "4 calls" in model and "USD at list price" in model
    assert "check takes 2 calls of these" in check and "USD" in check and "--check code" in check


def test_a_price_of_less_than_ten_cents_has_four_digits(tmp_path: Path) -> None:
    found = replace(forecast_of(tmp_path), cost=(0.0014, 0.0019), check_cost=(1.204, 1.5))
    model, check = plan_table(found).splitlines()[-2:]
    assert "0.0014 to 0.0019 USD" in model and "1.20 to 1.50 USD" in check


def test_without_a_check_by_the_model_the_table_says_nothing_of_one(tmp_path: Path) -> None:
    assert "check" not in plan_table(forecast_of(tmp_path, check="code"))


def test_an_endpoint_without_a_price_list_has_no_price(tmp_path: Path) -> None:
    found = forecast_of(tmp_path, base_url="http://127.0.0.1:9/v1")
    assert found.cost == (None, None) and "price unknown" in plan_table(found)


def test_the_time_goes_with_the_tokens_of_calls_and_not_with_their_number(tmp_path: Path) -> None:
    asked = request(40)
    with closing(CallStore(store_path(tmp_path / "out"))) as store:
        seen = Completion("{}", "stop", Usage(90, 0, 10), "m", seconds=2.0)
        store.put(asked.key("gpt-6-luna"), asked, "gpt-6-luna", seen)
    found = forecast_of(tmp_path, model="gpt-6-luna", concurrency=1)
    whole = found.total.now + found.total.later
    tokens = whole.prompt_tokens + (whole.low + whole.high) / 2
    assert whole.calls == 4 and found.seconds == pytest.approx(tokens * 0.02)


@pytest.mark.parametrize(("profile", "at_once"), [("small", 4), ("capable", 1)])
def test_the_seconds_of_calls_that_the_embedded_model_answers_together_count_once(
    tmp_path: Path, profile: str, at_once: int
) -> None:
    asked, model = request(40), EMBEDDED.name
    with closing(CallStore(store_path(tmp_path / "out"))) as store:
        store.put(asked.key(model), asked, model, Completion("", "stop", Usage(90, 0, 10), model, seconds=2.0))
    found = forecast_of(tmp_path, model="local", base_url=None, profile=profile)
    whole = found.total.now + found.total.later
    tokens = whole.prompt_tokens + (whole.low + whole.high) / 2
    assert found.at_once == at_once and found.seconds == pytest.approx(tokens * 0.02 / at_once)


@pytest.mark.parametrize(("profile", "told"), [("small", "on 2 cores"), ("capable", "tokens, used as a capable model")])
def test_the_time_that_small_calls_take_is_not_told_of_others(tmp_path: Path, profile: str, told: str) -> None:
    settings = load_settings(model="local", profile=profile, out=tmp_path)
    client = ScriptedClient(good_answer)
    at = Connection(client, "embedded", "embedded", "m", "asked for", lambda store: client)
    line = opening_line(at, settings, [transcript()])
    assert told in line and ("about" in line) == (profile == "small")


def test_machines_are_told_the_same(tmp_path: Path) -> None:
    told = json.loads(json.dumps(forecast_of(tmp_path).as_dict()))
    assert [t["now"]["calls"] for t in told["transcripts"]] == [1, 1]
    assert told["all"]["later"]["calls"] == 2 and told["all"]["check"]["calls"] == 2
    assert 0 < told["check_cost_usd"][0] < told["cost_usd"][0] < told["cost_usd"][1]


def test_a_folder_without_a_store_gets_none_by_being_planned(tmp_path: Path) -> None:
    forecast_of(tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_batch_costs_half_where_the_price_list_says_so() -> None:
    usage = Usage(10_000, 0, 1_000)
    single, batch = (cost_usd("gpt-5-mini", f"https://api.openai.com{how}", usage) for how in ("", BATCH))
    assert single and batch == pytest.approx(single / 2)


def test_a_plan_of_many_calls_costs_what_each_of_them_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The price list has a higher price for one call that is as long as all of them."""
    monkeypatch.setattr("pipeline.llm.prices.cost_usd", lambda model, endpoint, usage: 0.25)
    found = forecast_of(tmp_path)
    assert found.cost == (4 * 0.25, 4 * 0.25) and found.check_cost == (2 * 0.25, 2 * 0.25)


def request(tokens: int) -> Request:
    return Request("r", (Message("user", "Say something short."),), {}, tokens)


def test_a_limit_stops_before_the_call_that_could_pass_it() -> None:
    client = ScriptedClient(lambda r: Completion("{}", "stop", Usage(30, 0, 40), "scripted"))
    limited = Limited(client, tokens=200, cost=None, price=free)

    async def run() -> None:
        await limited.complete(request(100))
        await limited.complete(request(50))
        await limited.complete(request(100))

    with pytest.raises(LimitReached, match=r"--max-tokens 200: .*run again to continue: the limit applies to each run"):
        asyncio.run(run())
    assert len(client.requests) == 2


LATE = EndpointError("no complete answer within 600 s", retryable=True)
BUSY = PushedBack("busy", retryable=True)


@pytest.mark.parametrize(
    ("error", "asked"), [(LATE, 1), (BUSY, 3), (unbilled(ContextTooLong("too long")), 3), (ContextTooLong("cut"), 1)]
)
def test_a_call_that_failed_counts_whole_unless_it_was_refused(error: CallError, asked: int) -> None:
    client = ScriptedClient(lambda r: error)
    limited = Limited(client, tokens=200, cost=None, price=free)

    async def run() -> None:
        for _ in range(3):
            with pytest.raises(CallError):
                await limited.complete(request(150))

    asyncio.run(run())
    assert len(client.requests) == asked


def test_a_try_that_failed_and_is_repeated_counts_whole() -> None:
    client = Slow(Usage(5, 0, 5), Usage(5, 0, 5))
    limited = Limited(client, tokens=210, cost=None, price=free)

    async def run() -> None:
        tasks = await begun(limited, request(50))
        limited.asked_again(client.requests[0], BUSY)
        limited.asked_again(replace(client.requests[0], max_tokens=150), LATE)
        client.let.release()
        await asyncio.gather(*tasks)
        await limited.complete(request(50))

    with pytest.raises(LimitReached):
        asyncio.run(run())


def test_what_a_call_takes_further_is_counted_for_the_call_however_it_is_sent_and_for_no_other() -> None:
    """A wrapper on the way may send a call as another request, and a look asks its own question."""
    told = spending(EndpointError("the answer is empty", retryable=True), Usage(60, 0, 10))

    async def run(count: Callable[[Limited, Request], None]) -> int:
        client = Slow(*[Usage(5, 0, 5)] * 2)
        limited = Limited(client, tokens=260, cost=None, price=free)
        tasks = await begun(limited, request(80))
        count(limited, replace(client.requests[0], name="question"))
        tasks += await begun(limited, request(140))
        asked = len(client.requests)
        for _ in range(2):
            client.let.release()
        await asyncio.gather(*tasks)
        with pytest.raises(KeyError):
            count(limited, client.requests[0])
        return asked

    assert asyncio.run(run(lambda limited, sent: limited.asked_again(sent, told))) == 1
    assert asyncio.run(run(lambda limited, sent: [limited.looked_at(sent) for _ in range(4)])) == 1


def test_a_ticket_changes_no_key_and_lets_none_be_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, key = request(50), request(50).key("m")
    assert plain.with_ticket(3).key("m") == key == plain.key("m")
    monkeypatch.setattr("pipeline.llm.canonical", lambda identity: pytest.fail("computed again"))
    assert plain.with_ticket(3).key("m") == key


def test_a_call_without_an_answer_counts_what_it_is_known_to_have_taken() -> None:
    told = spending(EndpointError("the answer is empty"), Usage(60, 0, 10))
    client = ScriptedClient(lambda r: told)
    limited = Limited(client, tokens=300, cost=None, price=free)

    async def run() -> None:
        for _ in range(3):
            with pytest.raises(EndpointError, match="empty"):
                await limited.complete(request(150))
        await limited.complete(request(150))

    with pytest.raises(LimitReached):
        asyncio.run(run())
    assert len(client.requests) == 3


class Slow:
    """Answers when it is let, with the usage that each call is given."""

    model = "scripted"

    def __init__(self, *usages: Usage) -> None:
        self._usages, self.requests, self.let = iter(usages), list[Request](), asyncio.Semaphore(0)

    async def complete(self, r: Request) -> Completion:
        self.requests.append(r)
        usage = next(self._usages)
        await self.let.acquire()
        return Completion("{}", "stop", usage, "scripted")


async def begun(limited: Limited, *requests: Request) -> list[asyncio.Task[Completion]]:
    tasks = [asyncio.create_task(limited.complete(r)) for r in requests]
    await settled()
    return tasks


async def settled() -> None:
    for _ in range(9):
        await asyncio.sleep(0)


def test_what_a_try_told_stands_ahead_until_the_call_that_it_belongs_to_has_ended() -> None:
    empty = spending(EndpointError("the answer is empty", retryable=True), Usage(60, 0, 10))
    client = Slow(Usage(90, 0, 15), Usage(5, 0, 5))
    limited = Limited(client, tokens=260, cost=None, price=free)

    async def run() -> None:
        first, other = request(80), request(140)
        tasks = await begun(limited, first)
        limited.asked_again(client.requests[0], empty)
        tasks += await begun(limited, other)
        assert client.requests == [first]
        client.let.release()
        await settled()
        assert client.requests == [first, other]  # the try is not counted beside the call's own usage
        client.let.release()
        await asyncio.gather(*tasks)

    asyncio.run(run())


def test_a_limit_on_cost_counts_prompt_and_answer_at_their_prices_and_ends_the_run() -> None:
    client = ScriptedClient(good_answer)
    limited = Limited(
        client, tokens=None, cost=0.001, price=lambda usage: usage.prompt_tokens * 1e-6 + usage.completion_tokens * 1e-5
    )
    with pytest.raises(EndpointError) as caught:
        asyncio.run(limited.complete(request(5000)))
    assert caught.value.fatal and "run again" in str(caught.value)
    assert client.requests == []


def test_a_call_that_does_not_fit_beside_those_under_way_waits_for_what_they_leave() -> None:
    client = Slow(*[Usage(5, 0, 5)] * 4)
    limited = Limited(client, tokens=250, cost=None, price=free)

    async def run() -> list[Completion]:
        tasks = await begun(limited, *(request(200) for _ in range(4)))
        for under_way in range(1, 5):
            assert len(client.requests) == under_way
            client.let.release()
            await settled()
        return await asyncio.gather(*tasks)

    assert len(asyncio.run(run())) == 4


def test_of_those_that_wait_the_lowest_rank_goes_first() -> None:
    client = Slow(*[Usage(5, 0, 5)] * 4)
    limited = Limited(client, tokens=250, cost=None, price=free)

    async def run() -> None:
        tasks = await begun(limited, request(200), *(replace(request(200), rank=(n,)) for n in (3, 1, 2)))
        for _ in tasks:
            client.let.release()
        await asyncio.gather(*tasks)

    asyncio.run(run())
    assert [r.rank for r in client.requests] == [(), (1,), (2,), (3,)]


def test_all_that_wait_are_told_when_the_limit_is_reached() -> None:
    client = Slow(Usage(90, 0, 30))
    limited = Limited(client, tokens=250, cost=None, price=free)

    async def run() -> list[object]:
        tasks = await begun(limited, request(200), request(200), request(20), request(200))
        client.let.release()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    done, *refused = asyncio.run(run())
    assert isinstance(done, Completion) and len(refused) == 3 and {type(r) for r in refused} == {LimitReached}
    assert len(client.requests) == 1


def test_a_call_that_is_cancelled_as_it_waits_makes_way_for_those_behind_it() -> None:
    client = Slow(*[Usage(5, 0, 5)] * 2)
    limited = Limited(client, tokens=400, cost=None, price=free)

    async def run() -> None:
        first, large, small = await begun(limited, request(200), request(350), request(150))
        assert len(client.requests) == 1
        large.cancel()
        await settled()
        assert len(client.requests) == 2
        client.let.release()
        client.let.release()
        await asyncio.gather(first, small)

    asyncio.run(run())


def test_those_that_wait_are_sent_away_when_the_run_is_stopped() -> None:
    client = Slow(Usage(5, 0, 5))
    limited = Limited(client, tokens=250, cost=None, price=free)

    async def run() -> list[object]:
        tasks = await begun(limited, request(200), request(200))
        limited.stop("no longer asked")
        client.let.release()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    done, sent_away = asyncio.run(run())
    assert isinstance(done, Completion) and "no longer asked" in str(sent_away)


def test_a_limit_counts_the_room_for_thought_as_if_it_were_used() -> None:
    client = Limited(ScriptedClient(["{}"]), tokens=2000, cost=None, price=free, room=lambda: 4096)
    with pytest.raises(LimitReached, match=r"2,000: .*run again with a higher limit"):
        asyncio.run(client.complete(request(400)))


def test_a_plan_counts_what_a_model_was_seen_to_think(store: CallStore) -> None:
    plain = plan(store).now
    for n in range(4):
        seen = Completion("{}", "stop", Usage(10, 0, 3010, thought_tokens=3000), "scripted")
        store.put(request(n).key("scripted"), request(n), "scripted", seen)
    thinking = plan(store).now
    assert (thinking.low - plain.low, thinking.high - plain.high) == (3000, 3000)


def test_of_nothing_that_could_be_read_no_table_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("plan", tmp_path / "missing.vtt")
    told = capsys.readouterr()
    assert told.out == "" and "there is no such file" in told.err
