"""The Python API: the command line's own path, as two functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.chosen import recipe_of, store_path
from pipeline.connect import connect
from pipeline.document import StudyDocument
from pipeline.errors import EndpointError
from pipeline.llm import LLMClient
from pipeline.profile import Recipe
from pipeline.progress import Progress, ProgressUpdate
from pipeline.prompting import PromptSet
from pipeline.providers.calls import CallStore
from pipeline.run import asummarise as run_summarise
from pipeline.settings import Settings, load_settings
from pipeline.stopping import Stoppable
from pipeline.transcript import Transcript

OnProgress = Callable[[ProgressUpdate], None]


def _nobody(update: ProgressUpdate) -> None:
    """Nobody is told."""


async def asummarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress = _nobody,
    **flags: Any,
) -> StudyDocument:
    """The study document of a transcript file, or of a Transcript.

    Model and endpoint come from `settings`, or from `flags` with the command line's names (model="local",
    base_url=…, out=…) over environment and studydoc.toml. A `client` of your own goes past all that and is worked with
    as a capable model, unless `settings` say otherwise.
    `on_progress` is called with a ProgressUpdate at each step, in the thread of the run, which waits for it. When it
    raises, nothing more is asked, calls under way finish and are stored, and then that error is raised here.
    Raises InputError, SettingsError, EndpointError, InvalidAnswer or StoreError; what fails in part is in the
    document's `problems`.
    """
    if client is not None:
        recipe = recipe_of(settings) if settings else Recipe()
        return await _told(source, Stoppable(client), on_progress, recipe, PromptSet(), "")
    settings = settings or load_settings(**flags)
    prompts = PromptSet(settings.prompts)
    with closing(CallStore(store_path(settings.out))) as store:
        async with connect(settings, store, lambda done, total: None, prompts) as at:
            stoppable = Stoppable(at.client, at.stop)
            return await _told(source, stoppable, on_progress, recipe_of(settings), prompts, at.endpoint)


def summarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress = _nobody,
    **flags: Any,
) -> StudyDocument:
    """`asummarise` for code that is not asynchronous; the same arguments and errors."""
    return asyncio.run(asummarise(source, client=client, settings=settings, on_progress=on_progress, **flags))


async def _told(
    source: Transcript | Path | str,
    client: Stoppable,
    on_progress: OnProgress,
    recipe: Recipe,
    prompts: PromptSet,
    endpoint: str,
) -> StudyDocument:
    """The document, `on_progress` told of each step; what that raises ends the run and is raised once it has ended."""
    raised: list[Exception] = []

    def watch(progress: Progress) -> None:
        if raised:
            return
        try:
            on_progress(progress.update())
        except Exception as err:  # noqa: BLE001 - whatever the caller's own code raises, the caller gets
            raised.append(err)
            client.halt(EndpointError("on_progress raised an error", fatal=True))

    try:
        document = await run_summarise(source, client, recipe=recipe, prompts=prompts, endpoint=endpoint, watch=watch)
    except EndpointError:
        if not raised:
            raise
    if raised:
        raise raised[0]
    return document
