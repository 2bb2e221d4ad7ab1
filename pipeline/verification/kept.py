"""A cache of what was found in texts that recur."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")

# Scripts without blanks have words as long as sentences: these seldom recur, and thousands of them would fill memory.
_LONGEST = 24


class Cache(dict[str, V]):
    """What `find` returns for a text, called once for a short one; emptied when it holds `most` texts."""

    def __init__(self, find: Callable[[str], V], most: int) -> None:
        super().__init__()
        self._find, self._most = find, most

    def __missing__(self, text: str) -> V:
        value = self._find(text)
        if len(text) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = value
        return value
