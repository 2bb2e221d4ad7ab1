"""One call on its way to the endpoint: what it asks, how it is sent at present, and what it has spent so far."""

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
    """A waiting call must be sent in another way, because of what other calls have learned or are learning."""


class SentBack(Exception):
    """A call beside others was refused, and the refusal learned from: it has to be asked again alone."""


class Retry(Enum):
    """In which other way a call is sent again."""

    REFUSED = "without what was refused"
    OUTDATED = "adjusted to what other calls taught"
    LOWER_FORMAT = "in a simpler response format"
    SHORTER = "with a lower token limit"
    MORE_ROOM = "with more tokens for thinking"


@dataclass(frozen=True, slots=True)
class _Guesses:
    """What one call changes after refusals without a reason; `notice` tells the user about the last guess."""

    left_out: frozenset[str] = frozenset()  # parameters that it leaves out
    rungs_down: int = 0  # steps down in response formats
    notice: str = ""

    def applied(self, known: Capabilities) -> Capabilities:
        return known.without(*self.left_out).lowered(self.rungs_down)


@dataclass(slots=True)
class Outgoing:
    """A call; `known`, `messages`, `limit` and `body` are as it is sent at present."""

    request: Request
    endpoint: Endpoint
    prompts: PromptSet
    keywords: frozenset[str] = frozenset()  # of its schema
    known: Capabilities = field(default_factory=Capabilities)
    messages: list[Message] = field(default_factory=list)
    limit: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    below: int = 0  # further steps down in response formats, for this call only
    guesses: _Guesses = _Guesses()
    waited: bool = False  # whether it has waited for calls that go alone, or is one itself
    spent: Usage = field(default_factory=Usage)

    def prepare(self, known: Capabilities) -> str | None:
        """Prepare the call by what is known now. Returns why it should not be sent at all; None if it may be."""
        self.known = self._applied(known)
        self.messages = messages_of(self.request, self.known, self.endpoint, self.prompts)
        bounded = self.known.window is not None or self.known.cut_from is not None
        size = self.size if bounded else 0
        self.limit = learning.limit_for(self.request, self.known, self.endpoint, size)
        self.body = body_of(self.request, self.known, self.endpoint, self.messages, self.limit)
        return learning.too_long(self.request, self.known, size)

    def outdated(self, known: Capabilities) -> bool:
        """Whether other calls have learned since that it should be sent in another way.

        A different room for thought is no reason as long as the present limit is accepted.
        """
        current = self._applied(known)
        if current == self.known:
            return False
        limit = self.limit if current.highest_limit is None else min(self.limit, current.highest_limit)
        messages = messages_of(self.request, current, self.endpoint, self.prompts)
        return self.body != body_of(self.request, current, self.endpoint, messages, limit)

    def guess(self, known: Capabilities) -> bool:
        """Make one more guess at why the call was refused; whether there was one to make."""
        so_far = self.guesses.applied(known)
        if (guessed := guess(self.body, so_far)) is None:
            return False
        rungs_down = self.guesses.rungs_down + (guessed.known.rung != so_far.rung)
        self.guesses = _Guesses(guessed.known.left_out - known.left_out, rungs_down, guessed.notice)
        return True

    def confirmed(self, known: Capabilities) -> Lesson | None:
        """The guesses that led to an answer, which are known facts now; None if there were none."""
        guesses, self.guesses = self.guesses, _Guesses()
        return Lesson(guesses.applied(known), guesses.notice) if guesses.notice else None

    def _applied(self, known: Capabilities) -> Capabilities:
        """What is known, with this call's own guesses and lower response format."""
        return self.guesses.applied(known).lowered(self.below)

    @property
    def size(self) -> int:
        """Tokens of the messages. Counting costs more than the rest of a call, so only where it matters."""
        return tokens_of_messages(self.messages)
