"""Whether a prompt was read whole: a word is put where servers begin to leave out, and asked for at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from pipeline.llm import Completion, Message, Request
from pipeline.llm.answers import holds_json
from pipeline.llm.tokens import count_tokens
from pipeline.providers.capabilities import Capabilities

WORD = "quillwort"
_SHORTEST = 2000  # tokens: no server has a smaller window in use
_LOW = 0.85  # of the tokens expected
_PAGE = 1024  # windows are whole multiples of it, and so is the usage of a prompt that was cut to one
_NEVER = 0.4  # below it a prompt was cut, whatever the answer is: a word can be guessed from what was kept
_FURTHER = 1.1  # how much longer than one that was read a prompt is looked at anew
_FURTHER_UNTOLD = 1.25  # the same where no usage makes it look cut
_LEAST_BYTES = 1500  # of a prompt from which a ratio is learned
_FRAME = 8  # tokens around a message
_SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}


def bytes_of(messages: Iterable[Message]) -> int:
    """How long messages are, without counting tokens."""
    return sum(len(m.content.encode("utf-8", "replace")) for m in messages)


def worth_counting(reported: int | None, length: int, known: Capabilities) -> bool:
    """Whether the tokens that a usage reports for a prompt of `length` bytes, None for none, may be too few.

    A token has three bytes at least, in most languages four.
    """
    tokens = length / 3
    return tokens >= _SHORTEST and (reported is None or known.doubt is not None or reported < _expected(tokens, known))


def suspicious(reported: int | None, size: int, known: Capabilities) -> bool:
    """Whether a prompt of `size` tokens may have been cut: such a one was, its usage is too small or not reported."""
    if size < _SHORTEST or size <= (_FURTHER_UNTOLD if reported is None else _FURTHER) * known.read_to:
        return False
    if reported is None or (known.doubt is not None and size >= known.doubt):
        return True
    expected = _expected(size, known)
    return reported < _LOW * expected or (reported < expected and (reported + 1) % _PAGE <= 2)


def _expected(size: float, known: Capabilities) -> float:
    return size * (1.0 if known.ratio is None else known.ratio)


def ratio_of(reported: int | None, request: Request) -> float | None:
    """Tokens that an endpoint reports for one counted, at least, if they are more, from a prompt too short to be cut.

    The schema counts as if it were part of the prompt: some endpoints put it there, and others only seem to need fewer
    tokens. That an endpoint needs fewer is learned from a long prompt that was read whole.
    """
    if not reported or not _LEAST_BYTES <= bytes_of(request.messages) < 3 * _SHORTEST:
        return None
    counted = sum(count_tokens(m.content) + _FRAME for m in request.messages)
    ratio = reported / (counted + count_tokens(json.dumps(request.schema)))
    return ratio if ratio > 1 else None


def read_whole(answer: Completion, size: int) -> bool | None:
    """Whether an answer to the question shows a prompt of `size` tokens read; None when it shows nothing.

    A refusal in words and an answer that was filtered or cut show nothing. A word that comes back is no proof against a
    usage that no tokenizer explains.
    """
    reported = answer.usage.reported_prompt
    if reported and reported < _NEVER * size:
        return False
    if WORD in answer.text.casefold():
        return True
    is_whole = answer.finish_reason in ("stop", "unknown") and holds_json(answer.text)
    return False if is_whole else None


def question(request: Request) -> Request:
    """The request's messages with the word in front of the longest and a question for it behind.

    Servers that leave out whole messages keep those of the system and the last one, so none of the system is chosen.
    """
    messages = list(request.messages)
    first = max(range(len(messages)), key=lambda n: (messages[n].role != "system", len(messages[n].content)))
    messages[first] = Message(messages[first].role, f"The word of this page is {WORD}.\n\n{messages[first].content}")
    ask = 'Leave all of that aside. Which word is called the word of this page above? Answer as JSON: {"word": …}'
    messages[-1] = Message(messages[-1].role, f"{messages[-1].content}\n\n{ask}")
    return replace(request, name="canary", messages=tuple(messages), schema=_SCHEMA, max_tokens=60)
