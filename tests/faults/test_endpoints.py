"""Endpoints that people have, as fakes with their manners: what is learned, at what price, and what ends a run."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.doctor import run_doctor
from pipeline.document import StudyDocument
from pipeline.errors import CallError, ContextTooLong, Declined, EndpointError
from pipeline.events import Events
from pipeline.llm import Completion, Message, Request
from pipeline.providers import turns
from pipeline.providers.calls import CallStore
from pipeline.providers.capabilities import Capabilities, keep, known_of, recalled
from pipeline.providers.doctor import examine
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.gate import Gate
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.run import asummarise
from pipeline.settings import load_settings
from pipeline.settings.chosen import store_path
from pipeline.settings.connect import connect
from tests.clock import FakeClock
from tests.faults.fake_endpoints import AS_ENDPOINTS, ENDS, PASSING, REFUSALS, FakeEndpoint, serving
from tests.faults.server import answer as scripted_answer
from tests.samples import ROOT
from tests.scripted import transcript

KEY = "sk-canary-0987654321"
SCHEMA = {
    "type": "object",
    "properties": {"points": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"line": {"type": "integer"}, "text": {"type": "string"}}, "required": ["line", "text"], "additionalProperties": False}}},
    "required": ["points"],
    "additionalProperties": False,
}  # fmt: skip
TAKEN = frozenset({"type", "properties", "required", "items", "minItems", "additionalProperties"})
Open = Callable[..., FakeEndpoint]


def request(number: int = 0, tokens: int = 400, words: str = "What is said?", task: str = "") -> Request:
    messages = [Message("system", "Take notes."), Message("user", f"{words} ({number})")]
    messages += [Message("user", task)] * bool(task)
    return Request("main_points+overview.v1", tuple(messages), SCHEMA, tokens)


@pytest.fixture
def open_() -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda *traits, **more: stack.enter_context(serving(FakeEndpoint(**({"traits": traits} | more))))
    gc.collect()


class Told(list[str]):
    """What was said to people, and what was waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []


def ask(
    fake: FakeEndpoint, *asked: Request, known: Capabilities | None = None, told: Told | None = None, **more: Any
) -> list[Completion]:
    """Answers to requests sent at once, by a client that forgets nothing while it lives."""
    told, clock = told if told is not None else Told(), FakeClock()

    async def sleep(seconds: float) -> None:
        told.waits.append(seconds)
        await clock.sleep(seconds)

    async def run() -> list[Completion]:
        endpoint = replace(Endpoint(fake.url, "m", KEY, effort="low"), **more)
        hear = lambda known, said: told.append(said) if said else None  # noqa: E731
        client = OpenAICompatible(endpoint, known=known, sleep=sleep, gate=Gate(8, clock=clock), on_learned=hear)
        async with client:
            try:
                return await asyncio.gather(*(client.complete(r) for r in asked or [request()]))
            finally:
                fake.known = client.known  # type: ignore[attr-defined]

    return asyncio.run(run())


def known(fake: FakeEndpoint) -> Capabilities:
    return fake.known  # type: ignore[attr-defined,no-any-return]


def run(
    fake: FakeEndpoint, out: Path, first: int = 0, many: int = 20, tokens: int = 400, task: str = "Write."
) -> list[Completion]:
    """A run through everything that `make` goes through: settings, store, limits, client."""
    settings = load_settings(model="m", base_url=fake.url, out=out)

    async def go() -> list[Completion]:
        with closing(CallStore(out / "calls.sqlite")) as store:
            async with connect(settings, store, lambda done, whole: None) as at:
                return await asyncio.gather(
                    *(at.client.complete(request(n, tokens, task=task)) for n in range(first, first + many))
                )

    return asyncio.run(go())


def test_a_call_for_which_the_client_is_still_being_opened_is_not_made_after_a_stop(tmp_path: Path) -> None:
    settings = load_settings(model="m", base_url="http://127.0.0.1:9/v1", out=tmp_path)

    async def go() -> None:
        with closing(CallStore(tmp_path / "calls.sqlite")) as store:
            async with connect(settings, store, lambda done, whole: None) as at:
                at.stop("the run was ended")
                await at.client.complete(request())

    with pytest.raises(EndpointError, match="the run was ended"):
        asyncio.run(go())


def test_a_run_tells_the_user_that_it_waits_for_a_server_that_is_gone(
    open_: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.providers.retrying._backoff", lambda state: 0.0)
    monkeypatch.setattr("pipeline.providers.openai_compatible._LONG_WAIT", 0.0)
    fake, shown = open_(), list[str]()
    answer, numbers = fake.answer, count()
    fake.answer = lambda call: (502, {}) if 1 <= next(numbers) <= 5 else answer(call)  # type: ignore[method-assign]

    async def go() -> None:
        with closing(CallStore(tmp_path / "calls.sqlite")) as store:
            settings = load_settings(model="m", base_url=fake.url, out=tmp_path)
            async with connect(settings, store, lambda done, whole: None, say=shown.append) as at:
                for n in range(2):
                    await at.client.complete(request(n))

    asyncio.run(go())
    assert len(shown) == 1 and "waits for it" in shown[0]


class Disturbing(Events):
    """Another program, which writes the store while the first call is under way."""

    def __init__(self, store: Path) -> None:
        super().__init__()
        self._writer, self._steps = sqlite3.connect(store, isolation_level=None), ["rollback", "begin immediate"]

    def tell(self, event: str, **fields: Any) -> None:
        if self._steps and event in ("call started", "call ended"):
            self._writer.execute(self._steps.pop())
        if not self._steps:
            self._writer.close()


def test_an_answer_that_teaches_while_another_program_writes_the_store_is_kept_and_so_is_the_lesson_later(
    open_: Open, tmp_path: Path
) -> None:
    fake, path = open_("openai_takes_one_temperature"), tmp_path / "calls.sqlite"
    settings = load_settings(model="m", base_url=fake.url, out=tmp_path)

    async def go() -> list[frozenset[str]]:
        left_out = []
        with closing(CallStore(path)) as store:
            async with connect(settings, store, lambda done, whole: None, events=Disturbing(path)) as at:
                for n in range(2):
                    await at.client.complete(request(n))
                    left_out.append(known_of(store, Endpoint(fake.url, "m", KEY)).left_out)
        return left_out

    assert asyncio.run(go()) == [frozenset(), frozenset({"temperature"})]


LEARNED = {
    "openai_wants_max_completion_tokens": 1,
    "openai_takes_one_temperature": 1,
    "openai_knows_no_effort": 1,
    "openai_checks_the_schemas_name": 0,
    "openai_gives_short_answers": 1,
    "mistral_forbids_extras": 1,
    "gemini_knows_no_seed": 1,
    "gemini_knows_no_additional_properties": 1,
    "gemini_knows_no_strict": 1,
    "mistral_forbids_strict": 1,
    "gateway_lists_what_it_takes": 1,
    "anthropic_has_no_temperature": 1,
    "groq_wants_another_effort": 1,
    "groq_has_no_json_schema": 1,
    "groq_knows_no_min_items": 0,
    "groq_counts_the_limit_into_a_minute": 1,
    "deepseek_has_no_json_schema": 1,
    "deepseek_wants_the_word_json": 0,
    "lmstudio_has_no_json_object": 0,
    "llamacpp_cannot_read_the_schema": 1,
    "ollama_does_not_think": 1,
    "ollama_wants_another_think_value": 1,
    "openrouter_quotes_a_refusal": 1,
    "mistral_template_wants_roles_to_alternate": 1,
    "mixtral_template_has_no_system": 2,
    "gemma_template_has_no_system": 1,
    "gateway_names_nothing": 1,
    "dashscope_takes_streams_alone": 1,
    "gateway_knows_no_stream_options": 0,
    "vllm_counts_the_limit_into_its_window": 1,
    "together_counts_the_limit_into_its_window": 1,
    "anthropic_counts_the_limit_into_its_window": 1,
}

# What refuses a prompt for its length, and what makes a prompt with its answer too long.
OVERFLOWS = {
    "llamacpp_refuses_what_its_window_does_not_hold",
    "llamacpp_counts_more_than_tiktoken",
    "gemini_refuses_a_long_prompt",
    "sglang_refuses_a_long_prompt",
}
LIMITS_COUNTED = (
    "vllm_counts_the_limit_into_its_window",
    "groq_counts_the_limit_into_a_minute",
    "together_counts_the_limit_into_its_window",
    "anthropic_counts_the_limit_into_its_window",
)


def fewer(cases: Iterable[Any], every: int) -> list[Any]:
    """The same cases, all but every so-and-so-many-th with the slow tests."""
    rows = [c if isinstance(c, tuple) else (c,) for c in cases]
    return [pytest.param(*row, marks=[pytest.mark.slow] * bool(n % every)) for n, row in enumerate(rows)]


@pytest.mark.parametrize(("trait", "times"), fewer(LEARNED.items(), 6), ids=LEARNED)
def test_what_is_refused_is_refused_once_and_never_in_the_next_run(
    open_: Open, tmp_path: Path, trait: str, times: int
) -> None:
    fake = open_(trait)
    answers = run(fake, tmp_path)
    assert fake.refused == times and all(json.loads(a.text)["points"] for a in answers)
    run(fake, tmp_path, first=100)
    assert fake.refused == times and fake.asked == 40 + times


def test_a_trait_that_refuses_is_among_those_that_are_learned() -> None:
    assert set(LEARNED) == set(REFUSALS) - {
        "azure_filters",
        "gateway_is_under_maintenance",
        "openrouter_has_little_credit",
        *OVERFLOWS,
    }


def test_a_keyword_that_is_refused_is_left_out_of_schemas_alone(open_: Open) -> None:
    fake = open_("groq_knows_no_min_items")
    assert ask(fake, strict_limits=True)[0].rung == "json_schema"
    assert fake.refused == 1 and known(fake).keywords_left_out == {"minItems"}


@pytest.mark.parametrize(
    ("trait", "gone"),
    [
        ("gemini_knows_no_strict", "strict"),
        ("mistral_forbids_strict", "strict"),
        ("gateway_lists_what_it_takes", "reasoning_effort"),
    ],
)
def test_what_is_named_goes_alone(open_: Open, trait: str, gone: str) -> None:
    fake = open_(trait)
    assert ask(fake)[0].rung == "json_schema" and known(fake).left_out == {gone}


def test_many_manners_at_once_cost_a_refusal_each(open_: Open, tmp_path: Path) -> None:
    fake = open_("openai_wants_max_completion_tokens", "anthropic_has_no_temperature", "gemini_knows_no_seed",
                  "ollama_does_not_think", "deepseek_has_no_json_schema", "deepseek_wants_the_word_json")  # fmt: skip
    assert {a.rung for a in run(fake, tmp_path)} == {"json_object"}
    assert fake.refused == 5


def test_an_endpoint_that_takes_streams_alone_is_asked_for_streams_and_its_usage_is_read(open_: Open) -> None:
    told, fake = Told(), open_("dashscope_takes_streams_alone")
    answer = ask(fake, told=told)[0]
    assert json.loads(answer.text)["points"] and answer.rung == "json_schema" and not answer.usage.estimated
    assert [line.partition(" accepts ")[2] for line in told] == ["only streamed calls: answers are streamed"]


def test_streams_without_options_are_asked_for_where_those_are_refused(open_: Open) -> None:
    fake = open_("dashscope_takes_streams_alone", "gateway_knows_no_stream_options")
    assert json.loads(ask(fake)[0].text)["points"] and fake.refused == 2
    assert fake.calls[-1]["stream"] and "stream_options" not in fake.calls[-1]


def test_what_is_joined_for_a_template_keeps_its_words_in_their_order(open_: Open) -> None:
    fake = open_("mixtral_template_has_no_system")
    ask(fake, request(task="Write."))
    assert fake.calls[-1]["messages"] == [{"role": "user", "content": "Take notes.\n\nWhat is said? (0)\n\nWrite."}]


def test_what_the_credit_pays_for_bounds_answers_for_this_run_alone(open_: Open, tmp_path: Path) -> None:
    fake = open_("openrouter_has_little_credit")
    run(fake, tmp_path, many=3)
    assert fake.refused == 1 and fake.calls[1]["max_tokens"] == 2212
    fake.traits = ()
    run(fake, tmp_path, first=100, many=1)
    assert fake.calls[-1]["max_tokens"] > 2212


def test_an_error_in_a_200_is_shown(open_: Open) -> None:
    fake = open_()
    fake.answer = lambda call: (200, {"error": "the model is asleep"})  # type: ignore[method-assign]
    with pytest.raises(EndpointError, match="the model is asleep"):
        ask(fake)


def test_guesses_that_did_not_help_are_not_kept(open_: Open, tmp_path: Path) -> None:
    fake = open_("gateway_is_under_maintenance")
    with pytest.raises(EndpointError, match="under maintenance"):
        run(fake, tmp_path)
    fake.traits = ()
    run(fake, tmp_path, many=1)
    assert {"temperature", "seed", "reasoning_effort", "response_format"} <= set(fake.calls[-1])


def test_an_endpoint_without_any_format_gets_the_schema_in_the_prompt(open_: Open) -> None:
    fake = open_("deepseek_has_no_json_schema", "lmstudio_has_no_json_object")
    assert ask(fake)[0].rung == "text" and fake.refused == 2


def test_what_is_learned_is_said_in_one_line(open_: Open) -> None:
    told = Told()
    ask(open_("anthropic_has_no_temperature"), *map(request, range(6)), told=told)
    assert len(told) == 1 and "does not accept temperature: left out" in told[0]


def test_what_is_learned_changes_no_identity(open_: Open, tmp_path: Path) -> None:
    fake = open_("openai_wants_max_completion_tokens", "anthropic_has_no_temperature", thinks=9000)
    first = run(fake, tmp_path, many=3)
    asked = fake.asked
    again = run(fake, tmp_path, many=3)
    assert fake.asked == asked and [a.text for a in again] == [a.text for a in first] and all(a.cached for a in again)


def test_refusals_that_meet_after_the_first_call_are_learned_from_once_as_well(open_: Open) -> None:
    fake = open_("anthropic_has_no_temperature")
    answers = ask(fake, *map(request, range(6)), known=Capabilities(keywords_taken=TAKEN, answers=1))
    assert len(answers) == 6 and fake.refused == 1 and known(fake).left_out == {"temperature"}


def test_a_server_that_was_changed_refuses_one_call_for_each_thing_that_is_new(open_: Open, tmp_path: Path) -> None:
    fake = open_()
    run(fake, tmp_path, many=2)
    fake.traits = ("anthropic_has_no_temperature", "gemini_knows_no_seed")
    assert len(run(fake, tmp_path, first=100, many=12)) == 12 and fake.refused == 2


def test_calls_that_are_refused_in_the_middle_of_a_run_learn_one_after_the_other(open_: Open) -> None:
    fake = open_()
    answer, numbers = fake.answer, count()

    def changing(call: dict[str, Any]) -> tuple[int, Any]:
        fake.traits = ("anthropic_has_no_temperature", "gemini_knows_no_seed") if next(numbers) else ()
        return answer(call)

    fake.answer = changing  # type: ignore[method-assign]
    answers = ask(fake, *map(request, range(40)))
    assert len(answers) == 40 and fake.refused <= 9  # eight under way at once, and the second lesson


def test_a_first_call_that_takes_long_keeps_nobody_waiting(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_HEAD_START", 0.0)
    fake, arrived, met = open_(), threading.Event(), list[bool]()
    answer = fake.answer

    def slow(call: dict[str, Any]) -> tuple[int, Any]:
        if "(0)" in call["messages"][1]["content"]:
            met.append(arrived.wait(3))
        else:
            arrived.set()
        return answer(call)

    fake.answer = slow  # type: ignore[method-assign]
    ask(fake, request(0), request(1), known=Capabilities(keywords_taken=TAKEN, answers=1))
    assert met == [True]


@pytest.mark.parametrize("tokens", fewer([1200, 400, 3000], 3))
@pytest.mark.parametrize(
    "shape", ["told", "untold", "reasoning_content", "reasoning", "marks", "closing mark", "parts", "left out"]
)
def test_thought_has_room_of_its_own(open_: Open, tmp_path: Path, tokens: int, shape: str) -> None:
    fake = open_(thinks=tokens, shape=shape)
    answers = run(fake, tmp_path)
    assert all(json.loads(a.text)["points"] for a in answers) and fake.asked == 20
    assert all(
        a.usage.thought_tokens >= 0.9 * tokens and a.usage.completion_tokens >= a.usage.thought_tokens for a in answers
    )


def test_an_answer_cut_in_thought_is_asked_for_with_twice_the_room_which_is_remembered(
    open_: Open, tmp_path: Path
) -> None:
    fake = open_(thinks=6000)
    run(fake, tmp_path)
    assert fake.asked == 21  # 5 % of calls
    run(fake, tmp_path, first=100)
    assert fake.asked == 41
    with closing(CallStore(tmp_path / "calls.sqlite")) as store:
        assert known_of(store, Endpoint(fake.url, "m", "")).room_for_thought() >= 8192


def test_a_model_that_thinks_more_and_more_is_followed(open_: Open) -> None:
    fake = open_(thinks=lambda n: 100 * (n + 1) ** 2)
    for n in range(12):
        answers = ask(fake, request(n), known=known(fake) if n else None)
        assert answers[0].finish_reason == "stop"


@pytest.mark.parametrize("tokens", [6000, 4490])
def test_thought_that_nothing_tells_of_has_room_after_one_answer_was_cut(
    open_: Open, tmp_path: Path, tokens: int
) -> None:
    fake = open_(thinks=tokens, usage=False)  # with the second number an answer is cut in its midst
    answers = run(fake, tmp_path)
    assert all(json.loads(a.text)["points"] for a in answers) and fake.asked == 21


def test_a_prompt_is_asked_about_once_however_many_calls_it_is_sent_by(
    open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_HEAD_START", 0.0)
    fake = open_(usage=False, thinks=6000)
    ask(fake, *(request(n, words=LONG) for n in range(8)), known=Capabilities(keywords_taken=TAKEN, answers=1))
    assert sum("word of this page" in str(call) for call in fake.calls) == 1


def test_the_doctor_sees_thought_that_no_usage_breaks_down(open_: Open) -> None:
    found = asyncio.run(examine(Endpoint(open_(thinks=1200, shape="untold").url, "m", KEY)))
    assert "yes, 1,1" in dict(found.rows)["thinking"]


def test_what_a_cut_answer_took_is_counted(open_: Open) -> None:
    usage = ask(open_(thinks=6000))[0].usage
    assert usage.completion_tokens > 6000 + 4096


def test_a_model_that_thinks_for_ever_is_given_up(open_: Open) -> None:
    fake = open_(thinks=10**9)
    assert ask(fake)[0].finish_reason == "length"
    assert fake.asked <= 7


def test_a_long_answer_is_no_thought_and_gets_no_second_call(open_: Open) -> None:
    fake = open_()
    assert (
        ask(fake, request(tokens=2), known=Capabilities(left_out=frozenset({"reasoning_effort"})))[0].finish_reason
        == "length"
    )
    assert fake.asked == 1


def test_an_answer_that_a_server_took_for_thought_is_the_answer(open_: Open) -> None:
    answer = ask(open_(shape="instead"))[0]
    assert json.loads(answer.text)["points"] and answer.usage.thought_tokens == 0


@pytest.mark.parametrize("reason", ["eos", "end_turn", "stop_sequence", "STOP"])
def test_stop_reasons_of_their_own_end_an_answer(open_: Open, reason: str) -> None:
    assert ask(open_(stop_reason=reason))[0].finish_reason == "stop"


@pytest.mark.parametrize("reason", ["model_length", "model_context_window_exceeded"])
def test_a_full_window_by_its_own_name_makes_the_chunk_smaller(open_: Open, reason: str) -> None:
    with pytest.raises(ContextTooLong):
        ask(open_(stop_reason=reason))


@pytest.mark.parametrize("reason", ["error", "network_error", "insufficient_system_resource"])
def test_an_answer_that_broke_off_is_asked_for_again_but_not_for_ever(open_: Open, reason: str) -> None:
    fake = open_(stop_reason=reason)
    with pytest.raises(EndpointError, match="broke off"):
        ask(fake)
    assert fake.asked == 6


LONG_WORDS = (
    "Nothing remarkable happens, and everything continues without interruption. " * 550
)  # 1.9 tokens to the fake for each of tiktoken
LONG = "These words stand for a long transcript. " * 1200  # about 9,600 tokens


def test_a_prompt_that_is_cut_in_silence_is_seen_told_and_not_sent_again(open_: Open) -> None:
    fake, told = open_(window=4096), Told()
    with pytest.raises(ContextTooLong, match="silently truncated"):
        ask(fake, request(words=LONG), told=told)
    assert fake.asked == 2  # the call, and the question for the word in its first line
    assert "silently reads only" in told[-1] and "OLLAMA_CONTEXT_LENGTH" in told[-1]
    with pytest.raises(ContextTooLong):
        ask(fake, request(1, words=LONG), known=known(fake))
    assert fake.asked == 2
    assert ask(fake, request(2, words=LONG[: len(LONG) // 4]), known=known(fake))[0].finish_reason == "stop"


def test_a_prompt_that_loses_a_tenth_to_a_window_is_seen(open_: Open) -> None:
    fake = open_("whole_window_for_the_prompt", window=7 * 1024)
    words = LONG[: len(LONG) * 17 // 20]  # about 8,160 tokens: 0.88 of them are read
    with pytest.raises(ContextTooLong):
        ask(fake, request(words=words))


def test_a_chunk_that_the_doctor_found_cut_is_looked_at_by_the_next_run_and_read_when_the_server_is_mended(
    open_: Open,
) -> None:
    fake = open_("whole_window_for_the_prompt", window=4096)
    endpoint = Endpoint(fake.url, "m", KEY)
    found = asyncio.run(examine(endpoint, chunk_tokens=8000))
    again = recalled(found.known.dump())
    fake.window, asked = None, fake.asked
    ask(fake, request(words=LONG), request(1, words=LONG), known=again)
    assert fake.asked == asked + 3 and known(fake).doubt is None


@pytest.mark.parametrize("usage", [True, False])
def test_a_message_that_is_dropped_from_between_is_seen(open_: Open, usage: bool) -> None:
    fake = open_("ollama_drops_messages", window=4096, usage=usage)
    with pytest.raises(ContextTooLong, match="silently truncated"):
        ask(fake, request(words=LONG, task="Write the notes."))
    assert fake.asked == 2 and known(fake).cut_from


def test_a_word_that_comes_back_is_no_proof_when_the_usage_tells_a_third(open_: Open) -> None:
    fake = open_(window=4096)
    fake.answer = lambda call: (
        200,
        FakeEndpoint()._reply(call, 0) | {"usage": {"prompt_tokens": 3000, "completion_tokens": 9}},
    )  # type: ignore[method-assign]
    with pytest.raises(ContextTooLong):
        ask(fake, request(words=LONG))


def test_usage_that_is_too_low_for_another_reason_costs_one_question(open_: Open) -> None:
    fake = open_(usage=False)
    for n in range(3):
        ask(fake, request(n, words=LONG), known=known(fake) if n else None)
    assert fake.asked == 4


def test_a_question_that_is_not_answered_says_nothing_about_what_was_read(open_: Open) -> None:
    fake = open_(usage=False)
    answer = fake.answer
    fake.answer = lambda call: (400, {"error": {"message": "no"}}) if "word of this page" in str(call) else answer(call)  # type: ignore[method-assign]
    assert ask(fake, request(words=LONG))[0].finish_reason == "stop" and fake.asked == 2


def test_a_window_that_fills_in_silence_makes_the_chunk_smaller(open_: Open) -> None:
    fake, told = open_(full_at=4096, thinks=3000), Told()
    with pytest.raises(ContextTooLong, match="4,096"):
        ask(fake, request(words=LONG[:8000]), told=told)
    assert fake.asked == 1 and "stops silently" in told[-1]


def test_what_a_refusal_teaches_of_a_window_holds_for_every_shorter_prompt(open_: Open) -> None:
    fake = open_("sglang_refuses_a_long_prompt")
    with pytest.raises(ContextTooLong):
        ask(fake, request(words=LONG_WORDS))
    for part in range(70, 20, -5):  # per cent, through the window's end
        with suppress(ContextTooLong):
            ask(fake, request(part, words=LONG_WORDS[: len(LONG_WORDS) * part // 100]), known=known(fake))
    assert fake.refused == 1 and fake.asked >= 4


def test_a_window_told_in_other_tokens_is_kept_so_that_shorter_prompts_still_go(open_: Open) -> None:
    fake = open_("llamacpp_counts_more_than_tiktoken")
    with pytest.raises(ContextTooLong):
        ask(fake, request(words=LONG))
    again = recalled(known(fake).dump())
    assert again.window and ask(fake, request(1, words=LONG[: len(LONG) // 8]), known=again) and fake.refused == 1


@pytest.mark.parametrize("trait", [*LIMITS_COUNTED, *sorted(OVERFLOWS)])
def test_a_prompt_that_fits_no_window_with_its_answer_makes_the_chunk_smaller(open_: Open, trait: str) -> None:
    fake = open_(trait)
    with pytest.raises(ContextTooLong, match="a longer context"):
        ask(fake, request(words=LONG))
    assert fake.asked == 1


def test_an_ignored_schema_is_learned_once(open_: Open, tmp_path: Path) -> None:
    fake = open_("schema_ignored")
    assert {a.rung for a in run(fake, tmp_path)} == {"text"}
    assert fake.asked == 24  # each format twice


@pytest.mark.parametrize("trait", PASSING)
def test_what_passes_costs_one_more_call_and_teaches_nothing(open_: Open, trait: str) -> None:
    fake = open_(trait)
    assert ask(fake)[0].rung == "json_schema" and fake.asked == 2
    assert known(fake).rung == "json_schema" and not known(fake).left_out


def test_a_time_that_is_told_in_the_body_is_waited(open_: Open) -> None:
    told = Told()
    ask(open_("gemini_waits_a_minute"), told=told)
    assert told.waits == [7.0]


def test_json_that_fails_at_the_endpoint_goes_a_format_down_for_that_call_alone(open_: Open) -> None:
    fake = open_("groq_says_that_the_json_failed")
    fake.answer = _failing_schema(fake.answer)  # type: ignore[method-assign]
    assert ask(fake)[0].rung == "json_object" and known(fake).rung == "json_schema"


def _failing_schema(answer: Callable[[dict[str, Any]], tuple[int, Any]]) -> Callable[[dict[str, Any]], tuple[int, Any]]:
    def failing(call: dict[str, Any]) -> tuple[int, Any]:
        if call.get("response_format", {}).get("type") == "json_schema":
            return PASSING["groq_says_that_the_json_failed"]
        return answer(call)

    return failing


WORDS = {
    "today": "quota is used up",
    "hour": "1 h 1 min",
    "forbidden_model": "m, m-large",
    "country": "territory not supported",
    "no_credit": "add credit",
    "key": "check OPENAI_API_KEY",
    "quota": "quota is used up",
    "credit": "quota is used up",
    "balance": "quota is used up",
    "model": "m, m-large",
}


@pytest.mark.parametrize("trait", ENDS)
def test_what_nothing_mends_ends_the_run_with_one_line(open_: Open, trait: str) -> None:
    fake = open_(trait)
    with pytest.raises(EndpointError) as caught:
        ask(fake, known=Capabilities(answers=1))
    words = next(w for part, w in WORDS.items() if part in trait)
    assert caught.value.fatal and fake.asked == 1 and words in str(caught.value)
    assert "canary" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_prompt_that_azure_filters_is_declined_and_the_run_goes_on(open_: Open) -> None:
    with pytest.raises(Declined, match="content filter"):
        ask(open_("azure_filters"))


@pytest.mark.parametrize(("trait", "most"), [("html_page", 3), ("html_refusal", 1)])
def test_a_gateways_page_is_called_one_with_what_to_look_at(open_: Open, trait: str, most: int) -> None:
    fake = open_(trait)
    with pytest.raises(EndpointError, match=r"web page instead of an answer.*base URL") as caught:
        ask(fake)
    assert fake.asked == most and caught.value.fatal


def test_azure_gets_its_key_in_a_header_of_its_own_and_the_date_behind_the_address(open_: Open) -> None:
    fake = open_(key=("api-key", KEY))
    ask(fake, key_header="api-key", query=(("api-version", "2024-10-21"),))
    assert fake.paths == ["/v1/chat/completions?api-version=2024-10-21"] and fake.keys == [KEY]


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ([{"id": "moon"}, {"id": "m-9"}], "m-9"),  # Together sends a bare list
        ({"data": [{"id": "models/m-1"}]}, "serves m-1"),  # Gemini puts a word in front
        ({"data": "none"}, "see: studydoc models"),
    ],
    ids=["bare", "prefixed", "broken"],
)
def test_a_model_that_is_not_there_is_answered_with_those_that_are(open_: Open, listed: Any, names: str) -> None:
    with pytest.raises(EndpointError, match=names):
        ask(open_("openai_no_such_model", models=listed))


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 500])
def test_a_key_that_a_server_quotes_stays_out_of_every_error(open_: Open, status: int) -> None:
    fake = open_(echoes=status)
    with pytest.raises(CallError) as caught:
        ask(fake)
    shown = repr(caught.value) + str(caught.value)
    assert set(fake.keys) == {f"Bearer {KEY}"} and KEY[:8] not in shown and KEY[-6:] not in shown


TABLE = [
    re.sub(r"\W", "", row.split("|")[1]).casefold()
    for row in (ROOT / "docs/endpoints.md").read_text("utf-8").splitlines()
    if row.startswith("| ")
][2:]


def test_every_row_of_the_table_is_a_fake_and_every_fake_a_row() -> None:
    assert all(row.startswith(name) for row, name in zip(TABLE, AS_ENDPOINTS, strict=True))


@pytest.mark.parametrize("name", fewer(AS_ENDPOINTS, 3))
def test_at_each_endpoint_every_call_is_answered_and_the_second_run_refused_nothing(open_: Open, name: str) -> None:
    fake = open_(**AS_ENDPOINTS[name])
    more = {"key_header": "api-key"} if name == "azure" else {}
    first = ask(fake, *map(request, range(10)), **more)
    refused = fake.refused
    again = ask(fake, *map(request, range(10, 20)), known=known(fake), **more)
    assert all(json.loads(a.text)["points"] for a in first + again)
    assert refused <= 4 and fake.refused == refused


@pytest.mark.parametrize("name", fewer(AS_ENDPOINTS, 5))
def test_at_each_endpoint_a_whole_document_is_made(open_: Open, name: str) -> None:
    fake = open_(**AS_ENDPOINTS[name], writes=scripted_answer)
    endpoint = Endpoint(fake.url, "m", KEY, effort="low", key_header="api-key" if name == "azure" else None)

    async def make() -> StudyDocument:
        async with OpenAICompatible(endpoint, sleep=FakeClock().sleep) as client:
            return await asummarise(transcript(), client)

    document = asyncio.run(make())
    assert document.status == "complete" and not document.problems and fake.refused <= 4


@pytest.mark.parametrize("name", fewer(AS_ENDPOINTS, 3))
def test_the_doctor_finds_out_what_each_endpoint_takes(open_: Open, name: str) -> None:
    fake = open_(**AS_ENDPOINTS[name])
    endpoint = Endpoint(fake.url, "m", KEY, effort="low", key_header="api-key" if name == "azure" else None)
    found = asyncio.run(examine(endpoint, chunk_tokens=8000))
    rows = dict(found.rows)
    assert found.exit_code == 0 and "checks every answer" in rows["make"]
    assert KEY not in str(found.rows)
    assert ("yes" in rows["thinking"]) == bool(fake.thinks)
    if name == "ollama":
        assert "its first line was not read" in rows["a whole chunk"] and "splits chunks" in rows["make"]
    if name == "openai":
        assert "max_completion_tokens" in rows["parameters"] and "does not accept temperature" in rows["parameters"]
        assert "tokens came from it the second time" in rows["prompt cache"]


def test_the_doctor_puts_what_it_finds_in_place_of_what_was_learned_before(open_: Open, tmp_path: Path) -> None:
    fake = open_("vllm_counts_the_limit_into_its_window")
    settings = load_settings(model="m", base_url=fake.url, out=tmp_path)
    with closing(CallStore(store_path(tmp_path))) as store:
        keep(store, Endpoint(fake.url, "m", ""), Capabilities(rung="text", window=1500))
        asyncio.run(run_doctor(settings))
        now = known_of(store, Endpoint(fake.url, "m", ""))
    assert now.rung == "json_schema" and now.window and 3000 < now.window <= 4000


def test_no_key_is_in_the_store_or_in_what_is_said(
    open_: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    fake = open_("openai_takes_one_temperature", thinks=5000)
    run(fake, tmp_path, many=3)
    assert set(fake.keys) == {f"Bearer {KEY}"}
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_doctor_ends_at_a_wrong_key(open_: Open) -> None:
    fake = open_("openai_wrong_key")
    found = asyncio.run(examine(Endpoint(fake.url, "m", KEY)))
    assert found.exit_code == 1 and fake.asked == 1 and "check OPENAI_API_KEY" in dict(found.rows)["json_schema"]
    assert found.rows[-1] == ("make", "cannot use it: no answer was usable")
