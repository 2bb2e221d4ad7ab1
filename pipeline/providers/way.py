"""The way that one call goes: how it is sent at present, and what it has taken so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.errors import CallError
from pipeline.llm import Message, Usage
from pipeline.providers import learning
from pipeline.providers.capabilities import Capabilities
from pipeline.providers.replies import counted


class Outdated(CallError):
    """A call that waited for its turn would be sent another way by what was learned meanwhile, or is being learned."""


@dataclass(slots=True)
class Way:
    """How one call is sent at present, and what it has taken so far."""

    known: Capabilities = field(default_factory=Capabilities)
    messages: list[Message] = field(default_factory=list)
    limit: int = 0
    below: int = 0  # response formats that this one call goes down, for a reason of its own
    guesses: learning.Guesses = field(default_factory=learning.Guesses)
    alone: bool = False  # whether calls that have not begun wait for this one
    waited: bool = False  # whether it has let such calls go first
    refused: bool = False
    spent: Usage = field(default_factory=Usage)

    def applied(self, known: Capabilities) -> Capabilities:
        """What is known, as this call guesses and lowers it."""
        return self.guesses.applied(known).lowered(self.below)

    @property
    def size(self) -> int:
        """Tokens of the messages. Counting takes longer than all else that a call does: only where it decides."""
        return counted(self.messages)
