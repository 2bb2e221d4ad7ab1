"""Apply one action to a state. Pure functions, so that replaying a history always gives the same result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.document import BARE, TERMED
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
from pipeline.review.renaming import is_taken, renamed
from pipeline.review.state import DROPPED, GROUPED, Group, Item, Standing, State, placed, start_of
from pipeline.shape import is_bullet

_STANDINGS: dict[str, Standing] = {"accept": "accepted", "reject": "rejected", "reopen": "pending"}


class Unfit(ValueError):
    """The action cannot be applied to this state; the message says why."""


def apply(state: State, action: Action, n: int) -> State:
    """The state after action number `n`, which also goes into the ids of what it adds. Raises Unfit."""
    changed = _applied(state, action, n)
    match action:
        case Split():
            origin = action.target
        case Merge():
            origin = action.targets[0]
        case _:
            origin = ""
    return _within_paragraphs(changed, state, origin)


def _within_paragraphs(changed: State, before: State, origin: str) -> State:
    """The changed state, in which a statement continues a paragraph only right after another one of that paragraph.

    A new statement belongs to the paragraph of its `origin`, the statement it was split or merged from ("" if none).
    """
    if [_position_of(i) for i in changed.items] == [_position_of(i) for i in before.items]:
        return changed
    paragraphs = _paragraphs(before)

    def paragraph_of(item: Item) -> int | None:
        return paragraphs.get(item.id, paragraphs.get(origin))

    items: list[Item] = []
    above: Item | None = None
    for item in changed.items:
        follows_on = (
            item.continues and above and _at_same_level(above, item) and paragraph_of(above) == paragraph_of(item)
        )
        if not item.outside:
            item = above = item if follows_on else replace(item, continues=False)
        items.append(item)
    return replace(changed, items=tuple(items))


def _paragraphs(state: State) -> dict[str, int]:
    """The number of the paragraph of each statement, by id."""
    paragraphs: dict[str, int] = {}
    above: Item | None = None
    for n, item in enumerate(i for i in state.items if not i.outside):
        paragraphs[item.id] = paragraphs[above.id] if above and item.continues and _at_same_level(above, item) else n
        above = item
    return paragraphs


def _position_of(item: Item) -> tuple[str, str, int, bool]:
    return item.id, item.group, item.depth, item.outside


def _at_same_level(a: Item, b: Item) -> bool:
    return (a.section, a.group, a.depth) == (b.section, b.group, b.depth)


def _applied(state: State, action: Action, n: int) -> State:  # noqa: C901 — one line for each action; mypy misses none
    match action:
        case Decide():
            return _decided(state, action)
        case Edit():
            return _edited(state, action)
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
            return _reheaded(state, action)
        case Part():
            return _retitled(state, action)
        case Divide():
            return _divided(state, action, n)
        case Term():
            return _with_term(state, action)
        case Rename():
            return _renamed(state, action)
        case Step():
            raise TypeError("steps are taken by the history")


def _edited(state: State, action: Edit) -> State:
    item = _present(state, action.target)
    label = item.label if action.label is None else action.label
    lines = item.lines if action.lines is None else _ordered(action.lines)
    _ensure_complete(item.section, lines, label)
    edited = _as_reviewers_own(replace(item, text=action.text, label=label, lines=lines))
    return _with_item(state, replace(edited, standing="pending") if action.later else edited)


def _with_term(state: State, action: Term) -> State:
    item = _present(state, action.target)
    if item.section not in TERMED:
        raise Unfit("only a key concept has a term")
    return _with_item(state, _as_reviewers_own(replace(item, label=action.text)))


def _renamed(state: State, action: Rename) -> State:
    if not action.other and is_taken(state, action):
        raise Unfit(
            f"another speaker is called {action.name}: say whether both are the same person, or swap their names"
        )
    return renamed(state, action)


def _split(state: State, action: Split, n: int) -> State:
    item = _present(state, action.target)
    edited = replace(_as_reviewers_own(item), standing=item.standing)
    origins = item.origins or (item.id,)
    parts = [
        replace(edited, id=_new_id(item.section, n, k), text=text, origins=origins)
        for k, text in enumerate(action.texts)
    ]
    if item.section not in TERMED:  # only the first part keeps the lead
        parts = [parts[0], *(replace(p, label="") for p in parts[1:])]
    *first, last = parts  # nested statements stay below the last part
    parts = [*(replace(p, columns=(), steps=False) for p in first), last]
    if item.continues or _is_continued(state, item):
        parts = [parts[0], *(replace(p, continues=True) for p in parts[1:])]
    return _replaced(state, item.id, parts)


def _is_continued(state: State, item: Item) -> bool:
    """Whether the next statement continues this one's paragraph."""
    behind = state.items[state.items.index(item) + 1 :]
    return bool(behind) and behind[0].continues and _at_same_level(item, behind[0])


def _as_reviewers_own(item: Item) -> Item:
    """The item marked as the reviewer's own: accepted, without the findings on the model's text."""
    return replace(item, standing="accepted", support=None, finding="", correction=None, reopened="")


def _decided(state: State, action: Decide) -> State:
    ids = set(action.targets)
    standing = _STANDINGS[action.kind]
    places = [n for n, i in enumerate(state.items) if i.id in ids and not i.outside]
    if len(places) < len(ids):
        raise Unfit("this statement is not in the document, or was withheld or left out: restore it first")
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
    """Restore a withheld statement in its place, and a dropped one at the place in its section that its lines give it.

    The record holds an item and its fields as one text; the fields are nested below the item again.
    """
    item = _present(state, action.target, outside=True)
    dropped = item.section == DROPPED
    section = (item.home if item.home in state.sections else GROUPED[0]) if dropped else item.section
    label, text = action.label or item.label, action.text or item.text
    term, _, definition = text.partition(": ")
    if section in TERMED and definition and not label:
        label, text = term, definition
    item = replace(_as_reviewers_own(item), section=section, label=label, text=text, lines=_ordered(action.lines))
    _ensure_complete(section, item.lines, label)
    if dropped:
        state = replace(state, items=tuple(i for i in state.items if i.id != item.id))
        state = placed(_with_a_heading(state, n) if section in GROUPED else state, item)
    else:
        state = _with_item(state, item)
    return _replaced(state, item.id, _fields_apart(_present(state, item.id), state, n))


def _fields_apart(item: Item, state: State, n: int) -> list[Item]:
    """The item, then the fields that its text contains, each introduced there by its title."""
    titles = sorted((title for section, title in state.titles if section == item.section), key=len, reverse=True)
    if item.depth or not titles:
        return [item]
    text, *fields = re.split(rf"\s({'|'.join(map(re.escape, titles))}): ", item.text)
    pairs = enumerate(zip(fields[::2], fields[1::2], strict=True))
    return [
        replace(item, text=text),
        *(
            replace(item, id=_new_id(item.section, n, k), label=title, text=words, depth=1, origins=(item.id,))
            for k, (title, words) in pairs
        ),
    ]


def _ensure_complete(section: str, lines: Sequence[int], label: str) -> None:
    if section not in BARE and not lines:
        raise Unfit("a statement needs the lines that support it")
    if section in TERMED and not label:
        raise Unfit("a key concept needs a term")


def _ordered(lines: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(set(lines)))


def _new_id(section: str, n: int, k: int) -> str:
    return f"{section}.n{n}.{k}"


def _with_item(state: State, changed: Item) -> State:
    return replace(state, items=tuple(changed if i.id == changed.id else i for i in state.items))


def _replaced(state: State, id_: str, replacements: Sequence[Item]) -> State:
    at = next(n for n, i in enumerate(state.items) if i.id == id_)
    return replace(state, items=(*state.items[:at], *replacements, *state.items[at + 1 :]))


def _merged(state: State, action: Merge, n: int) -> State:
    parts = [_present(state, t) for t in dict.fromkeys(action.targets)]
    if len(parts) < 2 or len({p.section for p in parts}) > 1:
        raise Unfit("only statements of one section can be merged")
    if len({p.depth for p in parts}) > 1:
        raise Unfit("only statements at the same level can be merged")
    parts.sort(key=state.items.index)
    first = parts[0]
    merged = replace(
        _as_reviewers_own(first),
        id=_new_id(first.section, n, 0),
        text=action.text,
        lines=_ordered([line for p in parts for line in p.lines]),
        was=" ".join(p.was for p in parts if p.was),
        columns=next((p.columns for p in parts if p.columns), ()),
        steps=any(p.steps for p in parts) and not any(p.columns for p in parts),
        emphasis=tuple(words for p in parts for words in p.emphasis),
        origins=tuple(id_ for p in parts for id_ in p.origins or (p.id,)),
    )
    blocks = [state.block(p) for p in parts]
    nested = [replace(i, group=first.group) for block in blocks for i in block[1:]]
    removed = {i.id for block in blocks for i in block} - {first.id}
    remaining = replace(state, items=tuple(i for i in state.items if i.id not in removed))
    return _replaced(remaining, first.id, [merged, *nested])


def _moved(state: State, action: Move) -> State:
    item = _present(state, action.target, outside=True)
    if item.section == DROPPED:
        raise Unfit("this note was left out: restore it first")
    block = state.block(item)
    ids = {i.id for i in block}
    remaining = replace(state, items=tuple(i for i in state.items if i.id not in ids))
    neighbour_id = action.after or action.before or action.below
    if neighbour_id:
        neighbour = remaining.item(neighbour_id)
        if neighbour is None or neighbour.section != item.section:
            raise Unfit("the place to move it to is not in the document")
        group, depth = neighbour.group, neighbour.depth + (1 if action.below else 0)
        at = remaining.items.index(neighbour) + (0 if action.before else len(remaining.block(neighbour)))
    else:
        group = action.group or item.group
        if group and state.group(group) is None:
            raise Unfit("the heading to move it to is not in the document")
        depth, at = 0, start_of(remaining, item.section, group)
    shift = depth - item.depth
    moved = [replace(i, group=group, depth=i.depth + shift) for i in block]
    return replace(remaining, items=(*remaining.items[:at], *moved, *remaining.items[at:]))


def _divided(state: State, action: Divide, n: int) -> State:
    item = _present(state, action.target, outside=True)
    old = state.group(item.group)
    if old is None:
        raise Unfit("only main points have headings")
    new = Group(f"heading.n{n}.0", action.text, old.part)
    index, group_index = state.items.index(item), state.groups.index(old)
    items, above = list(state.items), item.depth  # `above`: levels of nesting to remove below the new heading
    for k, below in enumerate(items[index:], index):
        if below.group == old.id:
            above = min(above, below.depth)
            items[k] = replace(below, group=new.id, depth=below.depth - above)
    groups = (*state.groups[: group_index + 1], new, *state.groups[group_index + 1 :])
    return replace(state, items=tuple(items), groups=groups)


def _added(state: State, action: Add, n: int) -> State:
    if action.section not in state.sections:
        raise Unfit("there is no such section in the document")
    lines = _ordered(action.lines)
    _ensure_complete(action.section, lines, action.label)
    item = Item(
        _new_id(action.section, n, 0), action.section, action.text, lines, "accepted", label=action.label, support=None
    )
    neighbour = state.item(action.after) if action.after else None
    if neighbour is not None and neighbour.section == action.section:
        at = state.items.index(neighbour) + len(state.block(neighbour))
        listed = True if is_bullet(neighbour) else None
        item = replace(item, group=neighbour.group, depth=neighbour.depth, listed=listed)
        return replace(state, items=(*state.items[:at], item, *state.items[at:]))
    if action.section in GROUPED:
        state = _with_a_heading(state, n)
        group = state.group(action.group)
        if group is None:  # the place is gone, or none was chosen
            group = _nearest_group(state, lines) if action.group or action.after else state.groups[-1]
        item = replace(item, group=group.id)
    return _appended(state, item)


def _nearest_group(state: State, lines: Sequence[int]) -> Group:
    """The heading of the statement that cites the line nearest to these; the last heading if there is no statement."""
    grouped = [i for i in state.items if i.group and i.lines and not i.outside]
    nearest = min(grouped, key=lambda i: min(abs(a - b) for a in i.lines for b in lines), default=None)
    return (state.group(nearest.group) if nearest else None) or state.groups[-1]


def _reheaded(state: State, action: Heading) -> State:
    if state.group(action.group) is None:
        raise Unfit("this heading is not in the document")
    groups = tuple(
        replace(g, heading=action.text, correction=None) if g.id == action.group else g for g in state.groups
    )
    return replace(state, groups=groups)


def _retitled(state: State, action: Part) -> State:
    """Give a new title to all headings next to each other in this heading's part."""
    if state.group(action.group) is None:
        raise Unfit("this heading is not in the document")
    groups: list[Group] = []
    for _, neighbours in groupby(state.groups, key=lambda g: g.part):
        of_part = list(neighbours)
        is_target = any(g.id == action.group for g in of_part)
        groups += [replace(g, part=action.text) for g in of_part] if is_target else of_part
    return replace(state, groups=tuple(groups))


def _with_a_heading(state: State, n: int) -> State:
    return state if state.groups else replace(state, groups=(Group(f"heading.n{n}.0", "Added in review"),))


def _appended(state: State, item: Item) -> State:
    at = start_of(state, item.section, item.group)
    while at < len(state.items) and (state.items[at].section, state.items[at].group) == (item.section, item.group):
        at += 1
    return replace(state, items=(*state.items[:at], item, *state.items[at:]))
