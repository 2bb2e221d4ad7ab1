"""Overview and summary without free prose: who speaks, what about, in which parts, and the strongest of each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.draft import DraftStatement
from pipeline.labels import Labels
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import size
from pipeline.small.parts import Part, how_many
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking
from pipeline.small.sentences import Sentence
from pipeline.transcript import Transcript

_FADES = 0.85  # how much less likely each sentence is to say it than the one before
_SHORTEST_BEGINNING, _BEGINNING = 40, 150  # words in which a recording says what it is about
_LONGEST = 40  # words of a sentence in the overview or summary
_LONGEST_EXCERPT = 75  # words of an excerpt in the summary
_FEWEST = 8
_SUMS_UP = 0.05  # share of a recording's sentences that may be about more of it than the one that sums up
_MOST = 6
_SEVERAL = 4  # parts from which the overview names them
_OF_HEADING = 4  # words of a heading, about


def subject(sentences: Sequence[Sentence], ranking: Ranking) -> Sentence | None:
    """The sentence near the beginning with most of the words that the recording comes back to: what it is about."""
    words, beginning = 0, list[Sentence]()
    most = max(_SHORTEST_BEGINNING, min(_BEGINNING, sum(s.words for s in sentences) // 4))
    for s in sentences:
        words += s.words
        if words > most:
            break
        if _FEWEST <= s.words <= _LONGEST and not s.asks:
            beginning.append(s)
    return max(beginning, key=lambda s: ranking.centrality(s) * _FADES**s.number, default=None)


def overview(
    transcript: Transcript, about: Sentence | None, parts: Sequence[Part], quoter: Quoter, words: Labels
) -> tuple[DraftStatement, ...]:
    """What the recording says it is about, who speaks, and its parts in order."""
    if not parts:
        return ()
    out: list[DraftStatement] = []
    if about:
        who = f"{about.speaker}{words.colon}" if about.speaker else ""
        out.append(DraftStatement(f"{who}{quoter.quoted((about,))}", about.lines))
    first: Mapping[str, int] = {s.speaker: s.id for s in reversed(transcript.segments) if s.speaker}
    if names := transcript.labelled_speakers:
        out.append(DraftStatement(words.spoken_by.format(names=words.names(names)), tuple(first[n] for n in names)))
    if len(parts) >= _SEVERAL:
        lines = tuple(dict.fromkeys(p.excerpts[0].sentences[0].lines[0] for p in parts))
        told = words.parts.format(headings=words.between_parts.join(p.heading for p in parts))
        out.append(DraftStatement(told, lines))
    return tuple(out)


def size_of_overview(about: Sentence | None, names: Sequence[str], page: int) -> int:
    """Words that the overview of a page of so many words takes, about."""
    parts = how_many(page // 2)
    named = _OF_HEADING * parts if parts >= _SEVERAL else 0
    return (about.words if about else 0) + sum(map(size, names)) + named


def closing(sentences: Sequence[Sentence], ranking: Ranking) -> Sentence | None:
    """The sentence near the end that is about more of the recording than nearly all others: where somebody sums up."""
    words, ending = 0, list[Sentence]()
    most = max(_SHORTEST_BEGINNING, min(_BEGINNING, sum(s.words for s in sentences) // 10))
    for s in reversed(sentences):
        words += s.words
        if words > most:
            break
        before = sentences[max(0, s.number - 1)]
        answers = before.asks and before.turn != s.turn
        if _FEWEST <= s.words <= _LONGEST and not s.asks and not answers:
            ending.append(s)
    last = max(ending, key=ranking.centrality, default=None)
    above = sum(ranking.centrality(s) > ranking.centrality(last) for s in sentences) if last else 0
    return last if above <= len(sentences) * _SUMS_UP else None


def summary(
    parts: Sequence[Part], last: Sentence | None, sentences: Sequence[Sentence], ranking: Ranking, words: int
) -> list[Excerpt]:
    """Whole excerpts, in order: how the recording sums itself up, then those most about what it comes back to.

    So many words in all, but one excerpt at least, and one of a part at most: one that begins what somebody says.
    """
    chosen = [Excerpt((last,), frozenset({last.number}), ())] if last else []

    def central(excerpt: Excerpt) -> tuple[float, int]:
        return ranking.centrality(*excerpt.sentences), -excerpt.first

    best = (max((e for e in p.excerpts if _stands(e, sentences)), key=central, default=None) for p in parts)
    found = sorted(filter(None, best), key=central, reverse=True)
    for e in found:
        if len(chosen) < _MOST and e.printed <= words - sum(x.printed for x in chosen):
            chosen.append(e)
    chosen = chosen or sorted(found, key=lambda e: e.printed)[:1]
    return sorted(chosen, key=lambda e: e.first)


def _stands(excerpt: Excerpt, sentences: Sequence[Sentence]) -> bool:
    """Whether an excerpt can be read without what was said before it."""
    first = excerpt.sentences[0]
    begins = first.speaker is None or first.number == 0 or sentences[first.number - 1].turn != first.turn
    return begins and not excerpt.goes_on and excerpt.printed <= _LONGEST_EXCERPT
