"""Our documents beside two baselines on the same model and transcripts, scored by the same program.

    python -m benchmarks.quality OUTPUTS_DIR --transcripts DIR --references DIR --out docs/quality.md

Takes every document below OUTPUTS_DIR and makes notes of its transcript in the two usual ways. Answers are stored
in OUTPUTS_DIR/.studydoc/baselines.sqlite, so that a killed run goes on; the notes are kept beside it, to be read.
Lines are found by code for the statements of all methods alike; our own row with its own lines stands apart.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.baselines import Baselines, Made
from benchmarks.quality_table import between_marks
from pipeline.checking import Claim, documents_below, findings_of, transcript_of
from pipeline.connect import connect
from pipeline.document import StudyDocument
from pipeline.errors import CallError, PipelineError
from pipeline.evaluation.notes import Notes, findings_of_note, located, score_notes
from pipeline.evaluation.scores import Reference, claims_to_score, copies, reference_for, repeats, score
from pipeline.evidence import Finding
from pipeline.figures import claims as figures_of
from pipeline.names import names_in
from pipeline.providers.calls import CallStore
from pipeline.providers.local import CONTEXT_TOKENS
from pipeline.settings import LOCAL, Settings, load_settings
from pipeline.source import Source
from pipeline.store import load, replace_file
from pipeline.text import slug

OURS, OURS_OWN = "studydoc", "studydoc, its own lines"
METHODS = (OURS, OURS_OWN, "one prompt", "map-reduce", "people's notes")
_HOSTED_CONTEXT = 128_000
COLUMNS = {
    "statements": "statements",
    "supported": "supported",
    "fresh": "own words, said once",
    "fresh_supported": "of them supported",
    "redundancy": "repeats",
    "copied": "copied",
    "tenths": "tenths cited",
    "figures_said": "figures",
    "figures_verified": "figures right",
    "names_said": "names",
    "names_verified": "names right",
    "quotes_verified": "quotes right",
    "specificity": "specific",
    "recall": "recall",
    "heading_recall": "headings found",
    "term_recall": "terms found",
    "rouge_1": "ROUGE-1",
    "rouge_l": "ROUGE-L",
    "unread": "unread",
    "calls": "calls",
    "prompt_tokens": "tokens in",
    "completion_tokens": "tokens out",
    "seconds": "seconds",
}
_EXPLAINED = (
    "The lines of “studydoc” and of the baselines are found by the same code; “its own lines” are the document's "
    "evidence. Unread is the share of lines that no prompt held. Seconds are those of the calls when they were "
    "answered; ours are those of the run that made the document, left out where stored answers were used."
)
_WHOLE_NUMBERS = (
    "statements",
    "fresh",
    "figures_said",
    "names_said",
    "calls",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one method gave for one transcript."""

    name: str
    method: str
    values: dict[str, float | None]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A document with what it is scored beside."""

    name: str
    document: StudyDocument
    source: Source
    reference: Reference | None


def subjects(outputs: Path, transcripts: Path | None, references: Path | None) -> list[Subject]:
    """Every document whose transcript is there and unchanged; the others are told and left out."""
    out: list[Subject] = []
    for record in documents_below([outputs]):
        try:
            document = load(record)
            transcript, remark = transcript_of(document, record, transcripts)
        except PipelineError as err:
            _say(f"{record}: left out: {err}")
            continue
        if remark:
            _say(f"{record}: left out: {remark}")
            continue
        reference = reference_for(record, references) if references else None
        out.append(Subject(record.stem, document, Source(transcript), reference))
    return out


def counts(claims: Sequence[Claim], findings: Sequence[Sequence[Finding]], source: Source) -> dict[str, float | None]:
    """How many statements, figures and names there are to be right or wrong.

    "fresh" are those that neither copy lines nor repeat an earlier statement: a copy is always supported, and so is
    each turn of a loop that says one true thing.
    """
    every = zip(findings, repeats(claims), copies(claims, source), strict=True)
    fresh = [not found for found, repeated, copied in every if not (repeated or copied)]
    return {
        "statements": float(len(claims)),
        "fresh": float(len(fresh)),
        "fresh_supported": sum(fresh) / len(fresh) if fresh else None,
        "figures_said": float(sum(len(figures_of(c.text)) for c in claims)),
        "names_said": float(sum(len(names_in(c.text, source)) for c in claims)),
    }


def note_counts(notes: Notes, source: Source) -> dict[str, float | None]:
    """The same of free notes, by the rule for all methods."""
    return counts(notes.claims, [findings_of_note(c, source) for c in notes.claims], source)


def our_rows(subject: Subject) -> list[Row]:
    """Our document by the rule for all methods, by its own evidence, and people's notes by the rule for all."""
    document, source = subject.document, subject.source
    claims = claims_to_score(document)
    used = document.run.usage
    own = [findings_of(c, document, source) for c in claims]
    cost = {
        "unread": 1 - document.coverage.read / document.coverage.segments,
        "calls": float(used.calls),
        "prompt_tokens": float(used.prompt_tokens),
        "completion_tokens": float(used.completion_tokens),
        "seconds": document.run.seconds if not used.calls_cached else None,  # a replay tells nothing
    }
    notes = Notes(located(claims, source), tuple(p.heading for p in document.main_points))
    rows = [
        Row(subject.name, OURS, score_notes(notes, source, subject.reference) | note_counts(notes, source) | cost),
        Row(subject.name, OURS_OWN, score(document, source, subject.reference) | counts(claims, own, source) | cost),
    ]
    if subject.reference is not None:
        people = Notes(
            located([Claim("notes", s, ()) for s in subject.reference.statements], source), subject.reference.headings
        )
        rows.append(Row(subject.name, METHODS[4], score_notes(people, source) | note_counts(people, source)))
    return rows


async def baseline_rows(subject: Subject, baselines: Baselines, keep: Path) -> list[Row]:
    """Both baselines; one that fails is told in its row and holds up nothing."""
    rows = []
    for method, ask in (("one prompt", baselines.one_prompt), ("map-reduce", baselines.map_reduce)):
        _say(f"{subject.name}: {method}")
        try:
            made = await ask(subject.source.transcript)
        except CallError as err:
            if getattr(err, "fatal", False):
                raise
            rows.append(Row(subject.name, method, {}, f"{subject.name}, {method}: failed: {err}"))
            continue
        replace_file(keep / f"{slug(subject.name)}.{slug(method)}.md", made.markdown())
        rows.append(_baseline_row(subject, method, made))
    return rows


def _baseline_row(subject: Subject, method: str, made: Made) -> Row:
    notes = made.notes(subject.source)
    used = made.tally.usage
    cost = note_counts(notes, subject.source) | {
        "unread": made.unread,
        "calls": float(made.tally.calls),
        "prompt_tokens": float(used.prompt_tokens),
        "completion_tokens": float(used.completion_tokens),
        "seconds": made.seconds,
    }
    told = [f"{n} {what}" for n, what in ((made.cut, "answers cut off"), (made.failed, "answers without notes")) if n]
    remark = f"{subject.name}, {method}: {', '.join(told)}" if told else ""
    return Row(subject.name, method, score_notes(notes, subject.source, subject.reference) | cost, remark)


async def compare(everything: Sequence[Subject], baselines: Baselines, keep: Path) -> list[Row]:
    """The rows of all transcripts."""
    rows: list[Row] = []
    for n, subject in enumerate(everything, 1):
        _say(f"[{n} of {len(everything)}] {subject.name}")
        rows += our_rows(subject) + await baseline_rows(subject, baselines, keep)
    return rows


def report(rows: Sequence[Row], model: str) -> str:
    """Means by method over the transcripts that every method has, then a row for each transcript and method."""
    shown = [c for c in COLUMNS if any(r.values.get(c) is not None for r in rows)]
    heads = " | ".join(COLUMNS[c] for c in shown)
    count = len({r.name for r in rows})
    out = [
        "## Beside two usual ways",
        "",
        f"Model {model}; {count} transcripts; means. Made by `python -m benchmarks.quality`.",
        "",
    ]
    out += [f"| method | {heads} |", f"| --- |{' --- |' * len(shown)}"]
    for method in METHODS:
        mine = [r.values for r in rows if r.method == method]
        if mine:
            out.append(f"| {method} | {' | '.join(_cell(c, _mean([v.get(c) for v in mine])) for c in shown)} |")
    out += ["", f"| transcript | method | {heads} |", f"| --- | --- |{' --- |' * len(shown)}"]
    for r in rows:
        out.append(f"| {slug(r.name)} | {r.method} | {' | '.join(_cell(c, r.values.get(c)) for c in shown)} |")
    remarks = [r.remark for r in rows if r.remark]
    out += ["", *(f"- {remark}" for remark in remarks)] if remarks else []
    out += ["", _EXPLAINED]
    return "\n".join(out) + "\n"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if column in _WHOLE_NUMBERS else f"{value:.2f}" if column != "tenths" else f"{value:.1f}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def run(given: argparse.Namespace, settings: Settings) -> str:
    """Connects, asks and reports."""
    everything = subjects(given.outputs, given.transcripts, given.references)
    if given.limit:
        everything = everything[: given.limit]
    folder = given.outputs / ".studydoc"
    calls = CallStore(folder / "baselines.sqlite")
    local = settings.chosen_model[0] == LOCAL
    context = given.context or (CONTEXT_TOKENS if local else _HOSTED_CONTEXT)
    try:
        async with connect(settings, calls, lambda done, total: None) as at:
            baselines = Baselines(at.client, context, settings.recipe().chunk_tokens, _say)
            rows = await compare(everything, baselines, folder / "baselines")
            return report(rows, at.model)
    finally:
        calls.close()


def main() -> None:
    """Writes the tables into their place in the file, and prints them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outputs", type=Path)
    parser.add_argument("--transcripts", type=Path)
    parser.add_argument("--references", type=Path)
    parser.add_argument("--out", type=Path, help="a Markdown file; the tables go between its marks, else at its end")
    parser.add_argument("--model", help="'local' for the embedded model")
    parser.add_argument("--base-url")
    parser.add_argument("--context", type=int, help="tokens that the model holds")
    parser.add_argument("--limit", type=int, help="only so many transcripts")
    given = parser.parse_args()
    try:
        text = asyncio.run(run(given, load_settings(model=given.model, base_url=given.base_url, out=given.outputs)))
    except KeyboardInterrupt:
        sys.exit("interrupted; every answer so far is stored, run the same command to go on")
    except PipelineError as err:
        sys.exit(str(err))
    if given.out:
        between_marks(given.out, "baselines", text)
    print(text, end="")


if __name__ == "__main__":
    main()
