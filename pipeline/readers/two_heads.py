"""Where the label of a line ends, if two places are possible: what recurs in the file decides.

In "Lin - One thing: we leave" Lin speaks, in "Lin - chair: We leave" she has a role. "（笑）司会：…" begins with a
sound, "（田中）結論：…" with a name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.readers.heads import Head, by_bracket
from pipeline.readers.labels import could_be_name

_SEPARATOR = re.compile(r"(?P<tab>[ ]*\t)|(?P<bar>[ \t]*\|[ \t]+)|(?P<blanks>[ ]{2,})|(?P<dash>[ \t]+[-–—][ \t]+)")
_SHAPES = {"tab": "N\t", "bar": "N|", "blanks": "N  ", "dash": "N-"}
_BOLD = "B "
_ENDED_BY = frozenset(f"{front}{shape}" for shape in (_BOLD, *_SHAPES.values()) for front in ("", "T "))
_AT_A_COLON = ("N:", "N T", "N/")  # shapes of labels that may contain a separator
_BEHIND_BOLD = re.compile(r"\s+[^\W_]|\s+[\"“‘'„¿¡]")  # words: a role is in brackets, or after a comma or a dash
_MOST = 0.7  # minimum share of lines with a kind of separator whose names recur
_PEOPLE = 2  # minimum number of such names
_WIDE = "（N)"  # of a line that nothing but a wide bracket could name


def settled(heads: Sequence[Head | None]) -> dict[int, Head]:
    """The heads, by index, of lines whose label ends at the first of the two places."""
    return _at_brackets(heads) | _at_separators(heads)


def _at_brackets(heads: Sequence[Head | None]) -> dict[int, Head]:
    """The heads, by index, of lines whose name is the one in a wide bracket.

    The label after it counts instead if it occurs without a bracket too, or recurs in a file whose lines mostly have
    none.
    """
    found = {i: other for i, head in enumerate(heads) if head and head.rest[:1] == "（" and (other := by_bracket(head))}
    if not found:
        return {}
    heads_with_names = [(i, head) for i, head in enumerate(heads) if head and head.name]
    alone = {head.name for i, head in heads_with_names if i not in found and ":" in head.shape}
    labels = Counter(head.name for i, head in heads_with_names if i in found)
    few = 2 * (len(found) + sum(_WIDE in head.shape for _, head in heads_with_names)) < len(heads)
    counting = alone | {name for name, n in labels.items() if few and n > 1}
    return {i: found[i] for i, head in heads_with_names if i in found and head.name not in counting}


def _at_separators(heads: Sequence[Head | None]) -> dict[int, Head]:
    """The heads, by index, whose names end at a tab, bold type, a bar, blanks or a dash, not at a later colon."""
    found = {i: cut for i, head in enumerate(heads) if head and head.name and (cut := _at_separator(head))}
    if not found:
        return {}
    labels: dict[str, list[tuple[str, str]]] = defaultdict(list)  # by shape: each name, and all that could be its label
    for i, head in enumerate(heads):
        if head and head.name and (i in found or head.shape in _ENDED_BY):
            shape, name = (found[i].shape, found[i].name or "") if i in found else (head.shape, head.name)
            labels[shape].append((name, head.name if i in found else head.plain))
    ending = {shape for shape, pairs in labels.items() if _ends_names(pairs)}
    return {i: cut for i, cut in found.items() if cut.shape in ending}


def _ends_names(labels: Sequence[tuple[str, str]]) -> bool:
    """Whether names recur before a separator, while the text after it varies, as roles would not."""
    counts = Counter(name for name, _ in labels)
    recurring = [(name, label) for name, label in labels if counts[name] > 1]
    people = len({name for name, _ in recurring})
    return people >= _PEOPLE and len(recurring) >= _MOST * len(labels) and 2 * len(set(recurring)) > len(recurring)


def _at_separator(head: Head) -> Head | None:
    """The head of a line if its name ends at the first separator in it; None if there is no separator."""
    front = "T " if head.shape.startswith("T ") else ""
    if not head.shape.removeprefix(front).startswith(_AT_A_COLON):
        return None
    if head.bold_to:
        shape, end, rest = _BOLD, head.bold_to, head.bold_to
        if not _BEHIND_BOLD.match(head.plain, end):
            return None
    elif match := _SEPARATOR.search(head.name or ""):
        shape, end, rest = _SHAPES[match.lastgroup or ""], match.start(), match.end()
    else:
        return None
    name, words_behind = head.plain[:end], head.plain[rest:].strip()
    if not words_behind or not could_be_name(name):
        return None
    return Head(f"{front}{shape}", name, words_behind, head.plain, head.stamp if front else None, head.signs)
