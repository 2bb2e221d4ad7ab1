"""Lines above a talk that say who takes part in it: "Interviewer: Karin Meyer", under the labels of its turns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.readers.evidence import Labels
from pipeline.readers.text_lines import Text
from pipeline.readers.tidy import ends_sentence

_WORDS = 8  # maximum number of words in such a line
_TURNS = 4  # minimum number of turns below
_KEYS = 2  # minimum number of such lines
_BETWEEN_ITEMS = re.compile(r"[,;、，；]")
_KEY_WORDS, _ITEM_WORDS, _ITEMS = 4, 6, 3  # at most so many words in a key and an item; at least so many items


def title_block(rows: Sequence[Text], labels: Labels) -> int:
    """The number of lines above the talk, if some have labels of its speakers; 0 if nothing tells them from turns.

    They are short and no sentences, have labels of their own too ("Date:"), each label once, and are spaced otherwise
    than all turns: line under line where empty lines separate the turns, or the other way round.
    """
    short = sum(1 for _ in itertools.takewhile(_is_short, rows))
    packed = [i for i in range(1, short) if _follows(rows, i) and _is_key(rows[i])]
    end = packed[-1] + 1 if packed else short
    keys = [row.head.name for row in rows[:end] if row.head and _is_key(row)]
    below = [i for i in range(end, len(rows)) if _is_turn(rows[i], labels)]
    if len(keys) < _KEYS or len(set(keys)) < len(keys) or len(below) < _TURNS or below[0] != end:
        return 0
    if len({_is_turn(row, labels) for row in rows[:end]}) == 1:  # all are turns, or none is
        return 0
    return end if all(_follows(rows, i) != bool(packed) for i in (below if packed else below[1:])) else 0


def lists_items(text: str) -> bool:
    """Whether a line is a key and a list of names or the like: "Present: Ana Bell (chair), Ben Oram; Cleo Dane.".

    If it ends as a sentence does, most items begin with no small letter, unlike those of a spoken list.
    """
    key, _, rest = text.partition(":")
    items = _BETWEEN_ITEMS.split(rest)
    if len(key.split()) > _KEY_WORDS or len(items) < _ITEMS or any(len(i.split()) > _ITEM_WORDS for i in items):
        return False
    return not ends_sentence(text) or 2 * sum(i.strip()[:1].islower() for i in items) < len(items)


def _is_short(row: Text) -> bool:
    return len(row.text.split()) <= _WORDS and not ends_sentence(row.text)


def _is_key(row: Text) -> bool:
    """Whether a line is a name, a colon and a few words."""
    head = row.head
    return head is not None and head.name is not None and head.shape == "N: "


def _is_turn(row: Text, labels: Labels) -> bool:
    return row.mark is not None and labels.verdict(row.mark) == "name"


def _follows(rows: Sequence[Text], i: int) -> bool:
    """Whether a line is directly below another."""
    return i > 0 and rows[i].number == rows[i - 1].number + 1
