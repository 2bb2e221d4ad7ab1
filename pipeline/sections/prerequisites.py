"""Prerequisites: what a reader should know beforehand. They make no claim about the recording and cite no lines."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.document import Prerequisite
from pipeline.draft import DraftGroup, DraftStatement
from pipeline.labels import Labels
from pipeline.sections.base import LinesOf, Section, in_a_row
from pipeline.transcript import Transcript


def groups(answer: Sequence[str], lines_of: LinesOf, labels: Labels) -> tuple[DraftGroup, ...]:
    """Phrases as one group."""
    rows = tuple(DraftStatement(text, ()) for text in answer if text.strip())
    return (DraftGroup(rows),) if rows else ()


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[Prerequisite, ...]:
    """Phrases in the record's form."""
    return tuple(Prerequisite(text=s.text) for s in in_a_row(groups))


PREREQUISITES = Section(
    "prerequisites",
    "sections/prerequisites.v7",
    list[str],
    groups,
    content,
    share=0.035,
    least=25,
    cites=False,
)
