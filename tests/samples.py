"""The sample transcripts and their fixtures."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pipeline.document import StudyDocument
from pipeline.evaluation.fixtures import Fixture, load_fixture
from pipeline.llm import LLMClient

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
SAMPLES = {
    name.split(".")[0]: ROOT / "transcripts" / name
    for name in ("tidal-turbines.vtt", "sourdough-microbes.srt", "night-trains.txt")
}


def fixture(name: str) -> Fixture:
    """The fixture of a sample."""
    return load_fixture(FIXTURES / name)


def document_of(name: str, client: LLMClient) -> StudyDocument:
    """The document of a sample by a client, with the clock and the machine taken out."""
    return asyncio.run(fixture(name).amade(client))


def record_of(name: str) -> Path:
    """The golden record of a sample; its page lies beside it."""
    return fixture(name).record


def recording(name: str) -> Path:
    """The recorded calls of a sample."""
    return fixture(name).calls


def recorded_model(name: str) -> str:
    """The model that the recording comes from."""
    return fixture(name).manifest.model
