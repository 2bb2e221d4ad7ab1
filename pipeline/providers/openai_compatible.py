"""The one adapter, for any endpoint that speaks OpenAI's chat completions, through the openai SDK.

What an endpoint accepts is learned from its replies: what a refusal names is renamed or left out, response formats are
lowered step by step (json_schema, json_object, text), and an answer that was cut in thought is requested again with
twice the room. All of that is learned once and remembered. Transport faults are retried here and nowhere else.

Loops that send a call again, the outermost first, and how often each may:

    complete              beside other calls, then alone if that was refused          2 passes
    _ask_until_answered   in another way, after a refusal, a cut or a lesson          24 ways a pass
    retrying              in the same way, after a transport fault                    `attempts` tries, varying by fault
    looking               whether the prompt was read in full                         2 questions a check
                          ... with more room for thought, doubled                     up to 65,536 tokens
                          ... in another way, if other calls have learned one         as often as they do
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
import openai

from pipeline.errors import CallError, EndpointError, spending, unbilled
from pipeline.llm import Completion, Request
from pipeline.llm.answers import holds_fields, holds_json
from pipeline.llm.prompting import PromptSet
from pipeline.providers import canary, learning
from pipeline.providers.capabilities import Capabilities, Lesson, keywords_of
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.faults import (
    MissedFormat,
    NoSuchModel,
    PushedBack,
    Refused,
    TooLong,
    Unreachable,
    classify,
    shown_cause,
)
from pipeline.providers.gate import Gate
from pipeline.providers.http import bounded_client, key_in
from pipeline.providers.looking import Looking
from pipeline.providers.offered import Offered, offered, with_served_models
from pipeline.providers.outgoing import Outdated, Outgoing, Retry, SentBack
from pipeline.providers.refusals import lesson
from pipeline.providers.replies import read_completion, read_json
from pipeline.providers.retrying import retrying
from pipeline.providers.sending import Sender
from pipeline.providers.turns import Turns

_MOST_GIVEN_UP = 3  # calls in a row that failed all their tries
_LONG_WAIT = 10.0  # seconds that a call waits for a server that answers no other meanwhile: the user is told
_SHOWN_IN_WORDS = 2  # answers without any JSON that show that the response format is ignored
_MOST_LESSONS = 24  # of one call; never reached, since each lesson leaves something out or doubles something


Learned = Callable[[Capabilities, str], None]
SDK_ERRORS = (openai.OpenAIError, httpx2.HTTPError, TimeoutError, ValueError, TypeError, AttributeError, RecursionError)


class OpenAICompatible:
    """An LLMClient for an endpoint. Use it as an async context manager, or call `aclose`."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        prompts: PromptSet | None = None,
        known: Capabilities | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        gate: Gate | None = None,
        on_learned: Learned | None = None,
        on_retry: Callable[[Request, EndpointError], None] = lambda request, error: None,
        on_look: Callable[[Request], None] = lambda request: None,
        on_wait: Callable[[str], None] = lambda line: None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`known` is what was learned before; `on_learned` gets new capabilities, and a line for the user or "".

        `on_look` is called before each check whether a request's prompt was read in full. `on_wait` gets a line for the
        user when a busy server, or one that has answered before and cannot be reached, is waited for.
        """
        self.endpoint, self.known = endpoint, known or Capabilities()
        self._prompts, self._on_learned, self._on_retry = prompts or PromptSet(), on_learned, on_retry
        self._gate = gate or Gate(endpoint.concurrency, rpm=endpoint.rpm, tpm=endpoint.tpm)
        self._on_wait = on_wait
        self._answers, self._reported_after = 0, -1  # answers so far, and their number when a wait was last told
        self._sleep, self._given_up = sleep, 0
        self._in_words = 0  # answers without any JSON in the present response format
        self._turns = Turns()
        self._looking = Looking(self, self._patiently, on_look)
        http = self._http_client(transport)
        if endpoint.key_header:
            http.event_hooks = {"request": [key_in(endpoint.key_header, endpoint.api_key)]}
        try:
            self._client = openai.AsyncOpenAI(
                base_url=endpoint.base_url,
                api_key=endpoint.api_key,
                max_retries=0,
                timeout=httpx2.Timeout(endpoint.deadline, connect=10),
                http_client=http,
                default_query=dict(endpoint.query),
            )
        except openai.OpenAIError as err:
            raise EndpointError(
                "no API key", hint=f"set {endpoint.key_name}, or use --model local", fatal=True
            ) from err
        self._sender = Sender(self._client, http)

    def _http_client(self, transport: httpx2.AsyncBaseTransport | None) -> Any:
        return bounded_client(self.endpoint.base_url, self.endpoint.concurrency, transport)

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.endpoint.model

    async def __aenter__(self) -> OpenAICompatible:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def complete(self, request: Request) -> Completion:
        """The complete answer, requested in a way that the endpoint accepts.

        Its usage includes everything that was spent on it, and so does the `spent` of an error.

        To learn each lesson only once, some calls are sent alone: the first of a run, since the server may have
        changed, the first of a kind that the endpoint has not yet accepted, and every call that was refused.
        """
        outgoing = Outgoing(request, self.endpoint, self._prompts, keywords_of(request.schema))
        try:
            with suppress(SentBack):
                return await self._in_turn(outgoing)
            async with self._turns.after_a_refusal():
                outgoing.waited = True
                return await self._ask_until_answered(outgoing, alone=True)
        except CallError as err:
            err.spent = outgoing.spent
            raise

    async def _in_turn(self, outgoing: Outgoing) -> Completion:
        """The answer, requested alone or beside other calls. SentBack if it was refused beside others."""
        if (self._is_new(outgoing) or self._turns.in_use) and await self._wait_for_turn(outgoing):
            try:
                outgoing.waited = self._is_new(outgoing)
                if outgoing.waited:
                    return await self._ask_until_answered(outgoing, alone=True)
            finally:
                self._turns.release()
        return await self._ask_until_answered(outgoing, alone=False)

    async def _wait_for_turn(self, outgoing: Outgoing) -> bool:
        return await self._turns.wait(patiently=not outgoing.keywords <= self.known.keywords_taken)

    def _is_new(self, outgoing: Outgoing) -> bool:
        return not self._turns.answered or not outgoing.keywords <= self.known.keywords_taken

    async def _ask_until_answered(self, outgoing: Outgoing, *, alone: bool) -> Completion:
        """The answer. If a call that is not `alone` is refused, learns from the refusal and raises SentBack."""
        last_way = ""
        for _ in range(_MOST_LESSONS):
            if reason := outgoing.prepare(self.known):
                raise unbilled(TooLong(f"{self.model}: {reason}"))
            result = await self._attempt(outgoing, alone=alone)
            if isinstance(result, Completion):
                await self._looking.look(result.usage.reported_prompt, outgoing)
                self._learn_from_answer(result, outgoing)
                return replace(result, usage=outgoing.spent)
            last_way = result.value
        raise EndpointError(f"{self.endpoint.address}: every form of the call was refused, the last {last_way}")

    async def _attempt(self, outgoing: Outgoing, *, alone: bool) -> Completion | Retry:
        """A usable answer, or the other way in which the call has to be sent."""
        try:
            answer = await self._patiently(outgoing)
        except Refused as err:
            self._learn_from(err, outgoing)
            if not alone:
                raise SentBack from None
            return Retry.REFUSED
        except Outdated:
            if not outgoing.waited and await self._wait_for_turn(outgoing):
                self._turns.release()
            outgoing.waited = True
            return Retry.OUTDATED
        except MissedFormat as err:
            if outgoing.known.lower_rung() is None:
                raise EndpointError(str(err)) from err
            outgoing.below += 1
            return Retry.LOWER_FORMAT
        except TooLong as err:
            size = outgoing.size
            self.learn(learning.from_overflow(err, self.known, size))
            shorter = learning.limit_for(outgoing.request, self.known, self.endpoint, size) < outgoing.limit
            if not shorter or learning.too_long(outgoing.request, self.known, size):
                raise
            return Retry.SHORTER
        except NoSuchModel as err:
            raise await with_served_models(err, self.model, self.list_models) from err
        self._turns.answered = True
        outgoing.spent = outgoing.spent + answer.usage
        self.learn(outgoing.confirmed(self.known))
        return self._asks_again(answer, outgoing) or answer

    def _learn_from_answer(self, answer: Completion, outgoing: Outgoing) -> None:
        self.learn(learning.from_answer(answer, self.known, outgoing.keywords))
        if self.known.ratio is None and (ratio := canary.ratio_of(answer.usage.reported_prompt, outgoing.request)):
            self.learn(Lesson(replace(self.known, ratio=ratio)))

    def _asks_again(self, completion: Completion, outgoing: Outgoing) -> Retry | None:
        """The other way in which an answered call has to be sent again; None if its answer is usable."""
        if completion.finish_reason == "length":
            learned = learning.from_cut(
                completion, outgoing.request, self.known, self.endpoint, outgoing.limit, outgoing.size
            )
            self.learn(learned)
            if isinstance(learned, learning.Full):
                raise unbilled(
                    TooLong(f"{self.model}: prompt and answer fill a context window of {learned.window:,} tokens")
                )
            if isinstance(learned, learning.MoreRoom):
                cut = EndpointError(f"{self.endpoint.address}: the answer was cut off while the model was thinking")
                self._on_retry(outgoing.request, spending(cut, completion.usage))
                return Retry.MORE_ROOM
        return Retry.LOWER_FORMAT if self._ignores_format(completion, outgoing.request, outgoing.known) else None

    def _ignores_format(self, completion: Completion, request: Request, sent_by: Capabilities) -> bool:
        """Whether to ask again because an answer without JSON suggests that the response format is ignored.

        That is concluded if it happens twice before any answer has followed the format; after that it is a slip of the
        model.
        """
        if completion.finish_reason != "stop" or request.schema is None:
            return False
        if holds_json(completion.text):
            if sent_by.rung not in self.known.kept and holds_fields(completion.text, request.schema):
                self.learn(Lesson(self.known.with_kept(sent_by.rung)))
            return False
        if (lower := sent_by.lower_rung()) is None or sent_by.rung in self.known.kept:
            return False
        self._in_words += self.known.rung == sent_by.rung
        if self.known.rung == sent_by.rung and self._in_words >= _SHOWN_IN_WORDS:
            self._in_words = 0
            notice = f"ignores {sent_by.rung}: {lower.rung} is used instead"
            self.learn(Lesson(replace(self.known, rung=lower.rung), notice))
        return True

    def learn(self, learned: Lesson | None) -> None:
        """Take in a lesson, and report it to `on_learned`."""
        if learned is None or learned.known == self.known:
            return
        self.known = learned.known
        if self._on_learned:
            place = f"{self.model} at {self.endpoint.address}"
            self._on_learned(self.known, f"{place} {learned.notice}" if learned.notice else "")

    def _learn_from(self, err: Refused, outgoing: Outgoing) -> None:
        """Learn from a refusal, unless another call already has. EndpointError if it teaches nothing."""
        if outgoing.outdated(self.known):
            return
        if learned := lesson(err.text, outgoing.body, self.known):
            self.learn(learned)
        elif not outgoing.guess(self.known):
            error = EndpointError(f"{self.model}: {err}")
            error.billed = err.billed
            raise (self._last_straw(error) or error) from err

    async def _patiently(self, outgoing: Outgoing) -> Completion:
        """One answer, with retries after transport faults.

        A call that waits for its next try gives its place to others.
        """
        before_retry = partial(self._before_retry, outgoing.request, self._answers)
        tries = retrying(self.endpoint.attempts, self._sleep, before_retry, lambda: self._turns.answered)
        try:
            answer: Completion = await tries(self._once, outgoing)
        except EndpointError as err:
            if last := self._last_straw(err):
                raise last from err
            raise
        finally:
            tries.iter_state.reset()  # it holds itself, and with it the call, until cycles are looked for
        self._given_up = 0
        self._answers += 1
        return answer

    def _before_retry(self, request: Request, answers: int, error: EndpointError, waited: float) -> None:
        """Report a failed try, and once that the run waits for the server, if no call has been answered meanwhile.

        There were `answers` before the call's first try. By its next try it will have waited for `waited` seconds.
        """
        awaited = isinstance(error, PushedBack) or (isinstance(error, Unreachable) and self._turns.answered)
        if awaited and waited >= _LONG_WAIT and answers == self._answers != self._reported_after:
            self._reported_after = self._answers
            why = "it answered before, so " if isinstance(error, Unreachable) else ""
            self._on_wait(f"{error.args[0]}; {why}the run waits for it")
        self._on_retry(request, error)

    async def _once(self, outgoing: Outgoing) -> Completion:
        gate = self._gate
        number = await gate.enter(outgoing.request.rank, _tokens_at_most(outgoing))
        started = time.monotonic()
        try:
            if (self._turns.in_use and not outgoing.waited) or outgoing.outdated(self.known):
                raise Outdated("asked another way")
            async with asyncio.timeout(self.endpoint.deadline):
                response = await self._sender.send(outgoing.body)
            gate.read_limits(number, response.headers)
            reply = read_json(response, self.endpoint)
            answer = read_completion(
                reply,
                outgoing.messages,
                self.endpoint,
                outgoing.known.rung,
                time.monotonic() - started,
                outgoing.body.get("response_format"),
            )
            gate.went_well()
        except CallError as err:
            outgoing.spent = outgoing.spent + err.spent
            if isinstance(err, PushedBack):  # an error with status 200
                gate.pushed_back(number, err.retry_after)
            raise
        except SDK_ERRORS as err:
            if isinstance(err, openai.APIStatusError):
                gate.read_limits(number, err.response.headers)
            error = self._classify(err)
            if isinstance(error, PushedBack):
                gate.pushed_back(number, error.retry_after)
            raise error from shown_cause(err, self.endpoint.secrets)
        finally:
            gate.leave()
        return answer

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Translate errors of the SDK and of the libraries below it into ours."""
        try:
            yield
        except SDK_ERRORS as err:
            raise self._classify(err) from shown_cause(err, self.endpoint.secrets)

    def _classify(self, err: Exception) -> CallError:
        return classify(err, self.endpoint)

    def _last_straw(self, err: EndpointError) -> EndpointError | None:
        """The error that ends the run if this call and those just before it all failed, else None."""
        if isinstance(err, MissedFormat):
            return None
        self._given_up += err.retryable or not self.known.answers
        if err.fatal or self._given_up < _MOST_GIVEN_UP:
            return None
        message = f"{self._given_up} calls in a row failed; the last one: {err}"
        hint = "run again later; every answer so far is stored" if err.retryable else "every answer so far is stored"
        last = EndpointError(message, hint=hint, fatal=True)
        last.billed = err.billed
        return last

    def stop(self, because: str) -> None:
        """Send no further calls; running ones finish."""
        self._gate.shut(unbilled(EndpointError(because, fatal=True)))

    async def list_models(self) -> list[Offered]:
        """The models that the endpoint offers, with their details."""
        with self._faults():
            async with asyncio.timeout(30):
                reply = await self._client.get("/models", cast_to=httpx2.Response)
                return offered(read_json(reply, self.endpoint))


def _tokens_at_most(outgoing: Outgoing) -> int:
    """Estimate the tokens that count against the rate: the whole limit, plus one token per four characters."""
    return sum(len(m.content) for m in outgoing.messages) // 4 + outgoing.limit
