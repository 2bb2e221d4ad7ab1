"""Which recorded calls a changed prompt, schema, model or program made obsolete, by their kind."""

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
    """Calls by name (notes, compose, check): how many are asked, how many are obsolete, and in which parts."""

    asked: Counter[str] = field(default_factory=Counter)
    obsolete: Counter[str] = field(default_factory=Counter)
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    prompts: tuple[str, ...] = ()  # prompt files whose text is not the one that was recorded
    unused: int = 0
    error: str = ""

    @property
    def fresh(self) -> bool:
        """Whether every call is recorded and every recording is asked for."""
        return not (self.obsolete or self.unused or self.error)

    def lines(self) -> list[str]:
        """What is obsolete and why, a line each."""
        out = [
            f"{name}: {self.obsolete[name]} of {numbered(self.asked[name], 'call')} obsolete: "
            f"{', '.join(sorted(self.parts[name]))} changed"
            for name in sorted(self.obsolete)
        ]
        if self.obsolete and self.prompts:
            out.append(f"changed prompts: {', '.join(self.prompts)}")
        if self.unused:
            out.append(f"{numbered(self.unused, 'recorded call')} not asked for any more")
        return [*out, self.error] if self.error else out


class _Forgiving:
    """Replays; for a call that was not recorded it notes why, and gives the answer to the nearest one that was.

    So one changed prompt does not make all that follows from its answers look obsolete too.
    """

    def __init__(self, recording: RecordedCalls, model: str, found: Staleness) -> None:
        self.model, self._found = model, found
        self._exact = dict(recording.calls)
        self._left = dict(recording.calls)

    async def complete(self, request: Request) -> Completion:
        self._found.asked[request.name] += 1
        key = request.key(self.model)
        if key in self._exact:
            self._left.pop(key, None)
            return replace(self._exact[key].completion, cached=True)
        self._found.obsolete[request.name] += 1
        nearest = self._nearest(request)
        if nearest is None:
            self._found.parts[request.name].add("what is asked")
            raise CallError(f"{request.name}: this call was not recorded")
        wanted = request.identity(self.model)
        self._found.parts[request.name] |= {part for part in wanted if wanted[part] != nearest.identity.get(part)}
        self._left.pop(nearest.key, None)
        return replace(nearest.completion, cached=True)

    def _nearest(self, request: Request) -> StoredCall | None:
        wanted = request.identity(self.model)
        text = request.messages[-1].content

        def distance(call: StoredCall) -> tuple[int, float]:
            parts = sum(wanted[part] != call.identity.get(part) for part in wanted)
            return parts, -fuzz.ratio(text, call.identity["messages"][-1][1])

        named = [c for c in self._exact.values() if c.identity.get("name") == request.name]
        unasked = [c for c in named if c.key in self._left]
        return min(unasked or named, key=distance, default=None)

    @property
    def unused(self) -> int:
        """Recorded calls that nothing asked for."""
        return len(self._left)


def staleness(fixture: Fixture, prompts: PromptSet | None = None, model: str | None = None) -> Staleness:
    """How a fixture's recording stands to this program; `model` asks it as another model would be."""
    found = Staleness()
    client = _Forgiving(RecordedCalls(fixture.calls), model or fixture.manifest.model, found)
    try:
        golden, _ = fixture.golden()
        now = asyncio.run(fixture.amade(client, prompts)).run.prompts
        known = golden.run.prompts
        found.prompts = tuple(n for n in sorted(known.keys() | now.keys()) if known.get(n) != now.get(n))
    except PipelineError as err:
        found.error = str(err)
    found.unused = client.unused
    return found
