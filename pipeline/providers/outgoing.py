"""One call on its way to the endpoint: what is asked, how it is sent at present, and what it has taken so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
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


class SentBack(Exception):
    """A call that was sent beside others was refused and learned from: it is to be asked again alone."""


class Retry(Enum):
    """The other way in which a call is sent again."""

    REFUSED = "without what was refused"
    OUTDATED = "as other calls have taught"
    LOWER_FORMAT = "in a lower response format"
    SHORTER = "with a lower limit"
    MORE_ROOM = "with more room for thought"


@dataclass(frozen=True, slots=True)
class _Guesses:
    """What one call does otherwise since refusals that named nothing; `notice` tells the last guess to people."""

    left_out: frozenset[str] = frozenset()  # parameters that it goes without
    rungs_down: int = 0  # response formats that it goes down
    notice: str = ""

    def applied(self, known: Capabilities) -> Capabilities:
        return known.without(*self.left_out).lowered(self.rungs_down)


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
    guesses: _Guesses = _Guesses()
    waited: bool = False  # whether it has let calls go first that go alone, or is one itself
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
        so_far = self.guesses.applied(known)
        if (guessed := guess(self.body, so_far)) is None:
            return False
        rungs_down = self.guesses.rungs_down + (guessed.known.rung != so_far.rung)
        self.guesses = _Guesses(guessed.known.left_out - known.left_out, rungs_down, guessed.notice)
        return True

    def confirmed(self, known: Capabilities) -> Lesson | None:
        """What an answer shows of the guesses that led to it, which are known from now on; None without any."""
        guesses, self.guesses = self.guesses, _Guesses()
        return Lesson(guesses.applied(known), guesses.notice) if guesses.notice else None

    def _applied(self, known: Capabilities) -> Capabilities:
        """What is known, as this call guesses and lowers it."""
        return self.guesses.applied(known).lowered(self.below)

    @property
    def size(self) -> int:
        """Tokens of the messages. Counting takes longer than all else that a call does: only where it decides."""
        return tokens_of_messages(self.messages)
