"""Lines that a reviewer cited, found again by their words in a transcript that may have changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from pipeline.document import Evidence
from pipeline.review.decisions import Unfit
from pipeline.sections.base import cite
from pipeline.text import words
from pipeline.transcript import Transcript

CHANGED = "the transcript has changed since the notes were made"
_BESIDE = (-1, 1)


class Lines:
    """The lines of a transcript, looked up by what they and those beside them say."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def quotes(self, numbers: Sequence[int]) -> tuple[Evidence, ...]:
        """What these lines say, and those beside them. Raises Unfit when one of them is not there."""
        last = len(self._transcript.segments)
        if missing := [n for n in numbers if n > last]:
            raise Unfit(f"the transcript has {last} lines and no line {missing[0]}")
        wanted = {n + step for n in numbers for step in (0, *_BESIDE)}
        return cite(self._transcript, [n for n in wanted if 1 <= n <= last])

    def found(self, numbers: Sequence[int], quotes: Sequence[Evidence]) -> tuple[int, ...]:
        """Where the lines stand that had these numbers and were quoted so. Raises Unfit when one of them is gone."""
        before = {e.segment: _bare(e.quote) for e in quotes}
        found: list[int] = []
        for number in numbers:
            place = self._place(number, before)
            if place is None:
                quote = next((e.quote for e in quotes if e.segment == number), "")
                raise Unfit(f"line {number}, “{quote}”, is not in the transcript any more")
            found.append(place)
        return tuple(found)

    def _place(self, number: int, before: Mapping[int, str]) -> int | None:
        """The line of the same words beside the same line; of several the one that has moved least."""
        alone = not any(number + step in before for step in _BESIDE)
        places = self._places.get(before.get(number, ""), ())
        alike = {n: self._same_beside(n, number, before) for n in places}
        fitting = (n for n in places if alone or alike[n])
        return max(fitting, key=lambda n: (alike[n], -abs(n - number)), default=None)

    def _same_beside(self, now: int, number: int, before: Mapping[int, str]) -> int:
        """How many of the lines beside one say what they said."""
        return sum(number + k in before and before[number + k] == self._words.get(now + k) for k in _BESIDE)

    @cached_property
    def _words(self) -> dict[int, str]:
        return {s.id: _bare(s.text) for s in self._transcript.segments}

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for number, words_of_it in self._words.items():
            out.setdefault(words_of_it, []).append(number)
        return out


def _bare(text: str) -> str:
    return " ".join(words(text)) or text.strip()
