"""A fake endpoint that behaves like real ones. docs/endpoints.md has a row for each.

A trait that refuses is a function of a call that returns a status and a body, or None if it does not refuse. A trait
that shapes changes the answer before it is sent. Bodies have the form that documentation and issue threads show.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from pipeline.providers.canary import WORD
from tests.http_server import QuietHandler, listening

Refusal = tuple[int, Any]
Call = dict[str, Any]


def _error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None} | more}


def _google(*messages: str) -> list[dict[str, Any]]:
    shown = "\n".join(messages)
    details = [{"fieldViolations": [{"description": m} for m in messages]}]
    return [{"error": {"code": 400, "message": shown, "status": "INVALID_ARGUMENT", "details": details}}]


def _extra(*names: str) -> dict[str, Any]:
    rows = [
        {"type": "extra_forbidden", "loc": ["body", n], "msg": "Extra inputs are not permitted", "input": 1}
        for n in names
    ]
    return {"object": "error", "message": {"detail": rows}, "type": "invalid_request_error", "param": None}


def openai_wants_max_completion_tokens(call: Call) -> Refusal | None:
    if "max_tokens" not in call:
        return None
    message = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    )
    return 400, _error(message, param="max_tokens", code="unsupported_parameter")


def openai_takes_one_temperature(call: Call) -> Refusal | None:
    if call.get("temperature", 1) == 1:
        return None
    message = "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is supported."
    return 400, _error(message, param="temperature", code="unsupported_value")


def openai_knows_no_effort(call: Call) -> Refusal | None:
    if "reasoning_effort" not in call:
        return None
    return 400, _error("Unrecognized request argument supplied: reasoning_effort")


def openai_checks_the_schemas_name(call: Call) -> Refusal | None:
    name = call.get("response_format", {}).get("json_schema", {}).get("name", "a")
    if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
        return None
    return 400, _error("Invalid 'response_format.json_schema.name': string does not match pattern.")


def openai_gives_short_answers(call: Call) -> Refusal | None:
    asked = call.get("max_completion_tokens") or call.get("max_tokens") or 0
    if asked <= 2000:
        return None
    message = f"max_tokens is too large: {asked}. This model supports at most 2000 completion tokens, whereas you provided {asked}."
    return 400, _error(message, param="max_tokens", code="invalid_value")


def azure_filters(call: Call) -> Refusal | None:
    message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"violence": {"filtered": True}}}
    return 400, _error(message, param="prompt", code="content_filter", status=400, innererror=inner)


def mistral_forbids_extras(call: Call) -> Refusal | None:
    extra = [n for n in ("max_completion_tokens", "seed", "reasoning_effort") if n in call]
    return (422, _extra(*extra)) if extra else None


def gemini_knows_no_seed(call: Call) -> Refusal | None:
    if "seed" not in call:
        return None
    return 400, _google('Invalid JSON payload received. Unknown name "seed": Cannot find field.')


def gemini_knows_no_additional_properties(call: Call) -> Refusal | None:
    if "additionalProperties" not in json.dumps(call.get("response_format", {})):
        return None
    where = "response_format.json_schema.schema"
    return 400, _google(
        f"Invalid JSON payload received. Unknown name \"additionalProperties\" at '{where}': Cannot find field."
    )


def gemini_knows_no_strict(call: Call) -> Refusal | None:
    if "strict" not in call.get("response_format", {}).get("json_schema", {}):
        return None
    where = "response_format.json_schema"
    return 400, _google(f"Invalid JSON payload received. Unknown name \"strict\" at '{where}': Cannot find field.")


def mistral_forbids_strict(call: Call) -> Refusal | None:
    if "strict" not in call.get("response_format", {}).get("json_schema", {}):
        return None
    row = {"type": "extra_forbidden", "loc": ["body", "response_format", "json_schema", "strict"], "input": True}
    return 422, {"object": "error", "message": {"detail": [row | {"msg": "Extra inputs are not permitted"}]}}


def gateway_lists_what_it_takes(call: Call) -> Refusal | None:
    if "reasoning_effort" not in call:
        return None
    taken = "model, messages, max_tokens, temperature, seed, response_format"
    return 400, _error(f"Unknown field 'reasoning_effort'. Allowed fields: {taken}")


def anthropic_has_no_temperature(call: Call) -> Refusal | None:
    return (400, _error("`temperature` is deprecated for this model.")) if "temperature" in call else None


def groq_wants_another_effort(call: Call) -> Refusal | None:
    if call.get("reasoning_effort", "none") in ("none", "default"):
        return None
    return 400, _error("`reasoning_effort` must be one of `none` or `default`")


def groq_knows_no_min_items(call: Call) -> Refusal | None:
    if "minItems" not in json.dumps(call.get("response_format", {})):
        return None
    return 400, _error(
        "invalid schema for response format: response_format/json_schema/points: minItems is not supported"
    )


def groq_has_no_json_schema(call: Call) -> Refusal | None:
    if call.get("response_format", {}).get("type") != "json_schema":
        return None
    return 400, _error("This model does not support response format `json_schema`.")


def deepseek_has_no_json_schema(call: Call) -> Refusal | None:
    if call.get("response_format", {}).get("type") != "json_schema":
        return None
    return 400, _error("This response_format type is unavailable now", code="invalid_request_error")


def deepseek_wants_the_word_json(call: Call) -> Refusal | None:
    said = " ".join(m["content"] for m in call["messages"]).casefold()
    if call.get("response_format", {}).get("type") != "json_object" or "json" in said:
        return None
    message = "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'."
    return 400, _error(message, code="invalid_request_error")


def lmstudio_has_no_json_object(call: Call) -> Refusal | None:
    if call.get("response_format", {}).get("type") != "json_object":
        return None
    return 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}


def llamacpp_cannot_read_the_schema(call: Call) -> Refusal | None:
    if call.get("response_format", {}).get("type") != "json_schema":
        return None
    message = 'Either "json_schema" or "grammar" can be specified, but not both'
    return 400, {"error": {"code": 400, "message": message, "type": "invalid_request_error"}}


def ollama_does_not_think(call: Call) -> Refusal | None:
    if "reasoning_effort" not in call:
        return None
    return 400, _error('"llama3.2" does not support thinking', type="api_error")


def ollama_wants_another_think_value(call: Call) -> Refusal | None:
    if "reasoning_effort" not in call:
        return None
    return 400, _error('think value "low" is not supported for this model', type="api_error")


def openrouter_quotes_a_refusal(call: Call) -> Refusal | None:
    if "temperature" not in call:
        return None
    raw = json.dumps(_error("Unsupported parameter: 'temperature' is not supported with this model."))
    return 400, {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}}


def mistral_template_wants_roles_to_alternate(call: Call) -> Refusal | None:
    roles = [m["role"] for m in call["messages"]]
    if not any(a == b for a, b in pairwise(roles)):
        return None
    message = "After the optional system message, conversation roles must alternate user/assistant/user/assistant/..."
    return 400, {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}


def mixtral_template_has_no_system(call: Call) -> Refusal | None:
    roles = [m["role"] for m in call["messages"]]
    if roles[0] == "user" and not any(a == b for a, b in pairwise(roles)):
        return None
    message = "Conversation roles must alternate user/assistant/user/assistant/..."
    return 500, {"error": {"code": 500, "message": f"Jinja Exception: {message}", "type": "server_error"}}


def gemma_template_has_no_system(call: Call) -> Refusal | None:
    if call["messages"][0]["role"] != "system":
        return None
    return 400, {"object": "error", "message": "System role not supported", "type": "BadRequestError", "code": 400}


def openrouter_has_little_credit(call: Call) -> Refusal | None:
    if (asked := _limit(call)) <= 2212:
        return None
    message = f"This request requires more credits, or fewer max_tokens. You requested up to {asked} tokens"
    return 402, {"error": {"message": f"{message}, but can only afford 2212.", "code": 402}}


def gateway_names_nothing(call: Call) -> Refusal | None:
    return (400, _error("Bad request")) if "seed" in call or "temperature" in call else None


def gateway_is_under_maintenance(call: Call) -> Refusal | None:
    return 400, _error("Service is under maintenance")


def dashscope_takes_streams_alone(call: Call) -> Refusal | None:
    if call.get("stream"):
        return None
    message = "This model only support stream mode, please enable the stream parameter to access the model."
    return 400, _error(message, code="invalid_parameter_error")


def gateway_knows_no_stream_options(call: Call) -> Refusal | None:
    return (400, _error("Unrecognized request argument supplied: stream_options")) if "stream_options" in call else None


def _tokens(call: Call) -> int:
    return sum(len(m["content"]) for m in call["messages"]) // 4


def _limit(call: Call) -> int:
    return call.get("max_completion_tokens") or call.get("max_tokens") or 1 << 30


def vllm_counts_the_limit_into_its_window(call: Call) -> Refusal | None:
    prompt, limit = _tokens(call), _limit(call)
    if prompt + limit <= 4000:
        return None
    message = (
        f"This model's maximum context length is 4000 tokens. However, you requested {prompt + limit} tokens "
        f"({prompt} in the messages, {limit} in the completion). Please reduce the length of the messages or completion."
    )
    return 400, {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}


def groq_counts_the_limit_into_a_minute(call: Call) -> Refusal | None:
    asked = _tokens(call) + _limit(call)
    if asked <= 3000:
        return None
    message = (
        f"Request too large for model `m` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): "
        f"Limit 3000, Requested {asked}, please reduce your message size and try again."
    )
    return 413, {"error": {"message": message, "type": "tokens", "code": "rate_limit_exceeded"}}


def llamacpp_refuses_what_its_window_does_not_hold(call: Call, makes: float = 1) -> Refusal | None:
    prompt = int(makes * _tokens(call))
    if prompt <= 4096:
        return None
    message = f"request ({prompt} tokens) exceeds the available context size (4096 tokens), try increasing it"
    more = {"type": "exceed_context_size_error", "n_prompt_tokens": prompt, "n_ctx": 4096}
    return 400, {"error": {"code": 400, "message": message, **more}}


def gemini_refuses_a_long_prompt(call: Call) -> Refusal | None:
    if (prompt := _tokens(call)) <= 4096:
        return None
    return 400, _google(f"The input token count ({prompt}) exceeds the maximum number of tokens allowed (4096).")


def together_counts_the_limit_into_its_window(call: Call) -> Refusal | None:
    prompt, limit = _tokens(call), _limit(call)
    if prompt + limit <= 4097:
        return None
    message = "`inputs` tokens + `max_new_tokens` must be <= 4097."
    return 422, _error(
        f"Input validation error: {message} Given: {prompt} `inputs` tokens and {limit} `max_new_tokens`"
    )


def anthropic_counts_the_limit_into_its_window(call: Call) -> Refusal | None:
    prompt, limit = _tokens(call), _limit(call)
    if prompt + limit <= 4096:
        return None
    message = f"input length and `max_tokens` exceed context limit: {prompt} + {limit} > 4096"
    return 400, _error(f"{message}, decrease input length or `max_tokens` and try again")


def sglang_refuses_a_long_prompt(call: Call) -> Refusal | None:
    if (prompt := _tokens(call)) <= 4096:
        return None
    message = f"The input ({prompt} tokens) is longer than the model's context length (4096 tokens)."
    return 400, {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}


def llamacpp_counts_more_than_tiktoken(call: Call) -> Refusal | None:
    return llamacpp_refuses_what_its_window_does_not_hold(call, makes=2)


REFUSALS: dict[str, Callable[[Call], Refusal | None]] = {
    f.__name__: f
    for f in (
        openai_wants_max_completion_tokens,
        openai_takes_one_temperature,
        openai_knows_no_effort,
        openai_checks_the_schemas_name,
        openai_gives_short_answers,
        azure_filters,
        mistral_forbids_extras,
        gemini_knows_no_seed,
        gemini_knows_no_additional_properties,
        gemini_knows_no_strict,
        mistral_forbids_strict,
        gateway_lists_what_it_takes,
        anthropic_has_no_temperature,
        groq_wants_another_effort,
        groq_has_no_json_schema,
        groq_knows_no_min_items,
        groq_counts_the_limit_into_a_minute,
        deepseek_has_no_json_schema,
        deepseek_wants_the_word_json,
        lmstudio_has_no_json_object,
        llamacpp_cannot_read_the_schema,
        ollama_does_not_think,
        ollama_wants_another_think_value,
        openrouter_quotes_a_refusal,
        mistral_template_wants_roles_to_alternate,
        mixtral_template_has_no_system,
        gemma_template_has_no_system,
        openrouter_has_little_credit,
        gateway_names_nothing,
        gateway_is_under_maintenance,
        dashscope_takes_streams_alone,
        gateway_knows_no_stream_options,
        vllm_counts_the_limit_into_its_window,
        llamacpp_refuses_what_its_window_does_not_hold,
        llamacpp_counts_more_than_tiktoken,
        gemini_refuses_a_long_prompt,
        together_counts_the_limit_into_its_window,
        anthropic_counts_the_limit_into_its_window,
        sglang_refuses_a_long_prompt,
    )
}

# Permanent refusals: one line with what to do, and no second call.
ENDS: dict[str, Refusal] = {
    "openai_wrong_key": (401, _error("Incorrect API key provided: sk-canary.", code="invalid_api_key")),
    "gemini_wrong_key": (400, _google("API key not valid. Please pass a valid API key.")),
    "openai_no_quota": (429, _error("You exceeded your current quota.", code="insufficient_quota")),
    "anthropic_no_credit": (400, _error("Your credit balance is too low to access the Anthropic API.")),
    "deepseek_no_balance": (402, _error("Insufficient Balance")),
    "gemini_no_quota_today": (
        429,
        [{"error": {"code": 429, "message": "You exceeded your current quota", "status": "RESOURCE_EXHAUSTED",
                    "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}],
    ),
    "openai_no_such_model": (404, _error("The model `m` does not exist or you do not have access to it.", code="model_not_found")),
    "ollama_no_such_model": (404, _error('model "m" not found, try pulling it first', type="api_error")),
    "mistral_no_such_model": (400, {"object": "error", "message": "Invalid model: m", "type": "invalid_model", "code": "1500"}),
    "groq_no_tokens_today": (
        429,
        _error("Rate limit reached for model `m` in organization `org_1` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 1h3m12.5s.", code="rate_limit_exceeded"),
    ),
    "openrouter_no_free_calls_today": (
        429,
        {"error": {"message": "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day", "code": 429}},
    ),
    "openrouter_no_credit": (
        402,
        {"error": {"message": "This request requires more credits, or fewer max_tokens. You requested up to 4496 tokens, but can only afford 22.", "code": 402}},
    ),
    "openai_forbidden_model": (403, _error("Project `p` does not have access to model `m`", code="model_not_found")),
    "openai_forbidden_country": (403, _error("Country, region, or territory not supported", code="unsupported_country_region_territory")),
    "gateway_waits_an_hour": (429, _error("Please retry after 61 minutes.")),
}  # fmt: skip

# Failures that occur once, each with its own body, and are retried.
PASSING: dict[str, Refusal] = {
    "groq_says_that_the_json_failed": (400, _error("Failed to generate JSON. See 'failed_generation'.", code="json_validate_failed", failed_generation="{")),
    "gemini_waits_a_minute": (
        429,
        [{"error": {"code": 429, "message": "You exceeded your current quota", "status": "RESOURCE_EXHAUSTED",
                    "details": [{"violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}]}, {"retryDelay": "7s"}]}}],
    ),
    "groq_counts_the_last_day": (
        429,
        _error("Rate limit reached for model `m` in organization `org_1` on tokens per day (TPD): Limit 100000, Used 99950, Requested 58. Please try again in 7.2s.", code="rate_limit_exceeded"),
    ),
    "openrouter_error_in_a_200": (200, {"error": {"message": "Provider returned error", "code": 502}}),
    "openrouter_busy_in_a_200": (200, {"error": {"message": "temporarily rate-limited upstream", "code": 429}}),
    "openrouter_no_choices": (200, {"id": "x", "choices": [], "usage": None}),
}  # fmt: skip


@dataclass
class FakeEndpoint:
    """The endpoint: its traits, how much it thinks, what it reads, and what it was asked."""

    traits: tuple[str, ...] = ()
    thinks: int | Callable[[int], int] = 0  # tokens of thought, or a function of the call's number
    shape: str = "told"  # where the thought goes
    stop_reason: str = "stop"
    window: int | None = None  # tokens that are read; whatever precedes them is lost silently
    full_at: int | None = None  # prompt and answer together stop here silently
    usage: bool = True
    caches: bool = False
    key: tuple[str, str] | None = None  # required header and value
    models: Any = None
    echoes: int = 0  # the status of a refusal that quotes the key, both whole and cut
    calls: list[Call] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    refused: int = 0
    url: str = ""
    writes: Callable[[Call], str] | None = None  # answers instead of the smallest ones that fit the schema
    numbers: Iterator[int] = field(default_factory=count)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def asked(self) -> int:
        return len(self.calls)

    def answer(self, call: Call) -> Refusal:
        number = next(self.numbers)
        for name in self.traits:
            refusal = REFUSALS[name](call) if name in REFUSALS else None
            refusal = ENDS.get(name, refusal)
            if name in PASSING and number == 0:
                refusal = PASSING[name]
            if refusal is not None:
                with self.lock:
                    self.refused += 1
                return refusal
        return 200, self._reply(call, number)

    def _reply(self, call: Call, number: int) -> dict[str, Any]:
        words = "\n".join(m["content"] for m in call["messages"])
        prompt = len(words) // 4
        if self.window is not None and "ollama_drops_messages" in self.traits:
            words = "\n".join(m["content"] for m in kept_as_ollama_does(call["messages"], self.window))
            prompt = len(words) // 4
        if self.window is not None and prompt > self.window:
            free = 1 if "whole_window_for_the_prompt" in self.traits else 2  # half of it for the answer, as Ollama does
            words = words[-4 * self.window // free :]
            prompt = len(words) // 4
        about_the_word = "the word of this page" in call["messages"][-1]["content"]
        text = self.writes(call) if self.writes and not about_the_word else json.dumps(instance(wanted(call), words))
        if "schema_ignored" in self.traits and call.get("response_format"):
            text = "Sure! Here is what was said."
        thought = self.thinks(number) if callable(self.thinks) else self.thinks
        made = max(1, len(text) // 4)
        limit = _limit(call) if self.full_at is None else min(_limit(call), self.full_at - prompt)
        finish = self.stop_reason
        if thought + made > limit:
            finish, thought = "length", min(thought, limit)
            text, made = text[: 4 * (limit - thought)], limit - thought
        message, usage = shaped(self.shape, text, thought, prompt, made)
        usage["prompt_tokens_details"] = {"cached_tokens": prompt // 2 if self.caches and number else 0}
        reply = {"id": "x", "object": "chat.completion", "created": 1, "model": call["model"]}
        reply["choices"] = [{"index": 0, "message": message, "finish_reason": finish}]
        return reply | ({"usage": usage} if self.usage else {})


# All traits of each endpoint in the table in docs/endpoints.md, in its order, by the beginning of its name.
AS_ENDPOINTS: dict[str, dict[str, Any]] = {
    "openai": {
        "traits": (
            "openai_wants_max_completion_tokens",
            "openai_takes_one_temperature",
            "openai_checks_the_schemas_name",
        ),
        "thinks": 1200,
        "caches": True,
    },
    "azure": {"traits": ("openai_takes_one_temperature",), "key": ("api-key", "sk-canary-0987654321"), "thinks": 700},
    "openrouter": {
        "traits": ("openrouter_busy_in_a_200", "openrouter_quotes_a_refusal"),
        "thinks": 600,
        "shape": "reasoning",
    },
    "gemini": {
        "traits": (
            "gemini_knows_no_seed",
            "gemini_knows_no_additional_properties",
            "gemini_refuses_a_long_prompt",
        ),
        "thinks": 900,
        "shape": "left out",
        "models": {"data": [{"id": "models/m"}]},
    },
    "anthropic": {
        "traits": ("anthropic_has_no_temperature", "schema_ignored", "anthropic_counts_the_limit_into_its_window"),
    },
    "groq": {"traits": ("groq_says_that_the_json_failed", "groq_wants_another_effort", "groq_has_no_json_schema")},
    "deepseek": {
        "traits": ("deepseek_has_no_json_schema", "deepseek_wants_the_word_json"),
        "thinks": 1500,
        "shape": "reasoning_content",
    },
    "mistral": {"traits": ("mistral_forbids_extras",), "thinks": 300, "shape": "parts"},
    "together": {
        "traits": ("together_counts_the_limit_into_its_window",),
        "thinks": 300,
        "shape": "marks",
        "stop_reason": "eos",
        "models": [{"id": "m", "context_length": 8192}],
    },
    "ollama": {
        "traits": ("ollama_wants_another_think_value", "ollama_drops_messages"),
        "thinks": 500,
        "shape": "reasoning",
        "window": 4096,
    },
    "lmstudio": {"traits": ("lmstudio_has_no_json_object",), "shape": "instead"},
    "vllm": {
        "traits": ("vllm_counts_the_limit_into_its_window",),
        "models": {"data": [{"id": "m", "max_model_len": 4000}]},
    },
    "sglang": {"traits": ("sglang_refuses_a_long_prompt",), "thinks": 400, "shape": "closing mark"},
    "llamacpp": {
        "traits": ("llamacpp_cannot_read_the_schema", "llamacpp_refuses_what_its_window_does_not_hold"),
        "models": {"data": [{"id": "m", "meta": {"n_ctx": 4096}}]},
    },
    "anythingelse": {"traits": ("gateway_names_nothing",), "usage": False},
}


def shaped(shape: str, text: str, thought: int, prompt: int, made: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A message and its usage, with the thought where a server of this kind puts it."""
    words = " hmm" * thought
    message: dict[str, Any] = {"role": "assistant", "content": text}
    usage: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": thought + made,
        "total_tokens": prompt + thought + made,
    }
    if shape == "told":
        usage["completion_tokens_details"] = {"reasoning_tokens": thought}
    elif shape in ("reasoning_content", "reasoning"):
        message[shape] = words
    elif shape == "marks":
        message["content"] = f"<think>{words}</think>\n\n{text}" if text else f"<think>{words}"
    elif shape == "closing mark":
        message["content"] = f"{words}</think>\n\n{text}"
    elif shape == "parts":
        inner = [{"type": "text", "text": words}]
        message["content"] = [{"type": "thinking", "thinking": inner}, {"type": "text", "text": text}]
    elif shape == "untold":
        pass
    elif shape == "left out":
        usage["completion_tokens"] = made
    elif shape == "instead":
        message |= {"content": "", "reasoning_content": text}
    return message, usage


def streamed(reply: dict[str, Any]) -> str:
    """A reply as a stream: pieces of text, the finish reason, then the usage."""
    choice = reply["choices"][0]
    text = choice["message"]["content"]
    pieces: list[dict[str, Any]] = [{"delta": {"content": text[n : n + 5]}} for n in range(0, len(text), 5)]
    pieces.append({"delta": {}, "finish_reason": choice["finish_reason"]})
    chunks: list[dict[str, Any]] = [reply | {"choices": [piece], "usage": None} for piece in pieces]
    chunks.append(reply | {"choices": []})
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def kept_as_ollama_does(messages: list[dict[str, Any]], window: int) -> list[dict[str, Any]]:
    """The messages that fit: the oldest are dropped first, but never system messages nor the last one."""
    for first in range(len(messages)):
        kept = [m for n, m in enumerate(messages) if n >= first or m["role"] == "system"]
        if _tokens({"messages": kept}) <= window:
            break
    return kept


def wanted(call: Call) -> dict[str, Any]:
    """The schema for the answer, from the request's own field or from the prompt."""
    form = call.get("response_format", {}).get("json_schema", {})
    if form:
        return form["schema"]
    return json.loads(call["messages"][-1]["content"].rpartition("JSON schema:\n")[2])


def instance(schema: dict[str, Any], words: str) -> Any:
    """The smallest value that fits a schema; a string is the canary word if the words read contain it."""
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return instance(schema["anyOf"][0], words)
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: instance(inner, words) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance(schema["items"], words)] * max(1, schema.get("minItems", 1))
    if kind == "string":
        return WORD if f"word of this page is {WORD}" in words else "said"
    return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": True}.get(kind)


@contextmanager
def serving(fake: FakeEndpoint) -> Iterator[FakeEndpoint]:
    """The endpoint, listening."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with fake.lock:
                fake.calls.append(call)
                fake.paths.append(self.path)
                fake.keys.append(self.headers.get("authorization", "") + self.headers.get("api-key", ""))
            if fake.key and self.headers.get(fake.key[0]) != fake.key[1]:
                return self._send(401, _error("Access denied due to invalid subscription key"))
            if fake.echoes:
                return self._send(fake.echoes, _error(f"no: {fake.keys[-1]}, which is {fake.keys[-1][:19]}***21"))
            if "html_page" in fake.traits:
                return self._send(200, "<html><body>Sign in to the network</body></html>")
            if "html_refusal" in fake.traits:
                return self._send(403, "<!DOCTYPE html><title>Blocked</title>")
            status, body = fake.answer(call)
            if call.get("stream") and status == 200:
                return self.send(status, streamed(body).encode(), "text/event-stream")
            return self._send(status, body)

        def do_GET(self) -> None:
            listed = fake.models or {"object": "list", "data": [{"id": "m"}, {"id": "m-large"}]}
            self._send(200, listed)

        def _send(self, status: int, body: Any) -> None:
            if isinstance(body, str):
                self.send(status, body.encode(), "text/html")
            else:
                self.send(status, json.dumps(body).encode())

    with listening(Handler) as url:
        fake.url = f"{url}/v1"
        yield fake
