"""Checks whether a prompt was read in full: plants a word where servers truncate, and asks for it at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from pipeline.llm import Completion, Message, Request
from pipeline.llm.answers import holds_json
from pipeline.llm.tokens import count_tokens
from pipeline.providers.capabilities import Capabilities

WORD = "quillwort"
_SHORTEST = 2000  # tokens: no server in use has a smaller window
_LOW = 0.85  # share of the expected tokens
_PAGE = 1024  # windows are whole multiples of it, and so are the token counts of prompts cut to one
_NEVER = 0.4  # share below which a prompt was cut whatever the answer is: the word can be guessed from the rest
_FURTHER = 1.1  # a prompt is checked again if it is this much longer than one that was read in full
_FURTHER_UNREPORTED = 1.25  # the same if no usage is reported
_LEAST_BYTES = 1500  # shortest prompt from which a ratio is learned
_FRAME = 8  # tokens of the frame of a message
_SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}


def bytes_of(messages: Iterable[Message]) -> int:
    """The length of messages in bytes: cheaper than counting tokens."""
    return sum(len(m.content.encode("utf-8", "replace")) for m in messages)


def worth_counting(reported: int | None, length: int, known: Capabilities) -> bool:
    """Whether the tokens reported for a prompt of `length` bytes could be too few; `reported` is None without usage.

    Assumes that a token has three bytes; in most languages it has four.
    """
    tokens = length / 3
    return tokens >= _SHORTEST and (reported is None or known.doubt is not None or reported < _expected(tokens, known))


def suspicious(reported: int | None, size: int, known: Capabilities) -> bool:
    """Whether a prompt of `size` tokens may have been cut.

    That is so if a prompt of this length was cut in an earlier run, or if its usage is too small or not reported.
    """
    if size < _SHORTEST or size <= (_FURTHER_UNREPORTED if reported is None else _FURTHER) * known.read_to:
        return False
    if reported is None or (known.doubt is not None and size >= known.doubt):
        return True
    expected = _expected(size, known)
    return reported < _LOW * expected or (reported < expected and (reported + 1) % _PAGE <= 2)


def _expected(size: float, known: Capabilities) -> float:
    return size * (1.0 if known.ratio is None else known.ratio)


def ratio_of(reported: int | None, request: Request) -> float | None:
    """Tokens that an endpoint reports for each one counted here; None if not above 1 or not known.

    It is measured only on prompts too short to be cut. The schema is counted as part of the prompt: some endpoints put
    it there, and others would only seem to need fewer tokens. A ratio below 1 is learned from a long prompt that was
    read in full.
    """
    if not reported or not _LEAST_BYTES <= bytes_of(request.messages) < 3 * _SHORTEST:
        return None
    counted = sum(count_tokens(m.content) + _FRAME for m in request.messages)
    ratio = reported / (counted + count_tokens(json.dumps(request.schema)))
    return ratio if ratio > 1 else None


def read_whole(answer: Completion, size: int) -> bool | None:
    """Whether the answer to the question shows that a prompt of `size` tokens was read in full; None if unclear.

    A refusal in words and an answer that was filtered or cut are unclear. Even the right word proves nothing if the
    reported usage is lower than any tokenizer could explain.
    """
    reported = answer.usage.reported_prompt
    if reported and reported < _NEVER * size:
        return False
    if WORD in answer.text.casefold():
        return True
    is_whole = answer.finish_reason in ("stop", "unknown") and holds_json(answer.text)
    return False if is_whole else None


def question(request: Request) -> Request:
    """The request with the word put before its longest message and a question for it after the last.

    Servers that drop whole messages keep the system's and the last one, so system messages are not chosen.
    """
    messages = list(request.messages)
    first = max(range(len(messages)), key=lambda n: (messages[n].role != "system", len(messages[n].content)))
    messages[first] = Message(messages[first].role, f"The word of this page is {WORD}.\n\n{messages[first].content}")
    ask = 'Leave all of that aside. Which word is called the word of this page above? Answer as JSON: {"word": …}'
    messages[-1] = Message(messages[-1].role, f"{messages[-1].content}\n\n{ask}")
    return replace(request, name="canary", messages=tuple(messages), schema=_SCHEMA, max_tokens=60)
