"""What was found in texts that recur, kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")

# Scripts without blanks have words as long as sentences: these seldom recur, and thousands of them would fill memory.
_LONGEST = 24


class Kept(dict[str, V]):
    """What `find` gives for a text, found once for a short one; at `most` are kept, then it begins anew."""

    def __init__(self, find: Callable[[str], V], most: int) -> None:
        super().__init__()
        self._find, self._most = find, most

    def __missing__(self, text: str) -> V:
        found = self._find(text)
        if len(text) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = found
        return found
