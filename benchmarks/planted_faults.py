"""How many planted faults `studydoc check` finds, by kind, and how often it is wrong about untouched statements.

    python -m benchmarks.planted_faults outputs/ [--transcripts FOLDER] [--faults 600] [--json]

Takes every record (`.json`) below the folders, bends one statement at a time (fixed seed) and checks it beside its
transcript. A fault counts as found when the statement has any finding; "own kind" when one of them names the fault.
Statements that have findings before anything is planted are counted as false alarms and not bent; those that their
document itself marks weak carry a doubt already and are left out.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.checking import Claim, claims_of, findings_of, transcript_of
from pipeline.document import StudyDocument
from pipeline.evidence import Finding
from pipeline.source import Source
from pipeline.store import load
from pipeline.text import STOPWORDS

SEED = 20260101
NUMBER_WORDS = (
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty".split()
)
NAMES = "Kowalski Brandt Osaka Lisbon Verdane Norwatt Helmand Quillon Marlowe Tessera Ibadan Zorin".split()
SWAPS = {
    "more": "less",
    "less": "more",
    "increased": "decreased",
    "increase": "decrease",
    "higher": "lower",
    "lower": "higher",
    "always": "never",
    "never": "always",
    "before": "after",
    "after": "before",
    "better": "worse",
    "faster": "slower",
    "larger": "smaller",
    "easier": "harder",
    "cheaper": "costlier",
    "easy": "hard",
    "first": "last",
    "most": "least",
}
AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|might|must|does|do|did)\b(?! not\b|['’])"
)
NEGATED = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|might|must|does|do|did) not\b|\bcannot\b"
)


@dataclass(frozen=True)
class Subject:
    """A statement of a document, with what it is checked beside."""

    claim: Claim
    document: StudyDocument
    source: Source
    others: tuple[str, ...]


Plant = Callable[[Subject, random.Random], Claim | None]


def figure(subject: Subject, rng: random.Random) -> Claim | None:
    """Another number in the place of one, in digits or in words."""
    places = list(re.finditer(rf"(?<![\d.,])\d+(?![\d.,]*\d)|\b(?:{'|'.join(NUMBER_WORDS)})\b", subject.claim.text))
    if not places:
        return None
    place = rng.choice(places)
    if place[0].isdigit():
        n = int(place[0])
        fresh = str(rng.choice([v for v in (n + 1, n * 10, n + rng.randint(2, 9), max(0, n - 1)) if v != n]))
    else:
        fresh = rng.choice([w for w in NUMBER_WORDS if w != place[0]])
    return _with(subject, place, fresh)


def name(subject: Subject, rng: random.Random) -> Claim | None:
    """Another name: half of the time one of the same recording, else one that nobody says."""
    text = subject.claim.text
    speakers = subject.source.transcript.labelled_speakers
    places = [
        m
        for m in re.finditer(r"\b[A-Z][a-z]{2,}\b", text)
        if m[0].casefold() not in STOPWORDS
        and m[0].casefold() in subject.source.vocabulary
        and m[0].casefold() not in subject.source.small_words
    ]
    if not places:
        return None
    place = rng.choice(places)
    spoken = sorted(
        {m for s in subject.source.transcript.segments for m in re.findall(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b", s.text)}
    )
    pool = [w for w in (*spoken, *(part for s in speakers for part in s.split())) if w not in text]
    fresh = rng.choice(pool if pool and rng.random() < 0.5 else [n for n in NAMES if n not in text])
    return _with(subject, place, fresh)


def quote(subject: Subject, rng: random.Random) -> Claim | None:
    """A quotation cut from a cited line, with one word changed."""
    quoted = quotation(subject)
    if quoted is None:
        return None
    inner = re.search(r"“(.*)”", quoted.text)
    assert inner is not None
    places = [m for m in re.finditer(r"\b[a-z]{4,}\b", quoted.text) if inner.start() < m.start()]
    if not places:
        return None
    place = rng.choice(places)
    words = sorted(
        {w for s in subject.source.transcript.segments for w in re.findall(r"\b[a-z]{4,}\b", s.text)} - {place[0]}
    )
    return replace(quoted, text=quoted.text[: place.start()] + rng.choice(words) + quoted.text[place.end() :])


def quotation(subject: Subject) -> Claim | None:
    """A true quotation of the first cited line."""
    segment = subject.source.transcript.segment(subject.claim.lines[0])
    words = segment.text.replace('"', "").replace("“", "").replace("”", "").split()
    if len(words) < 6:
        return None
    return replace(
        subject.claim, text=f"{segment.speaker or 'One answer'}: “{' '.join(words[:20])}”", lines=(segment.id,)
    )


def polarity(subject: Subject, rng: random.Random) -> Claim | None:
    """A "not" added or lost, or a word turned into its opposite."""
    text = subject.claim.text
    if match := NEGATED.search(text):
        return _with(subject, match, "can" if match[0] == "cannot" else match[1])
    swaps = [m for m in re.finditer(r"\b[a-z]+\b", text) if m[0] in SWAPS]
    if swaps and rng.random() < 0.5:
        place = rng.choice(swaps)
        return _with(subject, place, SWAPS[place[0]])
    verbs = list(AUXILIARY.finditer(text))
    if not verbs:
        return None
    place = rng.choice(verbs)
    return _with(subject, place, f"{place[0]} not")


def citation(subject: Subject, rng: random.Random) -> Claim | None:
    """Lines at least ten away from those that say it."""
    total, lines = len(subject.source.transcript.segments), subject.claim.lines
    far = [n for n in range(1, total + 1) if all(abs(n - m) >= 10 for m in lines)]
    if not far:
        return None
    first = rng.choice(far)
    return replace(
        subject.claim, lines=tuple(n for n in range(first, first + min(2, len(lines))) if n in far) or (first,)
    )


def invented(subject: Subject, rng: random.Random) -> Claim | None:
    """A sentence from the notes of another recording."""
    return replace(subject.claim, text=rng.choice(subject.others)) if subject.others else None


PLANTS: dict[str, Plant] = {
    "figure": figure, "name": name, "quote": quote, "polarity": polarity, "citation": citation, "invented": invented,
}  # fmt: skip
OWN = {
    "invented": {"support", "citation", "name", "figure"},
    "name": {"name", "owner"},
    "citation": {"citation", "support"},
}


def _with(subject: Subject, place: re.Match[str], fresh: str) -> Claim:
    text = subject.claim.text
    return replace(subject.claim, text=text[: place.start()] + fresh + text[place.end() :])


def subjects(folders: list[Path], transcripts: Path | None) -> list[Subject]:
    """Every statement with evidence of every record below the folders."""
    records = sorted(
        p for f in folders for p in ([f] if f.is_file() else f.rglob("*.json")) if p.with_suffix(".md").exists()
    )
    documents = [(load(p), p) for p in records]
    out: list[Subject] = []
    for document, path in documents:
        transcript, remark = transcript_of(document, path, transcripts)
        if remark:
            sys.exit(remark)
        source = Source(transcript)
        others = tuple(
            c.text for d, _ in documents if d.source.sha256 != document.source.sha256 for c in claims_of(d) if c.lines
        )
        out += [Subject(c, document, source, others) for c in claims_of(document) if c.lines]
    return out


def findings(subject: Subject, claim: Claim) -> list[Finding]:
    """What `check` finds against a claim."""
    return findings_of(claim, subject.document, subject.source)


def run(every: list[Subject], faults: int, rng: random.Random) -> dict[str, object]:
    """Untouched statements first, then faults of each kind in turn until there are enough or no more can be made."""
    doubted = [s for s in every if s.claim.weak]
    every = [s for s in every if not s.claim.weak]
    alarms = [s for s in every if findings(s, s.claim)]
    quotes = [(s, q) for s in every if (q := quotation(s))]
    false_quotes = [q for s, q in quotes if any(f.kind == "quote" for f in findings(s, q))]
    clean = [s for s in every if s not in alarms]
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    own: Counter[str] = Counter()
    missed: dict[str, list[str]] = {k: [] for k in PLANTS}
    for kind, plant in PLANTS.items():
        pool = clean * 6
        rng.shuffle(pool)
        seen: set[tuple[str, tuple[int, ...]]] = set()
        for subject in pool:
            if planted[kind] >= -(-faults // len(PLANTS)):
                break
            bent = plant(subject, rng)
            if (
                bent is None
                or (bent.text == subject.claim.text and bent.lines == subject.claim.lines)
                or (bent.text, bent.lines) in seen
            ):
                continue
            seen.add((bent.text, bent.lines))
            planted[kind] += 1
            kinds = {f.kind for f in findings(subject, bent)}
            found[kind] += bool(kinds)
            own[kind] += bool(kinds & OWN.get(kind, {kind}))
            if not kinds:
                missed[kind].append(f"{bent.text} {bent.lines}")
    return {
        "statements": len(every),
        "weak": len(doubted),
        "false_alarms": len(alarms),
        "quotations": len(quotes),
        "false_quotes": len(false_quotes),
        "kinds": {k: {"planted": planted[k], "found": found[k], "own_kind": own[k]} for k in PLANTS},
        "alarms": [f"{s.claim.section}: {s.claim.text} {findings(s, s.claim)}" for s in alarms],
        "missed": missed,
    }


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--transcripts", type=Path)
    parser.add_argument("--faults", type=int, default=600)
    parser.add_argument("--json", action="store_true", help="everything, with what was missed")
    given = parser.parse_args()
    result = run(subjects(given.folders, given.transcripts), given.faults, random.Random(SEED))
    if given.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return
    kinds = result["kinds"]
    assert isinstance(kinds, dict)
    print("| fault | planted | found | as its own kind |\n| --- | --- | --- | --- |")
    for kind, n in kinds.items():
        share = [f"{n[k]} ({n[k] / n['planted']:.1%})" if n["planted"] else "–" for k in ("found", "own_kind")]
        print(f"| {kind} | {n['planted']} | {share[0]} | {share[1]} |")
    print(f"\nuntouched: {result['false_alarms']} of {result['statements']} statements with findings, ", end="")
    print(f"{result['weak']} weak ones left out, ", end="")
    print(f"{result['false_quotes']} of {result['quotations']} true quotations")


if __name__ == "__main__":
    main()
