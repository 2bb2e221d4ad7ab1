"""A made-up talk about beehives, and scripted answers that make notes of it that need a reviewer.

The notes have nested points, texts that the check corrected, a weak statement, a withheld one, and points that were
left out.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeline.document import DroppedNote, StudyDocument
from pipeline.llm import Request
from pipeline.pages import render_markdown
from pipeline.run import asummarise
from pipeline.store import write
from tests.scripted import EMPTY, ScriptedClient

TITLE = "What a Hive Weighs"
SPOKEN = [
    ("Ida Moran", "Welcome to Stand and Frame. I'm Ida Moran, and with me is Pavel Dusek, who weighs beehives."),
    ("Pavel Dusek", "I have put scales under 62 hives, and each of them sends its weight every fifteen minutes."),
    ("Ida Moran", "Why would anybody want to know what a hive weighs?"),
    ("Pavel Dusek", "Because the weight tells three things: whether nectar comes in, whether the bees have swarmed, and whether they will get through the winter."),
    ("Pavel Dusek", "On a good day in June a hive gains about four kilograms, and at night it loses one of them again, since the bees fan the water out of the nectar."),
    ("Ida Moran", "And a swarm?"),
    ("Pavel Dusek", "A swarm takes two to three kilograms within ten minutes. Nothing else looks like that, apart from a beekeeper who takes off a box."),
    ("Pavel Dusek", "For the winter I want to see eighteen kilograms of stores in October. Below twelve I feed, and I feed sugar syrup, not honey."),
    ("Ida Moran", "Why not honey?"),
    ("Pavel Dusek", "Honey from another hive can carry foulbrood, that's a disease of the larvae, and its spores live for forty years."),
    ("Ida Moran", "I would feed my own honey all the same, if I knew the hive that it came from."),
    ("Pavel Dusek", "Some do. What I say is: a scale does not replace opening the hive, it tells you which one to open."),
    ("Ida Moran", "And what has it brought?"),
    ("Pavel Dusek", "Last year I opened my hives 214 times instead of 600, and I lost two of them, the same as before."),
    ("Ida Moran", "What does such a scale cost?"),
    ("Pavel Dusek", "About ninety euros if you build it yourself. The sensors drift with the temperature, so I read them at four in the morning only."),
    ("Ida Moran", "Thank you, Pavel. Next week we talk about wax."),
]  # fmt: skip
LEFT_OUT = (
    DroppedNote(text="A beekeeper who takes off a box leaves the same drop in the curve.", lines=(7,)),
    DroppedNote(text="A scale that one builds oneself costs about ninety euros.", lines=(16,)),
    DroppedNote(text="The next episode is about wax.", lines=(17,)),
)


def _point(lines: list[int], lead: str, text: str, *details: tuple[list[int], str]) -> dict[str, Any]:
    return {
        "cites": lines,
        "lead": lead,
        "text": text,
        "columns": [],
        "details": [{"cites": n, "text": t} for n, t in details],
    }


def _written() -> dict[str, Any]:
    """A whole document. Printed statements and headings count from 1: 1 is the overview, 3 the first heading."""
    return {
        "overview": [{"cites": [1, 3], "text": "Ida Moran asks Pavel Dusek what the weight of a beehive tells its keeper."}],
        "people": [],
        "prerequisites": ["Beekeeping (hive, box, stores)", "Reading a curve over time"],
        "main_points": [
            {
                "heading": "What the Weight of a Hive Tells",
                "points": [
                    _point(
                        [2, 4], "Scales", "Pavel Dusek has scales under 62 hives, whose weight tells him three things.",
                        ([5], "Nectar: on a good day in June a hive gains about four kilograms and loses one at night."),
                        ([7], "A swarm: two to three kilograms are gone within ten minutes, and nothing else looks like that."),
                        ([8], "Winter: there should be eighteen kilograms of stores in October."),
                    ),
                    _point([16], "Drift", "The sensors are read at four in the morning, when the sun does not warm them."),
                ],
            },
            {
                "heading": "Feeding Sugar and Not Honey",
                "points": [
                    _point([8, 10], "Syrup", "Pavel Dusek feeds sugar syrup to hives with less than twelve kilograms.",
                           ([8, 10], "Honey from another hive always carries foulbrood."),
                           ([11], "Ida Moran would feed honey of her own hives.")),
                    _point([10], "Spores", "Spores of foulbrood live for fifty years, so an old box stays dangerous."),
                ],
            },
            {
                "heading": "Fewer Hives Are Opened",
                "points": [
                    _point([12], "Purpose", "A scale does not replace opening a hive; it tells which one to open."),
                    _point([14], "Result", "With scales he lost fewer hives than before."),
                    _point([14], "Count", "Pavel Dusek opened his hives 214 times last year instead of 600."),
                ],
            },
        ],
        "key_concepts": [
            {"cites": [10], "term": "Foulbrood", "definition": "A disease of bee larvae."},
            {"cites": [7], "term": "Swarm", "definition": "The part of a colony that leaves its hive."},
        ],
        "summary": [{"cites": [4, 12], "text": "The weight of a hive tells its keeper which hive to open, and when to feed."}],
        "skipped": [],
        "faults": [],
        "missing": [],
    }  # fmt: skip


def _fault(id_: int, verdict: str, why: str, text: str, lines: list[int]) -> dict[str, Any]:
    return {"id": id_, "verdict": verdict, "why": why, "label": "", "text": text, "lines": lines}


def _shown_as(prompt: str, words: str) -> int:
    """The number under which a statement is shown to the check."""
    row = next(row for row in prompt.splitlines() if words in row and row.strip()[0].isdigit())
    return int(row.strip().split(".")[0])


def _checked(prompt: str) -> dict[str, Any]:
    """Four faults: two corrected, one corrected with a figure that nobody says, one without support."""
    morning = "The sensors drift with the temperature, so Pavel Dusek reads them at four in the morning only."
    faults = [
        _fault(_shown_as(prompt, "does not warm them"), "partly", "the lines name another reason", morning, [16]),
        _fault(
            _shown_as(prompt, "always carries"), "partly", "too strong: the lines say “can”",
            "Honey from another hive can carry foulbrood.", [10],
        ),
        _fault(
            _shown_as(prompt, "fifty years"), "partly", "other years, and no line speaks of a box",
            "Spores of foulbrood live for 45 years.", [10],
        ),
        _fault(_shown_as(prompt, "lost fewer"), "unsupported", "he lost as many as before", "", []),
    ]  # fmt: skip
    return EMPTY | {"faults": faults}


def _answer(request: Request) -> dict[str, Any]:
    shown = request.messages[-1].content
    return {"manuscript": lambda: EMPTY, "write": _written, "check": lambda: _checked(shown)}[request.name]()


def folder_with_talk(folder: Path) -> Path:
    """A folder as `make` leaves it: the notes in outputs/, their transcript in transcripts/."""
    transcripts = folder / "transcripts"
    transcripts.mkdir(parents=True)
    cues = (
        f"00:{n // 4:02}:{n % 4 * 15:02}.000 --> 00:{n // 4:02}:{n % 4 * 15 + 14:02}.000\n<v {who}>{words}"
        for n, (who, words) in enumerate(SPOKEN)
    )
    path = transcripts / "hive.vtt"
    path.write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", "utf-8")
    with ThreadPoolExecutor(1) as elsewhere:  # a browser driven in this thread occupies its event loop
        made = elsewhere.submit(lambda: asyncio.run(asummarise(path, ScriptedClient(_answer)))).result()
    source = made.source.model_copy(update={"path": "transcripts/hive.vtt", "url": "https://example.org/hive.mp3"})
    document: StudyDocument = made.model_copy(
        update={"title": TITLE, "channel": "Stand and Frame", "source": source, "dropped": LEFT_OUT}
    )
    write(document, render_markdown(document), folder / "outputs" / "hive.json")
    return folder
