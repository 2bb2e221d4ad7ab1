"""Structured output: a call whose answer fits a pydantic model, asked once more with the error when it does not."""

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
_MOST_SAID = 100_000  # characters of a refused answer that are shown again
_FEW = 3  # items that may be left out of an answer before it is asked for again
_DECLINED = {"refusal": "the model declined to answer", "content_filter": "a content filter stopped the answer"}


class Answer(BaseModel):
    """Base of everything that a model answers with: closed objects, all fields required, no hidden limits.

    Where no schema is kept to, the fields `_mostly_empty` may be left out or null: they are empty then.
    """

    model_config = ConfigDict(extra="forbid")
    _mostly_empty: ClassVar[Collection[str]] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_empty_fields(cls, fields: Any) -> Any:
        return with_empty(fields, cls, cls._mostly_empty) if isinstance(fields, dict) else fields


class Structured:
    """Asks one client for answers that fit a model."""

    def __init__(self, client: LLMClient, prompts: PromptSet) -> None:
        self.client, self.prompts = client, prompts

    async def ask(
        self,
        name: str,
        messages: Sequence[Message],
        answer: type[A],
        *,
        max_tokens: int,
        temperature: float = TEMPERATURE,
        seed: int = SEED,
        law: Callable[[A], None] = lambda value: None,
        wish: Callable[[A], None] = lambda value: None,
        needs: Collection[str] | None = None,
    ) -> Parsed[A]:
        """The answer; an item that does not fit is dropped and reported, a whole answer that does not is asked again.

        `needs` are the fields that it has to have, None for all: the others are empty where they are left out.
        `law` raises Unusable for an answer that fits its schema and still cannot be used, `wish` for one that can be
        and is asked again all the same, once: it stands where no other comes that can be used. Where every answer came
        from the store and none can be used, or none is as wished, the endpoint is asked anew. Raises OutputTruncated,
        Declined, InvalidAnswer, and what the client raises.
        """

        def read(text: str, most_dropped: int) -> Parsed[A]:
            parsed = parse_answer(text, answer, needs=needs, most_dropped=most_dropped)
            law(parsed.value)
            return parsed

        request = Request(name, tuple(messages), schema_of(answer), max_tokens, temperature, seed)
        answers: list[tuple[Request, Completion]] = []
        usable: Parsed[A] | None = None
        try:
            usable = await self._fitting(request, read, wish, answers)
            wish(usable.value)
            return usable
        except (Declined, InvalidAnswer, Unusable):
            if not answers or not all(a.renewable for _, a in answers):
                if usable:
                    return usable
                raise
        return await self._fitting(replace(request, instead_of=tuple(answers)), read, wish, [])

    async def _fitting(
        self,
        request: Request,
        read: Callable[[str, int], Parsed[A]],
        wish: Callable[[A], None],
        answers: list[tuple[Request, Completion]],
    ) -> Parsed[A]:
        """The answer to a request as it is `read`, or to the same with the error; what came is put into `answers`."""
        completion = await self._complete(request, answers)
        usable: Parsed[A] | None = None
        try:
            usable = read(completion.text, _FEW)
            wish(usable.value)
            return usable
        except Unusable as err:
            refused = Message("assistant", completion.text[:_MOST_SAID])
            error = Message("user", self.prompts.load("reask.v1").render(error=str(err)))
            retry = replace(request, messages=(*request.messages, refused, error), instead_of=())
        try:
            completion = await self._complete(retry, answers)
            return read(completion.text, _FEW if usable else len(completion.text))
        except CallError as err:
            if not usable or err.fatal or isinstance(err, OutputTruncated):  # less of the work may get a whole answer
                raise
        except Unusable as err:
            if not usable:
                message = f"{request.name}: the answer did not fit, also when asked again: {err}"
                raise InvalidAnswer(message, hint="try another model") from err
        return usable

    async def text(self, name: str, messages: Sequence[Message], *, max_tokens: int) -> Completion:
        """An answer in plain text, composed. Raises Declined and what the client raises."""
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


def ensure_ended(completion: Completion) -> Completion:
    """The completion, if it ended by itself. Raises Declined, and OutputTruncated, unbilled if it was stored before."""
    if completion.finish_reason == "length":
        cut = OutputTruncated("the answer stopped at the token limit", hint="lower --chunk-tokens")
        raise unbilled(cut) if completion.renewable else cut
    if message := _DECLINED.get(completion.finish_reason):
        raise Declined(message)
    return completion


@lru_cache(maxsize=64)  # pydantic takes longer over it than over anything else that a call needs
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
