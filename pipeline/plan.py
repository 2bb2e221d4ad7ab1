"""What a run would take, without a call: the calls of the first wave by their own identities, the rest estimated."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.chunking import chunk_transcript
from pipeline.errors import CallError, EndpointError
from pipeline.llm import Completion, LLMClient, Request, Usage
from pipeline.prompting import PromptSet
from pipeline.providers.calls import CallStore
from pipeline.run import asummarise, merge_calls
from pipeline.settings import Recipe
from pipeline.tokens import count_tokens, encoding_for
from pipeline.transcript import Transcript

_MERGE_PROMPT_TOKENS = 900
_MERGE_ANSWER_TOKENS = (40, 180)


class LimitReached(EndpointError):
    """A limit that the user set would be passed by the next call; everything so far is stored."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="run again with a higher limit; stored answers cost nothing", fatal=True)


@dataclass(slots=True)
class Plan:
    """What one transcript would take. Prompt tokens and calls of the first wave are exact, `merges` are an estimate."""

    name: str
    stored: int = 0
    calls: int = 0
    merges: int = 0
    prompt_tokens: int = 0
    low: int = 0
    high: int = 0

    @property
    def cost_tokens(self) -> tuple[Usage, Usage]:
        """New tokens if answers are short, and if they are long."""
        return Usage(self.prompt_tokens, 0, self.low), Usage(self.prompt_tokens, 0, self.high)


@dataclass(slots=True)
class Experience:
    """Completion tokens and seconds of earlier calls of a model, by the name of the call; tokens of thought of all."""

    tokens: Mapping[str, list[int]] = field(default_factory=dict)
    seconds: float | None = None
    thought: Sequence[int] = ()

    @staticmethod
    def of(store: CallStore, model: str) -> Experience:
        """What the store knows of a model."""
        tokens: dict[str, list[int]] = defaultdict(list)
        seconds: list[float] = []
        thought: list[int] = []
        for call in store:
            if call.identity["model"] == model:
                tokens[call.identity["name"]].append(call.completion.usage.completion_tokens)
                thought.append(call.completion.usage.thought_tokens)
                if call.completion.seconds:  # a batch tells no time
                    seconds.append(call.completion.seconds)
        return Experience(tokens, sum(seconds) / len(seconds) if seconds else None, sorted(thought))

    def answer_tokens(self, request: Request) -> tuple[int, int]:
        """The middle half of earlier answers, else a fifth of the limit to the limit and what is thought of it."""
        known = sorted(self.tokens.get(request.name, ()))
        if len(known) >= 4:
            return _middle(known)
        low, high = _middle(self.thought) if self.thought else (0, 0)
        return request.max_tokens // 5 + low, request.max_tokens + high


def _middle(known: Sequence[int]) -> tuple[int, int]:
    """Where the middle half of sorted numbers begins and ends."""
    return known[len(known) // 4], known[-1 - len(known) // 4]


class _Planner:
    """A client that answers from the store and books what it would have to ask."""

    def __init__(self, store: CallStore, model: str, plan: Plan, experience: Experience) -> None:
        self._store, self.model, self._plan, self._experience = store, model, plan, experience
        self._encoding, _ = encoding_for(model)

    async def complete(self, request: Request) -> Completion:
        if stored := self._store.get(request.key(self.model)):
            self._plan.stored += 1
            return stored
        low, high = self._experience.answer_tokens(request)
        self._plan.calls += 1
        self._plan.prompt_tokens += prompt_tokens(request, self._encoding)
        self._plan.low, self._plan.high = self._plan.low + low, self._plan.high + high
        raise CallError("only planned")


def prompt_tokens(request: Request, encoding: str) -> int:
    """Tokens of messages and schema, as endpoints count them, within a few for each message."""
    text = "\n".join(m.content for m in request.messages) + json.dumps(request.schema, ensure_ascii=False)
    return count_tokens(text, encoding) + 4 * len(request.messages)


async def plan_one(
    transcript: Transcript, store: CallStore, model: str, recipe: Recipe, prompts: PromptSet, experience: Experience
) -> Plan:
    """The plan of a transcript: its document is made as far as stored answers go, and thrown away."""
    plan = Plan(transcript.name)
    await asummarise(transcript, _Planner(store, model, plan, experience), recipe=recipe, prompts=prompts)
    if plan.calls:
        encoding, _ = encoding_for(model)
        plan.merges = merge_calls(len(chunk_transcript(transcript, limit=recipe.chunk_tokens, encoding=encoding)))
        plan.prompt_tokens += plan.merges * _MERGE_PROMPT_TOKENS
        plan.low += plan.merges * _MERGE_ANSWER_TOKENS[0]
        plan.high += plan.merges * _MERGE_ANSWER_TOKENS[1]
    return plan


def together(plans: Sequence[Plan]) -> Plan:
    """All plans as one."""
    out = Plan("all")
    for plan in plans:
        out.stored += plan.stored
        out.calls += plan.calls
        out.merges += plan.merges
        out.prompt_tokens += plan.prompt_tokens
        out.low += plan.low
        out.high += plan.high
    return out


class Limited:
    """A client that stops before the next call could pass a limit on tokens or on USD; calls in flight count whole."""

    def __init__(
        self,
        inner: LLMClient,
        *,
        tokens: int | None,
        cost: float | None,
        price: tuple[float, float] | None,
        room: Callable[[], int] = lambda: 0,
    ) -> None:
        """`price` is USD a prompt token and a completion token; a limit on cost needs it.

        `room` tells how many tokens a call may take for thought beside its answer.
        """
        self._room = room
        self._inner, self._tokens, self._cost, self._price = inner, tokens, cost, price
        self._spent = Usage()
        self._ahead: dict[int, Usage] = {}
        self._encoding, _ = encoding_for(inner.model)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The answer, or LimitReached before it is asked for."""
        most = Usage(prompt_tokens(request, self._encoding), 0, request.max_tokens + self._room())
        place = id(request)
        self._refuse_past(sum(self._ahead.values(), self._spent) + most)
        self._ahead[place] = most
        try:
            completion = await self._inner.complete(request)
        finally:
            del self._ahead[place]
        self._spent = self._spent + completion.usage
        return completion

    def _refuse_past(self, usage: Usage) -> None:
        total = usage.prompt_tokens + usage.completion_tokens
        if self._tokens is not None and total > self._tokens:
            raise LimitReached(f"--max-tokens {self._tokens:,}: the next call could pass it")
        if self._cost is not None and self._price is not None:
            dollars = usage.prompt_tokens * self._price[0] + usage.completion_tokens * self._price[1]
            if dollars > self._cost:
                raise LimitReached(f"--max-cost {self._cost:g} USD: the next call could pass it")
