"""What is known about an endpoint and model: what it accepts, how much it thinks, how much it reads. Learned by use.

None of it is part of a call's identity: stored answers remain valid whatever is learned later.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import wraps
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from pipeline.llm import Rung
from pipeline.providers.calls import CallStore
from pipeline.providers.endpoint import Endpoint
from pipeline.vendors import Limit

T = TypeVar("T")
RUNGS: tuple[Rung, ...] = get_args(Rung)
FIRST_ROOM = 4096  # an unused limit costs nothing, an answer cut in thought costs a call
_STEP = 1024
LEAST_WINDOW = 1000  # tokens: a smaller value was misread, and would prevent every further call
_MOST_SCHEMAS = 64  # schemas whose results are cached
_SEEN_ENOUGH = 8  # answers without thought before the room is cut to `_STEP`: a small model that loops would fill it


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The capabilities of one endpoint with one model. The defaults mean that nothing is known yet."""

    rung: Rung = "json_schema"
    kept: frozenset[Rung] = frozenset()  # response formats that at least one answer has followed
    limit: Limit | None = None  # the limit's parameter name, if it is not the endpoint's usual one
    left_out: frozenset[str] = frozenset()  # parameters that are not accepted
    streams: bool = False  # only calls with `stream` are accepted, and answered by streams
    join_roles: bool = False  # consecutive messages of one role are joined, for templates in which roles must alternate
    no_system_role: bool = False  # the system message is sent at the front of the user's
    keywords_left_out: frozenset[str] = frozenset()  # schema keywords that are not accepted
    keywords_taken: frozenset[str] = frozenset()  # schema keywords that were accepted at least once
    room: int | None = None  # tokens for thought in addition to the answer, once the first room was too small
    thought: int = 0  # the most thought tokens seen in one answer
    answers: int = 0  # complete answers, counted up to a few
    answer_most: int | None = None  # the highest limit that is accepted
    afforded: int | None = None  # the highest limit that the account's credit currently pays for
    window: int | None = None  # the most tokens of prompt and answer together in one call
    ratio: float | None = None  # prompt tokens that the endpoint reports for each one counted here
    doubt: int | None = None  # prompts of this many tokens were silently cut in an earlier run: check again
    cut_from: int | None = None  # prompts of this many tokens are silently cut
    read_to: int = 0  # tokens of the longest prompt that was read in full although its usage looked cut

    @property
    def highest_limit(self) -> int | None:
        """The highest limit that a call may have; None if unknown."""
        return min((n for n in (self.answer_most, self.afforded) if n is not None), default=None)

    def room_for_thought(self) -> int:
        """Tokens for thought that a call gets in addition to its answer."""
        if self.room is not None:
            return max(self.room, self._used())
        if self.thought:
            return self._used()
        if "reasoning_effort" in self.left_out:
            return 0
        return FIRST_ROOM if self.answers < _SEEN_ENOUGH else _STEP

    def _used(self) -> int:
        """Twice the most thought seen, rounded up to a multiple of `_STEP`, at least `FIRST_ROOM`: thought varies."""
        return -(-max(2 * self.thought, FIRST_ROOM) // _STEP) * _STEP

    def lower_rung(self) -> Capabilities | None:
        """With the next lower response format; None if there is none."""
        lower = self.lowered(1)
        return None if lower.rung == self.rung else lower

    def lowered(self, times: int) -> Capabilities:
        """With a response format this many steps lower, at most the lowest."""
        return replace(self, rung=RUNGS[min(RUNGS.index(self.rung) + times, len(RUNGS) - 1)]) if times else self

    def after_answer(self, thought: int, keywords: frozenset[str]) -> Capabilities:
        """Updated after a complete answer to a schema with these keywords."""
        answers, thought = min(self.answers + 1, _SEEN_ENOUGH), max(self.thought, thought)
        if answers == self.answers and thought == self.thought and keywords <= self.keywords_taken:
            return self
        return replace(self, keywords_taken=self.keywords_taken | keywords, answers=answers, thought=thought)

    def with_kept(self, rung: Rung) -> Capabilities:
        """Updated after an answer that follows a response format."""
        return self if rung in self.kept else replace(self, kept=self.kept | {rung})

    def without(self, *names: str) -> Capabilities:
        """With these parameters left out."""
        return replace(self, left_out=self.left_out | set(names)) if names else self

    def dump(self) -> str:
        """The JSON line for the store. Silent cuts are stored as doubts only, since the server may be repaired."""
        lasting = asdict(replace(self, doubt=self.cut_from or self.doubt, cut_from=None, read_to=0, afforded=None))
        fields = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in lasting.items()}
        return json.dumps(fields, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a call taught: the updated capabilities, and a line for the user, empty if not of interest."""

    known: Capabilities
    notice: str = ""


_FACT = TypeAdapter(Capabilities)


def known_of(store: CallStore, endpoint: Endpoint) -> Capabilities:
    """What earlier runs learned about an endpoint with its model."""
    return recalled(store.recall(_fact_of(endpoint)))


def keep(store: CallStore, endpoint: Endpoint, known: Capabilities) -> None:
    """Store what was learned, for later runs."""
    store.remember(_fact_of(endpoint), known.dump())


def _fact_of(endpoint: Endpoint) -> str:
    return f"endpoint {endpoint.place} {endpoint.model}"


def recalled(text: str | None) -> Capabilities:
    """Parse stored capabilities; the defaults if there are none."""
    try:
        known = _FACT.validate_json(text or "")
    except ValidationError:  # missing or damaged: learned again
        return Capabilities()
    return replace(known, window=None) if known.window is not None and known.window < LEAST_WINDOW else known


def _once_a_schema(look: Callable[[Any], T]) -> Callable[[Any], T]:
    """Cache the results of `look` for each schema: a run has few schemas, and each call needs one (0.6 ms each)."""
    cached: dict[int, tuple[Any, T]] = {}

    @wraps(look)
    def cached_look(schema: Any) -> T:
        if id(schema) not in cached:
            if len(cached) >= _MOST_SCHEMAS:
                cached.clear()
            cached[id(schema)] = schema, look(schema)  # keeping the schema keeps its id unique
        return cached[id(schema)][1]

    return cached_look


@_once_a_schema
def keywords_of(schema: Any) -> frozenset[str]:
    """The keywords in a JSON schema, without the names of properties."""
    return frozenset(_keywords(schema))


def _keywords(schema: Any) -> set[str]:
    keywords: set[str] = set()
    if isinstance(schema, dict):
        keywords.update(schema)
        for key, value in schema.items():
            inner = value.values() if key in ("properties", "$defs") and isinstance(value, dict) else [value]
            for nested in inner:
                keywords |= _keywords(nested)
    elif isinstance(schema, list):
        for nested in schema:
            keywords |= _keywords(nested)
    return keywords


_LIMITS = frozenset({"maxLength", "minLength", "minItems", "maxItems", "minimum", "maximum", "pattern"})


@_once_a_schema
def without_limits(schema: Any) -> Any:
    """A schema without the keywords that strict endpoints refuse; our code checks those limits on every answer."""
    return without_keywords(schema, _LIMITS)


def without_keywords(schema: Any, keywords: frozenset[str]) -> Any:
    """A schema without some keywords; properties that have these names are kept."""
    if isinstance(schema, list):
        return [without_keywords(v, keywords) for v in schema]
    if not isinstance(schema, dict):
        return schema
    out = {}
    for key, value in schema.items():
        if key in ("properties", "$defs") and isinstance(value, dict):
            out[key] = {name: without_keywords(v, keywords) for name, v in value.items()}
        elif key not in keywords:
            out[key] = value if key in ("enum", "const", "default", "required") else without_keywords(value, keywords)
    return out
