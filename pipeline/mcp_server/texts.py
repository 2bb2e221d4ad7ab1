"""The tools' answers as text. Whatever others said or wrote is escaped, so that it can be neither markup nor a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.mcp_server.shapes import (
    CheckShape,
    EvidenceShape,
    Hits,
    Made,
    Notes,
    Page,
    StatementShape,
    Transcripts,
)
from pipeline.pages.markdown import clock, escape
from pipeline.text import clean, numbered


def transcripts_text(listing: Transcripts) -> str:
    """A line for each transcript."""
    rows = [
        f"- {_name(t.name)}: {'no notes yet' if t.notes == 'none' else f'{t.notes} notes'}" for t in listing.transcripts
    ]
    rows += [f"- {_name(name)}: notes whose transcript is missing" for name in listing.notes_only]
    rows += [_name(line) for line in listing.not_read]
    rows = rows or ([] if listing.total else ["There are no transcripts in this folder."])
    return "\n".join([*rows, *_more(listing, listing.transcripts)])


def made_text(outcome: Made) -> str:
    """The outcome of a run."""
    calls = numbered(outcome.calls_made, "new call") if outcome.calls_made else "no new call"
    head = f"{_name(outcome.name)}: {outcome.status} notes, {numbered(outcome.statements, 'statement')}, {calls}"
    head += f"; {_name(outcome.page)}"
    return "\n".join(
        [head, *(f"- problem: {_name(p)}" for p in outcome.problems), *(_name(r) for r in outcome.remarks)]
    )


def notes_text(notes: Notes) -> str:
    """Statements under their headings, each with its number."""
    return "\n".join([f"# {escape(notes.title)}", *_warnings(notes), *_body(notes), *_more(notes, notes.statements)])


def hits_text(hits: Hits) -> str:
    """A line for each statement, with the notes that contain it."""
    rows = [f"- {_name(h.name)}, {_row(h.statement)}" for h in hits.hits]
    rows = rows or ([] if hits.total else ["Nothing was found."])
    return "\n".join([*rows, *_more(hits, hits.hits)])


def check_text(check: CheckShape) -> str:
    """The statements that code finds something against, with the findings."""
    rows = [
        f"- {escape(f.text)} (lines {', '.join(map(str, f.lines)) or 'none'}): {escape('; '.join(f.findings))}"
        for f in check.findings
    ]
    head = f"{numbered(check.checked, 'statement')} checked by code, {check.total} with findings"
    return "\n".join([f"{head}; {_name(check.remark)}" if check.remark else head, *rows, *_more(check, rows)])


def evidence_text(evidence: EvidenceShape) -> str:
    """A statement and its lines; those that it cites are marked with ">"."""
    rows = [
        f"{'>' if line.cited else ' '} {line.line} {f'[{clock(line.start)}] ' if line.start is not None else ''}"
        f"{f'{escape(line.speaker)}: ' if line.speaker else ''}{escape(line.text)}"
        for line in evidence.lines
    ]
    return "\n".join([_row(evidence.statement), *rows, *([_name(evidence.remark)] if evidence.remark else [])])


def _warnings(notes: Notes) -> Iterator[str]:
    for problem in notes.problems:
        yield f"PARTIAL: {escape(problem)}"


def _body(notes: Notes) -> Iterator[str]:
    """Sections in reading order. Prerequisites are not numbered statements."""
    heading = ""
    for section, title in notes.headings.items():
        assumed = notes.prerequisites if section == "prerequisites" else []
        rows = [s for s in notes.statements if s.section == section]
        if assumed or rows:
            yield f"## {escape(title)}"
        yield from (f"- {escape(p)}" for p in assumed)
        for statement in rows:
            if statement.heading != heading and statement.heading:
                yield f"### {escape(statement.heading)}"
            heading = statement.heading
            yield f"{'  ' * statement.depth}- {_row(statement)}"


def _row(statement: StatementShape) -> str:
    label = f"**{escape(statement.label)}:** " if statement.label else ""
    at = f", {clock(statement.start)}" if statement.start is not None else ""
    lines = ", ".join(map(str, statement.lines))
    weak = " (weak: a doubt remains)" if statement.support == "weak" else ""
    return f"statement {statement.number}: {label}{escape(statement.text)}{weak} (lines {lines}{at})"


def _more(page: Page, shown: Sequence[object]) -> list[str]:
    """A line on the next page, if there is one, or on an offset that is past the end."""
    if page.total and not shown:
        return [f"The offset is past the end: there are {page.total} in all."]
    return (
        [] if page.next_offset is None else [f"There are {page.total} in all; continue with offset {page.next_offset}."]
    )


def _name(name: str) -> str:
    """A name, a path, or a remark that may contain one, as plain text."""
    return escape(clean(name))
