"""Prerequisites: what a reader should know before. They say nothing of the recording, so they cite no lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.document import Prerequisite
from pipeline.draft import DraftGroup, DraftStatement
from pipeline.labels import Labels
from pipeline.sections.base import LinesOf, Section, in_a_row
from pipeline.transcript import Transcript


def groups(answer: Sequence[str], lines_of: LinesOf, words: Labels) -> tuple[DraftGroup, ...]:
    """Phrases in a row."""
    rows = tuple(DraftStatement(text, ()) for text in answer if text.strip())
    return (DraftGroup(rows),) if rows else ()


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[Prerequisite, ...]:
    """Phrases as the record has them."""
    return tuple(Prerequisite(text=s.text) for s in in_a_row(groups))


def values(words: int) -> Mapping[str, str]:
    """How many lines so many words allow."""
    return {"least": str(max(2, words // 16)), "most": str(max(3, words // 10))}


PREREQUISITES = Section(
    "prerequisites",
    "sections/prerequisites.v2",
    list[str],
    groups,
    content,
    share=0.035,
    least=25,
    values=values,
    cites=False,
)
