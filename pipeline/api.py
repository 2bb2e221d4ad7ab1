"""The Python API: the command line's own path, as two functions."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pipeline.connect import connect, recipe_of, store_path
from pipeline.document import StudyDocument
from pipeline.llm import LLMClient
from pipeline.profile import Recipe
from pipeline.progress import Watch, unwatched
from pipeline.prompting import PromptSet
from pipeline.providers.calls import CallStore
from pipeline.run import asummarise as run_summarise
from pipeline.settings import Settings, load_settings
from pipeline.transcript import Transcript


async def asummarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    watch: Watch = unwatched,
    **flags: object,
) -> StudyDocument:
    """The study document of a transcript file, or of a Transcript.

    Model and endpoint come from `settings`, or from `flags` with the command line's names (model="local",
    base_url=…, out=…) over environment and studydoc.toml. A `client` of your own goes past all that and is worked with
    as a capable model, unless `settings` say otherwise.
    Raises InputError, SettingsError, EndpointError or StoreError; what fails in part is in the document's `problems`.
    """
    if client is not None:
        recipe = recipe_of(settings) if settings else Recipe()
        return await run_summarise(source, client, recipe=recipe, prompts=PromptSet(), watch=watch)
    settings = settings or load_settings(**flags)
    prompts = PromptSet(settings.prompts)
    store = CallStore(store_path(settings.out))
    try:
        async with connect(settings, store, lambda done, total: None, prompts) as at:
            return await run_summarise(
                source, at.client, recipe=recipe_of(settings), prompts=prompts, endpoint=at.endpoint, watch=watch
            )
    finally:
        store.close()


def summarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    watch: Watch = unwatched,
    **flags: object,
) -> StudyDocument:
    """`asummarise` for code that is not asynchronous; the same arguments and errors."""
    return asyncio.run(asummarise(source, client=client, settings=settings, watch=watch, **flags))
