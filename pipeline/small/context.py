"""What a sentence needs around it to be understood, decided without knowing the language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import takewhile

from pipeline.small.keys import denies, units, unspaced
from pipeline.small.sentences import Sentence
from pipeline.verification.figures import claims

MOST_SENTENCES = 6
MOST_WORDS = 110
_REST = 25  # most words in the rest of a line that is included: conditions and second thoughts come there
SHORT = 7  # words: a shorter sentence can seldom be understood alone
_LONG_WORD = 5  # letters from which an opening word names something
_RIDER = 15  # words of a denial that qualifies what was said before it
_SAME = 2  # words that the second half of a contrast repeats
_FIGURES = 2  # figures that make a sentence worth including
_LINE = 0.7  # by how much a sentence at the start of a line leans less, since lines mostly begin with a new thought
_STEP = 0.12  # cost of a further sentence, against what it makes clear


class Openings:
    """How much a sentence needs the one before it, judged by its opening, without knowing the language.

    A sentence that opens with a long word or a figure names what it is about. One that opens with short or frequent
    words ("It is", "C'est", "So they") mostly refers back.
    """

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self._found_in = Counter(u for s in sentences for u in set(units(s.text)))
        self._frequent = max(3, len(sentences) // 25)

    def leans(self, sentence: Sentence) -> float:
        """0 for a sentence that can be understood alone; higher, the more it needs what was said before."""
        first_units = units(sentence.text)[:2]
        weights = (0.8, 0.5)
        lean = sum(w for w, u in zip(weights, first_units, strict=False) if self._common(u))
        lean += 0.8 if sentence.words < SHORT else 0.0
        lean += 1.0 if sentence.text[:1].islower() else 0.0  # begins in the middle of a sentence
        return max(0.0, lean - (_LINE if sentence.begins_line else 0.0))

    def cut_before(self, sentence: Sentence) -> float:
        """What is lost if an excerpt begins with this sentence within a turn: least at the start of a line."""
        return self.leans(sentence) + (0.0 if sentence.begins_line else _LINE)

    def _common(self, unit: str) -> bool:
        if unit[0].isdigit() or claims(unit):
            return False
        return (len(unit) < _LONG_WORD and not unspaced(unit)) or self._found_in[unit] >= self._frequent


def fits(run: Sequence[Sentence], most: int = MOST_SENTENCES) -> bool:
    """Whether consecutive sentences are short enough for an excerpt."""
    return len(run) <= most and sum(s.words for s in run) <= MOST_WORDS


def begin_of(
    first: int,
    last: int,
    sentences: Sequence[Sentence],
    openings: Openings,
    last_taken: int = -1,
    needed: int | None = None,
) -> int:
    """Number of the sentence at which an excerpt begins so that its sentences `first` to `last` can be understood.

    `last_taken` is the last sentence of the previous excerpt; `needed` an earlier sentence that should be included.
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
    """Number of the sentence at which an excerpt ends with everything that belongs to it; `others` are not included."""
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
    """Whether a sentence is a word or two thrown in, not the answer to a question."""
    answers = n > 0 and sentences[n - 1].asks and sentences[n - 1].turn != sentences[n].turn
    return sentences[n].interjects and not answers


def belongs(last: Sentence, behind: Sentence) -> bool:
    """Whether a sentence belongs to the one before it: as its rest, a correction, a contrast, or figures."""
    if behind.begins_line:
        return last.unfinished
    shared = len(set(last.keys) & set(behind.keys))
    if last.unfinished or (denies(behind.text) and behind.words <= _RIDER):
        return True
    contrast = shared >= _SAME and 2 * shared >= min(len(last.keys), len(behind.keys))
    return contrast or len(claims(behind.text)) >= _FIGURES
