"""How excerpts read on the page: quotations without the noises of speech, each with who says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from pipeline.labels import Labels, labels_for
from pipeline.language import primary
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import denies, joined, units
from pipeline.small.sentences import Sentence
from pipeline.verification.figures import claims
from pipeline.verification.phrases import SPLIT_APOSTROPHE, without_stutters

# Noises, not words: they say nothing in any of these languages, and leaving them out changes no statement.
_NOISES = "uh|uhm|umm|erm|hmm|mm-hmm|mmm|uh-huh|euh|heu|äh|ähm|öh|eeh|э-э"
_NOISE, _ENGLISH_NOISE = (
    re.compile(
        rf"(?:,\s*)?(?<!\S)(?:{noises})(?=[,.;:!?…]*(?:\s|$))\s*,?\s*|(?:呃|嗯|えーと|えっと)[，、]?", re.IGNORECASE
    )
    for noises in (_NOISES, f"{_NOISES}|um")  # "um" is "about" in German and "a" in Portuguese
)
_BEFORE_MARK = re.compile(r"\s+(?=[,.;:!?…](?:\s|$))")
_BEFORE_FRENCH_MARK = re.compile(r"\s+(?=[,.…](?:\s|$))")  # French has a space before the others
_PIECE = re.compile(r"^([^,.;:!?…]{1,20}),\s+")
_MOST_PIECE = 2  # words of an opening such as "Well," or "I mean,"
_SEEN = 3  # times that an opening is used in a recording to count as a habit of speech


class Quoter:
    """Writes excerpts; knows the habits of speech of one recording, and how a language marks quotations."""

    def __init__(
        self,
        sentences: Sequence[Sentence],
        words: Labels = labels_for("en"),  # noqa: B008  # frozen
        spoken: str | None = "en",
    ) -> None:
        self._words, self._spoken = words, spoken
        opened = (_PIECE.match(s.text) for s in sentences)
        self._openings = Counter(m[1].casefold() for m in opened if m and len(units(m[1])) <= _MOST_PIECE)

    def statement(self, excerpt: Excerpt) -> str:
        """An excerpt as it is printed: what it answers, who speaks, and the quotation."""
        said = self.quoted(excerpt.sentences, excerpt.notes)
        who = excerpt.sentences[0].speaker
        return f"{self._lead_up(excerpt)}{who}{self._words.colon}{said}" if who else said

    def _lead_up(self, excerpt: Excerpt) -> str:
        """What others said before it, each as a quotation; "…" where the speaker said more between."""
        turns = (tuple(said) for _, said in groupby(excerpt.before, key=lambda s: s.turn))
        told = "".join(f"{said[0].speaker}{self._words.colon}{self.quoted(said)} " for said in turns)
        return f"{told}… " if told and excerpt.before[-1].number + 1 < excerpt.first else told

    def quoted(self, sentences: Sequence[Sentence], notes: Iterable[str] = ()) -> str:
        """The quotation of sentences between the language's marks."""
        return self._words.quotation.format(text=self.quotation(sentences, notes))

    def quotation(self, sentences: Sequence[Sentence], notes: Iterable[str]) -> str:
        """Sentences as they were said, noises, stutters and habits of opening left out; "…" where words are missing."""
        noted = {u for note in notes for u in units(note)}
        parts: list[str] = []
        for n, s in enumerate(sentences):
            text = spoken(s.text, self._spoken)
            if n == 0:
                text = self._without_opening(text, noted)
            if n and (s.after_interjection or s.number != sentences[n - 1].number + 1):
                parts.append("…")
            if any(c.isalnum() for c in text):  # of "Um ." a full stop is left
                parts.append(text)
        whole = joined(parts)
        if whole and whole[-1] not in '.!?…。！？؟۔"”’»」)]':
            whole = whole.rstrip(" ,;:，；：–—-") + " …"
        return f"… {whole}" if whole[:1].islower() else whole

    def _without_opening(self, text: str, noted: set[str]) -> str:
        while match := _PIECE.match(text):
            piece = match[1]
            habit = self._openings[piece.casefold()] >= _SEEN and not claims(piece) and not denies(piece)
            if not habit or set(units(piece)) & noted:
                break
            text = text[match.end() :]
            text = text[:1].upper() + text[1:]
        return text


def _left(noise: re.Match[str]) -> str:
    """What stays of a noise: the comma before it where none stands behind it, but another word."""
    found, behind = noise[0].strip(), noise.string[noise.end() : noise.end() + 1]
    return ", " if found[:1] == "," and found[-1:] != "," and behind.isalnum() else " "


def spoken(text: str, language: str | None = "en") -> str:
    """A sentence without noises and, in English, words said twice in a row; the space before marks closed.

    Elsewhere such words may be grammar: "nous nous voyons", "die Leute, die die Brücke bauten".
    """
    english, marks = primary(language) == "en", _BEFORE_FRENCH_MARK if primary(language) == "fr" else _BEFORE_MARK
    text = SPLIT_APOSTROPHE.sub("", marks.sub("", text))
    began = text[:1].isupper()
    text = (_ENGLISH_NOISE if english else _NOISE).sub(_left, text).strip(" ,")
    text = without_stutters(text) if english else text
    text = marks.sub("", re.sub(r"\s{2,}", " ", text)).strip()
    return text[:1].upper() + text[1:] if began else text
