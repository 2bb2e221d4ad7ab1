"""Text of an answer to a validated model: thoughts and fences off, strict parse, then repair, always validated."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import json_repair
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>|^.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_MOST_CHARACTERS = 400_000


class Unusable(ValueError):
    """An answer that does not fit; the message is fit to be shown to the model that gave it."""


def parse_answer(text: str, answer: type[M]) -> tuple[M, bool]:
    """The validated answer, and whether its JSON had to be repaired. Unusable says what is wrong."""
    if len(text) > _MOST_CHARACTERS:
        raise Unusable("the answer is far too long")
    body = _THOUGHT.sub("", text).strip()
    try:
        value, repaired = _json_in(body)
        return answer.model_validate(value), repaired
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise Unusable(f"{place}: {first['msg']}") from err
    except RecursionError as err:
        raise Unusable("the answer is nested too deeply") from err


def holds_json(text: str) -> bool:
    """Whether there is a JSON object in the text at all, repaired or not."""
    try:
        _json_in(_THOUGHT.sub("", text[:_MOST_CHARACTERS]).strip())
    except (Unusable, RecursionError):
        return False
    return True


def _json_in(body: str) -> tuple[dict[str, Any], bool]:
    """The first JSON object in a text, strictly if it can be, else repaired."""
    start = body.find("{")
    if start < 0:
        raise Unusable("there is no JSON object in the answer")
    try:
        value, _ = json.JSONDecoder(parse_constant=_no_constant).raw_decode(body[start:])
        repaired = False
    except ValueError:
        value, repaired = _repaired(body[start:]), True
    if not isinstance(value, dict) or not value:
        raise Unusable("the answer is no JSON object")
    return value, repaired


def _repaired(body: str) -> Any:
    try:
        return json_repair.loads(body)
    except ValueError as err:
        raise Unusable("the answer is no JSON and cannot be repaired") from err


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
