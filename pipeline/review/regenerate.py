"""One statement written again by the configured model, with what the reviewer asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pipeline.answers import Unusable, parse_answer
from pipeline.asking import schema_of
from pipeline.errors import InvalidAnswer
from pipeline.llm import LLMClient, Message, Request
from pipeline.prompting import PromptSet, numbered_lines
from pipeline.review.state import Item
from pipeline.sections.base import Bounds, Flat
from pipeline.source import Source
from pipeline.text import clean

_MOST_TOKENS = 160
Regenerator = Callable[[Item, Source, str], Awaitable[str]]


class Rewritten(Flat):
    """The answer."""

    statement: str


def regenerator(client: LLMClient, prompts: PromptSet) -> Regenerator:
    """Asks `client` for one statement anew. Raises CallError; what comes back is not checked yet."""

    async def again(item: Item, source: Source, wish: str) -> str:
        lines = numbered_lines([source.transcript.segment(n) for n in item.lines])
        task = prompts.load("review.v1").render(
            lines=lines, note=item.text, wish=clean(wish) or "say it better or more fully"
        )
        system = Message("system", prompts.load("system.v1").render())
        schema = schema_of(Rewritten, Bounds({"statement": {"maxLength": 600}}))
        request = Request("review.v1", (system, Message("user", task)), schema, _MOST_TOKENS)
        completion = await client.complete(request)
        try:
            found, _ = parse_answer(completion.text, Rewritten)
        except Unusable as err:
            raise InvalidAnswer(f"the model's answer cannot be used: {err}") from err
        text = clean(found.statement)
        if not text:
            raise InvalidAnswer("the model gave no sentence")
        return text

    return again
