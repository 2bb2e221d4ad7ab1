"""Two wordings of a statement side by side: which words went, and which came in their place."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

_ALIKE = 0.5  # likeness from 0 to 1 below which single words tell nothing


@dataclass(frozen=True, slots=True)
class Part:
    """Words in a row that only one of the wordings has, or that both have."""

    text: str
    changed: bool


def changed_words(before: str, after: str) -> tuple[list[Part], list[Part]]:
    """Both wordings in parts, in order; joined with blanks the parts give the wording again.

    Of two that are little alike the former counts as changed whole, and in the latter nothing is marked.
    """
    old, new = before.split(), after.split()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [Part(" ".join(old), True)], [Part(" ".join(new), False)]
    was: list[Part] = []
    now: list[Part] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if a < b:
            was.append(Part(" ".join(old[a:b]), kind != "equal"))
        if c < d:
            now.append(Part(" ".join(new[c:d]), kind != "equal"))
    return was, now
