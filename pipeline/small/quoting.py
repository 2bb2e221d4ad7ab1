"""Print excerpts: as quotations without the noises of speech, each with its speaker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from pipeline.labels import Labels
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import denies, joined, units
from pipeline.small.noises import without_noises
from pipeline.small.sentences import Sentence
from pipeline.text import SENTENCE_ENDS
from pipeline.verification.figures import claims

_PIECE = re.compile(r"^([^,.;:!?…]{1,20}),\s+")
_MOST_PIECE = 2  # words of an opening such as "Well," or "I mean,"
_SEEN = 3  # occurrences in a recording from which an opening counts as a habit of speech


class Quoter:
    """Prints excerpts, knowing the habits of speech in one recording and the quotation marks of its language."""

    def __init__(self, sentences: Sequence[Sentence], labels: Labels, language: str | None) -> None:
        self._labels, self._language = labels, language
        matches = (_PIECE.match(s.text) for s in sentences)
        self._openings = Counter(m[1].casefold() for m in matches if m and len(units(m[1])) <= _MOST_PIECE)

    def statement(self, excerpt: Excerpt) -> str:
        """An excerpt as printed: its lead-up, the speaker, and the quotation."""
        quotation = self.quoted(excerpt.sentences, excerpt.notes)
        speaker = excerpt.sentences[0].speaker
        return f"{self._lead_up(excerpt)}{speaker}{self._labels.colon}{quotation}" if speaker else quotation

    def _lead_up(self, excerpt: Excerpt) -> str:
        """What others said before it, each as a quotation, followed by "…" if the speaker said more in between."""
        turns = (tuple(turn) for _, turn in groupby(excerpt.lead_up, key=lambda s: s.turn))
        lead_up = "".join(f"{turn[0].speaker}{self._labels.colon}{self.quoted(turn)} " for turn in turns)
        return f"{lead_up}… " if lead_up and excerpt.lead_up[-1].number + 1 < excerpt.first else lead_up

    def quoted(self, sentences: Sequence[Sentence], notes: Iterable[str] = ()) -> str:
        """The quotation of sentences in the language's quotation marks."""
        return self._labels.quotation.format(text=self.quotation(sentences, notes))

    def quotation(self, sentences: Sequence[Sentence], notes: Iterable[str]) -> str:
        """Sentences as said, without noises, stutters and habitual openings; "…" marks missing words.

        A habitual opening is kept if `notes` have a word of it.
        """
        note_units = {u for note in notes for u in units(note)}
        parts: list[str] = []
        for n, s in enumerate(sentences):
            text = without_noises(s.text, self._language)
            if n == 0:
                text = self._without_opening(text, note_units)
            if n and (s.after_interjection or s.number != sentences[n - 1].number + 1):
                parts.append("…")
            if any(c.isalnum() for c in text):  # "Um ." leaves only a full stop
                parts.append(text)
        whole = joined(parts).lstrip(" ,;")
        if whole and whole[-1] not in f'{SENTENCE_ENDS}"”’»」)]':
            whole = whole.rstrip(" ,;:，；：–—-") + " …"
        return f"… {whole}" if whole[:1].islower() else whole

    def _without_opening(self, text: str, note_units: set[str]) -> str:
        while (match := _PIECE.match(text)) and any(map(str.isalnum, text[match.end() :])):
            piece = match[1]
            habit = self._openings[piece.casefold()] >= _SEEN and not claims(piece) and not denies(piece)
            if not habit or set(units(piece)) & note_units:
                break
            text = text[match.end() :]
            text = text[:1].upper() + text[1:]
        return text
