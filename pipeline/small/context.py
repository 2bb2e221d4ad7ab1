"""What a sentence needs around it to be understood; no language is known here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import takewhile

from pipeline.small.keys import denies, units, unspaced
from pipeline.small.sentences import Sentence
from pipeline.verification.figures import claims

MOST_SENTENCES = 6
MOST_WORDS = 110
_REST = 25  # words of the rest of a line that are taken in: conditions and second thoughts stand at its end
SHORT = 7  # words of a sentence that seldom stands alone
_LONG_WORD = 5  # letters from which a word at the beginning names something
_RIDER = 15  # words of a denial that takes back some of what was said before it
_SAME = 2  # words that the other half of a contrast repeats
_FIGURES = 2  # figures for which a sentence is taken in
_LINE = 0.7  # what a sentence at the beginning of a line needs less, since lines mostly begin with thoughts
_STEP = 0.12  # what a further sentence costs against what it makes clear


class Openings:
    """How much a sentence needs the one before it, from how it opens; no language is known here.

    A sentence that opens with a long word or a figure names what it is about. One that opens with short or frequent
    words ("It is", "C'est", "So they") mostly points back.
    """

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self._found_in = Counter(u for s in sentences for u in set(units(s.text)))
        self._frequent = max(3, len(sentences) // 25)

    def leans(self, sentence: Sentence) -> float:
        """0 for a sentence that stands alone, more the more it needs what was said before."""
        first_units = units(sentence.text)[:2]
        weights = (0.8, 0.5)
        lean = sum(w for w, u in zip(weights, first_units, strict=False) if self._common(u))
        lean += 0.8 if sentence.words < SHORT else 0.0
        lean += 1.0 if sentence.text[:1].islower() else 0.0  # begins in the middle of a sentence
        return max(0.0, lean - (_LINE if sentence.begins_line else 0.0))

    def cut_before(self, sentence: Sentence) -> float:
        """What is lost when an excerpt begins with a sentence in the middle of a turn: least where a line begins."""
        return self.leans(sentence) + (0.0 if sentence.begins_line else _LINE)

    def _common(self, unit: str) -> bool:
        if unit[0].isdigit() or claims(unit):
            return False
        return (len(unit) < _LONG_WORD and not unspaced(unit)) or self._found_in[unit] >= self._frequent


def fits(run: Sequence[Sentence], most: int = MOST_SENTENCES) -> bool:
    """Whether sentences in a row are short enough for an excerpt."""
    return len(run) <= most and sum(s.words for s in run) <= MOST_WORDS


def begin_of(
    first: int,
    last: int,
    sentences: Sequence[Sentence],
    openings: Openings,
    last_taken: int = -1,
    needed: int | None = None,
) -> int:
    """Where an excerpt begins so that its sentences from `first` to `last` are understood.

    `last_taken` is the last sentence of the excerpt before; `needed` one before `first` that should be in.
    """
    turn = sentences[first].turn

    def cost(begin: int) -> float:
        opens_turn = begin == 0 or sentences[begin - 1].turn != turn or thrown_in(sentences, begin - 1)
        lacking = 1.0 if needed is not None and begin > needed else 0.0
        return (0.0 if opens_turn else openings.cut_before(sentences[begin])) + lacking + _STEP * (first - begin)

    places = range(first, max(last_taken, first - MOST_SENTENCES), -1)
    within = (n for n in places if sentences[n].turn == turn and fits(sentences[n : last + 1]))
    return min([first, *within], key=cost)


def end_of(first: int, last: int, sentences: Sequence[Sentence], others: Collection[int] = ()) -> int:
    """Where an excerpt ends so that nothing is missing that belongs to its last sentence. `others` are not taken in."""
    while last + 1 < len(sentences) and last + 1 not in others and fits(sentences[first : last + 2]):
        behind = sentences[last + 1]
        if behind.turn != sentences[last].turn or behind.asks or not belongs(sentences[last], behind):
            break
        last += 1
    line = sentences[last].lines
    rest = list(takewhile(lambda s: s.lines == line and s.number not in others, sentences[last + 1 :]))
    short = sum(s.words for s in rest) <= _REST and not any(s.asks for s in rest)
    return last + len(rest) if len(line) == 1 and short and fits(sentences[first : last + 1 + len(rest)]) else last


def thrown_in(sentences: Sequence[Sentence], n: int) -> bool:
    """Whether a sentence is a word or two that no question asked for."""
    answers = n > 0 and sentences[n - 1].asks and sentences[n - 1].turn != sentences[n].turn
    return sentences[n].interjects and not answers


def belongs(last: Sentence, behind: Sentence) -> bool:
    """Whether a sentence belongs to the one before it: its rest, a correction, its other half, or figures."""
    if behind.begins_line:
        return last.unfinished
    shared = len(set(last.keys) & set(behind.keys))
    if last.unfinished or (denies(behind.text) and behind.words <= _RIDER):
        return True
    contrast = shared >= _SAME and 2 * shared >= min(len(last.keys), len(behind.keys))
    return contrast or len(claims(behind.text)) >= _FIGURES
