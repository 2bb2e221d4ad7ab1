"""Estimate the calls of a document, with their tokens, before any is made."""

from __future__ import annotations

from pipeline.capable.manuscripts import has_manuscript
from pipeline.chunking import chunk_transcript
from pipeline.llm.progress import Estimate
from pipeline.llm.tokens import count_tokens, encoding_for
from pipeline.numbering import numbered_lines, shown
from pipeline.profile import Recipe
from pipeline.sections import words_of
from pipeline.transcript import Transcript

# Measured on runs without failures (benchmarks/README.md): tokens of instructions, and of answers for each word.
_WRITE_INSTRUCTIONS = 2000  # system message, task and schema
_CHECK_INSTRUCTIONS = 1500
_MANUSCRIPT_INSTRUCTIONS = 2000
_COMPOSE_INSTRUCTIONS = 1900
_MANUSCRIPT_A_WORD = 1.5  # tokens of Markdown for each word of the page
_CITED_A_WORD = 1.3  # tokens of numbers and corrections for each word of the page
_ANSWER_A_WORD = 2.0  # tokens of a written word, cited numbers included
_COMPOSED_SHARE = 0.5  # share of the document's words that a composing answer writes anew
_CHECKED_A_WORD = 1.8  # tokens of a checked word, cited numbers included
_FAULTS_SHARE = 0.5  # tokens of faults and additions, as a share of the statements' tokens


def estimated_calls(transcript: Transcript, recipe: Recipe, model: str) -> list[Estimate]:
    """The calls that a transcript takes if nothing fails, with their approximate tokens."""
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
