"""Free notes scored like documents: people's own, and those of other methods. Code finds their statements' lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.checking import Claim
from pipeline.evaluation.scores import Reference, read_reference, score_claims
from pipeline.evidence import Finding, verify
from pipeline.source import Source
from pipeline.text import keys_of

_MORE = 2  # further pairs of lines for a statement
_WORTH = 0.1  # share of a statement's words, by weight, that a further pair must add


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
            lines=passages(c.text, source),
            weak=False,
        )
        for c in claims
    )


def passages(text: str, source: Source) -> tuple[int, ...]:
    """The two neighbouring lines that have most of a text's words, and up to two further pairs for what they lack.

    A sentence of a summary puts together what was said far apart: one pair alone would leave half of it unsupported.
    """
    wanted = keys_of(text)
    lines, share = source.best(wanted)
    for _ in range(_MORE):
        have = {k for n in lines for k in source.line_keys(n)}
        more, _share = source.best(wanted - have)
        both = tuple(sorted({*lines, *more}))
        if (better := source.share(wanted, both)) < share + _WORTH:
            break
        lines, share = both, better
    return lines


def score_notes(notes: Notes, source: Source, reference: Reference | None = None) -> dict[str, float | None]:
    """Every score of SCORES but "valid"."""
    findings = [findings_of_note(c, source) for c in notes.claims]
    return score_claims(notes.claims, findings, source, notes.headings, reference)


def findings_of_note(claim: Claim, source: Source) -> list[Finding]:
    """What speaks against a statement beside the lines that code found for it."""
    if not claim.lines:
        return [Finding("support", "no line has any of its words")]
    section = "summary" if claim.section == "summary" else "main_points"
    return verify(claim.text, claim.lines, source, section)
