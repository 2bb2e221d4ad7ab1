"""The pipeline's view of a language model: LLMClient, Request, Completion, Usage. No endpoint is known here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from pipeline.errors import CallError
from pipeline.usage import Usage as Usage

FORMAT_VERSION = 2  # part of a call's identity: to be raised when the meaning of a request changes
TEMPERATURE, SEED = 0.0, 7  # the same call gets the same answer, as far as the endpoint allows

_IN_ORDER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))

Rung = Literal["json_schema", "json_object", "text"]
FinishReason = Literal["stop", "length", "content_filter", "refusal", "unknown"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `messages`, the JSON `schema` that the answer must fit (None: plain text), and sampling.

    `name` labels the schema. The following fields are not part of the identity. If calls have to wait, the one of the
    lowest `rank` goes first. `instead_of` has unusable stored answers, each with its call: the store deletes them, so
    that the calls are made again. `ticket` is the number under which a limit reserved tokens for the call, 0 without a
    limit.
    """

    name: str
    messages: tuple[Message, ...]
    schema: dict[str, Any] | None
    max_tokens: int
    temperature: float = TEMPERATURE
    seed: int = SEED
    rank: tuple[int, ...] = field(default=(), compare=False)
    instead_of: tuple[tuple[Request, Completion], ...] = field(default=(), compare=False)
    ticket: int = field(default=0, compare=False)
    _known: dict[str, tuple[bytes, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def identity(self, model: str) -> dict[str, Any]:
        """Everything that decides the answer, by part, so that an error can say which part differs."""
        return {
            "format": FORMAT_VERSION,
            "model": model,
            "messages": [[m.role, m.content] for m in self.messages],
            "schema": self.schema,
            "name": self.name,
            "sampling": {
                "max_tokens": self.max_tokens,
                "temperature": self.temperature,
                "seed": self.seed,
            },
        }

    def canonical(self, model: str) -> str:
        """The identity as canonical JSON."""
        return self._as_known(model)[0].decode("utf-8", "surrogatepass")

    def key(self, model: str) -> str:
        """The sha256 of the canonical identity, in hex."""
        return self._as_known(model)[1]

    def with_ticket(self, ticket: int) -> Request:
        """The same call with a ticket; its key is not computed again."""
        same = replace(self, ticket=ticket)
        same._known.update(self._known)
        return same

    def _as_known(self, model: str) -> tuple[bytes, str]:
        """The canonical form and the key, cached, since every client that a call passes through needs them."""
        if model not in self._known:
            text = canonical(self.identity(model))
            self._known[model] = text, hashlib.sha256(text).hexdigest()
        return self._known[model]


def canonical(identity: dict[str, Any]) -> bytes:
    """An identity as canonical JSON in UTF-8, from which keys are computed: no blanks, sorted names."""
    return b"{%b}" % b",".join(b"%b:%b" % (_as_json(name), _as_json(part)) for name, part in sorted(identity.items()))


def _as_json(part: Any) -> bytes:
    if isinstance(part, list):  # the messages, which are nearly all of it: the same bytes, five times as fast
        from pydantic_core import to_json  # imported here because a run that makes nothing needs no key

        with suppress(ValueError):  # a lone surrogate
            return to_json(part)
    return _IN_ORDER.encode(part).encode("utf-8", "surrogatepass")


def key_of(identity: dict[str, Any]) -> str:
    """The sha256 of an identity in its canonical form, in hex."""
    return hashlib.sha256(canonical(identity)).hexdigest()


def digest_of(text: str) -> str:
    """The sha256 of a text in hex; also for lone surrogates, as in paths that are not UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Completion:
    """A complete answer: its text, why it ended, the tokens used, and the name of the model that answered.

    `finish_reason` is "length" if the answer stopped at the token limit, whatever the endpoint calls that. `rung` says
    how the schema was passed on, `seconds` how long the call took, and `cached` that the answer came from the store. If
    `renewable`, it was stored by an earlier run, and another answer may be requested in its place.
    """

    text: str
    finish_reason: FinishReason
    usage: Usage
    model: str
    rung: Rung = "json_schema"
    seconds: float = 0.0
    cached: bool = False
    renewable: bool = False


class LLMClient(Protocol):
    """Answers requests, one or many at a time.

    It repeats by itself what may succeed when repeated. A CallError costs what the call was for, and the document is
    then made without it; if it is `fatal`, and for any other exception, no document is made.
    """

    @property
    def model(self) -> str:
        """The model's name, as used in the identity of calls."""
        ...

    async def complete(self, request: Request) -> Completion:
        """The complete answer to `request`."""
        ...


def other_models(asked: str, answered: Iterable[str]) -> tuple[str, ...]:
    """The models that answered in place of `asked`. "gpt-4o-2024-11-20" counts as "gpt-4o": it is its full name."""
    return tuple(sorted(a for a in set(answered) if not a.casefold().startswith(asked.casefold())))


@dataclass(slots=True)
class Tally:
    """Calls and tokens of a run so far. `calls` counts those that were answered."""

    calls: int = 0
    calls_cached: int = 0
    failed: int = 0  # calls without an answer that may be billed
    usage: Usage = field(default_factory=Usage)
    usages: list[Usage] = field(default_factory=list)  # of each call: very long ones may cost more per token
    new_usages: list[Usage] = field(default_factory=list)  # those of calls whose answers were not in the store
    models: set[str] = field(default_factory=set)

    def book(self, completion: Completion) -> None:
        """Count an answer."""
        self.calls += 1
        self.models.add(completion.model)
        self.calls_cached += completion.cached
        self._add(completion.usage, new=not completion.cached)

    def book_failed(self, error: CallError) -> None:
        """Count the usage of a call that failed."""
        self.failed += error.billed or error.spent != Usage()
        if error.spent != Usage():
            self._add(error.spent, new=True)

    def without_stored(self) -> Tally:
        """What this run itself asked for and paid."""
        new = self.new_usages
        return Tally(self.calls - self.calls_cached, failed=self.failed, usage=sum(new, Usage()), usages=new)

    def _add(self, usage: Usage, *, new: bool) -> None:
        self.usage = self.usage + usage
        self.usages.append(usage)
        if new:
            self.new_usages.append(usage)
