"""The Python API: make the notes of a transcript, and save them as the command line does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Unpack, get_args

from pipeline import store
from pipeline.batches.writing import ensure_notes_not_lost, load_before, seen_from, write_notes
from pipeline.document import StudyDocument
from pipeline.errors import EndpointError, InputError, OutputError, SettingsError
from pipeline.language import known_tag
from pipeline.llm import Completion, FinishReason, LLMClient, Request, Usage
from pipeline.llm.progress import Progress, ProgressUpdate
from pipeline.llm.prompting import PromptSet
from pipeline.llm.stopping import Stoppable
from pipeline.profile import Recipe
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.readers import read_transcript
from pipeline.run import asummarise as run_summarise
from pipeline.settings import Settings, deciding, ensure_settable, load_settings
from pipeline.settings.chosen import recipe_for_a_client, recipe_of, store_path
from pipeline.settings.connect import connect
from pipeline.settings.options import Options
from pipeline.tasks import ended_gracefully
from pipeline.text import one_line
from pipeline.transcript import Transcript

_LIMITS = ("max_cost", "max_tokens", "rpm", "tpm")
_FOR_OTHERS = {  # options that only other functions and commands need
    "citations": "it is about the page, so give it to save_document(…)",
    "batch_size": "it is about `studydoc make --batch`",
}
_IF_SILENT = 'if the model says nothing, return text="" and finish_reason="refusal"'

OnProgress = Callable[[ProgressUpdate], None]


def _ignore(update: ProgressUpdate) -> None:
    """Do nothing with the update."""


async def asummarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress = _ignore,
    **flags: Unpack[Options],
) -> StudyDocument:
    """Make the study document of a transcript file or of a Transcript.

    `flags` are Options, named as on the command line (model="local", length="full"); what is not given comes from the
    environment, then from studydoc.toml. Settings from load_settings(…) may be passed instead of flags. An option that
    would have no effect raises SettingsError:

    - With a client of your own: all but profile, length, notes, sections, language, check, manuscript, chunk_tokens,
      prompts, encoding, format and out. None of these is then read from environment or studydoc.toml, the client is
      treated as a capable model unless `profile` says otherwise, and its answers are stored only if `out` is given.
    - With a Transcript: encoding and format, which are about reading a file.
    - Always: citations, which is about the page (see `save_document`), and batch_size.

    `on_progress` is called with a ProgressUpdate at each step, in the thread of the run, which waits for it to return.
    If it raises, no new calls are made, calls in progress finish and are stored, and then its error is raised here.
    Calls in progress also finish and are stored when the run is cancelled. A second cancellation ends the run at once;
    so does the first if the model runs in this process, or if the client is your own and nothing is stored.

    Raises InputError, SettingsError, EndpointError, InvalidAnswer, StoreError or WeightsError, and any error of your
    own client that is no CallError. Partial failures are listed in the document's `problems`.
    """
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    if settings and given:
        name = min(given)
        raise SettingsError(
            f"{name} cannot be combined with settings", hint=f"pass it to them: load_settings({name}=…)"
        )
    if unused := sorted(set(given).intersection(_FOR_OTHERS)):
        name = unused[0]
        raise SettingsError(f"{name} has no effect here: {_FOR_OTHERS[name]}", hint=f"remove {name}")
    if client is not None:
        settings = settings or _settings_for_own_client(given)
        _ensure_no_limit(settings)
        transcript, own = _read(source, settings, given), _OwnClient(client)
        return await _with_own_client(transcript, own, settings, on_progress, stores="out" in given)
    settings = settings or load_settings(**flags)
    transcript = _read(source, settings, given)
    prompts = PromptSet(settings.prompts)
    with closing(CallStore(store_path(settings.out))) as calls:
        async with connect(settings, calls, lambda done, total: None, prompts) as link:
            stoppable = Stoppable(link.client, link.stop)
            work = _summarise_watched(transcript, stoppable, on_progress, recipe_of(settings), prompts, link.endpoint)
            if settings.in_process:  # its calls are slow and free: not worth waiting for
                return await work
            return await ended_gracefully(work, partial(stoppable.halt, _cancelled()))


async def _with_own_client(
    transcript: Transcript, client: LLMClient, settings: Settings, on_progress: OnProgress, *, stores: bool
) -> StudyDocument:
    """The document, made with the caller's client; if it `stores`, answers are kept in the settings' output folder."""
    recipe, prompts = recipe_for_a_client(settings), PromptSet(settings.prompts)
    if not stores:
        return await _summarise_watched(transcript, Stoppable(client), on_progress, recipe, prompts, "")
    with closing(CallStore(store_path(settings.out))) as calls:
        stoppable = Stoppable(StoredClient(calls, client, client.model))
        work = _summarise_watched(transcript, stoppable, on_progress, recipe, prompts, "")
        return await ended_gracefully(work, partial(stoppable.halt, _cancelled()))


def _cancelled() -> EndpointError:
    return EndpointError("cancelled", fatal=True)


def summarise(
    source: Transcript | Path | str,
    *,
    client: LLMClient | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress = _ignore,
    **flags: Unpack[Options],
) -> StudyDocument:
    """Synchronous version of `asummarise`, with the same arguments and errors.

    Raises RuntimeError if an event loop is already running, as in a notebook: use `await asummarise(…)` there.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asummarise(source, client=client, settings=settings, on_progress=on_progress, **flags))
    raise RuntimeError("an event loop is already running, as in a notebook: use `await asummarise(…)` instead")


def load_document(record: Path | str) -> StudyDocument:
    """The notes in a record, NAME.json.

    Raises NewerRecord, UnreadableRecord, or StoreError if it is damaged, too old or no record.
    """
    return store.load(Path(record))


def save_document(document: StudyDocument, record: Path | str, *, citations: bool = False) -> Path:
    """Write notes as `studydoc make` does: `record`, NAME.json, and beside it the page NAME.md, whose path is returned.

    Each file is replaced as a whole. A page that was edited is kept as NAME.edited.md. Raises OutputError or StoreError
    if a file cannot be written, NewerRecord, UnreadableRecord or InputError if another file would be overwritten, and
    CallError if a document without statements would replace one that has some.
    """
    record = Path(record)
    if record.suffix != ".json":
        raise OutputError(f"{record}: the name of a record ends in .json", hint="for example outputs/talk.json")
    transcript = document.source.path
    before = load_before(transcript, record)
    if transcript:
        document = seen_from(document, Path(transcript), record)
    ensure_notes_not_lost(before, document, record.parent)
    return write_notes(document, record, before, citations=citations).page


class _OwnClient:
    """Wraps a client that the caller wrote, and validates its answers."""

    def __init__(self, inner: LLMClient) -> None:
        self._inner = inner

    @property
    def model(self) -> str:
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        completion: object = await self._inner.complete(request)
        if not isinstance(completion, Completion):
            raise _unusable(f"a {type(completion).__name__}, not a Completion", _IF_SILENT)
        if not isinstance(completion.text, str):
            raise _unusable(f"text={completion.text!r}", _IF_SILENT)
        if completion.finish_reason not in (reasons := get_args(FinishReason)):
            hint = f'give one of {", ".join(reasons)}; "length" if the answer was cut off'
            raise _unusable(f"finish_reason={completion.finish_reason!r}", hint)
        if not isinstance(completion.usage, Usage):
            raise _unusable(f"usage={completion.usage!r}", "give a Usage; Usage(estimated=True) if it is not known")
        if not isinstance(completion.model, str):
            raise _unusable(f"model={completion.model!r}", "give the name of the model that answered")
        return completion


def _unusable(returned: str, hint: str) -> EndpointError:
    return EndpointError(f"client.complete returned {returned}", hint=hint, fatal=True)


def _settings_for_own_client(flags: Mapping[str, Any]) -> Settings:
    """Settings for the notes when the caller brings their own client. SettingsError for flags that need ours."""
    ensure_settable(flags)
    if unusable := sorted(set(flags).difference(deciding("notes", "transcript"), {"out"})):
        name = unusable[0]
        raise SettingsError(f"{name} has no effect on a client of your own", hint=f"remove {name} or client")
    settings = Settings(**flags)
    return replace(settings, language=known_tag(settings.language) if settings.language else None)


def _ensure_no_limit(settings: Settings) -> None:
    """Raise SettingsError if a limit is set: nothing would enforce it on the caller's own client."""
    if limit := next((name for name in _LIMITS if getattr(settings, name) is not None), None):
        raise SettingsError(
            f"the setting {limit} has no effect on a client of your own",
            hint=f"remove {limit} or client; Settings(length=…) ignores the environment and studydoc.toml",
        )


def _read(source: Transcript | Path | str, settings: Settings, flags: Mapping[str, Any]) -> Transcript:
    """The transcript, read from a file as the settings say. SettingsError if a Transcript is given flags for files."""
    if not isinstance(source, Transcript):
        return read_transcript(Path(source), encoding=settings.encoding, form=settings.format)
    if passed_over := sorted(set(flags).intersection(deciding("transcript"))):
        name = passed_over[0]
        raise SettingsError(f"{name} has no effect on a Transcript, which has already been read", hint=f"remove {name}")
    return _as_read(source)


def _as_read(transcript: Transcript) -> Transcript:
    """A caller's own transcript as reading a file would give it: each segment in one line.

    InputError for one without segments or with a blank one; reading a file never produces either.
    """
    if not transcript.segments:
        raise InputError(f"{transcript.name}: the transcript has no segments", hint="add what was said, line by line")
    if blank := next((s.id for s in transcript.segments if not s.text.strip()), None):
        raise InputError(f"{transcript.name}: segment {blank} is blank", hint="remove it and number the others from 1")
    segments = tuple(
        s._replace(text=one_line(s.text), speaker=s.speaker and one_line(s.speaker)) for s in transcript.segments
    )
    return transcript if segments == transcript.segments else replace(transcript, segments=segments)


async def _summarise_watched(
    transcript: Transcript,
    client: Stoppable,
    on_progress: OnProgress,
    recipe: Recipe,
    prompts: PromptSet,
    endpoint: str,
) -> StudyDocument:
    """Make the document, calling `on_progress` at each step; if that raises, end the run, then raise its error."""
    raised: list[Exception] = []

    def watch(progress: Progress) -> None:
        if raised:
            return
        try:
            on_progress(progress.update())
        except Exception as err:  # noqa: BLE001 - the caller's own code may raise anything, and gets it back
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
