"""Parses the text of an answer into a validated model: removes thought, then takes the JSON object that fits best."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.llm.json_objects import Found, objects_in
from pipeline.text import composed, well_formed

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
M_co = TypeVar("M_co", bound=BaseModel, covariant=True)

Place = tuple[int | str, ...]  # a path in an answer: keys and indices, from the outermost one

# The tags that models put around thought: <think>, <thought>, <seed:think>, [THINK], ◁think▷, <|START_THINKING|>.
_NAME = r"(?:\w+:)?(?:\w+_)?(?:think(?:ing)?|thoughts?|reasoning)"
_OPEN = rf"(?:<{_NAME}>|\[{_NAME}\]|◁{_NAME}▷|<\|(?:start_)?{_NAME}\|>)"
_CLOSE = rf"(?:</{_NAME}>|\[/{_NAME}\]|◁/{_NAME}▷|<\|(?:/|end_){_NAME}\|>)"
# If the template opens the thought itself, only the closing tag is sent; in a truncated answer, only the opening one.
_THOUGHT = re.compile(rf"\A(?:.*?{_CLOSE}(?:\s*{_OPEN}.*?{_CLOSE})*|\s*{_OPEN}.*\Z)", re.DOTALL | re.IGNORECASE)
# Other tags count as thought if a pair of them precedes an object, channels if the final channel follows.
_TAGGED = re.compile(r"\A\s*(?:<(\w+)>.*?</\1>|\[(\w+)\].*?\[/\2\])(?=\s*(?:```\w*\s*)?\{)", re.DOTALL)
_FINAL = r"<\|channel\|>\s*final\b"
_CHANNELS = re.compile(rf"\A\s*(?=<\|(?:start|channel)\|>).*{_FINAL}(?:(?!{_FINAL}).)*?<\|message\|>", re.DOTALL)
_MARK = re.compile(rf"{_OPEN}|{_CLOSE}|<\|\w+\|>", re.IGNORECASE)
_JSON_AT_ONCE = re.compile(r"\A\s*(?:```\w*\s*)?(?:\"?\{|\[\s*[{\[\"\]])")  # text in it may contain thought tags
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_MOST_CHARACTERS = 400_000
_MOST_READ = 8  # equally full objects: a runaway answer has thousands
_EMPTY: tuple[object, ...] = (None, "", [], {})
_RUN = re.compile(r"#?(\d{1,7})(?:\s?[-–]\s?#?(\d{1,7}))?")
_RUNS = re.compile(rf"\[?{_RUN.pattern}(?:,\s+{_RUN.pattern})*\]?")
_WHOLE = 2  # length of the path of an item in a top-level field
_LONGEST_RUN = 1000  # the most numbers that "5-7" may stand for, to protect memory


class Unusable(ValueError):
    """An answer that does not fit; the message is suitable for the model that gave it."""


@dataclass(frozen=True, slots=True)
class DroppedItem:
    """An item that was dropped because it did not fit: the answer's field that it was in, its text, and the reason.

    `value` is the item as given; `is_whole` tells whether it is an item of the field itself rather than of a nested
    list.
    """

    field: str
    text: str
    reason: str
    value: Any = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Parsed(Generic[M_co]):
    """A validated answer; `dropped` are the items that did not fit and were left out."""

    value: M_co
    dropped: tuple[DroppedItem, ...] = ()


def parse_answer(
    text: str, answer: type[M], *, needs: Collection[str] | None = None, most_dropped: int = 0
) -> Parsed[M]:
    """The validated answer. Up to `most_dropped` list items that do not fit are dropped and reported.

    Fields other than those in `needs` (None: all) become empty if they are missing or null. Unknown keys are ignored.
    Raises Unusable, which says what is wrong.
    """
    if len(text) > _MOST_CHARACTERS:
        raise Unusable("the answer is far too long")
    try:
        found = _fullest(objects_in(split_thought(text)[0]), answer)
        return _best([_read(f, text, answer, needs, most_dropped) for f in found])
    except RecursionError as err:
        raise Unusable("the answer is nested too deeply") from err


def _fullest(objects: Iterable[Found], answer: type[BaseModel]) -> list[Found]:
    """Of the objects that fill the most fields of `answer`, the last few. Those in thoughts and examples fill fewer."""
    fullest: deque[Found] = deque(maxlen=_MOST_READ)
    most = (0, 0)
    for found in objects:
        given = [found.value[name] for name in answer.model_fields if name in found.value]
        full = (sum(value not in _EMPTY for value in given), len(given))
        if full > most:
            fullest.clear()
        if full >= most:
            fullest.append(found)
            most = full
    return [*fullest]


def _read(found: Found, text: str, answer: type[M], needs: Collection[str] | None, most: int) -> Parsed[M] | Unusable:
    """The answer in an object of the text, or why it does not fit."""
    value = found.value
    if found.lost:
        message = (
            f'the answer is no JSON, and repairing it loses "{found.lost[:160]}": quotation marks in a text are \\"'
        )
        return Unusable(message)
    if _HALF.search(text) or well_formed(text) != text:  # a lone surrogate, which no file can contain
        value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    plain = text.isascii() and "\\u" not in text
    value = value if plain else _composed(value)
    if needs is not None:
        value = with_empty(value, answer, [name for name in answer.model_fields if name not in needs])
    try:
        return _fitted(value, answer, most)
    except Unusable as err:
        return err


def _best(answers: Sequence[Parsed[M] | Unusable]) -> Parsed[M]:
    """The last of the answers that fit best. Raises Unusable if none fits."""
    fitting = [a for a in reversed(answers) if isinstance(a, Parsed)]
    if fitting:
        return min(fitting, key=lambda a: len(a.dropped))
    unfit = [a for a in answers if isinstance(a, Unusable)]
    raise unfit[-1] if unfit else Unusable("there is no JSON object in the answer")


def _composed(value: Any) -> Any:
    """A JSON value with its texts in composed Unicode form, like those of transcripts."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        return [*map(_composed, value)]
    return {key: _composed(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def with_empty(value: dict[str, Any], of: type[BaseModel], names: Iterable[str]) -> dict[str, Any]:
    """A value in which each of these fields that is missing or null is an empty text or list."""
    lacking = [name for name in names if value.get(name) is None]
    return value | {name: "" if of.model_fields[name].annotation is str else [] for name in lacking}


def _fitted(value: dict[str, Any], answer: type[M], most: int) -> Parsed[M]:
    dropped: list[DroppedItem] = []
    while True:
        try:
            return Parsed(answer.model_validate(value), tuple(dropped))
        except ValidationError as err:
            every = err.errors(include_url=False, include_input=False)
            if _put_right(value, every):
                continue
            faults = [(f["loc"], f["msg"]) for f in every if f["type"] != "extra_forbidden"]
            items = {_item(loc) for loc, _ in faults}
            if () in items or len(dropped) + len(items) > most:
                raise Unusable(_fault_text(*faults[0])) from err
            # Unknown keys are removed last, since the words of a dropped item may be in one.
            for place in () if faults else [f["loc"] for f in every]:
                _removed(value, place)
            # From the end, so that the indices of earlier items stay valid.
            dropped += reversed([_dropped(value, place, faults) for place in sorted(items, reverse=True)])


def _put_right(value: Any, faults: Sequence[ErrorDetails]) -> bool:
    """Correct faults in the value whose meaning is plain; whether there were any.

    Corrected are null for an empty list, a number or "5-7" for a list of numbers, and a known word in other letter
    case.
    """
    put_right = False
    for fault in reversed(faults):  # from the end, so that earlier indices stay valid
        if fault["type"] not in ("list_type", "literal_error", "int_parsing"):
            continue
        *way, last = fault["loc"]
        holder = value
        for part in way:
            holder = holder[part]
        given = holder[last]
        numbers = numbers_of(given)
        if fault["type"] == "literal_error":
            word = given.strip().casefold() if isinstance(given, str) else ""
            if word and f"'{word}'" in fault["ctx"]["expected"]:
                holder[last], put_right = word, True
        elif fault["type"] == "list_type" and (numbers or given in (None, "")):
            holder[last], put_right = numbers, True
        elif numbers and isinstance(last, int):
            holder[last : last + 1], put_right = numbers, True
    return put_right


def numbers_of(given: Any) -> list[int]:
    """The numbers that these stand for: 5, "#5", "5-7", "[5, 7-9]"; [] for anything else."""
    if isinstance(given, int) and not isinstance(given, bool):
        return [given]
    if not isinstance(given, str) or not _RUNS.fullmatch(given.strip()):
        return []
    runs = [sorted((int(first), int(last or first))) for first, last in _RUN.findall(given)]
    return [n for first, last in runs for n in range(first, min(last + 1, first + _LONGEST_RUN))]


def _dropped(value: Any, place: Place, faults: Sequence[tuple[Place, str]]) -> DroppedItem:
    """Remove the item at a path from the value; the item with its faults."""
    item, mine = _removed(value, place), [(loc, message) for loc, message in faults if _item(loc) == place]
    text = " | ".join(_words(item, place, {loc for loc, _ in mine})) or json.dumps(item, ensure_ascii=False)
    reason = "; ".join(_fault_text(loc[len(place) :], message) for loc, message in mine)
    return DroppedItem(str(place[0]), text, reason, item, is_whole=len(place) == _WHOLE)


def _fault_text(loc: Place, message: str) -> str:
    return f"{'.'.join(map(str, loc))}: {message}" if loc else message


def _item(loc: Place) -> Place:
    """The path of the innermost list item that contains a fault; () if it is in no list."""
    last = max((i for i, part in enumerate(loc) if isinstance(part, int)), default=-1)
    return loc[: last + 1]


def _removed(value: Any, place: Place) -> Any:
    """Remove what is at a path from the value, and return it."""
    for part in place[:-1]:
        value = value[part]
    return value.pop(place[-1])


def _words(value: Any, place: Place, wrong: Set[Place]) -> Iterator[str]:
    """The texts at a path and below, except those in the wrong places."""
    if isinstance(value, str) and value.strip() and place not in wrong:
        yield value.strip()
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _words(inner, (*place, key), wrong)


def holds_json(text: str) -> bool:
    """Whether the text contains any JSON object, repaired or not."""
    return any(_objects_after_thought(text))


def holds_fields(text: str, schema: Mapping[str, Any]) -> bool:
    """Whether a JSON object in the text has all the fields that a schema requires."""
    return any(found.value.keys() >= set(schema.get("required", ())) for found in _objects_after_thought(text))


def _objects_after_thought(text: str) -> Iterator[Found]:
    """The JSON objects in a text after its thought, up to one that is nested too deeply."""
    with suppress(RecursionError):
        yield from objects_in(split_thought(text[:_MOST_CHARACTERS])[0])


def split_thought(text: str) -> tuple[str, str]:
    """The text of an answer, and the tagged thought before it; "" if there is none."""
    found = None
    if not _JSON_AT_ONCE.match(text):
        found = _CHANNELS.match(text) or _THOUGHT.match(text) or _TAGGED.match(text)
    return (text[found.end() :].lstrip(), _MARK.sub("", found[0])) if found else (text, "")
