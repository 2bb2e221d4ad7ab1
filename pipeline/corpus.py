"""Many transcripts over one client: bounded, each on its own feet, every outcome told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pipeline import store
from pipeline.document import StudyDocument
from pipeline.errors import InputError, PipelineError, StoreError
from pipeline.events import DOCUMENT
from pipeline.llm import LLMClient, Tally
from pipeline.outputs import is_output
from pipeline.profile import Recipe
from pipeline.progress import Progress, Watch, unwatched
from pipeline.prompting import PromptSet
from pipeline.readers import Source, kept_apart, name_apart, read_transcript, survey, survey_files
from pipeline.readers.report import left_out_line, read_stdin, read_url, skipped_lines
from pipeline.stopping import Stoppable
from pipeline.transcript import Metadata, Transcript

# Calls that documents under way want, for each that can be under way: the endpoint is never idle, and no more documents
# are begun than that takes, since those near their end wait for them.
_ENOUGH = 1.25


@dataclass(frozen=True, slots=True)
class Input:
    """How transcripts are read: their encoding and format where they do not tell, the name of standard input."""

    encoding: str | None = None
    form: str | None = None
    name: str | None = None
    url: str | None = None  # of a transcript file on the web


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is told besides its sources."""

    out: Path
    recipe: Recipe
    prompts: PromptSet
    endpoint: str
    citations: bool = False
    metadata: Metadata = field(default_factory=Metadata)
    input: Input = Input()
    at_once: int = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one transcript: a document and its page, or an error."""

    name: str
    document: StudyDocument | None = None  # only until it is told: a thousand of them are not kept
    page: Path | None = None
    notes: tuple[str, ...] = ()
    error: PipelineError | None = None
    seconds: float = 0.0
    status: Literal["complete", "partial", "failed"] = "failed"
    problems: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)
    cost_usd: float | None = None

    @property
    def complete(self) -> bool:
        """Whether there is a document without problems."""
        return self.status == "complete"

    @property
    def calls_made(self) -> int:
        """Calls whose answers were not stored before."""
        return self.tally.calls - self.tally.calls_cached

    def row(self) -> dict[str, Any]:
        """What `--json` tells of a transcript."""
        return {
            "name": self.name,
            "status": self.status,
            "page": str(self.page) if self.page else None,
            "calls_made": self.calls_made,
            "error": str(self.error) if self.error else None,
            "problems": list(self.problems),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """Transcripts of some paths, files unread, an outcome for each path that gives none, and what was skipped."""

    sources: list[Source | Transcript]
    failed: list[Outcome]
    skipped: list[str]


def find(paths: Sequence[Path], given: Input, out: Path) -> Found:
    """What there is below paths ("-" is standard input), under names that overwrite no other input's document."""
    read_now: list[Transcript] = []
    failed: list[Outcome] = []
    how = {"name": given.name, "form": given.form, "encoding": given.encoding}
    try:
        if Path("-") in paths:
            read_now.append(read_stdin(sys.stdin.buffer.read(), **how))
        if given.url is not None:
            read_now.append(read_url(given.url, **how))
    except InputError as err:
        failed.append(Outcome("-", error=err))
    below = survey((p for p in paths if p != Path("-")), lambda path: is_output(path, out))
    failed += [Outcome("input", error=err) for err in below.errors]
    streams = _apart(read_now, out)
    files = kept_apart(below.sources, lambda name: _made_from(out, name), [t.name for t in streams])
    return Found([*streams, *files], failed, skipped_lines(below))


def _apart(streams: Sequence[Transcript], out: Path) -> list[Transcript]:
    """What came through a pipe or from the web, under names that overwrite no document of something else, and told."""
    named: list[Transcript] = []
    for each in streams:
        name = name_apart([each.name], partial(_is_of, each, out), {t.name.casefold() for t in named})
        if name != each.name:
            told = f"{each.name} was made from another input: this one is written as {name}"
            each = replace(each, name=name, notes=(*each.notes, told))
        named.append(each)
    return named


def _is_of(stream: Transcript, out: Path, name: str) -> bool:
    """Whether there is no document of this name, or it was made from this stream: of a pipe, only its words tell."""
    try:
        source = store.load(store.output_path(out, name)).source
    except StoreError:
        return True
    asked = (stream.path or "").startswith("http")
    return source.path == stream.path and (asked or source.sha256 == stream.sha256)


def find_among(files: Collection[Path], paths: Sequence[Path], out: Path, taken: Mapping[str, str]) -> Found:
    """What `find` gives of these files below paths alone.

    `taken` are names that belong to the inputs at some paths: nobody else is given them, and these keep them.
    """
    below = survey_files(files, paths, lambda path: is_output(path, out))
    names = {path: name for name, path in taken.items()}
    kept = [replace(s, name=names.get(str(s.path), s.name)) for s in below.sources]
    return Found(
        [*kept_apart(kept, lambda name: taken.get(name) or _made_from(out, name))],
        [Outcome("input", error=err) for err in below.errors],
        skipped_lines(below),
    )


def _made_from(out: Path, name: str) -> str | None:
    """The path of the input that a document was made from; None when there is no such document."""
    try:
        return store.load(store.output_path(out, name)).source.path
    except StoreError:
        return None


def read(source: Source | Transcript, given: Input) -> Transcript:
    """The transcript of a source. InputError when its file cannot be read."""
    if isinstance(source, Transcript):
        return source
    return read_transcript(source.path, name=source.name, encoding=given.encoding, form=given.form)


async def make_all(
    sources: Sequence[Source | Transcript],
    client: LLMClient,
    order: Order,
    *,
    watch: Watch = unwatched,
    done: Callable[[Outcome], None] = lambda outcome: None,
    stop: Callable[[str], None] = lambda because: None,
) -> list[Outcome]:
    """A document for every source, the outcomes in their order.

    After a fatal error nothing more is asked, and `stop` is told; calls under way finish and are stored.
    """
    turns = in_turns(sources, order)

    async def feed() -> AsyncIterator[Source | Transcript]:
        for n in turns:
            yield sources[n]

    outcomes = await make_each(feed(), Stoppable(client, stop), order, watch=watch, done=done)
    by_place = dict(zip(turns, outcomes, strict=True))
    return [by_place[n] for n in range(len(sources))]


async def make_each(
    feed: AsyncIterator[Source | Transcript],
    client: Stoppable,
    order: Order,
    *,
    watch: Watch = unwatched,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """A document for every source that `feed` gives, the outcomes in the same order.

    A source is asked for when there is room for it; a feed may wait for sources as long as it likes.
    """
    return await _Batch(client, order, watch, done).run(feed)


class _Batch:
    """Keeps just enough documents under way to fill the calls at once.

    A transcript is read when its turn comes and dropped when its document is written.
    """

    def __init__(self, client: Stoppable, order: Order, watch: Watch, done: Callable[[Outcome], None]) -> None:
        self._client = client
        self._order, self._watch, self._done = order, watch, done
        self._under_way: dict[int, Progress] = {}
        self._moved = asyncio.Event()

    async def run(self, feed: AsyncIterator[Source | Transcript]) -> list[Outcome]:
        tasks: list[asyncio.Task[Outcome]] = []
        try:
            async with asyncio.TaskGroup() as group:
                async for source in feed:
                    tasks.append(group.create_task(self._one(len(tasks), source)))
                    await asyncio.sleep(0)  # it reads and chunks, and then tells how many calls it wants
                    await self._room()
        except BaseExceptionGroup as err:
            raise err.exceptions[0] from err.exceptions[0].__cause__
        return [task.result() for task in tasks]

    async def _room(self) -> None:
        """Waits until the calls at once want another document: with one call, until the one before is made."""
        enough = _ENOUGH * self._order.at_once if self._order.at_once > 1 else 1
        while sum(p.wanted for p in self._under_way.values()) >= enough:
            self._moved.clear()
            await self._moved.wait()

    async def _one(self, n: int, source: Source | Transcript) -> Outcome:
        self._under_way[n] = Progress(source.name)

        def follow(state: Progress) -> None:
            self._under_way[n] = state
            self._moved.set()
            self._watch(state)

        DOCUMENT.set(source.name)  # this task's own, and that of every call that it makes
        try:
            if self._client.stopped:
                raise self._client.stopped
            outcome = await _make(source, self._client, self._order, follow)
        except PipelineError as err:
            if isinstance(err, StoreError):  # a full disk takes no other document either
                self._client.halt(err)
            # What the rest of a document met after the error that ended the run tells less than that error.
            outcome = Outcome(source.name, error=self._client.stopped or err, tally=self._under_way[n].tally)
        finally:
            del self._under_way[n]
            self._moved.set()
        self._done(outcome)
        return replace(outcome, document=None)


def in_turns(sources: Sequence[Source | Transcript], order: Order) -> Sequence[int]:
    """Small transcripts first: no longer in all, and documents come out from the start."""
    everyone = range(len(sources))
    return everyone if order.at_once == 1 else sorted(everyone, key=lambda n: _size(sources[n]))


def _size(source: Source | Transcript) -> int:
    if isinstance(source, Transcript):
        return sum(len(s.text) for s in source.segments)
    try:
        return source.path.stat().st_size
    except OSError:
        return 0  # reading it will tell what is wrong


async def _make(source: Source | Transcript, client: LLMClient, order: Order, watch: Watch) -> Outcome:
    # Loaded when a document is made: a run over what was made before makes none.
    from pipeline.render import render_markdown
    from pipeline.run import asummarise

    progress: list[Progress] = []

    def follow(state: Progress) -> None:
        progress[:] = [state]
        watch(state)

    transcript = read(source, order.input).with_metadata(order.metadata)
    document = await asummarise(
        transcript, client, recipe=order.recipe, prompts=order.prompts, endpoint=order.endpoint, watch=follow
    )
    record = store.output_path(order.out, transcript.name)
    if record.exists():
        document = _settled(document, record)
    page, _ = store.write(document, render_markdown(document, citations=order.citations), record)
    return Outcome(
        transcript.name,
        document,
        page,
        (*document.source.warnings, *filter(None, [left_out_line(transcript)])),
        seconds=document.run.seconds,
        status=document.status,
        problems=tuple(p.message for p in document.problems),
        tally=progress[0].tally,
        cost_usd=document.run.usage.cost_usd,
    )


def _settled(document: StudyDocument, record: Path) -> StudyDocument:
    """The same bytes again when nothing changed; a record that cannot be read is simply replaced."""
    from pipeline.record import unchanged

    try:
        return unchanged(document, store.load(record))
    except StoreError:
        return document
