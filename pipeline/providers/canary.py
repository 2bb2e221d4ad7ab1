"""Whether a prompt was read whole: a word is put where servers begin to leave out, and asked for at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.llm import Message, Request
from pipeline.providers.capabilities import Capabilities

WORD = "quillwort"
_SHORTEST = 2000  # tokens: no server has a smaller window in use
_LOW = 0.6  # of the tokens counted; no tokenizer is that much better than tiktoken's
_NEVER = 0.4  # below it a prompt was cut, whatever the answer is: a word can be guessed from what was kept
_FURTHER = 1.25  # how much longer than one that was read a prompt is looked at anew
_SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}


def worth_counting(told: int | None, messages: Iterable[Message]) -> bool:
    """Whether a usage may be too small; tokens have three bytes at least, in most languages four and more."""
    return told is None or told < _LOW * sum(len(m.content.encode("utf-8", "replace")) for m in messages) / 3


def suspicious(told: int | None, size: int, known: Capabilities) -> bool:
    """Whether a prompt of `size` tokens may have been cut: its usage is far too small, or was not told."""
    if size < _SHORTEST or size <= _FURTHER * known.read_to:
        return False
    return told is None or told < _LOW * size


def read_whole(text: str, told: int | None, size: int) -> bool:
    """Whether an answer to the question shows a prompt of `size` tokens read. A word that comes back is no proof
    against a usage that no tokenizer explains."""
    return WORD in text.casefold() and not (told and told < _NEVER * size)


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
