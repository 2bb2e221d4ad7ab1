"""Few-shot prompts: a file holds the instructions and examples; a model of this size learns from the examples."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.labels import labels_for
from pipeline.language import english_name, primary
from pipeline.llm import Message
from pipeline.llm.prompting import PromptSet
from pipeline.text import clean

_BLOCK = re.compile(r"^=== (part|answer)\n", re.MULTILINE)


def messages(
    prompts: PromptSet, name: str, part: str, language: str | None = None, form: str = ""
) -> Sequence[Message]:
    """The prompt's text as the system message, its examples as turns of a chat, then the part.

    The part comes last, so that all calls of one prompt share everything before it. The examples are in English: for a
    recording in another language, the part is followed by `form`, without which the model forgets the form and repeats
    the part, and by a request to answer in that language, without which it answers in English.
    """
    text, *blocks = _BLOCK.split(prompts.load(name).render())
    chat = [Message("system", text.strip())]
    for kind, block in zip(blocks[::2], blocks[1::2], strict=True):
        chat.append(Message("user" if kind == "part" else "assistant", block.strip()))
    return (*chat, Message("user", f"{part}{_wish(language, form)}"))


def _wish(language: str | None, form: str) -> str:
    if not language or primary(language) == "en":
        return ""
    labels = labels_for(language)
    instruction = labels.answer_here if labels.code == primary(language) else f"Answer in {english_name(language)}."
    return f"\n\n{form} {instruction}" if form else f"\n\n{instruction}"


def tidied(text: str) -> str:
    """A model's text as one line, without marks of code or bold."""
    return clean(text.replace("`", "").replace("**", ""))
