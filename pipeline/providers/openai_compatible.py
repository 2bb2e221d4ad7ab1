"""The one adapter: any endpoint that speaks OpenAI's chat completions, through the openai SDK.

Response formats go down a ladder (json_schema, json_object, text), a rung at a time, when the endpoint
refuses or ignores one. Transport faults are retried here and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, get_args

import httpx2
import openai
import tenacity

from pipeline.answers import holds_json
from pipeline.errors import CallError, ContextTooLong, EndpointError
from pipeline.llm import Completion, FinishReason, Message, Request, Rung, Usage
from pipeline.prompting import PromptSet
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.gate import Gate
from pipeline.providers.http import BodyTooLarge, bounded_client, hung_up, never_connected
from pipeline.tokens import count_tokens

RUNGS: tuple[Rung, ...] = get_args(Rung)
_LONGEST_WAIT = 60.0
_MOST_GIVEN_UP = 3  # calls in a row, each after all its tries


class OpenAICompatible:
    """An LLMClient for an endpoint. Use as an async context manager, or call `aclose`."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        prompts: PromptSet | None = None,
        rung: Rung = "json_schema",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        gate: Gate | None = None,
        on_rung: Callable[[Rung], None] | None = None,
        on_retry: Callable[[Request, EndpointError], None] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.endpoint, self.rung, self.retried = endpoint, rung, 0
        self._prompts, self._on_rung, self._on_retry = prompts or PromptSet(), on_rung, on_retry
        self._gate = gate or Gate(endpoint.concurrency, rpm=endpoint.rpm, tpm=endpoint.tpm)
        self._sleep, self._given_up = sleep, 0
        try:
            self._client = openai.AsyncOpenAI(
                base_url=endpoint.base_url,
                api_key=endpoint.api_key,
                max_retries=0,
                timeout=httpx2.Timeout(endpoint.deadline, connect=10),
                http_client=self._http_client(transport),
            )
        except openai.OpenAIError as err:
            raise EndpointError("no API key", hint="set OPENAI_API_KEY, or use --model local", fatal=True) from err

    def _http_client(self, transport: httpx2.AsyncBaseTransport | None) -> Any:
        return bounded_client(self.endpoint.base_url, self.endpoint.concurrency, transport)

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
        """The whole answer, retried on transport faults, a rung lower where the format is refused or ignored.

        A call that waits to be tried again gives its place to others.
        """
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(lambda e: isinstance(e, CallError) and e.retryable),
            stop=self._stop,
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
            before_sleep=lambda state: self._count_retry(request, state),
        )
        while True:
            rung = self.rung
            try:
                completion: Completion = await retrying(self._once, request, rung)
            except _FormatRefused as err:
                if not self._step_down(rung):
                    raise EndpointError(f"{self.endpoint.model}: {err}") from err
                continue
            except EndpointError as err:
                if last := self._last_straw(err):
                    raise last from err
                raise
            self._given_up = 0
            if completion.finish_reason == "stop" and not holds_json(completion.text) and self._step_down(rung):
                continue
            return completion

    def _last_straw(self, err: EndpointError) -> EndpointError | None:
        """An error that ends the run, when this call and those before it were all given up; else None."""
        self._given_up += err.retryable
        if err.fatal or self._given_up < _MOST_GIVEN_UP:
            return None
        many = f"{self._given_up} calls in a row were given up, the last one: {err}"
        return EndpointError(many, hint="run again later; every answer so far is stored", fatal=True)

    def stop(self, because: str) -> None:
        """Asks nothing more; calls that are under way finish."""
        self._gate.shut(EndpointError(because, fatal=True))

    async def list_models(self) -> list[str]:
        """Names of the models that the endpoint offers."""
        try:
            async with asyncio.timeout(30):
                return sorted([model.id async for model in self._client.models.list()])
        except (openai.OpenAIError, TimeoutError, ValueError, TypeError, AttributeError) as err:
            raise self._classify(err) from err

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        """A server that is not there is given up soon, one that hangs at the second time, one that is busy late."""
        error = state.outcome.exception() if state.outcome else None
        tries = self.endpoint.attempts
        if isinstance(error, _PushedBack):
            tries *= 3
        elif isinstance(error, _NoAnswerInTime):
            tries = min(2, tries)
        elif isinstance(error, EndpointError) and error.fatal:
            tries = min(3, tries)
        return state.attempt_number >= tries

    def _count_retry(self, request: Request, state: tenacity.RetryCallState) -> None:
        self.retried += 1
        error = state.outcome.exception() if state.outcome else None
        if self._on_retry and isinstance(error, EndpointError):
            self._on_retry(request, error)

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
        gate = self._gate
        number = await gate.enter(request.rank, self._tokens_at_most(request))
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.endpoint.deadline):
                # The SDK without its types: walking them costs more than everything else that a call does.
                body = self._body(request, rung)
                reply = await self._client.post("/chat/completions", body=body, cast_to=httpx2.Response)
            gate.heard(number, reply.headers)
            completion = self._read(reply.json(), request, rung, time.monotonic() - started)
            gate.went_well()
        except (openai.OpenAIError, TimeoutError, ValueError, TypeError, AttributeError) as err:
            if isinstance(err, openai.APIStatusError):
                gate.heard(number, err.response.headers)
            error = self._classify(err)
            if isinstance(error, _PushedBack):
                gate.pushed_back(number, error.retry_after)
            raise error from err
        finally:
            gate.leave()
        return completion

    def _tokens_at_most(self, request: Request) -> int:
        """Endpoints count what an answer may take as spent; four characters a token will do for the rest."""
        return sum(len(m.content) for m in request.messages) // 4 + request.max_tokens

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

    def _read(self, reply: Any, request: Request, rung: Rung, seconds: float) -> Completion:
        choices = reply.get("choices") if isinstance(reply, dict) else None
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            raise EndpointError(
                f"{self.endpoint.host}: the answer is no chat completion",
                retryable=True,
                hint="does the base URL end in /v1?",
            )
        message, told = choices[0].get("message"), choices[0].get("finish_reason")
        content, refusal = (message.get("content"), message.get("refusal")) if isinstance(message, dict) else ("", "")
        finish: FinishReason = told if told in ("stop", "length", "content_filter") else "unknown"
        if refusal:
            finish = "refusal"
        elif not isinstance(content, str) or (not content and finish not in ("length", "content_filter")):
            if finish != "content_filter":
                raise EndpointError(f"{self.endpoint.host}: the answer is empty", retryable=True)
            content = ""
        text = str(content or refusal or "").encode("utf-8", "replace").decode("utf-8")
        model = reply.get("model")
        answered_by = model if isinstance(model, str) and model else self.endpoint.model
        return Completion(text, finish, _usage(reply, request, text), answered_by, rung, round(seconds, 3))

    def _classify(self, err: Exception) -> CallError:
        """An SDK error as one of ours. Server text is shown only where it cannot hold a key."""
        host, model = self.endpoint.host, self.endpoint.model
        if never_connected(err):
            hint = "is the server up, and is the base URL right?"
            return EndpointError(f"{host}: cannot be reached", hint=hint, retryable=True, fatal=True)
        if hung_up(err):
            return EndpointError(f"{host}: the connection was cut before the answer was whole", retryable=True)
        if isinstance(err, TimeoutError | openai.APITimeoutError):
            return _NoAnswerInTime(f"{host}: no whole answer within {self.endpoint.deadline:g} s", retryable=True)
        if isinstance(err.__cause__, BodyTooLarge):
            return EndpointError(f"{host}: the answer cannot be read: {err.__cause__}")
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
            kind = _PushedBack if status in (429, 503, 529) else EndpointError
            return kind(f"{host}: busy or failing (HTTP {status})", retryable=True, retry_after=wait)
        return EndpointError(
            f"{host}: the call was refused (HTTP {status}): {_scrub(told, self.endpoint.api_key)[:200]}"
        )


class _FormatRefused(CallError):
    """The endpoint does not take this response format."""


class _PushedBack(EndpointError):
    """The endpoint asks for fewer calls."""


class _NoAnswerInTime(EndpointError):
    """The deadline of a call passed."""


def _usage(reply: dict[str, Any], request: Request, text: str) -> Usage:
    """Tokens as the endpoint tells them, else counted and marked as estimated."""
    told = reply.get("usage")
    sent = _count(told, "prompt_tokens")
    if sent is None:
        return Usage(sum(count_tokens(m.content) for m in request.messages), 0, count_tokens(text), estimated=True)
    details = told.get("prompt_tokens_details") if isinstance(told, dict) else None
    return Usage(sent, _count(details, "cached_tokens") or 0, _count(told, "completion_tokens") or 0)


def _count(told: Any, name: str) -> int | None:
    value = told.get(name) if isinstance(told, dict) else None
    return value if isinstance(value, int) and 0 <= value < 1 << 40 else None


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


_backoff = tenacity.wait_exponential_jitter(multiplier=0.25, max=20, jitter=0.25)


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
