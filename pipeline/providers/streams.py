"""A streamed answer, whether a stream was requested or not, reassembled into a single reply."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

_BEGINS = ("data:", "event:", "id:", "retry:", ":")  # line starts in a stream; no JSON starts like this
_END = "[DONE]"
_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def is_stream(body: str) -> bool:
    """Whether a body is a stream of events."""
    return body[:200].lstrip().startswith(_BEGINS)


def reply_in(body: str) -> Any:
    """The chat completion assembled from a stream's chunks, or the error in it. ValueError if it was truncated."""
    fields: dict[str, Any] = {}
    texts: dict[str, str] = defaultdict(str)
    finish, ended = None, False
    for line in body.split("\n"):
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        if data == _END:
            ended = True
            break
        chunk = json.loads(data)
        choice = _first(chunk.get("choices")) if isinstance(chunk, dict) else {}
        if not isinstance(chunk, dict) or chunk.get("error") or choice.get("error") or _is_whole(choice):
            return chunk
        fields |= {name: chunk[name] for name in ("model", "usage") if chunk.get(name)}
        finish = choice.get("finish_reason") or finish
        for name, text in _texts(choice.get("delta")):
            texts[name] += text
    if not ended and finish is None:
        raise ValueError("the stream is incomplete")
    tool_calls = [{"function": {"arguments": texts.pop("arguments")}}] if "arguments" in texts else None
    return fields | {"choices": [{"finish_reason": finish, "message": texts | {"tool_calls": tool_calls}}]}


def _is_whole(choice: dict[str, Any]) -> bool:
    """Whether a choice has the whole message; some endpoints send the message so far with every delta."""
    return bool(choice.get("message")) and ("delta" not in choice or choice.get("finish_reason") is not None)


def _texts(delta: Any) -> list[tuple[str, str]]:
    """What a chunk adds to each text of the message, and to the arguments of its first tool call."""
    if not isinstance(delta, dict):
        return []
    call = _first(delta.get("tool_calls"))
    function = call.get("function") if not call.get("index") else None
    added = {name: delta.get(name) for name in _TEXTS}
    added["arguments"] = function.get("arguments") if isinstance(function, dict) else None
    return [(name, text) for name, text in added.items() if isinstance(text, str)]


def _first(values: Any) -> dict[str, Any]:
    """The first of a list of objects; {} if there is none."""
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, dict) else {}
