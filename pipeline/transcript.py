"""The nouns that every hop shares: Segment, Metadata, Asked, Reading, Transcript, Chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from pipeline.text import word_count


class Segment(NamedTuple):
    """One numbered line of a transcript. `id` counts from 1; times are seconds from the start; None is unknown."""

    # A tuple is made in a third of a frozen dataclass's time, and a file has as many as it has lines.

    id: int
    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a recording as its publisher named it; seconds from the start."""

    title: str
    start: float


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a recording besides its words; None is unknown and never guessed."""

    title: str | None = None
    channel: str | None = None
    url: str | None = None
    published: str | None = None
    language: str | None = None
    speakers: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...] = ()

    def over(self, other: Metadata) -> Metadata:
        """These values where they are known, else the other's."""
        return Metadata(
            title=self.title or other.title,
            channel=self.channel or other.channel,
            url=self.url or other.url,
            published=self.published or other.published,
            language=self.language or other.language,
            speakers=self.speakers or other.speakers,
            chapters=self.chapters or other.chapters,
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning of the reader, and the line of the file that it is about."""

    text: str
    line: int | None = None

    def __str__(self) -> str:
        return self.text if self.line is None else f"{self.text} (line {self.line:,})"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is in the file and was not taken as speech: how often, how many words, where first and what it says."""

    kind: str
    count: int
    words: int
    line: int | None = None
    example: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The encoding and the format that a file was to be read in; None where its content decides."""

    encoding: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader understood of a file: its format, what it left out, what it doubts, what it took for no name."""

    format: str = ""
    encoding: str = "utf-8"
    remarks: tuple[Remark, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    not_names: tuple[LeftOut, ...] = ()
    asked: Asked = Asked()


@dataclass(frozen=True)  # without slots, so that what is asked for again and again is kept
class Transcript:
    """Ordered segments with ids 1…n, metadata, and where they came from.

    `plain` is the name that it would have if no other had the same, "" where it has that one. `sha256` is that of the
    file's bytes; `notes` are the remarks of `reading` that a user should see, as text.
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
        """Words of all segments."""
        return spoken_words(self.segments)

    @property
    def duration(self) -> float | None:
        """Seconds to the end of the last timed segment."""
        ends = [t for s in self.segments if (t := s.end if s.end is not None else s.start) is not None]
        return max(ends) if ends else None

    def segment(self, number: int) -> Segment:
        """The segment with id `number`; IndexError when there is none."""
        if not 1 <= number <= len(self.segments):
            raise IndexError(number)
        return self.segments[number - 1]

    def with_metadata(self, metadata: Metadata) -> Transcript:
        """The same transcript, with `metadata` where it is known."""
        return replace(self, metadata=metadata.over(self.metadata))


def spoken_words(segments: Sequence[Segment]) -> int:
    """Words of these segments."""
    return sum(word_count(s.text) for s in segments)


@dataclass(frozen=True)
class Chunk:
    """Segments `first`…`last` (ids, both included); `index` counts from 0."""

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
        """Words of its segments."""
        return spoken_words(self.segments)
