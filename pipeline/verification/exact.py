"""What code can prove of a statement beside the whole recording. It judges no meaning: that is a model's part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from pipeline.document import Withheld
from pipeline.draft import Draft, DraftStatement
from pipeline.text import composed
from pipeline.verification.figures import unsaid
from pipeline.verification.names import unsaid_names
from pipeline.verification.numerals import as_written, provable
from pipeline.verification.quotations import quoted_lines, unsaid_quotations
from pipeline.verification.recording import Finding, Recording, letters

REPEAT = "it says the same as another"


def findings(text: str, recording: Recording) -> tuple[Finding, ...]:
    """What the whole recording does not hold of a statement: a finding each of its figures, quotations, names."""
    if text not in recording.found:  # a statement is looked at before its check and after it
        recording.found[text] = tuple(_findings(text, recording))
    return recording.found[text]


def _findings(text: str, recording: Recording) -> Iterator[Finding]:
    text = composed(text)
    written = as_written(text, recording.language)
    if figures := unsaid(written, recording.figures, recording.folded, partial(provable, language=recording.spoken)):
        yield Finding("figure", figures)
    if quotations := unsaid_quotations(text, recording):
        yield Finding("quotation", quotations)
    if names := unsaid_names(text, recording):
        yield Finding("name", names)


def finding(text: str, recording: Recording) -> str:
    """All findings against a statement in words, "" for none."""
    return "; ".join(f.message for f in findings(text, recording))


def with_lines(statement: DraftStatement, recording: Recording) -> DraftStatement:
    """The statement with the lines of its quotations, without lines that do not exist."""
    last = len(recording.transcript.segments)
    kept = tuple(n for n in statement.lines if 1 <= n <= last)
    lines = quoted_lines(statement.text, kept, recording)
    return statement if lines == statement.lines else replace(statement, lines=lines)


def check_exactly(draft: Draft, recording: Recording) -> Draft:
    """The draft checked by code alone: what it can prove against a statement stands beside it, and makes it weak."""

    def looked_at(section: str, statement: DraftStatement) -> DraftStatement:
        if not statement.lines:  # it says nothing of the recording
            return statement
        found = statement.finding or finding(statement.text, recording)
        return replace(with_lines(statement, recording), finding=found)

    return replace(without_repeats(draft.rewritten(looked_at)), checked_by="code")


def without_repeats(draft: Draft) -> Draft:
    """The draft in which no section says the same words twice; the later one goes and is told as it was written.

    Two say the same where everything is: label and text, columns, and all that is nested below them.
    """
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    withheld: list[Withheld] = []

    def first(section: str, statement: DraftStatement) -> DraftStatement | None:
        if statement.bound or statement.bare:
            return statement
        said = tuple(letters(" ".join((s.label, s.text, *s.columns))) for s in statement.flat())
        if said in seen[section]:
            former = replace(statement, text=statement.before or statement.text)
            withheld.append(former.withheld(section, REPEAT))
            return None
        seen[section].add(said)
        return statement

    out = draft.rewritten(first)
    return replace(out, withheld=(*draft.withheld, *withheld))
