"""A look whether a prompt was read whole: when one is taken, and the question whose answer shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

from pipeline.errors import CallError, ContextTooLong
from pipeline.llm import Completion, Request
from pipeline.prompting import PromptSet
from pipeline.providers import canary, learning
from pipeline.providers.bodies import body_of, messages_of
from pipeline.providers.capabilities import Capabilities, Found
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.faults import TooLong
from pipeline.providers.way import Outdated, Way

Ask = Callable[[Request, dict[str, Any], Way], Awaitable[Completion]]


class Learner(Protocol):
    """Who keeps what is known of the endpoint."""

    endpoint: Endpoint
    known: Capabilities

    def learn(self, found: Found | None) -> None:
        """Takes in what was found."""
        ...


class Looking:
    """Looks at the prompts of one endpoint, one at a time."""

    def __init__(self, learner: Learner, prompts: PromptSet, ask: Ask) -> None:
        """`ask` gives an answer to a body."""
        self._learner, self._prompts, self._ask = learner, prompts, ask
        self._one_at_a_time = asyncio.Lock()
        self._read_whole = 0  # bytes of the longest prompt whose usage was as large as it should be

    @property
    def _known(self) -> Capabilities:
        return self._learner.known

    async def look(self, request: Request, told: int | None, way: Way) -> None:
        """ContextTooLong when the usage makes a prompt look cut and it was indeed not read whole.

        What a look finds out holds for those that waited for it.
        """
        length = canary.bytes_of(way.messages)
        if told is not None and self._known.doubt is None and length <= self._read_whole:
            return
        if not canary.worth_counting(told, length, self._known):
            return
        size = way.size
        if not canary.suspicious(told, size, self._known):
            self._read_whole = max(self._read_whole, length if told is not None else 0)
            return
        async with self._one_at_a_time:
            if not canary.suspicious(told, size, self._known):
                return
            if self._known.cut_from is None or size < self._known.cut_from:
                await self._ask_for_the_word(canary.question(request), size, way)
        if self._known.cut_from is not None and size >= self._known.cut_from:
            raise TooLong(
                f"{self._learner.endpoint.model}: a part of a prompt of {size:,} tokens was cut off in silence"
            )

    async def _ask_for_the_word(self, question: Request, size: int, way: Way) -> None:
        """Asks the question and learns from its answer."""
        told = None
        try:
            answer = await self._answer(question, size, way)
        except ContextTooLong:
            was_read = False
        except CallError as err:
            if err.fatal:
                raise
            return  # nothing was found out; the answer that is there may stand
        else:
            if not answer.text:  # cut in thought, for ever
                return
            told = answer.usage.told_prompt
            was_read = canary.read_whole(answer.text, told, size)
        self._learner.learn(learning.from_canary(was_read, told, size, self._known))

    async def _answer(self, question: Request, size: int, way: Way) -> Completion:
        """The answer, asked for with more room while it is cut in thought, and another way when that was learned."""
        endpoint = self._learner.endpoint
        while True:
            known = way.applied(self._known)
            asked = replace(way, known=known, waited=True)
            asked.messages = messages_of(question, known, endpoint, self._prompts)
            asked.limit = learning.limit_for(question, known, endpoint, size)
            body = body_of(question, known, endpoint, asked.messages, asked.limit)
            try:
                answer = await self._ask(question, body, asked)
            except Outdated:
                continue
            way.spent = way.spent + answer.usage
            cut = answer.finish_reason == "length" and not answer.text
            more = learning.from_cut(answer, question, self._known, endpoint, asked.limit, size) if cut else None
            if not isinstance(more, learning.MoreRoom):
                return answer
            self._learner.learn(more)
