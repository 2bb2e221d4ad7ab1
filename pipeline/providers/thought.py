"""The text of an answer, even if it is a tool call, without the thought that came with it.

Thought may be in its own fields, in parts of a list, or between tags in the text.
"""

from __future__ import annotations

from typing import Any

from pipeline.llm.answers import holds_json, split_thought
from pipeline.llm.tokens import count_tokens

_MORE = 64  # tokens by which a completion may be longer than its text
_FIELDS = ("reasoning_content", "reasoning")


def text_and_thought(message: dict[str, Any]) -> tuple[str | None, str]:
    """The answer's text (None if there is none at all) and the thought that came with it.

    If a model calls a tool instead of answering, though none was offered, its arguments are the answer.
    """
    content, thoughts = message.get("content"), [_text(message.get(name)) for name in _FIELDS]
    thought = next((t for t in thoughts if t), "")
    if isinstance(content, list):
        thought += "".join(_text(part.get("thinking")) for part in content if isinstance(part, dict))
        content = "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    if not isinstance(content, str):
        content = None
    else:
        content, marked = split_thought(content)
        thought += marked
    content = content or _arguments(message) or content
    # Some servers apply the schema to the thought and stop there: then the thought is the answer.
    if not content and thought.lstrip().startswith("{") and holds_json(thought):
        return thought, ""
    return content, thought


def _arguments(message: dict[str, Any]) -> str:
    """The arguments of a message's tool call, if there is exactly one."""
    calls = message.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and len(calls) == 1 else None
    function = call.get("function") if isinstance(call, dict) else None
    return _text(function.get("arguments")) if isinstance(function, dict) else ""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_text(part.get("text")) if isinstance(part, dict) else _text(part) for part in value)
    return ""


def hidden_thought(text: str, tokens: int) -> int:
    """Unreported thought tokens: those of a completion of `tokens` that far exceed its text."""
    if tokens <= _MORE or tokens <= len(text.encode("utf-8", "replace")):  # some tokenizers make a token of each byte
        return 0
    text_tokens = count_tokens(text)
    return tokens - text_tokens if tokens > 2 * text_tokens + _MORE else 0
