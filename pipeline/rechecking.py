"""Check finished documents against their transcripts again: records, and pages edited by hand.

Code alone checks them unless a model is given. A doubt noted in the record counts until a model has checked that
statement again or somebody has reworded it; what a model accepted when the notes were made is not reported.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pipeline.batches.outputs import transcript_of
from pipeline.capable.checking import verdicts_on
from pipeline.capable.correcting import NOT_BORNE, put_right, title_of
from pipeline.capable.job import Job
from pipeline.capable.naming import agreed_names
from pipeline.capable.objections import Verdict, joined
from pipeline.chunking import chunk_transcript
from pipeline.document import BARE, TERMED, Evidence, StudyDocument
from pipeline.draft import Draft, DraftStatement
from pipeline.errors import InputError
from pipeline.llm.progress import Progress, Reporter
from pipeline.llm.structured import Structured
from pipeline.llm.tokens import encoding_for
from pipeline.pages.reading import UNCITED, draft_of_document, draft_of_page, is_unchanged
from pipeline.profile import CAPABLE, Recipe
from pipeline.store import load
from pipeline.text import composed, numbered
from pipeline.transcript import Transcript
from pipeline.verification import REPEAT, Recording, findings, with_lines, without_repeats


@dataclass(frozen=True, slots=True)
class PrintedClaim:
    """A statement or title printed in `section`, and the lines that it cites."""

    section: str
    text: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that speaks against a claim.

    `kind` is figure, name, quotation, citation, repeat or evidence if code found it; meaning, citation, heading or
    unchecked if a model reported it; weak if the record did.
    """

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and the objections to it; empty `findings` mean that nothing speaks against it."""

    claim: PrintedClaim
    findings: tuple[Objection, ...]


@dataclass(frozen=True)
class Reopened:
    """A document with its transcript. `draft` is numbered; it holds the record, or the page if that was edited."""

    document: StudyDocument
    transcript: Transcript
    draft: Draft
    is_edited: bool
    on_transcript: str = ""  # a remark about the transcript

    @cached_property
    def recording(self) -> Recording:
        """The transcript indexed for checking statements of the document."""
        return Recording(self.transcript, self.document.run.language)

    @property
    def remark(self) -> str:
        """A remark on the whole: on the transcript, and on what a PARTIAL document lacks; "" for none."""
        return joined(self.on_transcript, _lacking(self.document))


def _lacking(document: StudyDocument) -> str:
    if not document.problems:
        return ""
    more = len(document.problems) - 1
    also = f"; and {numbered(more, 'more problem')}" if more else ""
    return f"the notes are PARTIAL: {document.problems[0].message}{also}"


def check_path(path: Path, transcripts: Path | None = None) -> tuple[str, list[Checked]]:
    """A remark on the whole document ("" for none), and the objections to a record (`.json`) or page (`.md`).

    The transcript is the record's own, or the file of the same name below `transcripts`. Raises InputError and
    StoreError.
    """
    opened = reopen(path, transcripts)
    return opened.remark, checked_by_code(opened)


def checked_by_code(opened: Reopened) -> list[Checked]:
    """What code finds against each claim of a document, and the doubts noted in its record."""
    objections = _by_code(opened)
    for id_, doubt in _doubts(opened).items():
        objections[id_].append(doubt)
    return _all_checked(opened, objections)


async def check_path_with_model(
    path: Path, structured: Structured, transcripts: Path | None = None, *, chunk_tokens: int = CAPABLE.chunk_tokens
) -> tuple[str, list[Checked]]:
    """Check by code as in `check_path`, and have a model compare each statement's meaning with its lines.

    Doubts noted in the record are reported only for statements that the model did not look at: the others have been
    judged anew. Sentences that the record does not contain have no lines, so only code checks them. Also raises
    EndpointError if the endpoint cannot answer at all.
    """
    opened = reopen(path, transcripts)
    objections = _by_code(opened)
    by_model, remarks = await _by_model(opened, structured, chunk_tokens)
    sent = {statement.id for _, statement in opened.draft.statements() if statement.lines}
    looked_at = sent - {id_ for id_, reported in by_model.items() if any(f.kind == "unchecked" for f in reported)}
    for id_, doubt in _doubts(opened).items():
        if id_ not in looked_at:
            objections[id_].append(doubt)
    for id_, reported in by_model.items():
        objections[id_] += reported
    return joined(opened.remark, *remarks), _all_checked(opened, objections)


def reopen(path: Path, transcripts: Path | None = None) -> Reopened:
    """The document of a record or a page, with its transcript. Raises InputError and StoreError."""
    record = path.with_name(re.sub(r"\.edited(?:-\d+)?$", "", path.stem) + ".json")
    if not record.exists():
        raise InputError(f"{path}: there is no {record.name} beside it", hint="keep the .json that make wrote")
    document = load(record)
    transcript, remark = transcript_of(document, record, transcripts)
    if path.suffix != ".md":
        return Reopened(document, transcript, draft_of_document(document), False, remark)
    try:
        markdown = path.read_text("utf-8")
    except UnicodeDecodeError as err:
        raise InputError(f"{path}: this is not UTF-8", hint="save it as UTF-8") from err
    if is_unchanged(markdown, document):
        return Reopened(document, transcript, draft_of_document(document), False, remark)
    draft = draft_of_page(markdown, document)
    if any(document.statements()) and not any(draft.statements()):
        raise InputError(
            f"{path}: nothing of the record is on this page",
            hint="to have it written again, delete it and run studydoc make",
        )
    return Reopened(document, transcript, draft, True, remark)


def printed_claims(document: StudyDocument) -> list[PrintedClaim]:
    """Every statement of a record that cites lines, nested ones included, in reading order; terms with definitions."""
    return [_claim(section, s) for section, s in draft_of_document(document).statements() if s.lines]


def _claim(section: str, statement: DraftStatement) -> PrintedClaim:
    term = f"{statement.label}: " if section in TERMED else ""
    return PrintedClaim(section, f"{term}{statement.text}", statement.lines)


def _all_checked(opened: Reopened, objections: dict[int, list[Objection]]) -> list[Checked]:
    """Every checked statement in reading order, and the titles to which there are objections."""
    out: list[Checked] = []
    for section, id_, entry in opened.draft.printed():
        if section in BARE:
            continue
        if isinstance(entry, DraftStatement):
            out.append(Checked(_claim(section, entry), tuple(objections[id_])))
        elif objections[id_]:
            out.append(Checked(PrintedClaim(section, entry, ()), tuple(objections[id_])))
    return out


def _by_code(opened: Reopened) -> dict[int, list[Objection]]:
    """What code can prove against the statements and headings of a draft, by their number."""
    known_titles = _titles_and_labels(draft_of_document(opened.document))
    objections: dict[int, list[Objection]] = defaultdict(list)
    for _, id_, title in opened.draft.printed():
        if isinstance(title, str) and title not in known_titles:
            objections[id_] = [Objection(f.kind, f.message) for f in findings(title, opened.recording)]
    for section, statement in opened.draft.statements():
        if section not in BARE:
            objections[statement.id] += _objections_to(statement, opened.recording, known_titles)
    kept_ids = {s.id for _, s in without_repeats(opened.draft).statements()}
    for _, statement in opened.draft.statements():
        if statement.id not in kept_ids:
            objections[statement.id].append(Objection("repeat", REPEAT))
    if not opened.is_edited:
        for number, objection in _differing_evidence(opened):
            objections[number].append(objection)
    return objections


def _doubts(opened: Reopened) -> dict[int, Objection]:
    """The record's findings against statements whose text is unchanged, by their number."""
    return {
        statement.id: Objection("weak", statement.finding)
        for section, statement in opened.draft.statements()
        if section not in BARE and statement.finding not in ("", UNCITED)
    }


def _titles_and_labels(draft: Draft) -> set[str]:
    return {""} | {entry if isinstance(entry, str) else entry.label for _, _, entry in draft.printed()}


def _objections_to(statement: DraftStatement, recording: Recording, known_titles: set[str]) -> Iterator[Objection]:
    last = len(recording.transcript.segments)
    if statement.finding == UNCITED:
        yield Objection("citation", UNCITED)
    if missing := [n for n in statement.lines if not 1 <= n <= last]:
        yield Objection("citation", f"the transcript has {last} lines and no line {missing[0]}")
    for text in (statement.text, *(() if statement.label in known_titles else (statement.label,))):
        for finding in findings(text, recording):
            if finding.message not in statement.finding + statement.remark:  # neither reported yet nor accepted
                yield Objection(finding.kind, finding.message)


def _differing_evidence(opened: Reopened) -> Iterator[tuple[int, Objection]]:
    """Evidence whose words, speaker or times differ from its line, by the number of its statement."""
    numbers = (s.id for section, s in opened.draft.statements() if section not in BARE)
    for number, statement in zip(numbers, opened.document.statements(), strict=True):
        for evidence in statement.evidence:
            if evidence.segment <= len(opened.transcript.segments) and _differs(evidence, opened.transcript):
                yield number, Objection("evidence", f"its evidence differs from line {evidence.segment}")


def _differs(evidence: Evidence, transcript: Transcript) -> bool:
    line = transcript.segment(evidence.segment)
    spoken = (composed(line.text), line.speaker, line.start, line.end)
    return (composed(evidence.quote), evidence.speaker, evidence.start, evidence.end) != spoken


async def _by_model(
    opened: Reopened, structured: Structured, chunk_tokens: int
) -> tuple[dict[int, list[Objection]], Sequence[str]]:
    """What the checking call reports about statements with lines and titles, by number, and its general remarks."""
    transcript, recording = opened.transcript, opened.recording
    encoding, _ = encoding_for(structured.client.model)
    chunks = chunk_transcript(transcript, limit=chunk_tokens, encoding=encoding)
    # Verified again, as somebody may have changed the record.
    names = agreed_names(opened.document.run.names, recording)
    recipe = Recipe(language=opened.document.run.language)
    reporter = Reporter(Progress(transcript.name))  # reports to nobody
    job = Job(transcript, recording, chunks, recipe, structured, reporter, has_manuscript=False)
    draft, draft_ids = _as_checked(replace(opened.draft, names=tuple(names.values())), recording)
    verdicts = await verdicts_on(draft, job)
    printed = {id_: entry for _, id_, entry in draft.printed()}
    statements = {id_ for id_, entry in printed.items() if isinstance(entry, DraftStatement)}
    objections = {
        draft_ids[id_]: [Objection("unchecked", reason)]
        for id_, reason in verdicts.unchecked.items()
        if id_ in statements
    }
    for id_, verdict in verdicts.faults.items():
        entry = printed[id_]
        if isinstance(entry, str):
            objection = _title_objection(entry, verdict)
        else:
            objection = _objection(entry, verdict, recording)
        if objection:
            objections[draft_ids[id_]] = [objection]
    for id_, doubt in verdicts.doubts.items():
        objections.setdefault(draft_ids[id_], []).append(
            Objection("meaning" if id_ in statements else "heading", doubt)
        )
    return objections, verdicts.remarks


def _objection(statement: DraftStatement, verdict: Verdict, recording: Recording) -> Objection | None:
    """A verdict on a statement as an objection, with the corrected text if any; None if it asks for the same lines."""
    if verdict.fault.verdict == "citation":
        message = f"its lines should be {', '.join(map(str, verdict.lines))}" if verdict.lines else NOT_BORNE
        return Objection("citation", message) if verdict.lines != statement.lines else None
    better, reason = put_right(statement, verdict, recording), verdict.reason
    if better is None or better.labelled == statement.labelled:
        return Objection("meaning", reason)
    return Objection("meaning", f"{reason}; suggested: {better.labelled}")


def _title_objection(title: str, verdict: Verdict) -> Objection | None:
    """A verdict on a title as an objection; None if it is about citations, since a title has no lines."""
    if verdict.fault.verdict == "citation":
        return None
    reason, text = verdict.reason, title_of(verdict.fault, title)
    return Objection("heading", f"{reason}; suggested: {text}" if text else reason)


def _as_checked(draft: Draft, recording: Recording) -> tuple[Draft, dict[int, int]]:
    """The statements that have lines, renumbered for the checking call, and the draft's number for each new number."""

    def with_cited_lines(section: str, statement: DraftStatement) -> DraftStatement | None:
        return with_lines(statement, recording) if statement.lines else None

    cited = draft.rewritten(with_cited_lines)
    checked = cited.numbered()
    groups = zip(*((g for rows in d.sections.values() for g in rows) for d in (checked, cited)), strict=True)
    draft_ids: dict[int, int] = {}
    for new, old in groups:
        draft_ids |= {new.part_id: old.part_id, new.id: old.id}
        for a, b in zip(new.flat(), old.flat(), strict=True):
            draft_ids |= {a.id: b.id, a.columns_id: b.columns_id}
    return checked, draft_ids
