"""The prompt prefix that all calls about a chunk share: system message, known facts on the recording, its lines.

Endpoints serve a known prefix from a cache at a tenth to a half of the price, so writing and checking send the very
same characters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import create_model, model_validator

from pipeline.language import covers, english_name
from pipeline.llm import Message
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Answer
from pipeline.numbering import NumberedLine, numbered_lines, numbers_of, shown
from pipeline.sections import Section
from pipeline.speakers import Person, names_nobody, speakers_of
from pipeline.text import mark_between, one_line, word_count
from pipeline.transcript import Chunk, Segment, Transcript

_OPENING_WORDS = 250  # from the beginning, where people introduce themselves and their subject
_LEAD_IN_WORDS = 60
_ROUNDED_OFF = 1.0  # seconds: publishers give the beginning of a chapter in whole ones
_WITH_ROLES = "Speakers, each with the office, party or firm to be given where a page first names them"


class Stretch(Answer):
    """Lines `first` to `last`."""

    first: int
    last: int


class Fault(Answer):
    """What is wrong with a statement, and its correction; `label` is its lead or term ("" if none)."""

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
        """Accept a missing text if nothing is left or only lines change. Elsewhere it would delete a statement."""
        if isinstance(raw, dict) and raw.get("verdict") in ("unsupported", "citation") and raw.get("text") is None:
            return raw | {"text": ""}
        return raw


class Speaker(Answer):
    """A label that is not a name, the name of the person behind it, and the line that gives the name."""

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
    """What every answer about a chunk has besides the sections: lines without use, and what a check reports."""

    if TYPE_CHECKING:  # `chunk_answer` adds them after the sections, since their order is part of a call's identity
        skipped: list[Stretch]
        faults: list[Fault]
        missing: list[Missing]


class WithManuscript(ChunkAnswer):
    """An answer on a document that is written freely first: its text, then the lines cited and what it can spare."""

    manuscript: str
    cited: list[Cited]
    cut: list[int]


@lru_cache(maxsize=64)
def chunk_answer(sections: tuple[Section, ...], *, has_speakers: bool, has_manuscript: bool) -> type[ChunkAnswer]:
    """One type for all answers about a chunk. Each call fills only its own fields: sections, or a check's report.

    Endpoints put the schema before the messages, so calls with different schemas would not share a prefix.
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
    """The messages before the task in calls about the chunks of one transcript.

    `language` is that of the notes; None means that of the lines.
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
        """The system message, and the message with these lines."""
        return self._rendered(chunk)[1]

    def _rendered(self, chunk: Chunk) -> tuple[list[NumberedLine], tuple[Message, ...]]:
        """Lines and messages of a chunk, cached, since writing, checking and reading their answers all need them."""
        ids = chunk.first, chunk.last
        if ids not in self._cache:
            # Numbered separately, so that no line spans the gap between opening and lead-in.
            opening, lead, chunk_lines = map(numbered_lines, (*self._before(chunk), chunk.segments))
            message = self._lines_message(chunk, shown(opening), shown(lead), shown(chunk_lines))
            self._cache[ids] = [*opening, *lead, *chunk_lines], (self.system, message)
        return self._cache[ids]

    def _lines_message(self, chunk: Chunk, opening: str, lead: str, text: str) -> Message:
        """The message with the lines of a chunk."""
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
        """What a later chunk shows besides its own lines: the recording's opening, and the words before the chunk."""
        earlier = self._transcript.segments[: chunk.first - 1]
        opening = earlier[: min(self._opening, len(earlier))]
        rest = earlier[len(opening) :]
        lead = rest[len(rest) - _while_fewer(reversed(rest), _LEAD_IN_WORDS) :] if rest else ()
        return opening, lead


def system_message(prompts: PromptSet, language: str | None, spoken_language: str | None) -> Message:
    """The first message of every call. It names the notes' language if the lines are in another one."""
    text = prompts.load("system.v6").render()
    if language and not covers(language, spoken_language):
        name = english_name(language)  # from a table, so that no user's words get into a prompt
        text += "\n\n" + prompts.load("language.v1").render(language=name)
    return Message("system", text)


def _while_fewer(segments: Iterable[Segment], words: int) -> int:
    """How many of the first segments have about so many words together; at least one."""
    total = count = 0
    for segment in segments:
        total += word_count(segment.text)
        count += 1
        if total >= words:
            break
    return count


def known_facts(transcript: Transcript) -> str:
    """The metadata of a recording, its speakers with their roles, its header and its chapters, in one line."""
    meta = transcript.metadata
    roles = {role.speaker: role.text for role in meta.roles}
    people = speakers_of(transcript)
    labelled = [s.name for s in people if s.labels]
    nameless = [name for name in labelled if names_nobody(name, labelled)]
    speakers = [_introduced(s, roles) for s in people]
    if nameless and any(not s.labels for s in people):
        speakers = [_introduced(s, roles) for s in people if s.name not in nameless]
        labels = ", ".join(_introduced(s, roles) for s in people if s.name in nameless)
        nothing = "nothing else" if roles.keys() & set(nameless) else "nothing"
        speakers[-1] += f". The lines call them {labels}, and {nothing} tells who is who"
    separator = mark_between([*(s.name for s in people), *roles.values()])
    facts = (
        ("Title", meta.title),
        ("Channel", meta.channel),
        ("Published", meta.published),
        (_WITH_ROLES if roles else "Speakers", separator.join(speakers)),
    )
    known = [f"{name}: {value or 'not known'}." for name, value in facts]
    if meta.header:
        known.append(f'The file begins with: "{meta.header}".')
    if chapters := list(_chapters(transcript)):
        known.append(f"The publisher's chapters, each with its first line: {'; '.join(chapters)}.")
    return one_line(" ".join(known))  # a line break in a caller's own Metadata would begin a line that nobody said


def _chapters(transcript: Transcript) -> Iterator[str]:
    """The chapters that begin before the last line ends, each after the number of the line in which it begins."""
    if not transcript.metadata.chapters:
        return
    lines = numbered_lines(transcript.segments)
    timed = [s for s in transcript.segments if s.start is not None]
    starts = list(accumulate((s.start or 0.0 for s in timed), max))
    for chapter in transcript.metadata.chapters:
        first = _first_line(timed, starts, chapter.start) if chapter.start is not None else chapter.line
        if first is not None and first <= len(transcript.segments):
            yield f"{numbers_of([first], lines)} {chapter.title}"


def _first_line(timed: Sequence[Segment], starts: Sequence[float], start: float) -> int | None:
    """The id of the segment in which a chapter begins; None if that is after the last one."""
    place = bisect_left(starts, start)
    if place and _lasts_to(timed, place - 1) > start + _ROUNDED_OFF:
        place -= 1
    return timed[place].id if place < len(timed) else None


def _lasts_to(timed: Sequence[Segment], place: int) -> float:
    """When a line ends: at its end or the next line's beginning; if neither is known, where it begins itself."""
    ends = (timed[place].end, *(s.start for s in timed[place + 1 : place + 2]))
    return min((end for end in ends if end is not None), default=timed[place].start or 0.0)


def _introduced(speaker: Person, roles: Mapping[str, str]) -> str:
    """A speaker's name, followed by the roles, and by the labels in the lines if they differ."""
    names = (*speaker.labels, speaker.name)
    facts = list(dict.fromkeys(roles[name] for name in names if name in roles))
    if speaker.labels not in ((), (speaker.name,)):
        facts.append(f"in the lines {mark_between(speaker.labels).join(speaker.labels)}")
    return f"{speaker.name} ({'; '.join(facts)})" if facts else speaker.name
