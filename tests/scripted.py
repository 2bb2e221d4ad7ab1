"""A scripted client: answers written for a test, never passed off as recordings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.capable.chunks import chunk_answer
from pipeline.llm import Completion, LLMClient, Request, Usage
from pipeline.llm.progress import Progress, Reporter
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Structured
from pipeline.sections import STUDY
from pipeline.transcript import Metadata, Segment, Transcript

Answer = str | dict[str, Any] | Completion | Exception


class ScriptedClient:
    """Gives answers in order, or those of a function of the request; remembers the requests."""

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


def structured(client: LLMClient) -> Structured:
    """Calls to a client that return checked answers, with the shipped prompts."""
    return Structured(client, PromptSet())


def unreported() -> Reporter:
    """A reporter that nobody watches."""
    return Reporter(Progress("talk"))


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


POINTS = [
    ([1], "The Lund reactor makes 40 megawatts and has run without a stop since 1998."),
    ([2], "Ben thinks that the cooling tower is too expensive at 3 million euros a year."),
    ([4], "A heat exchanger is to replace the tower in 2031 and to warm 5,000 homes."),
    ([5], "The city pays half of the heat exchanger, a loan of ten years the rest."),
    ([6], "Ben says that the project is dead without the loan."),
]
WRITTEN = chunk_answer(STUDY.sections, has_speakers=False, has_manuscript=False)
EMPTY: dict[str, Any] = {name: [] for name in WRITTEN.model_fields}


def written_answer() -> dict[str, Any]:
    """A document of `transcript()`: two headings, two nested statements."""
    points = [{"cites": lines, "text": text} for lines, text in POINTS]
    return EMPTY | {
        "overview": [{"cites": [1, 4], "text": "Ana and Ben weigh how the cooling tower at Lund can be replaced."}],
        "prerequisites": ["Basic familiarity with power plants (megawatts, cooling)"],
        "main_points": [
            {
                "heading": "A Reactor and Its Tower",
                "points": [
                    points[0] | {"lead": "Lund reactor", "columns": [], "details": []},
                    points[1] | {"lead": "Tower costs", "columns": [], "details": []},
                ],
            },
            {
                "heading": "Paying for the Heat Exchanger",
                "points": [points[2] | {"lead": "Heat exchanger", "columns": [], "details": points[3:]}],
            },
        ],
        "key_concepts": [
            {
                "cites": [3],
                "term": "Cooling tower",
                "definition": "A building in which water gives its heat to the air.",
            }
        ],
        "summary": [{"cites": [1, 4], "text": "The reactor at Lund is to get a heat exchanger in 2031."}],
    }


LONG_LINES = LINES * 22  # long enough to be written by manuscript


def manuscript_answer() -> dict[str, Any]:
    """A document of a long talk in Markdown, about 500 words; `cited_answer` has the lines of its statements.

    Numbers: 1 and 2 overview; 4 heading, 5 to 24 its paragraphs; 25 heading, 26 its paragraph, 27 to 29 the steps
    below; 30 concept; 31 summary.
    """
    parts = ("base", "shell", "rim", "stairs", "pump", "basin", "fan", "gate", "roof", "fence")
    asked = [
        f"Ana and Ben come back to the {p} of the tower and ask what it costs the city, the council and all of its homes."
        for p in parts
    ]
    answered = [
        f"They agree that the {p} stays as it is until the loan of ten years is there, and that nobody knows when."
        for p in parts
    ]
    points = "\n\n".join(x for pair in zip(asked, answered, strict=True) for x in pair)
    steps = "\n".join(f"{n}. {text}" for n, (_, text) in enumerate(POINTS[2:], 1))
    return EMPTY | {
        "cited": [],
        "manuscript": f"""# The reactor

## Overview

Ana and Ben weigh how the cooling tower at Lund can be replaced. It is **not** decided.

## Prerequisites

- **Power plants:** they make heat and *current*.

## Main Points

### 1. A reactor and its tower

{points}

### 2. Paying for the heat exchanger

The exchanger comes in steps:

{steps}

## Key Concepts

- **Cooling tower:** A building in which water gives its heat to the air.

## Summary

The reactor at Lund is to get a heat exchanger in 2031.
""",
    }


def cited_answer(**more: Any) -> dict[str, Any]:
    """The lines of the statements of `manuscript_answer`."""
    lines = {1: 1, 2: 6, 26: 4, 27: 4, 28: 5, 29: 6, 30: 3, 31: 4}
    cited = [{"id": n, "lines": [lines.get(n, 2)]} for n in range(1, 32) if n not in (3, 4, 25)]
    return EMPTY | {"manuscript": "", "cited": cited} | more


def composed_answer() -> dict[str, Any]:
    """The points of two parts, each of which wrote `written_answer` (points 1 to 3 and 4 to 6), arranged by number."""
    as_written = {"lead": "", "text": "", "columns": [], "details": []}
    written = written_answer()
    return {
        "overview": [{"cites": [1, 6], "text": written["overview"][0]["text"]}],
        "people": [],
        "prerequisites": written["prerequisites"],
        "main_points": [
            {"heading": "A Reactor and Its Tower", "points": [{"cites": [n]} | as_written for n in (1, 2)]},
            {"heading": "Paying for the Heat Exchanger", "points": [{"cites": [6]} | as_written]},
        ],
        "key_concepts": [written["key_concepts"][0] | {"cites": [7]}],
        "summary": [{"cites": [1, 6], "text": written["summary"][0]["text"]}],
        "dropped": [3, 4, 5],
    }


def fitting(answer: dict[str, Any], request: Request) -> dict[str, Any]:
    """An answer about a chunk, with the field for speakers if the request has it (for parts of a recording)."""
    asked = (request.schema or {}).get("properties", {})
    return answer | {"speakers": []} if "speakers" in asked else answer


def good_answer(request: Request) -> Answer:
    """A good answer to any request of a capable model's run over `transcript()`; the check finds nothing."""
    answers = {"write": written_answer, "compose": composed_answer, "check": lambda: EMPTY}
    answers |= {"manuscript": manuscript_answer, "cite": cited_answer}
    return fitting(answers[request.name](), request)


def number_of(words: str, request: Request) -> int:
    """The number under which a check is shown the only statement or heading with these words."""
    rows = re.findall(r"^ *(\d+)\. (.+)$", "\n".join(m.content for m in request.messages), re.MULTILINE)
    numbers = [int(number) for number, row in rows if words in row]
    assert len(numbers) == 1, f"{len(numbers)} statements that are checked have the words {words!r}"
    return numbers[0]


def numbered(fault: dict[str, Any], request: Request) -> dict[str, Any]:
    """A fault as a check reports it, with a number in place of `on`, words of the statement or heading."""
    rest = {name: part for name, part in fault.items() if name != "on"}
    return {"id": number_of(fault["on"], request), **rest} if "on" in fault else rest


def with_fault(*, written: dict[str, Any] | None = None, **fault: Any) -> Callable[[Request], Answer]:
    """Good answers, or `written`, with one fault that the check reports `on` the statement with these words."""
    one = {"verdict": "partly", "why": "it is too strong", "label": "", "text": "", "lines": []} | fault

    def answer(request: Request) -> Answer:
        if request.name == "check":
            return fitting(EMPTY | {"faults": [numbered(one, request)]}, request)
        return written if written and request.name == "write" else good_answer(request)

    return answer
