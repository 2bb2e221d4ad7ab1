"""Words that are common in a file and so name nobody, and the titles in front of its names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_TITLE = 4  # maximum number of letters in a title
_LOOKED_UP = 200  # maximum number of words looked up per file


class Common:
    """Called with a label: whether its capitalised words all occur in lower case in the file, as names do not."""

    def __init__(self, text: str) -> None:
        self._text, self._small = text, dict[str, bool]()

    def __call__(self, label: str) -> bool:
        words = [w for w in re.findall(r"[^\W\d_]{2,}", label) if w.lower() != w]
        return bool(words) and all(self._is_small(w) for w in words)

    def _is_small(self, word: str) -> bool:
        if word not in self._small:
            small = word.lower()
            found = len(self._small) < _LOOKED_UP and small in self._text
            self._small[word] = found and re.search(rf"(?<!\w){small}(?!\w)", self._text) is not None
        return self._small[word]

    def titles(self, names: Iterable[str]) -> Counter[str]:
        """Possible titles in front of names, such as "M." or "Mme", and how many names they precede."""
        found = Counter(title for title in map(_title, names) if title)
        return Counter({title: n for title, n in found.items() if not self(title)})


def _title(name: str) -> str | None:
    first, _, rest = name.partition(" ")
    return first if rest and first[0].isupper() and len(first.rstrip(".")) <= _TITLE else None
