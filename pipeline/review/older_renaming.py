"""Replay renames of older review files by the rules of their time, so that accepted statements keep their words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pipeline.review.actions import Rename
from pipeline.review.renaming import WORD_TOO, is_distinct, is_word, swapped, with_name
from pipeline.review.state import Item, State
from pipeline.speakers import full_name


def renamed_as_before(state: State, action: Rename, rules: int) -> State:
    """The state after a rename by rules 1 or 2.

    Rules 1 replace the label everywhere. Rules 2 keep a label of one letter, or of digits only, in the notes; if the
    label is also an ordinary word, accepted statements that the rename changes have to be decided on again.
    """
    if rules < 2:
        return _renamed_everywhere(state, action)
    if not is_distinct(action.speaker):
        return with_name(state, action.speaker, action.name)
    if not is_word(action.speaker, state):
        return _renamed_everywhere(state, action)
    swap = _swap(state, action)
    reason = WORD_TOO.format(new=action.name, old=action.speaker)
    named = with_name(state, action.speaker, action.name)
    return replace(named, items=tuple(_reopened(i, swapped(i, swap), reason) for i in state.items))


def _renamed_everywhere(state: State, action: Rename) -> State:
    """The state with the new name in every place of the label."""
    swap = _swap(state, action)
    items = tuple(replace(swapped(i, swap), columns=tuple(map(swap, i.columns))) for i in state.items)
    groups = tuple(replace(g, heading=swap(g.heading), part=swap(g.part)) for g in state.groups)
    return replace(with_name(state, action.speaker, action.name), items=items, groups=groups)


def _reopened(item: Item, new: Item, reason: str) -> Item:
    """The item in its new wording; pending again if it was accepted and the wording differs."""
    return replace(new, standing="pending", reopened=reason) if new != item and item.standing == "accepted" else new


def _swap(state: State, action: Rename) -> Callable[[str], str]:
    """A function that replaces the label and the full name, as whole words. The new name is left where it is."""
    names = {action.speaker, full_name(action.speaker, state.people), action.name}
    longest_first = sorted(names, key=len, reverse=True)  # "Ana Ruiz" before "Ana", which it contains
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return lambda text: pattern.sub(lambda _: action.name, text)
