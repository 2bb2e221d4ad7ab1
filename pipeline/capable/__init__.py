"""A capable model's way: sections written from the lines, revised or composed of parts, each sentence checked."""

from __future__ import annotations

from dataclasses import replace

from pipeline.capable.checking import check_meaning
from pipeline.capable.chunks import ChunkPrompts
from pipeline.capable.composing import compose
from pipeline.capable.naming import agreed, named
from pipeline.capable.revising import is_revised, revise
from pipeline.capable.writing import write
from pipeline.chunking import chunk_transcript
from pipeline.draft import Draft
from pipeline.numbering import numbered_lines, shown
from pipeline.profile import Recipe
from pipeline.progress import Estimate
from pipeline.sections import sections_of, words_of
from pipeline.structured import Structured
from pipeline.tokens import count_tokens, encoding_for
from pipeline.transcript import Transcript
from pipeline.verification import Recording, check_exactly


async def draft(transcript: Transcript, structured: Structured, recipe: Recipe) -> Draft:
    """The checked draft of a transcript. Raises EndpointError when nothing can be asked at all."""
    encoding, _ = encoding_for(structured.model)
    chunks = chunk_transcript(transcript, limit=recipe.profile.chunk_tokens, encoding=encoding)
    prompts = ChunkPrompts(transcript, chunks, structured.prompts, sections_of(recipe), recipe.language)
    revising = is_revised(recipe, len(chunks))
    composing = int(len(chunks) > 1 or revising)
    checks = len(chunks) if recipe.profile.check == "model" else 0

    structured.begin("writing", at_once=len(chunks), planned=len(chunks) + composing + checks)
    parts = await write(chunks, prompts, structured, recipe, revised=revising)
    recording = Recording(transcript)
    names = agreed((n for p in parts for n in p.namings), recording)
    parts, prompts = named(parts, names, recording), prompts.knowing(names)
    structured.begin("composing", at_once=1, planned=composing + checks)
    if revising and parts[0].whole:
        parts = [await revise(parts[0], chunks[0], prompts, structured, recipe)]
    composed = replace(await compose(parts, prompts, structured, recipe), names=tuple(names.values()))
    if len(parts) > 1:
        structured.wrote(composed.sections)
    structured.begin("checking", at_once=checks, planned=checks)
    if not checks:
        return check_exactly(composed, transcript, recipe.language)
    # A revision has looked for what is missing with the whole page before it.
    words = 0 if parts[0].revised else words_of(recipe, transcript.spoken_words)
    return await check_meaning(composed, transcript, chunks, prompts, structured, words=words)


# Measured on runs in which nothing failed (benchmarks/README.md): tokens of an answer for each of what it is made of.
_WRITE_INSTRUCTIONS = 2000  # system message, task and schema
_CHECK_INSTRUCTIONS = 1500
_REVISE_INSTRUCTIONS = 2500  # those of writing before it
_COMPOSE_INSTRUCTIONS = 1900
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
    out = [
        Estimate("writing", n + _WRITE_INSTRUCTIONS, round(_ANSWER_A_WORD * words * share))
        for n, share in zip(lines, shares, strict=True)
    ]
    if is_revised(recipe, len(chunks)):
        answer = round(_ANSWER_A_WORD * words)
        out.append(Estimate("composing", lines[0] + answer + _REVISE_INSTRUCTIONS, answer))
    if len(chunks) > 1:
        rows, answer = round(1.5 * words), round(_ANSWER_A_WORD * _COMPOSED_SHARE * words)
        out.append(Estimate("composing", rows + _COMPOSE_INSTRUCTIONS, answer))
    for n, share in zip(lines, shares, strict=True) if recipe.profile.check == "model" else ():
        rows = round(_CHECKED_A_WORD * words * share)
        out.append(Estimate("checking", n + rows + _CHECK_INSTRUCTIONS, round(_FAULTS_SHARE * rows)))
    return out
