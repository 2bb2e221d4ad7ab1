"""Adverts are found by how sponsors are thanked, as far as they are named, and nothing else is."""

import asyncio

import pytest

from pipeline.adverts import adverts
from pipeline.asking import Style
from pipeline.chunking import chunk_transcript
from pipeline.extraction import Extractor
from pipeline.prompting import PromptSet
from pipeline.sections import SECTIONS
from pipeline.source import Source
from tests.scripted import ScriptedClient, transcript

TALK = [
    ("Ana", "Today we look at how a weir holds a river back, and what that does to its fish."),
    ("Ben", "But first, this episode is brought to you by Kiteworks, who make tents for the rain."),
    ("Ben", "I put mine up in four minutes, in the dark, and it stayed dry until the morning."),
    ("Ben", "Go to Kiteworks and use the coupon code river, that gives you ten euros off."),
    ("Ana", "So, the weir. It is a low wall, and above it the water slows down and drops its sand."),
    ("Ben", "And the fish cannot climb it, which is why there is a ladder beside it now."),
    ("Ana", "The ladder has forty steps, and two thousand salmon were counted on it last year."),
]


def lines(*said: str) -> list[tuple[str | None, str]]:
    return [(None, text) for text in said]


def test_the_lines_from_the_first_to_the_last_that_name_a_sponsor_are_an_advert() -> None:
    assert adverts(Source(transcript(TALK))) == {2, 3, 4}


@pytest.mark.parametrize(
    "said",
    [
        lines("A free trial is a way to sell: people pay 20% more after it.", "Coupon codes are another way."),
        lines("The ladder is brought to you by the river board.", "Sponsors of the club were named on its shirts."),
        TALK[4:],
    ],
)
def test_talk_about_offers_and_sponsors_is_no_advert(said: list[tuple[str | None, str]]) -> None:
    assert adverts(Source(transcript(said))) == set()


def test_a_sponsor_of_whom_the_recording_speaks_anyway_takes_only_its_own_line() -> None:
    said = [("Ana", f"Kiteworks has {n} looms, and each of them weaves a mile a day.") for n in range(2, 30)]
    assert adverts(Source(transcript([*said, ("Ben", "Thanks to Kiteworks for sponsoring.")]))) == {29}


def test_a_misheard_speaker_is_no_sponsor() -> None:
    said = [("Bosko", "It is me, Boskoe, as ever."), ("Ana", "And now Boskoe with one of our sponsors."), *TALK[4:]]
    assert adverts(Source(transcript(said))) == {2}


def test_notes_of_an_advert_are_withheld_and_its_lines_are_filler() -> None:
    talk = transcript(TALK)
    note = {"kind": "content", "topic": "Tents"}
    answer = {
        "points": [
            note | {"lines": [2, 4], "statement": "Kiteworks makes tents for the rain."},
            note | {"lines": [4, 5], "statement": "A weir is a low wall that slows the water down."},
        ]
    }
    extractor = Extractor(talk, ScriptedClient([answer]), PromptSet(), Style("apart"))
    [chunk] = chunk_transcript(talk, limit=2000)
    found = asyncio.run(extractor.chunk(chunk, [s for s in SECTIONS if s.name == "main_points"]))
    assert [d.text for d in found.drafts] == ["A weir is a low wall that slows the water down."]
    assert [w.reason for w in found.withheld] == ["it is from an advert"]
    assert found.filler == {2, 3, 4}
