"""Many transcripts over one client: bounded, each on its own feet, an outcome for each."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb

from pipeline import store
from pipeline.batches.inputs import read
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Figures, Outcome
from pipeline.batches.outputs import is_of_others, path_told, would_be_lost
from pipeline.document import StudyDocument
from pipeline.errors import CallError, InputError, NewerRecord, PipelineError, StoreError, Unforeseen, UnreadableRecord
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

# Calls that documents under way want, for each that can be under way: the endpoint is never idle, and no more documents
# are begun than that takes, since those near their end wait for them.
_ENOUGH = 1.25


async def make_all(
    sources: Sequence[Source | Transcript],
    client: LLMClient,
    options: MakeOptions,
    *,
    watch: Watch = unwatched,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """A document for every source, the outcomes in their order.

    After a fatal error, and once a Stoppable client is halted, nothing more is asked; calls under way finish and are
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
    """A document for every source that `feed` gives, the outcomes in the same order.

    A source is asked for when there is room for it; a feed may wait for sources as long as it likes.
    """
    return await _DocumentsUnderWay(client, options, watch, on_outcome).run(feed)


class _DocumentsUnderWay:
    """Keeps just enough documents under way to fill the calls at once.

    A transcript is read when its turn comes and dropped when its document is written.
    """

    def __init__(
        self, client: Stoppable, options: MakeOptions, watch: Watch, on_outcome: Callable[[Outcome], None]
    ) -> None:
        self._client = client
        self._options, self._watch, self._on_outcome = options, watch, on_outcome
        self._under_way: dict[int, Progress] = {}
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
        """Waits until the calls at once want another document: with one call, until the one before is made.

        The last document tells what it wants once it is read. Where answers come faster than the processor can take
        them in, documents under way go on before another is begun.
        """
        enough = _ENOUGH * self._options.at_once if self._options.at_once > 1 else 1
        await until_quiet()
        while sum(p.calls_wanted for p in self._under_way.values()) >= enough:
            self._moved.clear()
            await self._moved.wait()
            await until_quiet()

    async def _make_one(self, n: int, source: Source | Transcript) -> Outcome:
        self._under_way[n] = Progress(source.name)

        def follow(state: Progress) -> None:
            self._under_way[n] = state
            self._moved.set()
            self._watch(state)

        DOCUMENT.set(source.name)  # this task's own, and that of every call that it makes
        try:
            outcome = await self._outcome(n, source, follow)
        finally:
            del self._under_way[n]
            self._moved.set()
        self._on_outcome(outcome)
        return replace(outcome, document=None)

    async def _outcome(self, n: int, source: Source | Transcript, watch: Watch) -> Outcome:
        if self._client.stopped:
            return self._failed(n, source, self._client.stopped)
        try:
            outcome = await _make(source, self._client, self._options, watch)
        except PipelineError as err:
            if isinstance(err, StoreError):  # a full disk takes no other document either
                self._client.halt(err)
            return self._failed(n, source, err)
        except Exception as err:  # noqa: BLE001  it would cancel the calls of all others, which are paid for
            return self._failed(n, source, _unforeseen(err))
        return replace(outcome, tally=self._under_way[n].tally)

    def _failed(self, n: int, source: Source | Transcript, error: PipelineError) -> Outcome:
        """What the rest of a document met after the error that ended the run says less than that error."""
        tally = self._under_way[n].tally
        cost = cost_of_run(self._client.model, self._options.endpoint, tally)
        return Outcome(source.name, error=self._client.stopped or error, tally=tally, cost_usd=cost)


def _unforeseen(err: Exception) -> Unforeseen:
    """The error of a document that ended so. Of a fault it tells kind and place: its words may be a transcript's."""
    if isinstance(err, OSError):
        file = f"{err.filename}: " if err.filename else ""
        error = Unforeseen(f"{file}{err.strerror or err}", hint="mend that and run again; answers are kept")
    else:
        place = extract_tb(err.__traceback__)[-1]
        message = f"a fault of the program: {type(err).__name__} in {Path(place.filename).name}, line {place.lineno}"
        error = Unforeseen(message, hint="please report it with what --debug or --log-json shows")
    error.__cause__ = err
    return error


def in_turns(sources: Sequence[Source | Transcript], options: MakeOptions) -> Sequence[int]:
    """Small transcripts first: no longer in all, and documents come out from the start."""
    everyone = range(len(sources))
    return everyone if options.at_once == 1 else sorted(everyone, key=lambda n: _size(sources[n]))


def _size(source: Source | Transcript) -> int:
    if isinstance(source, Transcript):
        return sum(len(s.text) for s in source.segments)
    try:
        return source.path.stat().st_size
    except OSError:
        return 0  # reading it will tell what is wrong


async def _make(source: Source | Transcript, client: LLMClient, options: MakeOptions, watch: Watch) -> Outcome:
    # Loaded when a document is made: a run over what was made before makes none.
    from pipeline.record import is_same_document
    from pipeline.run import asummarise

    transcript = read(source, options.input).with_metadata(options.metadata)
    if note := not_used(options.metadata.speakers, transcript):
        transcript = replace(transcript, notes=(*transcript.notes, note))
    record = store.output_path(options.out, transcript.name)
    _load_before(transcript, record)  # what must not be replaced is met before anything is asked
    document = await asummarise(
        transcript, client, recipe=options.recipe, prompts=options.prompts, endpoint=options.endpoint, watch=watch
    )
    before = _load_before(transcript, record)  # files come while the model is asked
    if transcript.path and "://" not in options.bound_for:
        final_record = Path(options.bound_for, record.relative_to(options.out)) if options.bound_for else record
        document = _seen_from(document, Path(transcript.path), final_record)
    unchanged = before if before and is_same_document(document, before) else None
    document = unchanged or document  # with the clock and tally of its run, so that its bytes stay
    _keep_what_was_made(before, document, options.out)
    page = record.with_suffix(".md")
    edited = _edited(page, before, document)
    stays, kept = "", ""  # notes on a page that was edited
    if edited is None:
        document = _write(document, record, citations=options.citations)
    elif unchanged:
        stays = f"{page} is not as it was made and stays so; delete it to have it written anew"
    else:
        kept = _note_on_kept(page, _keep_aside(page, edited), before)
        document = _write(document, record, citations=options.citations)
    lasting = tuple(filter(None, [*document.source.warnings, left_out_line(transcript), stays]))
    return Outcome(
        transcript.name,
        document,
        page,
        notes=(*lasting, kept) if kept else lasting,
        lasting_notes=lasting,
        seconds=document.run.seconds,
        status=document.status,
        problems=tuple(p.message for p in document.problems),
        cost_usd=document.run.usage.cost_usd,
        figures=Figures.of(document),
    )


def _load_before(transcript: Transcript, record: Path) -> StudyDocument | None:
    """The document that a new one replaces; None where there is none, and for one that is damaged or an older one.

    InputError where notes would be written over their transcript, over JSON that is no record, or over a record of a
    newer version or one that cannot be read.
    """
    source = Path(transcript.path or "")
    for path in (record, record.with_suffix(".md")):
        if path.exists() and source.is_file() and path.samefile(source):
            raise would_be_lost(path, "this is the transcript itself")
    if is_of_others(record):
        raise would_be_lost(record, "this is no record of notes")
    try:
        return store.load(record) if record.exists() else None
    except (NewerRecord, UnreadableRecord) as err:  # this document fails, and no other
        raise InputError(err.args[0], hint=err.hint) from err
    except StoreError:
        return None


def _seen_from(document: StudyDocument, path: Path, record: Path) -> StudyDocument:
    """The document with its transcript's path as seen from its record; what is no file here keeps its name."""
    if not is_there(path):
        return document
    source = document.source.model_copy(update={"path": well_formed(path_told(path, record))})
    return document.model_copy(update={"source": source})


def _keep_what_was_made(before: StudyDocument | None, document: StudyDocument, out: Path) -> None:
    """Raises CallError where a document without a statement would take the place of one that has some.

    A recording in which there is nothing worth a note is no failure, unless something was found in it before.
    """
    if before is None or not any(before.statements()) or any(document.statements()):
        return
    if document.problems or document.source.sha256 == before.source.sha256:
        reason = "; ".join(p.message for p in document.problems) or "the model answered with empty sections"
        # An answer that calls every line filler is taken from the store for ever.
        prune = f"studydoc store prune --model {shlex.quote(document.run.model)} --out {shlex.quote(str(out))}"
        raise CallError(
            f"no notes came of it, and those that were made before stay: {reason}",
            hint=f"run again; if it stays so, try another model, or have it asked anew after {prune}",
        )


def _edited(page: Path, before: StudyDocument | None, document: StudyDocument) -> bytes | None:
    """What stands on a page that is not as it was made; None where it is, and where there is no page."""
    from pipeline.pages.reading import is_unchanged

    try:
        markdown = page.read_bytes()
    except FileNotFoundError:
        return None
    documents = [d for d in (before, document) if d]
    return None if is_unchanged(markdown.decode("utf-8", errors="replace"), *documents) else markdown


def _keep_aside(page: Path, markdown: bytes) -> Path:
    """Writes an edited page beside its place, where it stands once however often it is kept."""
    names = (f"{page.stem}.edited{mark}.md" for mark in ("", *(f"-{n}" for n in range(2, 1000))))
    aside = next(p for p in map(page.with_name, names) if not p.exists() or p.read_bytes() == markdown)
    store.replace_file(aside, markdown)
    return aside


def _note_on_kept(page: Path, aside: Path, before: StudyDocument | None) -> str:
    from pipeline.pages.reading import CHANGED_SINCE_WRITTEN

    reason = CHANGED_SINCE_WRITTEN if before else "there already, without a record of notes that can be read"
    return f"{page} was {reason}: it is kept in {aside}"


def _write(document: StudyDocument, record: Path, *, citations: bool) -> StudyDocument:
    """Writes record and page; gives the document as it is in the record, with the digest of the page."""
    from pipeline.pages import render_markdown
    from pipeline.pages.reading import page_digest

    markdown = render_markdown(document, citations=citations)
    run = document.run.model_copy(update={"page": page_digest(markdown)})
    document = document.model_copy(update={"run": run})
    store.write(document, markdown, record)
    return document
