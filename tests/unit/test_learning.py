"""What refusals and answers teach, as functions of what came: no server, no client."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import CallError
from pipeline.llm import Completion, Message, Request, Usage
from pipeline.llm.prompting import PromptSet
from pipeline.providers import canary, learning
from pipeline.providers.bodies import body_of
from pipeline.providers.capabilities import RUNGS, Capabilities, keywords_of, recalled, without_keywords
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.faults import TooLong, by_status, sentence_of, text_of, window_and_prompt
from pipeline.providers.offered import offered
from pipeline.providers.outgoing import Outgoing
from pipeline.providers.refusals import guess, lesson
from pipeline.providers.replies import read_completion
from pipeline.providers.thought import hidden_thought, text_and_thought

SCHEMA = {
    "type": "object",
    "properties": {"pattern": {"type": "string", "pattern": "^a"}, "of": {"anyOf": [{"type": "null"}, {"type": "integer"}]}},
    "required": ["pattern", "of"],
    "additionalProperties": False,
}  # fmt: skip
REQUEST = Request("sections/a+b.v1", (Message("user", "What is said?"),), SCHEMA, 400)
ENDPOINT = Endpoint("http://h/v1", "m", "k", effort="low", strict_limits=True)


def sent(known: Capabilities = Capabilities()) -> dict[str, Any]:  # noqa: B008
    return body_of(REQUEST, known, ENDPOINT, list(REQUEST.messages), 9000)


@pytest.mark.parametrize(
    ("told", "change"),
    [
        ("unsupported parameter: 'max_tokens' is not supported with this model. use 'max_completion_tokens' instead.", {"limit": "max_completion_tokens"}),
        ("max_tokens must be less than or equal to `8192`, the maximum value for this model", {"answer_most": 8192}),
        ("invalid max_tokens value, the valid range of max_tokens is [1, 8192]", {"answer_most": 8192}),
        ("max_tokens: 9000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022", {"answer_most": 8192}),
        ("extra_forbidden body seed extra inputs are not permitted extra_forbidden body reasoning_effort", {"left_out": {"seed", "reasoning_effort"}}),
        ("`temperature` is deprecated for this model.", {"left_out": {"temperature"}}),
        ("reasoning is not supported by this model", {"left_out": {"reasoning_effort"}}),
        ("response_format: strict mode is fine but `strict` is not supported", {"left_out": {"strict"}}),
        ("response_format/json_schema/of: anyof is not supported", {"keywords_left_out": {"anyOf"}}),
        ("invalid schema: 'pattern' is not permitted", {"keywords_left_out": {"pattern"}}),
        ("unknown name \"strict\" at 'response_format.json_schema': cannot find field.", {"left_out": {"strict"}}),
        ("extra_forbidden body response_format json_schema strict extra inputs are not permitted", {"left_out": {"strict"}}),
        ("extra_forbidden body response_format json_schema schema additionalproperties extra inputs are not permitted", {"keywords_left_out": {"additionalProperties"}}),
        ("json_schema: additionalproperties keyword is not supported by grammar", {"keywords_left_out": {"additionalProperties"}}),
        ("unknown field 'reasoning_effort'. allowed fields: model, messages, max_tokens, temperature, seed, response_format", {"left_out": {"reasoning_effort"}}),
        ("only model, messages, max_tokens, seed and response_format are supported; got temperature", {"left_out": {"temperature"}}),
        ("these are not supported parameters: seed", {"left_out": {"seed"}}),
        ("this model only supports streaming. please set stream=true.", {"streams": True}),
        ("parameter incremental_output must be true / stream must be true: this model only support stream mode, please enable the stream parameter to access the model.", {"streams": True}),
        ("requests with max_tokens > 4096 must have stream=true", {"streams": True}),
        ("non-streaming calls are not supported here", {"streams": True}),
        ("response_format of type json_schema is not supported", {"rung": "json_object"}),
        ("grammar could not be built from the schema", {"rung": "json_object"}),
    ],
)  # fmt: skip
def test_a_refusal_teaches_what_it_names(told: str, change: dict[str, Any]) -> None:
    found = lesson(told, sent(), Capabilities())
    wanted = {k: frozenset(v) if isinstance(v, set) else v for k, v in change.items()}
    assert found and found.known == replace(Capabilities(), **wanted) and found.notice


@pytest.mark.parametrize("told", ["bad request", "the top_k parameter is not supported", "messages[0].role is invalid"])
def test_a_refusal_that_names_nothing_that_was_sent_teaches_nothing(told: str) -> None:
    assert lesson(told, sent(), Capabilities()) is None


@pytest.mark.parametrize(
    ("told", "role"),
    [
        ("messages[0].role does not support 'system' with this model", "no_system_role"),
        ("system role not supported", "no_system_role"),
        ("developer instruction is not enabled for models/m", "no_system_role"),
        ("conversation roles must alternate user/assistant/user/assistant/...", "no_system_role"),
        ("the system is not responding", None),
        ("the system message counts too many characters", None),
        ("the amount of system messages: a note of one is due", None),
        ("system messages are welcome, what is asked is not", None),
    ],
)
def test_a_refusal_of_roles_teaches_to_go_without_them(told: str, role: str | None) -> None:
    messages = [Message("system", "Notes."), *REQUEST.messages]
    found = lesson(told, body_of(REQUEST, Capabilities(), ENDPOINT, messages, 9), Capabilities())
    assert (found.known if found else None) == (replace(Capabilities(), **{role: True}) if role else None)


def test_a_parameter_that_is_named_goes_before_what_is_said_of_the_system_message() -> None:
    messages = [Message("system", "Notes."), *REQUEST.messages]
    told = "the system message was not read: seed is an unknown field"
    found = lesson(told, body_of(REQUEST, Capabilities(), ENDPOINT, messages, 9), Capabilities())
    assert found and found.known == Capabilities(left_out=frozenset({"seed"}))


def test_a_limit_that_is_refused_by_both_names_is_left_out() -> None:
    first = lesson("max_tokens is not supported", sent(), Capabilities())
    assert first
    second = lesson("max_completion_tokens is not supported", sent(first.known), first.known)
    assert second and not {"max_tokens", "max_completion_tokens"} & set(sent(second.known))


@given(st.lists(st.sampled_from(["temperature", "seed", "reasoning_effort", "max_tokens", "max_completion_tokens", "json_schema", "json_object", "strict", "'anyof'", "at most 500", "not supported", "x"]), max_size=30))  # fmt: skip
def test_learning_from_refusals_ends_whatever_they_say(words: list[str]) -> None:
    known, seen = Capabilities(), 0
    for told in [*words, " ".join(words)] * 8:
        found = lesson(told, sent(known), known) or guess(sent(known), known)
        if found:
            assert found.known != known
            known, seen = found.known, seen + 1
    assert seen <= 20 and set(sent(known)) >= {"model", "messages"}


KNOWN = st.builds(
    Capabilities,
    rung=st.sampled_from(RUNGS),
    limit=st.sampled_from([None, "max_tokens", "max_completion_tokens"]),
    left_out=st.frozensets(st.sampled_from(["seed", "temperature"])),
    keywords_taken=st.frozensets(st.text(max_size=5)),
    room=st.none() | st.integers(0, 70_000),
    thought=st.integers(0, 70_000),
    window=st.none() | st.integers(1000, 10**6),
    answer_most=st.none() | st.integers(64, 10**5),
)


@given(KNOWN)
def test_what_is_known_comes_back_from_the_store_as_it_was(known: Capabilities) -> None:
    assert recalled(known.dump()) == known
    assert recalled(replace(known, cut_from=7, read_to=9).dump()) == replace(known, doubt=7)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "7", '{"rung": 3, "left_out": 4, "window": []}', '{"unknown": 1}']
)
def test_a_fact_that_cannot_be_read_is_found_out_again(text: str | None) -> None:
    assert isinstance(recalled(text).room_for_thought(), int)


@given(KNOWN, st.integers(0, 10**6))
def test_a_limit_is_never_below_what_makes_a_call_worth_sending_unless_the_endpoint_gives_less(
    known: Capabilities, size: int
) -> None:
    limit = learning.limit_for(REQUEST, known, ENDPOINT, size)
    assert limit >= min(REQUEST.max_tokens // 4, known.answer_most or limit) and limit > 0


@given(KNOWN)
def test_nothing_that_is_known_of_an_endpoint_is_in_a_calls_identity(known: Capabilities) -> None:
    before = REQUEST.key("m")
    body_of(REQUEST, known, ENDPOINT, list(REQUEST.messages), learning.limit_for(REQUEST, known, ENDPOINT, 10))
    assert REQUEST.key("m") == before and not hasattr(REQUEST, "effort")


def test_a_cut_answer_with_words_and_no_thought_is_simply_long() -> None:
    cut = Completion('{"a": "words', "length", Usage(10, 0, 4496), "m")
    assert learning.from_cut(cut, REQUEST, Capabilities(), ENDPOINT, 4496, 10) is None


def test_the_embedded_model_gets_no_room_and_is_not_asked_twice() -> None:
    embedded = replace(ENDPOINT, room=0)
    assert learning.limit_for(REQUEST, Capabilities(), embedded, 10) == 400
    assert (
        learning.from_cut(Completion("", "length", Usage(10, 0, 400), "m"), REQUEST, Capabilities(), embedded, 400, 10)
        is None
    )


@pytest.mark.parametrize(
    ("told", "window", "prompt"),
    [
        ("this model's maximum context length is 8192 tokens. however, you requested 8203 tokens (7691 in the messages, 512 in the completion).", 8192, 7691),
        ("'max_tokens' is too large: 6000. this model's maximum context length is 8192 tokens and your request has 3000 input tokens", 8192, 3000),
        ("the input (61709 tokens) is longer than the model's context length (40960 tokens).", 40960, 61709),
        ("exceed_context_size_error n_prompt_tokens 14429 n_ctx 8192", 8192, 14429),
        ("trying to keep the first 11149 tokens when context the overflows. however, the model is loaded with context length of only 4096 tokens", 4096, 11149),
        ("context_length_exceeded", None, None),
        ("the input token count (1200293) exceeds the maximum number of tokens allowed (1048576).", 1048576, 1200293),
        ("`inputs` tokens + `max_new_tokens` must be <= 8193. given: 7800 `inputs` tokens and 1024 `max_new_tokens`", 8193, 7800),
        ("input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000, decrease input length", 200000, 199759),
        ("prompt is too long: 9001 tokens > 8192 maximum", 8192, 9001),
        ("the prompt is too long: 9001, model maximum context length: 8191", 8191, 9001),
        ("prompt contains 9001 tokens and 0 draft tokens, too large for model with 8192 maximum context length", 8192, 9001),
        ("input tokens exceed the configured limit of 8192 tokens. your messages resulted in 9001 tokens.", 8192, 9001),
        ("input length (160062 tokens) exceeds the maximum allowed length (59862 tokens).", 59862, 160062),
        ("requested token count exceeds the model's maximum context length of 8192 tokens. you requested a total of 9200 tokens: 9001 tokens from the input messages and 199 tokens for the completion.", 8192, 9001),
        ("input validation error: `inputs` must have less than 9000 tokens. given: 21718", 9000, 21718),
        ("range of input length should be [1, 9000]", 9000, None),
        ("total tokens of image and text exceed max message tokens", None, None),
    ],
)  # fmt: skip
def test_windows_are_read_as_servers_tell_them(told: str, window: int | None, prompt: int | None) -> None:
    assert window_and_prompt(told) == (window, prompt)
    assert isinstance(by_status(400, {"error": {"message": told}}, httpx2.Headers(), ENDPOINT), TooLong)


@pytest.mark.parametrize("makes", [1.0, 1.3, 1.5, 1.6, 2.5])
@pytest.mark.parametrize(("size", "window"), [(9_000, 8192), (20_000, 8192), (50_000, 32_768)])
def test_a_window_is_learned_in_tokens_as_they_are_counted_here_whatever_the_endpoint_makes_of_a_prompt(
    size: int, window: int, makes: float
) -> None:
    found = learning.from_overflow(TooLong("too long", window, int(size * makes)), Capabilities(), size)
    assert found and 0.95 * window / makes <= found.known.window <= min(window, 1.15 * window / makes)  # type: ignore[operator]
    shorter = int(found.known.window * 0.8)  # type: ignore[operator]
    assert shorter * makes < window and learning.too_long(REQUEST, found.known, shorter) is None


def test_a_window_that_other_prompts_tell_a_little_differently_is_said_once_and_kept_at_its_smallest() -> None:
    first = learning.from_overflow(TooLong("too long", 8192, 12_000), Capabilities(), 10_000)
    again = learning.from_overflow(TooLong("too long", 8192, 12_400), first.known, 10_000)  # type: ignore[union-attr]
    assert first and again and first.notice and not again.notice
    assert again.known.window == min(6690, 6474) and first.known.window == 6690


def test_a_window_that_no_server_has_is_not_learned() -> None:
    cut = Completion("Words", "length", Usage(200, 0, 312), "m")
    assert learning.from_overflow(TooLong("too long", 8192, 9_000_000), Capabilities(), 9000) is None
    assert not isinstance(learning.from_cut(cut, REQUEST, Capabilities(), ENDPOINT, 4496, 200), learning.Full)


def test_a_window_that_no_server_has_is_not_believed_when_it_comes_from_the_store() -> None:
    assert recalled(Capabilities(window=-583).dump()).window is None
    assert recalled(Capabilities(window=2048).dump()).window == 2048


@pytest.mark.parametrize(
    ("message", "text", "thought"),
    [
        ({"content": '{"a": 1}', "reasoning_content": "hmm"}, '{"a": 1}', "hmm"),
        ({"content": '{"a": 1}', "reasoning": "hmm"}, '{"a": 1}', "hmm"),
        ({"content": '<think>hmm</think>\n{"a": 1}'}, '{"a": 1}', "hmm"),
        ({"content": 'hmm</think>{"a": 1}'}, '{"a": 1}', "hmm"),
        ({"content": '◁think▷hmm◁/think▷{"a": 1}'}, '{"a": 1}', "hmm"),
        ({"content": "<think>hmm, and no end"}, "", "hmm, and no end"),
        ({"content": '<think>hm</think>\n<think>m</think>{"a": 1}'}, '{"a": 1}', "hm\nm"),
        ({"content": '```json\n{"a": "</think> is a mark"}\n```'}, '```json\n{"a": "</think> is a mark"}\n```', ""),
        ({"content": '{"a": "they say </think> is a mark"}'}, '{"a": "they say </think> is a mark"}', ""),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}]}, {"type": "text", "text": '{"a": 1}'}]}, '{"a": 1}', "hmm"),
        ({"content": None, "reasoning_content": '{"a": 1}'}, '{"a": 1}', ""),
        ({"content": "", "reasoning_content": "only thought"}, "", "only thought"),
        ({"content": None}, None, ""),
    ],
)  # fmt: skip
def test_thought_is_taken_off_wherever_it_stands(message: dict[str, Any], text: str | None, thought: str) -> None:
    assert text_and_thought(message) == (text, thought)


def test_a_tokenizer_that_makes_a_token_of_each_byte_is_no_thought() -> None:
    thai = "ภาษาไทย " * 55
    made = len(thai.encode())
    assert hidden_thought(thai, made) == 0 and hidden_thought(thai, made + 400) > 400


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["content", "reasoning", "text", "thinking", "type"]), inner), max_leaves=12))  # fmt: skip
def test_a_message_of_any_shape_is_parted(value: Any) -> None:
    text, thought = text_and_thought(value if isinstance(value, dict) else {"content": value})
    assert (text is None or isinstance(text, str)) and isinstance(thought, str)


def test_keywords_are_dropped_and_properties_of_the_same_name_stay() -> None:
    kept = without_keywords(SCHEMA, frozenset({"pattern", "additionalProperties"}))
    assert kept["properties"]["pattern"] == {"type": "string"} and "additionalProperties" not in kept
    assert keywords_of(SCHEMA) == {"type", "properties", "required", "additionalProperties", "pattern", "anyOf"}


@pytest.mark.parametrize(
    ("told", "ratio", "looked_at"),
    [
        (None, None, True),
        (18_400, None, False),
        (16_384, None, True),  # a window that was filled to its last token
        (15_000, None, True),
        (15_000, 0.8, False),  # a tokenizer that is known to need fewer
        (20_000, 1.3, True),  # one that is known to need more
        (23_000, 1.3, False),
    ],
)
def test_usage_is_held_against_what_this_endpoints_tokenizer_makes_of_a_prompt(
    told: int | None, ratio: float | None, looked_at: bool
) -> None:
    known = Capabilities(ratio=ratio)
    assert canary.suspicious(told, 18_400, known) is looked_at
    assert canary.worth_counting(told, 18_400 * 3, known) or not looked_at


def test_a_prompt_as_long_as_one_that_was_cut_before_is_looked_at_whatever_its_usage_tells() -> None:
    known = recalled(Capabilities(cut_from=9000).dump())
    assert canary.suspicious(9000, 9000, known) and not canary.suspicious(8000, 8000, known)
    assert not canary.suspicious(9000, 9000, learning.from_canary(True, 9000, 9000, known).known)


def test_how_many_tokens_an_endpoint_makes_is_learned_from_a_prompt_too_short_to_be_cut() -> None:
    short = replace(REQUEST, messages=(Message("user", "These words are said. " * 200),))
    assert canary.ratio_of(1300, short) == pytest.approx(1.2, abs=0.05)
    assert canary.ratio_of(None, short) is None and canary.ratio_of(30, REQUEST) is None


def test_a_schema_that_is_not_in_the_prompt_makes_no_endpoint_seem_to_need_few_tokens() -> None:
    schema = SCHEMA | {"description": "What is said, and by whom. " * 100}
    short = replace(REQUEST, messages=(Message("user", "These words are said. " * 160),), schema=schema)
    assert canary.ratio_of(819, short) is None and canary.suspicious(9000, 18_400, Capabilities())


def test_models_are_listed_with_their_windows_and_their_last_day() -> None:
    rows = [{"id": "b", "max_model_len": 8192}, {"id": "models/a", "shutdown_date": "2027-01-14"}, {"no": "name"}]
    shown = [(o.name, o.window, o.shutdown) for o in offered({"data": rows})]
    assert shown == [("a", None, "2027-01-14"), ("b", 8192, None)]


def test_a_model_that_was_never_seen_to_think_keeps_a_little_room() -> None:
    known = Capabilities()
    rooms = [(known := known.after_answer(0, frozenset())).room_for_thought() for _ in range(9)]
    assert rooms == [4096] * 7 + [1024] * 2
    assert known.after_answer(300, frozenset()).room_for_thought() == 4096


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "choices", "code", "metadata", "raw", "detail", "usage", "prompt_tokens", "finish_reason", "content", "total_tokens", "completion_tokens_details"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)  # fmt: skip


@given(st.sampled_from([400, 401, 402, 403, 404, 413, 422, 429, 500, 503]), JSON)
def test_a_refusal_of_any_shape_is_one_line_of_ours(status: int, body: Any) -> None:
    fault = by_status(status, body, httpx2.Headers(), ENDPOINT)
    assert isinstance(fault, CallError) and "\n" not in str(fault)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://me:pw@server.test/v1/chat/completions?key=sk-1#x", "redirects to https://server.test/v1/chat/completions instead of answering (HTTP 301) (if you trust that address, use --base-url https://server.test/v1)"),
        ("/login?next=chat", "redirects to http://server.test/login instead of answering (HTTP 301) (check the base URL"),
        ("/login/sk-canary-1234567890", "redirects to http://server.test/login/… instead"),
        ("", "redirects instead of answering"),
        ("http://[", "redirects instead of answering"),
    ],
)  # fmt: skip
def test_a_redirect_tells_where_it_leads_without_login_query_and_key(location: str, words: str) -> None:
    endpoint = Endpoint("http://server.test/v1", "m", "sk-canary-1234567890")
    page = "<html>Moved</html>"
    fault = by_status(301, page, httpx2.Headers({"location": location, "content-type": "text/html"}), endpoint)
    assert fault.fatal and words in str(fault)


def test_credit_that_is_told_twice_pays_for_the_shorter_answer() -> None:
    told = {"error": {"message": "You can only afford 5000.", "metadata": {"raw": "can only afford 22"}}}
    assert "quota is used up" in str(by_status(402, told, httpx2.Headers(), ENDPOINT))


def test_a_refusal_that_quotes_the_address_shows_neither_its_login_nor_its_query() -> None:
    query = (("api-key", "QUERYSECRET12345"), ("api-version", "2025-04-01-preview"))
    endpoint = Endpoint("http://ann:pass%20word-99@server.test/v1", "m", "sk-canary-1234567890", query=query)
    login = b64encode(b"ann:pass word-99").decode()
    quoted = f"/v1?api-key=QUERYSECRET12345 with Basic {login} (pass word-99): no version 2025-04-01-preview"
    shown = str(by_status(400, {"error": {"message": quoted}}, httpx2.Headers(), endpoint))
    assert "with Basic … (…): no version 2025-04-01-preview" in shown and "SECRET" not in shown


@pytest.mark.parametrize("key", ["pw42", "hunter2-own", "sk-canary-1234567890"])
def test_a_key_of_any_length_is_not_shown(key: str) -> None:
    assert sentence_of({"error": {"message": f"No access for {key}."}}, (key,)) == "No access for …."


@pytest.mark.parametrize(
    "words",
    [
        "Please try again in {}s.",
        "can only afford {}",
        "maximum context length is 8192. You sent {} tokens in the prompt",
    ],
)
@pytest.mark.parametrize("status", [400, 402, 429])
def test_a_number_without_end_in_a_refusal_is_no_crash(status: int, words: str) -> None:
    fault = by_status(status, {"error": {"message": words.format("9" * 5000)}}, httpx2.Headers(), ENDPOINT)
    assert isinstance(fault, CallError) and "\n" not in str(fault)


@given(JSON)
def test_an_answer_of_any_shape_is_read_or_refused(reply: Any) -> None:
    try:
        completion = read_completion(reply, REQUEST.messages, ENDPOINT, "text", 0.0)
    except CallError:
        return
    usage = completion.usage
    assert 0 <= usage.thought_tokens <= usage.completion_tokens and usage.cached_prompt_tokens <= usage.prompt_tokens


def test_a_reply_nested_without_end_is_no_answer_and_no_crash() -> None:
    nested: Any = "x"
    for _ in range(100_000):
        nested = [nested]
    assert text_of({"error": nested, "message": "Too Deep"}) == "too deep"


@pytest.mark.parametrize(("status", "refused"), [(400, True), (401, True), (403, True), (404, True), (413, True), (429, True), (408, False), (500, False), (502, False), (504, False)])  # fmt: skip
def test_what_was_refused_before_any_work_is_told_apart(status: int, refused: bool) -> None:
    fault = by_status(status, {"error": {"message": "no"}}, httpx2.Headers(), ENDPOINT)
    assert fault.billed is not refused


def test_only_what_changes_its_body_makes_a_call_outdated() -> None:
    call = Outgoing(replace(REQUEST, schema=None), ENDPOINT, PromptSet())
    call.prepare(Capabilities())
    assert not call.outdated(Capabilities(answers=1, room=9000, rung="text"))
    assert call.outdated(Capabilities().without("seed")) and call.outdated(Capabilities(answer_most=100))
