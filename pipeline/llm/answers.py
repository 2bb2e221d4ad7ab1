"""Text of an answer to a validated model: thoughts and fences off, strict parse, then repair, always validated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.text import composed

M = TypeVar("M", bound=BaseModel)

Place = tuple[int | str, ...]  # where something stands in an answer: keys and numbers from the outermost one on

_OPEN, _CLOSE = r"(?:<think(?:ing)?>|◁think▷)", r"(?:</think(?:ing)?>|◁/think▷)"
# A model whose template opens the thought itself sends the closing mark alone; a cut answer the opening one.
_THOUGHT = re.compile(rf"\A(?:.*?{_CLOSE}(?:\s*{_OPEN}.*?{_CLOSE})*|\s*{_OPEN}.*\Z)", re.DOTALL | re.IGNORECASE)
_MARK = re.compile(f"{_OPEN}|{_CLOSE}", re.IGNORECASE)
_JSON_AT_ONCE = re.compile(r"\A\s*(?:```\w*\s*)?[{\[]")  # such an answer may hold the marks of a thought in its texts
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_MOST_CHARACTERS = 400_000


class Unusable(ValueError):
    """An answer that does not fit; the message is fit to be shown to the model that gave it."""


@dataclass(frozen=True, slots=True)
class DroppedItem:
    """An item that did not fit, in its own words: the answer's field in which it stood, and what did not fit in it."""

    field: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed(Generic[M]):
    """A validated answer. `dropped` tells of items that did not fit and were left out of it."""

    value: M
    dropped: tuple[DroppedItem, ...] = ()


def parse_answer(text: str, answer: type[M], *, most_dropped: int = 0) -> Parsed[M]:
    """The validated answer. Up to `most_dropped` items of lists that do not fit are left out and told.

    Keys that the model does not know are left out without a word. Unusable says what is wrong.
    """
    if len(text) > _MOST_CHARACTERS:
        raise Unusable("the answer is far too long")
    try:
        value = _json_in(split_thought(text)[0])
        if _HALF.search(text):  # half of a character, which no file can hold
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        plain = text.isascii() and "\\u" not in text
        return _fitted(value if plain else _composed(value), answer, most_dropped)
    except RecursionError as err:
        raise Unusable("the answer is nested too deeply") from err


def _composed(value: Any) -> Any:
    """A value of JSON whose texts are composed, as those of transcripts are."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        return [*map(_composed, value)]
    return {key: _composed(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _fitted(value: dict[str, Any], answer: type[M], most: int) -> Parsed[M]:
    dropped: list[DroppedItem] = []
    while True:
        try:
            return Parsed(answer.model_validate(value), tuple(dropped))
        except ValidationError as err:
            every = err.errors(include_url=False, include_input=False)
            faults = [(f["loc"], f["msg"]) for f in every if f["type"] != "extra_forbidden"]
            items = {_item(loc) for loc, _ in faults}
            if () in items or len(dropped) + len(items) > most:
                raise Unusable(_told(*faults[0])) from err
            # Unknown keys go last: the words of an item that does not fit may stand in one.
            for place in () if faults else [f["loc"] for f in every]:
                _removed(value, place)
            # From behind: what stands before keeps its number.
            dropped += reversed([_dropped(value, place, faults) for place in sorted(items, reverse=True)])


def _dropped(value: Any, place: Place, faults: Sequence[tuple[Place, str]]) -> DroppedItem:
    """The item that stands at a place, which is taken out of the value."""
    item, mine = _removed(value, place), [(loc, message) for loc, message in faults if _item(loc) == place]
    text = " | ".join(_words(item, place, {loc for loc, _ in mine})) or json.dumps(item, ensure_ascii=False)
    return DroppedItem(str(place[0]), text, "; ".join(_told(loc[len(place) :], message) for loc, message in mine))


def _told(loc: Place, message: str) -> str:
    return f"{'.'.join(map(str, loc))}: {message}" if loc else message


def _item(loc: Place) -> Place:
    """Where the innermost list item with a fault stands; () when the fault is in no list."""
    last = max((i for i, part in enumerate(loc) if isinstance(part, int)), default=-1)
    return loc[: last + 1]


def _removed(value: Any, place: Place) -> Any:
    """What stood at a place, which is taken out of the value."""
    for part in place[:-1]:
        value = value[part]
    return value.pop(place[-1])


def _words(value: Any, place: Place, wrong: Set[Place]) -> Iterator[str]:
    """The texts of what stands at a place, but for those that stand where something else should."""
    if isinstance(value, str) and value.strip() and place not in wrong:
        yield value.strip()
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _words(inner, (*place, key), wrong)


def holds_json(text: str) -> bool:
    """Whether there is a JSON object in the text at all, repaired or not."""
    try:
        _json_in(split_thought(text[:_MOST_CHARACTERS])[0])
    except (Unusable, RecursionError):
        return False
    return True


def split_thought(text: str) -> tuple[str, str]:
    """An answer's text and the thought that stands before it between marks; "" where there is none."""
    found = None if _JSON_AT_ONCE.match(text) else _THOUGHT.match(text)
    return (text[found.end() :].lstrip(), _MARK.sub("", found[0])) if found else (text, "")


def _json_in(body: str) -> dict[str, Any]:
    """The first JSON object in a text, strictly if it can be, else repaired."""
    start = body.find("{")
    if start < 0:
        raise Unusable("there is no JSON object in the answer")
    try:
        value, _ = json.JSONDecoder(parse_constant=_no_constant).raw_decode(body[start:])
    except ValueError:
        value = _repaired(body[start:])
    if not isinstance(value, dict) or not value:
        raise Unusable("the answer is no JSON object")
    return value


def _repaired(body: str) -> Any:
    import json_repair  # hardly any answer needs it, and every start would wait for it

    try:
        return json_repair.loads(body)
    except ValueError as err:
        raise Unusable("the answer is no JSON and cannot be repaired") from err


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
