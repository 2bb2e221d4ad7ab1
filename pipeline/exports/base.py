"""What every export starts from, and what a format is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pipeline.document import Evidence, StudyDocument
from pipeline.exports.mentions import Mentions
from pipeline.exports.passages import Passage, passages
from pipeline.labels import Labels
from pipeline.language import direction
from pipeline.llm import digest_of
from pipeline.pages.markdown import labels_of, problems, provenance
from pipeline.pages.outline import Block, Point, Section, outline
from pipeline.text import clean, linkable
from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Exported:
    """A document ready to be exported: visible text only, its outline, and its transcript if that is unchanged.

    `name` is its path below the output folder, without the suffix, such as "Week-01/introduction". The transcript's
    speakers have the names used in the notes. `changed` is the time of the last change, in seconds
    since 1970; a `reviewed` document contains only what somebody accepted.
    """

    name: str
    document: StudyDocument
    labels: Labels
    sections: tuple[Section, ...]
    transcript: Transcript | None
    citations: bool
    reviewed: bool
    changed: int

    @property
    def folder(self) -> str:
        """The document's folder below the output folder; "" if it is at the top."""
        return self.name.rpartition("/")[0]

    @property
    def url(self) -> str | None:
        """The recording's address if a page may link to it."""
        return linkable(self.document.source.url)

    @property
    def language(self) -> str:
        """The BCP 47 tag of the notes' language."""
        return self.document.run.language or self.labels.code

    @property
    def direction(self) -> str:
        """The writing direction of the notes, "ltr" or "rtl", whatever the language of the words around them."""
        return direction(self.language)

    @property
    def published(self) -> str:
        """When the recording was published, in the date format of the labels' language; "" if unknown."""
        return self.labels.day(self.document.source.published or "")

    @property
    def key(self) -> str:
        """A digest that is stable when notes are made again: of address and title, or else of the transcript."""
        source = self.document.source
        return digest_of(f"{source.url}\n{self.document.title}" if source.url else source.sha256)

    def mentions(self) -> Mentions:
        """A finder for the key concepts mentioned in a stretch of the page."""
        return Mentions(self.sections)

    @property
    def nothing(self) -> str:
        """The text below the heading of a section without statements."""
        return self.labels.none_accepted if self.reviewed else self.labels.none_found

    def problems(self) -> Iterator[str]:
        """What the document lacks, one line per problem."""
        return problems(self.document)

    def points(self) -> Iterator[tuple[Section, Block, int, Point]]:
        """Every statement that cites lines, in reading order: (section, block, depth, point)."""
        for section in self.sections:
            yield from ((section, block, depth, p) for block, depth, p in section.points() if p.claim)

    def passages(self, point: Point) -> tuple[Passage, ...]:
        """The lines that support a statement, in context."""
        return passages(self.evidence(point), self.transcript, self.url, self.labels)

    def evidence(self, point: Point) -> tuple[Evidence, ...]:
        """The lines that support a statement; speakers have the names used in the notes."""
        evidence = point.claim.evidence if point.claim else ()
        if not self.document.run.names:
            return evidence
        return tuple(e.model_copy(update={"speaker": e.speaker and self.document.speaker(e.speaker)}) for e in evidence)

    def doubted(self, point: Point) -> bool:
        """Whether a point carries the mark of doubt."""
        return not self.reviewed and point.claim is not None and point.claim.support == "weak"

    def any_doubted(self) -> bool:
        """Whether any point carries the mark of doubt, so that it must be explained."""
        return any(self.doubted(p) for _, _, _, p in self.points())


@dataclass(frozen=True, slots=True)
class Format:
    """A file format that a document can be exported to. `write` is pure: the same document gives the same bytes.

    `context` says whether quotations are shown in context, which needs a transcript. `check` raises SettingsError if
    something that the format needs is not installed.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[Exported], bytes]
    context: bool = False
    check: Callable[[], object] | None = None


def exported(
    document: StudyDocument,
    name: str,
    transcript: Transcript | None,
    *,
    citations: bool,
    reviewed: bool,
    changed: int,
) -> Exported:
    """Prepare a document for export in any format. A transcript other than its own is ignored."""
    visible = StudyDocument.model_validate(_cleaned(document.model_dump()))
    labels = labels_of(visible)
    source = document.source
    if transcript and (transcript.sha256, len(transcript.segments)) != (source.sha256, source.segments):
        transcript = None
    named = _with_names(transcript, visible) if transcript else None
    sections = tuple(_with_provenance(s, visible) for s in outline(visible, labels))
    return Exported(name, visible, labels, sections, named, citations, reviewed, changed)


def _with_provenance(section: Section, document: StudyDocument) -> Section:
    """The overview with the facts about the source appended; any other section unchanged."""
    if section.name != "overview":
        return section
    source = Block("prose", tuple(map(Point, provenance(document))))
    return replace(section, blocks=(*section.blocks, source))


def _with_names(transcript: Transcript, document: StudyDocument) -> Transcript:
    """The transcript with the names that the notes use for its speakers."""
    if not document.run.names:
        return transcript
    names = {label: document.speaker(clean(label)) for label in transcript.labelled_speakers}
    segments = tuple(s._replace(speaker=names[s.speaker] if s.speaker else s.speaker) for s in transcript.segments)
    return replace(transcript, segments=segments)


def _cleaned(value: Any) -> Any:
    """A value with control and invisible characters removed from its texts; a text with nothing left becomes U+FFFD."""
    if isinstance(value, str):
        return clean(value) or ("\ufffd" if value else "")
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(inner) for inner in value]
    return value
