"""Transcripts and notes of one folder by their names: a name chooses among what is there and is no part of a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import store
from pipeline.batches.inputs import find
from pipeline.batches.order import Input
from pipeline.batches.outputs import places_told, read_again, records_below
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
class Notes:
    """Notes by the name of their record."""

    name: str
    record: Path
    document: StudyDocument


@dataclass(frozen=True, slots=True)
class Folder:
    """What there is below `path`, and the notes in `out`. Everything is looked up anew: files come and go."""

    path: Path
    out: Path
    given: Input

    def sources(self) -> dict[str, Source]:
        """Transcripts by the names that their notes have or would have, in their order."""
        found = find([self.path], self.given, self.out)
        return {s.name: s for s in found.sources if isinstance(s, Source)}

    def source(self, name: str) -> Source:
        """The transcript of a name. InputError when there is none."""
        sources = self.sources()
        return sources[_known(sources, name, "transcript", "list_transcripts tells their names")]

    def records(self) -> dict[str, Path]:
        """The records of notes by name, in their order; a link that leads out of the folder is none of them."""
        root = self.out.resolve()
        return {
            path.relative_to(self.out).with_suffix("").as_posix(): path
            for path in records_below(self.out)
            if path.resolve().is_relative_to(root)
        }

    def notes(self, name: str) -> Notes:
        """The notes of a name. InputError when there are none, StoreError when they cannot be read."""
        records = self.records()
        known = _known(records, name, "page of notes", "make_notes makes one of a transcript")
        return Notes(known, records[known], store.load(records[known]))

    def transcript_of(self, notes: Notes) -> tuple[Transcript, str]:
        """The transcript below the folder that notes were made from, as they were checked, and a remark on it.

        The path that a record tells is only compared, never opened. InputError when it is not there.
        """
        sources, told = self.sources(), notes.document.source.path
        named = [p.resolve() for p in places_told(told, notes.record)] if told else []
        source = next((s for s in sources.values() if s.path.resolve() in named), None) or sources.get(notes.name)
        if source is None:
            raise InputError(f"{notes.name}: the transcript of these notes is not in the folder any more")
        return read_again(source.path, notes.document, "the transcript")

    def check(self, name: str) -> tuple[str, list[Checked]]:
        """What speaks against notes beside their transcript, and a remark on the whole, "" for none."""
        notes = self.notes(name)
        transcript, remark = self.transcript_of(notes)
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
