"""The Python API: the command line's own path, as two functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from pipeline.document import StudyDocument
from pipeline.errors import EndpointError, InputError, SettingsError
from pipeline.language import known_tag
from pipeline.llm import Completion, LLMClient, Request
from pipeline.llm.progress import Progress, ProgressUpdate
from pipeline.llm.prompting import PromptSet
from pipeline.llm.stopping import Stoppable
from pipeline.profile import Recipe
from pipeline.providers.calls import CallStore
from pipeline.readers import read_transcript
from pipeline.run import asummarise as run_summarise
from pipeline.settings import Settings, deciding, ensure_settable, load_settings
from pipeline.settings.chosen import recipe_for_a_client, recipe_of, store_path
from pipeline.settings.connect import connect
from pipeline.settings.options import Options
from pipeline.tasks import ended_gracefully
from pipeline.transcript import Transcript

_LIMITS = ("max_cost", "max_tokens", "rpm", "tpm")

OnProgress = Callable[[ProgressUpdate], None]


def _ignore(update: ProgressUpdate) -> None:
    """Ignores the update."""


async def asummarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress = _ignore,
    **flags: Unpack[Options],
) -> StudyDocument:
    """The study document of a transcript file, or of a Transcript.

    `flags` are Options, named as on the command line (model="local", length="full"); what is not given comes from the
    environment, then from studydoc.toml. Settings that load_settings(…) gave may stand in place of flags. An option
    that would be passed over is a SettingsError:

    - With a client of your own: all but profile, length, notes, sections, language, check, manuscript, chunk_tokens,
      prompts, encoding and format. None of these comes from environment or studydoc.toml then, and the client is
      worked with as a capable model unless `profile` says otherwise.
    - With a Transcript: encoding and format, which tell how a file is read.

    `on_progress` is called with a ProgressUpdate at each step, in the thread of the run, which waits for it. When it
    raises, nothing more is asked, calls under way finish and are stored, and then that error is raised here.
    Calls under way finish and are stored as well when the run is cancelled. It ends at once when it is cancelled again,
    and the first time when the model runs in the process or the client is your own.
    Raises InputError, SettingsError, EndpointError, InvalidAnswer or StoreError; what fails in part is in the
    document's `problems`.
    """
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    if settings and given:
        name = min(given)
        raise SettingsError(f"{name} is given beside settings", hint=f"give it to them: load_settings({name}=…)")
    if client is not None:
        settings = settings or _beside_a_client(given)
        _ensure_no_limit(settings)
        transcript, stoppable = _read(source, settings, given), Stoppable(_OwnClient(client))
        recipe, prompts = recipe_for_a_client(settings), PromptSet(settings.prompts)
        return await _summarise_watched(transcript, stoppable, on_progress, recipe, prompts, "")
    settings = settings or load_settings(**flags)
    transcript = _read(source, settings, given)
    prompts = PromptSet(settings.prompts)
    with closing(CallStore(store_path(settings.out))) as store:
        async with connect(settings, store, lambda done, total: None, prompts) as link:
            stoppable = Stoppable(link.client, link.stop)
            work = _summarise_watched(transcript, stoppable, on_progress, recipe_of(settings), prompts, link.endpoint)
            if settings.in_process:  # its calls are slow and cost nothing
                return await work
            return await ended_gracefully(work, partial(stoppable.halt, EndpointError("cancelled", fatal=True)))


def summarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress = _ignore,
    **flags: Unpack[Options],
) -> StudyDocument:
    """`asummarise` for code that is not asynchronous; the same arguments and errors.

    RuntimeError where an event loop runs already, as in a notebook: that takes `await asummarise(…)`.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asummarise(source, client=client, settings=settings, on_progress=on_progress, **flags))
    raise RuntimeError("an event loop runs here already, as in a notebook: use `await asummarise(…)` there")


class _OwnClient:
    """A client that the caller wrote, whose answers are looked at."""

    def __init__(self, inner: LLMClient) -> None:
        self._inner = inner

    @property
    def model(self) -> str:
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        completion: object = await self._inner.complete(request)
        if isinstance(completion, Completion) and isinstance(completion.text, str):
            return completion
        got = f"text={completion.text!r}" if isinstance(completion, Completion) else f"a {type(completion).__name__}"
        raise EndpointError(
            f"client.complete gave {got}, not a Completion with the model's text",
            hint='where the model says nothing, give text="" and finish_reason="refusal"',
            fatal=True,
        )


def _beside_a_client(flags: Mapping[str, Any]) -> Settings:
    """Settings of the notes for a client of the caller's own."""
    ensure_settable(flags)
    if unusable := sorted(set(flags).difference(deciding("notes", "transcript"))):
        name = unusable[0]
        raise SettingsError(f"{name} means nothing to a client of your own", hint=f"leave {name} or client out")
    settings = Settings(**flags)
    return replace(settings, language=known_tag(settings.language) if settings.language else None)


def _ensure_no_limit(settings: Settings) -> None:
    """SettingsError for a limit, which nothing would hold a client of the caller's own to."""
    if limit := next((name for name in _LIMITS if getattr(settings, name) is not None), None):
        raise SettingsError(
            f"{limit} of the settings means nothing to a client of your own",
            hint=f"leave {limit} or client out; Settings(length=…) takes nothing from environment and studydoc.toml",
        )


def _read(source: Transcript | Path | str, settings: Settings, flags: Mapping[str, Any]) -> Transcript:
    """The transcript, of a file as the settings tell to read it. SettingsError for flags that only a file takes."""
    if not isinstance(source, Transcript):
        return read_transcript(Path(source), encoding=settings.encoding, form=settings.format)
    if passed_over := sorted(set(flags).intersection(deciding("transcript"))):
        name = passed_over[0]
        raise SettingsError(f"{name} means nothing to a Transcript, which is read already", hint=f"leave {name} out")
    _ensure_spoken(source)
    return source


def _ensure_spoken(transcript: Transcript) -> None:
    """InputError for a transcript without segments or with a blank one, which files give none of."""
    if not transcript.segments:
        raise InputError(f"{transcript.name}: the transcript has no segments", hint="give it what was said, by lines")
    if blank := next((s.id for s in transcript.segments if not s.text.strip()), None):
        raise InputError(
            f"{transcript.name}: segment {blank} is blank", hint="leave it out and number the others from 1"
        )


async def _summarise_watched(
    transcript: Transcript,
    client: Stoppable,
    on_progress: OnProgress,
    recipe: Recipe,
    prompts: PromptSet,
    endpoint: str,
) -> StudyDocument:
    """The document; what `on_progress`, called at each step, raises ends the run and is raised once it has ended."""
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
        document = await run_summarise(
            transcript, client, recipe=recipe, prompts=prompts, endpoint=endpoint, watch=watch
        )
    except EndpointError:
        if not raised:
            raise
    if raised:
        raise raised[0]
    return document
