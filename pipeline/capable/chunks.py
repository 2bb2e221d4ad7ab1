"""The prefix that the calls about one chunk share: system message, then what is known of the recording, then its lines.

Endpoints serve a prefix that they have seen from a cache at a tenth to a half of the price, so it is the same to the
last character for writing and for checking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import create_model, model_validator

from pipeline.language import covers, english_name
from pipeline.llm import Message
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Answer
from pipeline.numbering import NumberedLine, numbered_lines, shown
from pipeline.sections import Section
from pipeline.speakers import Person, names_nobody, speakers_of
from pipeline.text import mark_between, word_count
from pipeline.transcript import Chunk, Segment, Transcript

_OPENING_WORDS = 250  # of the recording's beginning, where people introduce themselves and their subject
_LEAD_IN_WORDS = 60


class Stretch(Answer):
    """Lines `first` to `last`."""

    first: int
    last: int


class Fault(Answer):
    """What is wrong with a statement, and the statement put right; `label` is its lead or term, "" for none."""

    id: int
    verdict: Literal["partly", "unsupported", "citation", "unclear"]
    why: str
    label: str
    text: str
    lines: list[int]
    _mostly_empty: ClassVar = ("why", "label", "lines")

    @model_validator(mode="before")
    @classmethod
    def _mostly_with_text(cls, raw: Any) -> Any:
        """A text may be left out where nothing can stand or only lines change; elsewhere it would take a statement."""
        if isinstance(raw, dict) and raw.get("verdict") in ("unsupported", "citation") and raw.get("text") is None:
            return raw | {"text": ""}
        return raw


class Speaker(Answer):
    """A label that is no name, the name of the person whom it stands for, and the line that tells it."""

    label: str
    name: str
    line: int


class Missing(Answer):
    """A point that the page lacks; `under` is the number of the heading or statement that it belongs to."""

    under: int
    label: str
    text: str
    lines: list[int]
    _mostly_empty: ClassVar = ("label",)


class Cited(Answer):
    """The lines of a statement, by its number."""

    id: int
    lines: list[int]
    _mostly_empty: ClassVar = ("lines",)


class ChunkAnswer(Answer):
    """What every answer about a chunk has besides the sections: the lines of no use, and what a check reports."""

    if TYPE_CHECKING:  # `chunk_answer` adds them behind the sections: their order is part of a call's identity
        skipped: list[Stretch]
        faults: list[Fault]
        missing: list[Missing]


class WithManuscript(ChunkAnswer):
    """An answer about a document that is first written freely: its text, then its lines and what it can spare."""

    manuscript: str
    cited: list[Cited]
    cut: list[int]


@lru_cache(maxsize=64)
def chunk_answer(sections: tuple[Section, ...], *, has_speakers: bool, has_manuscript: bool) -> type[ChunkAnswer]:
    """The answer to any call about a chunk, each of which fills its own fields: the sections, or what a check reports.

    Endpoints put the schema before the messages, so calls with different schemas would share no prefix.
    """
    fields: dict[str, Any] = {s.name: (s.answer, ...) for s in sections}
    if has_speakers:
        fields["speakers"] = (list[Speaker], ...)
    return create_model(
        "ChunkAnswer",
        __base__=WithManuscript if has_manuscript else ChunkAnswer,
        **fields,
        skipped=(list[Stretch], ...),
        faults=(list[Fault], ...),
        missing=(list[Missing], ...),
    )


class Prefixes:
    """The messages before the task in a call about a chunk of one transcript, for notes in a language.

    `language` None is that of the lines.
    """

    def __init__(self, transcript: Transcript, chunk_count: int, prompts: PromptSet, language: str | None) -> None:
        self._transcript, self._chunk_count, self._prompts = transcript, chunk_count, prompts
        self.system = system_message(prompts, language, transcript.metadata.language)
        self._facts = known_facts(transcript)
        self._cache: dict[tuple[int, int], tuple[list[NumberedLine], tuple[Message, ...]]] = {}  # by a chunk's ids

    def lines(self, chunk: Chunk) -> list[NumberedLine]:
        """The numbered lines that the model sees: the recording's opening, those that lead up to the chunk, its own."""
        return self._rendered(chunk)[0]

    def messages(self, chunk: Chunk) -> tuple[Message, ...]:
        """The system message, and the one that shows these lines."""
        return self._rendered(chunk)[1]

    def _rendered(self, chunk: Chunk) -> tuple[list[NumberedLine], tuple[Message, ...]]:
        """Lines and messages of a chunk, kept: writing, checking and both of their answers ask for them."""
        ids = chunk.first, chunk.last
        if ids not in self._cache:
            # Numbered each alone: no line holds what lies between the opening and the lead-in.
            opening, lead, chunk_lines = map(numbered_lines, (*self._before(chunk), chunk.segments))
            message = self._lines_message(chunk, shown(opening), shown(lead), shown(chunk_lines))
            self._cache[ids] = [*opening, *lead, *chunk_lines], (self.system, message)
        return self._cache[ids]

    def _lines_message(self, chunk: Chunk, opening: str, lead: str, text: str) -> Message:
        """The message that shows the lines of a chunk."""
        part = ""
        if self._chunk_count > 1:
            part = f"Part {chunk.index + 1} of {self._chunk_count}: lines {chunk.first} to {chunk.last}."
        if opening:
            up_to = f"\n\nThe lines just before this part:\n{lead}" if lead else ""
            text = f"How the recording begins:\n{opening}{up_to}\n\nThis part:\n{text}"
        body = self._prompts.load("lines.v1").render(recording=self._facts, part=part, lines=text)
        return Message("user", body)

    @cached_property
    def _opening(self) -> int:
        return _while_fewer(self._transcript.segments, _OPENING_WORDS)

    def _before(self, chunk: Chunk) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """What a later chunk is shown besides its own lines: the recording's opening, and the last words before it."""
        earlier = self._transcript.segments[: chunk.first - 1]
        opening = earlier[: min(self._opening, len(earlier))]
        rest = earlier[len(opening) :]
        lead = rest[len(rest) - _while_fewer(reversed(rest), _LEAD_IN_WORDS) :] if rest else ()
        return opening, lead


def system_message(prompts: PromptSet, language: str | None, spoken_language: str | None) -> Message:
    """The message that every call begins with; it tells the notes' language where the lines are in another one."""
    text = prompts.load("system.v6").render()
    if language and not covers(language, spoken_language):
        name = english_name(language)  # from a table, so that no user's words get into a prompt
        text += "\n\n" + prompts.load("language.v1").render(language=name)
    return Message("system", text)


def _while_fewer(segments: Iterable[Segment], words: int) -> int:
    """How many segments from the first on have so many words together, about; one at least."""
    total = count = 0
    for segment in segments:
        total += word_count(segment.text)
        count += 1
        if total >= words:
            break
    return count


def known_facts(transcript: Transcript) -> str:
    """What is known of a recording besides its words, a line."""
    meta = transcript.metadata
    people = speakers_of(transcript)
    labelled = [s.name for s in people if s.labels]
    nameless = [name for name in labelled if names_nobody(name, labelled)]
    speakers = [_with_labels(s) for s in people]
    if nameless and any(not s.labels for s in people):
        speakers = [_with_labels(s) for s in people if s.name not in nameless]
        speakers[-1] += f". The lines call them {', '.join(nameless)}, and nothing tells who is who"
    facts = (
        ("Title", meta.title),
        ("Channel", meta.channel),
        ("Published", meta.published),
        ("Speakers", mark_between([s.name for s in people]).join(speakers) if speakers else None),
    )
    return " ".join(f"{name}: {value or 'not known'}." for name, value in facts)


def _with_labels(speaker: Person) -> str:
    """A speaker's name, and the labels that stand for it where they are others."""
    if speaker.labels in ((), (speaker.name,)):
        return speaker.name
    return f"{speaker.name} (in the lines {mark_between(speaker.labels).join(speaker.labels)})"
