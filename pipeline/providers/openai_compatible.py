"""The one adapter: any endpoint that speaks OpenAI's chat completions, through the openai SDK.

Response formats go down a ladder (json_schema, json_object, text), a rung at a time, when the endpoint
refuses or ignores one. Transport faults are retried here and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, get_args
from urllib.parse import urlsplit

import httpx2
import openai
import tenacity
from openai.types.chat import ChatCompletion

from pipeline.answers import holds_json
from pipeline.errors import CallError, ContextTooLong, EndpointError
from pipeline.llm import Completion, FinishReason, Message, Request, Rung, Usage
from pipeline.prompting import PromptSet
from pipeline.tokens import count_tokens

RUNGS: tuple[Rung, ...] = get_args(Rung)
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call, and how patiently. The key never shows in a repr."""

    base_url: str
    model: str
    api_key: str
    deadline: float = 600.0  # seconds for one call, a slow drip included
    attempts: int = 6
    concurrency: int = 8
    strict_limits: bool = False  # whether maxLength and the like may stand in a schema
    llama_cpp: bool = False  # whether words can be barred, as llama.cpp's server does

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r}, model={self.model!r})"

    @property
    def host(self) -> str:
        """Scheme and host, the only part of the address that goes into a document."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.hostname}"


class OpenAICompatible:
    """An LLMClient for an endpoint. Use as an async context manager, or call `aclose`."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        prompts: PromptSet | None = None,
        rung: Rung = "json_schema",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_rung: Callable[[Rung], None] | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        self.endpoint, self.rung, self.retried = endpoint, rung, 0
        self._prompts, self._sleep, self._on_rung = prompts or PromptSet(), sleep, on_rung
        self._gate = asyncio.Semaphore(endpoint.concurrency)
        loopback = urlsplit(endpoint.base_url).hostname in {"127.0.0.1", "localhost", "::1"}
        try:
            self._client = openai.AsyncOpenAI(
                base_url=endpoint.base_url,
                api_key=endpoint.api_key,
                max_retries=0,
                timeout=httpx2.Timeout(endpoint.deadline, connect=10),
                http_client=http_client
                or openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=not loopback),
            )
        except openai.OpenAIError as err:
            raise EndpointError("no API key", hint="set OPENAI_API_KEY, or use --model local", fatal=True) from err

    @property
    def model(self) -> str:
        """The model asked for."""
        return self.endpoint.model

    async def __aenter__(self) -> OpenAICompatible:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes connections."""
        await self._client.close()

    async def complete(self, request: Request) -> Completion:
        """The whole answer, retried on transport faults, a rung lower where the format is refused or ignored."""
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(lambda e: isinstance(e, CallError) and e.retryable),
            stop=self._stop,
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
            before_sleep=self._count_retry,
        )
        async with self._gate:
            while True:
                rung = self.rung
                try:
                    completion: Completion = await retrying(self._once, request, rung)
                except _FormatRefused as err:
                    if not self._step_down(rung):
                        raise EndpointError(f"{self.endpoint.model}: {err}") from err
                    continue
                if completion.finish_reason == "stop" and not holds_json(completion.text) and self._step_down(rung):
                    continue
                return completion

    async def list_models(self) -> list[str]:
        """Names of the models that the endpoint offers."""
        try:
            async with asyncio.timeout(30):
                return sorted([model.id async for model in self._client.models.list()])
        except (openai.OpenAIError, TimeoutError, ValueError, TypeError, AttributeError) as err:
            raise self._classify(err) from err

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        """A server that is not there is given up sooner than one that is busy."""
        error = state.outcome.exception() if state.outcome else None
        gone = isinstance(error, EndpointError) and error.fatal
        return state.attempt_number >= (min(3, self.endpoint.attempts) if gone else self.endpoint.attempts)

    def _count_retry(self, state: tenacity.RetryCallState) -> None:
        self.retried += 1

    def _step_down(self, from_rung: Rung) -> bool:
        """One rung lower for this and later calls; False at the bottom."""
        at = RUNGS.index(from_rung)
        if at + 1 == len(RUNGS):
            return False
        if self.rung == from_rung:
            self.rung = RUNGS[at + 1]
            if self._on_rung:
                self._on_rung(self.rung)
        return True

    async def _once(self, request: Request, rung: Rung) -> Completion:
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.endpoint.deadline):
                reply = await self._client.post(
                    "/chat/completions", body=self._body(request, rung), cast_to=ChatCompletion
                )
        except (openai.OpenAIError, TimeoutError, ValueError, TypeError, AttributeError) as err:
            raise self._classify(err) from err
        return self._read(reply, request, rung, time.monotonic() - started)

    def _body(self, request: Request, rung: Rung) -> dict[str, Any]:
        schema = request.schema if self.endpoint.strict_limits else without_limits(request.schema)
        messages = list(request.messages)
        body: dict[str, Any] = {
            "model": self.endpoint.model,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
        }
        if self.endpoint.llama_cpp and request.avoid:
            body["logit_bias"] = [[word, False] for word in request.avoid]
        if self._newer_openai():
            body["max_completion_tokens"] = body.pop("max_tokens")
            del body["temperature"]
        if rung == "json_schema":
            wrapped = {"name": request.name.replace("/", "_"), "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": wrapped}
        else:
            text = self._prompts.load("schema_in_text.v1").render(schema=json.dumps(schema, ensure_ascii=False))
            messages[-1] = Message(messages[-1].role, f"{messages[-1].content}\n\n{text}")
            if rung == "json_object":
                body["response_format"] = {"type": "json_object"}
        body["messages"] = [{"role": m.role, "content": m.content} for m in messages]
        return body

    def _newer_openai(self) -> bool:
        """OpenAI's reasoning models take neither `max_tokens` nor a temperature."""
        return self.endpoint.model.startswith(("o1", "o3", "o4", "gpt-5"))

    def _read(self, reply: object, request: Request, rung: Rung, seconds: float) -> Completion:
        if not isinstance(reply, ChatCompletion) or not isinstance(reply.choices, list) or not reply.choices:
            raise EndpointError(
                f"{self.endpoint.host}: the answer is no chat completion",
                retryable=True,
                hint="does the base URL end in /v1?",
            )
        choice = reply.choices[0]
        if choice.message is None or (choice.message.content is None and not choice.message.refusal):
            raise EndpointError(f"{self.endpoint.host}: the answer is empty", retryable=True)
        finish: FinishReason = "unknown"
        if choice.message.refusal:
            finish = "refusal"
        elif choice.finish_reason in ("stop", "length", "content_filter"):
            finish = choice.finish_reason
        text = choice.message.content or choice.message.refusal or ""
        text = text.encode("utf-8", "replace").decode("utf-8")
        usage = self._usage(reply, request, text)
        return Completion(text, finish, usage, reply.model or self.endpoint.model, rung, round(seconds, 3))

    def _usage(self, reply: ChatCompletion, request: Request, text: str) -> Usage:
        told = reply.usage
        if told is None:
            sent = sum(count_tokens(m.content) for m in request.messages)
            return Usage(sent, 0, count_tokens(text), estimated=True)
        cached = (told.prompt_tokens_details.cached_tokens if told.prompt_tokens_details else 0) or 0
        return Usage(told.prompt_tokens or 0, cached, told.completion_tokens or 0)

    def _classify(self, err: Exception) -> CallError:
        """An SDK error as one of ours. Server text is shown only where it cannot hold a key."""
        host, model = self.endpoint.host, self.endpoint.model
        if isinstance(err, TimeoutError | openai.APITimeoutError):
            return EndpointError(f"{host}: no whole answer within {self.endpoint.deadline:g} s", retryable=True)
        if isinstance(err, openai.APIConnectionError):
            return EndpointError(
                f"{host}: cannot be reached",
                hint="is the server up, and is the base URL right?",
                retryable=True,
                fatal=True,
            )
        if not isinstance(err, openai.APIStatusError):
            return EndpointError(f"{host}: the answer could not be read ({type(err).__name__})", retryable=True)
        status, told = err.status_code, _told(err)
        if status in (401, 403):
            return EndpointError(
                f"{host}: the key was refused (HTTP {status})", hint="check OPENAI_API_KEY", fatal=True
            )
        if (
            "context" in told
            and ("length" in told or "exceed" in told or "window" in told)
            and status in (400, 413, 422, 500)
        ):
            return ContextTooLong(
                f"{model}: the prompt is longer than the model's context window", hint="lower --chunk-tokens"
            )
        if status == 404:
            return EndpointError(
                f"{host}: no model {model!r}, or no such address (HTTP 404)", hint="see: studydoc models", fatal=True
            )
        if "insufficient_quota" in told:
            return EndpointError(
                f"{host}: the account's quota is used up", hint="nothing is lost: run again later", fatal=True
            )
        if status in (400, 422, 501) and any(
            word in told for word in ("response_format", "json_schema", "json_object", "schema", "grammar")
        ):
            return _FormatRefused(f"the response format was refused (HTTP {status})")
        if (
            status in (400, 422)
            and "model" in told
            and ("not found" in told or "not exist" in told or "unknown" in told or "invalid" in told)
        ):
            return EndpointError(f"{host}: no model {model!r} (HTTP {status})", hint="see: studydoc models", fatal=True)
        if status in (408, 409, 425, 429) or status >= 500:
            wait = retry_after(err.response.headers)
            return EndpointError(f"{host}: busy or failing (HTTP {status})", retryable=True, retry_after=wait)
        return EndpointError(
            f"{host}: the call was refused (HTTP {status}): {_scrub(told, self.endpoint.api_key)[:200]}"
        )


class _FormatRefused(CallError):
    """The endpoint does not take this response format."""


def _told(err: openai.APIStatusError) -> str:
    return f"{getattr(err, 'code', '') or ''} {err.message}".casefold()


def _scrub(text: str, key: str) -> str:
    return text.replace(key.casefold(), "…") if len(key) > 3 else text


def retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds that the server asks to wait, from `retry-after-ms` or `retry-after` (seconds or a date)."""
    if (ms := headers.get("retry-after-ms")) and ms.replace(".", "", 1).isdigit():
        return min(float(ms) / 1000, _LONGEST_WAIT)
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_WAIT)


_backoff = tenacity.wait_exponential_jitter(multiplier=0.5, max=20)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after", None)
    return float(asked) if asked is not None else float(_backoff(state))


_LIMITS = frozenset({"maxLength", "minLength", "minItems", "maxItems", "minimum", "maximum", "pattern"})


def without_limits(schema: Any) -> Any:
    """A schema without the keywords that strict endpoints refuse; code checks those limits on every answer."""
    if isinstance(schema, dict):
        return {k: without_limits(v) for k, v in schema.items() if k not in _LIMITS or isinstance(v, dict)}
    return [without_limits(v) for v in schema] if isinstance(schema, list) else schema
