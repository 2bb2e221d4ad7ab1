"""Study documents for many transcripts with one client: bounded concurrency, one outcome each, independent failures."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb

from pipeline import store
from pipeline.batches.inputs import read
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Figures, Outcome
from pipeline.batches.outputs import is_of_others, recorded_path, would_be_lost
from pipeline.document import StudyDocument
from pipeline.errors import CallError, NewerRecord, PipelineError, StoreError, Unforeseen, UnreadableRecord
from pipeline.events import DOCUMENT
from pipeline.llm import LLMClient
from pipeline.llm.prices import cost_of_run
from pipeline.llm.progress import Progress, Watch, unwatched
from pipeline.llm.stopping import Stoppable
from pipeline.readers import Source
from pipeline.readers.archive import is_there
from pipeline.readers.report import left_out_line
from pipeline.speakers import not_used
from pipeline.tasks import until_quiet
from pipeline.text import well_formed
from pipeline.transcript import Transcript

# The documents in progress should want this many times the calls that may run at once: the endpoint is then never idle,
# and no more documents are begun than necessary, since they would delay those that are nearly done.
_ENOUGH = 1.25


async def make_all(
    sources: Sequence[Source | Transcript],
    client: LLMClient,
    options: MakeOptions,
    *,
    watch: Watch = unwatched,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make a document of every source; the outcomes are in the order of `sources`.

    After a fatal error, or once a Stoppable client is halted, no new calls are made; running calls finish and are
    stored.
    """
    stoppable = client if isinstance(client, Stoppable) else Stoppable(client)
    turns = in_turns(sources, options)

    async def feed() -> AsyncIterator[Source | Transcript]:
        for n in turns:
            yield sources[n]

    outcomes = await make_each(feed(), stoppable, options, watch=watch, on_outcome=on_outcome)
    by_place = dict(zip(turns, outcomes, strict=True))
    return [by_place[n] for n in range(len(sources))]


async def make_each(
    feed: AsyncIterator[Source | Transcript],
    client: Stoppable,
    options: MakeOptions,
    *,
    watch: Watch = unwatched,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make a document of every source that `feed` yields; the outcomes are in the same order.

    The next source is requested only when there is capacity for it, and the feed may wait for sources as long as it
    likes.
    """
    return await _DocumentsInProgress(client, options, watch, on_outcome).run(feed)


class _DocumentsInProgress:
    """Works on just enough documents at a time to use all the concurrent calls.

    A transcript is read when its turn comes and dropped when its document is written.
    """

    def __init__(
        self, client: Stoppable, options: MakeOptions, watch: Watch, on_outcome: Callable[[Outcome], None]
    ) -> None:
        self._client = client
        self._options, self._watch, self._on_outcome = options, watch, on_outcome
        self._in_progress: dict[int, Progress] = {}
        self._moved = asyncio.Event()

    async def run(self, feed: AsyncIterator[Source | Transcript]) -> list[Outcome]:
        tasks: list[asyncio.Task[Outcome]] = []
        try:
            async with asyncio.TaskGroup() as group:
                async for source in feed:
                    tasks.append(group.create_task(self._make_one(len(tasks), source)))
                    await self._room()
        except BaseExceptionGroup as err:
            raise err.exceptions[0] from err.exceptions[0].__cause__
        return [task.result() for task in tasks]

    async def _room(self) -> None:
        """Wait until there is capacity for another document: with one call at a time, until the previous one is done.

        How many calls a document wants is known once its transcript is read. If answers arrive faster than the
        processor can handle them, documents in progress have priority over new ones.
        """
        enough = _ENOUGH * self._options.at_once if self._options.at_once > 1 else 1
        await until_quiet()
        while sum(p.calls_wanted for p in self._in_progress.values()) >= enough:
            self._moved.clear()
            await self._moved.wait()
            await until_quiet()

    async def _make_one(self, n: int, source: Source | Transcript) -> Outcome:
        self._in_progress[n] = Progress(source.name)

        def follow(state: Progress) -> None:
            self._in_progress[n] = state
            self._moved.set()
            self._watch(state)

        DOCUMENT.set(source.name)  # context of this task and of every call that it makes
        try:
            outcome = await self._outcome(n, source, follow)
        finally:
            del self._in_progress[n]
            self._moved.set()
        self._on_outcome(outcome)
        return replace(outcome, document=None)

    async def _outcome(self, n: int, source: Source | Transcript, watch: Watch) -> Outcome:
        if self._client.stopped:
            return self._failed(n, source, self._client.stopped)
        try:
            outcome = await _make(source, self._client, self._options, watch)
        except PipelineError as err:
            if isinstance(err, StoreError) and err.ends_run:
                self._client.halt(err)
            return self._failed(n, source, err)
        except Exception as err:  # noqa: BLE001  it would cancel all other documents, whose calls are paid for
            return self._failed(n, source, unforeseen(err))
        return replace(outcome, tally=self._in_progress[n].tally)

    def _failed(self, n: int, source: Source | Transcript, error: PipelineError) -> Outcome:
        """The outcome of a failed document. If an error ended the whole run, that error is reported: it says more."""
        tally = self._in_progress[n].tally
        cost = cost_of_run(self._client.model, self._options.endpoint, tally)
        return Outcome(source.name, error=self._client.stopped or error, tally=tally, cost_usd=cost)


def unforeseen(err: Exception) -> Unforeseen:
    """The error to report for an unexpected exception.

    A bug is reported by its type and place only, since its message may quote the transcript.
    """
    if isinstance(err, OSError):
        file = f"{err.filename}: " if err.filename else ""
        error = Unforeseen(f"{file}{err.strerror or err}", hint="fix this and run again; every answer so far is stored")
    else:
        place = extract_tb(err.__traceback__)[-1]
        message = f"a bug in studydoc: {type(err).__name__} in {Path(place.filename).name}, line {place.lineno}"
        error = Unforeseen(message, hint="please report it with the output of --debug or --log-json")
    error.__cause__ = err
    return error


def in_turns(sources: Sequence[Source | Transcript], options: MakeOptions) -> Sequence[int]:
    """The indices of the sources, small transcripts first: as fast overall, and first documents are ready sooner."""
    everyone = range(len(sources))
    return everyone if options.at_once == 1 else sorted(everyone, key=lambda n: _size(sources[n]))


def _size(source: Source | Transcript) -> int:
    if isinstance(source, Transcript):
        return sum(len(s.text) for s in source.segments)
    try:
        return source.path.stat().st_size
    except OSError:
        return 0  # reading it will report what is wrong


async def _make(source: Source | Transcript, client: LLMClient, options: MakeOptions, watch: Watch) -> Outcome:
    # Imported here because a run in which all notes are up to date does not need it.
    from pipeline.pages.reading import CHANGED_SINCE_WRITTEN
    from pipeline.record import is_same_document
    from pipeline.run import asummarise

    transcript = read(source, options.input).with_metadata(options.metadata)
    if note := not_used(options.metadata.speakers, transcript):
        transcript = replace(transcript, notes=(*transcript.notes, note))
    record = store.output_path(options.out, transcript.name)
    _load_before(transcript, record)  # fail before any call if something must not be overwritten
    document = await asummarise(
        transcript, client, recipe=options.recipe, prompts=options.prompts, endpoint=options.endpoint, watch=watch
    )
    before = _load_before(transcript, record)  # again: files may have appeared during the calls
    if transcript.path and "://" not in options.bound_for:
        final_record = Path(options.bound_for, record.relative_to(options.out)) if options.bound_for else record
        document = _seen_from(document, Path(transcript.path), final_record)
    unchanged = before if before and is_same_document(document, before) else None
    document = unchanged or document  # keep its time and tally, so that its bytes stay the same
    _ensure_notes_not_lost(before, document, options.out)
    page = record.with_suffix(".md")
    edited = _edited(page, before, document)
    left_note, moved_note = "", ""  # about an edited page: left in place, or kept under another name
    if edited is None:
        document = _write(document, record, citations=options.citations)
    elif unchanged:
        left_note = f"{page} was {CHANGED_SINCE_WRITTEN}, and is left as it is; delete it to have it written again"
    else:
        moved_note = _note_on_moved_page(page, _keep_aside(page, edited), before)
        document = _write(document, record, citations=options.citations)
    lasting = tuple(filter(None, [*document.source.warnings, left_out_line(transcript), left_note]))
    return Outcome(
        transcript.name,
        document,
        page,
        notes=(*lasting, moved_note) if moved_note else lasting,
        lasting_notes=lasting,
        seconds=document.run.seconds,
        status=document.status,
        problems=tuple(p.message for p in document.problems),
        cost_usd=document.run.usage.cost_usd,
        figures=Figures.of(document),
    )


def _load_before(transcript: Transcript, record: Path) -> StudyDocument | None:
    """The document that a new one replaces; None if there is none, or if it is damaged or in an older format.

    Raises OutputError if the notes cannot be written, InputError if they would overwrite their own transcript or JSON
    that is no record, and NewerRecord or UnreadableRecord.
    """
    store.ensure_place_for(record)
    source = Path(transcript.path or "")
    for path in (record, record.with_suffix(".md")):
        if path.exists() and source.is_file() and path.samefile(source):
            raise would_be_lost(path, "this is the transcript itself")
    if is_of_others(record):
        raise would_be_lost(record, "this is not a studydoc record")
    try:
        return store.load(record) if record.exists() else None
    except (NewerRecord, UnreadableRecord):
        raise
    except StoreError:  # damaged or too old
        return None


def _seen_from(document: StudyDocument, path: Path, record: Path) -> StudyDocument:
    """The document with its transcript's path relative to its record; if that is no local file, unchanged."""
    if not is_there(path):
        return document
    source = document.source.model_copy(update={"path": well_formed(recorded_path(path, record))})
    return document.model_copy(update={"source": source})


def _ensure_notes_not_lost(before: StudyDocument | None, document: StudyDocument, out: Path) -> None:
    """Raise CallError if a document without statements would replace one that has some.

    An empty document is fine if the transcript has changed and no problems occurred: there may be nothing worth a note.
    """
    if before is None or not any(before.statements()) or any(document.statements()):
        return
    if document.problems or document.source.sha256 == before.source.sha256:
        reason = "; ".join(p.message for p in document.problems) or "the model answered with empty sections"
        # An answer that calls every line filler would be served from the store forever.
        prune = f"studydoc store prune --model {shlex.quote(document.run.model)} --out {shlex.quote(str(out))}"
        raise CallError(
            f"the new notes are empty, so the earlier ones are kept: {reason}",
            hint=f"run again; if that does not help, try another model, or run {prune} and then run again",
        )


def _edited(page: Path, before: StudyDocument | None, document: StudyDocument) -> bytes | None:
    """The bytes of a page that was edited since it was written; None if it is unchanged or missing."""
    from pipeline.pages.reading import is_unchanged

    try:
        markdown = page.read_bytes()
    except FileNotFoundError:
        return None
    documents = [d for d in (before, document) if d]
    return None if is_unchanged(markdown.decode("utf-8", errors="replace"), *documents) else markdown


def _keep_aside(page: Path, markdown: bytes) -> Path:
    """Save an edited page beside its original, only once for the same content; the path of the copy."""
    aside = next(p for p in places_aside(page) if not p.exists() or p.read_bytes() == markdown)
    store.replace_file(aside, markdown)
    return aside


def places_aside(page: Path) -> Iterator[Path]:
    """Where edited pages are saved, in the order in which these places are used."""
    return (page.with_name(f"{page.stem}.edited{mark}.md") for mark in ("", *(f"-{n}" for n in range(2, 1000))))


def _note_on_moved_page(page: Path, aside: Path, before: StudyDocument | None) -> str:
    from pipeline.pages.reading import CHANGED_SINCE_WRITTEN

    reason = CHANGED_SINCE_WRITTEN if before else "already there, without a readable record"
    return f"{page} was {reason}: the old page is kept as {aside}"


def _write(document: StudyDocument, record: Path, *, citations: bool) -> StudyDocument:
    """Write the record and the page; return the document as recorded, with the digest of its page."""
    from pipeline.pages import render_markdown
    from pipeline.pages.reading import page_digest

    markdown = render_markdown(document, citations=citations)
    run = document.run.model_copy(update={"page": page_digest(markdown)})
    document = document.model_copy(update={"run": run})
    store.write(document, markdown, record)
    return document
