"""The route for capable models: write sections from the lines, by manuscript or in parts, then check each sentence.

`draft` below runs the steps. Their modules, in the order in which a transcript meets them:

- shared by all steps: job, chunks (the prompt prefix of calls about one chunk), halving (answers that were cut off)
- writing by manuscript: manuscripts, headings, markdown_parser, markdown_words, markdown_sections
- writing chunk by chunk: writing, plain_fields; in both ways: terms, line_numbers, naming
- composing the parts of a long recording: rows, composing, editing
- keeping to the length that was asked for: shortening
- checking: printed_rows, checking, objections, correcting, adding
- estimating the calls in advance: estimates
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.capable.checking import check_meaning
from pipeline.capable.composing import compose
from pipeline.capable.estimates import estimated_calls
from pipeline.capable.job import Job
from pipeline.capable.manuscripts import cite, has_manuscript, write_manuscript
from pipeline.capable.naming import agreed_names, with_names
from pipeline.capable.shortening import within_most
from pipeline.capable.writing import WrittenPart, write
from pipeline.chunking import chunk_transcript
from pipeline.draft import Draft
from pipeline.errors import CallError
from pipeline.llm.progress import Reporter
from pipeline.llm.structured import Structured
from pipeline.llm.tokens import encoding_for
from pipeline.profile import Recipe
from pipeline.transcript import Transcript
from pipeline.verification import Recording, check_exactly


async def draft(transcript: Transcript, structured: Structured, recipe: Recipe, reporter: Reporter) -> Draft:
    """The checked draft of a transcript. Raises EndpointError if the endpoint cannot be used at all."""
    encoding, _ = encoding_for(structured.client.model)
    chunks = chunk_transcript(transcript, limit=recipe.profile.chunk_tokens, encoding=encoding)
    by_manuscript = has_manuscript(recipe, len(chunks), transcript)
    recording = Recording(transcript, recipe.language)
    job = Job(transcript, recording, chunks, recipe, structured, reporter, has_manuscript=by_manuscript)
    composing = int(len(chunks) > 1 or by_manuscript)
    checks = len(chunks) if recipe.profile.check == "model" else 0

    reporter.begin("writing", at_once=len(chunks), planned=len(chunks), later=composing + checks)
    parts = await (_by_manuscript(job, checks) if by_manuscript else write(job))
    names = agreed_names((n for p in parts for n in p.namings), job.recording)
    parts = with_names(parts, names, job.recording)
    if len(parts) > 1:
        reporter.begin("composing", at_once=1, planned=1, later=checks)
    composed = within_most(await compose(parts, tuple(names.values()), job), job.sections)
    if len(parts) > 1:
        reporter.wrote(composed.sections)
    reporter.begin("checking", at_once=checks, planned=checks)
    if not checks:
        return check_exactly(composed, job.recording)
    checked = await check_meaning(composed, job, from_manuscript=parts[0].from_manuscript)
    return within_most(checked, job.sections)  # the check may have added items


async def _by_manuscript(job: Job, checks: int) -> Sequence[WrittenPart]:
    """Write a manuscript, then cite it. If that fails, write the sections directly, and say so in a remark."""
    try:
        manuscript = await write_manuscript(job)
        job.reporter.begin("composing", at_once=1, planned=1, later=checks)
        return [await cite(manuscript, job)]
    except CallError as err:
        if err.fatal:
            raise
        job.reporter.begin("writing", at_once=1, planned=1, later=checks)
        remark = f"the page was written in one step, not as free text first: {err}"
        first, *more = await write(job)
        return [replace(first, remarks=(*first.remarks, remark)), *more]


__all__ = ["draft", "estimated_calls"]
