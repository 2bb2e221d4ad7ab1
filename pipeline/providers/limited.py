"""A client that keeps a run within a limit on tokens or USD."""

from __future__ import annotations

import asyncio
import json
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from pipeline.errors import CallError, EndpointError, unbilled
from pipeline.llm import Completion, LLMClient, Request, Usage
from pipeline.llm.tokens import count_tokens, encoding_for

_RAISE = "run again with a higher limit; stored answers cost nothing"
_CONTINUE = "run again to continue: the limit applies to each run, and stored answers cost nothing"
PriceOf = Callable[[Usage], float | None]  # USD of one call, None if unknown


class LimitReached(EndpointError):
    """The next call could exceed a limit that the user set; everything so far is stored."""

    billed = False

    def __init__(self, message: str, hint: str = _RAISE) -> None:
        super().__init__(message, hint=hint, fatal=True)


def prompt_tokens(request: Request, encoding: str) -> int:
    """Tokens of messages and schema as endpoints count them, accurate to a few for each message."""
    text = "\n".join(m.content for m in request.messages) + json.dumps(request.schema, ensure_ascii=False)
    return count_tokens(text, encoding) + 4 * len(request.messages)


@dataclass(frozen=True, slots=True)
class _Spent:
    """An amount of tokens and USD."""

    tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: _Spent) -> _Spent:
        return _Spent(self.tokens + other.tokens, self.usd + other.usd)


class Limited:
    """A client that stops before the next call could exceed a limit; running calls count at their maximum.

    A call that does not fit beside running ones waits, since most take less than their maximum. The limit is reached
    when the first in line, the one of the lowest rank, does not fit although no call is running.
    """

    def __init__(
        self,
        inner: LLMClient,
        *,
        tokens: int | None,
        cost: float | None,
        price: PriceOf,
        room: Callable[[], int] = lambda: 0,
    ) -> None:
        """`price` must know the model's prices if there is a limit on cost.

        `room` returns how many tokens a call may take for thought in addition to its answer.
        """
        self._room = room
        self._inner, self._tokens, self._cost, self._price = inner, tokens, cost, price
        self._spent = _Spent()
        self._ahead: dict[int, _Spent] = {}  # what running calls may still take, by ticket
        self._line: list[tuple[tuple[int, ...], int]] = []  # waiting calls, the next one first
        self._arrivals, self._moved = count(1), asyncio.Event()
        self._ended: EndpointError | None = None  # why the calls that were last in line were rejected
        self._encoding, _ = encoding_for(inner.model)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The answer. Raises LimitReached before the call if it could exceed a limit."""
        ticket = next(self._arrivals)
        most = await self._room_for(request, ticket)
        try:
            completion = await self._inner.complete(request.with_ticket(ticket))
            self._spent += self._spending(completion.usage)
            return completion
        except BaseException as err:  # a call that fails or is cancelled on the way may be billed, too
            if isinstance(err, CallError):
                self._spent += self._spending(err.spent)
            if not isinstance(err, CallError) or err.billed:
                self._spent += most
            raise
        finally:
            del self._ahead[ticket]
            self._moved.set()

    def stop(self, because: str) -> None:
        """Reject the waiting calls; running ones finish."""
        self._send_away(unbilled(EndpointError(because, fatal=True)))

    def asked_again(self, request: Request, error: EndpointError) -> None:
        """Count a failed try that will be repeated: the tokens that its error reports, else the most it could take.

        Reported tokens are only reserved here; they are counted as spent when the call ends, whose usage or error
        includes them. `request` must have the ticket of a running call, else KeyError.
        """
        self._ahead[request.ticket] += self._spending(error.spent)
        if error.retryable and error.billed:
            self._spent += self._at_most(request, prompt_tokens(request, self._encoding))

    def looked_at(self, request: Request) -> None:
        """Reserve the tokens of a check whether the prompt is read in full; the running call's usage will include them.

        Raises KeyError if no running call has the request's ticket.
        """
        self._ahead[request.ticket] += self._spending(Usage(prompt_tokens(request, self._encoding), 0, self._room()))

    async def _room_for(self, request: Request, ticket: int) -> _Spent:
        """Wait until the call is first in line and fits; reserve and return the most that it may take."""
        prompt, place = prompt_tokens(request, self._encoding), (request.rank, ticket)
        insort(self._line, place)
        try:
            while place in self._line:
                if place == self._line[0]:
                    most = self._at_most(request, prompt)
                    reached = self._reached_by(sum(self._ahead.values(), self._spent) + most)
                    if reached is None:
                        self._ahead[ticket] = most
                        return most
                    if not self._ahead:
                        self._send_away(reached)
                        break
                self._moved.clear()
                await self._moved.wait()
        finally:
            if place in self._line:
                self._line.remove(place)
                self._moved.set()
        assert self._ended is not None  # only `_send_away` removes calls from the line
        raise self._ended

    def _send_away(self, error: EndpointError) -> None:
        self._ended = error
        self._line.clear()
        self._moved.set()

    def _at_most(self, request: Request, prompt: int) -> _Spent:
        return self._spending(Usage(prompt, 0, request.max_tokens + self._room()))

    def _spending(self, usage: Usage) -> _Spent:
        usd = 0.0 if self._cost is None else self._price(usage) or 0.0
        return _Spent(usage.prompt_tokens + usage.completion_tokens, usd)

    def _reached_by(self, total: _Spent) -> LimitReached | None:
        """The limit that this total would exceed; None if it is within all limits."""
        hint = _RAISE if self._spent == _Spent() else _CONTINUE  # a call that does not fit by itself never will
        if self._tokens is not None and total.tokens > self._tokens:
            return LimitReached(f"--max-tokens {self._tokens:,}: the next call could exceed it", hint)
        if self._cost is not None and total.usd > self._cost:
            return LimitReached(f"--max-cost {self._cost:g} USD: the next call could exceed it", hint)
        return None
