"""Sections that are lists of items, each a statement with a lead and with fields below it: decisions, examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import create_model

from pipeline.document import Detail
from pipeline.draft import DraftGroup, DraftStatement
from pipeline.labels import Labels
from pipeline.llm.structured import Answer
from pipeline.sections.base import LinesOf, Sentence, detail, in_a_row, without_end_mark
from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an item: printed after its `title`, and as `absent` where an answer leaves it empty ("": not at all).

    Both name words of the catalogue; what it does not have stands as it is. One with `many` is a list of sentences,
    each with its own lines, and each after the `title` if there is one.
    """

    name: str
    title: str = ""
    absent: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """How the items of a section are asked for and read: which field is the text, which the lead, which stand below.

    A field below an item is a statement of its own, with the item's lines: it is checked, put right and reviewed alone.
    """

    name: str
    fields: tuple[Field, ...]
    text: str
    lead: str = ""

    def answer(self) -> Any:
        """The type of the section in a model's answer."""
        types: dict[str, Any] = {f.name: (list[Sentence] if f.many else str, ...) for f in self.fields}
        return list[create_model(self.name, __base__=Answer, cites=(list[int], ...), **types)]  # type: ignore[misc]

    def groups(self, answer: Sequence[Any], lines_of: LinesOf, words: Labels) -> tuple[DraftGroup, ...]:
        """Items in a row; one without a text is none."""
        rows = tuple(self._item(i, lines_of, words) for i in answer if getattr(i, self.text).strip())
        return (DraftGroup(rows),) if rows else ()

    def _item(self, item: Any, lines_of: LinesOf, words: Labels) -> DraftStatement:
        lines = lines_of(item.cites)
        below: list[DraftStatement] = []
        label = ""
        for field in self.fields:
            said = getattr(item, field.name)
            if field.many:
                name = words.word(field.title)
                below += [
                    DraftStatement(s.text, lines_of(s.cites) or lines, name, bound=True) for s in said if s.text.strip()
                ]
            elif field.name == self.lead:
                label = without_end_mark(said) or words.word(field.absent)
            elif field.name != self.text and (value := said.strip() or words.word(field.absent)):
                below.append(DraftStatement(value, lines, words.word(field.title), bound=True))
        return DraftStatement(getattr(item, self.text), lines, label, tuple(below))


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[Detail, ...]:
    """Items as the record has them."""
    return tuple(detail(s, transcript) for s in in_a_row(groups))
