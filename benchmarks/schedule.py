"""Measure only the order of calls: documents are made on a clock that moves only while everything waits.

    python -m benchmarks.schedule [--docs 48] [--concurrency 64]

The program's own processor time does not count, so the figures are the same on every machine. "LB" is the lower bound
for any order of calls.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import selectors
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.batch_speed import CHUNK, write_documents
from benchmarks.mock_endpoint import MEDIAN, SIGMA, answer_to
from pipeline.batches.corpus import make_all
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.llm import Completion, Request, Usage
from pipeline.llm.prompting import PromptSet
from pipeline.profile import CAPABLE, Recipe
from pipeline.providers.gate import Gate
from pipeline.readers import survey


class _Waiting(selectors.SelectSelector):
    """Sleeps by moving the loop's clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


def run_on_its_own_clock(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a loop whose time passes only while nothing is ready."""
    selector = _Waiting()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


class Answering:
    """A client behind the program's gate whose answers take a fixed or log-normal time."""

    def __init__(self, at_once: int, latency: str) -> None:
        self.model, self._gate, self._latency = "mock", Gate(at_once), latency
        self.waited: list[float] = []

    async def complete(self, request: Request) -> Completion:
        """An answer in the words of the request."""
        await self._gate.enter(request.rank)
        dice = random.Random(hashlib.sha256(request.messages[-1].content.encode()).hexdigest())
        fixed = self._latency != "lognormal"
        self.waited.append(float(self._latency) if fixed else MEDIAN * dice.lognormvariate(0, SIGMA))
        await asyncio.sleep(self.waited[-1])
        self._gate.went_well()
        self._gate.leave()
        answer = answer_to([{"role": m.role, "content": m.content} for m in request.messages], request.schema)
        return Completion(json.dumps(answer), "stop", Usage(), self.model)


@dataclass(frozen=True, slots=True)
class Ran:
    """A batch's makespan relative to its bound, mean end of a document, and share of documents done at half time."""

    makespan: float
    mean: float
    at_half: float


def run(docs: int, at_once: int, latency: str, *, unequal: bool = False) -> Ran:
    """Make documents of 24,000 tokens each or, if `unequal`, of a quarter to seven quarters of that."""
    ends: list[float] = []
    client = Answering(at_once, latency)

    def done(outcome: Outcome) -> None:
        if not outcome.complete:
            raise outcome.error or RuntimeError(f"{outcome.name}: {outcome.problems[0]}")
        ends.append(asyncio.get_running_loop().time())

    with tempfile.TemporaryDirectory() as folder:
        sources = list(survey([write_documents(Path(folder) / "in", docs, unequal=unequal)]).sources)
        recipe = Recipe(profile=replace(CAPABLE, chunk_tokens=CHUNK))
        options = MakeOptions(Path(folder) / "out", recipe, PromptSet(), "mock", at_once=at_once)
        run_on_its_own_clock(make_all(sources, client, options, done=done))
    makespan, bound = max(ends), max(sum(client.waited) / at_once, max(client.waited))
    return Ran(makespan / bound, sum(ends) / len(ends) / makespan, sum(e <= makespan / 2 for e in ends) / len(ends))


def rows(docs: int, at_once: int) -> dict[str, Ran]:
    """Equal documents at fixed and at log-normal latencies, and unequal ones."""
    return {
        "fixed 0.2 s": run(docs, at_once, "0.2"),
        "log-normal 0.8 s": run(docs, at_once, "lognormal"),
        "log-normal, unequal documents": run(docs, at_once, "lognormal", unequal=True),
    }


def main() -> None:
    """Print row after row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=int, default=48)
    parser.add_argument("--concurrency", type=int, default=64)
    flags = parser.parse_args()
    for name, ran in rows(flags.docs, flags.concurrency).items():
        mean, half = f"mean document {ran.mean:.2f} of it", f"{ran.at_half:.0%} at half time"
        print(f"{name}: makespan/LB {ran.makespan:.3f}, {mean}, {half}")


if __name__ == "__main__":
    main()
