"""Text of an answer to a validated model: thoughts and fences off, strict parse, then repair, always validated."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>|^.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_MOST_CHARACTERS = 400_000


class Unusable(ValueError):
    """An answer that does not fit; the message is fit to be shown to the model that gave it."""


@dataclass(frozen=True, slots=True)
class Parsed(Generic[M]):
    """A validated answer. `dropped` tells of items that did not fit and were left out of it."""

    value: M
    dropped: tuple[str, ...] = ()
    repaired: bool = False


def parse_answer(text: str, answer: type[M], *, most_dropped: int = 0) -> Parsed[M]:
    """The validated answer. Up to `most_dropped` items of lists that do not fit are left out and told.

    Unusable says what is wrong.
    """
    if len(text) > _MOST_CHARACTERS:
        raise Unusable("the answer is far too long")
    try:
        value, repaired = _json_in(_without_thought(text))
        if _HALF.search(text):  # half of a character, which no file can hold
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        return _fitted(value, answer, most_dropped, repaired)
    except RecursionError as err:
        raise Unusable("the answer is nested too deeply") from err


def _fitted(value: dict[str, Any], answer: type[M], most: int, repaired: bool) -> Parsed[M]:
    dropped: list[str] = []
    while True:
        try:
            return Parsed(answer.model_validate(value), tuple(dropped), repaired)
        except ValidationError as err:
            faults = err.errors(include_url=False, include_input=False)
            told = [f"{'.'.join(str(p) for p in f['loc']) or 'the answer'}: {f['msg']}" for f in faults]
            places = {_item(f["loc"]) for f in faults}
            if () in places or len(dropped) + len(places) > most:
                raise Unusable(told[0]) from err
            dropped += told
            for place in sorted(places, reverse=True):  # from behind: what stands before keeps its number
                _remove(value, place)


def _item(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Where the innermost list item with a fault stands; () when the fault is in no list."""
    last = max((i for i, part in enumerate(loc) if isinstance(part, int)), default=-1)
    return loc[: last + 1]


def _remove(value: Any, place: tuple[int | str, ...]) -> None:
    for part in place[:-1]:
        value = value[part]
    del value[place[-1]]


def holds_json(text: str) -> bool:
    """Whether there is a JSON object in the text at all, repaired or not."""
    try:
        _json_in(_without_thought(text[:_MOST_CHARACTERS]))
    except (Unusable, RecursionError):
        return False
    return True


def _without_thought(text: str) -> str:
    return (_THOUGHT.sub("", text) if "</" in text else text).strip()


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
    import json_repair  # hardly any answer needs it, and every start would wait for it

    try:
        return json_repair.loads(body)
    except ValueError as err:
        raise Unusable("the answer is no JSON and cannot be repaired") from err


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
