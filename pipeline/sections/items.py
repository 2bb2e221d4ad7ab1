"""Sections that are lists of items, each a statement with a lead and fields below it: decisions, worked examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    """A field of an item: printed after its `title`; if the answer leaves it empty, as `absent`, or not at all ("").

    Both are names of labels; a name without a label is printed as is. A field with `many` is a list of sentences, each
    with its own lines and each printed after the `title`, if there is one.
    """

    name: str
    title: str = ""
    absent: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """How the items of a section are asked for and read: which field is the text, which the lead; others come below.

    A field below an item is a statement of its own, with the item's lines: it is checked, corrected and reviewed by
    itself. If lead and text are `paired`, as a term and its definition are, an item without either is dropped.
    """

    name: str
    fields: tuple[Field, ...]
    text: str
    lead: str = ""
    paired: bool = False

    @property
    def titles(self) -> tuple[str, ...]:
        """Label names of the titles of its fields."""
        return tuple(f.title for f in self.fields if f.title)

    def answer(self) -> Any:
        """The type of the section in a model's answer."""
        types: dict[str, Any] = {f.name: (list[Sentence] if f.many else str, ...) for f in self.fields}
        item = create_model(self.name, __base__=Answer, cites=(list[int], ...), **types)
        item._mostly_empty = tuple(types)
        return list[item]  # type: ignore[valid-type]

    def groups(self, answer: Sequence[Any], lines_of: LinesOf, labels: Labels) -> tuple[DraftGroup, ...]:
        """The items as one group; without a text, an item's lead becomes its text; without either, it is dropped."""
        rows = tuple(s for i in answer if (s := self._item(i, lines_of, labels)))
        return (DraftGroup(rows),) if rows else ()

    def edited(
        self, item: Any, cited: Sequence[DraftStatement], lines_of: LinesOf, labels: Labels
    ) -> tuple[DraftStatement, ...]:
        """An item from composing, its empty fields filled from the cited items; if all are empty, those as they are.

        The leads of the cited items are joined. For other fields, the latest item counts, as it completes or changes
        the earlier ones; lists keep all sentences. If the texts of
        the cited items differ and the composed item has none, each cited item is kept, with the fields that the
        composed item fills.
        """
        if not any(self._below(f, item, lines_of, "") for f in self.fields):
            return tuple(cited)
        each_alone = not getattr(item, self.text).strip() and len({s.text for s in cited}) > 1
        joined = [[s] for s in cited] if each_alone else [cited]
        items = (self._item(item, lines_of, labels, some) for some in joined)
        return tuple(s for s in items if s)

    def _item(
        self, item: Any, lines_of: LinesOf, labels: Labels, cited: Sequence[DraftStatement] = ()
    ) -> DraftStatement | None:
        """An item as a statement, its empty fields filled from the `cited` items; None if nothing can be printed."""
        text, lead = getattr(item, self.text).strip(), getattr(item, self.lead).strip() if self.lead else ""
        absent = next((labels.word(f.absent) for f in self.fields if f.name == self.lead), "")
        label = without_end_mark(lead) or _joined(s.label for s in cited if s.label != absent)
        lines = lines_of(item.cites)
        if not text and cited:
            text, lines = cited[0].text, tuple(sorted({n for s in cited for n in s.lines}))
        if self.paired and not (text and label):
            return None
        if not text:
            text, label, absent = lead, "", ""
        if not text:
            return None
        below = tuple(s for f in self.fields for s in self._below_or_cited(f, item, lines_of, labels, cited))
        emphasis = tuple(bold for s in cited for bold in s.emphasis)
        return DraftStatement(text, lines, label or absent, below, emphasis=emphasis)

    def _below_or_cited(
        self, field: Field, item: Any, lines_of: LinesOf, labels: Labels, cited: Sequence[DraftStatement]
    ) -> Sequence[DraftStatement]:
        """The statements below an item for a field: its own text, else the cited items', else that it is absent."""
        if field.name in (self.text, self.lead):
            return ()
        name, absent = labels.word(field.title), labels.word(field.absent)
        if below := self._below(field, item, lines_of, name):
            return below
        in_order = sorted(cited, key=lambda s: max(s.lines, default=0))
        given = [[d for d in s.details if d.bound and d.label == name and d.text != absent] for s in in_order]
        given = [details for details in given if details]
        if not given and absent:
            return [DraftStatement(absent, lines_of(item.cites), name, bound=True)]
        kept = given if field.many else given[-1:]
        return list({d.text: d for details in kept for d in details}.values())

    @staticmethod
    def _below(field: Field, item: Any, lines_of: LinesOf, name: str) -> list[DraftStatement]:
        """An item's answer in a field, as statements below it."""
        answer, lines = getattr(item, field.name), lines_of(item.cites)
        texts = [(s.text, lines_of(s.cites) or lines) for s in answer] if field.many else [(answer, lines)]
        return [DraftStatement(text.strip(), cited, name, bound=True) for text, cited in texts if text.strip()]


def _joined(leads: Iterable[str]) -> str:
    """The leads joined, but for one that another contains: "Ana, Ben" and "Ana" are "Ana, Ben"."""
    distinct = dict.fromkeys(filter(None, leads))
    contained = {a for a in distinct for b in distinct if a != b and f", {a}, " in f", {b}, "}
    return ", ".join(lead for lead in distinct if lead not in contained)


def content(groups: Sequence[DraftGroup], transcript: Transcript) -> tuple[Detail, ...]:
    """Items in the record's form."""
    return tuple(detail(s, transcript) for s in in_a_row(groups))
