"""Chat completions as endpoints send them, converted to ours: their stop reasons, and usage as reported or counted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import httpx2

from pipeline.errors import CallError, EndpointError, spending
from pipeline.llm import Completion, FinishReason, Message, Rung, Usage
from pipeline.llm.tokens import count_tokens
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.faults import (
    EmptyAnswer,
    NoAnswer,
    TooLong,
    Unreadable,
    by_status,
    is_page,
    sentence_of,
    text_of,
    without_secrets,
)
from pipeline.providers.streams import is_stream, reply_in
from pipeline.providers.thought import hidden_thought, text_and_thought
from pipeline.text import well_formed

_Ending: TypeAlias = FinishReason | Literal["window", "error"]
_ENDINGS: dict[str, _Ending] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "tool_calls": "stop",
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "sensitive": "content_filter",
    "refusal": "refusal",
    "model_length": "window",
    "model_context_window_exceeded": "window",
    "error": "error",
    "network_error": "error",
    "insufficient_system_resource": "error",
}

_HEAD = 20  # bytes of a body that show whether it is a web page


def read_json(response: httpx2.Response, endpoint: Endpoint) -> Any:
    """The body of a reply. A stream is assembled, and bytes that are not UTF-8 are replaced.

    NoAnswer for a gateway's page, ValueError for a truncated body.
    """
    if is_page(response.headers, response.content.lstrip()[:_HEAD].decode("ascii", "replace")):
        raise NoAnswer(
            f"{endpoint.address}: a web page instead of an answer",
            hint="a gateway or a proxy answered: is the base URL right (most end in /v1)?",
            retryable=True,
            fatal=True,
        )
    body = response.content.decode("utf-8-sig", "replace")
    return reply_in(body) if is_stream(body) else json.loads(body)


def read_completion(
    reply: Any,
    messages: Iterable[Message],
    endpoint: Endpoint,
    rung: Rung,
    seconds: float,
    response_format: Mapping[str, Any] | None = None,
) -> Completion:
    """The answer in a reply to messages that were sent with a response format; `seconds` is how long it took.

    Raises CallError if there is none, with the tokens spent if they are known.
    """
    raw = reply.get("usage") if isinstance(reply, dict) else None
    try:
        choice = _choice(reply, endpoint)
    except CallError as err:
        if _count(raw, "prompt_tokens"):
            spending(err, _usage(raw, messages, response_format, "", ""))
        raise
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    (content, thought), refusal = text_and_thought(message), message.get("refusal")
    secrets = endpoint.secrets
    text = without_secrets(secrets, str(content or refusal or "").encode("utf-8", "replace").decode("utf-8"))
    usage = _usage(raw, messages, response_format, text, thought)
    finish = _ending(choice.get("finish_reason"))
    if finish == "window":
        raise spending(TooLong(f"{endpoint.model}: prompt and answer together fill the model's context window"), usage)
    if finish == "error":
        broken = EndpointError(f"{endpoint.address}: the endpoint broke off the answer", retryable=True)
        raise spending(broken, usage)
    if refusal:
        finish = "refusal"
    elif not text and finish not in ("length", "content_filter"):
        raise spending(EmptyAnswer(f"{endpoint.address}: the answer is empty", retryable=True), usage)
    model = reply.get("model")
    answered_by = well_formed(model) if isinstance(model, str) and model else endpoint.model
    return Completion(text, finish, usage, without_secrets(secrets, answered_by), rung, round(seconds, 3))


def _choice(reply: Any, endpoint: Endpoint) -> dict[str, Any]:
    """The first choice of a chat completion. Raises CallError if there is none, or if an error came in its place."""
    if isinstance(reply, dict) and "error" in reply and not reply.get("choices"):
        raise error_in_a_200(reply["error"], endpoint)
    choices = reply.get("choices") if isinstance(reply, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        hint = "does the base URL end in /v1?"
        raise Unreadable(f"{endpoint.address}: the answer is not a chat completion", retryable=True, hint=hint)
    choice: dict[str, Any] = choices[0]
    if choice.get("error"):
        raise error_in_a_200(choice["error"], endpoint)
    return choice


def _ending(reason: Any) -> _Ending:
    return _ENDINGS.get(reason.casefold(), "unknown") if isinstance(reason, str) else "unknown"


def error_in_a_200(error: Any, endpoint: Endpoint) -> CallError:
    """The error for one sent with status 200: by the status that it contains, else a retryable one."""
    code = str(error.get("code") or error.get("status") or "") if isinstance(error, dict) else ""
    status = int(code) if code.isdigit() and len(code) == 3 else 0
    if "insufficient_quota" in text_of(error) and not 400 <= status < 600:
        status = 429
    if 400 <= status < 600:
        return by_status(status, {"error": error}, httpx2.Headers(), endpoint)
    message = sentence_of({"error": error}, endpoint.secrets)
    return EndpointError(f"{endpoint.address}: an error instead of an answer: {message}", retryable=True)


def _tokens_of_format(response_format: Mapping[str, Any] | None) -> int:
    """Tokens of the schema in a response format, which endpoints put into the prompt."""
    schema = (response_format or {}).get("json_schema")
    return count_tokens(json.dumps(schema, ensure_ascii=False)) if schema else 0


def tokens_of_messages(messages: Iterable[Message]) -> int:
    """Tokens of messages as tiktoken counts them."""
    return sum(count_tokens(m.content) for m in messages)


def _usage(
    raw: Any, messages: Iterable[Message], response_format: Mapping[str, Any] | None, text: str, thought: str
) -> Usage:
    """Tokens as the endpoint reports them. Thought is part of the completion.

    What is not reported, or reported as 0, is counted here, including the schema of the response format; the usage is
    then marked as estimated.
    """
    prompt, reported = _count(raw, "prompt_tokens") or 0, _count(raw, "completion_tokens") or 0
    total, visible = _count(raw, "total_tokens") or 0, count_tokens(thought) if thought else 0
    # Some endpoints exclude thought from the completion but not from the total.
    completion = max(reported, total - prompt) if prompt else reported
    if not prompt or (not completion and (text or thought)):
        completion = completion or count_tokens(text) + visible
        prompt = prompt or tokens_of_messages(messages) + _tokens_of_format(response_format)
        return Usage(prompt, 0, completion, True, min(completion, visible))
    cached = _count(raw.get("prompt_tokens_details"), "cached_tokens") or _count(raw, "prompt_cache_hit_tokens") or 0
    reasoning = _count(raw.get("completion_tokens_details"), "reasoning_tokens")
    thinking, hidden = reasoning or visible, total - prompt - reported
    if not thinking and hidden <= 0 and reasoning is None:
        hidden = hidden_thought(text, completion)
    return Usage(prompt, min(cached, prompt), completion, False, min(completion, max(thinking, hidden)))


def _count(raw: Any, name: str) -> int | None:
    value = raw.get(name) if isinstance(raw, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else None
