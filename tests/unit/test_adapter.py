"""The adapter against a scripted transport: status codes, the ladder, retries. No network, no sleeping."""

import asyncio
import gc
import json
import traceback
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest
from tenacity import AsyncRetrying

from pipeline.errors import CallError, ContextTooLong, EndpointError
from pipeline.llm import Completion, Message, Request, Usage
from pipeline.providers.capabilities import without_limits
from pipeline.providers.delays import retry_after
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.gate import Gate
from pipeline.providers.openai_compatible import OpenAICompatible
from tests.clock import FakeClock

KEY = "sk-canary-1234567890"
REQUEST = Request("points", (Message("user", "What is said?"),), {"type": "object", "properties": {}}, 100)
FIELDS = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
Handler = Callable[[httpx2.Request], httpx2.Response]


def reply(text: str = '{"a": 1}', finish: str = "stop", usage: bool = True) -> httpx2.Response:
    body = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
    }
    if usage:
        body["usage"] = {
            "prompt_tokens": 10,
            "completion_tokens": 3,
            "total_tokens": 13,
            "prompt_tokens_details": {"cached_tokens": 8},
        }
    return httpx2.Response(200, json=body)


def with_usage(told: dict[str, int], **choice: object) -> httpx2.Response:
    """A reply with this usage, and with other fields in its choice."""
    body = reply().json()
    return httpx2.Response(200, json=body | {"usage": told, "choices": [body["choices"][0] | choice]})


class Server:
    """Answers in order (the last one for ever) and keeps what was sent."""

    def __init__(self, *answers: httpx2.Response | Exception, **options: object) -> None:
        self.answers, self.bodies, self.waits, self.options = list(answers), [], [], options
        self.shown: list[str] = []  # lines on waiting for a server that is busy or gone

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(json.loads(request.content))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask(self, request: Request = REQUEST) -> Completion:
        return self.ask_in_turn(request)[0]

    def ask_in_turn(self, *requests: Request) -> list[Completion]:
        async def run() -> list[Completion]:
            clock = FakeClock()

            async def sleep(seconds: float) -> None:
                self.waits.append(seconds)
                await clock.sleep(seconds)

            gate, transport = Gate(4, clock=clock), httpx2.MockTransport(self)
            endpoint = Endpoint("http://server.test/v1", "m", KEY, **self.options)  # type: ignore[arg-type]
            async with OpenAICompatible(
                endpoint, sleep=sleep, gate=gate, on_wait=self.shown.append, transport=transport
            ) as client:
                return [await client.complete(request) for request in requests]

        return asyncio.run(run())


def test_usage_and_cached_tokens_are_kept() -> None:
    usage = Server(reply()).ask().usage
    assert (usage.prompt_tokens, usage.cached_prompt_tokens, usage.completion_tokens) == (10, 8, 3)


def test_an_answered_call_waits_for_no_look_for_cycles_to_be_let_go() -> None:
    gc.collect()
    gc.disable()
    try:
        Server(reply()).ask()
        assert not any(type(value) is AsyncRetrying for value in gc.get_objects())
    finally:
        gc.enable()


def test_missing_usage_is_estimated_and_says_so() -> None:
    assert Server(reply(usage=False)).ask().usage.estimated


@pytest.mark.parametrize(
    ("told", "sent"),
    [({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, 29), ({"prompt_tokens": 500}, 500)],
)
def test_usage_that_tells_nothing_of_what_was_sent_or_answered_is_estimated(told: dict[str, int], sent: int) -> None:
    usage = Server(with_usage(told)).ask().usage
    assert usage.estimated and usage.prompt_tokens == sent and usage.completion_tokens == 6


def test_an_estimate_counts_the_schema_that_is_sent_beside_the_messages() -> None:
    plain, long = replace(REQUEST, schema=None), replace(REQUEST, schema=FIELDS | {"description": "Words. " * 100})
    tokens = [Server(reply(usage=False)).ask(r).usage.prompt_tokens for r in (plain, long)]
    assert tokens[0] == 4 and tokens[1] > 200


def test_a_completion_that_only_the_total_tells_is_told() -> None:
    usage = Server(with_usage({"prompt_tokens": 500, "total_tokens": 520})).ask().usage
    assert not usage.estimated and usage.completion_tokens == 20


CALL = {"id": "c", "type": "function", "function": {"name": "answer", "arguments": '{"a": 1}'}}


def test_a_tool_call_is_an_answer_when_it_is_all_that_came() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    answer = Server(with_usage(TOOK, finish_reason="tool_calls", message=message)).ask()
    assert (answer.text, answer.finish_reason) == ('{"a": 1}', "stop")


def test_bytes_that_are_no_utf_8_lose_no_answer() -> None:
    body = reply('{"a": "none"}').content.replace(b"none", b"n\xffne")
    assert Server(httpx2.Response(200, content=body)).ask().text == '{"a": "n\N{REPLACEMENT CHARACTER}ne"}'


def stream(*chunks: object, end: str = "data: [DONE]\n\n") -> httpx2.Response:
    events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return httpx2.Response(200, text=f": waiting\n\n{events}{end}", headers={"content-type": "text/event-stream"})


def delta(finish: str | None = None, **added: object) -> dict[str, object]:
    return {"model": "m", "choices": [{"index": 0, "delta": added, "finish_reason": finish}]}


def test_a_stream_that_nobody_asked_for_is_read() -> None:
    parts = [delta(role="assistant", content='{"a"'), delta(content=": 1}"), delta("length")]
    answer = Server(stream(*parts, {"choices": [], "usage": TOOK})).ask()
    assert (answer.text, answer.finish_reason, answer.usage.prompt_tokens) == ('{"a": 1}', "length", 50)


def test_a_stream_that_tells_the_message_so_far_beside_each_delta_is_read_to_its_end() -> None:
    said = ('{"a"', ": 1", "}")

    def chunk(n: int) -> dict[str, object]:
        message = {"role": "assistant", "content": "".join(said[: n + 1])}
        finish = "stop" if n == len(said) - 1 else None
        choice = {"index": 0, "delta": {"content": said[n]}, "message": message, "finish_reason": finish}
        return {"model": "m", "choices": [choice]}

    answer = Server(stream(*map(chunk, range(3)))).ask()
    assert (answer.text, answer.finish_reason) == ('{"a": 1}', "stop")


@pytest.mark.parametrize("finish", [{}, {"finish_reason": "stop"}])
def test_a_whole_message_in_a_stream_is_the_answer(finish: dict[str, str]) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": '{"a": 1}'}} | finish
    assert Server(stream({"model": "m", "choices": [choice]})).ask().text == '{"a": 1}'


def test_a_tool_call_in_a_stream_is_read() -> None:
    parts = [delta(tool_calls=[{"index": 0, "function": {"arguments": text}}]) for text in ('{"a"', ": 1}")]
    assert Server(stream(*parts)).ask().text == '{"a": 1}'


def test_a_stream_that_was_cut_is_no_answer() -> None:
    server = Server(stream(delta(content='{"a": 1'), end=""), reply())
    assert server.ask().text == '{"a": 1}' and len(server.bodies) == 2


def test_an_error_in_a_stream_is_told() -> None:
    with pytest.raises(EndpointError, match="overloaded"):
        Server(stream(delta(content="{"), {"error": {"message": "overloaded"}}), attempts=1).ask()


UNREADABLE = {
    "cut": httpx2.Response(200, text="{broken"),
    "nothing": httpx2.Response(200),
    "no content": httpx2.Response(204),
    "no choices": httpx2.Response(200, json={"choices": []}),
    "null choices": httpx2.Response(200, json={"choices": None}),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_asked_for_four_times_at_most(answer: httpx2.Response) -> None:
    assert Server(*[answer] * 3, reply()).ask().text
    server = Server(answer)
    with pytest.raises(EndpointError):
        server.ask()
    assert len(server.bodies) == 4


def test_an_answer_that_is_empty_twice_is_not_paid_for_a_third_time() -> None:
    server = Server(httpx2.Response(200, json={"choices": [{"message": {"content": ""}}]}))
    with pytest.raises(EndpointError, match="the answer is empty"):
        server.ask()
    assert len(server.bodies) == 2


def test_a_fault_after_others_has_tries_of_its_own() -> None:
    cut, busy = UNREADABLE["cut"], httpx2.Response(429)
    assert Server(cut, *[busy] * 8, *[httpx2.Response(500)] * 5, cut, reply()).ask().text


def test_faults_of_several_kinds_have_a_most_in_common() -> None:
    server = Server(*[httpx2.Response(429)] * 17, httpx2.Response(500), reply())
    with pytest.raises(EndpointError, match="HTTP 500"):
        server.ask()
    assert len(server.bodies) == 18


REFUSED = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}


@pytest.mark.parametrize(
    "answers",
    [
        [httpx2.Response(401, json=REFUSED)],
        [httpx2.Response(403, json=REFUSED)],
        [httpx2.Response(404, json=REFUSED)],
        [httpx2.Response(400, json=REFUSED)],
        [httpx2.Response(500, text=f"no such key: {KEY}")],
        [httpx2.Response(200, json=REFUSED)],
        [httpx2.LocalProtocolError(f"Illegal header value b'Bearer {KEY} '")],
        [reply(), httpx2.Response(401, json=REFUSED)],
    ],
)
def test_no_traceback_shows_the_key(answers: list[httpx2.Response | Exception]) -> None:
    server = Server(*answers)
    with pytest.raises(CallError) as caught:
        for _ in range(2):
            server.ask()
    assert KEY[:6] not in "".join(traceback.format_exception(caught.value))


def test_a_cause_without_the_key_stays_in_the_traceback() -> None:
    with pytest.raises(CallError) as caught:
        Server(httpx2.ConnectError("Name or service not known")).ask()
    assert "Name or service not known" in "".join(traceback.format_exception(caught.value))


def test_a_key_that_an_answer_echoes_is_not_kept() -> None:
    assert Server(reply(f'{{"a": "authorization: {KEY}"}}')).ask().text == '{"a": "authorization: …"}'


TOOK = {"prompt_tokens": 50, "completion_tokens": 7, "total_tokens": 57}


@pytest.mark.parametrize(
    ("answer", "took"),
    [
        (with_usage(TOOK, message={"content": None}), TOOK),
        (with_usage(TOOK, message={"content": "<think>It goes on and on"}), TOOK),
        (with_usage(TOOK, finish_reason="model_length"), TOOK),
        (with_usage(TOOK, finish_reason="error"), TOOK),
        (httpx2.Response(200, json={"choices": [], "usage": TOOK}), TOOK),
    ],
)
def test_what_cannot_be_used_has_cost_what_it_took(answer: httpx2.Response, took: dict[str, int]) -> None:
    server = Server(answer, attempts=2)
    with pytest.raises(CallError) as caught:
        server.ask()
    spent, times = caught.value.spent, len(server.bodies)
    assert not caught.value.billed  # the most that it could have taken is not counted beside it
    assert spent.prompt_tokens == times * took["prompt_tokens"]
    assert spent.completion_tokens == times * took["completion_tokens"]


def test_an_answer_that_shows_a_full_window_has_cost_what_it_took() -> None:
    full = {"prompt_tokens": 4000, "completion_tokens": 96, "total_tokens": 4096}
    long = replace(REQUEST, messages=(Message("user", "word " * 4000),), max_tokens=1000)
    with pytest.raises(ContextTooLong, match="4,096") as caught:
        Server(with_usage(full, finish_reason="length")).ask(long)
    assert caught.value.spent == Usage(4000, 0, 96, thought_tokens=90) and not caught.value.billed


def test_an_answer_has_taken_what_the_tries_before_it_took() -> None:
    usage = Server(with_usage(TOOK, message={"content": ""}), reply()).ask().usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (60, 10)


def test_a_request_without_a_schema_is_answered_in_plain_text() -> None:
    server = Server(reply("- The bridge is old."))
    plain = Request("small/notes", (Message("user", "What is said?"),), None, 100)
    assert server.ask(plain).text == "- The bridge is old."
    assert len(server.bodies) == 1 and "response_format" not in server.bodies[0]
    assert server.bodies[0]["messages"] == [{"role": "user", "content": "What is said?"}]


def test_the_ladder_goes_down_when_a_format_is_refused() -> None:
    refuse = lambda: httpx2.Response(400, json={"error": {"message": "response_format json_schema is not supported"}})  # noqa: E731
    server = Server(refuse(), refuse(), reply())
    assert server.ask().rung == "text"
    assert [b.get("response_format", {}).get("type") for b in server.bodies] == ["json_schema", "json_object", None]
    assert "JSON schema" in server.bodies[1]["messages"][-1]["content"]


IN_WORDS = "Sure! Here are the points."


def test_the_ladder_goes_down_when_a_schema_is_ignored_twice() -> None:
    server = Server(reply(IN_WORDS), reply(IN_WORDS), reply())
    assert server.ask().rung == "json_object"
    assert Server(reply(IN_WORDS), reply()).ask().rung == "json_schema"


def test_answers_in_words_are_accidents_once_an_answer_has_kept_to_the_schema() -> None:
    server = Server(*[reply(), *[reply(IN_WORDS)] * 3, reply()])
    answers = server.ask_in_turn(*(replace(REQUEST, schema=FIELDS, seed=n) for n in range(5)))
    assert [a.text == IN_WORDS for a in answers] == [False, True, True, True, False]
    assert {b["response_format"]["type"] for b in server.bodies} == {"json_schema"}


def test_an_object_without_the_fields_of_the_schema_does_not_show_that_it_is_kept_to() -> None:
    server = Server(reply('{"b": 1}'), reply(IN_WORDS), reply(IN_WORDS), reply())
    answers = server.ask_in_turn(*(replace(REQUEST, schema=FIELDS, seed=n) for n in range(2)))
    assert [a.rung for a in answers] == ["json_schema", "json_object"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_servers_are_asked_again_after_the_time_that_they_name(status: int) -> None:
    server = Server(httpx2.Response(status, headers={"retry-after": "7"}), reply())
    server.ask()
    assert server.waits == [7.0]


@pytest.mark.parametrize("named", ["0", "0.01", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_server_that_names_no_time_worth_waiting_does_not_use_up_the_tries_at_once(named: str) -> None:
    server = Server(*[httpx2.Response(429, headers={"retry-after": named})] * 12, reply())
    assert server.ask().text
    assert sum(server.waits) > 60 and min(server.waits) >= 0.25


@pytest.mark.parametrize("status", [408, 425, 429, 503])
def test_a_page_that_says_try_again_later_does_not_end_the_run(status: int) -> None:
    page = {"text": f"<html><body><h1>{status}</h1><hr>nginx</body></html>"}
    server = Server(httpx2.Response(status, headers={"content-type": "text/html", "retry-after": "7"}, **page), reply())
    assert server.ask().text and server.waits == [7.0]


@pytest.mark.parametrize(
    ("response", "error", "words"),
    [
        (httpx2.Response(401, json={"error": {"message": f"bad key {KEY}"}}), EndpointError, "OPENAI_API_KEY"),
        (httpx2.Response(404, json={"error": {"message": "no such model"}}), EndpointError, "no model 'm'"),
        (
            httpx2.Response(429, json={"error": {"code": "insufficient_quota", "message": "quota"}}),
            EndpointError,
            "quota",
        ),
        (
            httpx2.Response(400, json={"error": {"code": "context_length_exceeded", "message": "too long"}}),
            ContextTooLong,
            "context window",
        ),
    ],
)
def test_deterministic_refusals_are_not_retried_and_never_show_the_key(
    response: httpx2.Response, error: type[CallError], words: str
) -> None:
    server = Server(response)
    with pytest.raises(error, match=words) as caught:
        server.ask()
    assert len(server.bodies) == 1
    assert KEY not in str(caught.value)


def test_a_refusal_that_names_nothing_and_that_nothing_mends_is_told_without_the_key() -> None:
    server = Server(httpx2.Response(400, json={"error": {"message": f"something else {KEY}"}}))
    with pytest.raises(EndpointError, match="something else …") as caught:
        server.ask()
    assert len(server.bodies) == 4  # as it is, without extras, and down the two other formats
    assert KEY not in str(caught.value)


def test_refusals_that_end_a_run_give_no_hint_to_run_it_again_later() -> None:
    async def last_of_three() -> EndpointError:
        transport = httpx2.MockTransport(Server(httpx2.Response(400, json={"error": {"message": "something else"}})))
        async with OpenAICompatible(Endpoint("http://server.test/v1", "m", KEY), transport=transport) as client:
            for _ in range(3):
                with pytest.raises(EndpointError) as caught:
                    await client.complete(REQUEST)
        return caught.value

    error = asyncio.run(last_of_three())
    assert error.fatal and "3 calls in a row" in str(error) and "later" not in str(error)


def test_a_server_that_is_down_is_given_up_after_three_tries_with_a_hint() -> None:
    server = Server(httpx2.ConnectError("refused"))
    with pytest.raises(EndpointError, match="is the server up") as caught:
        server.ask()
    assert len(server.bodies) == 3
    assert caught.value.fatal and not server.shown


GONE = {"refused": httpx2.ConnectError("refused"), "502": httpx2.Response(502), "521": httpx2.Response(521)}


@pytest.mark.parametrize("gone", GONE.values(), ids=GONE)
def test_a_server_that_has_answered_and_is_gone_is_waited_for_and_the_user_is_told_once(
    gone: httpx2.Response | Exception,
) -> None:
    server = Server(reply(), *[gone] * 16, reply())
    assert [a.text for a in server.ask_in_turn(REQUEST, replace(REQUEST, seed=1))] == ['{"a": 1}'] * 2
    assert sum(server.waits) > 180
    assert len(server.shown) == 1 and "it answered before, so the run waits" in server.shown[0]


@pytest.mark.parametrize("seconds", ["", "40"])
def test_the_user_is_told_once_why_a_busy_server_keeps_a_run_waiting(seconds: str) -> None:
    busy = httpx2.Response(429, json={"error": {"message": "3 a minute"}}, headers={"retry-after": seconds})
    server = Server(*[busy] * 8, reply())
    server.ask()
    assert server.shown == ["http://server.test: busy or failing (HTTP 429): 3 a minute; the run waits for it"]


def test_a_short_wait_for_a_busy_server_is_no_news() -> None:
    server = Server(*[httpx2.Response(429)] * 5, reply())
    server.ask()
    assert sum(server.waits) > 3 and not server.shown


def test_an_empty_refusal_is_quoted_with_nothing() -> None:
    with pytest.raises(EndpointError, match=r"busy or failing \(HTTP 429\)$"):
        Server(httpx2.Response(429)).ask()


def test_a_single_failure_of_a_gateway_is_not_called_an_outage() -> None:
    server = Server(reply(), httpx2.Response(502), reply())
    server.ask_in_turn(REQUEST, replace(REQUEST, seed=1))
    assert not server.shown


def test_a_server_that_does_not_come_back_ends_the_run() -> None:
    server = Server(reply(), httpx2.ConnectError("refused"))
    with pytest.raises(EndpointError, match="is the server up") as caught:
        server.ask_in_turn(REQUEST, replace(REQUEST, seed=1))
    assert caught.value.fatal and len(server.bodies) == 1 + 18


def test_a_gateway_without_its_server_is_given_up_soon_if_nothing_has_answered_yet() -> None:
    server = Server(httpx2.Response(502))
    with pytest.raises(EndpointError, match="HTTP 502"):
        server.ask()
    assert len(server.bodies) == 6 and not server.shown


@pytest.mark.parametrize(
    "broken",
    [
        httpx2.Response(200, text="<html>hello</html>", headers={"content-type": "text/html"}),
        httpx2.Response(200, json={"error": {"message": "overloaded"}}),
        httpx2.Response(200, json={"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}),
        httpx2.Response(200, text='{"id": "x", "choi', headers={"content-type": "application/json"}),
        httpx2.Response(200, text="[" * 100_000 + "]" * 100_000, headers={"content-type": "application/json"}),
    ],
    ids=["html", "error", "no choices", "cut", "nested"],
)
def test_answers_that_are_none_are_asked_for_again(broken: httpx2.Response) -> None:
    assert Server(broken, reply()).ask().text == '{"a": 1}'


def test_a_refusal_is_told_as_one() -> None:
    body = json.loads(reply().content)
    body["choices"][0]["message"] = {"role": "assistant", "content": None, "refusal": "I will not."}
    assert Server(httpx2.Response(200, json=body)).ask().finish_reason == "refusal"


def test_a_redirect_does_not_carry_the_transcript_elsewhere() -> None:
    server = Server(httpx2.Response(307, headers={"location": "http://elsewhere.test/v1/chat/completions"}))
    with pytest.raises(EndpointError):
        server.ask()
    assert len(server.bodies) == 1


def test_the_key_is_not_in_the_repr() -> None:
    assert KEY not in repr(Endpoint("http://server.test/v1", "m", KEY))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "9999"}, 9999.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-4"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "\xb2"}, None),
        ({"retry-after": "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"}, None),
        ({"retry-after-ms": "9" * 400, "retry-after": "3"}, 3.0),
        ({}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:27:57 GMT"}, 3.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:28:01 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "today"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx2.Headers(headers, encoding="latin-1")) == seconds


def test_limits_leave_the_schema_but_fields_of_that_name_stay() -> None:
    schema = {"type": "object", "properties": {"minimum": {"type": "integer", "minimum": 3}}}
    assert without_limits(schema) == {"type": "object", "properties": {"minimum": {"type": "integer"}}}


def test_a_call_that_no_way_of_asking_brings_an_answer_tells_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.providers.openai_compatible._MOST_LESSONS", 2)
    names = ("seed", "temperature")
    refusals = [httpx2.Response(400, json={"error": {"message": f"unknown parameter: {n}"}}) for n in names]
    server = Server(*refusals, reply())
    with pytest.raises(EndpointError, match="every form of the call was refused, the last without what was refused"):
        server.ask()
    assert len(server.bodies) == 2
