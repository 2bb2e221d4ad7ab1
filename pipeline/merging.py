"""Reduce: drafts to sections by each section's merge rule, with the law that no draft id is lost and none invented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.asking import schema_of
from pipeline.document import Problem, Statement, Withheld
from pipeline.errors import CallError, EndpointError
from pipeline.evidence import WOVEN, cite, example_fault, verify
from pipeline.extraction import Extractor
from pipeline.prompting import PromptSet
from pipeline.sections.base import Answer, Bounds, DraftStatement, MergeContext, Merged, SectionSpec
from pipeline.source import Source
from pipeline.tasks import all_of
from pipeline.text import clean
from pipeline.transcript import Transcript
from pipeline.wording import Spelling, recording_fault, talk_fault


@dataclass(slots=True)
class Reduction:
    """Merged sections by name, and what was kept out or went wrong on the way."""

    merged: dict[str, Merged] = field(default_factory=dict)
    withheld: list[Withheld] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


async def merge_sections(
    transcript: Transcript,
    drafts: Sequence[DraftStatement],
    sections: Sequence[SectionSpec],
    extractor: Extractor,
    prompts: PromptSet,
    finished: Callable[[str], None] = lambda section: None,
) -> Reduction:
    """Every section by its own rule, in order. A rule that fails leaves a problem and an empty section."""
    out = Reduction()

    async def ask(
        prompt: str, answer: type[Answer], *, max_tokens: int, bounds: Bounds | None = None, **values: str
    ) -> Answer:
        task = prompts.load(prompt).render(**values)
        return await extractor.ask(prompt, task, answer, max_tokens=max_tokens, schema=schema_of(answer, bounds))

    context = MergeContext(
        ask=ask,
        cite=lambda lines: cite(transcript, lines),
        fault=lambda text, lines: woven_fault(text, lines, extractor.source),
        doubt=lambda text, lines, section: bool(verify(text, lines, extractor.source, section)),
        title=transcript.metadata.title or "",
        provenance=provenance(transcript),
        done=out.merged,
        cased=Spelling(transcript.segments),
        mentions=extractor.source.lines_saying,
        one_job=extractor.style.by_span,
    )
    own = {spec.name: [d for d in drafts if d.section == spec.name] for spec in sections}
    if context.one_job:
        people = (*transcript.labelled_speakers, *transcript.metadata.speakers)
        for spec in sections:
            own[spec.name] += [d for d in spec.follows(drafts) if d.label not in people]
    # Sections that rest on chunks alone do not wait for each other; those that rest on sections come after them.
    first = [spec for spec in sections if spec.from_chunks]
    ready = await all_of([_merged(spec, own[spec.name], context) for spec in first])
    early = {spec.name: found for spec, found in zip(first, ready, strict=True)}
    for spec in sections:
        merged, problems = early.get(spec.name) or await _merged(spec, own[spec.name], context)
        out.problems += problems + unplaced(spec, own[spec.name], merged)
        told = [
            c for c in merged.content if not isinstance(c, Statement) or c.evidence
        ]  # a provenance tells no subject
        if spec.required and not told:
            out.problems.append(
                Problem(
                    section=spec.name, chunk=None, message="nothing in the transcript could be used for this section"
                )
            )
        out.withheld += [w for _, w in merged.withheld]
        out.merged[spec.name] = merged
        finished(spec.name)
    return out


async def _merged(
    spec: SectionSpec, own: Sequence[DraftStatement], context: MergeContext
) -> tuple[Merged, list[Problem]]:
    """A section by its rule; when that fails, a problem, and all its drafts withheld."""
    try:
        return await spec.merge(own, context), []
    except CallError as err:
        if isinstance(err, EndpointError) and err.fatal:
            raise
        return _all_withheld(own), [Problem(section=spec.name, chunk=None, message=f"merging: {err}")]


def woven_fault(text: str, lines: Sequence[int], source: Source) -> str | None:
    """Why a sentence woven from notes may not stand, or None. A doubt is enough: its notes stand in for it."""
    said = " ".join(source.transcript.segment(n).text for n in lines)
    fault = (
        talk_fault(text, said)
        or recording_fault(text, said, source.transcript.metadata.title or "")
        or example_fault(text, source)
    )
    return fault or next((f.message for f in verify(text, lines, source, WOVEN)), None)


def unplaced(spec: SectionSpec, drafts: Sequence[DraftStatement], merged: Merged) -> list[Problem]:
    """A problem for every draft id without a place, and for every id that no draft has."""
    known = {d.id for d in drafts}
    accounted = set(merged.placed) | {id_ for id_, _ in merged.withheld}
    faults = [f"draft {id_} has no place after merging" for id_ in sorted(known - accounted)]
    faults += [f"the merge invented draft {id_}" for id_ in sorted(set(merged.placed) - known)]
    return [Problem(section=spec.name, chunk=None, message=fault) for fault in faults]


def _all_withheld(drafts: Sequence[DraftStatement]) -> Merged:
    return Merged(
        (), {}, tuple((d.id, Withheld(section=d.section, text=d.text, reason="merging failed")) for d in drafts)
    )


def provenance(transcript: Transcript) -> tuple[str, ...]:
    """What is known of the source, in sentences; what is not known is said to be unknown."""
    meta, labelled = transcript.metadata, transcript.labelled_speakers
    named = meta.speakers or tuple(s for s in labelled if not s.startswith("Speaker "))
    out = []
    if meta.channel or meta.published:
        parts = [
            f"published by {clean(meta.channel)}" if meta.channel else "published",
            f"on {clean(meta.published)}" if meta.published else "",
        ]
        out.append(f"The recording was {' '.join(p for p in parts if p)}.")
    if named:
        origin = "named in its metadata" if meta.speakers else "labelled in the transcript"
        out.append(f"Speakers {origin}: {', '.join(named[:12])}{' and others' if len(named) > 12 else ''}.")
    elif labelled:
        out.append(f"The transcript labels {len(labelled)} speakers without naming them.")
    missing = [what for what, known in (("speaker name", named), ("channel", meta.channel)) if not known]
    if missing:
        out.append(f"No {' or '.join(missing)} is stated with the transcript.")
    return tuple(out)
