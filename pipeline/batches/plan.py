"""What a run would take, without calls: stored answers and next calls are exact, later calls estimated."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.errors import PipelineError
from pipeline.llm import Completion, Request, Usage
from pipeline.llm.prices import added
from pipeline.llm.progress import Estimate, Phase, Progress, comes_after
from pipeline.llm.prompting import PromptSet
from pipeline.llm.tokens import encoding_for
from pipeline.profile import Recipe
from pipeline.providers.calls import CallStore
from pipeline.providers.limited import PriceOf, prompt_tokens
from pipeline.run import asummarise, method_of
from pipeline.sections import words_of
from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Share:
    """Some calls and their tokens: `low` and `high` are answer tokens if answers are short, and if they are long.

    `usd_low` and `usd_high` are the cost in these cases, None if unknown.
    """

    calls: int = 0
    prompt_tokens: int = 0
    low: int = 0
    high: int = 0
    usd_low: float | None = 0.0
    usd_high: float | None = 0.0

    def __add__(self, other: Share) -> Share:
        return Share(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.low + other.low,
            self.high + other.high,
            added(self.usd_low, other.usd_low),
            added(self.usd_high, other.usd_high),
        )


@dataclass(slots=True)
class Plan:
    """What one transcript would take, besides the `stored` answers.

    `now` are calls whose prompts are known. `later` are estimated ones, whose prompts depend on answers yet to come.
    `check` is the part of both that the model's check takes. `words` is the length of notes that is asked for.
    """

    name: str
    words: int = 0
    stored: int = 0
    now: Share = Share()
    later: Share = Share()
    check: Share = Share()


@dataclass(slots=True)
class Experience:
    """Completion tokens of a model's earlier calls by the calls' names; thought tokens of all of them, sorted.

    `seconds_a_token` counts prompt and answer tokens: calls of the same name can differ a hundredfold in length.
    """

    tokens: Mapping[str, list[int]] = field(default_factory=dict)
    seconds_a_token: float | None = None
    thought: Sequence[int] = ()

    @staticmethod
    def of(store: CallStore, model: str) -> Experience:
        """What the store knows about a model."""
        tokens: dict[str, list[int]] = defaultdict(list)
        seconds, timed = 0.0, 0
        thought: list[int] = []
        for call in store:
            if call.identity["model"] == model:
                tokens[call.identity["name"]].append(call.completion.usage.completion_tokens)
                thought.append(call.completion.usage.thought_tokens)
                if call.completion.seconds:  # a batch reports no time
                    seconds += call.completion.seconds
                    timed += call.completion.usage.prompt_tokens + call.completion.usage.completion_tokens
        return Experience(tokens, seconds / timed if timed else None, sorted(thought))

    def answer_tokens(self, name: str) -> tuple[int, int] | None:
        """The bounds of the middle half of earlier answers to calls of this name; None if there are fewer than four."""
        known = sorted(self.tokens.get(name, ()))
        return _middle(known) if len(known) >= 4 else None

    @property
    def thought_tokens(self) -> tuple[int, int]:
        """Thought tokens for one answer, if the model thinks little and if it thinks much."""
        return _middle(self.thought) if self.thought else (0, 0)


def _middle(known: Sequence[int]) -> tuple[int, int]:
    """The bounds of the middle half of sorted numbers."""
    return known[len(known) // 4], known[-1 - len(known) // 4]


class _Planned(PipelineError):
    """A call that is not stored was counted; calls that depend on its answer can only be estimated."""


class _Planner:
    """A client that answers from the store and collects the calls that it would have to make."""

    def __init__(self, store: CallStore, model: str) -> None:
        self._store, self.model = store, model
        self.stored = 0
        self.unstored: list[Request] = []

    async def complete(self, request: Request) -> Completion:
        stored = None if request.instead_of else self._store.get(request.key(self.model))
        if stored:
            self.stored += 1
            return replace(stored, renewable=True)
        self.unstored.append(request)
        raise _Planned("only planned")


def _one_call(prompt: int, low: int, high: int, price: PriceOf) -> Share:
    return Share(1, prompt, low, high, price(Usage(prompt, 0, low)), price(Usage(prompt, 0, high)))


async def plan_one(
    transcript: Transcript,
    store: CallStore,
    model: str,
    recipe: Recipe,
    prompts: PromptSet,
    experience: Experience,
    price: PriceOf,
) -> Plan:
    """The plan of a transcript. Its document is made as far as stored answers allow, and discarded."""
    plan = Plan(transcript.name, words_of(recipe, transcript.spoken_words))
    planner, progress = _Planner(store, model), Progress(transcript.name)
    stored_before = 0  # stored answers used before the current phase

    def watch(current: Progress) -> None:
        nonlocal progress, stored_before
        stored_before = stored_before if current.phase == progress.phase else planner.stored
        progress = replace(current)

    with contextlib.suppress(_Planned):
        await asummarise(transcript, planner, recipe=recipe, prompts=prompts, watch=watch)
    plan.stored = planner.stored
    if not planner.unstored:
        return plan
    phase, estimates = progress.phase, method_of(recipe).estimated_calls(transcript, recipe, model)
    same_phase = [e for e in estimates if e.phase == phase]
    usual = _usual_answer(same_phase)
    encoding, _ = encoding_for(model)
    for request in planner.unstored:
        thought_low, thought_high = experience.thought_tokens
        guess = usual or (request.max_tokens // 5, request.max_tokens)
        low, high = experience.answer_tokens(request.name) or (guess[0] + thought_low, guess[1] + thought_high)
        _book(plan, phase, now=_one_call(prompt_tokens(request, encoding), low, high, price))
    # In a phase that makes one call at a time, those after the first have not been requested yet.
    hidden = same_phase[planner.stored - stored_before + len(planner.unstored) :] if progress.at_once == 1 else []
    after = [e for e in estimates if comes_after(e.phase, phase)]
    # A phase that was left in favour of an earlier one does not come again.
    to_come = after[max(0, len(after) - progress.later) :]
    for call in (*hidden, *to_come):
        low, high = _about(call.answer_tokens)
        thought_low, thought_high = experience.thought_tokens
        answer = (low + thought_low, high + thought_high)
        _book(plan, call.phase, later=_one_call(call.prompt_tokens, *answer, price))
    return plan


def _book(plan: Plan, phase: Phase, *, now: Share = Share(), later: Share = Share()) -> None:
    plan.now, plan.later = plan.now + now, plan.later + later
    if phase == "checking":
        plan.check = plan.check + now + later


def _usual_answer(estimates: Sequence[Estimate]) -> tuple[int, int] | None:
    """The approximate answer tokens of one call of a phase; None if the phase has no estimates."""
    return _about(sum(e.answer_tokens for e in estimates) // len(estimates)) if estimates else None


def _about(tokens: int) -> tuple[int, int]:
    """A quarter less and a quarter more."""
    return tokens * 3 // 4, tokens * 5 // 4


def together(plans: Sequence[Plan]) -> Plan:
    """The sum of all plans."""
    total = Plan("all")
    for plan in plans:
        total.words += plan.words
        total.stored += plan.stored
        total.now, total.later, total.check = total.now + plan.now, total.later + plan.later, total.check + plan.check
    return total
