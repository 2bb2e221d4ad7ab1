"""A speaker's right name in place of a label, wherever the label can only stand for the speaker."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.review.actions import Rename
from pipeline.review.state import Item, State
from pipeline.speakers import full_name


def renamed(state: State, action: Rename) -> State:
    """The state with a speaker's right name.

    A label of one letter, or of digits alone, has too many other meanings to be replaced in notes: "A" stays, and its
    lines have the name. Where the notes have a label as a word too, "Mark" beside "mark", the statements that it
    changes are to be decided on again; headings, also those of columns, keep it, since nobody decides on them.
    """
    if not _is_distinct(action.speaker):
        return _with_name(state, action)
    if not _is_word(action.speaker, state):
        return renamed_everywhere(state, action)
    swap = _swap(state, action)
    reason = f"“{action.name}” was put for “{action.speaker}”, which is a word too: see whether the speaker is meant"
    return replace(_with_name(state, action), items=tuple(_reopened(i, swap, reason) for i in state.items))


def renamed_everywhere(state: State, action: Rename) -> State:
    """The state with a speaker's right name wherever the label stands."""
    swap = _swap(state, action)
    items = tuple(replace(_swapped(i, swap), columns=tuple(map(swap, i.columns))) for i in state.items)
    groups = tuple(replace(g, heading=swap(g.heading), part=swap(g.part)) for g in state.groups)
    return replace(_with_name(state, action), items=items, groups=groups)


def _with_name(state: State, action: Rename) -> State:
    return replace(state, names=(*state.names, (action.speaker, action.name)))


def _swap(state: State, action: Rename) -> Callable[[str], str]:
    return _renaming((action.speaker, full_name(action.speaker, state.people)), action.name)


def _swapped(item: Item, swap: Callable[[str], str]) -> Item:
    return replace(item, text=swap(item.text), label=swap(item.label), emphasis=tuple(map(swap, item.emphasis)))


def _reopened(item: Item, swap: Callable[[str], str], reason: str) -> Item:
    """The item with the other name, to be decided on again if that changes what was accepted."""
    new = _swapped(item, swap)
    return replace(new, standing="pending", reopened=reason) if new != item and item.standing == "accepted" else new


def _is_distinct(label: str) -> bool:
    """Whether a label has several letters or digits, not all of them digits."""
    characters = [c for c in label if c.isalnum()]
    return len(characters) > 1 and any(map(str.isalpha, characters))


def _is_word(label: str, state: State) -> bool:
    """Whether the notes have a label in small letters too; in a script without capitals nobody can tell."""
    small = label.lower()
    if small == label.upper() or not all(map(str.isalpha, label.split())):
        return False
    pattern = _whole_word(small)
    return any(pattern.search(text) for i in state.items for text in (i.text, i.label))


def _renaming(old: Sequence[str], new: str) -> Callable[[str], str]:
    """A function that puts the new name wherever an old one stands as a whole word; a new one that is there stays."""
    pattern = _whole_word(*sorted({*old, new}, key=len, reverse=True))  # "Ana Ruiz" before "Ana", which is a part of it
    return lambda text: pattern.sub(lambda _: new, text)


def _whole_word(*names: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
