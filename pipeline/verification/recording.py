"""What a recording says, looked up fast: figures, names and quotations anywhere in it."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

from pipeline.labels import labels_for
from pipeline.language import primary
from pipeline.text import UNSPACED, composed, enumerated
from pipeline.transcript import Transcript
from pipeline.verification.figures import figures
from pipeline.verification.number_words import in_digits
from pipeline.verification.numerals import as_said
from pipeline.verification.phrases import PhraseIndex, without_stutters

_MONTH = re.compile(r"\b\d{4}-(0[1-9]|1[0-2])-\d{2}\b")  # of a date
Kind = Literal["figure", "name", "quotation"]
_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"(?<=[\w,] )[^\W_]+")  # a word that does not begin a sentence
_NO_LETTERS = {n: None for n in range(128) if not chr(n).isalnum()}
_BARE = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_APART = r"[\W_]*"
_POINTS = frozenset(range(10, 37))  # combining classes of Hebrew and Arabic points


def letters(text: str) -> str:
    """A text's letters and digits in a row, case folded and without accents: "Möser" and "moser" are the same."""
    folded = _folded(text)
    return folded.translate(_NO_LETTERS) if folded.isascii() else "".join(_WORD.findall(folded))


def _folded(text: str) -> str:
    if text.isascii():
        return text.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def bare_words(text: str) -> list[str]:
    """Words without marks, case folded; "don't" is "dont". A script without blanks gives its characters."""
    folded = text.casefold().replace("’", "").replace("'", "")
    return _WORD.findall(folded) if folded.isascii() else _BARE.findall(_without_points(folded))


def _parted(word: str) -> str:
    """ "PremierLegault" as "Premier Legault": a blank where a capital follows a small letter."""
    if word[1:].islower() or word.isupper():  # nearly all
        return word
    return "".join(f" {b}" if a.islower() and b.isupper() else b for a, b in pairwise(f" {word}"))


def _without_points(text: str) -> str:
    """Arabic and Hebrew with and without points are the same words."""
    return "".join(c for c in text if unicodedata.combining(c) not in _POINTS and c != "ـ")


@dataclass(frozen=True, slots=True)
class Finding:
    """What code proved against a statement: all the figures, quotations or names in it that `what` lists."""

    kind: Kind
    what: tuple[str, ...]

    @property
    def message(self) -> str:
        """The finding in words."""
        match self.kind:
            case "figure":
                return f"nobody says {enumerated(self.what, 'or')} in the recording"
            case "quotation":
                return f"nobody says {enumerated([f'“{q}”' for q in self.what], 'or')} word for word"
            case "name":
                verb = "is" if len(self.what) == 1 else "are"
                return f"{enumerated(self.what, 'and')} {verb} not named in the recording"


def _composed(transcript: Transcript) -> Transcript:
    """The transcript with composed words, as statements are: one from a program need not have them."""
    segments = tuple(s if s.text.isascii() else s._replace(text=composed(s.text)) for s in transcript.segments)
    return transcript if segments == transcript.segments else replace(transcript, segments=segments)


class Recording:
    """The words of one transcript and what is known of it, indexed when first asked for.

    `language` is that of the statements that are checked beside it; None is that of the transcript. `found` keeps what
    was found against texts that were looked at.
    """

    def __init__(self, transcript: Transcript, language: str | None = None) -> None:
        self.transcript = _composed(transcript)
        self.spoken = transcript.metadata.language
        self.language = language or self.spoken
        self.found: dict[str, tuple[Finding, ...]] = {}

    @property
    def translated(self) -> bool:
        """Whether statements are in another language than the recording."""
        return primary(self.language) != primary(self.spoken)

    @cached_property
    def text(self) -> str:
        """Everything that is said, in a row."""
        return " ".join(s.text for s in self.transcript.segments)

    @cached_property
    def known(self) -> str:
        """What is known besides the words: title, channel, date, speakers, address, and the months of dates by name."""
        meta = self.transcript.metadata
        told = (meta.title, meta.channel, meta.published, meta.url, *meta.speakers, *self.transcript.labelled_speakers)
        known = " ".join(t for t in told if t)
        names = labels_for(self.language).months
        return " ".join((known, *(names[int(month) - 1] for month in _MONTH.findall(known))))

    @cached_property
    def folded(self) -> str:
        """Everything that is said and what is known besides, case folded."""
        return f"{self.text} {self.known}".casefold()

    @cached_property
    def figures(self) -> list[float]:
        """Every value that a figure in the recording may be read as, ascending."""
        return sorted(figures(as_said(f"{self.text} {self.known}", self.spoken)))

    @cached_property
    def _in_order(self) -> list[str]:
        return _WORD.findall(_folded(f"{self.text} {self.known}"))

    @cached_property
    def words(self) -> frozenset[str]:
        """Words that are said, as they are parted in the transcript and by capitals where a blank was lost."""
        different = " ".join(set(f"{self.text} {self.known}".split()))  # most are said many times
        parted = " ".join(map(_parted, different.split()))
        return frozenset(_WORD.findall(_folded(different))).union(_WORD.findall(_folded(parted)))

    @cached_property
    def joined_words(self) -> Set[str]:
        """`words`, and neighbouring ones written as one: speech recognition parts a name into "post gres sql"."""
        said = self._in_order
        joined = set(said)
        joined.update(map(operator.add, said, said[1:]))
        joined.update(map("".join, zip(said, said[1:], said[2:], strict=False)))
        return joined

    @cached_property
    def capitalised(self) -> frozenset[str]:
        """Words with a capital inside a sentence, and with a small letter nowhere."""
        text = f"{self.text} {self.known}"
        small = {word for word in _WORD.findall(text) if word.islower()}
        return frozenset(_folded(w) for w in _INSIDE.findall(text) if w.istitle() and w.casefold() not in small)

    @cached_property
    def initials(self) -> str:
        """First letters of all words in a row, in which an abbreviation's letters may stand."""
        return "".join(w[0] for w in _WORD.findall(f"{self.text} {self.known}".casefold()))

    def spells(self, name: str) -> bool:
        """Whether the letters and digits of a name stand in a row, wherever blanks are: "M three L" spells M3L.

        Letters before a figure, or behind it, may begin a word: "carbon fourteen" spells C14.
        """
        runs = re.findall(r"\d+|[^\W\d_]+", letters(name))
        if runs[-1] == "s":  # of several
            runs.pop()
        each = (_APART.join(run) + ("" if run.isdigit() else r"[^\W\d_]*") for run in runs)
        return re.search(rf"(?<![^\W_]){_APART.join(each)}(?!\d)", self._in_digits) is not None

    @cached_property
    def _in_digits(self) -> str:
        return in_digits(_folded(as_said(f"{self.text} {self.known}", self.spoken)))

    @cached_property
    def _spoken(self) -> PhraseIndex:
        segments = self.transcript.segments
        return PhraseIndex([bare_words(s.text) for s in segments], [s.speaker for s in segments])

    @cached_property
    def _tidied(self) -> PhraseIndex:
        """The words without stutters; elsewhere than in English these may be grammar."""
        if primary(self.spoken) != "en":
            return self._spoken
        segments = self.transcript.segments
        return PhraseIndex([bare_words(without_stutters(s.text)) for s in segments], [s.speaker for s in segments])

    @cached_property
    def _title(self) -> str:
        return f" {' '.join(bare_words(self.transcript.metadata.title or ''))} "

    def holds(self, *phrases: list[str]) -> bool:
        """Whether one speaker says these phrases of bare words in their order, or the title has them so."""
        if any(self.places_of(*phrases)):
            return True
        at = 0
        for phrase in (" ".join(words) for words in phrases):
            found = self._title.find(f" {phrase} ", at)
            if found < 0:
                return False
            at = found + 1 + len(phrase)  # the blank behind it may stand before the next
        return True

    def places_of(self, *phrases: list[str]) -> Iterator[tuple[int, ...]]:
        """The segments' ids of each place where one speaker says these phrases of bare words, wherever blanks stand.

        Several stand in their order and near each other. Where they are said nowhere, the places where they are but for
        words that an English speaker said twice in a row.
        """
        segments = self.transcript.segments
        for place in list(self._spoken.places_of(phrases)) or self._tidied.places_of(phrases):
            yield tuple(segments[n].id for n in place)
