"""The tools of a folder, as functions of plain arguments that return shapes. They raise PipelineError."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from pipeline import store
from pipeline.errors import InputError, StoreError
from pipeline.mcp_server import shapes
from pipeline.mcp_server.folder import Folder, numbered_statements
from pipeline.mcp_server.searching import Index
from pipeline.pages.markdown import labels_of

_MOST_NAMED = 100  # files that are named though they do not count for the pages of an answer


@dataclass(frozen=True, slots=True)
class Tools:
    """All that can be asked about a folder without a model."""

    folder: Folder
    index: Index = field(default_factory=Index)

    def list_transcripts(self, offset: int, limit: int) -> shapes.Transcripts:
        """Transcripts, and whether each has notes."""
        contents = self.folder.contents()
        names = list(contents.sources)
        shown = names[offset : offset + limit]
        without_transcript = [name for name in contents.records if name not in contents.sources]
        return shapes.Transcripts(
            transcripts=[shapes.TranscriptEntry(name=n, notes=_state(contents.records.get(n))) for n in shown],
            notes_only=without_transcript[:_MOST_NAMED] if offset == 0 else [],
            not_read=list(contents.skipped[:_MOST_NAMED]) if offset == 0 else [],
            total=len(names),
            next_offset=shapes.next_offset(offset, shown, len(names)),
        )

    def read_notes(self, name: str, section: str | None, offset: int, limit: int) -> shapes.Notes:
        """The statements of notes, or those of one section."""
        document = self.folder.notes(name).document
        headings = {s.name: shapes.cut(s.heading) for s in document.outline(labels_of(document))}
        if section is not None and section not in headings:
            raise InputError(f"no section is called {section[:50]!r}", hint=f"the sections are {', '.join(headings)}")
        rows = [s for s in numbered_statements(document) if section in (None, s.section)]
        shown = rows[offset : offset + limit]
        sections_before = [*takewhile(lambda name: name != "prerequisites", headings)]
        statements_before = sum(s.section in sections_before for s in rows)
        # Prerequisites are on the page with the last statement before them.
        on_this_page = offset == statements_before == 0 or offset < statements_before <= offset + len(shown)
        assumed = document.prerequisites if on_this_page and section in (None, "prerequisites") else ()
        return shapes.Notes(
            name=name,
            title=shapes.cut(document.title),
            status=document.status,
            headings=headings,
            prerequisites=[shapes.cut(p.text) for p in assumed],
            problems=[shapes.cut(f"{p.heading}: {p.message}") for p in document.problems[:_MOST_NAMED]],
            statements=[shapes.statement_shape(s) for s in shown],
            total=len(rows),
            next_offset=shapes.next_offset(offset, shown, len(rows)),
        )

    def search_notes(self, query: str, offset: int, limit: int) -> shapes.Hits:
        """The statements of all notes that match a query, best first."""
        total, hits = self.index.search(self.folder.records(), query, limit=limit, offset=offset)
        return shapes.Hits(
            hits=[
                shapes.HitShape(
                    name=hit.name,
                    title=shapes.cut(hit.title),
                    statement=shapes.statement_shape(hit.statement),
                    quotes=[shapes.cut(e.quote) for e in hit.statement.evidence[:3]],
                )
                for hit in hits
            ],
            total=total,
            next_offset=shapes.next_offset(offset, hits, total),
        )

    def check_notes(self, name: str, offset: int, limit: int) -> shapes.CheckShape:
        """What code finds against notes when it compares them with their transcript."""
        remark, checked = self.folder.check(name)
        faulty = [c for c in checked if c.findings]
        shown = faulty[offset : offset + limit]
        return shapes.CheckShape(
            checked=len(checked),
            remark=remark,
            findings=[shapes.finding_shape(c) for c in shown],
            total=len(faulty),
            next_offset=shapes.next_offset(offset, shown, len(faulty)),
        )

    def evidence(self, name: str, number: int, around: int) -> shapes.EvidenceShape:
        """The transcript lines of a statement, with `around` lines before and after each of them."""
        notes = self.folder.notes(name)
        rows = numbered_statements(notes.document)
        if not 1 <= number <= len(rows):
            raise InputError(f"these notes have statements 1 to {len(rows)}", hint="read_notes shows their numbers")
        statement = rows[number - 1]
        try:
            transcript, remark = notes.transcript()
        except InputError as err:
            remark = str(err)
        if remark:
            remark = f"these are the lines as the notes keep them: {remark}"
            lines = [shapes.line_shape(e, True) for e in statement.evidence[:_MOST_NAMED]]
        else:
            cited = {e.segment for e in statement.evidence}
            numbers = sorted({n for c in cited for n in range(c - around, c + around + 1)})
            inside = [n for n in numbers if 1 <= n <= len(transcript.segments)][:_MOST_NAMED]
            lines = [shapes.line_shape(transcript.segment(n), n in cited) for n in inside]
        return shapes.EvidenceShape(statement=shapes.statement_shape(statement), lines=lines, remark=remark)


def _state(record: Path | None) -> shapes.NotesState:
    """The state of the notes in a record."""
    if record is None:
        return "none"
    try:
        return store.load(record).status
    except StoreError:
        return "unreadable"
