"""The two usual ways to make notes, to put ours beside: one prompt over the whole transcript, and plain map-reduce."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.answers import Unusable, parse_answer
from pipeline.asking import schema_of
from pipeline.checking import Claim
from pipeline.chunking import chunk_transcript, rendered_tokens
from pipeline.errors import ContextTooLong
from pipeline.evaluation.notes import Notes, located
from pipeline.evaluation.scores import read_reference
from pipeline.llm import Completion, LLMClient, Message, Request, Tally
from pipeline.sections.base import Flat
from pipeline.source import Source
from pipeline.tokens import count_tokens, encoding_for
from pipeline.transcript import Segment, Transcript

SYSTEM = (
    "You write study notes of recordings. Use only what the text says; keep figures and names as they are; "
    "write whole sentences."
)
WHOLE = (
    "Write study notes of this transcript: the main points under headings, key concepts with definitions, and a "
    "section “Summary” of a few sentences. Cover all of it.\n\n{lines}"
)
MAP = "Write notes of this part of a transcript: the main points and key concepts under headings.\n\n{lines}"
REDUCE = (
    "These are notes of consecutive parts of one recording. Merge them into study notes of the whole: the main points "
    "under headings, key concepts with definitions, and a section “Summary” of a few sentences.\n\n{lines}"
)
_ANSWER, _PART_ANSWER, _MARGIN = 2000, 700, 300  # tokens
_SUMMARY = re.compile(r"summary|overview|introduction|conclusion", re.IGNORECASE)


class Section(Flat):
    """A heading and the notes under it."""

    heading: str
    notes: list[str]


class FreeNotes(Flat):
    """Notes in free text."""

    sections: list[Section]


@dataclass(slots=True)
class Made:
    """Notes by a method, as Markdown too, with what they cost and how much of the transcript no prompt held."""

    sections: list[Section] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    unread: float = 0.0
    failed: int = 0  # answers that were no notes at all
    cut: int = 0  # answers that stopped at the token limit

    def notes(self, source: Source) -> Notes:
        """Statements with their lines, and headings."""
        claims = [
            Claim("summary" if _SUMMARY.search(s.heading) else "notes", text, ())
            for s in self.sections
            for note in s.notes
            for text in read_reference(f"- {note}").statements
        ]
        return Notes(located(claims, source), tuple(s.heading for s in self.sections))

    def markdown(self) -> str:
        """The notes as a page."""
        return "\n".join(f"## {s.heading}\n\n" + "".join(f"- {n}\n" for n in s.notes) for s in self.sections)


Say = Callable[[str], None]


class Baselines:
    """Both methods over one client. `context` are the tokens that the model holds, answer included."""

    def __init__(self, client: LLMClient, context: int, chunk_tokens: int, say: Say) -> None:
        self._client, self._context, self._chunk, self._say = client, context, chunk_tokens, say
        self._encoding, _ = encoding_for(client.model)

    async def one_prompt(self, transcript: Transcript) -> Made:
        """One call over as many lines as fit; the rest is counted as unread."""
        made = Made()
        budget = self._context - _ANSWER - _MARGIN
        while True:
            segments = self._fitting(transcript.segments, budget)
            try:
                made.sections = await self._ask(made, "baseline_whole", WHOLE, _lines(segments), _ANSWER)
            except ContextTooLong:
                if budget < 500:
                    raise
                budget = int(budget * 0.8)  # tiktoken counts fewer tokens than the model
                continue
            made.unread = 1 - len(segments) / len(transcript.segments)
            return made

    async def map_reduce(self, transcript: Transcript) -> Made:
        """Notes of each chunk, then one call that merges as many of them as fit."""
        made = Made()
        chunks = chunk_transcript(transcript, limit=self._chunk, context=0, encoding=self._encoding)
        parts: list[str] = []
        for chunk in chunks:
            found = await self._ask(made, "baseline_map", MAP, _lines(chunk.segments), _PART_ANSWER)
            parts.append(Made(found).markdown())
        fit = len(parts)
        while True:
            text = "\n\n".join(parts[:fit])
            if fit > 1 and count_tokens(text, self._encoding) > self._context - _ANSWER - _MARGIN:
                fit -= 1
                continue
            try:
                made.sections = await self._ask(made, "baseline_reduce", REDUCE, text, _ANSWER)
            except ContextTooLong:
                if fit == 1:
                    raise
                fit -= 1
                continue
            lost = sum(len(c.segments) for c in chunks[fit:])
            made.unread = lost / len(transcript.segments)
            return made

    def _fitting(self, segments: Sequence[Segment], budget: int) -> Sequence[Segment]:
        filled = 0
        for n, size in enumerate(rendered_tokens(tuple(segments), self._encoding)):
            filled += size
            if filled > budget and n:
                return segments[:n]
        return segments

    async def _ask(self, made: Made, name: str, prompt: str, lines: str, most: int) -> list[Section]:
        messages = (Message("system", SYSTEM), Message("user", prompt.format(lines=lines)))
        completion = await self._client.complete(Request(name, messages, schema_of(FreeNotes), most))
        made.tally.book(completion)
        made.seconds += completion.seconds
        self._say(f"{name}: {_told(completion)}")
        made.cut += completion.finish_reason == "length"
        try:
            return parse_answer(completion.text, FreeNotes)[0].sections
        except Unusable:
            made.failed += 1
            return []


def _told(completion: Completion) -> str:
    stored = " (stored)" if completion.cached else ""
    return f"{completion.usage.completion_tokens} tokens in {completion.seconds:.0f} s{stored}"


def _lines(segments: Sequence[Segment]) -> str:
    return "\n".join(f"{s.speaker}: {s.text}" if s.speaker else s.text for s in segments)
