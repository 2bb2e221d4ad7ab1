"""The body of a call: the request in the form that this endpoint and model are known to accept."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from pipeline.llm import Message, Request
from pipeline.llm.prompting import PromptSet
from pipeline.providers.capabilities import Capabilities, without_keywords, without_limits
from pipeline.providers.endpoint import Endpoint

SCHEMA_NAME = "answer"  # never varies: endpoints put it first in the prompt, and calls should share a cached prefix


def messages_of(request: Request, known: Capabilities, endpoint: Endpoint, prompts: PromptSet) -> list[Message]:
    """The messages; the last one includes the schema if the response format does not carry it."""
    messages = list(request.messages)
    if request.schema is not None and known.rung != "json_schema":
        schema = json.dumps(_schema(request.schema, known, endpoint), ensure_ascii=False)
        text = prompts.load("schema_in_text.v1").render(schema=schema)
        messages[-1] = Message(messages[-1].role, f"{messages[-1].content}\n\n{text}")
    if known.no_system_role:
        messages = [Message("user", m.content) if m.role == "system" else m for m in messages]
    return _joined(messages) if known.join_roles or known.no_system_role else messages


def _joined(messages: list[Message]) -> list[Message]:
    """Merge consecutive messages of the same role."""
    runs = [(role, list(run)) for role, run in groupby(messages, key=lambda m: m.role)]
    return [Message(role, "\n\n".join(m.content for m in run)) for role, run in runs]


def body_of(
    request: Request, known: Capabilities, endpoint: Endpoint, messages: list[Message], limit: int
) -> dict[str, Any]:
    """The JSON body of a call; `limit` is the most tokens for thought and answer together."""
    body: dict[str, Any] = {
        "model": endpoint.model,
        known.limit or endpoint.limit: limit,
        "temperature": request.temperature,
        "seed": request.seed,
    }
    if known.streams:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    if endpoint.effort:
        body["reasoning_effort"] = endpoint.effort
    for name in known.left_out:
        body.pop(name, None)
    if request.schema is None:
        pass
    elif known.rung == "json_schema":
        wrapped: dict[str, Any] = {"name": SCHEMA_NAME, "schema": _schema(request.schema, known, endpoint)}
        if "strict" not in known.left_out:
            wrapped["strict"] = True
        body["response_format"] = {"type": "json_schema", "json_schema": wrapped}
    elif known.rung == "json_object":
        body["response_format"] = {"type": "json_object"}
    body["messages"] = [{"role": m.role, "content": m.content} for m in messages]
    return body


def _schema(full: dict[str, Any], known: Capabilities, endpoint: Endpoint) -> dict[str, Any]:
    schema = full if endpoint.strict_limits else without_limits(full)
    reduced: dict[str, Any] = without_keywords(schema, known.keywords_left_out) if known.keywords_left_out else schema
    return reduced
