"""A scripted client: answers that a test wrote, never passed off as recordings."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pipeline.llm import Completion, Request, Usage
from pipeline.sections.base import MergeContext
from pipeline.transcript import Metadata, Segment, Transcript

Answer = str | dict[str, Any] | Completion | Exception


class ScriptedClient:
    """Gives answers in order, or whatever a function of the request says; keeps the requests."""

    model = "scripted"

    def __init__(self, answers: Sequence[Answer] | Callable[[Request], Answer]) -> None:
        self._answers = answers if callable(answers) else iter(answers)
        self.requests: list[Request] = []

    async def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        answer = self._answers(request) if callable(self._answers) else next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Completion):
            return answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Completion(text, "stop", Usage(100, 0, 20), self.model)


def cut_off(text: str = '{"points": [') -> Completion:
    return Completion(text, "length", Usage(100, 0, 20), "scripted")


LINES = [
    ("Ana", "The reactor at Lund makes 40 megawatts and has run since 1998 without a single stop."),
    ("Ben", "I think the cooling tower costs far too much, about 3 million euros every year."),
    ("Ana", "A cooling tower is a building in which water gives its heat to the air by evaporation."),
    ("Ben", "We plan to replace the tower in 2031 by a heat exchanger that warms 5,000 homes."),
    ("Ana", "The city pays half of the heat exchanger, the rest comes from a loan of ten years."),
    ("Ben", "Without the loan the project is dead, and everybody at the council knows it."),
]


def transcript(lines: Sequence[tuple[str | None, str]] = LINES, **metadata: Any) -> Transcript:
    segments = tuple(Segment(i, text, who, float(10 * i), float(10 * i + 9)) for i, (who, text) in enumerate(lines, 1))
    return Transcript("reactor", segments, Metadata(**metadata), "reactor.vtt", "0" * 64)


NOTES = [
    ([1], "The Lund reactor makes 40 megawatts and has run without a stop since 1998.", "Lund reactor"),
    ([2], "Ben thinks that the cooling tower is too expensive at 3 million euros a year.", "Tower costs"),
    ([4], "A heat exchanger is to replace the tower in 2031 and to warm 5,000 homes.", "Heat exchanger"),
    ([5], "Half of the heat exchanger is paid by the city, the other half by a loan of ten years.", "Heat exchanger"),
    ([6], "Ben says that the project is dead without the loan, as the whole council knows.", "The loan"),
]


def good_answer(request: Request) -> Answer:
    """A sound answer to every request that a run over `transcript()` makes with the plan "together" or "apart"."""
    points = [{"lines": lines, "kind": "content", "statement": text, "topic": topic} for lines, text, topic in NOTES]
    parts: dict[str, Any] = {
        "main_points": {"points": points},
        "key_concepts": {
            "concepts": [
                {
                    "lines": [3],
                    "kind": "explained",
                    "term": "Cooling tower",
                    "definition": "A building in which water gives its heat to the air.",
                }
            ]
        },
        "prerequisites": {"prerequisites": [{"lines": [1], "topic": "Power plants", "detail": "megawatts, cooling"}]},
        "overview": {
            "lines": [1, 4],
            "sentence": "Ana and Ben weigh what it takes to replace the cooling tower of the reactor at Lund.",
        },
    }
    if request.name == "merge_outline.v1":
        return {
            "parts": [
                {"begins": 1, "heading": "A Reactor and Its Tower"},
                {"begins": 3, "heading": "Paying for the Heat Exchanger"},
            ]
        }
    if request.name == "merge_heading.v1":
        return {"heading": "A Reactor and Its Tower"}
    if request.name in ("sections/summary.v1", "merge_overview.v1"):
        shown = request.messages[-1].content
        first = next(line for line in shown.splitlines() if line.startswith("1. "))
        return {"notes": [1], "sentence": first[3:]}
    if request.name == "repair":
        return {"rewrites": []}
    names = request.name.split("+")
    return {name: parts[name] for name in names} if len(names) > 1 else parts[names[0]]


def merge_context(**given: Any) -> MergeContext:
    """What a merge rule is given, with nothing to be found against anything; `given` takes the place of its fields."""
    plain = MergeContext(
        ask=None,  # type: ignore[arg-type]
        cite=lambda lines: (),
        fault=lambda text, lines: None,
        doubt=lambda text, lines, section: False,
        title="",
        provenance=(),
        done={},
        cased=str,
        mentions=lambda phrase: {1, 2},
    )
    return replace(plain, **given)
