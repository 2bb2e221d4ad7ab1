"""One transcript, hop by hop: read, chunk, extract, mend, merge, document. Start here to see how it all works."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline.asking import Style, spans_of
from pipeline.chunking import chunk_transcript
from pipeline.document import HEADINGS, Coverage, RunRecord, RunUsage, SourceInfo, StudyDocument
from pipeline.errors import SettingsError
from pipeline.extraction import Extraction, Extractor
from pipeline.llm import Completion, LLMClient, Request, Tally, other_models
from pipeline.mending import mend, with_overview
from pipeline.merging import Reduction, merge_sections
from pipeline.prices import cost_usd
from pipeline.prompting import PromptSet
from pipeline.readers import read_transcript
from pipeline.sections import SECTIONS, SectionSpec
from pipeline.settings import Recipe
from pipeline.tasks import all_of
from pipeline.text import looks_english
from pipeline.tokens import count_each, encoding_for
from pipeline.transcript import Chunk, Transcript

# Words that make a small model talk about the talk, or hand a line back in the first person. Capitals are left out:
# a barred " We" is also the beginning of " Weidner".
AVOID_IN_ENGLISH = tuple(
    " " + w
    for w in """discusses discuss discussed discussing explains explain explained mentions mention mentioned talks
    introduces introduce introduced introducing describes describe shares highlights emphasizes expresses explanation
    transcript speaker speakers importance shows reports presents provides provided notes I we
    you your asks asked ask states stated informed author audience listeners""".split()
)


@dataclass(slots=True)
class Progress:
    """How far a transcript is. `planned` grows when a call is re-asked or split."""

    name: str
    phase: str = "reading"
    planned: int = 0
    tally: Tally = field(default_factory=Tally)
    started: float = field(default_factory=time.monotonic)
    merges: int = 0  # of the planned calls, those of the merge
    section: str = ""  # the section that was just finished

    @property
    def left(self) -> int:
        """Calls that are still to come, as far as one can know."""
        return max(0, self.planned - self.tally.calls)

    @property
    def wanted(self) -> int:
        """Calls that the transcript could have under way at once."""
        return max(1, self.left - self.merges) if self.phase == "extracting" else 1

    @property
    def rank(self) -> tuple[int, int]:
        """Who goes first when calls wait: merges, since they end a document, then what has the least work left."""
        return (0 if self.phase == "merging" else 1, self.left)


Watch = Callable[[Progress], None]


def _ignore(progress: Progress) -> None:
    pass


class _Counting:
    """The client of one document: books every answer and reports progress."""

    def __init__(self, inner: LLMClient, progress: Progress, watch: Watch) -> None:
        self._inner, self._progress, self._watch = inner, progress, watch

    @property
    def model(self) -> str:
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        completion = await self._inner.complete(replace(request, rank=self._progress.rank))
        self._progress.tally.book(completion)
        self._progress.planned = max(self._progress.planned, self._progress.tally.calls)
        self._watch(self._progress)
        return completion


async def asummarise(
    source: Transcript | Path | str,
    client: LLMClient,
    *,
    recipe: Recipe | None = None,
    prompts: PromptSet | None = None,
    sections: Sequence[SectionSpec] = SECTIONS,
    endpoint: str = "",
    watch: Watch = _ignore,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> StudyDocument:
    """The study document of a transcript (or of the file at a path), made with `client`.

    Raises InputError for a file that cannot be read and EndpointError when the endpoint cannot answer at all;
    whatever fails in part is in the document's `problems`, and its status is then "partial".
    """
    recipe, prompts = recipe or Recipe(), prompts or PromptSet()
    transcript = source if isinstance(source, Transcript) else read_transcript(Path(source))
    progress = Progress(transcript.name)
    counting = _Counting(client, progress, watch)

    encoding, _ = encoding_for(client.model)
    chunks = chunk_transcript(transcript, limit=recipe.chunk_tokens, encoding=encoding)
    mapped = [s for s in sections if s.from_chunks]
    progress.planned = planned_calls(chunks, mapped, recipe)
    progress.merges = merge_calls(len(chunks))
    progress.phase = "extracting"
    watch(progress)

    extractor = Extractor(transcript, counting, prompts, _style(recipe, in_english(transcript)))
    extraction = Extraction()
    gate = asyncio.Semaphore(recipe.chunks_at_once)

    async def one(chunk: Chunk) -> Extraction:
        async with gate:
            return await mend(await extractor.chunk(chunk, mapped), extractor, keep=recipe.keep_unverified)

    for part in await all_of([one(c) for c in chunks]):
        extraction.add(part)

    await _fill_gaps(extraction, extractor, mapped, recipe.keep_unverified)
    with_overview(extraction)

    progress.phase = "merging"
    watch(progress)

    def finished(section: str) -> None:
        progress.section = section
        watch(progress)

    reduction = await merge_sections(transcript, extraction.drafts, sections, extractor, prompts, finished)

    document = _document(transcript, extraction, reduction, progress, client.model, endpoint, prompts, encoding, now())
    progress.phase = document.status
    watch(progress)
    return document


def in_english(transcript: Transcript) -> bool:
    """Whether a recording begins in English."""
    return looks_english(" ".join(s.text for s in transcript.segments[:40]))


def _style(recipe: Recipe, english: bool) -> Style:
    strict = recipe.small_model and english
    avoid = AVOID_IN_ENGLISH if strict else ()
    again = english or not recipe.small_model  # a small model gives the same English sentence again, of other lines too
    return Style(recipe.plan, recipe.small_model, avoid, strict, again, recipe.leader_first)


async def _fill_gaps(extraction: Extraction, extractor: Extractor, mapped: Sequence[SectionSpec], keep: bool) -> None:
    """One more call for each long stretch that no note cites, before it is given up."""
    transcript = extractor.source.transcript
    spec = next((s for s in mapped if s.name == "main_points"), None)
    used = {n for d in extraction.drafts for n in d.lines if d.section in ("main_points", "key_concepts")}
    for first, last in gaps(used | extraction.filler, len(transcript.segments)):
        if spec is None or not extraction.read.issuperset(range(first, last + 1)):
            continue  # its chunk failed, and the document says so
        stretch = Chunk(len(transcript.segments), transcript.segments[first - 1 : last])
        more = await extractor.whole(stretch, spec)
        more.problems.clear()  # the stretch was read before; the ledger tells that nothing came of it
        extraction.add(await mend(more, extractor, keep=keep))
        extraction.drafts.sort(key=lambda d: min(d.lines))  # headings divide notes in the order of the recording


def gaps(used: Set[int], segments: int) -> list[tuple[int, int]]:
    """Stretches of more than a tenth of the segments, and of three at least, of which none is used."""
    out: list[tuple[int, int]] = []
    first = 1
    for n in [*sorted(used), segments + 1]:
        if n - first > max(2, segments / 10):
            out.append((first, n - 1))
        first = n + 1
    return out


def planned_calls(chunks: Sequence[Chunk], mapped: Sequence[SectionSpec], recipe: Recipe) -> int:
    """Calls that these chunks take, without repairs: maps, then outline, overview and summary."""
    by_span = [s for s in mapped if s.span_prompt and recipe.small_model]
    whole = len(mapped) - len(by_span)
    a_chunk = min(1, whole) if recipe.plan == "together" else whole
    spans = sum(len(spans_of(s, c)) for s in by_span for c in chunks)
    return len(chunks) * a_chunk + spans + merge_calls(len(chunks))


def merge_calls(chunks: int) -> int:
    """Calls that merging so many chunks takes, about."""
    return 1 + min(5, 1 + chunks)


def _document(
    transcript: Transcript,
    extraction: Extraction,
    reduction: Reduction,
    progress: Progress,
    model: str,
    endpoint: str,
    prompts: PromptSet,
    encoding: str,
    now: datetime,
) -> StudyDocument:
    content = {name: merged.content for name, merged in reduction.merged.items()}
    missing = HEADINGS.keys() - content.keys()
    if missing:
        raise SettingsError(f"a study document needs the sections {sorted(missing)}")
    meta, problems = transcript.metadata, tuple(extraction.problems + reduction.problems)
    blank = Coverage(segments=len(transcript.segments), cited=0, read=0, deciles=(0.0,) * 10)
    document = StudyDocument(
        status="partial" if problems else "complete",
        title=meta.title or title_from_name(transcript.name),
        channel=meta.channel,
        source=SourceInfo(
            path=transcript.path,
            sha256=transcript.sha256,
            url=meta.url,
            published=meta.published,
            speakers=meta.speakers or transcript.labelled_speakers,
            language=meta.language,
            duration_seconds=transcript.duration,
            segments=len(transcript.segments),
            tokens=sum(count_each([s.text for s in transcript.segments], encoding)),
        ),
        overview=content["overview"],
        prerequisites=content["prerequisites"],
        main_points=content["main_points"],
        key_concepts=content["key_concepts"],
        summary=content["summary"],
        coverage=blank,
        withheld=tuple(extraction.withheld + reduction.withheld),
        problems=problems,
        run=RunRecord(
            pipeline_version=pipeline_version(),
            model=model,
            answered_by=other_models(model, progress.tally.models),
            endpoint=endpoint,
            prompts=prompts.digests(),
            created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            seconds=round(time.monotonic() - progress.started, 1),
            usage=_usage(progress.tally, model, endpoint),
        ),
    )
    return document.model_copy(update={"coverage": coverage(document, len(extraction.read), extraction.filler)})


def _usage(tally: Tally, model: str, endpoint: str) -> RunUsage:
    return RunUsage(
        calls=tally.calls,
        calls_cached=tally.calls_cached,
        prompt_tokens=tally.usage.prompt_tokens,
        cached_prompt_tokens=tally.usage.cached_prompt_tokens,
        completion_tokens=tally.usage.completion_tokens,
        cost_usd=cost_usd(model, endpoint, tally.usage),
    )


def coverage(document: StudyDocument, read: int, filler: Set[int] = frozenset()) -> Coverage:
    """The ledger of a document: what is cited, in all and by tenths, what is filler, and what nothing cites."""
    total = document.source.segments
    cited = {e.segment for s in document.statements() for e in s.evidence}
    deciles = []
    for tenth in range(10):
        span = range(tenth * total // 10 + 1, max((tenth + 1) * total // 10, tenth * total // 10 + 1) + 1)
        inside = [n for n in span if n <= total]
        deciles.append(round(sum(n in cited for n in inside) / len(inside), 3) if inside else 0.0)
    left = tuple(gaps(cited | filler, total))
    idle = len(filler - cited)
    return Coverage(segments=total, cited=len(cited), read=read, filler=idle, deciles=tuple(deciles), gaps=left)


def title_from_name(name: str) -> str:
    """A file's name as a title, when nothing else tells one: "talks/tidal-turbines" is "Tidal turbines"."""
    words = name.rsplit("/", 1)[-1].replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Transcript"


def pipeline_version() -> str:
    """The installed version."""
    try:
        return version("studydoc")
    except PackageNotFoundError:
        return "0"


def unchanged(document: StudyDocument, previous: StudyDocument) -> StudyDocument:
    """The document with the previous run's clock and tally when it is otherwise the same, so that its bytes are too."""
    usage = document.run.usage
    kept = document.model_copy(update={"run": previous.run})
    same_recipe = (document.run.prompts, document.run.model) == (previous.run.prompts, previous.run.model)
    return previous if same_recipe and kept == previous and usage.calls == usage.calls_cached else document
