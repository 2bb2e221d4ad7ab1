"""Find the lines that a reviewer cited again, by their words, in a transcript that may have changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from pipeline.document import Evidence, StudyDocument
from pipeline.review.decisions import Unfit
from pipeline.sections.base import cite
from pipeline.text import words
from pipeline.transcript import Segment, Transcript

CHANGED = "the transcript has changed since the notes were made"
_BESIDE = (-1, 1)


class Lines:
    """The lines of a transcript, looked up by their own words and those of their neighbours."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def quotes(self, numbers: Sequence[int]) -> tuple[Evidence, ...]:
        """The text of these lines and of their neighbours. Raises Unfit if one of these lines does not exist."""
        last = len(self._transcript.segments)
        if missing := [n for n in numbers if n > last]:
            raise Unfit(f"the transcript has {last} lines and no line {missing[0]}")
        with_neighbours = {n + step for n in numbers for step in (0, *_BESIDE)}
        return cite(self._transcript, [n for n in with_neighbours if 1 <= n <= last])

    def renumbered(self, numbers: Sequence[int], quotes: Sequence[Evidence]) -> tuple[int, ...]:
        """The present numbers of lines that had these numbers and quotes. Raises Unfit if one of them is gone."""
        words_before = {e.segment: _plain_words(e.quote) for e in quotes}
        numbers_now: list[int] = []
        for number in numbers:
            number_now = self._number_now(number, words_before)
            if number_now is None:
                quote = next((e.quote for e in quotes if e.segment == number), "")
                raise Unfit(f"line {number}, “{quote}”, is no longer in the transcript")
            numbers_now.append(number_now)
        return tuple(numbers_now)

    def _number_now(self, number: int, words_before: Mapping[int, str]) -> int | None:
        """The line with the same words and the most equal neighbours, at least one if it had any that are quoted.

        Of several, it is the one closest to its old number.
        """
        no_neighbours = not any(number + step in words_before for step in _BESIDE)
        places = self._places.get(words_before.get(number, ""), ())
        alike = {n: self._same_neighbours(n, number, words_before) for n in places}
        fitting = (n for n in places if no_neighbours or alike[n])
        return max(fitting, key=lambda n: (alike[n], -abs(n - number)), default=None)

    def _same_neighbours(self, candidate: int, number: int, words_before: Mapping[int, str]) -> int:
        """How many neighbours of a candidate have the same words as the neighbours before."""
        return sum(
            number + k in words_before and words_before[number + k] == self._words.get(candidate + k) for k in _BESIDE
        )

    @cached_property
    def _words(self) -> dict[int, str]:
        return {s.id: _plain_words(s.text) for s in self._transcript.segments}

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for number, line_words in self._words.items():
            places.setdefault(line_words, []).append(number)
        return places


def quoted_transcript(document: StudyDocument) -> Transcript:
    """A stand-in for a transcript that is missing: the lines that the record quotes; all others are empty."""
    quoted = {e.segment: e for s in document.statements() for e in s.evidence}
    numbers = range(1, document.source.segments + 1)
    segments = (
        Segment(n, e.quote, e.speaker, e.start, e.end) if (e := quoted.get(n)) else Segment(n, "") for n in numbers
    )
    return Transcript(document.title, tuple(segments))


def _plain_words(text: str) -> str:
    return " ".join(words(text)) or text.strip()
