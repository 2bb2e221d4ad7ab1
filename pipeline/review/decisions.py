"""One action on a state gives the next: pure, so that replaying a history always ends the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.document import BARE, TERMED
from pipeline.pages.paragraphs import is_bullet
from pipeline.review.actions import (
    Action,
    Add,
    Decide,
    Divide,
    Edit,
    Heading,
    Merge,
    Move,
    Part,
    Rename,
    Restore,
    Split,
    Step,
    Term,
)
from pipeline.review.renaming import renamed
from pipeline.review.state import DROPPED, GROUPED, Group, Item, Standing, State, placed, start_of

_STANDINGS: dict[str, Standing] = {"accept": "accepted", "reject": "rejected", "reopen": "pending"}


class Unfit(ValueError):
    """An action that cannot be taken on this state, and why."""


def apply(state: State, action: Action, n: int) -> State:
    """The state after action number `n`, which names what it adds. Raises Unfit."""
    changed = _applied(state, action, n)
    match action:
        case Split():
            made_of = action.target
        case Merge():
            made_of = action.targets[0]
        case _:
            made_of = ""
    return _within_paragraphs(changed, state, made_of)


def _within_paragraphs(changed: State, before: State, made_of: str) -> State:
    """The changed state, in which what went on in a paragraph does so only behind a statement of that paragraph.

    Statements that were not there before are of the paragraph of the one they are `made_of`, "" for none.
    """
    if [_place(i) for i in changed.items] == [_place(i) for i in before.items]:
        return changed
    paragraphs = _paragraphs(before)

    def paragraph_of(item: Item) -> int | None:
        return paragraphs.get(item.id, paragraphs.get(made_of))

    out: list[Item] = []
    above: Item | None = None
    for item in changed.items:
        goes_on = item.continues and above and _beside(above, item) and paragraph_of(above) == paragraph_of(item)
        if not item.outside:
            item = above = item if goes_on else replace(item, continues=False)
        out.append(item)
    return replace(changed, items=tuple(out))


def _paragraphs(state: State) -> dict[str, int]:
    """The number of the paragraph of each statement, by id."""
    out: dict[str, int] = {}
    above: Item | None = None
    for n, item in enumerate(i for i in state.items if not i.outside):
        out[item.id] = out[above.id] if above and item.continues and _beside(above, item) else n
        above = item
    return out


def _place(item: Item) -> tuple[str, str, int, bool]:
    return item.id, item.group, item.depth, item.outside


def _beside(one: Item, other: Item) -> bool:
    return (one.section, one.group, one.depth) == (other.section, other.group, other.depth)


def _applied(state: State, action: Action, n: int) -> State:
    match action:
        case Decide():
            return _decided(state, action)
        case Edit():
            item = _present(state, action.target)
            label = item.label if action.label is None else action.label
            lines = item.lines if action.lines is None else _ordered(action.lines)
            _complete(item.section, lines, label)
            edited = _own(replace(item, text=action.text, label=label, lines=lines))
            return _with(state, replace(edited, standing="pending") if action.later else edited)
        case Split():
            return _split(state, action, n)
        case Merge():
            return _merged(state, action, n)
        case Move():
            return _moved(state, action)
        case Add():
            return _added(state, action, n)
        case Restore():
            return _restored(state, action, n)
        case Heading():
            if state.group(action.group) is None:
                raise Unfit("this heading is not in the document")
            groups = tuple(replace(g, heading=action.text) if g.id == action.group else g for g in state.groups)
            return replace(state, groups=groups)
        case Part():
            return _retitled(state, action)
        case Divide():
            return _divided(state, action, n)
        case Term():
            item = _present(state, action.target)
            if item.section not in TERMED:
                raise Unfit("only a key concept has a term")
            return _with(state, _own(replace(item, label=action.text)))
        case Rename():
            return renamed(state, action)
        case Step():
            raise TypeError("steps are taken by the history")


def _split(state: State, action: Split, n: int) -> State:
    item = _present(state, action.target)
    own = replace(_own(item), standing=item.standing)
    parts = [replace(own, id=_fresh(item.section, n, k), text=text) for k, text in enumerate(action.texts)]
    if item.section not in TERMED:  # a lead stands before the first part alone
        parts = [parts[0], *(replace(p, label="") for p in parts[1:])]
    *first, last = parts  # what is nested stays below the last
    parts = [*(replace(p, columns=(), steps=False) for p in first), last]
    if item.continues or _goes_on(state, item):
        parts = [parts[0], *(replace(p, continues=True) for p in parts[1:])]
    return _put(state, item.id, parts)


def _goes_on(state: State, item: Item) -> bool:
    """Whether the statement behind this one stands in its paragraph."""
    behind = state.items[state.items.index(item) + 1 :]
    return bool(behind) and behind[0].continues and _beside(item, behind[0])


def _own(item: Item) -> Item:
    """What a reviewer wrote is accepted, and nothing that was found of the model's text holds for it."""
    return replace(item, standing="accepted", support=None, finding="", correction=None, reopened="")


def _decided(state: State, action: Decide) -> State:
    wanted = set(action.targets)
    standing = _STANDINGS[action.kind]
    places = [n for n, i in enumerate(state.items) if i.id in wanted and not i.outside]
    if len(places) < len(wanted):
        raise Unfit("this statement is not in the document, or was kept out of it: restore it first")
    items = list(state.items)
    for n in places:
        items[n] = replace(items[n], standing=standing, reopened="")
    return replace(state, items=tuple(items))


def _present(state: State, id_: str, *, outside: bool = False) -> Item:
    item = state.item(id_)
    if item is None:
        raise Unfit("this statement is not in the document")
    if item.outside and not outside:
        raise Unfit(f"this statement was {item.standing}: restore it first")
    return item


def _restored(state: State, action: Restore, n: int) -> State:
    """A withheld statement in its place; a dropped one goes where its lines belong in its section."""
    item = _present(state, action.target, outside=True)
    dropped = item.section == DROPPED
    section = (item.home if item.home in state.sections else GROUPED[0]) if dropped else item.section
    label, text = action.label or item.label, action.text or item.text
    term, _, definition = text.partition(": ")
    if section in TERMED and definition and not label:
        label, text = term, definition
    item = replace(_own(item), section=section, label=label, text=text, lines=_ordered(action.lines))
    _complete(section, item.lines, label)
    if not dropped:
        return _with(state, item)
    rest = replace(state, items=tuple(i for i in state.items if i.id != item.id))
    return placed(_with_a_heading(rest, n) if section in GROUPED else rest, item)


def _complete(section: str, lines: Sequence[int], label: str) -> None:
    if section not in BARE and not lines:
        raise Unfit("a statement needs the lines that say it")
    if section in TERMED and not label:
        raise Unfit("a key concept needs a term")


def _ordered(lines: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(set(lines)))


def written_by(action: Add | Edit | Restore, n: int) -> str:
    """The id of the statement that action number `n` writes."""
    return _fresh(action.section, n, 0) if isinstance(action, Add) else action.target


def _fresh(section: str, n: int, k: int) -> str:
    return f"{section}.n{n}.{k}"


def _with(state: State, changed: Item) -> State:
    return replace(state, items=tuple(changed if i.id == changed.id else i for i in state.items))


def _put(state: State, id_: str, instead: Sequence[Item]) -> State:
    at = next(n for n, i in enumerate(state.items) if i.id == id_)
    return replace(state, items=(*state.items[:at], *instead, *state.items[at + 1 :]))


def _merged(state: State, action: Merge, n: int) -> State:
    parts = [_present(state, t) for t in dict.fromkeys(action.targets)]
    if len(parts) < 2 or len({p.section for p in parts}) > 1:
        raise Unfit("only statements of one section can become one")
    if len({p.depth for p in parts}) > 1:
        raise Unfit("only statements that are nested alike can become one")
    parts.sort(key=state.items.index)
    first = parts[0]
    together = replace(
        _own(first),
        id=_fresh(first.section, n, 0),
        text=action.text,
        lines=_ordered([line for p in parts for line in p.lines]),
        was=" ".join(p.was for p in parts if p.was),
        columns=next((p.columns for p in parts if p.columns), ()),
        steps=any(p.steps for p in parts) and not any(p.columns for p in parts),
        emphasis=tuple(words for p in parts for words in p.emphasis),
    )
    blocks = [state.block(p) for p in parts]
    nested = [replace(i, group=first.group) for block in blocks for i in block[1:]]
    gone = {i.id for block in blocks for i in block} - {first.id}
    left = replace(state, items=tuple(i for i in state.items if i.id not in gone))
    return _put(left, first.id, [together, *nested])


def _moved(state: State, action: Move) -> State:
    item = _present(state, action.target, outside=True)
    if item.section == DROPPED:
        raise Unfit("this note was dropped: restore it first")
    block = state.block(item)
    ids = {i.id for i in block}
    rest = replace(state, items=tuple(i for i in state.items if i.id not in ids))
    goal_id = action.after or action.before or action.below
    if goal_id:
        goal = rest.item(goal_id)
        if goal is None or goal.section != item.section:
            raise Unfit("the place that it was moved to is not in the document")
        group, depth = goal.group, goal.depth + (1 if action.below else 0)
        at = rest.items.index(goal) + (0 if action.before else len(rest.block(goal)))
    else:
        group = action.group or item.group
        if group and state.group(group) is None:
            raise Unfit("the heading that it was moved to is not in the document")
        depth, at = 0, start_of(rest, item.section, group)
    shift = depth - item.depth
    moved = [replace(i, group=group, depth=i.depth + shift) for i in block]
    return replace(rest, items=(*rest.items[:at], *moved, *rest.items[at:]))


def _divided(state: State, action: Divide, n: int) -> State:
    item = state.item(action.target)
    old = state.group(item.group) if item else None
    if item is None or old is None:
        raise Unfit("only main points have headings")
    new = Group(f"heading.n{n}.0", action.text, old.part)
    at, place = state.items.index(item), state.groups.index(old)
    items, above = list(state.items), item.depth  # levels that the new heading parts a statement from
    for k, follows in enumerate(items[at:], at):
        if follows.group == old.id:
            above = min(above, follows.depth)
            items[k] = replace(follows, group=new.id, depth=follows.depth - above)
    return replace(state, items=tuple(items), groups=(*state.groups[: place + 1], new, *state.groups[place + 1 :]))


def _added(state: State, action: Add, n: int) -> State:
    if action.section not in state.sections:
        raise Unfit("there is no such section in the document")
    lines = _ordered(action.lines)
    _complete(action.section, lines, action.label)
    item = Item(written_by(action, n), action.section, action.text, lines, "accepted", label=action.label, support=None)
    after = state.item(action.after) if action.after else None
    if after is not None and after.section == action.section:
        at = state.items.index(after) + len(state.block(after))
        listed = True if is_bullet(after) else None
        item = replace(item, group=after.group, depth=after.depth, listed=listed)
        return replace(state, items=(*state.items[:at], item, *state.items[at:]))
    if action.section in GROUPED:
        state = _with_a_heading(state, n)
        group = state.group(action.group) if action.group else state.groups[-1]
        if group is None:
            raise Unfit("the heading that it was added to is not in the document")
        item = replace(item, group=group.id)
    return _appended(state, item)


def _retitled(state: State, action: Part) -> State:
    """Another title for all headings that stand together in the part of this one."""
    if state.group(action.group) is None:
        raise Unfit("this heading is not in the document")
    groups: list[Group] = []
    for _, of_part in groupby(state.groups, key=lambda g: g.part):
        run = list(of_part)
        mine = any(g.id == action.group for g in run)
        groups += [replace(g, part=action.text) for g in run] if mine else run
    return replace(state, groups=tuple(groups))


def _with_a_heading(state: State, n: int) -> State:
    return state if state.groups else replace(state, groups=(Group(f"heading.n{n}.0", "Added in review"),))


def _appended(state: State, item: Item) -> State:
    at = start_of(state, item.section, item.group)
    while at < len(state.items) and (state.items[at].section, state.items[at].group) == (item.section, item.group):
        at += 1
    return replace(state, items=(*state.items[:at], item, *state.items[at:]))
