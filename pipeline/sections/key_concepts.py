"""Key Concepts: terms that a student would look up, each once, with the definition that the recording gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.document import KeyConcept
from pipeline.draft import DraftGroup, DraftStatement
from pipeline.labels import Labels
from pipeline.llm.structured import Answer
from pipeline.sections.base import LinesOf, Section, claim, in_a_row, without_end_mark
from pipeline.transcript import Transcript

_WORDS_EACH = 16  # of a term with its definition
_MOST = 11  # terms, about, of the glossary of a long page


class Concept(Answer):
    """A term and its definition, with the numbers that it cites."""

    cites: list[int]
    term: str
    definition: str


def groups(answer: Sequence[Concept], lines_of: LinesOf, words: Labels) -> tuple[DraftGroup, ...]:
    """Terms in a row."""
    rows = tuple(
        DraftStatement(c.definition, lines_of(c.cites), term)
        for c in answer
        if (term := without_end_mark(c.term)) and c.definition.strip()
    )
    return (DraftGroup(rows),) if rows else ()


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[KeyConcept, ...]:
    """Terms as the record has them."""
    rows = in_a_row(groups)
    return tuple(KeyConcept(term=s.label, definition=s.text, **claim(s, transcript)) for s in rows)


def values(words: int) -> Mapping[str, str]:
    """How many terms so many words allow."""
    about = min(words / _WORDS_EACH, _MOST)
    return {"least": str(max(2, round(0.7 * about))), "most": str(max(3, round(1.1 * about)))}


KEY_CONCEPTS = Section(
    "key_concepts",
    "sections/key_concepts.v6",
    list[Concept],
    groups,
    content,
    share=0.085,
    least=60,
    values=values,
    grows="rows",
)
