"""A document under review: a flat list of statements with their standing, made from a StudyDocument."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.document import (
    FORMS,
    Claim,
    Correction,
    Detail,
    KeyConcept,
    MainPoint,
    Prerequisite,
    Statement,
    StudyDocument,
    Support,
)
from pipeline.labels import labels_for
from pipeline.review.actions import About
from pipeline.sections import KINDS
from pipeline.shape import shape_of
from pipeline.speakers import full_name

# Sections whose statements are grouped under headings. A dropped point whose section is gone is restored to the first.
GROUPED = tuple(name for name, form in FORMS.items() if form == "points")
DROPPED = "dropped"  # the section of points that were dropped from the document
Standing = Literal["pending", "accepted", "rejected", "withheld", "dropped"]
OUTSIDE: tuple[Standing, ...] = ("withheld", "dropped")  # cannot be decided on until restored


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. `label` is its lead or term, `was` the model's text, `support` None if a reviewer wrote it.

    `depth` is how many statements it is nested below. `columns`, `continues`, `steps` and `listed` are those of a
    Shape. A `bare` item only holds a table or steps: it has no text, cannot be decided on, and its `was` has the words
    below it. `finding` and `correction` come from the record. `reason` says why it was withheld, `reopened` why it has
    to be decided on again, `home` from which section it was dropped. The words of `emphasis` are emphasised. `origins`
    are the ids of the statements that it was split or merged from; if empty, it is an original itself.
    """

    id: str
    section: str
    text: str
    lines: tuple[int, ...]
    standing: Standing = "pending"
    group: str = ""
    depth: int = 0
    label: str = ""
    support: Support | None = "verified"
    was: str = ""
    reason: str = ""
    reopened: str = ""
    finding: str = ""
    correction: Correction | None = None
    home: str = GROUPED[0]
    columns: tuple[str, ...] = ()
    continues: bool = False
    steps: bool = False
    listed: bool | None = None
    emphasis: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether it has no text of its own."""
        return not self.text

    @property
    def wording(self) -> str:
        """The text, preceded by its lead or term."""
        return f"{self.label}: {self.text}" if self.label else self.text

    @property
    def outside(self) -> bool:
        """Whether it was withheld or dropped, and so is not part of the document."""
        return self.standing in OUTSIDE


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the main points, and the title of the part that it belongs to ("" if none).

    `correction` is what the check changed in the heading, None once a reviewer has changed it.
    """

    id: str
    heading: str
    part: str = ""
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """A decision that no longer fits the document: the event's number and author, its kind, and why not.

    `text` is the statement or heading that it was about ("" if none), `typed` are the texts that the reviewer typed.
    """

    n: int
    who: str
    what: str
    text: str
    reason: str
    typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """All statements in reading order (those of a group together), and the speakers' right names.

    `names` are (old, new) pairs in the order of the renames. `sections` are the document's in reading order, `people`
    the speakers that its source names, `labels` the speakers of the lines that it cites, and `titles` pairs of a
    section and the title of a field that its items may have.
    """

    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    names: tuple[tuple[str, str], ...] = ()
    misfits: tuple[Misfit, ...] = ()
    sections: tuple[str, ...] = tuple(FORMS)
    people: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    titles: frozenset[tuple[str, str]] = frozenset()

    def ids(self) -> tuple[str, ...]:
        """The ids of all statements, then of all headings."""
        return (*(i.id for i in self.items), *(g.id for g in self.groups))

    def item(self, id_: str) -> Item | None:
        """The statement with this id."""
        return next((i for i in self.items if i.id == id_), None)

    def group(self, id_: str) -> Group | None:
        """The heading with this id."""
        return next((g for g in self.groups if g.id == id_), None)

    def speaker(self, name: str | None) -> str | None:
        """The name that the reviewer gave to a speaker of the transcript."""
        for old, new in self.names:
            name = new if name == old else name
        return name

    def speakers(self) -> tuple[str, ...]:
        """The source's speakers, renamed if the reviewer renamed them or a label that is short for them."""
        renamed = {full_name(old, self.people): self.speaker(old) for old, _ in self.names}
        return tuple(renamed.get(name) or name for name in self.people)

    def block(self, item: Item) -> tuple[Item, ...]:
        """A statement and all that is nested below it."""
        at = self.items.index(item)
        end = at + 1
        while end < len(self.items) and self.items[end].depth > item.depth and _in_same_group(self.items[end], item):
            end += 1
        return self.items[at:end]

    def above(self, item: Item) -> tuple[str, ...]:
        """The heading and the statements that a statement is nested below, outermost first."""
        out: list[str] = []
        depth = item.depth
        for other in reversed(self.items[: self.items.index(item)]):
            if not _in_same_group(other, item):
                break
            if other.depth < depth and not other.outside:
                out += [other.text] if other.text else []
                depth = other.depth
        group = self.group(item.group)
        return tuple(reversed([*out, group.heading] if group else out))

    def columns_over(self, item: Item) -> tuple[str, ...]:
        """The column headings of the table in which a statement is a row; empty if it is in none."""
        for other in reversed(self.items[: self.items.index(item)]):
            if not _in_same_group(other, item):
                break
            if other.depth < item.depth and not other.outside:
                return other.columns
        return ()

    def abouts(self) -> dict[str, About]:
        """All statements and headings, by id, as needed to find them again in a later document."""
        abouts: dict[str, About] = {}
        lines: dict[str, set[int]] = {}
        above: list[Item] = []
        for item in self.items:
            lines.setdefault(item.group, set()).update(item.lines)
            while above and not (above[-1].depth < item.depth and _in_same_group(above[-1], item)):
                above.pop()
            abouts[item.id] = About(
                id=item.id, section=item.section, text=item.text or item.was, lines=item.lines, label=item.label,
                above=above[-1].id if above else "",
            )  # fmt: skip
            if not item.outside:
                above.append(item)
        for group in self.groups:
            cited = tuple(sorted(lines.get(group.id, ())))
            abouts[group.id] = About(
                id=group.id, section="heading", text=group.heading, lines=cited, label="", above=""
            )  # fmt: skip
        return abouts


def _in_same_group(a: Item, b: Item) -> bool:
    return (a.section, a.group) == (b.section, b.group)


def opened(document: StudyDocument) -> State:
    """A document before the first decision. An id is the section and a hash of text and lines; repeats are numbered."""
    new_id = _Ids()
    items: list[Item] = []
    groups: list[Group] = []
    for section, content in ((s.name, s.content) for s in document.outline()):
        for entry in content:
            match entry:
                case MainPoint():
                    id_ = new_id("heading", entry.heading, ())
                    group = Group(id_, entry.heading, entry.part or "", entry.correction)
                    groups.append(group)
                    nested = _nested(entry.details)
                    items += [replace(_item(section, d, new_id), group=group.id, depth=n) for d, n in nested]
                case Prerequisite():
                    items.append(Item(new_id(section, entry.text, ()), section, entry.text, (), was=entry.text))
                case Detail():
                    items += [replace(_item(section, d, new_id), depth=n) for d, n in _nested((entry,))]
                case _:
                    items.append(_item(section, entry, new_id))
    state = State(
        tuple(items),
        tuple(groups),
        sections=document.order,
        people=document.source.speakers,
        labels=tuple(dict.fromkeys(e.speaker for s in document.statements() for e in s.evidence if e.speaker)),
        titles=_titles(document),
    )
    for withheld in document.withheld:
        section = withheld.section if withheld.section in document.order else GROUPED[0]
        item = Item(
            new_id(section, f"withheld\n{withheld.text}", ()), section, withheld.text, withheld.lines,
            "withheld", label=withheld.label or "", support="weak", was=withheld.text, reason=withheld.reason,
        )  # fmt: skip
        state = placed(state, item)
    dropped = [
        Item(new_id(DROPPED, d.text, d.lines), DROPPED, d.text, d.lines, "dropped", was=d.text, home=d.section)
        for d in document.dropped
    ]
    return replace(state, items=(*state.items, *dropped))


def _titles(document: StudyDocument) -> frozenset[tuple[str, str]]:
    """Pairs of a section of items and a field title: those of the catalogue and those of the record."""
    labels = labels_for(document.run.language)
    known = {(s.name, labels.word(title)) for kind in KINDS for s in kind.sections for title in s.titles}
    items = ((section.name, item) for section in document.more for item in section.items)
    return frozenset(known | {(name, below.lead) for name, item in items for below in item.details if below.lead})


class _Ids:
    """Makes ids. The same text with the same lines in the same section gets a number from its second time on."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def __call__(self, section: str, text: str, lines: tuple[int, ...]) -> str:
        digest = hashlib.sha256(f"{section}\n{text}\n{lines}".encode()).hexdigest()[:12]
        id_ = f"{section}.{digest}"
        self._counts[id_] += 1
        return id_ + (f".{self._counts[id_]}" if self._counts[id_] > 1 else "")


def _item(section: str, claim: Claim, new_id: _Ids) -> Item:
    lines = tuple(e.segment for e in claim.evidence)
    match claim:
        case KeyConcept():
            label, text = claim.term, claim.definition
        case Detail():
            label, text = claim.label, claim.text
        case Statement():
            label, text = "", claim.text
        case _:
            raise TypeError(f"{type(claim).__name__} is no statement")
    was = text
    if isinstance(claim, Detail) and claim.bare:  # several may have the same lines
        was = "\n".join((*claim.columns, *(detail.text for detail in claim.details)))
    item = Item(
        new_id(section, f"{label}\n{was}", lines), section, text, lines, label=label, support=claim.support, was=was,
        finding=claim.finding or "", correction=claim.correction, emphasis=claim.emphasis,
        standing="pending" if text else "accepted",
    )  # fmt: skip
    return replace(item, **shape_of(claim)) if isinstance(claim, Detail) else item


def _nested(details: tuple[Detail, ...], depth: int = 0) -> Iterator[tuple[Detail, int]]:
    for detail in details:
        yield detail, depth
        yield from _nested(detail.details, depth + 1)


def placed(state: State, item: Item) -> State:
    """The state with one more item, after the last of its section that starts no later in the transcript.

    It is not nested; among main points it joins the heading of that place. Only a field goes elsewhere: last below the
    item that it belongs to.
    """
    items = state.items
    if above := _item_of(item, state):
        at = items.index(above) + len(state.block(above))
        return replace(state, items=(*items[:at], replace(item, depth=above.depth + 1), *items[at:]))
    in_section = [n for n, i in enumerate(items) if i.section == item.section]
    first = item.lines[0] if item.lines else None
    before = [n for n in in_section if first is None or (items[n].lines and items[n].lines[0] <= first)]
    if before:
        at, group = before[-1] + 1, items[before[-1]].group
        while at < len(items) and items[at].depth and _in_same_group(items[at], items[at - 1]):
            at += 1
    elif in_section:
        at, group = in_section[0], items[in_section[0]].group
    else:
        at, group = start_of(state, item.section), ""
    if not group and state.groups and item.section in GROUPED:
        group = state.groups[-1].id
        at = start_of(state, item.section, group)
    return replace(state, items=(*items[:at], replace(item, group=group, depth=0), *items[at:]))


def _item_of(field: Item, state: State) -> Item | None:
    """The only item with some of a field's lines; of several, the only one without a field of that title; else None."""
    if (field.section, field.label) not in state.titles:
        return None
    whole = (i for i in state.items if i.section == field.section and not i.depth and not i.outside)
    sharing = [i for i in whole if set(i.lines) & set(field.lines)]
    lacking = [i for i in sharing if field.label not in {below.label for below in state.block(i)[1:]}]
    found = lacking if len(sharing) > 1 else sharing
    return found[0] if len(found) == 1 else None


def start_of(state: State, section: str, group: str = "") -> int:
    """The index of the first statement of a section, or of a group in it, or where that would be."""
    order = {g.id: n for n, g in enumerate(state.groups)}
    ranks = {name: n for n, name in enumerate((*state.sections, DROPPED))}

    def rank(item: Item) -> tuple[int, int]:
        return ranks[item.section], order.get(item.group, -1)

    goal = (ranks[section], order.get(group, -1))
    return next((n for n, i in enumerate(state.items) if rank(i) >= goal), len(state.items))
