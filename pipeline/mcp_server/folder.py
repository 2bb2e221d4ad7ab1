"""Transcripts and notes of one folder by their names: a name chooses among what is there and is no part of a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline import store
from pipeline.document import Detail, Evidence, KeyConcept, MainPoint, Prerequisite, Statement, StudyDocument
from pipeline.errors import InputError
from pipeline.finding import find, read
from pipeline.order import Input
from pipeline.outputs import as_checked, places_told, records_below
from pipeline.page import draft_of_document
from pipeline.readers import Source
from pipeline.rechecking import Checked, Reopened, checked_by_code
from pipeline.render.markdown import unescape
from pipeline.text import clean
from pipeline.transcript import Transcript

T = TypeVar("T")
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
        return _chosen(self.sources(), name, "transcript", "list_transcripts tells their names")

    def records(self) -> dict[str, Path]:
        """The records of notes by name, in their order; a link that leads out of the folder is none of them."""
        root = self.out.resolve()
        return {
            path.relative_to(self.out).with_suffix("").as_posix(): path
            for path in records_below(self.out)
            if path.resolve().is_relative_to(root)
        }

    def notes(self, name: str) -> StudyDocument:
        """The notes of a name. InputError when there are none, StoreError when they cannot be read."""
        return store.load(_chosen(self.records(), name, "page of notes", "make_notes makes one of a transcript"))

    def transcript_of(self, name: str, document: StudyDocument) -> tuple[Transcript, str]:
        """The transcript below the folder that notes were made from, as they were checked, and a remark on it.

        The path that a record tells is only compared, never opened. InputError when it is not there.
        """
        sources = self.sources()
        record, told = self.records().get(name), document.source.path
        named = [p.resolve() for p in places_told(told, record)] if told and record else []
        source = next((s for s in sources.values() if s.path.resolve() in named), None) or sources.get(name)
        if source is None:
            raise InputError(f"{name}: the transcript of these notes is not in the folder any more")
        return as_checked(read(source, self.given), document, "the transcript")

    def check(self, name: str) -> tuple[str, list[Checked]]:
        """What code finds against notes beside their transcript, and a remark on the transcript, "" for none."""
        document = self.notes(name)
        transcript, remark = self.transcript_of(name, document)
        return remark, checked_by_code(Reopened(document, transcript, draft_of_document(document), False, remark))


def numbered(document: StudyDocument) -> list[Numbered]:
    """Every statement of notes in reading order."""
    rows: list[tuple[str, str, int, Statement | KeyConcept]] = []
    for section in document.outline():
        for held in section.content:
            heading = held.heading if isinstance(held, MainPoint) else ""
            tops = held.details if isinstance(held, MainPoint) else [held]
            rows += [(section.name, heading, depth, s) for top in tops for depth, s in _nested(top, 0)]
    return [_numbered(n, *row) for n, row in enumerate(rows, 1)]


def _numbered(number: int, section: str, heading: str, depth: int, statement: Statement | KeyConcept) -> Numbered:
    if isinstance(statement, KeyConcept):
        label, text = statement.term, statement.definition
    else:
        label, text = (statement.lead or "") if isinstance(statement, Detail) else "", statement.text
    return Numbered(number, section, heading, label, text, depth, statement.support, statement.evidence)


def _nested(held: Statement | KeyConcept | Prerequisite, depth: int) -> Iterator[tuple[int, Statement | KeyConcept]]:
    """A statement and those nested below it, each with its depth; what cites no lines is none."""
    if isinstance(held, Prerequisite):
        return
    yield depth, held
    for inner in held.details if isinstance(held, Detail) else ():
        yield from _nested(inner, depth + 1)


def _chosen(among: Mapping[str, T], name: str, what: str, hint: str) -> T:
    if name not in among:
        name = unescape(name)  # as the texts of answers show it
    if name not in among:
        raise InputError(f"no {what} is called {clean(name)[:_SHOWN]!r}", hint=hint)
    return among[name]
