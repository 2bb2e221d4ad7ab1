"""The types that every step shares: Segment, Role, Metadata, Asked, Reading, Transcript, Chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from pipeline.text import word_count


class Segment(NamedTuple):
    """One numbered line of a transcript. `id` counts from 1; times are seconds from the start; None means unknown."""

    # A tuple is created in a third of the time of a frozen dataclass, and there is one per line of a file.

    id: int
    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a recording under its publisher's title, or under a heading of the text.

    It begins `start` seconds from the beginning, or with the segment whose id is `line`; one of the two is known.
    """

    title: str
    start: float | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What a file's labels say of a speaker besides the name, such as an office, a party or a company."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a recording besides its words; None means unknown, and is never guessed.

    `header` is what stands above the talk in a text: who is present, the date, the occasion.
    """

    title: str | None = None
    channel: str | None = None
    url: str | None = None
    published: str | None = None
    language: str | None = None
    speakers: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    roles: tuple[Role, ...] = ()
    header: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that it says: what a model is told, and a page may repeat."""
        titles = (self.title, self.channel, self.url, self.published, self.header)
        people = (*self.speakers, *(role.text for role in self.roles))
        return (*filter(None, titles), *people, *(chapter.title for chapter in self.chapters))

    def over(self, other: Metadata) -> Metadata:
        """These values, with the other's in place of unknown ones."""
        return Metadata(
            title=self.title or other.title,
            channel=self.channel or other.channel,
            url=self.url or other.url,
            published=self.published or other.published,
            language=self.language or other.language,
            speakers=self.speakers or other.speakers,
            chapters=self.chapters or other.chapters,
            roles=self.roles or other.roles,
            header=self.header or other.header,
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """A reader's warning, and the line of the file that it concerns."""

    text: str
    line: int | None = None

    def __str__(self) -> str:
        return self.text if self.line is None else f"{self.text} (line {self.line:,})"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something in a file that was not treated as speech: how often, how many words, its first line and an example."""

    kind: str
    count: int
    words: int
    line: int | None = None
    example: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The encoding and format in which the user asked to read a file; None means detected from its content."""

    encoding: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found out about a file: format, parts left out, doubts, and would-be labels that are no names."""

    format: str = ""
    encoding: str = "utf-8"
    remarks: tuple[Remark, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    not_names: tuple[LeftOut, ...] = ()
    asked: Asked = Asked()


@dataclass(frozen=True)  # without slots, for cached_property
class Transcript:
    """Ordered segments with ids 1…n, metadata, and where they came from.

    `plain` is the name it would have if no other transcript had the same, "" if that is its name. `sha256` is the
    digest of the file's bytes; `notes` are those remarks of `reading` that a user should see, as text.
    """

    name: str
    segments: tuple[Segment, ...]
    metadata: Metadata = field(default_factory=Metadata)
    path: str | None = None
    sha256: str = ""
    notes: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    plain: str = ""

    def __post_init__(self) -> None:
        if [s.id for s in self.segments] != list(range(1, len(self.segments) + 1)):
            raise ValueError("segment ids must count from 1 without gaps")

    @cached_property
    def labelled_speakers(self) -> tuple[str, ...]:
        """Speakers in the order in which their labels first appear."""
        return tuple(dict.fromkeys(s.speaker for s in self.segments if s.speaker))

    @cached_property
    def spoken_words(self) -> int:
        """Number of words in all segments."""
        return spoken_words(self.segments)

    @property
    def duration(self) -> float | None:
        """Seconds to the end of the last timed segment."""
        ends = [t for s in self.segments if (t := s.end if s.end is not None else s.start) is not None]
        return max(ends) if ends else None

    def segment(self, number: int) -> Segment:
        """The segment with id `number`; IndexError if there is none."""
        if not 1 <= number <= len(self.segments):
            raise IndexError(number)
        return self.segments[number - 1]

    def with_metadata(self, metadata: Metadata) -> Transcript:
        """The same transcript, with `metadata` taking precedence where it is known."""
        return replace(self, metadata=metadata.over(self.metadata))


def spoken_words(segments: Sequence[Segment]) -> int:
    """Number of words in these segments."""
    return sum(word_count(s.text) for s in segments)


@dataclass(frozen=True)
class Chunk:
    """Segments `first`…`last` (ids, inclusive); `index` counts from 0."""

    index: int
    segments: tuple[Segment, ...]

    @property
    def first(self) -> int:
        """Id of the first segment."""
        return self.segments[0].id

    @property
    def last(self) -> int:
        """Id of the last segment."""
        return self.segments[-1].id

    @cached_property
    def spoken_words(self) -> int:
        """Number of words in its segments."""
        return spoken_words(self.segments)
