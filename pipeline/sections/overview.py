"""Overview: what the recording is, who speaks, the central question, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.document import Statement
from pipeline.draft import DraftGroup
from pipeline.sections.base import Section, Sentence, claim, in_a_row, sentences
from pipeline.transcript import Transcript


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[Statement, ...]:
    """Statements in the record's form."""
    return tuple(Statement(text=s.text, **claim(s, transcript)) for s in in_a_row(groups))


OVERVIEW = Section(
    "overview",
    "sections/overview.v6",
    list[Sentence],
    sentences,
    content,
    share=0.04,
    least=35,
    prompt_of_part="sections/overview_of_part.v2",
)
