"""Renames of older review files applied again by the rules of their time, so that what was accepted keeps its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.review.actions import Rename
from pipeline.review.renaming import WORD_TOO, is_distinct, is_word, reopened, swapped, with_name
from pipeline.review.state import State
from pipeline.speakers import full_name


def renamed_as_before(state: State, action: Rename, rules: int) -> State:
    """The state with a speaker's new name by the first rules or the second.

    By the first a name went wherever the label stands. By the second a label of one letter, or of digits alone, stays
    in notes, and statements that the name of a label which is a word too changes are to be decided on again.
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
    return replace(named, items=tuple(reopened(i, swapped(i, swap), reason) for i in state.items))


def _renamed_everywhere(state: State, action: Rename) -> State:
    """The state with a speaker's new name wherever the label stands."""
    swap = _swap(state, action)
    items = tuple(replace(swapped(i, swap), columns=tuple(map(swap, i.columns))) for i in state.items)
    groups = tuple(replace(g, heading=swap(g.heading), part=swap(g.part)) for g in state.groups)
    return replace(with_name(state, action.speaker, action.name), items=items, groups=groups)


def _swap(state: State, action: Rename) -> Callable[[str], str]:
    return _renaming((action.speaker, full_name(action.speaker, state.people)), action.name)


def _renaming(old: Sequence[str], new: str) -> Callable[[str], str]:
    """A function that puts the new name wherever an old one stands as a whole word; a new one that is there stays."""
    pattern = _whole_word(*sorted({*old, new}, key=len, reverse=True))  # "Ana Ruiz" before "Ana", which is a part of it
    return lambda text: pattern.sub(lambda _: new, text)


def _whole_word(*names: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
