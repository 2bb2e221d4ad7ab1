"""A document in progress: statements by section with the lines that support them, before and after their check."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from pipeline.document import DroppedNote, Problem, Support, Withheld
from pipeline.emphasis import shared_out
from pipeline.run_record import Naming
from pipeline.shape import with_paragraphs_begun
from pipeline.tables import cells, in_words, row_of
from pipeline.text import word_count


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """One statement: `lines` are segment ids; `label` is the lead of a note or the term of a concept, or "".

    `id` is its number once the draft is numbered. `before` and `reason` say what a check changed, `finding` is an
    objection that remains, `remark` something that code noticed and a check accepted.

    A `bound` statement concerns only the one above it, such as its date or a row of its table: it is removed together
    with that one, and may repeat what another statement says. A `bare` statement has no text: it only holds a table or
    steps that no sentence introduces, and is removed when they are.

    It has the fields of a Shape; `columns_id` is the number of its columns. The words in `emphasis` are bold on the
    page where they occur in the text.
    """

    text: str
    lines: tuple[int, ...]
    label: str = ""
    details: tuple[DraftStatement, ...] = ()
    before: str = ""
    reason: str = ""
    finding: str = ""
    remark: str = ""
    id: int = 0
    bound: bool = False
    continues: bool = False
    columns: tuple[str, ...] = ()
    columns_id: int = 0
    steps: bool = False
    emphasis: tuple[str, ...] = ()
    listed: bool | None = None

    @property
    def bare(self) -> bool:
        """Whether it has no text of its own."""
        return not self.text

    @property
    def labelled(self) -> str:
        """The text, after its label if it has one."""
        return f"{self.label}: {self.text}" if self.label else self.text

    @property
    def in_a_line(self) -> str:
        """The text after its label, followed by the details directly below it."""
        return " ".join(filter(None, (self.labelled, *(d.labelled for d in self.details))))

    @property
    def words(self) -> int:
        """Words of its label, text and columns; the bars between the cells of a row do not count."""
        return word_count(" ".join((self.label, *cells(self.text), *self.columns)))

    @property
    def support(self) -> Support:
        """ "weak" if a finding remains, otherwise "verified"."""
        return "weak" if self.finding else "verified"

    def apart(self, texts: Sequence[str]) -> list[DraftStatement]:
        """The texts that it was split into, as separate statements, each with the emphasised words that it contains."""
        pieces = zip(texts, shared_out(self.emphasis, texts), strict=True)
        return [DraftStatement(text, (), emphasis=emphasis) for text, emphasis in pieces]

    def in_paragraph(self, texts: Sequence[str]) -> Iterator[DraftStatement]:
        """The texts that it was split into, in one paragraph: the first keeps its label, the last keeps its details."""
        *first, last = self.apart(texts)
        for n, piece in enumerate(first):
            yield replace(piece, label="" if n else self.label, continues=n > 0, listed=self.listed)
        label = "" if first else self.label
        yield replace(self, text=last.text, emphasis=last.emphasis, label=label, continues=bool(first))

    def in_words(self, columns: Sequence[str], colon: str) -> DraftStatement:
        """A row of the table with these columns, rewritten to stand outside a table."""
        label, text = in_words(columns, self.text, colon)
        return replace(self, text=text, label=label, bound=False)

    def without_table(self, colon: str) -> DraftStatement:
        """The statement with the rows of its table rewritten to stand outside a table."""
        if not self.columns:
            return self
        return replace(self, columns=(), details=tuple(d.in_words(self.columns, colon) for d in self.details))

    def withheld(self, section: str, reason: str) -> Withheld:
        """What the record keeps of a statement that is left out, including what is bound to it."""
        text = " ".join((self.text, *(d.labelled for d in self.details if d.bound)))
        return Withheld(section=section, text=text, reason=reason, label=self.label or None, lines=self.lines)

    def flat(self) -> Iterator[DraftStatement]:
        """This statement and those nested below it, in reading order."""
        yield self
        for detail in self.details:
            yield from detail.flat()


def lines_of(statements: Iterable[DraftStatement]) -> tuple[int, ...]:
    """All lines cited by these statements and those nested below them, in order."""
    return tuple(sorted({n for top in statements for s in top.flat() for n in s.lines}))


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """Statements that belong together: under a heading in the main points, without one ("") elsewhere.

    `before` and `reason` say what a check changed in the heading, `finding` is an objection to the heading that
    remains. Consecutive groups with the same `part` are grouped under that title, numbered `part_id`; "" means no part.
    """

    statements: tuple[DraftStatement, ...]
    heading: str = ""
    before: str = ""
    reason: str = ""
    finding: str = ""
    id: int = 0
    part: str = ""
    part_id: int = 0

    def flat(self) -> Iterator[DraftStatement]:
        """Its statements and those nested below them, in reading order."""
        for statement in self.statements:
            yield from statement.flat()


_Row = TypeVar("_Row", DraftStatement, DraftGroup)


def updated(row: _Row, **fields: Any) -> _Row:
    """The row with these fields; if it has them already, as most have, the row itself, since copies are slow."""
    return row if all(getattr(row, name) == value for name, value in fields.items()) else replace(row, **fields)


@dataclass(frozen=True, slots=True)
class Draft:
    """All sections of a document by name, and what happened to everything that is not in them.

    `read` and `filler` are segment ids: those that a model has read, and the greetings, adverts and small talk among
    them. `checked_by` is who checked the statements last: a model's name, or "code". `note` tells readers how the
    document was made; `remarks` tell the user what differs from what was asked for. `titles` gives, by section
    name, the title under which a model is shown a section. `names` says whom labels stand for.
    """

    sections: Mapping[str, tuple[DraftGroup, ...]]
    checked_by: str = "code"
    dropped: tuple[DroppedNote, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    problems: tuple[Problem, ...] = ()
    read: frozenset[int] = frozenset()
    filler: frozenset[int] = frozenset()
    note: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    names: tuple[Naming, ...] = ()

    def statements(self) -> Iterator[tuple[str, DraftStatement]]:
        """(section, statement) for everything that has text, nested statements included, in reading order."""
        for name, groups in self.sections.items():
            for group in groups:
                yield from ((name, s) for s in group.flat() if not s.bare)

    def printed(self) -> Iterator[tuple[str, int, str | DraftStatement]]:
        """(section, number, title or statement) for everything on the page, in reading order.

        Titles are those of parts, headings, and the headings of a table's columns joined as a row.
        """
        for name, groups in self.sections.items():
            for part_id, of_part in itertools.groupby(groups, key=lambda g: g.part_id):
                for n, group in enumerate(of_part):
                    if part_id and not n:
                        yield name, part_id, group.part
                    if group.heading:
                        yield name, group.id, group.heading
                    for statement in group.flat():
                        if not statement.bare:
                            yield name, statement.id, statement
                        if statement.columns_id:
                            yield name, statement.columns_id, row_of(statement.columns)

    def words(self) -> int:
        """Words of all sections, including titles of parts, headings, columns, leads and terms."""
        groups = [g for section_groups in self.sections.values() for g in section_groups]
        titles = [*(g.heading for g in groups), *{g.part for g in groups}]
        return sum(map(word_count, titles)) + sum(s.words for g in groups for s in g.flat())

    def numbered(self, *, every: bool = False) -> Draft:
        """The draft with its statements numbered from 1 in reading order: those that cite lines, or all with `every`.

        Titles of parts, headings, and the column headings of a table get numbers in the same sequence.
        """
        count = itertools.count(1)

        def statement(row: DraftStatement) -> DraftStatement:
            number = next(count) if every or row.lines else 0
            columns = next(count) if number and row.columns else 0
            return replace(row, id=number, columns_id=columns, details=tuple(map(statement, row.details)))

        sections: dict[str, tuple[DraftGroup, ...]] = {}
        for name, groups in self.sections.items():
            for part, of_part in itertools.groupby(groups, key=lambda g: g.part):
                part_id = next(count) if part else 0
                sections[name] = sections.get(name, ()) + tuple(
                    replace(
                        g,
                        part_id=part_id,
                        id=next(count) if g.heading else 0,
                        statements=tuple(map(statement, g.statements)),
                    )
                    for g in of_part
                )
        return replace(self, sections={name: sections.get(name, ()) for name in self.sections})

    def rewritten(
        self,
        change: Callable[[str, DraftStatement], DraftStatement | None],
        heading: Callable[[DraftGroup], DraftGroup] = lambda group: group,
    ) -> Draft:
        """The draft after applying `change` to each statement (given its section) and `heading` to each group.

        If `change` returns None, the statement is removed, and its remaining details take its place as bullets, except
        those bound to it. If the first statement of a paragraph is removed, the next one begins the paragraph and takes
        over its lead. A bare statement or a heading with nothing left below it is removed.
        """
        sections = {}
        for name, groups in self.sections.items():
            new = (updated(heading(g), statements=_all_remaining(g.statements, partial(change, name))) for g in groups)
            sections[name] = tuple(g for g in new if g.statements)
        return replace(self, sections=sections)


def _remaining(
    statement: DraftStatement, change: Callable[[DraftStatement], DraftStatement | None]
) -> tuple[DraftStatement, ...]:
    """What remains of a statement after `Draft.rewritten`."""
    changed = change(statement)
    staying = [d for d in statement.details if changed is not None or not d.bound]
    details = _all_remaining(staying, change)
    if changed is None or (changed.bare and not details):
        return tuple(replace(d, listed=True) for d in details)
    return (updated(changed, details=details),)


def _all_remaining(
    statements: Sequence[DraftStatement], change: Callable[[DraftStatement], DraftStatement | None]
) -> tuple[DraftStatement, ...]:
    """What remains of consecutive statements after `Draft.rewritten`."""
    return tuple(with_paragraphs_begun((s, _remaining(s, change)) for s in statements))
