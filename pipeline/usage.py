"""The tokens that calls use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or many calls. `thought_tokens` are included in `completion_tokens`.

    `estimated` means that the endpoint did not report them.
    """

    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False
    thought_tokens: int = 0

    @property
    def reported_prompt(self) -> int | None:
        """Prompt tokens as the endpoint reported them; None if it did not."""
        return None if self.estimated else self.prompt_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_prompt_tokens + other.cached_prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
            self.thought_tokens + other.thought_tokens,
        )
