"""Tests by a few small calls what an endpoint can do with a model, and reports it in plain words; lists its models."""

from __future__ import annotations

import difflib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from pipeline.errors import CallError, PipelineError
from pipeline.llm import Completion, Message, Request
from pipeline.llm.answers import Unusable, parse_answer
from pipeline.llm.tokens import count_tokens, encoding_for
from pipeline.providers import canary, learning
from pipeline.providers.capabilities import RUNGS, Capabilities
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.offered import Offered
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.providers.replies import tokens_of_messages

Row = tuple[str, str]
_FILLER = "This sentence is here to be read and says nothing. "


@dataclass(frozen=True, slots=True)
class Findings:
    """Rows to show, whether `make` can use the endpoint, and the learned capabilities, for the store."""

    rows: tuple[Row, ...]
    works: bool
    known: Capabilities

    @property
    def exit_code(self) -> int:
        """0 if `make` can use the endpoint, else 1."""
        return 0 if self.works else 1


class _Probe(BaseModel):
    model_config = ConfigDict(extra="forbid")
    colour: str
    number: int


_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string"}, "number": {"type": "integer"}},
    "required": ["colour", "number"],
    "additionalProperties": False,
}
_TASK = 'Answer with a JSON object: {"colour": the colour of grass, "number": 7}'
_ROLE = Message("system", "Do what the last message says.")
_PROBE = Request("probe", (_ROLE, Message("user", "Grass is green."), Message("user", _TASK)), _SCHEMA, 60)


class _Doctor:
    """Examines one endpoint; what one call teaches is used for the next."""

    def __init__(self, endpoint: Endpoint, chunk_tokens: int | None) -> None:
        self._endpoint, self._chunk_tokens = endpoint, chunk_tokens
        self.known = Capabilities()
        self.rows: list[Row] = []
        self.learned: list[str] = []
        self.best: Completion | None = None

    @asynccontextmanager
    async def _client(self, known: Capabilities) -> AsyncIterator[OpenAICompatible]:
        def keep(known: Capabilities, notice: str) -> None:
            if notice:
                self.learned.append(notice.removeprefix(f"{self._endpoint.model} at {self._endpoint.address} "))

        async with OpenAICompatible(self._endpoint, known=known, on_learned=keep) as client:
            yield client
        self.known = replace(client.known, rung=self.known.rung, read_to=self.known.read_to)

    async def formats(self) -> bool:
        """Add a row for each response format; whether any works. `make` will start with the best one."""
        working = []
        for rung in RUNGS:
            async with self._client(replace(self.known, rung=rung)) as client:
                try:
                    completion = await client.complete(_PROBE)
                    parse_answer(completion.text, _Probe)
                except Unusable as err:
                    self.rows.append((rung, f"does not follow the schema: {err}"))
                    continue
                except CallError as err:
                    self.rows.append((rung, str(err)))
                    if err.fatal:
                        break
                    continue
            if completion.rung != rung:
                self.rows.append((rung, f"not accepted; it used {completion.rung} instead"))
                continue
            working.append(rung)
            self.best = self.best or completion
            self.rows.append((rung, f"works, {completion.seconds:.1f} s, {_tokens(completion)}"))
        if working:
            self.known = replace(self.known, rung=working[0])
        return bool(working)

    def parameters(self) -> None:
        """Add a row on parameters that are accepted, renamed or left out."""
        known = self.known
        joined = ["two messages in a row with the same role"] * known.join_roles + [
            "a system role"
        ] * known.no_system_role
        refused = joined + sorted(known.left_out | {f"“{k}” in schemas" for k in known.keywords_left_out})
        limit = known.limit or self._endpoint.limit
        names = ["temperature", "seed", *(["reasoning_effort"] if self._endpoint.effort else [])]
        accepted = [n for n in (limit, *names) if n not in known.left_out]
        self.rows.append(
            (
                "parameters",
                f"accepts {', '.join(accepted)}" + (f"; does not accept {', '.join(refused)}" if refused else ""),
            )
        )

    def thought(self) -> None:
        """Add a row on whether the model thinks, and how much room that gets."""
        most, room = self.known.thought, self.known.room_for_thought()
        room = room if self._endpoint.room is None else self._endpoint.room
        thinking = f"yes, {most:,} tokens for a small question" if most else "not seen"
        self.rows.append(("thinking", f"{thinking}; each answer may use {room:,} tokens more for it"))

    async def long_prompt(self) -> None:
        """Send a prompt of the length of a chunk twice: is it read in full, is it cached, and how fast is it?"""
        size = self._chunk_tokens
        if size is None:
            return
        text = _FILLER * (size // count_tokens(_FILLER))
        question = canary.question(Request("probe", (_ROLE, Message("user", text), Message("user", "Answer.")), {}, 60))
        # `read_to` tells the client not to check this prompt itself, which would take a third call.
        async with self._client(replace(self.known, read_to=max(self.known.read_to, 2 * size))) as client:
            try:
                first, started = await client.complete(question), time.monotonic()
                second = await client.complete(question)
            except CallError as err:
                self.rows.append(("a whole chunk", f"{size:,} tokens do not fit: {err}"))
                return
            seconds = time.monotonic() - started
        usage, counted_size = second.usage, tokens_of_messages(question.messages)
        prompt = first.usage.reported_prompt
        was_read = canary.read_whole(first, counted_size)
        if was_read is None:
            was_read = canary.read_whole(second, counted_size)
        if was_read is not None:
            self.known = learning.from_canary(was_read, prompt, counted_size, self.known).known
        if was_read is None:
            self.rows.append(("a whole chunk", "unknown: the model did not answer whether it read the whole prompt"))
        elif was_read:
            self.rows.append(("a whole chunk", f"read from its first line on, {usage.prompt_tokens:,} tokens"))
        else:
            note = "no usage reported" if usage.estimated else f"usage reported: {usage.prompt_tokens:,} tokens"
            self.rows.append(
                ("a whole chunk", f"its first line was not read ({note}): increase the server's context window")
            )
        cached = f"works: {usage.cached_prompt_tokens:,} of {usage.prompt_tokens:,} tokens came from it the second time"
        self.rows.append(("prompt cache", cached if usage.cached_prompt_tokens else "not reported in the usage"))
        self.rows.append(("a chunk takes", f"{seconds:.1f} s, with an answer of {usage.completion_tokens} tokens"))

    def speed(self) -> None:
        """Add a row on answer and thought tokens per second, for a small question."""
        if self.best and self.best.seconds:
            pace = self.best.usage.completion_tokens / self.best.seconds
            self.rows.append(
                ("speed", f"{pace:.{0 if pace >= 10 else 1}f} tokens per second, including the wait for the first")
            )

    def will_do(self) -> None:
        """Add a row on how `make` will use the endpoint."""
        way = {
            "json_schema": "sends the schema for the endpoint to enforce",
            "json_object": "asks for JSON, with the schema in the prompt",
            "text": "asks in plain text, with the schema in the prompt",
        }[self.known.rung]
        length, window = self.known.cut_from, self.known.window
        cut = (
            f"; tests again whether {length:,} tokens are read whole, and splits chunks that are not" if length else ""
        )
        cut += f"; keeps prompt and answer within {window:,} tokens" if window else ""
        self.rows.append(("make", f"{way}, and checks every answer against it{cut}"))


def _tokens(completion: Completion) -> str:
    usage = completion.usage
    thought = f" ({usage.thought_tokens} of thinking)" if usage.thought_tokens else ""
    note = "no usage reported" if usage.estimated else "usage reported"
    return f"{usage.prompt_tokens} + {usage.completion_tokens} tokens{thought}, {note}"


async def examine(endpoint: Endpoint, *, chunk_tokens: int | None = None) -> Findings:
    """Examine an endpoint with a few small calls, and two of `chunk_tokens` prompt tokens unless that is None."""
    doctor = _Doctor(endpoint, chunk_tokens)
    doctor.rows += await _served(endpoint)
    works = await doctor.formats()
    if works:
        doctor.parameters()
        doctor.thought()
        doctor.speed()
        await doctor.long_prompt()
        for notice in dict.fromkeys(doctor.learned):
            doctor.rows.append(("found out", notice))
    encoding, sure = encoding_for(endpoint.model)
    doctor.rows.append(
        ("tokens", f"counted with {encoding}" + ("" if sure else " (tiktoken does not know this model)"))
    )
    if works:
        doctor.will_do()
    else:
        doctor.rows.append(("make", "cannot use it: no answer was usable"))
    return Findings(tuple(doctor.rows), works, doctor.known)


async def models_at(endpoint: Endpoint) -> list[Offered]:
    """The models that an endpoint offers. CallError if it does not list them."""
    async with OpenAICompatible(endpoint) as client:
        return await client.list_models()


async def model_rows(endpoint: Endpoint) -> list[Row]:
    """A row for each model, for `studydoc models`; one row with the error if the endpoint does not list them."""
    try:
        return [(endpoint.address, _described(offer)) for offer in await models_at(endpoint)]
    except PipelineError as err:
        return [(endpoint.address, str(err))]


async def _served(endpoint: Endpoint) -> list[Row]:
    try:
        models = await models_at(endpoint)
    except CallError as err:
        return [("models", f"not listed: {err}")]
    mine = next((offer for offer in models if offer.name == endpoint.model), None)
    if mine is None:
        names = [offer.name for offer in models]
        near = difflib.get_close_matches(endpoint.model, names, n=3) or names[:3]
        suggestion = f", such as {', '.join(near)}" if near else ""
        return [("models", f"{endpoint.model} is not among the {len(models)} listed{suggestion}")]
    return [("models", f"{_described(mine)}, one of {len(models)}")]


def _described(model: Offered) -> str:
    window = f", with a context window of {model.window:,} tokens" if model.window else ""
    return model.name + window + (f", shuts down on {model.shutdown}" if model.shutdown else "")
