"""Map: sections of a chunk to checked draft statements, by one of two call plans, with one re-ask and splitting."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, create_model

from pipeline.adverts import adverts
from pipeline.answers import Unusable, parse_answer
from pipeline.asking import SectionAsk, Style, in_style, schema_of, spans_of
from pipeline.chunking import halves
from pipeline.document import Problem, Withheld
from pipeline.errors import CallError, ContextTooLong, Declined, EndpointError, InvalidAnswer, OutputTruncated
from pipeline.evidence import realign
from pipeline.llm import Completion, LLMClient, Message, Request
from pipeline.prompting import PromptSet, chunk_text
from pipeline.sections.base import Draft, DraftStatement, Flat, SectionSpec
from pipeline.source import Source
from pipeline.tasks import all_of
from pipeline.text import clean, tidied
from pipeline.transcript import Chunk, Transcript
from pipeline.wording import tells_title

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Extraction:
    """What the chunks gave: drafts, what was kept out, what went wrong, which segments were read, which are filler."""

    drafts: list[DraftStatement] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: set[int] = field(default_factory=set)
    filler: set[int] = field(default_factory=set)
    spare: list[DraftStatement] = field(default_factory=list)  # withheld for their wording alone

    def add(self, other: Extraction) -> None:
        """Takes in what another chunk gave."""
        self.drafts += other.drafts
        self.withheld += other.withheld
        self.problems += other.problems
        self.read |= other.read
        self.filler |= other.filler
        self.spare += other.spare


class Extractor:
    """Asks one model about the chunks of one transcript."""

    def __init__(self, transcript: Transcript, client: LLMClient, prompts: PromptSet, style: Style) -> None:
        self._transcript, self._client, self.prompts, self.style = transcript, client, prompts, style
        self.source = Source(transcript)
        self._adverts = adverts(self.source)
        self._system = Message("system", prompts.load("system.v1").render())

    async def ask(
        self,
        name: str,
        task: str,
        answer: type[M],
        *,
        max_tokens: int,
        schema: dict[str, Any],
        opening: str | None = None,
    ) -> M:
        """A validated answer to a task that stands alone, re-asked once. Raises CallError."""
        messages = (self._system, Message("user", task))
        request = Request(name, messages, in_style(schema, self.style, opening), max_tokens, avoid=self.style.avoid)
        return await self._valid(request, answer)

    async def chunk(self, chunk: Chunk, sections: Sequence[SectionSpec]) -> Extraction:
        """All sections of a chunk; a section that fails is a problem of its own and holds up no other."""
        result = Extraction()
        for jobs in self._jobs(chunk, sections):
            led = 1 if self.style.leader_first else 0
            for leader in jobs[:led]:  # alone, so that its siblings find the prompt cached
                result.add(await self._group(*leader))
            for more in await all_of([self._group(*job) for job in jobs[led:]]):
                result.add(more)
        if not result.problems:
            result.read = {s.id for s in chunk.segments}
        return result

    async def whole(self, chunk: Chunk, spec: SectionSpec) -> Extraction:
        """One section of a stretch in one call, also for a style that asks by span: another way to the same lines."""
        other = copy.copy(self)
        other.style = replace(self.style, by_span=False)
        return await other._group(chunk, (spec,))

    def _jobs(self, chunk: Chunk, sections: Sequence[SectionSpec]) -> list[list[tuple[Chunk, tuple[SectionSpec, ...]]]]:
        """Calls of a chunk, in runs that begin with the same words."""
        by_span = [s for s in sections if s.span_prompt and self.style.by_span]
        whole = [s for s in sections if s not in by_span]
        groups = [tuple(whole)] if self.style.plan == "together" else [(s,) for s in whole]
        runs: list[list[tuple[Chunk, tuple[SectionSpec, ...]]]] = [
            [(span, (s,)) for span in spans_of(s, chunk)] for s in by_span
        ]
        runs.append([(chunk, group) for group in groups if group])
        return [run for run in runs if run]

    async def _group(self, chunk: Chunk, sections: tuple[SectionSpec, ...]) -> Extraction:
        try:
            return await self._ask_sections(chunk, sections)
        except (OutputTruncated, ContextTooLong) as err:
            parts = halves(chunk)
            if parts is None:
                return self._failed(chunk, sections, err)
        except EndpointError as err:
            if err.fatal:
                raise
            return self._failed(chunk, sections, err)
        except CallError as err:
            return self._failed(chunk, sections, err)
        result = Extraction()  # the same call again would be cut again: two smaller ones instead
        for part in parts:
            result.add(await self._group(part, sections))
        return result

    def _failed(self, chunk: Chunk, sections: tuple[SectionSpec, ...], err: CallError) -> Extraction:
        where = f"lines {chunk.first}–{chunk.last}"
        return Extraction(
            problems=[Problem(section=s.name, chunk=chunk.index + 1, message=f"{where}: {err}") for s in sections]
        )

    async def _ask_sections(self, chunk: Chunk, sections: tuple[SectionSpec, ...]) -> Extraction:
        title = self._transcript.metadata.title
        about = f" of “{clean(title)}”" if title else ""
        if self.style.by_span and sections[0].span_prompt:
            return self._taken(sections[0], chunk, await self._ask_span(sections[0], chunk, about))
        asked = [SectionAsk.of(s, chunk, self.prompts, self.style) for s in sections]
        chunk_prompt = self.prompts.load("chunk.v1").render(
            first=str(chunk.first),
            last=str(chunk.last),
            about=about,
            lines=chunk_text(chunk),
            task="\n\n".join(a.task for a in asked),
        )
        composed: type[BaseModel] = asked[0].answer
        schema = asked[0].schema
        if len(asked) > 1:
            composed = _composed(tuple((a.spec.name, a.answer) for a in asked))
            schema = schema_of(composed)
        name, most = "+".join(a.spec.name for a in asked), sum(a.max_tokens for a in asked)
        answer = await self.ask(name, chunk_prompt, composed, max_tokens=most, schema=schema)
        result = Extraction()
        for a in asked:
            part = getattr(answer, a.spec.name) if len(asked) > 1 else answer
            result.add(self._taken(a.spec, chunk, a.draft(part)))
        return result

    async def _ask_span(self, spec: SectionSpec, span: Chunk, about: str) -> Draft:
        """The draft of a span; asked once more without the recording's title when that became a subject of its own."""
        ask = SectionAsk.of_span(spec, span, about, self.prompts)
        found = await self.ask(spec.name, ask.task, ask.answer, max_tokens=ask.max_tokens, schema=ask.schema)
        draft = ask.draft(found)
        said = " ".join(s.text for s in (*span.before, *span.segments))
        title = self._transcript.metadata.title or ""
        if about and any(tells_title(text, title, said) for _, _, text in draft.rows()):
            return await self._ask_span(spec, span, "")
        return draft

    async def _valid(self, request: Request, answer: type[M]) -> M:
        """A validated answer; one re-ask carries the error. Raises OutputTruncated, Declined, InvalidAnswer."""
        error = ""
        for attempt in (1, 2):
            completion = await self._client.complete(request)
            _check_finish(completion)
            try:
                value, _ = parse_answer(completion.text, answer)
                return value
            except Unusable as err:
                error = str(err)
            if attempt == 1:
                again = Message("user", self.prompts.load("reask.v1").render(error=error))
                said = Message("assistant", completion.text[:8000])
                request = replace(request, messages=(*request.messages, said, again))
        raise InvalidAnswer(
            f"{request.name}: the answer did not fit, also when asked again: {error}", hint="try another model"
        )

    def _taken(self, spec: SectionSpec, chunk: Chunk, draft: Draft) -> Extraction:
        drafts, withheld = self._statements(spec, chunk, draft.rows())
        named = {n for n in (*draft.filler(), *self._adverts) if chunk.first <= n <= chunk.last}
        praise = [d for d in drafts if self._adverts.issuperset(d.lines)]
        withheld += [Withheld(section=spec.name, text=d.text, reason="it is from an advert") for d in praise]
        return Extraction([d for d in drafts if d not in praise], withheld, filler=named)

    def _statements(
        self, spec: SectionSpec, chunk: Chunk, rows: Sequence[tuple[list[int], str, str]]
    ) -> tuple[list[DraftStatement], list[Withheld]]:
        """Rows as draft statements: lines that exist in the chunk, words cleaned; the rest withheld with a reason."""
        drafts: list[DraftStatement] = []
        withheld: list[Withheld] = []
        span = range(chunk.first, chunk.last + 1)
        for n, (lines, label, text) in enumerate(rows, 1):
            text, label = tidied(text), tidied(label)
            inside = tuple(dict.fromkeys(n for n in lines if n in span))
            if not text:
                continue
            if len(text) > 3 * max(spec.text_limit, 100):
                withheld.append(
                    Withheld(section=spec.name, text=text[:300] + "…", reason="far too long for one statement")
                )
                continue
            if not inside:
                inside = realign(f"{label} {text}", self.source, (chunk.first,), span)
            elif spec.name != "prerequisites":
                inside = realign(f"{label} {text}", self.source, inside, span)
            drafts.append(
                DraftStatement(
                    f"{spec.name}/{chunk.index + 1}.{chunk.first}.{n}", spec.name, chunk.index, inside, text, label
                )
            )
        return drafts, withheld


@lru_cache(maxsize=64)
def _composed(parts: tuple[tuple[str, type[BaseModel]], ...]) -> type[BaseModel]:
    """The answer that holds the answers of several sections; a model is made once, since that takes pydantic long."""
    found: type[BaseModel] = create_model("Sections", __base__=Flat, **{name: (answer, ...) for name, answer in parts})  # type: ignore[call-overload]
    return found


def _check_finish(completion: Completion) -> None:
    if completion.finish_reason == "length":
        raise OutputTruncated("the answer stopped at the token limit", hint="lower --chunk-tokens")
    if completion.finish_reason in ("refusal", "content_filter"):
        raise Declined(
            "the model declined to answer"
            if completion.finish_reason == "refusal"
            else "a content filter stopped the answer"
        )
