"""Scores of one document: what code can measure of trust, reach and form, and of agreement with people's own notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz.distance import LCSseq

from pipeline.checking import Claim, claims_of, findings_of, transcript_of
from pipeline.document import StudyDocument
from pipeline.errors import InputError
from pipeline.evidence import Finding
from pipeline.figures import claims as figures_of
from pipeline.names import names_in
from pipeline.sections.repeats import is_repeat
from pipeline.source import Source
from pipeline.store import load
from pipeline.text import keys_of, words
from pipeline.wording import is_copy

# Every score by name, with what it says and whether more of it is better, less of it is, or neither (None).
SCORES: dict[str, tuple[str, bool | None]] = {
    "valid": ("the record fits its schema and is complete", True),
    "supported": ("share of statements that their lines bear out", True),
    "figures_verified": ("share of figures that the cited lines say", True),
    "names_verified": ("share of names that the cited lines, or those beside them, say", True),
    "quotes_verified": ("share of quotations that the cited lines say word for word", True),
    "tenths": ("tenths of the transcript that something cites, of ten", True),
    "cited": ("share of lines that something cites", True),
    "redundancy": ("share of statements that repeat an earlier one of their section", False),
    "copied": ("share of statements that are copied lines", False),
    "specificity": ("share of statements with a figure, a name or a term", True),
    "sentence_words": ("words a statement", None),
    "lix": ("readability by Björnsson's LIX: words a sentence + per cent of words over six letters", None),
    "length": ("words of the notes for each word of the transcript", None),
    "balance": ("evenness of the main points over the tenths of the transcript, 0 to 1", True),
    "recall": ("share of the reference's statements whose words the notes have", True),
    "heading_recall": ("share of the reference's headings whose words the notes have", True),
    "term_recall": ("share of the reference's names and figures that the notes have", True),
    "rouge_1": ("ROUGE-1 with the reference: F1 of single words", True),
    "rouge_2": ("ROUGE-2 with the reference: F1 of pairs of words", True),
    "rouge_l": ("ROUGE-L with the reference: F1 of the longest common run of words, gaps allowed", True),
}
_POINTS = ("main_points", "notes")
_FOUND = 0.5  # share of a reference statement's words, by weight, that one or two statements must have


@dataclass(frozen=True, slots=True)
class Reference:
    """People's own notes: statements, headings, and the names and figures in both."""

    statements: tuple[str, ...]
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A document's scores by name; None where there is nothing to measure."""

    name: str
    path: Path
    scores: dict[str, float | None]
    statements: tuple[Claim, ...]


def score_path(record: Path, *, transcripts: Path | None = None, references: Path | None = None) -> Scored:
    """The scores of a record. Raises StoreError and InputError."""
    document = load(record)
    transcript, remark = transcript_of(document, record, transcripts)
    if remark:
        raise InputError(f"{record}: {remark}", hint="make the notes again")
    reference = reference_for(record, references) if references else None
    source = Source(transcript)
    claims = tuple(c for c in claims_of(document) if c.lines)
    return Scored(record.stem, record, score(document, source, reference), claims)


def score(document: StudyDocument, source: Source, reference: Reference | None = None) -> dict[str, float | None]:
    """Every score of SCORES."""
    claims = claims_to_score(document)
    findings = [findings_of(c, document, source) for c in claims]
    headings = [p.heading for p in document.main_points]
    return score_claims(claims, findings, source, headings, reference) | {"valid": float(document.status == "complete")}


def claims_to_score(document: StudyDocument) -> list[Claim]:
    """The statements with lines, without the document's own doubts: a doubt that it tells is still one to a score."""
    return [replace(c, weak=False) for c in claims_of(document) if c.lines]


def score_claims(
    claims: Sequence[Claim],
    findings: Sequence[Sequence[Finding]],
    source: Source,
    headings: Sequence[str] = (),
    reference: Reference | None = None,
) -> dict[str, float | None]:
    """Every score of SCORES but "valid", of statements and what speaks against each."""
    texts = [c.text for c in claims]
    segments = len(source.transcript.segments)
    spoken = sum(len(words(s.text)) for s in source.transcript.segments)
    cited = {n for c in claims for n in c.lines}
    out = dict.fromkeys(SCORES, None) | {
        "supported": _share([not f for f in findings]),
        "figures_verified": _verified(claims, findings, "figure", lambda t: len(figures_of(t))),
        "names_verified": _verified(claims, findings, "name", lambda t: len(names_in(t, source))),
        "quotes_verified": _verified(claims, findings, "quote", lambda t: len(re.findall(r"“[^”]+”", t))),
        "tenths": float(_tenths(cited, segments)),
        "cited": len(cited) / max(1, segments),
        "redundancy": _share(repeats(claims)),
        "copied": _share(copies(claims, source)),
        "specificity": _share([_specific(c, source) for c in claims]),
        "sentence_words": sum(len(words(t)) for t in texts) / len(texts) if texts else None,
        "lix": lix(texts),
        "length": sum(len(words(t)) for t in texts) / max(1, spoken),
        "balance": _balance(claims, segments),
    }
    if reference is not None:
        notes = [*texts, *headings]
        out |= _recalls(notes, source, reference)
        out |= rouge(" ".join(notes), " ".join((*reference.headings, *reference.statements)))
    return out


def _tenths(cited: set[int], segments: int) -> int:
    """Tenths of the transcript that have a cited line; of a short one, tenths share lines, as in its coverage."""
    spans = [(t * segments // 10 + 1, max((t + 1) * segments // 10, t * segments // 10 + 1)) for t in range(10)]
    return sum(any(first <= n <= last for n in cited) for first, last in spans)


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def _verified(
    claims: Sequence[Claim], findings: Sequence[Sequence[Finding]], kind: str, count: Callable[[str], int]
) -> float | None:
    """The share of things of a kind that nothing speaks against; one finding stands for one thing."""
    total = sum(count(c.text) for c in claims)
    wrong = sum(sum(f.kind == kind for f in found) for found in findings)
    return max(0.0, 1 - wrong / total) if total else None


def copies(claims: Sequence[Claim], source: Source) -> list[bool]:
    """Which statements copy their lines."""
    return [is_copy(c.text, " ".join(source.transcript.segment(n).text for n in c.lines)) for c in claims]


def repeats(claims: Sequence[Claim]) -> list[bool]:
    """Which statements repeat an earlier one of their section."""
    return [any(o.section == c.section and is_repeat(o.text, c.text) for o in claims[:i]) for i, c in enumerate(claims)]


def _specific(claim: Claim, source: Source) -> bool:
    rare = [w for w in words(claim.text) if len(w) > 7 and w not in source.small_words and w in source.vocabulary]
    return claim.section == "key_concepts" or bool(figures_of(claim.text) or names_in(claim.text, source) or rare)


def _balance(claims: Sequence[Claim], segments: int) -> float | None:
    """1 when every tenth has as many main points as any other, 0 when one tenth has them all."""
    tenths = [min(9, (c.lines[0] - 1) * 10 // segments) for c in claims if c.lines and c.section in _POINTS]
    if not tenths:
        return None
    shares = [tenths.count(t) / len(tenths) for t in range(10)]
    return max(0.0, (1 / sum(s * s for s in shares) - 1) / 9)


def lix(texts: Sequence[str]) -> float | None:
    """Björnsson's readability index of statements, a sentence each; 30 reads easily, 60 is hard. None of no words.

    It counts letters, not syllables, so it needs no dictionary and holds for any language written in words.
    """
    said = [w for t in texts for w in words(t)]
    return len(said) / len(texts) + 100 * sum(len(w) > 6 for w in said) / len(said) if said else None


def rouge(text: str, reference: str) -> dict[str, float | None]:
    """F1 of ROUGE-1, -2 and -L over words without case; None when the reference has no words."""
    ours, theirs = words(text), words(reference)
    if not theirs:
        return {"rouge_1": None, "rouge_2": None, "rouge_l": None}

    def shared(n: int) -> tuple[int, int, int]:
        first, second = (Counter(zip(*(w[i:] for i in range(n)), strict=False)) for w in (ours, theirs))
        return (first & second).total(), first.total(), second.total()

    longest = LCSseq.similarity(ours, theirs)
    counts = {"rouge_1": shared(1), "rouge_2": shared(2), "rouge_l": (longest, len(ours), len(theirs))}
    return {name: 2 * hits / (a + b) if a + b else 0.0 for name, (hits, a, b) in counts.items()}


def _recalls(texts: Sequence[str], source: Source, reference: Reference) -> dict[str, float | None]:
    have = [keys_of(t) for t in texts]
    every = set().union(*have) if have else set()

    def found(wanted: set[str]) -> bool:
        weights = {k: source.weight(k) for k in wanted}
        whole = sum(weights.values())
        return any(sum(weights[k] for k in wanted & keys) >= _FOUND * whole for keys in have)

    statements = [keys_of(s) for s in reference.statements if len(keys_of(s)) >= 3]
    headings = [keys_of(h) for h in reference.headings if keys_of(h)]
    text = " ".join((*reference.statements, *reference.headings))
    terms = {k for name in names_in(text, source) for k in keys_of(name)} & source.postings.keys()
    return {
        "recall": _share([found(s) for s in statements]),
        "heading_recall": _share([len(h & every) >= 0.6 * len(h) for h in headings]),
        "term_recall": _share([t in every for t in sorted(terms)]),
    }


def reference_for(record: Path, folder: Path) -> Reference | None:
    """People's notes of a document, `NAME.notes.md` or `NAME.md` below the folder; None when there are none."""
    for name in (f"{record.stem}.notes.md", f"{record.stem}.md"):
        path = next((p for p in sorted(folder.rglob(name)) if p.resolve() != record.with_suffix(".md").resolve()), None)
        if path is not None:
            return read_reference(path.read_text("utf-8", errors="replace"))
    own = record.parent / "reference.md"  # a fixture's
    if own.is_file() and own.resolve().is_relative_to(folder.resolve()):
        return read_reference(own.read_text("utf-8", errors="replace"))
    return None


def read_reference(markdown: str) -> Reference:
    """Headings, and bullets and sentences as statements, without links, times and marks."""
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
