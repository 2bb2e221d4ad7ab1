"""A capable model's way: sections written from the lines, of a manuscript or by parts, and each sentence checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.capable.checking import check_meaning
from pipeline.capable.composing import compose
from pipeline.capable.job import Job
from pipeline.capable.manuscripts import cite, has_manuscript, write_manuscript
from pipeline.capable.naming import agreed, named
from pipeline.capable.shortening import within_most
from pipeline.capable.writing import Part, write
from pipeline.chunking import chunk_transcript
from pipeline.draft import Draft
from pipeline.errors import CallError
from pipeline.numbering import numbered_lines, shown
from pipeline.profile import Recipe
from pipeline.progress import Estimate
from pipeline.sections import words_of
from pipeline.structured import Structured
from pipeline.tokens import count_tokens, encoding_for
from pipeline.transcript import Transcript
from pipeline.verification import Recording, check_exactly


async def draft(transcript: Transcript, structured: Structured, recipe: Recipe) -> Draft:
    """The checked draft of a transcript. Raises EndpointError when nothing can be asked at all."""
    encoding, _ = encoding_for(structured.model)
    chunks = chunk_transcript(transcript, limit=recipe.profile.chunk_tokens, encoding=encoding)
    freely = has_manuscript(recipe, len(chunks), transcript)
    recording = Recording(transcript, recipe.language)
    job = Job(transcript, recording, chunks, recipe, structured, has_manuscript=freely)
    composing = int(len(chunks) > 1 or freely)
    checks = len(chunks) if recipe.profile.check == "model" else 0

    structured.begin("writing", at_once=len(chunks), planned=len(chunks), later=composing + checks)
    parts = await (_by_manuscript(job, checks) if freely else write(job))
    names = agreed((n for p in parts for n in p.namings), recording)
    parts = named(parts, names, recording)
    if len(parts) > 1:
        structured.begin("composing", at_once=1, planned=1, later=checks)
    composed = within_most(await compose(parts, tuple(names.values()), job), job.sections)
    if len(parts) > 1:
        structured.wrote(composed.sections)
    structured.begin("checking", at_once=checks, planned=checks)
    if not checks:
        return check_exactly(composed, recording)
    checked = await check_meaning(composed, job, freely=parts[0].freely)
    return within_most(checked, job.sections)  # the check may have added some


async def _by_manuscript(job: Job, checks: int) -> Sequence[Part]:
    """The recording written freely and cited; where that fails written at once, which is told: nothing is missing."""
    try:
        manuscript = await write_manuscript(job)
        job.structured.begin("composing", at_once=1, planned=1, later=checks)
        return [await cite(manuscript, job)]
    except CallError as err:
        if err.fatal:
            raise
        told = f"the page was written at once, and not freely first: {err}"
        first, *more = await write(job)
        return [replace(first, remarks=(*first.remarks, told)), *more]


# Measured on runs in which nothing failed (benchmarks/README.md): tokens of an answer for each of what it is made of.
_WRITE_INSTRUCTIONS = 2000  # system message, task and schema
_CHECK_INSTRUCTIONS = 1500
_MANUSCRIPT_INSTRUCTIONS = 2000
_COMPOSE_INSTRUCTIONS = 1900
_MANUSCRIPT_A_WORD = 1.5  # tokens of Markdown for each word of the page
_CITED_A_WORD = 1.3  # tokens of numbers, and of what is put right, for each word of the page
_ANSWER_A_WORD = 2.0  # tokens of a written word, cited numbers included
_COMPOSED_SHARE = 0.5  # of a composing answer that is written anew, of the document's words
_CHECKED_A_WORD = 1.8  # tokens of a checked word, cited numbers included
_FAULTS_SHARE = 0.5  # of the statements' tokens, what is added included


def estimated_calls(transcript: Transcript, recipe: Recipe, model: str) -> list[Estimate]:
    """The calls that a transcript takes when nothing fails, with their tokens, about."""
    encoding, _ = encoding_for(model)
    chunks = chunk_transcript(transcript, limit=recipe.profile.chunk_tokens, encoding=encoding)
    words = words_of(recipe, transcript.spoken_words)
    lines = [count_tokens(shown(numbered_lines(c.segments)), encoding) for c in chunks]
    shares = [n / sum(lines) for n in lines]
    if has_manuscript(recipe, len(chunks), transcript):
        rows = round(_CHECKED_A_WORD * words)
        out = [
            Estimate("writing", lines[0] + _MANUSCRIPT_INSTRUCTIONS, round(_MANUSCRIPT_A_WORD * words)),
            Estimate("composing", lines[0] + rows + _MANUSCRIPT_INSTRUCTIONS, round(_CITED_A_WORD * words)),
        ]
    else:
        out = [
            Estimate("writing", n + _WRITE_INSTRUCTIONS, round(_ANSWER_A_WORD * words * share))
            for n, share in zip(lines, shares, strict=True)
        ]
    if len(chunks) > 1:
        rows, answer = round(1.5 * words), round(_ANSWER_A_WORD * _COMPOSED_SHARE * words)
        out.append(Estimate("composing", rows + _COMPOSE_INSTRUCTIONS, answer))
    for n, share in zip(lines, shares, strict=True) if recipe.profile.check == "model" else ():
        rows = round(_CHECKED_A_WORD * words * share)
        out.append(Estimate("checking", n + rows + _CHECK_INSTRUCTIONS, round(_FAULTS_SHARE * rows)))
    return out
