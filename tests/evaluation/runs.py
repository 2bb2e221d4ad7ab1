"""Runs over a talk with scripted answers, leaving stores and records."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline import store
from pipeline.document import StudyDocument
from pipeline.evaluation.fixture_commands import run_record
from pipeline.llm import Request
from pipeline.profile import Recipe
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.readers import read_transcript
from pipeline.run import asummarise
from pipeline.settings import Settings, load_settings
from pipeline.settings.chosen import store_path
from tests.kinds import empty
from tests.scripted import Answer, ScriptedClient, good_answer

KEY = "sk-canary-0123456789abcdef"
HOST = "canary.internal.example"


class Hosted(ScriptedClient):
    """A scripted client under the name of a hosted model."""

    model = "scripted-8b"


def settings(tmp_path: Path, **more: object) -> Settings:
    return load_settings(model="scripted-8b", base_url=f"https://{HOST}/v1", out=tmp_path / "outputs", **more)


def renewed(folder: Path, chosen: Settings, names: Sequence[str] = (), *, fresh: bool = False) -> tuple[int, list[str]]:
    """`studydoc fixture record`: the exit code and the lines shown."""
    shown: list[str] = []
    code = asyncio.run(run_record(folder, names, chosen, lambda done, total: None, shown.append, fresh=fresh))
    return code, "\n".join(shown).splitlines()


def stored(
    talk: Path,
    answer: Callable[[Request], Answer] = good_answer,
    recipe: Recipe | None = None,
    form: str | None = None,
) -> StudyDocument:
    """The document of a run over the talk; its answers are in the store of outputs/, but its record is not written."""
    calls = CallStore(store_path(talk.parent / "outputs"))
    client = StoredClient(calls, Hosted(answer), "scripted-8b")
    spoken = read_transcript(talk, form=form)
    document = asyncio.run(asummarise(spoken, client, recipe=recipe, endpoint=f"https://{HOST}"))
    calls.close()
    return document


def recorded(talk: Path, recipe: Recipe, answer: Callable[[Request], Answer] = empty) -> None:
    """A run over the talk whose record is in outputs/ too."""
    store.write(stored(talk, answer, recipe), "page", talk.parent / "outputs" / "talk.json")
