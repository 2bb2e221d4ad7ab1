"""One action on a state gives the next: pure, so that replaying a history always ends the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.review.actions import (
    SECTIONS,
    Action,
    Add,
    Decide,
    Divide,
    Edit,
    Heading,
    Merge,
    Move,
    Rename,
    Restore,
    Split,
    Step,
    Term,
)
from pipeline.review.state import Group, Item, Standing, State

_STANDINGS: dict[str, Standing] = {"accept": "accepted", "reject": "rejected", "reopen": "pending"}


class Unfit(ValueError):
    """An action that cannot be taken on this state, and why."""


def apply(state: State, action: Action, n: int) -> State:
    """The state after action number `n`, which names what it adds. Raises Unfit."""
    match action:
        case Decide():
            return _decided(state, action)
        case Edit():
            item = _present(state, action.target)
            label = item.label if action.label is None else action.label
            lines = item.lines if action.lines is None else _ordered(action.lines)
            _complete(item.section, lines, label, bare=item.section == "overview" and not item.lines)
            return _with(state, _own(replace(item, text=action.text, label=label, lines=lines)))
        case Split():
            item = _present(state, action.target)
            parts = [
                replace(item, id=_fresh(item, n, k), text=text, support=None, label=item.label if k == 0 else "")
                for k, text in enumerate(action.texts)
            ]
            if item.section == "key_concepts":
                parts = [replace(p, label=item.label) for p in parts]
            return _put(state, item.id, parts)
        case Merge():
            return _merged(state, action, n)
        case Move():
            return _moved(state, action)
        case Add():
            return _added(state, action, n)
        case Restore():
            item = _present(state, action.target, withheld=True)
            item = replace(item, text=action.text or item.text)
            lines = _ordered(action.lines)
            term, _, definition = item.text.partition(": ")
            if item.section == "key_concepts" and definition and not item.label:
                item = replace(item, label=term, text=definition)
            _complete(item.section, lines, item.label)
            return _with(state, _own(replace(item, lines=lines)))
        case Heading():
            if state.group(action.group) is None:
                raise Unfit("this heading is not in the document")
            groups = tuple(replace(g, heading=action.text) if g.id == action.group else g for g in state.groups)
            return replace(state, groups=groups)
        case Divide():
            return _divided(state, action, n)
        case Term():
            item = _present(state, action.target)
            if item.section != "key_concepts":
                raise Unfit("only a key concept has a term")
            return _with(state, _own(replace(item, label=action.text)))
        case Rename():
            return _renamed(state, action)
        case Step():
            raise TypeError("steps are taken by the history")


def _own(item: Item) -> Item:
    """What a reviewer wrote is accepted, and has to be checked."""
    return replace(item, standing="accepted", support=None)


def _decided(state: State, action: Decide) -> State:
    wanted = set(action.targets)
    standing = _STANDINGS[action.kind]
    places = [n for n, i in enumerate(state.items) if i.id in wanted and i.standing != "withheld"]
    if len(places) < len(wanted):
        raise Unfit("this statement is not in the document, or is withheld: restore it first")
    items = list(state.items)
    for n in places:
        items[n] = replace(items[n], standing=standing)
    return replace(state, items=tuple(items))


def _present(state: State, id_: str, *, withheld: bool = False) -> Item:
    item = state.item(id_)
    if item is None:
        raise Unfit("this statement is not in the document")
    if item.standing == "withheld" and not withheld:
        raise Unfit("this statement is withheld: restore it first")
    return item


def _complete(section: str, lines: Sequence[int], label: str, *, bare: bool = False) -> None:
    if section != "prerequisites" and not lines and not bare:
        raise Unfit("a statement needs the lines that say it")
    if section == "key_concepts" and not label:
        raise Unfit("a key concept needs a term")


def _ordered(lines: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(set(lines)))


def _fresh(item: Item, n: int, k: int) -> str:
    return f"{item.section}.n{n}.{k}"


def _with(state: State, changed: Item) -> State:
    return replace(state, items=tuple(changed if i.id == changed.id else i for i in state.items))


def _put(state: State, id_: str, instead: Sequence[Item]) -> State:
    at = next(n for n, i in enumerate(state.items) if i.id == id_)
    return replace(state, items=(*state.items[:at], *instead, *state.items[at + 1 :]))


def _merged(state: State, action: Merge, n: int) -> State:
    parts = [_present(state, t) for t in dict.fromkeys(action.targets)]
    if len(parts) < 2 or len({p.section for p in parts}) > 1:
        raise Unfit("only statements of one section can become one")
    parts.sort(key=state.items.index)
    first = parts[0]
    together = replace(
        first,
        id=_fresh(first, n, 0),
        text=action.text,
        lines=_ordered([line for p in parts for line in p.lines]),
        support=None,
        standing="accepted",
        was=" ".join(p.was for p in parts if p.was),
    )
    gone = {p.id for p in parts[1:]}
    left = replace(state, items=tuple(i for i in state.items if i.id not in gone))
    return _put(left, first.id, [together])


def _moved(state: State, action: Move) -> State:
    item = _present(state, action.target)
    block = _block(state, item)
    ids = {i.id for i in block}
    rest = replace(state, items=tuple(i for i in state.items if i.id not in ids))
    if action.after:
        goal = rest.item(action.after)
        if goal is None or goal.section != item.section:
            raise Unfit("the place that it was moved to is not in the document")
        group, depth = goal.group, goal.depth
        at = next(n for n, i in enumerate(rest.items) if i.id == goal.id) + 1
    else:
        group = action.group or item.group
        if group and state.group(group) is None:
            raise Unfit("the heading that it was moved to is not in the document")
        depth, at = 0, _start(rest, item.section, group)
    shift = depth - item.depth
    moved = [replace(i, group=group, depth=max(0, i.depth + shift)) for i in block]
    return replace(rest, items=(*rest.items[:at], *moved, *rest.items[at:]))


def _divided(state: State, action: Divide, n: int) -> State:
    item = state.item(action.target)
    old = state.group(item.group) if item else None
    if item is None or old is None:
        raise Unfit("only main points have headings")
    new = Group(f"heading.n{n}.0", action.text)
    at, place = state.items.index(item), state.groups.index(old)
    items = [
        replace(i, group=new.id, depth=max(0, i.depth - item.depth)) if k >= at and i.group == old.id else i
        for k, i in enumerate(state.items)
    ]
    return replace(state, items=tuple(items), groups=(*state.groups[: place + 1], new, *state.groups[place + 1 :]))


def _block(state: State, item: Item) -> list[Item]:
    """A statement and what is nested below it."""
    at = state.items.index(item)
    out = [item]
    for other in state.items[at + 1 :]:
        if other.section != item.section or other.group != item.group or other.depth <= item.depth:
            break
        out.append(other)
    return out


def _start(state: State, section: str, group: str) -> int:
    """Where the first statement of a section, or of a group of it, stands or would stand."""
    order = {g.id: n for n, g in enumerate(state.groups)}

    def place(item: Item) -> tuple[int, int]:
        return SECTIONS.index(item.section), order.get(item.group, -1)

    wanted = (next(n for n, s in enumerate(SECTIONS) if s == section), order.get(group, -1))
    return next((n for n, i in enumerate(state.items) if place(i) >= wanted), len(state.items))


def _added(state: State, action: Add, n: int) -> State:
    lines = _ordered(action.lines)
    _complete(action.section, lines, action.label)
    item = Item(
        f"{action.section}.n{n}.0", action.section, action.text, lines, "accepted", label=action.label, support=None
    )
    after = state.item(action.after) if action.after else None
    if after is not None and after.section == action.section:
        at = next(k for k, i in enumerate(state.items) if i.id == after.id) + 1
        return replace(
            state,
            items=(*state.items[:at], replace(item, group=after.group, depth=after.depth), *state.items[at:]),
        )
    if action.section == "main_points":
        if not state.groups:
            state = replace(state, groups=(Group(f"heading.n{n}.0", "Added in review"),))
        group = state.group(action.group) if action.group else state.groups[-1]
        if group is None:
            raise Unfit("the heading that it was added to is not in the document")
        item = replace(item, group=group.id)
    return _appended(state, item)


def _appended(state: State, item: Item) -> State:
    at = _start(state, item.section, item.group)
    while at < len(state.items) and (state.items[at].section, state.items[at].group) == (item.section, item.group):
        at += 1
    return replace(state, items=(*state.items[:at], item, *state.items[at:]))


def _renamed(state: State, action: Rename) -> State:
    swap = renaming(action.speaker, action.name)
    items = tuple(
        replace(i, text=text, label=label) if (text := swap(i.text), label := swap(i.label)) != (i.text, i.label) else i
        for i in state.items
    )
    groups = tuple(replace(g, heading=swap(g.heading)) for g in state.groups)
    return replace(state, items=items, groups=groups, names=(*state.names, (action.speaker, action.name)))


def renaming(old: str, new: str) -> Callable[[str], str]:
    """What puts one name for another wherever it stands as a whole."""
    pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    return lambda text: pattern.sub(lambda _: new, text)
