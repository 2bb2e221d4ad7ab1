"""One call on its way to the endpoint: what is asked, how it is sent at present, and what it has taken so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import CallError
from pipeline.llm import Message, Request, Usage
from pipeline.llm.prompting import PromptSet
from pipeline.providers import learning
from pipeline.providers.bodies import body_of, messages_of
from pipeline.providers.capabilities import Capabilities, Lesson
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.refusals import guess
from pipeline.providers.replies import tokens_of_messages


class Outdated(CallError):
    """A call that waited for its turn would be sent another way by what was learned meanwhile, or is being learned."""


@dataclass(slots=True)
class Outgoing:
    """A call: `known`, `messages`, `limit` and `body` are those with which it is sent at present."""

    request: Request
    endpoint: Endpoint
    prompts: PromptSet
    keywords: frozenset[str] = frozenset()  # of its schema
    known: Capabilities = field(default_factory=Capabilities)
    messages: list[Message] = field(default_factory=list)
    limit: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    below: int = 0  # response formats that this one call goes down, for a reason of its own
    left_out: frozenset[str] = frozenset()  # parameters that it goes without since refusals that named nothing
    rungs_down: int = 0  # response formats that it goes down for the same reason
    notice: str = ""  # the last of these guesses, for people
    alone: bool = False  # whether calls that have not begun wait for this one
    waited: bool = False  # whether it has let such calls go first
    refused: bool = False
    spent: Usage = field(default_factory=Usage)

    def prepare(self, known: Capabilities) -> str | None:
        """Makes it as it is to be sent by what is known now; why it need not be sent at all, None when it may be."""
        self.known = self._applied(known)
        self.messages = messages_of(self.request, self.known, self.endpoint, self.prompts)
        bounded = self.known.window is not None or self.known.cut_from is not None
        size = self.size if bounded else 0
        self.limit = learning.limit_for(self.request, self.known, self.endpoint, size)
        self.body = body_of(self.request, self.known, self.endpoint, self.messages, self.limit)
        return learning.too_long(self.request, self.known, size)

    def outdated(self, known: Capabilities) -> bool:
        """Whether it would be sent another way by what other calls have taught since it was made.

        A limit that is taken is no reason, although another room for thought is known by now.
        """
        current = self._applied(known)
        if current == self.known:
            return False
        limit = self.limit if current.highest_limit is None else min(self.limit, current.highest_limit)
        messages = messages_of(self.request, current, self.endpoint, self.prompts)
        return self.body != body_of(self.request, current, self.endpoint, messages, limit)

    def guess(self, known: Capabilities) -> bool:
        """One more guess at what it was refused for; whether there was one."""
        so_far = self._guessed(known)
        if (guessed := guess(self.body, so_far)) is None:
            return False
        self.left_out, self.notice = guessed.known.left_out - known.left_out, guessed.notice
        self.rungs_down += guessed.known.rung != so_far.rung
        return True

    def confirmed(self, known: Capabilities) -> Lesson | None:
        """What an answer shows of the guesses that led to it, which are known from now on; None without any."""
        lesson = Lesson(self._guessed(known), self.notice) if self.notice else None
        self.left_out, self.rungs_down, self.notice = frozenset(), 0, ""
        return lesson

    def _guessed(self, known: Capabilities) -> Capabilities:
        return known.without(*self.left_out).lowered(self.rungs_down)

    def _applied(self, known: Capabilities) -> Capabilities:
        """What is known, as this call guesses and lowers it."""
        return self._guessed(known).lowered(self.below)

    @property
    def size(self) -> int:
        """Tokens of the messages. Counting takes longer than all else that a call does: only where it decides."""
        return tokens_of_messages(self.messages)
