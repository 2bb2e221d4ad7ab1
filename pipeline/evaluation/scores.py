"""Scores of one document: coverage and form as far as code can measure them, and agreement with human notes.

The truth of statements is not measured here, since a check would only measure itself. That is for a judge or a reader.
"""

from __future__ import annotations

import glob
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from rapidfuzz.distance import LCSseq

from pipeline.batches.outputs import transcript_of
from pipeline.document import StudyDocument
from pipeline.errors import InputError
from pipeline.evaluation.likeness import Rarity, stems
from pipeline.rechecking import PrintedClaim, printed_claims
from pipeline.record import spans_of_tenths
from pipeline.store import load
from pipeline.text import words
from pipeline.transcript import Transcript

# Every score by name: its description, and whether more is better, less is better, or neither (None).
SCORES: dict[str, tuple[str, bool | None]] = {
    "valid": ("the record fits its schema and is complete", True),
    "tenths": ("tenths of the transcript that some statement cites, out of ten", True),
    "cited": ("share of lines that some statement cites", True),
    "balance": ("how evenly the main points are spread over the tenths of the transcript, 0 to 1", True),
    "redundancy": ("share of statements that repeat the words of an earlier one in their section", False),
    "copied": ("share of statements copied word for word from their lines", None),
    "sentence_words": ("words per statement", None),
    "lix": ("readability by Björnsson's LIX: words per sentence + per cent of words over six letters", None),
    "length": ("words of the statements per word of the transcript", None),
    "length_asked": ("words of the document per word requested", None),
    "recall": ("share of the reference's statements whose words occur in one statement", True),
    "heading_recall": ("share of the reference's headings whose words occur in the document", True),
    "rouge_1": ("ROUGE-1 with the reference: F1 of single words", True),
    "rouge_2": ("ROUGE-2 with the reference: F1 of pairs of words", True),
    "rouge_l": ("ROUGE-L with the reference: F1 of the longest common run of words, gaps allowed", True),
}
_FOUND = 0.5  # share of a reference statement's words, by weight, that a single statement must have
_HEADING_FOUND = 0.6
_REPEATED = 0.8  # share of a statement's words, by weight, that an earlier one has
_COPIED = 0.8  # share of a statement's words that are consecutive in its lines
_NOTES = (".notes.md", ".md")  # suffixes of human notes
_LEAST = 3  # words needed to tell a text from another


@dataclass(frozen=True, slots=True)
class Reference:
    """Human notes: statements and headings."""

    statements: tuple[str, ...]
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A document's scores by name; None if there is nothing to measure."""

    name: str
    path: Path
    scores: dict[str, float | None]
    statements: tuple[PrintedClaim, ...]


def score_path(
    record: Path,
    name: str = "",
    *,
    transcripts: Path | None = None,
    references: Path | None = None,
    alone: bool = True,
) -> Scored:
    """The scores of a record, shown as `name` or by its file's name. Raises StoreError and InputError.

    `references` and `alone` are as in `reference_for`.
    """
    document, transcript = with_transcript(record, transcripts)
    name = name or record.stem
    reference = reference_for(record, name, references, alone=alone) if references else None
    return Scored(name, record, score(document, transcript, reference), tuple(printed_claims(document)))


def with_transcript(record: Path, transcripts: Path | None = None) -> tuple[StudyDocument, Transcript]:
    """A document and its transcript. InputError if that is missing or has changed, StoreError for the record."""
    document = load(record)
    transcript, remark = transcript_of(document, record, transcripts)
    if remark:
        raise InputError(f"{record}: {remark}", hint="make the notes again")
    return document, transcript


def score(
    document: StudyDocument, transcript: Transcript, reference: Reference | None = None
) -> dict[str, float | None]:
    """All scores in SCORES."""
    claims = printed_claims(document)
    texts = [c.text for c in claims]
    segments = len(transcript.segments)
    spoken = sum(len(words(s.text)) for s in transcript.segments)
    cited = {n for c in claims for n in c.lines}
    rarity = Rarity(transcript)
    scores = dict.fromkeys(SCORES, None) | {
        "valid": float(document.status == "complete"),
        "tenths": float(sum(not cited.isdisjoint(span) for span in spans_of_tenths(segments))),
        "cited": len(cited) / max(1, segments),
        "balance": _balance(claims, segments),
        "redundancy": _share(repeats(claims, rarity)),
        "copied": _share([_is_copy(c, transcript) for c in claims]),
        "sentence_words": sum(len(words(t)) for t in texts) / len(texts) if texts else None,
        "lix": lix(texts),
        "length": sum(len(words(t)) for t in texts) / max(1, spoken),
        "length_asked": document.run.words / max(1, document.run.words_asked),
    }
    if reference is not None:
        notes = [*texts, *(p.heading for p in document.main_points)]
        scores |= _recalls(notes, rarity, reference)
        scores |= rouge(" ".join(notes), " ".join((*reference.headings, *reference.statements)))
    return scores


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def repeats(claims: Sequence[PrintedClaim], rarity: Rarity) -> list[bool]:
    """For each statement, whether it says little that an earlier one of its section does not."""
    seen: dict[str, list[set[str]]] = {}
    repeated = []
    for claim in claims:
        claim_stems, earlier = stems(claim.text), seen.setdefault(claim.section, [])
        repeats_one = any(rarity.share(claim_stems, other) >= _REPEATED for other in earlier)
        repeated.append(len(claim_stems) >= _LEAST and repeats_one)
        earlier.append(claim_stems)
    return repeated


def _is_copy(claim: PrintedClaim, transcript: Transcript) -> bool:
    claim_words = words(claim.text)
    spoken_words = words(" ".join(transcript.segment(n).text for n in claim.lines))
    run = SequenceMatcher(None, claim_words, spoken_words, autojunk=False).find_longest_match().size
    return run >= _COPIED * max(_LEAST, len(claim_words))


def _balance(claims: Sequence[PrintedClaim], segments: int) -> float | None:
    """1 if every tenth of the transcript has as many main points, 0 if one tenth has all; None if there are none."""
    tenths = [min(9, (c.lines[0] - 1) * 10 // segments) for c in claims if c.section == "main_points"]
    if not tenths:
        return None
    shares = [tenths.count(t) / len(tenths) for t in range(10)]
    return max(0.0, (1 / sum(s * s for s in shares) - 1) / 9)


def lix(texts: Sequence[str]) -> float | None:
    """Björnsson's readability index, each text a sentence: 30 is easy to read, 60 is hard. None without words.

    It counts letters, not syllables, so it needs no dictionary and works for any language written in words.
    """
    all_words = [w for t in texts for w in words(t)]
    if not all_words:
        return None
    return len(all_words) / len(texts) + 100 * sum(len(w) > 6 for w in all_words) / len(all_words)


def rouge(text: str, reference: str) -> dict[str, float | None]:
    """F1 of ROUGE-1, -2 and -L over case-insensitive words; None if the reference has no words."""
    text_words, reference_words = words(text), words(reference)
    if not reference_words:
        return {"rouge_1": None, "rouge_2": None, "rouge_l": None}

    def shared(n: int) -> tuple[int, int, int]:
        first, second = (Counter(zip(*(w[i:] for i in range(n)), strict=False)) for w in (text_words, reference_words))
        return (first & second).total(), first.total(), second.total()

    longest = LCSseq.similarity(text_words, reference_words)
    counts = {"rouge_1": shared(1), "rouge_2": shared(2), "rouge_l": (longest, len(text_words), len(reference_words))}
    return {name: 2 * hits / (a + b) if a + b else 0.0 for name, (hits, a, b) in counts.items()}


def _recalls(texts: Sequence[str], rarity: Rarity, reference: Reference) -> dict[str, float | None]:
    stems_by_text = [stems(t) for t in texts]
    all_stems = set().union(*stems_by_text)
    statements = [stems(s) for s in reference.statements if len(stems(s)) >= _LEAST]
    headings = [stems(h) for h in reference.headings if stems(h)]
    return {
        "recall": _share([any(rarity.share(s, t) >= _FOUND for t in stems_by_text) for s in statements]),
        "heading_recall": _share([rarity.share(h, all_stems) >= _HEADING_FOUND for h in headings]),
    }


def reference_for(record: Path, name: str, folder: Path, *, alone: bool) -> Reference | None:
    """Human notes for a document; None if there are none.

    They are NAME.notes.md or NAME.md in the folder, where `name` is the document's path among the others, such as
    "week1/talk"; else a fixture's own reference; else the only notes below the folder with the document's plain name,
    if the document is `alone` in having it.
    """
    page = record.with_suffix(".md").resolve()

    def notes_at(path: Path) -> Path | None:
        candidates = (path.with_name(path.name + ending) for ending in _NOTES)
        return next((p for p in candidates if p.is_file() and p.resolve() != page), None)

    path, own_reference = notes_at(folder / name), record.parent / "reference.md"
    if path is None and own_reference.is_file() and own_reference.resolve().is_relative_to(folder.resolve()):
        path = own_reference
    if path is None and alone:
        same_stem = [p for ending in _NOTES for p in folder.rglob(glob.escape(record.stem + ending))]
        folders = {p.parent for p in same_stem if p.resolve() != page}
        path = notes_at(folders.pop() / record.stem) if len(folders) == 1 else None
    return None if path is None else read_reference(path.read_text("utf-8", errors="replace"))


def read_reference(markdown: str) -> Reference:
    """The headings, and each bullet and sentence as a statement, without links, times and markup."""
    statements: list[str] = []
    headings: list[str] = []
    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    for row in body.splitlines():
        plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|https?://\S+", r"\1", row)
        plain = re.sub(r"[*_`>]+|\b\d{1,2}:\d{2}(?::\d{2})?\b", "", plain).strip()
        if row.startswith("#"):
            headings.append(plain.lstrip("# "))
        elif plain:
            statements += [s.strip(" -•") for s in re.split(r"(?<=[.!?])\s+", plain) if len(words(s)) >= 3]
    return Reference(tuple(statements), tuple(h for h in headings if h))
