"""Find key concepts mentioned on a page: each once per stretch, and the longest of overlapping terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.pages.outline import Point, Section


class Mentions:
    """The key concepts of these sections, each found at its first mention in a stretch of the page."""

    def __init__(self, sections: Iterable[Section]) -> None:
        terms = [p for s in sections for block, _, p in s.points() if block.form == "terms" and p.lead]
        longest_first = sorted(terms, key=lambda p: (-len(p.lead), p.lead, -p.number))
        self._unmentioned = {p.lead.casefold(): p for p in longest_first}
        any_term = "|".join(re.escape(p.lead) for p in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{any_term})(?!\w)", re.IGNORECASE) if any_term else None

    def cut(self, text: str) -> Iterator[tuple[str, Point | None]]:
        """The text in pieces, each with the concept that it is the first to mention, or None."""
        end = 0
        for match in self._pattern.finditer(text) if self._pattern else ():
            if concept := self._unmentioned.pop(match[0].casefold(), None):
                yield text[end : match.start()], None
                yield match[0], concept
                end = match.end()
        yield text[end:], None
