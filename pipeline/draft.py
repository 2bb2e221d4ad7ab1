"""A document on its way: statements by section with the lines that say them, before and after they were checked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.document import DroppedNote, Naming, Problem, Support, Withheld
from pipeline.text import word_count


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """One statement: `lines` are segment ids, `label` is the lead of a note or the term of a concept, "" for none.

    `id` is its number in the draft once that is numbered. `before` and `reason` tell what a check changed, `finding` is
    what stands against it, `remark` what code noticed and was let stand. A `bound` one says something of the statement
    above it alone, such as its date or a row of its table: it goes with that, and may say what another one says.
    `columns` are the headings of that table.
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
    columns: tuple[str, ...] = ()

    @property
    def labelled(self) -> str:
        """The text behind its label, if it has one."""
        return f"{self.label}: {self.text}" if self.label else self.text

    @property
    def support(self) -> Support:
        """ "weak" when a finding stands."""
        return "weak" if self.finding else "verified"

    def withheld(self, section: str, reason: str) -> Withheld:
        """What the record keeps of a statement that is kept out, and of what is bound to it."""
        text = " ".join((self.text, *(d.labelled for d in self.details if d.bound)))
        return Withheld(section=section, text=text, reason=reason, label=self.label or None, lines=self.lines)

    def flat(self) -> Iterator[DraftStatement]:
        """This statement and those nested below it, in reading order."""
        yield self
        for detail in self.details:
            yield from detail.flat()


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """Statements that stand together: under a heading in the main points, elsewhere under none ("").

    `before` and `reason` tell what a check changed in the heading, `finding` what it has against one that stands.
    """

    statements: tuple[DraftStatement, ...]
    heading: str = ""
    before: str = ""
    reason: str = ""
    finding: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """All sections of a document by name, and what became of everything that is not in them.

    `read` and `filler` are segment ids: those that a model has read, and greetings, adverts and small talk among them.
    `checked_by` is who looked at the statements last: a model's name, or "code". `note` tells readers how it was made,
    `remarks` who asked for it what is otherwise than asked. `titles` are headings of sections that are not called as in
    study notes. `names` are those of whom labels stand for.
    """

    sections: Mapping[str, tuple[DraftGroup, ...]]
    checked_by: str = "code"
    dropped: tuple[DroppedNote, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    problems: tuple[Problem, ...] = ()
    read: frozenset[int] = field(default_factory=frozenset)
    filler: frozenset[int] = field(default_factory=frozenset)
    note: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    names: tuple[Naming, ...] = ()

    def statements(self) -> Iterator[tuple[str, DraftStatement]]:
        """(section, statement) of everything, nested ones included, in reading order."""
        for name, groups in self.sections.items():
            for group in groups:
                for statement in group.statements:
                    yield from ((name, s) for s in statement.flat())

    def words(self) -> int:
        """Words of all sections, headings, leads and terms included."""
        texts = [g.heading for groups in self.sections.values() for g in groups]
        texts += [text for _, s in self.statements() for text in (s.label, s.text)]
        return sum(map(word_count, texts))

    def numbered(self, *, every: bool = False) -> Draft:
        """The draft with headings, and statements that cite lines or `every` one, numbered from 1 in reading order."""
        count = itertools.count(1)

        def numbered(statement: DraftStatement) -> DraftStatement:
            number = next(count) if every or statement.lines else 0
            return replace(statement, id=number, details=tuple(map(numbered, statement.details)))

        sections = {}
        for name, groups in self.sections.items():
            sections[name] = tuple(
                replace(g, id=next(count) if g.heading else 0, statements=tuple(numbered(s) for s in g.statements))
                for g in groups
            )
        return replace(self, sections=sections)

    def rewritten(
        self,
        change: Callable[[str, DraftStatement], DraftStatement | None],
        heading: Callable[[DraftGroup], DraftGroup] = lambda group: group,
    ) -> Draft:
        """The draft with each statement of a section as `change` gives it, and each group's heading as `heading` does.

        What `change` gives None for goes, and its details move up unless they are bound to it; a heading over nothing
        goes too.
        """

        def kept(name: str, statement: DraftStatement) -> tuple[DraftStatement, ...]:
            changed = change(name, statement)
            staying = [d for d in statement.details if changed is not None or not d.bound]
            details = tuple(k for d in staying for k in kept(name, d))
            if changed is None:
                return details
            return (changed if changed.details == details else replace(changed, details=details),)

        sections = {}
        for name, groups in self.sections.items():
            new = (
                replace(heading(g), statements=tuple(k for s in g.statements for k in kept(name, s))) for g in groups
            )
            sections[name] = tuple(g for g in new if g.statements)
        return replace(self, sections=sections)
