"""A cache of results for texts that recur."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")

# In scripts without spaces, words are as long as sentences; these seldom recur, and thousands would fill the memory.
_LONGEST = 24


class Cache(dict[str, V]):
    """Caches what `find` returns for a text. Only short texts are kept; with `most` entries, it is emptied."""

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
