"""The transcripts and notes of one folder by name: a name selects a known file and is never part of a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import store
from pipeline.batches.inputs import find
from pipeline.batches.options import Input
from pipeline.batches.outputs import read_again, recorded_places, records_below
from pipeline.batches.settling import listing
from pipeline.document import Evidence, StudyDocument
from pipeline.errors import InputError
from pipeline.pages.markdown import labels_of, unescape
from pipeline.pages.outline import outline
from pipeline.pages.reading import draft_of_document
from pipeline.readers import Source
from pipeline.rechecking import Checked, Reopened, checked_by_code
from pipeline.text import clean, composed
from pipeline.transcript import Transcript

_SHOWN = 200  # characters of an unknown name that a message shows


@dataclass(frozen=True, slots=True)
class NumberedStatement:
    """A statement of notes, numbered from 1 in reading order; `depth` is how deeply it is nested."""

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
    """The contents of a folder: transcripts, and records of notes, by name; `skipped` has a line for each other file.

    A transcript has notes if its name is among the records. Notes without a transcript are named by their path in the
    output folder.
    """

    sources: Mapping[str, Source]
    records: Mapping[str, Path]
    skipped: Sequence[str]

    def source_of(self, document: StudyDocument, name: str) -> Source | None:
        """The transcript that notes were made from. The path in their record is only compared, never opened."""
        path, record = document.source.path, self.records[name]
        places = [p.resolve() for p in recorded_places(path, record)] if path else []
        sources = (s for s in self.sources.values() if s.path.resolve() in places)
        return next(sources, None) or self.sources.get(name)


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes by the name of their transcript, and that transcript if it is in the folder."""

    name: str
    document: StudyDocument
    source: Source | None

    def transcript(self) -> tuple[Transcript, str]:
        """The transcript, read as for these notes, and a remark on it. Raises InputError if it is not there."""
        if self.source is None:
            raise InputError(f"{self.name}: the transcript of these notes is no longer in the folder")
        return read_again(self.source.path, self.document, "the transcript")


@dataclass(slots=True)
class Folder:
    """The transcripts below `path` and the notes in `out`, looked up at each call, since files come and go."""

    path: Path
    out: Path
    reading: Input
    # The listing of files at the last lookup, and the records found then.
    _last_listing: tuple[object, Mapping[str, Path]] = (None, {})

    def contents(self) -> Contents:
        """Transcripts in order, and the records of notes. Links that lead out of the folder are ignored."""
        inputs, root = find([self.path], self.reading, self.out), self.out.resolve()
        sources = {s.name: s for s in inputs.sources if isinstance(s, Source)}
        below = {p for p in records_below(self.out) if p.resolve().is_relative_to(root)}
        with_transcript = {name: record for name in sources if (record := store.output_path(self.out, name)) in below}
        orphans = sorted(below.difference(with_transcript.values()))
        orphans_by_path = {path.relative_to(self.out).with_suffix("").as_posix(): path for path in orphans}
        return Contents(sources, orphans_by_path | with_transcript, inputs.skipped)

    def records(self) -> Mapping[str, Path]:
        """The records of `contents`, looked up again only if a file has appeared, vanished or changed."""
        files = listing([self.path, self.out])  # taken before the lookup: a change meanwhile is seen next time
        files_before, records = self._last_listing
        if files != files_before:
            records = self.contents().records
            self._last_listing = files, records
        return records

    def source(self, name: str) -> Source:
        """The transcript with this name. Raises InputError if there is none."""
        sources = self.contents().sources
        return sources[_matching_name(sources, name, "transcript", "list_transcripts shows the names")]

    def notes(self, name: str) -> Notes:
        """The notes with this name. Raises InputError if there are none, StoreError if they cannot be read."""
        contents = self.contents()
        matching_name = _matching_name(
            contents.records, name, "page of notes", "make_notes makes notes of a transcript"
        )
        document = store.load(contents.records[matching_name])
        return Notes(matching_name, document, contents.source_of(document, matching_name))

    def check(self, name: str) -> tuple[str, list[Checked]]:
        """A remark on the notes as a whole ("" if none), and each statement with what code finds against it."""
        notes = self.notes(name)
        transcript, remark = notes.transcript()
        document = notes.document
        reopened = Reopened(document, transcript, draft_of_document(document), False, remark)
        return reopened.remark, checked_by_code(reopened)


def numbered_statements(document: StudyDocument) -> list[NumberedStatement]:
    """Every statement of notes in reading order; rows of a table as words."""
    return [
        NumberedStatement(
            p.number, section.name, block.heading, p.lead, p.text, depth, p.claim.support, p.claim.evidence
        )
        for section in outline(document, labels_of(document))
        for block, depth, p in section.points()
        if p.claim
    ]


def _matching_name(among: Mapping[str, object], name: str, what: str, hint: str) -> str:
    """The name in `among` that `name` means, as it is or as answers show it. Raises InputError if there is none."""
    for known in (name, unescape(name)):
        if known in among:
            return known
    shown = composed(unescape(name))  # answers show combining accents composed with their letters
    if alike := [known for known in among if composed(known) == shown]:
        return alike[0]
    raise InputError(f"no {what} is called {clean(name)[:_SHOWN]!r}", hint=hint)
