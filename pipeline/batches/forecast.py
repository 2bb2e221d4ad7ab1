"""What `studydoc make` would take for many transcripts (calls, tokens, USD and time), estimated without a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.batches.inputs import find, read
from pipeline.batches.options import Input
from pipeline.batches.outcome import Outcome
from pipeline.batches.plan import Experience, Plan, plan_one, together
from pipeline.errors import InputError
from pipeline.llm import Usage, prices
from pipeline.llm.prompting import PromptSet
from pipeline.providers.calls import CallStore
from pipeline.readers.lines import too_few_words
from pipeline.settings import Settings
from pipeline.settings.chosen import model_and_endpoint, recipe_of, store_path
from pipeline.transcript import Transcript

Price = tuple[float | None, float | None]  # USD if answers are short, and if they are long; None if unknown


@dataclass(frozen=True, slots=True)
class Forecast:
    """The plan of each transcript, their total, and what it costs.

    `check_cost` is the part of `cost` that is due to checking calls. `seconds` is None if no earlier call shows how
    long calls take. `at_once` is 0 for a batch, whose pace is the endpoint's.
    """

    model: str
    endpoint: str
    plans: tuple[Plan, ...]
    total: Plan
    cost: Price
    check_cost: Price
    seconds: float | None
    at_once: int
    thought_known: bool  # whether earlier calls show how much the model thinks

    def as_dict(self) -> dict[str, Any]:
        """The forecast as JSON values."""
        about = {"model": self.model, "endpoint": self.endpoint, "cost_usd": self.cost, "seconds": self.seconds}
        plans = {"all": asdict(self.total), "transcripts": [asdict(p) for p in self.plans]}
        return about | {"check_cost_usd": self.check_cost} | plans


async def forecast(
    paths: Sequence[Path], settings: Settings, *, batch: bool = False, say: Callable[[str], None] = lambda line: None
) -> tuple[Forecast, list[Outcome]]:
    """The forecast, and an outcome for each path that cannot be read. `say` gets lines on skipped or doubted files."""
    transcripts, failed = _read_all(paths, settings, say)
    local = settings.in_process
    model, endpoint = model_and_endpoint(settings)
    endpoint += prices.BATCH if batch and not local else ""
    recipe, prompts = recipe_of(settings), PromptSet(settings.prompts)

    def price(usage: Usage) -> float | None:
        return prices.cost_usd(model, endpoint, usage)

    with TemporaryDirectory() as empty:
        path = store_path(settings.out)
        with closing(CallStore(path if path.exists() else Path(empty) / "calls.sqlite")) as calls:
            experience = Experience.of(calls, model)
            plans = [await plan_one(t, calls, model, recipe, prompts, experience, price) for t in transcripts]
    total = together(plans)
    at_once = recipe.profile.slots if local else 0 if batch else settings.concurrency
    seconds = None
    asked = total.now + total.later
    if experience.seconds_a_token is not None and at_once:
        seconds = experience.seconds_a_token * (asked.prompt_tokens + (asked.low + asked.high) / 2) / at_once
    costs = [(share.usd_low, share.usd_high) for share in (asked, total.check)]
    thought_known = local or bool(experience.thought)
    return Forecast(model, endpoint, tuple(plans), total, costs[0], costs[1], seconds, at_once, thought_known), failed


def _read_all(
    paths: Sequence[Path], settings: Settings, say: Callable[[str], None]
) -> tuple[list[Transcript], list[Outcome]]:
    reading = Input(settings.encoding, settings.format)
    inputs = find(paths, reading, settings.out)
    for line in inputs.skipped:
        say(line)
    sources, failed = inputs.sources, inputs.failed
    transcripts: list[Transcript] = []
    for source in sources:
        try:
            transcript = read(source, reading)
        except InputError as err:
            failed.append(Outcome(source.name, error=err))
            continue
        transcripts.append(transcript)
        if remark := too_few_words(transcript.segments):
            say(f"{transcript.name}: {remark}")
    return transcripts, failed
