"""Overview and summary without free prose: what the recording says that it is about, and how it ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.draft import DraftStatement
from pipeline.small.excerpts import Excerpt, lines_of
from pipeline.small.keys import keys
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking
from pipeline.small.sentences import Sentence

_FADES = 0.85  # how much less likely each sentence is to say it than the one before
_SHORTEST_BEGINNING, _BEGINNING = 40, 150  # words in which a recording says what it is about
_LONGEST = 40  # words of a sentence in the overview or summary
_LONGEST_EXCERPT = 75  # words of an excerpt in the summary
_FEWEST = 8
_SUMS_UP = 0.05  # share of a recording's sentences that may be about more of it than the one that sums up
_MIDDLING = 0.6  # the same, for one that only ends it
_MOST = 6
_PARTING, _LONG = 2, 25  # sentences at the end, of a recording of so many
_ENOUGH = 3  # words that carry meaning in a question that is understood alone


def subject(sentences: Sequence[Sentence], ranking: Ranking) -> Sentence | None:
    """The sentence near the beginning with most of the words that the recording comes back to: what it is about.

    None where all of them are about other things, as where people only get ready.
    """
    words, beginning = 0, list[Sentence]()
    for s in sentences:
        words += s.words
        if words > _beginning(sentences):
            break
        if _FEWEST <= s.words <= _LONGEST and not s.asks and ranking.central(s):
            beginning.append(s)
    return max(beginning, key=lambda s: ranking.centrality(s) * _FADES**s.number, default=None)


def _beginning(sentences: Sequence[Sentence]) -> int:
    return max(_SHORTEST_BEGINNING, min(_BEGINNING, sum(s.words for s in sentences) // 4))


def question(sentences: Sequence[Sentence], ranking: Ranking) -> Sentence | None:
    """The first question asked near the beginning that is understood alone and no aside."""
    words = 0
    for s in sentences:
        words += s.words
        if words > _beginning(sentences):
            break
        if s.asks and s.words <= _LONGEST and len(set(s.keys)) >= _ENOUGH and not ranking.aside(s):
            return s
    return None


def overview(about: Sentence | None, asked: Sentence | None, quoter: Quoter) -> tuple[DraftStatement, ...]:
    """What the recording says that it is about, and the question that it begins with; in one of one speaker."""
    told = sorted(filter(None, (about, asked)), key=lambda s: s.number)
    runs = [tuple(told)] if len({s.speaker for s in told}) == 1 else [(s,) for s in told]
    excerpts = [Excerpt(run, frozenset(), ()) for run in runs]
    return tuple(DraftStatement(quoter.statement(e), lines_of(e)) for e in excerpts)


def size_of_overview(about: Sentence | None, asked: Sentence | None) -> int:
    """Words that the overview takes, about."""
    return sum(s.words for s in (about, asked) if s)


def closing(sentences: Sequence[Sentence], ranking: Ranking) -> Sentence | None:
    """The sentence near the end that is about more of the recording than nearly all others: where somebody sums up."""
    last = ending(sentences, ranking)
    return last if last and _share_above(last, sentences, ranking) <= _SUMS_UP else None


def ending(sentences: Sequence[Sentence], ranking: Ranking, turns: bool = False) -> Sentence | None:
    """The statement near the end, no answer, that is about most of what the recording comes back to.

    `turns` asks for one that begins a turn.
    """
    words, found = 0, list[Sentence]()
    most = max(_SHORTEST_BEGINNING, min(_BEGINNING, sum(s.words for s in sentences) // 10))
    for s in reversed(sentences):
        words += s.words
        if words > most:
            break
        before = sentences[max(0, s.number - 1)]
        answers = before.asks and before.turn != s.turn
        fits = not turns or before.turn != s.turn
        if _FEWEST <= s.words <= _LONGEST and not s.asks and not answers and fits:
            found.append(s)
    return max(found, key=ranking.centrality, default=None)


def other_ending(sentences: Sequence[Sentence], ranking: Ranking, shown: Collection[int]) -> Sentence | None:
    """What ends a recording that sums nothing up: a statement about it that begins a turn and stands nowhere yet."""
    end = ending(sentences, ranking, turns=True)
    return end if end and end.number not in shown and _share_above(end, sentences, ranking) <= _MIDDLING else None


def _share_above(s: Sentence, sentences: Sequence[Sentence], ranking: Ranking) -> float:
    """The share of a recording's sentences that are about more of it than one is."""
    least = ranking.centrality(s)
    return sum(ranking.centrality(other) > least for other in sentences) / len(sentences)


def courtesies(sentences: Sequence[Sentence]) -> frozenset[int]:
    """Numbers of the sentences in which people introduce themselves or part, whatever a note makes of them.

    Who says their own name near the beginning introduces themselves. A short recording has no such sentences.
    """
    if len(sentences) < _LONG:
        return frozenset()
    words, begin = 0, set[int]()
    for s in sentences:
        words += s.words
        if words > _beginning(sentences):
            break
        if s.speaker and set(keys(s.speaker)) & set(s.keys):
            begin.add(s.number)
    return frozenset(begin | {s.number for s in sentences[-_PARTING:]})


def summary(last: Sentence | None, left_out: Sequence[Excerpt], ranking: Ranking, words: int) -> list[Excerpt]:
    """How the recording ends, then what stands nowhere else on the page and is most about what it comes back to.

    So many words in all, but the end or one excerpt at least; in order, only excerpts that can be read alone.
    """
    chosen = [Excerpt((last,), frozenset({last.number}), ())] if last else []
    for e in sorted(left_out, key=lambda e: -ranking.centrality(*e.sentences)):
        room = words - sum(x.printed for x in chosen) if chosen else _LONGEST_EXCERPT
        fits = e.printed <= min(_LONGEST_EXCERPT, room)
        if fits and not e.goes_on and len(chosen) < _MOST and not (last and last in (*e.before, *e.sentences)):
            chosen.append(e)
    return sorted(chosen, key=lambda e: e.first)
