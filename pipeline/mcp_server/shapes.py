"""The answers of the tools, as clients see them in the tools' output schemas (these docstrings included)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from pipeline.document import Evidence
from pipeline.mcp_server.folder import NumberedStatement
from pipeline.rechecking import Checked
from pipeline.transcript import Segment

NotesState = Literal["none", "complete", "partial", "unreadable"]
_LONGEST = 2000  # characters of one text in an answer


class Page(BaseModel):
    """A part of something longer."""

    total: int = Field(description="The total number")
    next_offset: int | None = Field(description="The offset of the next page; null if this is the last")


class TranscriptEntry(BaseModel):
    """A transcript of the folder."""

    name: str
    notes: NotesState


class Transcripts(Page):
    """Transcripts, and what else is in the folder."""

    transcripts: list[TranscriptEntry]
    notes_only: list[str] = Field(description="Notes whose transcript is not in the folder (on the first page)")
    not_read: list[str] = Field(description="Files that are not transcripts, and why (on the first page)")


class Made(BaseModel):
    """How notes came out."""

    name: str
    status: Literal["complete", "partial", "failed"]
    title: str
    statements: int
    withheld: int
    problems: list[str]
    remarks: list[str]
    calls_made: int
    page: str


class StatementShape(BaseModel):
    """A statement of notes. `support` is "weak" if a doubt about it remains."""

    number: int
    section: str
    heading: str
    label: str
    text: str
    depth: int
    support: str
    lines: list[int]
    start: float | None = Field(description="Seconds into the recording, if known")


class Notes(Page):
    """Statements of notes in reading order."""

    name: str
    title: str
    status: str
    headings: dict[str, str]  # of sections in reading order, by the names that statements have them
    prerequisites: list[str] = Field(
        description="What a reader should already know (on the page that has this section)"
    )
    problems: list[str]
    statements: list[StatementShape]


class HitShape(BaseModel):
    """A statement that was found."""

    name: str
    title: str
    statement: StatementShape
    quotes: list[str]


class Hits(Page):
    """What a search found, best match first."""

    hits: list[HitShape]


class FindingShape(BaseModel):
    """A statement with the findings against it."""

    section: str
    text: str
    lines: list[int]
    findings: list[str]


class CheckShape(Page):
    """What a check found; `total` counts the statements with findings."""

    checked: int
    remark: str
    findings: list[FindingShape]


class LineShape(BaseModel):
    """A line of a transcript; `cited` if the statement cites it."""

    line: int
    speaker: str | None
    start: float | None
    text: str
    cited: bool


class EvidenceShape(BaseModel):
    """A statement and the lines that support it."""

    statement: StatementShape
    lines: list[LineShape]
    remark: str


def statement_shape(s: NumberedStatement) -> StatementShape:
    """A statement with the lines that it cites."""
    first = s.evidence[0].start if s.evidence else None
    lines = [e.segment for e in s.evidence]
    return StatementShape(
        number=s.number, section=s.section, heading=cut(s.heading), label=cut(s.label), text=cut(s.text),
        depth=s.depth, support=s.support, lines=lines[:100], start=first,
    )  # fmt: skip


def finding_shape(checked: Checked) -> FindingShape:
    """A claim and its findings."""
    claim = checked.claim
    findings = [f"{f.kind}: {cut(f.message)}" for f in checked.findings]
    return FindingShape(section=claim.section, text=cut(claim.text), lines=list(claim.lines)[:100], findings=findings)


def line_shape(line: Segment | Evidence, cited: bool) -> LineShape:
    """A line, from a transcript or from evidence."""
    number, text = (line.id, line.text) if isinstance(line, Segment) else (line.segment, line.quote)
    return LineShape(line=number, speaker=line.speaker, start=line.start, text=cut(text), cited=cited)


def next_offset(offset: int, shown: Sequence[object], total: int) -> int | None:
    """The offset of the next page, None if there is none."""
    return offset + len(shown) if shown and offset + len(shown) < total else None


def cut(text: str) -> str:
    """A text, cut at the greatest length of an answer's texts."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
