"""Passages: what the model is shown at a time, 150 to 300 words, with the question that they answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.small.sentences import Sentence

_WORDS, _MOST_WORDS = 150, 300
_GROWTH = 4  # words of a passage per square root of all words: pages grow like that, and cannot print more notes
_ENOUGH = 0.6  # share of a passage after which it ends with the turn
_FEWEST = 14  # words: a shorter last passage is merged with the one before


@dataclass(frozen=True)
class Passage:
    """Neighbouring sentences, and another speaker's question right before them, which they answer."""

    number: int
    sentences: tuple[Sentence, ...]
    question: Sentence | None = None

    @property
    def lines(self) -> frozenset[int]:
        """Segment ids of its sentences."""
        return frozenset(i for s in self.sentences for i in s.lines)

    @property
    def shown(self) -> str:
        """The passage as the model sees it, with speakers' names on each change."""
        rows: list[str] = []
        speaker: str | None = None
        for s in (*((self.question,) if self.question else ()), *self.sentences):
            if not rows or s.speaker != speaker:
                rows.append(f"{s.speaker}: {s.text}" if s.speaker else s.text)
            else:
                rows[-1] += f" {s.text}"
            speaker = s.speaker
        return "\n".join(rows)

    @property
    def halves(self) -> tuple[Passage, Passage] | None:
        """The passage split into two of similar size; None if it is a single sentence."""
        cuts = range(1, len(self.sentences))
        words = [s.words for s in self.sentences]
        at = min(cuts, key=lambda n: abs(sum(words[:n]) - sum(words[n:])), default=0)
        first, second = replace(self, sentences=self.sentences[:at]), Passage(self.number, self.sentences[at:])
        return (first, second) if at else None


def passages_of(sentences: Sequence[Sentence]) -> list[Passage]:
    """Passages that contain every sentence once, in order. Only a turn longer than a passage is split."""
    passages: list[Passage] = []
    current: list[Sentence] = []
    most = min(_MOST_WORDS, max(_WORDS, round(_GROWTH * math.sqrt(sum(s.words for s in sentences)))))

    def close() -> None:
        if current:
            previous = sentences[current[0].number - 1] if current[0].number else None
            question_before = previous if previous and previous.asks and previous.turn != current[0].turn else None
            passages.append(Passage(len(passages) + 1, tuple(current), question_before))
            current.clear()

    for s in sentences:
        words = sum(x.words for x in current)
        new_turn = bool(current) and current[-1].turn != s.turn
        if current and (words + s.words > most or (new_turn and words > _ENOUGH * most)):
            # A question at the end goes with its answer.
            question = current.pop() if new_turn and current[-1].asks and len(current) > 1 else None
            close()
            if question:
                current.append(question)
        current.append(s)
    if passages and sum(x.words for x in current) < _FEWEST:
        current[:0] = passages.pop().sentences
    close()
    return passages
