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
    """A document ready to be written: visible text only, its outline, and its transcript if that has not changed.

    The transcript has its speakers by the names that the notes have.
    `changed` is when it last changed, in seconds since 1970; a `reviewed` one holds what somebody accepted.
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
    def url(self) -> str | None:
        """The recording's address, when it is one that a page may link to."""
        return linkable(self.document.source.url)

    @property
    def language(self) -> str:
        """The language of the notes as pages name it, by its tag."""
        return self.document.run.language or self.labels.code

    @property
    def direction(self) -> str:
        """How the notes are written, "ltr" or "rtl", whatever the language of the words around them."""
        return direction(self.language)

    @property
    def published(self) -> str:
        """When the recording was published, as the language writes dates; "" where that is not known."""
        return self.labels.day(self.document.source.published or "")

    @property
    def key(self) -> str:
        """What stays the same when a recording's notes are made again: its address and title, else its digest."""
        source = self.document.source
        return digest_of(f"{source.url}\n{self.document.title}" if source.url else source.sha256)

    def mentions(self) -> Mentions:
        """Finds the key concepts that a stretch of the page mentions."""
        return Mentions(self.sections)

    @property
    def nothing(self) -> str:
        """What stands below the heading of a section without statements."""
        return self.labels.none_accepted if self.reviewed else self.labels.none_found

    def problems(self) -> Iterator[str]:
        """What the document lacks, in a line each."""
        return problems(self.document)

    def points(self) -> Iterator[tuple[Section, Block, int, Point]]:
        """Every statement that cites lines, in reading order, with where it stands."""
        for section in self.sections:
            yield from ((section, block, depth, p) for block, depth, p in section.points() if p.claim)

    def passages(self, point: Point) -> tuple[Passage, ...]:
        """The lines that say a statement, in their context."""
        return passages(self.evidence(point), self.transcript, self.url, self.labels)

    def evidence(self, point: Point) -> tuple[Evidence, ...]:
        """The lines that say a statement, their speakers by the names that the notes have."""
        evidence = point.claim.evidence if point.claim else ()
        if not self.document.run.names:
            return evidence
        return tuple(e.model_copy(update={"speaker": e.speaker and self.document.speaker(e.speaker)}) for e in evidence)

    def doubted(self, point: Point) -> bool:
        """Whether a point carries the mark of doubt."""
        return not self.reviewed and point.claim is not None and point.claim.support == "weak"

    def any_doubted(self) -> bool:
        """Whether the mark of doubt has to be explained."""
        return any(self.doubted(p) for _, _, _, p in self.points())


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that a document can be written as. `write` is pure: same document, same bytes.

    `context` says whether quotations stand in their context, for which a transcript is needed. `check` raises
    SettingsError where something that the format needs is not installed.
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
    """A document made ready for every format. Another transcript than its own is left out."""
    visible = StudyDocument.model_validate(_cleaned(document.model_dump()))
    labels = labels_of(visible)
    source = document.source
    if transcript and (transcript.sha256, len(transcript.segments)) != (source.sha256, source.segments):
        transcript = None
    named = _with_names(transcript, visible) if transcript else None
    sections = tuple(_with_provenance(s, visible) for s in outline(visible, labels))
    return Exported(name, visible, labels, sections, named, citations, reviewed, changed)


def _with_provenance(section: Section, document: StudyDocument) -> Section:
    """The overview with what is known of the source at its end; every other section as it is."""
    if section.name != "overview":
        return section
    source = Block("prose", tuple(map(Point, provenance(document))))
    return replace(section, blocks=(*section.blocks, source))


def _with_names(transcript: Transcript, document: StudyDocument) -> Transcript:
    """The transcript with its speakers by the names that the notes have."""
    if not document.run.names:
        return transcript
    names = {label: document.speaker(clean(label)) for label in transcript.labelled_speakers}
    segments = tuple(s._replace(speaker=names[s.speaker] if s.speaker else s.speaker) for s in transcript.segments)
    return replace(transcript, segments=segments)


def _cleaned(value: Any) -> Any:
    """A value without controls and invisible marks in its texts; a text of nothing else becomes U+FFFD."""
    if isinstance(value, str):
        return clean(value) or ("\ufffd" if value else "")
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(inner) for inner in value]
    return value
