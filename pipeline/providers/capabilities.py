"""What is known of an endpoint with a model: what it takes, how much it thinks, how much it reads. Found by asking.

Nothing of it is part of a call's identity: a stored answer stays good whatever is found out later.
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
FIRST_ROOM = 4096  # a limit costs nothing where it is not used, an answer cut in thought costs a call
_STEP = 1024
LEAST_WINDOW = 1000  # tokens: a smaller one was misread, and with it no call would ever be sent again
_MOST_SCHEMAS = 64  # whose results are kept
_SEEN_ENOUGH = 8  # answers without thought after which little room is left: a small model that loops would fill it


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One endpoint with one model. The defaults say that nothing is known yet."""

    rung: Rung = "json_schema"
    kept: frozenset[Rung] = frozenset()  # response formats that an answer has kept to
    limit: Limit | None = None  # the limit's name, when it is not the endpoint's usual one
    left_out: frozenset[str] = frozenset()  # parameters that are not taken
    streams: bool = False  # calls are taken only with `stream`, and answered by streams
    join_roles: bool = False  # messages of one role in a row are joined: the model's template wants them to alternate
    no_system_role: bool = False  # what the system says goes to the front of what the user says
    keywords_left_out: frozenset[str] = frozenset()  # keywords of schemas that are not taken
    keywords_taken: frozenset[str] = frozenset()  # keywords of schemas that were taken once
    room: int | None = None  # tokens for thought beside the answer, once an answer needed more than the first room
    thought: int = 0  # the most tokens of thought that an answer came with
    answers: int = 0  # whole answers that came, the first few counted
    answer_most: int | None = None  # the highest limit that is taken
    afforded: int | None = None  # the highest limit that the account's credit pays for at present
    window: int | None = None  # tokens of prompt and answer together that one call may have
    ratio: float | None = None  # tokens of a prompt that the endpoint reports for one counted here
    doubt: int | None = None  # prompts counted so long were cut in silence in an earlier run: they are looked at anew
    cut_from: int | None = None  # prompts counted so long are cut in silence
    read_to: int = 0  # the longest prompt, counted, that was read whole although the usage made it look cut

    @property
    def highest_limit(self) -> int | None:
        """The highest limit that a call may have; None where none is known."""
        return min((n for n in (self.answer_most, self.afforded) if n is not None), default=None)

    def room_for_thought(self) -> int:
        """Tokens that a call may take beside its answer."""
        if self.room is not None:
            return max(self.room, self._used())
        if self.thought:
            return self._used()
        if "reasoning_effort" in self.left_out:
            return 0
        return FIRST_ROOM if self.answers < _SEEN_ENOUGH else _STEP

    def _used(self) -> int:
        """Twice the most that was needed, in whole thousands, and never less than at first: thought varies."""
        return -(-max(2 * self.thought, FIRST_ROOM) // _STEP) * _STEP

    def lower_rung(self) -> Capabilities | None:
        """One response format down; None at the bottom."""
        lower = self.lowered(1)
        return None if lower.rung == self.rung else lower

    def lowered(self, times: int) -> Capabilities:
        """So many response formats down, as far as there are any."""
        return replace(self, rung=RUNGS[min(RUNGS.index(self.rung) + times, len(RUNGS) - 1)]) if times else self

    def after_answer(self, thought: int, keywords: frozenset[str]) -> Capabilities:
        """After a whole answer to a schema with these keywords."""
        return replace(
            self,
            keywords_taken=self.keywords_taken | keywords,
            answers=min(self.answers + 1, _SEEN_ENOUGH),
            thought=max(self.thought, thought),
        )

    def with_kept(self, rung: Rung) -> Capabilities:
        """After an answer that keeps to a response format."""
        return self if rung in self.kept else replace(self, kept=self.kept | {rung})

    def without(self, *names: str) -> Capabilities:
        """Parameters dropped."""
        return replace(self, left_out=self.left_out | set(names)) if names else self

    def dump(self) -> str:
        """A line for the store. What is cut in silence is only doubted by the next run: a server may be mended."""
        lasting = asdict(replace(self, doubt=self.cut_from or self.doubt, cut_from=None, read_to=0, afforded=None))
        fields = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in lasting.items()}
        return json.dumps(fields, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a call taught: all that is known now, and a line for people, empty where it is of no interest."""

    known: Capabilities
    notice: str = ""


_FACT = TypeAdapter(Capabilities)


def known_of(store: CallStore, endpoint: Endpoint) -> Capabilities:
    """What was found out earlier about an endpoint with a model."""
    return recalled(store.recall(_fact_of(endpoint)))


def keep(store: CallStore, endpoint: Endpoint, known: Capabilities) -> None:
    """Keeps what was found out, for later runs."""
    store.remember(_fact_of(endpoint), known.dump())


def _fact_of(endpoint: Endpoint) -> str:
    return f"endpoint {endpoint.place} {endpoint.model}"


def recalled(text: str | None) -> Capabilities:
    """What the store kept, or nothing known."""
    try:
        known = _FACT.validate_json(text or "")
    except ValidationError:  # there is none, or it is damaged: it is found out again
        return Capabilities()
    return replace(known, window=None) if known.window is not None and known.window < LEAST_WINDOW else known


def _once_a_schema(look: Callable[[Any], T]) -> Callable[[Any], T]:
    """`look`, called once for each schema: a run has a handful, made once, and each call asks (0.6 ms otherwise)."""
    cached: dict[int, tuple[Any, T]] = {}

    @wraps(look)
    def cached_look(schema: Any) -> T:
        if id(schema) not in cached:
            if len(cached) >= _MOST_SCHEMAS:
                cached.clear()
            cached[id(schema)] = schema, look(schema)  # with the schema itself, whose id is its own while it is kept
        return cached[id(schema)][1]

    return cached_look


@_once_a_schema
def keywords_of(schema: Any) -> frozenset[str]:
    """Keywords of a JSON schema, names of properties not among them."""
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
    """A schema without the keywords that strict endpoints refuse; code checks those limits on every answer."""
    return without_keywords(schema, _LIMITS)


def without_keywords(schema: Any, keywords: frozenset[str]) -> Any:
    """A schema without some keywords; properties of these names stay."""
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
