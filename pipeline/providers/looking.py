"""Decides when to check whether a prompt was read in full, and asks the question that shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from pipeline.errors import CallError, ContextTooLong, unbilled
from pipeline.llm import Completion, Request
from pipeline.providers import canary, learning
from pipeline.providers.capabilities import Capabilities, Lesson
from pipeline.providers.faults import TooLong
from pipeline.providers.outgoing import Outdated, Outgoing

Ask = Callable[[Outgoing], Awaitable[Completion]]


class Learner(Protocol):
    """The holder of what is known about the endpoint."""

    known: Capabilities

    def learn(self, learned: Lesson | None) -> None:
        """Take in a lesson."""
        ...


class Looking:
    """Checks the prompts of one endpoint, one at a time."""

    def __init__(self, learner: Learner, ask: Ask, on_look: Callable[[Request], None] = lambda request: None) -> None:
        """`ask` sends a prepared call and returns its answer; `on_look` is called before each question."""
        self._learner, self._ask, self._on_look = learner, ask, on_look
        self._one_at_a_time = asyncio.Lock()
        self._read_whole = 0  # bytes of the longest prompt whose reported usage was as large as expected

    @property
    def _known(self) -> Capabilities:
        return self._learner.known

    async def look(self, reported: int | None, outgoing: Outgoing) -> None:
        """Check a prompt whose usage makes it look cut; ContextTooLong if it was indeed not read in full.

        Calls that wait for a running check use its result.
        """
        length = canary.bytes_of(outgoing.messages)
        if reported is not None and self._known.doubt is None and length <= self._read_whole:
            return
        if not canary.worth_counting(reported, length, self._known):
            return
        size = outgoing.size
        if not canary.suspicious(reported, size, self._known):
            self._read_whole = max(self._read_whole, length if reported is not None else 0)
            return
        async with self._one_at_a_time:
            if not canary.suspicious(reported, size, self._known):
                return
            if self._known.cut_from is None or size < self._known.cut_from:
                await self._ask_for_the_word(size, outgoing)
        if self._known.cut_from is not None and size >= self._known.cut_from:
            model = outgoing.endpoint.model
            raise unbilled(TooLong(f"{model}: the endpoint silently truncated a prompt of {size:,} tokens"))

    async def _ask_for_the_word(self, size: int, outgoing: Outgoing) -> None:
        """Ask the question and learn from the answer, or from a second one if the first is unclear."""
        reported = None
        try:
            answer = await self._answer(size, outgoing)
            if answer.text and canary.read_whole(answer, size) is None:
                answer = await self._answer(size, outgoing)
        except ContextTooLong:
            was_read = False
        except CallError as err:
            if err.fatal:
                raise
            return  # nothing was learned; the answer itself remains valid
        else:
            shown = canary.read_whole(answer, size) if answer.text else None  # empty: cut in thought every time
            if shown is None:
                return
            reported, was_read = answer.usage.reported_prompt, shown
        self._learner.learn(learning.from_canary(was_read, reported, size, self._known))

    async def _answer(self, size: int, outgoing: Outgoing) -> Completion:
        """The answer to the question; with more room while it is cut in thought, in another way once one is learned."""
        endpoint = outgoing.endpoint
        question = replace(outgoing, request=canary.question(outgoing.request), waited=True)
        while True:
            question.prepare(self._known)
            self._on_look(outgoing.request)
            try:
                answer = await self._ask(question)
                question.spent = question.spent + answer.usage
            except Outdated:
                continue
            finally:
                outgoing.spent = question.spent
            cut = answer.finish_reason == "length" and not answer.text
            learned = (
                learning.from_cut(answer, question.request, self._known, endpoint, question.limit, size)
                if cut
                else None
            )
            if not isinstance(learned, learning.MoreRoom):
                return answer
            self._learner.learn(learned)
