"""Structured output: calls whose answers fit a pydantic model, repeated once with the error if they do not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from pipeline.errors import CallError, Declined, InvalidAnswer, OutputTruncated, unbilled
from pipeline.llm import SEED, TEMPERATURE, Completion, LLMClient, Message, Request
from pipeline.llm.answers import Parsed, Unusable, parse_answer, with_empty
from pipeline.llm.prompting import PromptSet
from pipeline.text import composed

A = TypeVar("A", bound=BaseModel)
T = TypeVar("T")
_MOST_SHOWN = 100_000  # characters of a rejected answer that are shown to the model again
_FEW = 3  # items that may be dropped from an answer before it is requested again
_DECLINED = {"refusal": "the model declined to answer", "content_filter": "a content filter stopped the answer"}


class Answer(BaseModel):
    """The base of all answer models: no extra keys, all fields required, no limits outside the schema.

    Where the schema is not enforced, fields in `_mostly_empty` may be missing or null, and are then empty.
    """

    model_config = ConfigDict(extra="forbid")
    _mostly_empty: ClassVar[Collection[str]] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_empty_fields(cls, fields: Any) -> Any:
        return with_empty(fields, cls, cls._mostly_empty) if isinstance(fields, dict) else fields


class Structured:
    """Requests answers that fit a model, from one client."""

    def __init__(self, client: LLMClient, prompts: PromptSet) -> None:
        self.client, self.prompts = client, prompts

    async def ask(
        self,
        name: str,
        messages: Sequence[Message],
        answer: type[A],
        use: Callable[[Parsed[A]], T],
        *,
        max_tokens: int,
        temperature: float = TEMPERATURE,
        seed: int = SEED,
        shortcoming: Callable[[T], str] = lambda result: "",
        needs: Collection[str] | None = None,
    ) -> T:
        """The result that `use` makes of the answer.

        - An item of the answer that does not fit its schema is dropped, and reported to `use`.
        - If the whole answer does not fit, or `use` raises Unusable, the call is repeated once with the error.
        - If the result has a `shortcoming` ("" for none), the call is repeated once with that. If the second answer
          gives no result, the first result is returned.
        - If all of these answers came from the store and led to no result or to one with a shortcoming, new answers are
          requested from the endpoint.

        `needs` are the fields that the answer must have (None: all); other missing ones are empty. Raises
        OutputTruncated, Declined, InvalidAnswer, and errors of the client.
        """

        def read(text: str, most_dropped: int) -> T:
            return use(parse_answer(text, answer, needs=needs, most_dropped=most_dropped))

        request = Request(name, tuple(messages), schema_of(answer), max_tokens, temperature, seed)
        answers: list[tuple[Request, Completion]] = []
        try:
            result = await self._result(request, read, shortcoming, answers)
        except (Declined, InvalidAnswer):
            if not _renewable(answers):
                raise
        else:
            if not shortcoming(result) or not _renewable(answers):
                return result
        return await self._result(replace(request, instead_of=tuple(answers)), read, shortcoming, [])

    async def _result(
        self,
        request: Request,
        read: Callable[[str, int], T],
        shortcoming: Callable[[T], str],
        answers: list[tuple[Request, Completion]],
    ) -> T:
        """What `read` makes of the answer, or of a second one requested with the error. Adds both to `answers`."""
        completion = await self._complete(request, answers)
        try:
            result = read(completion.text, _FEW)
        except Unusable as err:
            completion = await self._complete(self._asked_again(request, completion, str(err)), answers)
            try:
                return read(completion.text, len(completion.text))
            except Unusable as err_again:
                message = f"{request.name}: the answer was unusable, even when asked again: {err_again}"
                raise InvalidAnswer(message, hint="try another model") from err_again
        if not (error := shortcoming(result)):
            return result
        try:
            completion = await self._complete(self._asked_again(request, completion, error), answers)
            return read(completion.text, _FEW)
        except CallError as err:
            if err.fatal or isinstance(err, OutputTruncated):  # for less work, the answer may be complete
                raise
        except Unusable:
            pass
        return result

    def _asked_again(self, request: Request, completion: Completion, error: str) -> Request:
        """The request, followed by the rejected answer and the reason."""
        refused = Message("assistant", completion.text[:_MOST_SHOWN])
        reason = Message("user", self.prompts.load("reask.v1").render(error=error))
        return replace(request, messages=(*request.messages, refused, reason), instead_of=())

    async def text(self, name: str, messages: Sequence[Message], *, max_tokens: int) -> Completion:
        """An answer in plain text, in composed Unicode form. Raises Declined and errors of the client."""
        request = Request(name, tuple(messages), None, max_tokens)
        completion = await self.client.complete(request)
        if completion.renewable and completion.finish_reason in _DECLINED:
            completion = await self.client.complete(replace(request, instead_of=((request, completion),)))
        completion = replace(completion, text=composed(completion.text))
        return completion if completion.finish_reason == "length" else ensure_ended(completion)

    async def _complete(self, request: Request, answers: list[tuple[Request, Completion]]) -> Completion:
        completion = await self.client.complete(request)
        answers.append((request, completion))
        return ensure_ended(completion)


def _renewable(answers: Sequence[tuple[Request, Completion]]) -> bool:
    """Whether there are answers and new ones may be requested in place of all of them."""
    return bool(answers) and all(completion.renewable for _, completion in answers)


def ensure_ended(completion: Completion) -> Completion:
    """The completion, if it ended normally. Raises Declined or OutputTruncated (unbilled if it was stored before)."""
    if completion.finish_reason == "length":
        cut = OutputTruncated("the answer stopped at the token limit", hint="lower --chunk-tokens")
        raise unbilled(cut) if completion.renewable else cut
    if message := _DECLINED.get(completion.finish_reason):
        raise Declined(message)
    return completion


@lru_cache(maxsize=64)  # the slowest part of preparing a call
def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer, without titles, descriptions and references."""
    raw = answer.model_json_schema()
    schema = _resolved(raw, raw.get("$defs", {}))
    assert isinstance(schema, dict)
    return schema


def _resolved(node: Any, defs: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(v, defs) for v in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(defs[node["$ref"].rsplit("/", 1)[-1]], defs)
    return {
        k: _resolved(v, defs)
        for k, v in node.items()
        if k != "$defs" and not (k in ("title", "description") and isinstance(v, str))  # a field may have such a name
    }
