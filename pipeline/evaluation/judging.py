"""A judge of two sets of notes: a language model rates them on fixed questions, repeatedly to show its variance.

Never part of the scores. Its answers are kept in the call store like all others, so repeating a judgement costs
nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from pipeline.batches.outputs import name_below, records_at
from pipeline.document import KeyConcept, StudyDocument
from pipeline.errors import StoreError
from pipeline.evaluation.comparing import Interval, interval
from pipeline.llm import Message
from pipeline.llm.structured import Answer, Structured
from pipeline.providers.weights import Report
from pipeline.settings import Settings
from pipeline.settings.connect import open_structured
from pipeline.store import load

REPEATS = 3
_MOST, _QUOTE = 24, 300  # notes shown, characters shown of a line
_TEMPERATURE = 0.7  # at 0 every repeat would give the same ratings


class DocumentRatings(Answer):
    """The judge's answer on one document."""

    borne_out: int = Field(ge=1, le=5)
    clear: int = Field(ge=1, le=5)
    worth_noting: int = Field(ge=1, le=5)
    distinct: int = Field(ge=1, le=5)


QUESTIONS = tuple(DocumentRatings.model_fields)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's ratings of two sets of notes on one question; `agreement` is the share of repeats that agree."""

    question: str
    before: float
    after: float
    difference: Interval
    agreement: float


async def rate(document: StudyDocument, structured: Structured) -> list[DocumentRatings]:
    """The ratings of a document, one for each repeat. Raises the errors of `structured`."""
    message = Message("user", structured.prompts.load("judge.v1").render(notes=shown(document)))
    ratings = []
    for seed in range(1, REPEATS + 1):
        rating = await structured.ask(
            "judge.v1",
            (message,),
            DocumentRatings,
            use=lambda parsed: parsed.value,
            max_tokens=200,
            temperature=_TEMPERATURE,
            seed=seed,
        )
        ratings.append(rating)
    return ratings


def shown(document: StudyDocument) -> str:
    """Notes with their lines as the judge sees them: at most `_MOST`, spread evenly over the document."""
    statements = list(document.statements())
    count = len(statements)
    chosen = statements if count <= _MOST else [statements[i * count // _MOST] for i in range(_MOST)]
    rows = []
    for n, s in enumerate(chosen, 1):
        text = f"{s.term}: {s.definition}" if isinstance(s, KeyConcept) else s.text
        lines = "\n".join(f"   line {e.segment}: {e.quote[:_QUOTE]}" for e in s.evidence)
        rows.append(f"{n}. {text}\n{lines}")
    return "\n".join(rows)


def verdicts(before: Sequence[Sequence[DocumentRatings]], after: Sequence[Sequence[DocumentRatings]]) -> list[Verdict]:
    """For each question, means over documents, their paired difference with its interval, and agreement of repeats."""
    out = []
    for question in QUESTIONS:
        first, second = ([[getattr(r, question) for r in ratings] for ratings in side] for side in (before, after))
        means = [(sum(a) / len(a), sum(b) / len(b)) for a, b in zip(first, second, strict=True)]
        pairs = [x == y for ratings in (*first, *second) for x, y in itertools.combinations(ratings, 2)]
        difference = interval([b - a for a, b in means])
        assert difference is not None, "there are documents to judge"
        n = len(means)
        agreement = sum(pairs) / len(pairs) if pairs else 1.0
        out.append(Verdict(question, sum(a for a, _ in means) / n, sum(b for _, b in means) / n, difference, agreement))
    return out


async def judge_folders(folders: Sequence[Path], settings: Settings, report: Report) -> list[Verdict]:
    """Judge documents of the same name in two folders, if both can be read.

    Answers are stored in the settings' output folder.
    """
    first, second = ({name_below(r, [f]): r for r in records_at([f])} for f in folders)
    pairs = [p for n in first if n in second and (p := _loaded_pair(first[n], second[n]))]
    async with open_structured(settings, report) as judge:
        before = [await rate(document, judge) for document, _ in pairs]
        after = [await rate(document, judge) for _, document in pairs]
    return verdicts(before, after)


def _loaded_pair(first: Path, second: Path) -> tuple[StudyDocument, StudyDocument] | None:
    """Two documents; None if one cannot be read, which the comparison reports."""
    try:
        return load(first), load(second)
    except StoreError:
        return None


def judged_by(model: str) -> str:
    """What a reader has to know of the verdicts."""
    return f"Judged by {model}, {REPEATS} times each; a model's opinion, not a measurement."


def verdicts_markdown(verdicts: Sequence[Verdict], model: str) -> str:
    """A table of the judge's verdicts."""
    rows = [
        "",
        judged_by(model),
        "",
        "| question | first | second | difference | 95 % interval | repeats agree |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for v in verdicts:
        d = v.difference
        spread = f"{d.low:+.2f} to {d.high:+.2f}"
        rows.append(f"| {v.question} | {v.before:.2f} | {v.after:.2f} | {d.mean:+.2f} | {spread} | {v.agreement:.0%} |")
    return "\n".join(rows) + "\n"
