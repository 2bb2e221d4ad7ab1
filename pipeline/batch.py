"""Many transcripts over one client: bounded, each on its own feet, every outcome told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import store
from pipeline.document import StudyDocument
from pipeline.errors import EndpointError, PipelineError, ReplayMiss, StoreError
from pipeline.llm import LLMClient
from pipeline.prompting import PromptSet
from pipeline.readers import Source, read_transcript
from pipeline.render import render_markdown
from pipeline.run import Progress, Watch, asummarise, unchanged
from pipeline.settings import Recipe
from pipeline.transcript import Metadata, Transcript

Reader = Callable[[Source], Transcript]


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
    document: StudyDocument | None = None
    page: Path | None = None
    notes: tuple[str, ...] = ()
    error: PipelineError | None = None
    calls_made: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether there is a document without problems."""
        return self.document is not None and self.document.status == "complete"


async def make_all(
    sources: Sequence[Source | Transcript],
    client: LLMClient,
    order: Order,
    *,
    watch: Watch = lambda progress: None,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """A document for every source, in their order. A fatal endpoint error ends what has not begun, with that error."""
    gate = asyncio.Semaphore(order.at_once)
    fatal: list[PipelineError] = []

    async def one(source: Source | Transcript) -> Outcome:
        async with gate:
            if fatal:
                return Outcome(source.name, error=fatal[0])
            try:
                outcome = await _make(source, client, order, watch)
            except (EndpointError, StoreError, ReplayMiss) as err:
                fatal.append(err)
                outcome = Outcome(source.name, error=err)
            except PipelineError as err:
                outcome = Outcome(source.name, error=err)
            done(outcome)
            return outcome

    return list(await asyncio.gather(*(one(source) for source in sources)))


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
    tally = progress[0].tally
    return Outcome(
        transcript.name, document, page, transcript.notes, None, tally.calls - tally.calls_cached, document.run.seconds
    )


def _settled(document: StudyDocument, record: Path) -> StudyDocument:
    """The same bytes again when nothing changed; a record that cannot be read is simply replaced."""
    try:
        return unchanged(document, store.load(record))
    except StoreError:
        return document
