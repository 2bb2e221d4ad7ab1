"""Transcripts and notes of one folder by their names: a name chooses among what is there and is no part of a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import store
from pipeline.batches.inputs import find
from pipeline.batches.order import Input
from pipeline.batches.outputs import places_told, read_again, records_below
from pipeline.batches.settling import listing
from pipeline.document import Evidence, StudyDocument
from pipeline.errors import InputError
from pipeline.exports.outline import outline
from pipeline.pages.markdown import labels_of, unescape
from pipeline.pages.reading import draft_of_document
from pipeline.readers import Source
from pipeline.rechecking import Checked, Reopened, checked_by_code
from pipeline.text import clean, composed
from pipeline.transcript import Transcript

_SHOWN = 200  # characters of a name that there is not


@dataclass(frozen=True, slots=True)
class Numbered:
    """A statement of notes, with its number from 1 in reading order; `depth` is how deeply a detail is nested."""

    number: int
    section: str
    heading: str
    label: str
    text: str
    depth: int
    support: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a folder holds: transcripts, and records of notes by the same names; `skipped` is told of other files.

    A transcript has notes when its name is among the records. Notes without a transcript are called as they lie in the
    output folder.
    """

    sources: Mapping[str, Source]
    records: Mapping[str, Path]
    skipped: Sequence[str]

    def source_of(self, document: StudyDocument, name: str) -> Source | None:
        """The transcript that notes were made from. The path that their record tells is only compared."""
        told = document.source.path
        named = [p.resolve() for p in places_told(told, self.records[name])] if told else []
        there = (s for s in self.sources.values() if s.path.resolve() in named)
        return next(there, None) or self.sources.get(name)


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes by the name of their transcript, and that transcript if it is in the folder."""

    name: str
    document: StudyDocument
    source: Source | None

    def transcript(self) -> tuple[Transcript, str]:
        """The transcript as it was read when they were made, and a remark on it. InputError when it is not there."""
        if self.source is None:
            raise InputError(f"{self.name}: the transcript of these notes is not in the folder any more")
        return read_again(self.source.path, self.document, "the transcript")


@dataclass(slots=True)
class Folder:
    """What there is below `path`, and the notes in `out`. Nothing is told that is no longer so: files come and go."""

    path: Path
    out: Path
    given: Input
    _known: tuple[object, Mapping[str, Path]] = (None, {})  # the files as they were last seen, and the records in them

    def contents(self) -> Contents:
        """Transcripts in their order, and the records of notes; a link that leads out of the folder is none of them."""
        found, root = find([self.path], self.given, self.out), self.out.resolve()
        sources = {s.name: s for s in found.sources if isinstance(s, Source)}
        below = {p for p in records_below(self.out) if p.resolve().is_relative_to(root)}
        made = {name: record for name in sources if (record := store.output_path(self.out, name)) in below}
        alone = sorted(below.difference(made.values()))
        others = {path.relative_to(self.out).with_suffix("").as_posix(): path for path in alone}
        return Contents(sources, others | made, found.skipped)

    def records(self) -> Mapping[str, Path]:
        """The records of `contents`, which are looked up anew only where a file has come, gone or changed."""
        files = listing([self.path, self.out])  # before they are looked into: what changes meanwhile is seen next time
        before, records = self._known
        if files != before:
            records = self.contents().records
            self._known = files, records
        return records

    def source(self, name: str) -> Source:
        """The transcript of a name. InputError when there is none."""
        sources = self.contents().sources
        return sources[_known(sources, name, "transcript", "list_transcripts tells their names")]

    def notes(self, name: str) -> Notes:
        """The notes of a name. InputError when there are none, StoreError when they cannot be read."""
        contents = self.contents()
        known = _known(contents.records, name, "page of notes", "make_notes makes one of a transcript")
        document = store.load(contents.records[known])
        return Notes(known, document, contents.source_of(document, known))

    def check(self, name: str) -> tuple[str, list[Checked]]:
        """What speaks against notes beside their transcript, and a remark on the whole, "" for none."""
        notes = self.notes(name)
        transcript, remark = notes.transcript()
        document = notes.document
        opened = Reopened(document, transcript, draft_of_document(document), False, remark)
        return opened.remark, checked_by_code(opened)


def numbered(document: StudyDocument) -> list[Numbered]:
    """Every statement of notes in reading order; rows of a table in words."""
    return [
        Numbered(p.number, section.name, block.heading, p.lead, p.text, depth, p.claim.support, p.claim.evidence)
        for section in outline(document, labels_of(document))
        for block, depth, p in section.points()
        if p.claim
    ]


def _known(among: Mapping[str, object], name: str, what: str, hint: str) -> str:
    """The name of what is meant: as it is, or as the texts of answers show it. InputError where there is none."""
    for known in (name, unescape(name)):
        if known in among:
            return known
    shown = composed(unescape(name))  # as answers show a name whose accents are characters of their own
    if alike := [known for known in among if composed(known) == shown]:
        return alike[0]
    raise InputError(f"no {what} is called {clean(name)[:_SHOWN]!r}", hint=hint)
