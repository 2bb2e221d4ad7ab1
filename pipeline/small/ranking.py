"""Which excerpts are printed: the best ones first, as many as there is room for."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from pipeline.document import Length
from pipeline.profile import words_for
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import units
from pipeline.small.sentences import Sentence

# The share of the recording's words that the main points may take, however short it is.
_MOST_SHARE: dict[Length, float] = {"brief": 0.3, "standard": 0.65, "full": 0.9}
_OF_THE_PAGE = 0.85  # what is left goes to concepts, overview and summary
_LEAST = 0.55  # of the middle one's worth, below which an excerpt is left out even if there is room
_OVER = 1.08  # how far the last excerpt may go over the room
_FEW = 12  # words below which being short is no merit
_NAME = re.compile(r"(?<=[\w,;] )[A-Z][\w.-]*\w")


def room(total: int, length: Length) -> int:
    """Words for the main points of a recording of so many words."""
    return round(min(_OF_THE_PAGE * words_for(total, length), _MOST_SHARE[length] * total))


class Ranking:
    """Tells what an excerpt is worth within its recording."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self._spoken_of = Counter(k for s in sentences for k in set(s.keys))
        self._most = math.log1p(max(self._spoken_of.values(), default=1))

    def _subject(self, own: Iterable[str]) -> float:
        """Words said several times carry the subject; those said once are details, or chance."""
        return sum(math.log1p(self._spoken_of[k]) / self._most for k in set(own) if self._spoken_of[k] > 1)

    def centrality(self, sentence: Sentence) -> float:
        """How much a sentence is about what the recording comes back to, for its length."""
        return self._subject(sentence.keys) / math.sqrt(max(_FEW, sentence.words))

    def worth(self, excerpt: Excerpt) -> float:
        """Higher for what the notes dwell on, for figures, names, dense sentences and what the recording is about."""
        found = units(excerpt.text)
        own = [k for s in excerpt.sentences for k in s.keys]
        density = len(own) / max(1, len(found))
        subject = self._subject(own)
        names = len(set(_NAME.findall(excerpt.text)))
        marks = len(excerpt.notes) + 0.5 * len(excerpt.marked)
        rich = 0.6 * min(4, excerpt.figures) + 0.3 * min(3, names) + 0.25 * min(6.0, subject)
        marked = sum(s.words for s in excerpt.sentences if s.number in excerpt.marked)
        length = math.sqrt(max(_FEW, (excerpt.words + marked) / 2))  # what makes a note clear costs half
        return (marks + rich) * (0.5 + density) / length

    def best(self, excerpts: Sequence[Excerpt], words: int) -> list[Excerpt]:
        """The best excerpts that fit into so many words, in the order of the recording.

        One that goes on from another is only taken with it.
        """
        worth = [self.worth(e) for e in excerpts]
        least = _LEAST * median(worth) if worth else 0.0
        order = sorted((n for n, w in enumerate(worth) if w >= least), key=lambda n: (-worth[n], n))
        taken: set[int] = set()
        used = 0
        for n in order:
            group = {n, n - 1} if n and excerpts[n].continues(excerpts[n - 1]) else {n}
            more = sum(excerpts[g].words for g in group - taken)
            if not taken or (used < words and used + more <= _OVER * words):
                taken |= group
                used += more
        return [excerpts[n] for n in sorted(taken)]
