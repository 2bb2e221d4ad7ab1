"""An invented recording, and a client that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.labels import labels_for
from pipeline.llm import Completion, Request, Usage
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Structured
from pipeline.small.excerpts import Excerpt, excerpts_of
from pipeline.small.notes import Mark
from pipeline.small.quoting import Quoter
from pipeline.small.sentences import Sentence, sentences_of
from pipeline.transcript import Metadata, Segment, Transcript

LINES = (
    ("Ana", "Welcome to the show. With me is Ben Oram, who repairs bridges for the city of Orle."),
    ("Ben", "Thanks for having me."),
    ("Ana", "What is wrong with the old bridge?"),
    (
        "Ben",
        "Rust. The bridge at Orle lost 12 percent of its steel between 1990 and 2020. Engineers call that section loss, "
        "the share of a beam that rust has eaten. It carries 9,000 cars a day, so closing it is no small thing.",
    ),
    ("Ana", "And what does a new one cost?"),
    (
        "Ben",
        "A new bridge costs 40 million euros, and a repair costs 7 million. A repair holds for twenty years. "
        "A new bridge holds for a hundred. I would rather build the new one.",
    ),
    ("Ana", "Thank you, Ben. Bye."),
)
BRIDGE = "Rust on bridges eats the steel of beams in twenty years."
BREAD = "Bakers steer the acid of sourdough with water and flour."


def transcript(lines: Sequence[tuple[str | None, str]] = LINES) -> Transcript:
    segments = tuple(Segment(i, text, who, float(10 * i), float(10 * i + 9)) for i, (who, text) in enumerate(lines, 1))
    return Transcript("bridge", segments, Metadata(), "bridge.vtt", "0" * 64)


def in_english(sentences: Sequence[Sentence]) -> Quoter:
    return Quoter(sentences, labels_for("en"), "en")


class Answering:
    """Answers by a function of the request; remembers the requests."""

    model = "scripted"

    def __init__(self, answer: Callable[[Request], str | Exception]) -> None:
        self._answer, self.requests = answer, list[Request]()

    async def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        return Completion(answer, "stop", Usage(100, 0, 20), self.model)


def structured(client: Answering) -> Structured:
    return Structured(client, PromptSet())


def answers(request: Request) -> str:
    """What a model might say about the recording, some of it wrong."""
    return {
        "small/notes": (
            "- The bridge at Orle lost 12 percent of its steel between 1990 and 2020.\n"
            "- Section loss is the share of a beam that rust has eaten.\n"
            "- A new bridge costs 40 million euros, and a repair costs 7 million.\n"
            "- Ben would rather build the new one.\n"
            "- The mayor of Orle has promised a tunnel."
        ),
        "small/title": "Rust on the Bridge at Orle",
        "small/term": "section loss" if "section loss" in request.messages[-1].content else "Ben",
        "small/subject": "With me is Ben Oram, who repairs bridges for the city of Orle.",
    }[request.name]


def all_of(*said: str) -> list[Excerpt]:
    """An excerpt for each text, all from one recording."""
    sentences = sentences_of(transcript([(f"S{n}", text) for n, text in enumerate(said)]))
    return excerpts_of(sentences, [Mark(s.text, (s.number,)) for s in sentences])
