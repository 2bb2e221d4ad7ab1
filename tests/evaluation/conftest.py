"""A talk, its document and a fixture of it, from scripted answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pipeline.document import StudyDocument
from pipeline.evaluation.fixture_adding import Addition, run_add
from pipeline.evaluation.fixtures import Fixture, load_fixture
from pipeline.llm import Request
from pipeline.pages import render_markdown
from pipeline.run import asummarise
from pipeline.store import output_path, write
from tests.evaluation.runs import settings, stored
from tests.scripted import LINES, Answer, ScriptedClient, good_answer


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A transcript."""
    path = tmp_path / "talk.txt"
    path.write_text("---\ntitle: The Tower\n---\n\n" + "\n\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    return path


@pytest.fixture
def document(talk: Path) -> StudyDocument:
    """The talk's document."""
    return asyncio.run(asummarise(talk, ScriptedClient(good_answer)))


@pytest.fixture
def record(talk: Path, document: StudyDocument) -> Path:
    """The document on disk; its page is beside it."""
    return write(document, render_markdown(document), output_path(talk.parent / "documents", "talk"))[1]


@pytest.fixture
def scripted_endpoint(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Request], Answer]], ScriptedClient]:
    """Replaces any endpoint by a scripted client, which it returns."""

    def start(answer: Callable[[Request], Answer]) -> ScriptedClient:
        client = ScriptedClient(answer)

        @asynccontextmanager
        async def opened(*arguments: object, **named: object) -> AsyncIterator[ScriptedClient]:
            yield client

        monkeypatch.setattr("pipeline.providers.openai_compatible.OpenAICompatible", opened)
        return client

    return start


@pytest.fixture
def made(talk: Path) -> Fixture:
    """A fixture of the talk."""
    stored(talk)
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    return load_fixture(talk.parent / "fixtures" / "talk")


@pytest.fixture
def risks(tmp_path: Path) -> Path:
    """A folder with a user's own section."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "risks.md").write_text("# Risks\n\nWhat could go wrong.", "utf-8")
    (folder / "risks.toml").write_text('text = "risk"\n[fields]\nrisk = "it"', "utf-8")
    return folder
