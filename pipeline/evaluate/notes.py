"""Free notes scored like documents: people's own, and those of other methods. Code finds their statements' lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.checking import Claim
from pipeline.evaluate.scores import Reference, read_reference, score_claims
from pipeline.evidence import Finding, least_support, verify
from pipeline.source import Source, keys_of


@dataclass(frozen=True, slots=True)
class Notes:
    """Statements with the lines that fit their words best, and headings."""

    claims: tuple[Claim, ...]
    headings: tuple[str, ...]


def read_notes(markdown: str, source: Source) -> Notes:
    """The statements and headings of Markdown notes."""
    found = read_reference(markdown)
    return Notes(located([Claim("notes", s, ()) for s in found.statements], source), found.headings)


def located(claims: Sequence[Claim], source: Source) -> tuple[Claim, ...]:
    """The same statements, each with the lines that have most of its words, by weight: one rule for all methods.

    Overview and summary stay apart from the notes, since they are meant to say again what the notes say.
    """
    return tuple(
        replace(
            c,
            section="summary" if c.section in ("overview", "summary") else "notes",
            lines=source.best(keys_of(c.text))[0],
            weak=False,
        )
        for c in claims
    )


def score_notes(notes: Notes, source: Source, reference: Reference | None = None) -> dict[str, float | None]:
    """Every score of SCORES but "valid"."""
    findings = [_findings(c, source) for c in notes.claims]
    return score_claims(notes.claims, findings, source, notes.headings, reference)


def _findings(claim: Claim, source: Source) -> list[Finding]:
    if not claim.lines:
        return [Finding("support", "no line has any of its words")]
    section = "summary" if claim.section == "summary" else "main_points"
    return verify(claim.text, claim.lines, source, least=least_support(section))
