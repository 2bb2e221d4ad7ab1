"""What code can prove about a statement from the whole recording. Judging its meaning is left to a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from pipeline.document import Withheld
from pipeline.draft import Draft, DraftStatement
from pipeline.text import composed
from pipeline.verification.figures import unsaid_figures
from pipeline.verification.names import unsaid_names
from pipeline.verification.numerals import provable, with_english_figures
from pipeline.verification.quotations import quoted_lines, unsaid_quotations
from pipeline.verification.recording import Finding, Recording, letters
from pipeline.verification.times_and_dates import Meaning

REPEAT = "it repeats another statement"


def findings(text: str, recording: Recording) -> tuple[Finding, ...]:
    """What a statement says that the recording does not: at most one finding each for figures, quotations and names."""
    if text not in recording.findings_by_text:  # code checks a statement before and after a model does
        recording.findings_by_text[text] = tuple(_findings(text, recording))
    return recording.findings_by_text[text]


def _findings(text: str, recording: Recording) -> Iterator[Finding]:
    text = composed(text)
    written = with_english_figures(text, recording.language)

    def is_provable(value: float, meaning: Meaning) -> bool:  # few figures get here
        return provable(value, meaning, recording.language_of_figures, recording.numbers_otherwise)

    unsaid = partial(unsaid_figures, written, recording_text=recording.folded, provable=is_provable)
    # Most figures are given directly; only if one is not, the roundabout ways are searched, which takes longer.
    if unsaid(recording.direct_figures) and (figures := unsaid(recording.figures)):
        yield Finding("figure", figures)
    if quotations := unsaid_quotations(text, recording):
        yield Finding("quotation", quotations)
    if names := unsaid_names(text, recording):
        yield Finding("name", names)


def finding(text: str, recording: Recording) -> str:
    """The messages of all findings against a statement; "" for none."""
    return "; ".join(f.message for f in findings(text, recording))


def with_lines(statement: DraftStatement, recording: Recording) -> DraftStatement:
    """The statement, citing the lines of its quotations too, and no lines that do not exist."""
    last = len(recording.transcript.segments)
    existing = tuple(n for n in statement.lines if 1 <= n <= last)
    lines = quoted_lines(statement.text, existing, recording)
    return statement if lines == statement.lines else replace(statement, lines=lines)


def check_exactly(draft: Draft, recording: Recording) -> Draft:
    """The draft checked by code alone: a statement against which it proves something gets a finding, and so is weak."""

    def checked(section: str, statement: DraftStatement) -> DraftStatement:
        if not statement.lines:  # it makes no claim about the recording
            return statement
        message = statement.finding or finding(statement.text, recording)
        return replace(with_lines(statement, recording), finding=message)

    return replace(without_repeats(draft.rewritten(checked)), checked_by="code")


def without_repeats(draft: Draft) -> Draft:
    """The draft without repeats within a section; the later statement is withheld, worded as before its check.

    Two statements repeat each other if all their words agree: label, text, columns, and everything nested below them.
    """
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    withheld: list[Withheld] = []

    def unless_repeated(section: str, statement: DraftStatement) -> DraftStatement | None:
        if statement.bound or statement.bare:
            return statement
        words = tuple(letters(" ".join((s.label, s.text, *s.columns))) for s in statement.flat())
        if words in seen[section]:
            original = replace(statement, text=statement.before or statement.text)
            withheld.append(original.withheld(section, REPEAT))
            return None
        seen[section].add(words)
        return statement

    out = draft.rewritten(unless_repeated)
    return replace(out, withheld=(*draft.withheld, *withheld))
