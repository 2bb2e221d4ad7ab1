"""Overview and summary by quotation only: what the recording says it is about, and how it ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.draft import DraftStatement
from pipeline.small.excerpts import Excerpt, lines_of
from pipeline.small.frame import closing, opening
from pipeline.small.parts import Part
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking
from pipeline.small.sentences import Sentence

_FADES = 0.85  # weight of each sentence relative to the one before, as the subject is mostly named early
_SHORTEST_BEGINNING, _BEGINNING = 40, 150  # words within which a recording says what it is about
_LONGEST = 40  # words of a sentence in the overview or summary
_FEWEST = 8
# Share of a recording's sentences that may be more central than its subject or question, and than its summing-up.
_BEGINS, _SUMS_UP = 0.4, 0.05
_MOST_NAMED = 8
_ENOUGH = 3  # content words that make a question understandable alone
_SEVERAL = 4  # recurring words that a summing-up must have
_BETWEEN = "; "


class Outline:
    """Finds what a recording says about itself; `aside` holds the numbers of sentences about the show itself."""

    def __init__(self, sentences: Sequence[Sentence], ranking: Ranking, aside: Collection[int] = ()) -> None:
        words = sum(s.words for s in sentences)
        self._sentences, self._ranking = sentences, ranking
        shortest = min(_SHORTEST_BEGINNING, words // 2)
        self._opening = opening(sentences, max(shortest, min(_BEGINNING, words // 4)))
        last = closing(sentences, max(shortest, min(_BEGINNING, words // 10)))
        self._closing, self._aside = [s for s in last if s.number not in aside], aside
        self._centralities = [ranking.centrality(s) for s in sentences]

    def subject(self) -> Sentence | None:
        """The most central sentence near the beginning, which says what the recording is about.

        None if it is about something else, as when people only get ready, or about the show itself.
        """
        candidates = filter(_stands_alone, self._opening)
        about = max(candidates, key=lambda s: self._ranking.centrality(s) * _FADES**s.number, default=None)
        return about if about and about.number not in self._aside and self._share_above(about) <= _BEGINS else None

    def question(self) -> Sentence | None:
        """The first question near the beginning that can be understood alone and is not off the subject."""
        questions = (s for s in self._opening if s.asks and s.words <= _LONGEST and len(set(s.keys)) >= _ENOUGH)
        return next((s for s in questions if self._share_above(s) <= _BEGINS), None)

    def closing(self) -> Sentence | None:
        """The statement near the end, not an answer, that is more central than nearly all others: the summing-up."""
        sums_up = (s for s in self._closing if len(self._ranking.recurring(s.keys)) >= _SEVERAL and _stands_alone(s))
        found = [s for s in sums_up if not (self._previous(s).asks and self._previous(s).turn != s.turn)]
        last = max(reversed(found), key=self._ranking.centrality, default=None)
        return last if last and self._share_above(last) <= _SUMS_UP else None

    def _previous(self, s: Sentence) -> Sentence:
        return self._sentences[max(0, s.number - 1)]

    def _share_above(self, s: Sentence) -> float:
        """The share of the recording's sentences that are more central than this one."""
        least = self._ranking.centrality(s)
        return sum(c > least for c in self._centralities) / len(self._centralities)


def _stands_alone(s: Sentence) -> bool:
    return _FEWEST <= s.words <= _LONGEST and not s.asks and not s.text[:1].islower()


def overview(
    about: Sentence | None, question: Sentence | None, parts: Sequence[Part], quoter: Quoter
) -> tuple[DraftStatement, ...]:
    """What the recording says it is about, and its opening question, as one quotation if the speaker is the same.

    If it says neither, the titles of its longest parts.
    """
    sentences = sorted(filter(None, (about, question)), key=lambda s: s.number)
    if not sentences:
        longest = sorted((p for p in parts if p.namesake.title), key=lambda p: -p.words)[:_MOST_NAMED]
        named_parts = [p for p in parts if p in longest] or parts[:1]
        lines = sorted({i for p in named_parts for i in lines_of(p.namesake.excerpt)})
        return (DraftStatement(_BETWEEN.join(dict.fromkeys(p.heading for p in named_parts)), tuple(lines)),)
    runs = [tuple(sentences)] if len({s.speaker for s in sentences}) == 1 else [(s,) for s in sentences]
    excerpts = [Excerpt(run) for run in runs]
    return tuple(DraftStatement(quoter.statement(e), lines_of(e)) for e in excerpts)
