"""Documents checked again beside their transcripts, offline: records, and pages that somebody edited by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz import fuzz, process

from pipeline.document import HEADINGS, KeyConcept, Statement, StudyDocument
from pipeline.errors import InputError
from pipeline.evidence import Finding, own_words, realign, verify
from pipeline.merging import provenance
from pipeline.readers import read_transcript
from pipeline.render import DOUBTED, NONE_FOUND, unescape
from pipeline.source import Source
from pipeline.store import load
from pipeline.text import keys_of
from pipeline.transcript import Metadata, Transcript

_SAME = 92  # likeness out of 100 at which a sentence of a page is the record's, edited
_EDITED = 60
_MARK = re.compile(  # of doubt, or a citation, linked or not
    rf"\s+(?:{DOUBTED}|\[?\\\[(?:line \d+|[\d:]+)\\\](?:\]\([^)\s]*\))?)"
)
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+(?=[A-Z“\"À-Þ]|[^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as a document makes it. `weak` tells that the document itself calls it so."""

    section: str
    text: str
    lines: tuple[int, ...]
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what speaks against it; nothing does when `findings` is empty."""

    claim: Claim
    findings: tuple[Finding, ...]


def check_path(path: Path, transcripts: Path | None = None) -> tuple[str, list[Checked]]:
    """The checked statements of a record (`.json`) or of a page (`.md`), and a remark on the transcript, "" for none.

    The transcript is the record's own, or its namesake below `transcripts`. Raises InputError and StoreError.
    """
    record = path.with_suffix(".json")
    if not record.exists():
        raise InputError(f"{path}: there is no {record.name} beside it", hint="keep the .json that make wrote")
    document = load(record)
    transcript, remark = transcript_of(document, record, transcripts)
    source = Source(transcript)
    claims = (
        page_claims(path.read_text("utf-8"), document, source) if path.suffix == ".md" else list(claims_of(document))
    )
    checked = [Checked(c, tuple(findings_of(c, document, source))) for c in claims]
    if path.suffix != ".md":
        checked += list(_bent_evidence(document, transcript))
    return remark, checked


def transcript_of(document: StudyDocument, record: Path, folder: Path | None) -> tuple[Transcript, str]:
    """The transcript that a record was made from, and a remark when the file is no longer the same."""
    named = Path(document.source.path or "")
    places = [named, record.parent / named.name, record.parent.parent / "transcripts" / named.name]
    if folder is not None:
        places = [folder / named.name, *sorted(folder.rglob(named.name)), *places]
    path = next((p for p in places if document.source.path and p.is_file()), None)
    if path is None:
        raise InputError(
            f"{record}: its transcript {document.source.path or '(standard input)'} is not there",
            hint="give its folder with --transcripts",
        )
    transcript = read_transcript(path)
    if transcript.sha256 != document.source.sha256:
        return transcript, f"{path} has changed since the notes were made"
    return transcript, ""


def claims_of(document: StudyDocument) -> Iterator[Claim]:
    """Every statement of a record, in reading order."""
    for statement in document.overview:
        yield _claim("overview", statement)
    for point in document.main_points:
        for detail in point.flat():
            yield _claim("main_points", detail)
    for concept in document.key_concepts:
        yield _claim("key_concepts", concept)
    for statement in document.summary:
        yield _claim("summary", statement)


def _claim(section: str, statement: Statement | KeyConcept) -> Claim:
    text = f"{statement.term} {statement.definition}" if isinstance(statement, KeyConcept) else statement.text
    lines = tuple(e.segment for e in statement.evidence)
    return Claim(section, text, lines, statement.support == "weak")


def findings_of(claim: Claim, document: StudyDocument, source: Source) -> list[Finding]:
    """What speaks against a claim and is not said by the document itself."""
    if claim.section == "overview" and not claim.lines:
        return _provenance_findings(claim, document, source)
    last = len(source.transcript.segments)
    if missing := [n for n in claim.lines if not 1 <= n <= last]:
        return [Finding("citation", f"the transcript has {last} lines and no line {missing[0]}")]
    found = verify(claim.text, claim.lines, source, claim.section)
    return [f for f in found if f.grave or not claim.weak]


def _provenance_findings(claim: Claim, document: StudyDocument, source: Source) -> list[Finding]:
    """A sentence about the source has no lines: it must follow from what the record knows of it."""
    named = document.source.speakers
    known = Metadata(document.title, document.channel, document.source.url, document.source.published)
    both = [replace(known, speakers=speakers) for speakers in (named, ())]
    told = {s for meta in both for s in provenance(replace(source.transcript, metadata=meta))}
    return [] if claim.text in told else [Finding("support", "nothing known of the source says this")]


def _bent_evidence(document: StudyDocument, transcript: Transcript) -> Iterator[Checked]:
    """Evidence whose words, speaker or times are not those of its line."""
    for statement in document.statements():
        for e in statement.evidence:
            if e.segment > len(transcript.segments):
                continue  # findings_of tells it
            line = transcript.segment(e.segment)
            if (e.quote, e.speaker, e.start, e.end) != (line.text, line.speaker, line.start, line.end):
                claim = _claim("evidence", statement)
                yield Checked(claim, (Finding("quote", f"its evidence differs from line {e.segment}"),))


def page_claims(markdown: str, document: StudyDocument, source: Source) -> list[Claim]:
    """The statements of a page; each takes its lines from the sentence of the record that it is or was."""
    known = list(claims_of(document))
    texts = [c.text for c in known]
    headings = {p.heading for p in document.main_points}
    out: list[Claim] = []
    for section, text in _page_rows(markdown, document):
        if section == "overview" and text in texts:
            out.append(known[texts.index(text)])
            continue
        if text in headings:
            continue
        twin = process.extractOne(text, texts, scorer=fuzz.ratio, score_cutoff=_EDITED)
        if twin is not None:
            old = known[twin[2]]
            lines = old.lines if twin[1] >= _SAME else realign(text, source, old.lines)
            out.append(Claim(section, text, lines, old.weak and text == old.text))
            continue
        lines, _ = source.best(keys_of(own_words(text, source)))
        out.append(Claim(section, text, lines))
    return out


_SECTIONS = {heading: name for name, heading in HEADINGS.items() if name != "prerequisites"}  # those with lines


def _page_rows(markdown: str, document: StudyDocument) -> Iterator[tuple[str, str]]:
    """(section, statement) of each bullet and each sentence of the prose sections."""
    section = ""
    whole = [s.text for s in (*document.overview, *document.summary)]
    for row in markdown.splitlines():
        if row.startswith("## "):
            section = _SECTIONS.get(row[3:].strip(), "")
        elif not section or not row.strip() or row.startswith(("#", ">", "Source video URL:", NONE_FOUND, DOUBTED)):
            continue
        elif section in ("overview", "summary"):
            yield from ((section, s) for s in _sentences(row, whole))
        elif match := re.match(r"\s*- (.*)$", row):
            yield section, _statement(match[1], section)


def _statement(bullet: str, section: str) -> str:
    text = _MARK.sub("", bullet)
    if section == "key_concepts":
        text = re.sub(r"^\*\*(.*?)\*\*:\s*", r"\1 ", text)
    else:
        text = re.sub(r"^\*\*.*?:\*\*\s*", "", text)
    return unescape(text).strip()


def _sentences(row: str, whole: Sequence[str]) -> list[str]:
    """The sentences of a paragraph; those that the record has are taken whole, whatever dots they hold."""
    text = unescape(_MARK.sub("", row))
    out: list[str] = []
    for sentence in sorted(whole, key=len, reverse=True):
        if sentence in text:
            out.append(sentence)
            text = text.replace(sentence, "\n", 1)
    return out + [s.strip() for part in text.split("\n") for s in _SENTENCE_END.split(part) if len(s.split()) > 1]


def documents_below(paths: Sequence[Path]) -> list[Path]:
    """Records and pages to check: files as named, of folders every record. InputError when there are none."""
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            out += sorted(
                p for p in path.rglob("*.json") if not p.name.startswith(".") and p.with_suffix(".md").exists()
            )
        elif path.is_file() and path.suffix in (".json", ".md"):
            out.append(path)
        else:
            raise InputError(
                f"{path}: no study document", hint="give a .json or .md that make wrote, or a folder of them"
            )
    if not out:
        raise InputError("there are no study documents here", hint="run studydoc make first")
    return out
