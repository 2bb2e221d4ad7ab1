"""The tokens that calls take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or many calls. `estimated` when the endpoint reported none. Thought is part of the completion."""

    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False
    thought_tokens: int = 0

    @property
    def reported_prompt(self) -> int | None:
        """Tokens of the prompt as the endpoint reported them; None when it did not."""
        return None if self.estimated else self.prompt_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_prompt_tokens + other.cached_prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
            self.thought_tokens + other.thought_tokens,
        )
