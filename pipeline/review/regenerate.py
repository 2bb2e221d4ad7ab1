"""Have the configured model rewrite one statement from its lines and those around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipeline.capable.chunks import system_message
from pipeline.draft import DraftStatement
from pipeline.llm import Message
from pipeline.llm.answers import Parsed, Unusable
from pipeline.llm.structured import Answer, Structured
from pipeline.numbering import lines_around, numbered_lines, numbers_of, segments_of, shown_in_runs
from pipeline.review.state import Item
from pipeline.text import clean
from pipeline.verification import Recording, with_lines

_AROUND = 4  # lines shown to the model before and after each cited one
_MOST_TOKENS = 1000


@dataclass(frozen=True, slots=True)
class Point:
    """A statement with its context: the heading and statements that it is nested below, and the recording."""

    item: Item
    above: tuple[str, ...]
    recording: Recording


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The model's new text, with the lines that support it."""

    text: str
    lines: tuple[int, ...]


Regenerator = Callable[[Point, str], Awaitable[Rewritten]]


class RewrittenAnswer(Answer):
    """The model's answer: new text, and the numbers of the lines that support it."""

    text: str
    lines: list[int]


def regenerator(structured: Structured) -> Regenerator:
    """A function that has the model rewrite a statement. It raises CallError; its result has not been verified."""

    async def rewrite(point: Point, instruction: str) -> Rewritten:
        numbered = numbered_lines(point.recording.transcript.segments)
        lines = lines_around(point.item.lines, numbered, _AROUND)
        task = structured.prompts.load("review.v5").render(
            lines=shown_in_runs(lines, numbered),
            above="\n".join(point.above) or "(nothing)",
            statement=point.item.wording,
            cited=str(numbers_of(point.item.lines, lines)),
            wish=clean(instruction) or "say it better or more fully",
        )
        system = system_message(structured.prompts, point.recording.language, point.recording.spoken_language)
        messages = (system, Message("user", task))

        def rewritten(parsed: Parsed[RewrittenAnswer]) -> Rewritten:
            text = clean(parsed.value.text)
            if not text:
                raise Unusable("text: there are no words in it")
            cited = segments_of(parsed.value.lines, lines) or point.item.lines
            return Rewritten(text, with_lines(DraftStatement(text, cited), point.recording).lines)

        return await structured.ask("review", messages, RewrittenAnswer, rewritten, max_tokens=_MOST_TOKENS)

    return rewrite
