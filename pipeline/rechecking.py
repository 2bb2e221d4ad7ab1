"""Documents checked again beside their transcripts: records, and pages that somebody edited by hand.

By code alone unless a model is given. A doubt that the record has of a statement stands until a model has checked
that again, or until somebody words it anew; what a model let stand when the notes were made is not reported.
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
    """Something that a document says in `section`, and the lines that it cites."""

    section: str
    text: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that speaks against a claim.

    `kind` is figure, name, quotation, citation, repeat or evidence by code; meaning, citation, heading or unchecked by
    a model; weak by the record.
    """

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what speaks against it; nothing does when `findings` is empty."""

    claim: PrintedClaim
    findings: tuple[Objection, ...]


@dataclass(frozen=True)
class Reopened:
    """A document beside its transcript: `draft` is what its record says, numbered, or its page if that was edited."""

    document: StudyDocument
    transcript: Transcript
    draft: Draft
    is_edited: bool
    on_transcript: str = ""  # a remark

    @cached_property
    def recording(self) -> Recording:
        """The transcript's words, to look up statements of the document."""
        return Recording(self.transcript, self.document.run.language)

    @property
    def remark(self) -> str:
        """A remark on the whole: on the transcript, and on what a document that is PARTIAL lacks; "" for none."""
        return joined(self.on_transcript, _lacking(self.document))


def _lacking(document: StudyDocument) -> str:
    if not document.problems:
        return ""
    more = len(document.problems) - 1
    also = f"; and {numbered(more, 'more problem')}" if more else ""
    return f"the notes are PARTIAL: {document.problems[0].message}{also}"


def check_path(path: Path, transcripts: Path | None = None) -> tuple[str, list[Checked]]:
    """What speaks against a record (`.json`) or a page (`.md`), and a remark on the whole, "" for none.

    The transcript is the record's own, or its namesake below `transcripts`. Raises InputError and StoreError.
    """
    opened = reopen(path, transcripts)
    return opened.remark, checked_by_code(opened)


def checked_by_code(opened: Reopened) -> list[Checked]:
    """What code finds against every claim of a document beside its transcript, and the doubts of its record."""
    objections = _by_code(opened)
    for id_, doubt in _doubts(opened).items():
        objections[id_].append(doubt)
    return _listed(opened, objections)


async def check_path_with_model(
    path: Path, structured: Structured, transcripts: Path | None = None, *, chunk_tokens: int = CAPABLE.chunk_tokens
) -> tuple[str, list[Checked]]:
    """What code finds as in `check_path`, and what a model finds against the meaning of statements beside their lines.

    The record's doubts of a statement are reported where the model did not look at it: elsewhere it has judged anew.
    Sentences that the record does not know have no lines, so code alone looks at them. Raises EndpointError too when
    nothing can be asked at all.
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
    return joined(opened.remark, *remarks), _listed(opened, objections)


def reopen(path: Path, transcripts: Path | None = None) -> Reopened:
    """The document of a record or a page. Raises InputError and StoreError."""
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
        raise InputError(f"{path}: this is no UTF-8", hint="save it as UTF-8") from err
    if is_unchanged(markdown, document):
        return Reopened(document, transcript, draft_of_document(document), False, remark)
    draft = draft_of_page(markdown, document)
    if any(document.statements()) and not any(draft.statements()):
        raise InputError(f"{path}: nothing of the record stands on this page", hint="studydoc make writes it anew")
    return Reopened(document, transcript, draft, True, remark)


def printed_claims(document: StudyDocument) -> list[PrintedClaim]:
    """Every statement of a record that cites lines, nested ones included, in reading order; terms with definitions."""
    return [_claim(section, s) for section, s in draft_of_document(document).statements() if s.lines]


def _claim(section: str, statement: DraftStatement) -> PrintedClaim:
    term = f"{statement.label}: " if section in TERMED else ""
    return PrintedClaim(section, f"{term}{statement.text}", statement.lines)


def _listed(opened: Reopened, objections: dict[int, list[Objection]]) -> list[Checked]:
    """Everything that was looked at, in reading order: titles where something speaks against them."""
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
    """What can be proved against the statements and headings of a draft, by their numbers."""
    known_titles = _titles_and_labels(draft_of_document(opened.document))
    objections: dict[int, list[Objection]] = defaultdict(list)
    for _, id_, title in opened.draft.printed():
        if isinstance(title, str) and title not in known_titles:
            objections[id_] = [Objection(f.kind, f.message) for f in findings(title, opened.recording)]
    for section, statement in opened.draft.statements():
        if section not in BARE:
            objections[statement.id] += _against(statement, opened.recording, known_titles)
    kept_ids = {s.id for _, s in without_repeats(opened.draft).statements()}
    for _, statement in opened.draft.statements():
        if statement.id not in kept_ids:
            objections[statement.id].append(Objection("repeat", REPEAT))
    if not opened.is_edited:
        for number, objection in _bent_evidence(opened):
            objections[number].append(objection)
    return objections


def _doubts(opened: Reopened) -> dict[int, Objection]:
    """What the record says against statements that stand as it has them, by their numbers."""
    return {
        statement.id: Objection("weak", statement.finding)
        for section, statement in opened.draft.statements()
        if section not in BARE and statement.finding not in ("", UNCITED)
    }


def _titles_and_labels(draft: Draft) -> set[str]:
    return {""} | {entry if isinstance(entry, str) else entry.label for _, _, entry in draft.printed()}


def _against(statement: DraftStatement, recording: Recording, known_titles: set[str]) -> Iterator[Objection]:
    last = len(recording.transcript.segments)
    if statement.finding == UNCITED:
        yield Objection("citation", UNCITED)
    if missing := [n for n in statement.lines if not 1 <= n <= last]:
        yield Objection("citation", f"the transcript has {last} lines and no line {missing[0]}")
    for text in (statement.text, *(() if statement.label in known_titles else (statement.label,))):
        for finding in findings(text, recording):
            if finding.message not in statement.finding + statement.remark:  # reported as the record's, or let stand
                yield Objection(finding.kind, finding.message)


def _bent_evidence(opened: Reopened) -> Iterator[tuple[int, Objection]]:
    """Evidence whose words, speaker or times are not those of its line, by the number of its statement."""
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
    """What the checking call reports of statements with lines and of titles, by their numbers, and of anything else."""
    transcript, recording = opened.transcript, opened.recording
    encoding, _ = encoding_for(structured.client.model)
    chunks = chunk_transcript(transcript, limit=chunk_tokens, encoding=encoding)
    # Looked up again: somebody may have changed the record.
    names = agreed_names(opened.document.run.names, recording)
    recipe = Recipe(language=opened.document.run.language)
    reporter = Reporter(Progress(transcript.name))  # nobody watches
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
    """A verdict on a statement as an objection, with the statement as the check would put it right; None for none."""
    if verdict.fault.verdict == "citation":
        message = f"its lines are {', '.join(map(str, verdict.lines))}" if verdict.lines else NOT_BORNE
        return Objection("citation", message) if verdict.lines != statement.lines else None
    better, reason = put_right(statement, verdict, recording), verdict.reason
    if better is None or better.labelled == statement.labelled:
        return Objection("meaning", reason)
    return Objection("meaning", f"{reason}; put right: {better.labelled}")


def _title_objection(title: str, verdict: Verdict) -> Objection | None:
    """A verdict on a title as an objection; it has no lines that could be the wrong ones."""
    if verdict.fault.verdict == "citation":
        return None
    reason, text = verdict.reason, title_of(verdict.fault, title)
    return Objection("heading", f"{reason}; put right: {text}" if text else reason)


def _as_checked(draft: Draft, recording: Recording) -> tuple[Draft, dict[int, int]]:
    """The statements that have lines, with the numbers of the checking call, and the draft's numbers by these."""

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
