"""What belongs to a show and not to its subject: adverts, introductions, greetings and farewells."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.small.keys import keys
from pipeline.small.sentences import Sentence

_LEAST, _TENTH = 150, 10  # words at either end, or 1/n of all, in which a show names its sponsors
_QUARTER = 4  # an end is at most 1/n of a short recording
_ENDS, _SHARE = 100, 12  # words at either end in which people greet and part, and at most 1/n of all
_NEAR = 100  # words between two sentences of an advert that name the same thing
_MOST, _SIXTH = 300, 6  # most words of an advert, and at most 1/n of all; a longer one is a subject
_GAP = 3  # sentences between two parts of a farewell
_PARTING, _LONG = 2, 25  # sentences of a farewell, in recordings of at least _LONG sentences
_LONGER = 90  # sentences from which a recording may have a longer farewell
_NAME = 4  # letters
_ADDRESS = re.compile(r"(?<![\w.@])((?:[\w-]+\.)+)[a-z]{2,}\b(?!\.\w)((?:/[\w-]+)*)")


@dataclass(frozen=True)
class Frame:
    """Numbers of the sentences about the show itself, which count as such whatever the notes say about them."""

    adverts: frozenset[int]
    parting: frozenset[int]
    introductions: frozenset[int]
    greetings: frozenset[int]  # have a word that otherwise only the parting has, such as the show's name

    @property
    def aside(self) -> frozenset[int]:
        """Sentences that cannot be main points; greetings may, as they can say what the recording is about."""
        return self.adverts | self.introductions | self.parting


def frame_of(sentences: Sequence[Sentence], names: Collection[str] = ()) -> Frame:
    """Find what belongs to the show itself; `names` are the keys of speakers' names, which make no greeting."""
    advert_numbers, total = adverts(sentences), sum(s.words for s in sentences)
    if len(sentences) < _LONG:
        return Frame(advert_numbers, frozenset(), frozenset(), frozenset())
    # In a short recording, words occur at both ends by chance.
    words = min(_ENDS, total // _SHARE) if len(sentences) >= _LONGER else 0
    begin, end = opening(sentences, words), closing(sentences, words)
    between = {k for s in sentences[len(begin) : len(sentences) - len(end)] for k in s.keys}
    shared_keys = {k for s in begin for k in s.keys} - between
    first = len(sentences) - _PARTING
    for s in reversed(end):
        if first - s.number <= _GAP and (s.number in advert_numbers or shared_keys.intersection(s.keys)):
            first = min(first, s.number)
    parting_keys = shared_keys.intersection(k for s in sentences[first:] for k in s.keys) - set(names)
    near = opening(sentences, min(_LEAST, total // _QUARTER))
    return Frame(
        adverts=advert_numbers,
        parting=frozenset(range(first, len(sentences))),
        introductions=frozenset(s.number for s in near if s.speaker and set(keys(s.speaker)) & set(s.keys)),
        greetings=frozenset(s.number for s in begin if parting_keys.intersection(s.keys)),
    )


def adverts(sentences: Sequence[Sentence]) -> frozenset[int]:
    """Numbers of the sentences around a web address whose name is said there, at either end, and nowhere else."""
    squeezed = ["".join(c for c in s.text.casefold() if c.isalnum()) for s in sentences]
    total = sum(s.words for s in sentences)
    words = min(max(_LEAST, total // _TENTH), total // _QUARTER)
    ends = {s.number for s in (*opening(sentences, words), *closing(sentences, words))}
    found: set[int] = set()
    for s in sentences:
        for name in {n for m in _ADDRESS.finditer(s.text) for n in re.split(r"[./]", (m[1] + m[2]).casefold())}:
            mentions = [n for n, text in enumerate(squeezed) if len(name) >= _NAME and name in text]
            run = _run(s.number, mentions, sentences)
            short = sum(sentences[n].words for n in run) <= min(_MOST, total // _SIXTH)
            if short and ends.intersection(mentions) and ends.issuperset(n for n in mentions if n not in run):
                found.update(run)
    return frozenset(found)


def _run(number: int, mentions: Sequence[int], sentences: Sequence[Sentence]) -> range:
    """The sentences around one, from the first to the last that mention a name, each near the next."""
    first = last = number
    for n in sorted(mentions, key=lambda n: abs(n - number)):
        low, high = min(n, first), max(n, last)
        if sum(s.words for s in sentences[low : high + 1]) - sum(s.words for s in sentences[first : last + 1]) <= _NEAR:
            first, last = low, high
    return range(first, last + 1)


def opening(sentences: Sequence[Sentence], most: int) -> list[Sentence]:
    """The first sentences, up to `most` words in all."""
    words, found = 0, list[Sentence]()
    for s in sentences:
        words += s.words
        if words > most:
            break
        found.append(s)
    return found


def closing(sentences: Sequence[Sentence], most: int) -> list[Sentence]:
    """The last sentences, up to `most` words in all."""
    return opening(sentences[::-1], most)[::-1]
