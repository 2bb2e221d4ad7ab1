"""A look whether a prompt was read whole, with the answers to its question given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from pipeline.errors import ContextTooLong
from pipeline.llm import Completion, Message, Request, Usage
from pipeline.llm.prompting import PromptSet
from pipeline.providers.canary import WORD
from pipeline.providers.capabilities import Capabilities, Lesson
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.looking import Looking
from pipeline.providers.outgoing import Outdated, Outgoing

LONG = Request("sections.v1", (Message("user", "What is said? " * 3000),), {"type": "object"}, 400)


class Kept:
    known = Capabilities()

    def learn(self, found: Lesson | None) -> None:
        self.known = found.known if found else self.known


def test_a_question_that_would_be_sent_another_way_by_now_is_asked_that_way() -> None:
    kept, bodies = Kept(), list[dict[str, Any]]()

    async def answer(question: Outgoing) -> Completion:
        bodies.append(question.body)
        if len(bodies) == 1:  # another call learns something while this one waits
            kept.known = replace(kept.known, limit="max_completion_tokens")
            raise Outdated("asked another way")
        return Completion(f'{{"word": "{WORD}"}}', "stop", Usage(prompt_tokens=7000), "m")

    asked = Outgoing(LONG, Endpoint("http://h/v1", "m", "k"), PromptSet(), messages=list(LONG.messages))
    asyncio.run(Looking(kept, answer).look(7000, asked))
    assert "max_completion_tokens" in bodies[1] and len(bodies) == 2 and kept.known.read_to > 7000


READ, OTHER_WORD = Completion(f'{{"word": "{WORD}"}}', "stop", Usage(estimated=True), "m"), '{"word": "bridge"}'


@pytest.mark.parametrize(
    "nothing",
    [
        replace(READ, text="I cannot help with that."),
        replace(READ, text="I cannot help with that.", finish_reason="refusal"),
        replace(READ, text='{"word": "the one', finish_reason="length"),
        replace(READ, text=OTHER_WORD, finish_reason="content_filter"),
    ],
    ids=["in words", "refused", "cut", "filtered"],
)
def test_an_answer_that_shows_nothing_is_asked_for_once_more_and_proves_no_cut(nothing: Completion) -> None:
    assert look(nothing, READ).read_to > 7000
    assert look(nothing, replace(READ, text=OTHER_WORD)).cut_from
    assert look(nothing, nothing) == Capabilities()


def test_each_question_is_reported() -> None:
    reported = list[Request]()
    look(replace(READ, text="I cannot help with that."), READ, on_look=reported.append)
    assert reported == [LONG, LONG]


def test_a_refusal_beside_a_usage_that_no_tokenizer_explains_shows_a_cut() -> None:
    assert look(replace(READ, text="I cannot help with that.", usage=Usage(prompt_tokens=2000))).cut_from


def look(*answers: Completion, on_look: Callable[[Request], None] = lambda request: None) -> Capabilities:
    """What is known after a look at a prompt without reported usage; the look has to use all of the answers."""
    kept, left = Kept(), list(answers)

    async def answer(question: Outgoing) -> Completion:
        return left.pop(0)

    outgoing = Outgoing(LONG, Endpoint("http://h/v1", "m", "k"), PromptSet(), messages=list(LONG.messages))
    with suppress(ContextTooLong):
        asyncio.run(Looking(kept, answer, on_look).look(None, outgoing))
    assert not left
    return kept.known
