"""The sample transcripts, and how their recordings and golden documents are made and compared."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from pipeline.document import StudyDocument
from pipeline.llm import LLMClient
from pipeline.prices import EMBEDDED as EMBEDDED_ENDPOINT
from pipeline.readers import read_transcript
from pipeline.run import asummarise
from pipeline.settings import EMBEDDED

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
SAMPLES = {
    name.split(".")[0]: ROOT / "transcripts" / name
    for name in ("tidal-turbines.vtt", "sourdough-microbes.srt", "night-trains.txt")
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def document_of(name: str, client: LLMClient) -> StudyDocument:
    """`adocument_of` for tests."""
    return asyncio.run(adocument_of(name, client))


async def adocument_of(name: str, client: LLMClient) -> StudyDocument:
    """The document of a sample, with the clock and the machine's path taken out."""
    transcript = read_transcript(SAMPLES[name])
    document = await asummarise(transcript, client, recipe=EMBEDDED, endpoint=EMBEDDED_ENDPOINT, now=lambda: NOW)
    source = document.source.model_copy(update={"path": f"transcripts/{SAMPLES[name].name}"})
    usage = document.run.usage.model_copy(update={"calls_cached": 0})
    run = document.run.model_copy(update={"seconds": 0.0, "pipeline_version": "golden", "usage": usage})
    return document.model_copy(update={"source": source, "run": run})


def recording(name: str) -> Path:
    """The recorded calls of a sample."""
    return GOLDEN / f"{name}.calls.jsonl"


def recorded_model(name: str) -> str:
    """The model that the recording says it comes from."""
    first = recording(name).read_text("utf-8").splitlines()[0]
    return str(json.loads(first)["identity"]["model"])
