"""A client that keeps a run within what it may take: tokens, or USD."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import CallError, EndpointError
from pipeline.llm import Completion, LLMClient, Request, Usage
from pipeline.tokens import count_tokens, encoding_for

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
    """A client that stops before the next call could pass a limit on tokens or on USD; calls in flight count whole."""

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
        self._ahead: dict[int, _Spent] = {}
        self._encoding, _ = encoding_for(inner.model)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The answer, or LimitReached before it is asked for."""
        most = self._at_most(request)
        place = id(request)
        self._refuse_past(sum(self._ahead.values(), self._spent) + most)
        self._ahead[place] = most
        try:
            completion = await self._inner.complete(request)
        except BaseException as err:  # a call that is given up or cancelled on the way may be paid for too
            if isinstance(err, CallError):
                self._spent += self._of(err.spent)
            if not isinstance(err, CallError) or err.billed:
                self._spent += most
            raise
        finally:
            del self._ahead[place]
        self._spent += self._of(completion.usage)
        return completion

    def asked_again(self, request: Request, error: EndpointError) -> None:
        """Counts a try that failed and is repeated: the tokens that its error tells, else the most that it could take.

        Tokens that are told come once more with the call's end, in its usage or its error, and are spent then; until
        its end they are added to what the call may take.
        """
        if id(request) in self._ahead:
            self._ahead[id(request)] += self._of(error.spent)
        if error.retryable and error.billed:
            self._spent += self._at_most(request)

    def _at_most(self, request: Request) -> _Spent:
        return self._of(Usage(prompt_tokens(request, self._encoding), 0, request.max_tokens + self._room()))

    def _of(self, usage: Usage) -> _Spent:
        usd = 0.0 if self._cost is None else self._price(usage) or 0.0
        return _Spent(usage.prompt_tokens + usage.completion_tokens, usd)

    def _refuse_past(self, total: _Spent) -> None:
        if self._tokens is not None and total.tokens > self._tokens:
            raise LimitReached(f"--max-tokens {self._tokens:,}: the next call could pass it")
        if self._cost is not None and total.usd > self._cost:
            raise LimitReached(f"--max-cost {self._cost:g} USD: the next call could pass it")
