"""The sample transcripts and their fixtures."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pipeline.evaluation.fixtures import Fixture, load_fixture
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.run import asummarise
from tests.scripted import ScriptedClient, good_answer, transcript

# What is typed in a search, and a text that has it.
FOUND = (
    ("ışık", "Işık burada."), ("IRFAN", "İrfan geldi."), ("gross", "Das ist Groß."), ("erica", "A América disse."),
    ("siecle", "Au XIXe siècle."), ("muller", "Frau Müller kam."), ("ещё", "Еще раз."), ("10年", "もう１０年続けた。"),
    ("مقدمة", "هذه مُقَدِّمَة."), ("माला", "माला वहाँ है।"), ("λογοσ", "Ο λόγος."), ("it’s", "It's here."),
)  # fmt: skip
# What is typed, and a text that lacks it.
NOT_FOUND = (("माला", "मेला वहाँ है।"), ("ครู", "ครีม"), ("かん", "がんばる"))

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
SAMPLES = {
    name.split(".")[0]: ROOT / "transcripts" / name
    for name in (
        "tidal-turbines.vtt",
        "sourdough-microbes.srt",
        "night-trains.txt",
        "pump-house.txt",
        "half-life.txt",
        "tired-bridge.txt",
    )
}


def fixture(name: str) -> Fixture:
    """The fixture of a sample."""
    return load_fixture(FIXTURES / name)


def recording(name: str) -> Path:
    """The recorded calls of a sample."""
    return fixture(name).calls


def scripted_calls(folder: Path) -> Path:
    """The calls of a good run over the scripted talk, as a recording in a folder."""
    calls = CallStore(folder / "scripted.sqlite")
    asyncio.run(asummarise(transcript(), StoredClient(calls, ScriptedClient(good_answer), ScriptedClient.model)))
    path = folder / "scripted.jsonl"
    calls.export(path)
    calls.close()
    return path
