"""Turn a checked draft into a StudyDocument, with its coverage of the transcript and the record of its run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import ValidationError

from pipeline.document import FORMS, Coverage, MoreSection, SourceInfo, StudyDocument
from pipeline.draft import Draft
from pipeline.errors import InvalidAnswer
from pipeline.llm import Tally, other_models
from pipeline.llm.prices import cost_of_run
from pipeline.llm.progress import Progress
from pipeline.llm.prompting import PromptSet
from pipeline.llm.tokens import count_each, encoding_for
from pipeline.profile import Recipe
from pipeline.readers.report import left_out
from pipeline.run_record import RunRecord, RunUsage
from pipeline.sections import sections_of, words_of
from pipeline.speakers import names_of
from pipeline.text import title_from_name, well_formed
from pipeline.transcript import Transcript


@contextmanager
def _as_invalid_answer(model: str) -> Iterator[None]:
    """If the record's types reject the content, end only this document, with an error worded for the user."""
    try:
        yield
    except ValidationError as err:
        fault = err.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, (err.title, *fault["loc"])))
        raise InvalidAnswer(
            f"the model's answer does not make a valid document: {place}: {fault['msg']}",
            hint=f"try another model, or run studydoc store prune --model {model} and then run again",
        ) from err


def study_document(
    draft: Draft,
    transcript: Transcript,
    recipe: Recipe,
    progress: Progress,
    model: str,
    endpoint: str,
    prompts: PromptSet,
    now: datetime,
) -> StudyDocument:
    """The whole document; partial if the draft has problems. InvalidAnswer if the record's types reject its content."""
    with _as_invalid_answer(model):
        sections = [s for s in sections_of(recipe) if draft.sections.get(s.name) or not s.optional]
        content: dict[str, Any] = {s.name: s.content(draft.sections.get(s.name, ()), transcript) for s in sections}
        more = [s for s in sections if s.name not in FORMS]
        return StudyDocument(
            notes=recipe.notes,
            order=tuple(content),
            status="partial" if draft.problems else "complete",
            title=transcript.metadata.title or title_from_name(transcript.plain or transcript.name),
            channel=transcript.metadata.channel,
            note=draft.note or None,
            source=_source(transcript, model, draft.remarks),
            coverage=_coverage(draft, len(transcript.segments)),
            withheld=draft.withheld,
            dropped=draft.dropped,
            problems=draft.problems,
            run=RunRecord(
                pipeline_version=pipeline_version(),
                model=model,
                profile=recipe.profile.name,
                checked_by=draft.checked_by,
                length=recipe.length,
                language=recipe.language,
                words_asked=words_of(recipe, transcript.spoken_words),
                words=draft.words(),
                answered_by=other_models(model, progress.tally.models),
                endpoint=endpoint,
                prompts=prompts.digests() | {f"own/{own.name}": own.sha256 for own in recipe.own},
                created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                seconds=round(time.monotonic() - progress.started, 1),
                usage=_usage(progress.tally, model, endpoint),
                names=draft.names,
            ),
            more=tuple(MoreSection(name=s.name, title=s.title or None, items=content[s.name]) for s in more),
            **{name: content.get(name, ()) for name in FORMS},
        )


def _source(transcript: Transcript, model: str, remarks: tuple[str, ...]) -> SourceInfo:
    meta = transcript.metadata
    encoding, _ = encoding_for(model)
    return SourceInfo(
        path=well_formed(transcript.path) if transcript.path else None,
        sha256=transcript.sha256,
        url=meta.url,
        published=meta.published,
        speakers=names_of(transcript),
        language=meta.language,
        duration_seconds=transcript.duration,
        segments=len(transcript.segments),
        tokens=sum(count_each([s.text for s in transcript.segments], encoding)),
        format=transcript.reading.format,
        left_out=tuple(left_out(part) for part in transcript.reading.left_out),
        warnings=(*transcript.notes, *remarks),
        asked=transcript.reading.asked,
    )


def _coverage(draft: Draft, total: int) -> Coverage:
    """What is cited, overall and per tenth, what is filler, and which long stretches nothing cites."""
    cited = {n for _, s in draft.statements() for n in s.lines}
    return Coverage(
        segments=total,
        cited=len(cited),
        read=len(draft.read),
        filler=len(draft.filler - cited),
        deciles=tenths(cited, total),
        gaps=gaps(cited | draft.filler, total),
    )


def tenths(cited: Set[int], segments: int) -> tuple[float, ...]:
    """The cited share of each tenth of the segments, from 0 to 1."""
    return tuple(round(sum(n in cited for n in span) / len(span), 3) for span in spans_of_tenths(segments))


def spans_of_tenths(segments: int) -> list[range]:
    """The segment ids of each tenth; in a short transcript, neighbouring tenths share one."""
    bounds = ((tenth * segments // 10 + 1, (tenth + 1) * segments // 10) for tenth in range(10))
    return [range(first, max(first, last) + 1) for first, last in bounds]


def gaps(used: Set[int], segments: int) -> tuple[tuple[int, int], ...]:
    """Stretches (first id, last id) of unused segments: longer than a tenth of the transcript, and at least three."""
    out: list[tuple[int, int]] = []
    first = 1
    for n in [*sorted(used), segments + 1]:
        if n - first > max(2, segments / 10):
            out.append((first, n - 1))
        first = n + 1
    return tuple(out)


def _usage(tally: Tally, model: str, endpoint: str) -> RunUsage:
    return RunUsage(
        calls=tally.calls,
        calls_cached=tally.calls_cached,
        prompt_tokens=tally.usage.prompt_tokens,
        cached_prompt_tokens=tally.usage.cached_prompt_tokens,
        completion_tokens=tally.usage.completion_tokens,
        thought_tokens=tally.usage.thought_tokens,
        cost_usd=cost_of_run(model, endpoint, tally),
    )


@cache
def pipeline_version() -> str:
    """The installed version."""
    try:
        return version("studydoc")
    except PackageNotFoundError:
        return "0"


def is_same_document(document: StudyDocument, previous: StudyDocument) -> bool:
    """Whether a document differs from the previous one only in time and usage, and no call was made for it."""
    usage = document.run.usage
    with_same_run = document.model_copy(update={"run": previous.run})
    same_settings = _settings_of(document.run) == _settings_of(previous.run)
    return same_settings and with_same_run == previous and usage.calls == usage.calls_cached


def _settings_of(run: RunRecord) -> tuple[object, ...]:
    """The settings of a run, as far as its record tells."""
    return run.prompts, run.model, run.profile, run.checked_by, run.length, run.language, run.words_asked
