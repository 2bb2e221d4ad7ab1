"""Split a transcript into chunks: contiguous segments within a token budget, as equal in size as possible."""

from __future__ import annotations

import itertools
import math

from pipeline.llm.tokens import FALLBACK_ENCODING, count_each
from pipeline.transcript import Chunk, Segment, Transcript

_NUMBER_TOKENS = 6  # for the "[123] Name: " before each line


def rendered_tokens(segments: tuple[Segment, ...], encoding: str = FALLBACK_ENCODING) -> list[int]:
    """Tokens of each segment as shown to a model, including its number and speaker."""
    counts = count_each([s.text if not s.speaker else f"{s.speaker}: {s.text}" for s in segments], encoding)
    return [n + _NUMBER_TOKENS for n in counts]


def chunk_transcript(transcript: Transcript, *, limit: int, encoding: str = FALLBACK_ENCODING) -> list[Chunk]:
    """Split into chunks of at most `limit` tokens; a single longer segment gets a chunk of its own.

    Sizes are evened out, so that the last chunk is not a stub that a model would pad.
    """
    sizes = rendered_tokens(transcript.segments, encoding)
    target = sum(sizes) / max(1, math.ceil(sum(sizes) / limit))
    borders = [0]
    tokens = tokens_before = 0
    for i, size in enumerate(sizes):
        full = tokens + size > limit
        even = tokens_before + tokens + size / 2 > target * len(borders)
        if tokens and (full or even):
            borders.append(i)
            tokens_before, tokens = tokens_before + tokens, 0
        tokens += size
    borders.append(len(sizes))
    spans = list(itertools.pairwise(borders))
    return [Chunk(n, transcript.segments[a:b]) for n, (a, b) in enumerate(spans)]


def halves(chunk: Chunk) -> tuple[Chunk, Chunk] | None:
    """The chunk split in two, for when an answer was cut off; None if it has a single segment."""
    if len(chunk.segments) < 2:
        return None
    middle = len(chunk.segments) // 2
    return Chunk(chunk.index, chunk.segments[:middle]), Chunk(chunk.index, chunk.segments[middle:])
