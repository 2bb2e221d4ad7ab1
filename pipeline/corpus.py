"""Many transcripts over one client: bounded, each on its own feet, every outcome told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pipeline import store
from pipeline.document import StudyDocument
from pipeline.errors import EndpointError, PipelineError, ReplayMiss, StoreError
from pipeline.events import DOCUMENT
from pipeline.llm import Completion, LLMClient, Request, Tally
from pipeline.prompting import PromptSet
from pipeline.readers import Source, read_transcript
from pipeline.render import render_markdown
from pipeline.run import Progress, Watch, asummarise, in_english, unchanged
from pipeline.settings import Recipe
from pipeline.transcript import Metadata, Transcript


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is told besides its sources."""

    out: Path
    recipe: Recipe
    prompts: PromptSet
    endpoint: str
    citations: bool = False
    metadata: Metadata = field(default_factory=Metadata)
    encoding: str | None = None
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


async def make_all(
    sources: Sequence[Source | Transcript],
    client: LLMClient,
    order: Order,
    *,
    watch: Watch = lambda progress: None,
    done: Callable[[Outcome], None] = lambda outcome: None,
    stop: Callable[[str], None] = lambda because: None,
) -> list[Outcome]:
    """A document for every source, the outcomes in their order.

    After a fatal error nothing more is asked, and `stop` is told; calls under way finish and are stored.
    """
    return await _Batch(client, order, watch, done, stop).run(sources)


class _Batch:
    """Keeps just enough documents under way to fill the calls at once, the smallest transcripts first.

    A transcript is read when its turn comes and dropped when its document is written.
    """

    def __init__(
        self,
        client: LLMClient,
        order: Order,
        watch: Watch,
        done: Callable[[Outcome], None],
        stop: Callable[[str], None],
    ) -> None:
        self._client = _Stoppable(client, stop)
        self._order, self._watch, self._done = order, watch, done
        self._under_way: dict[int, Progress] = {}
        self._moved = asyncio.Event()

    async def run(self, sources: Sequence[Source | Transcript]) -> list[Outcome]:
        tasks: dict[int, asyncio.Task[Outcome]] = {}
        try:
            for n in self._turns(sources):
                while self._full():
                    self._moved.clear()
                    await self._moved.wait()
                tasks[n] = asyncio.create_task(self._one(n, sources[n]))
                await asyncio.sleep(0)  # it reads and chunks, and then tells how many calls it wants
            return list(await asyncio.gather(*(tasks[n] for n in range(len(sources)))))
        finally:
            for task in tasks.values():
                task.cancel()

    def _turns(self, sources: Sequence[Source | Transcript]) -> Sequence[int]:
        """Small transcripts first: no longer in all, and documents come out from the start."""
        everyone = range(len(sources))
        return everyone if self._order.at_once == 1 else sorted(everyone, key=lambda n: _size(sources[n]))

    def _full(self) -> bool:
        """Whether the documents under way have calls enough, with as many again in wait; one call, one document."""
        enough = 2 * self._order.at_once if self._order.at_once > 1 else 1
        return sum(p.wanted for p in self._under_way.values()) >= enough

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


class _Stoppable:
    """A client that asks nothing more once an error was fatal; what is under way still arrives and is stored."""

    def __init__(self, inner: LLMClient, stop: Callable[[str], None]) -> None:
        self._inner, self._stop = inner, stop
        self.stopped: PipelineError | None = None

    @property
    def model(self) -> str:
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        if self.stopped:
            raise self.stopped
        try:
            return await self._inner.complete(request)
        except (EndpointError, StoreError, ReplayMiss) as err:
            if not isinstance(err, EndpointError) or (err.fatal and err.ends_run):
                self.halt(err)
            raise

    def halt(self, err: PipelineError) -> None:
        """Nothing more is asked after this."""
        if not self.stopped:
            self.stopped = err
            self._stop(f"no longer asked: {err}")


def _size(source: Source | Transcript) -> int:
    if isinstance(source, Transcript):
        return sum(len(s.text) for s in source.segments)
    try:
        return source.path.stat().st_size
    except OSError:
        return 0  # reading it will tell what is wrong


async def _make(source: Source | Transcript, client: LLMClient, order: Order, watch: Watch) -> Outcome:
    progress: list[Progress] = []

    def follow(state: Progress) -> None:
        progress[:] = [state]
        watch(state)

    transcript = (
        source
        if isinstance(source, Transcript)
        else read_transcript(source.path, name=source.name, encoding=order.encoding)
    )
    transcript = transcript.with_metadata(order.metadata)
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
        transcript.notes + _doubts(transcript, order.recipe),
        seconds=document.run.seconds,
        status=document.status,
        problems=tuple(p.message for p in document.problems),
        tally=progress[0].tally,
        cost_usd=document.run.usage.cost_usd,
    )


def _doubts(transcript: Transcript, recipe: Recipe) -> tuple[str, ...]:
    """What a reader should know of a model that writes English whatever it reads."""
    if not recipe.small_model or in_english(transcript):
        return ()
    return ("the embedded model writes English only, and little of it stands beside lines in another language; "
            "use a larger one: --model or --base-url",)  # fmt: skip


def _settled(document: StudyDocument, record: Path) -> StudyDocument:
    """The same bytes again when nothing changed; a record that cannot be read is simply replaced."""
    try:
        return unchanged(document, store.load(record))
    except StoreError:
        return document
