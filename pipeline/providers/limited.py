"""A client that keeps a run within what it may take: tokens, or USD."""

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

PriceOf = Callable[[Usage], float | None]  # USD of one call, None where that is not known


class LimitReached(EndpointError):
    """A limit that the user set would be passed by the next call; everything so far is stored."""

    billed = False

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="run again with a higher limit; stored answers cost nothing", fatal=True)


def prompt_tokens(request: Request, encoding: str) -> int:
    """Tokens of messages and schema, as endpoints count them, within a few for each message."""
    text = "\n".join(m.content for m in request.messages) + json.dumps(request.schema, ensure_ascii=False)
    return count_tokens(text, encoding) + 4 * len(request.messages)


@dataclass(frozen=True, slots=True)
class _Spent:
    """Tokens and USD."""

    tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: _Spent) -> _Spent:
        return _Spent(self.tokens + other.tokens, self.usd + other.usd)


class Limited:
    """A client that stops before the next call could pass a limit on tokens or on USD; calls under way count whole.

    A call that does not fit beside those under way waits, since they mostly take less than they may. The limit is
    reached where the first in line, which is that of the lowest rank, does not fit when none is under way.
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
        """`price` is known where there is a limit on cost.

        `room` tells how many tokens a call may take for thought beside its answer.
        """
        self._room = room
        self._inner, self._tokens, self._cost, self._price = inner, tokens, cost, price
        self._spent = _Spent()
        self._ahead: dict[int, _Spent] = {}  # what calls under way may still take, by their tickets
        self._line: list[tuple[tuple[int, ...], int]] = []  # calls that wait, the next one first
        self._arrivals, self._moved = count(1), asyncio.Event()
        self._ended: EndpointError | None = None  # why those that were in line last were sent away
        self._encoding, _ = encoding_for(inner.model)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The answer, or LimitReached before it is asked for."""
        ticket = next(self._arrivals)
        most = await self._room_for(request, ticket)
        try:
            completion = await self._inner.complete(request.with_ticket(ticket))
            self._spent += self._spending(completion.usage)
            return completion
        except BaseException as err:  # a call that is given up or cancelled on the way may be paid for too
            if isinstance(err, CallError):
                self._spent += self._spending(err.spent)
            if not isinstance(err, CallError) or err.billed:
                self._spent += most
            raise
        finally:
            del self._ahead[ticket]
            self._moved.set()

    def stop(self, because: str) -> None:
        """Sends away the calls that wait; those under way finish."""
        self._send_away(unbilled(EndpointError(because, fatal=True)))

    def asked_again(self, request: Request, error: EndpointError) -> None:
        """Counts a try that failed and is repeated: the tokens that its error reports, else the most it could take.

        Reported tokens come once more with the call's end, in its usage or its error, and are spent then; until
        its end they are added to what the call may take. `request` has the call's ticket; KeyError where it is not
        under way.
        """
        self._ahead[request.ticket] += self._spending(error.spent)
        if error.retryable and error.billed:
            self._spent += self._at_most(request, prompt_tokens(request, self._encoding))

    def looked_at(self, request: Request) -> None:
        """Adds a look at the request's prompt to what the call under way may take: its usage comes with the call's.

        KeyError where no call is under way with the request's ticket.
        """
        self._ahead[request.ticket] += self._spending(Usage(prompt_tokens(request, self._encoding), 0, self._room()))

    async def _room_for(self, request: Request, ticket: int) -> _Spent:
        """What the call may take, set aside under its ticket as soon as it is first in line and that fits."""
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
        assert self._ended is not None  # nobody else takes a place out of the line
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
        """The limit that so much would pass, None where it is within all of them."""
        if self._tokens is not None and total.tokens > self._tokens:
            return LimitReached(f"--max-tokens {self._tokens:,}: the next call could pass it")
        if self._cost is not None and total.usd > self._cost:
            return LimitReached(f"--max-cost {self._cost:g} USD: the next call could pass it")
        return None
