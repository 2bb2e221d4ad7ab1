"""A look whether a prompt was read whole, with the answers to its question given."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

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
