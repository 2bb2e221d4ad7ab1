"""Finds recorded calls that a changed prompt, schema, model or program made obsolete, by name."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from pipeline.errors import CallError, PipelineError
from pipeline.evaluation.fixtures import Fixture
from pipeline.llm import Completion, Request
from pipeline.llm.prompting import PromptSet
from pipeline.providers.calls import RecordedCalls, StoredCall
from pipeline.text import numbered


@dataclass(slots=True)
class Staleness:
    """Calls by name (notes, compose, check): how many are made, how many are obsolete, and in which parts."""

    asked: Counter[str] = field(default_factory=Counter)
    obsolete: Counter[str] = field(default_factory=Counter)
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    prompts: tuple[str, ...] = ()  # prompt files whose text differs from the recorded one
    unused: int = 0
    error: str = ""

    @property
    def fresh(self) -> bool:
        """Whether every call is recorded and every recording is used."""
        return not (self.obsolete or self.unused or self.error)

    def lines(self) -> list[str]:
        """What is obsolete and why, one line each."""
        out = [
            f"{name}: {self.obsolete[name]} of {numbered(self.asked[name], 'call')} obsolete: "
            f"{', '.join(sorted(self.parts[name]))} changed"
            for name in sorted(self.obsolete)
        ]
        if self.obsolete and self.prompts:
            out.append(f"changed prompts: {', '.join(self.prompts)}")
        if self.unused:
            out.append(f"{numbered(self.unused, 'recorded call')} no longer used")
        return [*out, self.error] if self.error else out


class _NearestReplay:
    """Replays calls. One that was not recorded is counted, with the reason, and gets the most similar call's answer.

    Thus one changed prompt does not make all later calls look obsolete too.
    """

    def __init__(self, recording: RecordedCalls, model: str, tally: Staleness) -> None:
        self.model, self._tally = model, tally
        self._exact = dict(recording.calls)
        self._unasked = dict(recording.calls)

    async def complete(self, request: Request) -> Completion:
        self._tally.asked[request.name] += 1
        key = request.key(self.model)
        if key in self._exact:
            self._unasked.pop(key, None)
            return replace(self._exact[key].completion, cached=True)
        self._tally.obsolete[request.name] += 1
        nearest = self._nearest(request)
        if nearest is None:
            self._tally.parts[request.name].add("the whole request")
            raise CallError(f"{request.name}: this call was not recorded")
        identity = request.identity(self.model)
        self._tally.parts[request.name] |= {part for part in identity if identity[part] != nearest.identity.get(part)}
        self._unasked.pop(nearest.key, None)
        return replace(nearest.completion, cached=True)

    def _nearest(self, request: Request) -> StoredCall | None:
        identity = request.identity(self.model)
        text = request.messages[-1].content

        def distance(call: StoredCall) -> tuple[int, float]:
            parts = sum(identity[part] != call.identity.get(part) for part in identity)
            return parts, -fuzz.ratio(text, call.identity["messages"][-1][1])

        same_name = [c for c in self._exact.values() if c.identity.get("name") == request.name]
        unasked = [c for c in same_name if c.key in self._unasked]
        return min(unasked or same_name, key=distance, default=None)

    @property
    def unused(self) -> int:
        """Recorded calls that were not made."""
        return len(self._unasked)


def staleness(fixture: Fixture, prompts: PromptSet | None = None, model: str | None = None) -> Staleness:
    """What in a fixture's recording is obsolete for this program, or for another `model`."""
    tally = Staleness()
    client = _NearestReplay(RecordedCalls(fixture.calls), model or fixture.manifest.model, tally)
    try:
        golden, _ = fixture.golden()
        prompts_now = asyncio.run(fixture.amade(client, prompts)).run.prompts
        prompts_recorded = golden.run.prompts
        names = sorted(prompts_recorded.keys() | prompts_now.keys())
        tally.prompts = tuple(n for n in names if prompts_recorded.get(n) != prompts_now.get(n))
    except PipelineError as err:
        tally.error = str(err)
    tally.unused = client.unused
    return tally
