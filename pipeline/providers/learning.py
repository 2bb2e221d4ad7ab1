"""What replies teach about an endpoint: its window, room for thought, and silent cuts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.llm import Completion, Request
from pipeline.providers.capabilities import FIRST_ROOM, LEAST_WINDOW, Capabilities, Lesson
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.faults import TooLong

_MOST_ROOM = 65_536
_MARGIN = 64  # tokens of the chat format
_ENOUGH_COUNTED = 0.6  # share of its limit that a full answer has by tiktoken, whose tokens are longer
_PAGE = 256  # windows are whole multiples of it


@dataclass(frozen=True, slots=True)
class MoreRoom(Lesson):
    """The answer was cut in thought; the next try of the call gets more room."""


@dataclass(frozen=True, slots=True)
class Full(Lesson):
    """The window was full before the limit was reached."""

    window: int = 0


def _about(size: int) -> int:
    """The most tokens that another tokenizer is likely to give for `size` tokens of tiktoken."""
    return size + size // 10 + _MARGIN


def _least(request: Request, known: Capabilities) -> int:
    """Tokens without which a call is not worth sending: answers seldom reach their limit."""
    return request.max_tokens // 4 + known.thought


def limit_for(request: Request, known: Capabilities, endpoint: Endpoint, size: int) -> int:
    """The most tokens for thought and answer together, after a prompt of `size` tokens."""
    room = known.room_for_thought() if endpoint.room is None else endpoint.room
    limit = request.max_tokens + room
    if known.window is not None:
        limit = min(limit, max(_least(request, known), known.window - _about(size)))
    return limit if known.highest_limit is None else min(limit, known.highest_limit)


def too_long(request: Request, known: Capabilities, size: int) -> str | None:
    """Why a prompt of `size` tokens should not be sent at all; None if it may be."""
    if known.cut_from is not None and size >= known.cut_from:
        return f"the endpoint silently truncates prompts of {known.cut_from:,} tokens"
    if known.window is not None and size + _least(request, known) > known.window:
        return f"{size:,} tokens leave no room for an answer in a context window of {known.window:,}"
    return None


def _as_counted(window: int, prompt: int | None, size: int) -> int:
    """A window converted to tokens as counted here: a prompt of `size` is `prompt` tokens to the endpoint."""
    return min(window, window * size * 98 // (100 * prompt)) if prompt else window  # minus 2 %: prompts differ a little


def from_overflow(err: TooLong, known: Capabilities, size: int) -> Lesson | None:
    """The window that a refusal names, converted to tokens as counted here; None if implausible or missing."""
    if err.window is None or (window := _as_counted(err.window, err.prompt, size)) < LEAST_WINDOW:
        return None
    if known.window is not None and abs(window - known.window) * 10 <= known.window:  # the ratio varies a little
        return Lesson(replace(known, window=min(window, known.window)))
    return Lesson(replace(known, window=window), f"has a context window of {err.window:,} tokens for prompt and answer")


def from_cut(
    completion: Completion, request: Request, known: Capabilities, endpoint: Endpoint, limit: int, size: int
) -> Lesson | None:
    """Why an answer stopped at its length: no room to think, or a full window. None if it is simply so long."""
    if endpoint.room is not None:
        return None
    usage, thought = completion.usage, completion.usage.thought_tokens
    total = usage.prompt_tokens + usage.completion_tokens
    window = _as_counted(total, usage.prompt_tokens, size)
    fills_pages = (total + 1) % _PAGE <= 2 and window >= LEAST_WINDOW
    if not usage.estimated and usage.completion_tokens < 0.9 * limit and fills_pages:
        notice = f"has a context window of {total:,} tokens for prompt and answer, and stops silently when it is full"
        return Full(replace(known, window=window), notice, total)
    # Without usage, thought may be hidden: if the text ends well before its own limit, thought took the rest.
    enough = _ENOUGH_COUNTED if usage.estimated else 0.9 if thought else 0.0
    if completion.text and usage.completion_tokens - thought >= enough * request.max_tokens:
        return None
    if limit_for(request, known, endpoint, size) > limit:  # another call has learned it in the meantime
        return MoreRoom(known)
    room = max(FIRST_ROOM, 2 * max(limit - request.max_tokens, thought))
    roomier = replace(known, room=room, thought=max(known.thought, thought))
    if room > _MOST_ROOM or limit_for(request, roomier, endpoint, size) <= limit:
        return None
    return MoreRoom(roomier, f"was cut off while thinking: from now on it gets {room:,} tokens beside the answer")


def from_answer(completion: Completion, known: Capabilities, keywords: frozenset[str]) -> Lesson:
    """What a complete answer teaches."""
    thought = completion.usage.thought_tokens
    notice = f"thinks before it answers ({thought:,} tokens the first time)" if thought and not known.thought else ""
    return Lesson(known.after_answer(thought, keywords), notice)


def from_canary(was_read: bool, reported: int | None, size: int, known: Capabilities) -> Lesson:
    """What a check whether a prompt was read in full teaches."""
    if was_read:
        doubt = None if known.doubt is not None and size >= known.doubt else known.doubt
        ratio = known.ratio if not reported else min(reported / size, known.ratio or reported / size)
        return Lesson(replace(known, read_to=max(known.read_to, size), doubt=doubt, ratio=ratio))
    cut_from = size if known.cut_from is None else min(known.cut_from, size)
    share = f"only about {reported:,}" if reported else "only part"
    notice = (
        f"silently reads {share} of a prompt of {size:,} tokens: longer chunks are split"
        " (Ollama: set OLLAMA_CONTEXT_LENGTH; LM Studio: load the model with a longer context)"
    )
    return Lesson(replace(known, cut_from=cut_from), notice)
