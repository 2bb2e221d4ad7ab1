"""A transcript prepared for checking: each line's words, figures and names once, and where every word occurs."""

from __future__ import annotations

import heapq
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from rapidfuzz import fuzz

from pipeline.text import content_words, key, stem, words
from pipeline.transcript import Segment, Transcript

_HEARD = 70  # likeness out of 100 at which one name may be another's sound, written down
_OFTEN = 3  # lines that say a subject
_SAME_STEM = 0.8  # of a stem's letters, the share that another form of the word begins with


class Source:
    """Read-only views of a transcript, built once, so that checking a statement costs its own length."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.verdicts: dict[tuple[str, tuple[int, ...], str], Any] = {}  # what was found before, for `verify`
        self._lines: dict[int, Counter[str]] = {}
        self._weights: dict[str, float] = {}

    @cached_property
    def postings(self) -> dict[str, list[int]]:
        """The ids of the segments that have a word, by the word's key."""
        found: dict[str, list[int]] = defaultdict(list)
        for segment in self.transcript.segments:
            for k in self.line_keys(segment.id):
                found[k].append(segment.id)
        return dict(found)

    @cached_property
    def small_words(self) -> frozenset[str]:
        """Words that the transcript writes without a capital."""
        return frozenset(w for s in self.transcript.segments for w in re.findall(r"\b[^\W\d_A-Z][^\W\d_]*\b", s.text))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All words of the transcript and its metadata, case folded."""
        return self.spoken | self.about

    @cached_property
    def spoken(self) -> frozenset[str]:
        """All words that somebody says, case folded."""
        return frozenset(self._places)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all words that somebody says."""
        return frozenset(stem(w) for w in self.spoken)

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Names in the title, those of speakers aside, that enough lines say: what all of the recording is about."""
        title = set(words(self.transcript.metadata.title or "")) - self.speakers - self.small_words
        return frozenset(w for w in title if len(self.lines_with(w)) >= _OFTEN)

    @cached_property
    def about(self) -> frozenset[str]:
        """Words of title, channel and speakers: they may be named anywhere."""
        meta = self.transcript.metadata
        named = (meta.title or "", meta.channel or "", *meta.speakers, *self.transcript.labelled_speakers)
        return frozenset(w for text in named for w in words(text))

    @cached_property
    def speakers(self) -> frozenset[str]:
        """Words of the speakers' names, labelled or told by the metadata."""
        named = (*self.transcript.metadata.speakers, *self.transcript.labelled_speakers)
        return frozenset(w for name in named for w in words(name))

    @cached_property
    def surnames(self) -> frozenset[str]:
        """The last words of those speakers' names that have more than one."""
        named = (*self.transcript.metadata.speakers, *self.transcript.labelled_speakers)
        return frozenset(words(name)[-1] for name in named if len(words(name)) > 1)

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        meta = self.transcript.metadata
        texts = (meta.title or "", meta.channel or "", *meta.speakers, *self.transcript.labelled_speakers)
        rows = [*texts, *(s.text for s in self.transcript.segments)]
        return frozenset(pair for row in rows for pair in itertools.pairwise(words(row)))

    def has_pair(self, first: str, second: str) -> bool:
        """Whether two words (case folded) stand side by side anywhere, as they are or as one heard them."""
        if (first, second) in self._pairs or first + second in self.vocabulary:
            return True
        return any(
            fuzz.ratio(a, first) >= _HEARD and fuzz.ratio(b, second) >= _HEARD
            for a, b in self._pairs
            if a[:1] == first[:1] and b[:1] == second[:1]
        )

    def lines_with(self, word: str) -> frozenset[int]:
        """The segments that say a word, given small, in just this form."""
        return self._places.get(word, frozenset())

    @cached_property
    def _places(self) -> dict[str, frozenset[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for segment in self.transcript.segments:
            for word in words(segment.text):
                found[word].add(segment.id)
        return {word: frozenset(places) for word, places in found.items()}

    def lines_saying(self, phrase: str) -> set[int]:
        """The segments that say a phrase's words with meaning, side by side or nearly so, in whatever form."""
        wanted = content_words(phrase)
        if not wanted:
            return set()
        places = set.intersection(*(set(self.postings.get(key(w), ())) for w in wanted))
        found = {n for n in places if _together(wanted, content_words(self.transcript.segment(n).text))}
        apart = re.sub(r"(?<=\w)[-.](?=\w)", " ", phrase)
        return found if found or apart == phrase else self.lines_saying(apart)

    def line_keys(self, n: int) -> Counter[str]:
        """How often segment `n`, its speaker's name included, has each word, by key."""
        if n not in self._lines:
            segment = self.transcript.segment(n)
            self._lines[n] = Counter(key(w) for w in content_words(f"{segment.speaker or ''} {segment.text}"))
        return self._lines[n]

    def weight(self, word_key: str) -> float:
        """How much a word tells: rare words more, unknown ones most."""
        if word_key not in self._weights:
            total = max(2, len(self.transcript.segments))
            places = self.postings.get(word_key)
            self._weights[word_key] = math.log(1 + total / len(places)) if places else 1.2 * math.log(1 + total)
        return self._weights[word_key]

    def near(self, lines: Sequence[int], reach: int = 1) -> list[Segment]:
        """The cited segments and `reach` around them, each once, in order."""
        total = len(self.transcript.segments)
        ids = sorted({m for n in lines for m in range(n - reach, n + reach + 1) if 1 <= m <= total})
        return [self.transcript.segment(m) for m in ids]

    def share(self, wanted: Iterable[str], ids: Iterable[int]) -> float:
        """The share, by weight, of the wanted word keys that these segments have."""
        return self._share([(k, self.weight(k)) for k in set(wanted)], ids)

    def _share(self, weighed: Sequence[tuple[str, float]], ids: Iterable[int]) -> float:
        have: set[str] = set()
        for n in ids:
            have.update(self.line_keys(n))
        whole = sum([weight for _, weight in weighed])
        return sum([weight for k, weight in weighed if k in have]) / whole if whole else 0.0

    def best(self, wanted: Iterable[str], within: range | None = None, width: int = 2) -> tuple[tuple[int, ...], float]:
        """The `width` neighbouring segments with the largest share of the wanted words, and that share."""
        weighed = [(k, self.weight(k)) for k in set(wanted)]
        score: dict[int, float] = defaultdict(float)
        limit = max(20, len(self.transcript.segments) // 3)
        for k, weight in weighed:
            places = self.postings.get(k, [])
            if len(places) <= limit:
                for n in places:
                    score[n] += weight
        inside = [n for n in score if within is None or n in within]
        if not inside:
            return (), 0.0
        starts = heapq.nsmallest(12, inside, key=lambda n: (-(score[n] + score.get(n + 1, 0.0)), n))
        total = len(self.transcript.segments)
        found: list[tuple[float, int, tuple[int, ...]]] = []
        for n in starts:
            for first in (n - 1, n):
                ids = tuple(
                    m for m in range(first, first + width) if 1 <= m <= total and (within is None or m in within)
                )
                if ids:
                    found.append((self._share(weighed, ids), -ids[0], ids))
        share, _, ids = max(found)
        return ids, share


def _together(wanted: Sequence[str], said: Sequence[str]) -> bool:
    """Whether a few neighbours of the words said have all that are wanted."""
    width = len(wanted) + 1
    spots = [i for i, word in enumerate(said) if _same_word(wanted[0], word)]
    near = (said[max(0, i - width) : i + width] for i in spots)
    return any(all(any(_same_word(w, other) for other in part) for w in wanted) for part in near)


def _same_word(word: str, other: str) -> bool:
    """Whether two stems are forms of one word: "geography" is "geographical", but "selector" is not "select"."""
    return key(word) == key(other) and other.startswith(word[: math.ceil(_SAME_STEM * len(word))])
