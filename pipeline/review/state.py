"""A document under review: a flat list of statements with their standing, made from a StudyDocument."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.document import Detail, KeyConcept, Statement, StudyDocument, Support
from pipeline.review.actions import SECTIONS, About, SectionName

Standing = Literal["pending", "accepted", "rejected", "withheld"]
Guess = Callable[[str], tuple[int, ...]]  # the lines that a withheld statement most likely came from


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. `label` is its lead or term, `was` the model's text, `support` None when it has to be checked."""

    id: str
    section: SectionName
    text: str
    lines: tuple[int, ...]
    standing: Standing = "pending"
    group: str = ""
    depth: int = 0
    label: str = ""
    support: Support | None = "verified"
    was: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the main points."""

    id: str
    heading: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """A decision that no longer fits the document: the event's number, what it was, about which text, and why not."""

    n: int
    who: str
    what: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """All statements in reading order (the items of a group stand together), and the speakers' right names."""

    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    names: tuple[tuple[str, str], ...] = ()
    misfits: tuple[Misfit, ...] = ()

    def ids(self) -> tuple[str, ...]:
        """The ids of all statements, then of all headings."""
        return (*(i.id for i in self.items), *(g.id for g in self.groups))

    def item(self, id_: str) -> Item | None:
        """The statement with an id."""
        return next((i for i in self.items if i.id == id_), None)

    def group(self, id_: str) -> Group | None:
        """The heading with an id."""
        return next((g for g in self.groups if g.id == id_), None)

    def speaker(self, name: str | None) -> str | None:
        """A speaker of the transcript by the name that the reviewer gave."""
        for old, new in self.names:
            name = new if name == old else name
        return name

    def about(self, id_: str) -> About | None:
        """What a later document is searched for when a decision on `id_` is applied again."""
        if item := self.item(id_):
            return About(id=id_, section=item.section, text=item.text, lines=item.lines)
        if group := self.group(id_):
            lines = sorted({n for i in self.items if i.group == id_ for n in i.lines})
            return About(id=id_, section="heading", text=group.heading, lines=tuple(lines))
        return None


def opened(document: StudyDocument, guess: Guess = lambda text: ()) -> State:
    """A document before the first decision. Ids are section and a hash of text and lines; repeats are numbered."""
    seen: Counter[str] = Counter()

    def id_of(section: str, text: str, lines: tuple[int, ...]) -> str:
        digest = hashlib.sha256(f"{section}\n{text}\n{lines}".encode()).hexdigest()[:12]
        seen[f"{section}.{digest}"] += 1
        count = seen[f"{section}.{digest}"]
        return f"{section}.{digest}" + (f".{count}" if count > 1 else "")

    def item(section: SectionName, statement: Statement | KeyConcept, group: str = "", depth: int = 0) -> Item:
        lines = tuple(e.segment for e in statement.evidence)
        if isinstance(statement, KeyConcept):
            label, text = statement.term, statement.definition
        else:
            label, text = getattr(statement, "lead", None) or "", statement.text
        id_ = id_of(section, f"{label}\n{text}", lines)
        return Item(id_, section, text, lines, "pending", group, depth, label, statement.support, text)

    groups: list[Group] = []
    items = [item("overview", s) for s in document.overview]
    items += [
        Item(id_of("prerequisites", p.text, ()), "prerequisites", p.text, (), was=p.text)
        for p in document.prerequisites
    ]
    for point in document.main_points:
        group = Group(id_of("heading", point.heading, ()), point.heading)
        groups.append(group)
        items += [item("main_points", d, group.id, depth) for d, depth in _nested(point.details)]
    items += [item("key_concepts", c) for c in document.key_concepts]
    items += [item("summary", s) for s in document.summary]
    for withheld in document.withheld:
        section: SectionName = next((s for s in SECTIONS if s == withheld.section), "main_points")
        kept_out = Item(
            id_of(section, f"withheld\n{withheld.text}", ()), section, withheld.text, guess(withheld.text),
            "withheld", "", 0, "", "weak", withheld.text, withheld.reason,
        )  # fmt: skip
        items = _placed(items, kept_out, groups)
    return State(tuple(items), tuple(groups))


def _nested(details: tuple[Detail, ...], depth: int = 0) -> Iterator[tuple[Detail, int]]:
    for detail in details:
        yield detail, depth
        yield from _nested(detail.details, depth + 1)


def _placed(items: list[Item], kept_out: Item, groups: list[Group]) -> list[Item]:
    """The items with a withheld one behind the last of its section whose lines come before its own."""
    own = [(n, i) for n, i in enumerate(items) if i.section == kept_out.section]
    first = kept_out.lines[0] if kept_out.lines else None
    before = [n for n, i in own if first is None or (i.lines and i.lines[0] <= first)]
    if before:
        at = before[-1] + 1
    elif own:
        at = own[0][0]
    else:
        later = SECTIONS[SECTIONS.index(kept_out.section) + 1 :]
        at = next((n for n, i in enumerate(items) if i.section in later), len(items))
    if kept_out.section == "main_points" and own:
        neighbour = items[at - 1] if before else items[at]
        kept_out = replace(kept_out, group=neighbour.group, depth=neighbour.depth)
    elif kept_out.section == "main_points" and groups:
        kept_out = replace(kept_out, group=groups[-1].id)
    return [*items[:at], kept_out, *items[at:]]
