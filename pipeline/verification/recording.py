"""Index what a recording says, for fast look-up of figures, names and quotations."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

from pipeline.labels import labels_for
from pipeline.language import language_of_words, primary
from pipeline.text import ACCENTS, LETTERS, MARKS, UNSPACED, composed, enumerated, without_accents
from pipeline.transcript import Transcript
from pipeline.verification.abbreviations import short_for
from pipeline.verification.figures import direct_figures
from pipeline.verification.number_idioms import roundabout_figures
from pipeline.verification.number_words import in_digits
from pipeline.verification.numerals import recording_in_digits
from pipeline.verification.phrases import PhraseIndex, without_stutters
from pipeline.verification.sounds import SoundIndex
from pipeline.verification.times_and_dates import Meaning, minutes_by_the_clock

_MONTH = re.compile(r"\b\d{4}-(0[1-9]|1[0-2])-\d{2}\b")  # the month in a date
Kind = Literal["figure", "name", "quotation"]
_WORD = re.compile(LETTERS)
_ASCII_WORD = re.compile("[a-z0-9]+")  # case-folded
_BREAK = re.compile(r"[.,;:!?…(){}\[\]|]|[–—](?=\s)")  # between phrases
_WORD_OR_BAR = re.compile(f"{LETTERS}|[|]")
# Letter by letter, from after the first one: "N-G-U-Y-E-N", "U C L A". Marks and spaces are fewer than letters.
_SPELLED = re.compile(r"[-. ](?<=\b[^\W\d_].)[-. ]?[^\W\d_]\b(?:[-. ]{1,2}[^\W\d_]\b)+")
_IN_CAPITALS = re.compile(r"\b[A-Z](?:\.?[A-Z]){1,4}\b")
# A date in figures, with its month, or with two figures of which either is the month.
_DATE = re.compile(r"\b(?:\d{4}-(\d{2})-\d{2}|(\d{1,2})[./](\d{1,2})[./]\d{2,4})\b")
_INNER_WORD = re.compile(r"(?<=[\w,] )[^\W_]+")  # a word that does not begin a sentence
_NO_LETTERS = {n: None for n in range(128) if not chr(n).isalnum()}
_ACCENTED = re.compile("[à-ɏḁ-ỹ]")  # small Latin letters
_SAMPLE = 1000  # letters that show the script
_MOST_WORDS_OF_INTERJECTION = 5
_BARE_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:[{MARKS}]+[^\W_{UNSPACED}]*)*")
_SEPARATORS = r"[\W_]*"  # between letters
# Vowel points and the lengthening stroke of Hebrew and Arabic, and accents that no character includes ("i̇" for "İ").
_POINT = re.compile(f"[{ACCENTS}ـ]")
# Case-folded letters with others that some writers use for them: Turkish i without and with its dot, Russian, French,
# Arabic and Persian.
_VARIANTS = (
    ("ı", "i"), ("i\u0307", "i"), ("ё", "е"), ("œ", "oe"), ("æ", "ae"),
    ("أ", "ا"), ("إ", "ا"), ("آ", "ا"), ("ٱ", "ا"), ("ى", "ي"), ("ی", "ي"), ("ک", "ك"), ("ة", "ه"),
)  # fmt: skip
# Words of one letter, such as "and" or "that", which are written together with the next word.
HEBREW_PREFIXES = "בהוכלמש"
ARABIC_PREFIXES = "بفكلو"
_PREFIXED = re.compile(rf"\b([{HEBREW_PREFIXES}{ARABIC_PREFIXES}]{{1,3}})(\w{{2,}})")


def letters(text: str) -> str:
    """A text's letters and digits joined, case-folded and without accents: "Möser" and "moser" become the same."""
    folded = _folded(text)
    return folded.translate(_NO_LETTERS) if folded.isascii() else "".join(_WORD.findall(folded))


def _folded(text: str) -> str:
    return text.casefold() if text.isascii() else _without_variants(without_accents(text.casefold()))


def _without_variants(text: str) -> str:
    """Case-folded text with one spelling of letters that have two, so that "cœur" and "coeur" are equal."""
    for letter, other in _VARIANTS:
        text = text.replace(letter, other)
    return text


def bare_words(text: str) -> list[str]:
    """Words without punctuation, case-folded: "dont" for "don't"; in a script without spaces, single characters.

    Spellings that mean the same are equal: full and half width, "ё" and "е", "œ" and "oe", Turkish "ı" and "I", "é" and
    "e" as in "café", "%" and "percent".
    """
    text = text.replace("%", " percent ")
    if text.isascii():
        return _ASCII_WORD.findall(text.casefold().replace("'", ""))
    folded = _without_variants(unicodedata.normalize("NFKC", text).casefold())
    folded = _ACCENTED.sub(lambda m: unicodedata.normalize("NFD", m[0])[0], folded)
    return _BARE_WORD.findall(_POINT.sub("", folded.replace("’", "").replace("ʼ", "").replace("'", "")))


def _words_to_quote(text: str) -> list[str]:
    """The bare words, with prefixes of Hebrew and Arabic apart, since a quotation may begin after them."""
    words = bare_words(text)
    if text.isascii():  # the usual case
        return words
    return _PREFIXED.sub(lambda m: f"{' '.join(m[1])} {m[2]}", " ".join(words)).split()


def _script(letter: str) -> str:
    """The script of a letter: "LATIN", "CYRILLIC"."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _split_at_capitals(word: str) -> str:
    """A word with a space before each capital that follows a small letter: "Premier Legault" for "PremierLegault"."""
    if word[1:].islower() or word.isupper():  # the usual case
        return word
    return "".join(f" {b}" if a.islower() and b.isupper() else b for a, b in pairwise(f" {word}"))


@dataclass(frozen=True, slots=True)
class Finding:
    """What code proved against a statement. `texts` are the figures, quotations or names that nobody says."""

    kind: Kind
    texts: tuple[str, ...]

    @property
    def message(self) -> str:
        """The finding in words."""
        match self.kind:
            case "figure":
                return f"nobody says {enumerated(self.texts, 'or')} in the recording"
            case "quotation":
                return f"nobody says {enumerated([f'“{q}”' for q in self.texts], 'or')} word for word"
            case "name":
                verb = "is" if len(self.texts) == 1 else "are"
                return f"{enumerated(self.texts, 'and')} {verb} not named in the recording"


def _composed(transcript: Transcript) -> Transcript:
    """The transcript in composed characters (NFC) like statements; one passed in by a program may have others."""
    segments = tuple(s if s.text.isascii() else s._replace(text=composed(s.text)) for s in transcript.segments)
    return transcript if segments == transcript.segments else replace(transcript, segments=segments)


class Recording:
    """The words and metadata of one transcript, indexed lazily.

    `language` is that of the statements to be checked, by default the transcript's. `findings_by_text` caches the
    findings for every text checked.
    """

    def __init__(self, transcript: Transcript, language: str | None = None) -> None:
        self.transcript = _composed(transcript)
        self.spoken_language = transcript.metadata.language
        self.language = language or self.spoken_language
        self.findings_by_text: dict[str, tuple[Finding, ...]] = {}

    @property
    def translated(self) -> bool:
        """Whether statements are in another language than the recording."""
        return primary(self.language) != primary(self.spoken_language)

    def is_written_as(self, name: str) -> bool:
        """Whether a name has the script of the recording, without which the two cannot be compared."""
        return self._script in ("", _script(name[0]))

    @cached_property
    def _script(self) -> str:
        """The script of most letters, from a sample of them; "" if there are none."""
        sample = self.text[:: max(1, len(self.text) // _SAMPLE)]
        scripts = Counter(_script(c) for c in sample if c.isalpha())
        return scripts.most_common(1)[0][0] if scripts else ""

    @cached_property
    def text(self) -> str:
        """Everything that is said, as one text."""
        return " ".join(s.text for s in self.transcript.segments)

    @cached_property
    def metadata_text(self) -> str:
        """The metadata and the speakers' labels, plus the names of the months in dates."""
        metadata = " ".join((*self.transcript.metadata.texts, *self.transcript.labelled_speakers))
        months = labels_for(self.language).months
        return " ".join((metadata, *(months[int(month) - 1] for month in _MONTH.findall(metadata))))

    @cached_property
    def months(self) -> frozenset[str]:
        """The months that are said in full, short or in a date, by their names and the short forms of these."""
        names = [letters(month) for month in labels_for(self.language).months]
        said = {int(month) for date in _DATE.findall(self.text) for month in date if month and int(month) <= len(names)}
        said |= self._months_by_name(self.language)
        return frozenset(names[n - 1][:length] for n in said if n for length in range(3, len(names[n - 1]) + 1))

    def _months_by_name(self, language: str | None) -> set[int]:
        """The numbers of the months that are said by their names or the first three or four letters of these."""
        names = map(letters, labels_for(language).months)
        return {n for n, name in enumerate(names, 1) if not self.words.isdisjoint((name, name[:3], name[:4]))}

    @cached_property
    def folded(self) -> str:
        """Everything that is said, and the metadata, case-folded."""
        return f"{self.text} {self.metadata_text}".casefold()

    @cached_property
    def language_of_figures(self) -> str | None:
        """The language of the number words: the spoken one, unless the words are clearly of another."""
        return language_of_words(self.spoken_language, [s.text for s in self.transcript.segments])

    @cached_property
    def direct_figures(self) -> list[float]:
        """Every value that a figure in the recording may have, without roundabout ones, in ascending order."""
        return sorted(direct_figures(self._with_digits))

    @cached_property
    def figures(self) -> list[float]:
        """Every value that a figure in the recording may have, in ascending order."""
        return sorted({*self.direct_figures, *roundabout_figures(self._with_digits)})

    @cached_property
    def _with_digits(self) -> str:
        return recording_in_digits(f"{self.text} {self.metadata_text}", self.language_of_figures)

    @cached_property
    def numbers_otherwise(self) -> dict[Meaning, frozenset[float]]:
        """Numbers that may be said by other words: months by name (or its first letters), minutes as in "half past"."""
        months = frozenset(map(float, self._months_by_name(self.language_of_figures)))
        return {"month": months, "minute": minutes_by_the_clock(self.words, primary(self.language_of_figures))}

    @cached_property
    def _words_in_order(self) -> list[str]:
        return _WORD.findall(_folded(f"{self.text} {self.metadata_text}"))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words as separated in the transcript, split at capitals, where a space may be missing, and spelled."""
        distinct = set(f"{self.text} {self.metadata_text}".split())  # most recur
        distinct.update([_split_at_capitals(word) for word in distinct])
        spelled = (letters(self.text[run.start() - 1 : run.end()]) for run in _SPELLED.finditer(self.text))
        return frozenset(_WORD.findall(_folded(" ".join(distinct)))).union(spelled)

    @cached_property
    def joined_words(self) -> Set[str]:
        """Single words, and two or three neighbours joined: speech recognition splits a name into "post gres sql"."""
        words = self._words_in_order
        joined = set(words)
        joined.update(map(operator.add, words, words[1:]))
        joined.update(map("".join, zip(words, words[1:], words[2:], strict=False)))
        return joined

    @cached_property
    def capitalised(self) -> frozenset[str]:
        """Words that have a capital within a sentence and are never written in lower case."""
        text = f"{self.text} {self.metadata_text}"
        small = {word for word in _WORD.findall(text) if word.islower()}
        return frozenset(_folded(w) for w in _INNER_WORD.findall(text) if w.istitle() and w.casefold() not in small)

    @cached_property
    def sounds(self) -> SoundIndex:
        """How the words sound; without capitals, as in some automatic captions, any word may be a name."""
        has_capitals = any(word.istitle() and len(word) > 1 for word in self.text.split())
        return SoundIndex(self._words_in_order, self.capitalised if has_capitals else self.words)

    @cached_property
    def phrases_in_small_letters(self) -> str:
        """All words case-folded, with a space between them, and a bar where a mark of punctuation separates phrases."""
        return " ".join(_WORD_OR_BAR.findall(_BREAK.sub("|", _folded(f"{self.text} {self.metadata_text}"))))

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """The words in capitals, without full stops: "US" for "U.S."."""
        return frozenset(word.replace(".", "") for word in _IN_CAPITALS.findall(self.text))

    def stands_for_words(self, abbreviation: str) -> bool:
        """Whether words are said within a phrase for which the abbreviation may stand."""
        return short_for(abbreviation, self.phrases_in_small_letters)

    def has_letters_of(self, abbreviation: str) -> bool:
        """Whether somebody says an abbreviation letter by letter, perhaps in the plural: "P Z Ms"."""
        apart = r"[\W_]+".join(abbreviation)
        return re.search(rf"(?<![^\W_]){apart}s?(?![^\W_])", self._text_in_digits) is not None

    def spells(self, name: str) -> bool:
        """Whether the letters and digits of a name occur in sequence, whatever the spacing: "M three L" spells M3L.

        Letters next to a figure may begin a word: "carbon fourteen" spells C14.
        """
        runs = re.findall(r"\d+|[^\W\d_]+", letters(name))
        if runs[-1] == "s":  # plural
            runs.pop()
        patterns = (_SEPARATORS.join(run) + ("" if run.isdigit() else r"[^\W\d_]*") for run in runs)
        return re.search(rf"(?<![^\W_]){_SEPARATORS.join(patterns)}(?!\d)", self._text_in_digits) is not None

    @cached_property
    def _text_in_digits(self) -> str:
        return in_digits(_folded(self._with_digits))

    @cached_property
    def _phrases(self) -> PhraseIndex:
        segments = self.transcript.segments
        return PhraseIndex([_words_to_quote(s.text) for s in segments], [s.speaker for s in segments])

    @cached_property
    def _phrases_without_stutters(self) -> PhraseIndex:
        """The phrases without stutters, in English only: elsewhere a word said twice may be grammar."""
        if primary(self.spoken_language) != "en":
            return self._phrases
        segments = self.transcript.segments
        return PhraseIndex([bare_words(without_stutters(s.text)) for s in segments], [s.speaker for s in segments])

    @cached_property
    def _around_interjections(self) -> tuple[tuple[int, ...], PhraseIndex]:
        """The segments without a few words between two segments of another speaker, by index, and their phrases."""
        segments = self.transcript.segments
        kept = tuple(n for n in range(len(segments)) if not self._is_interjection(n))
        return kept, PhraseIndex([_words_to_quote(segments[n].text) for n in kept], [segments[n].speaker for n in kept])

    def _is_interjection(self, n: int) -> bool:
        if not 0 < n < len(self.transcript.segments) - 1:
            return False
        before, segment, after = self.transcript.segments[n - 1 : n + 2]
        if not (before.speaker and segment.speaker) or before.speaker != after.speaker:
            return False
        return segment.speaker != before.speaker and len(segment.text.split()) <= _MOST_WORDS_OF_INTERJECTION

    @cached_property
    def _title_words(self) -> str:
        return f" {' '.join(bare_words(self.transcript.metadata.title or ''))} "

    def holds(self, *phrases: list[str]) -> bool:
        """Whether one speaker says these phrases (of bare words) in order, or the title contains them in order."""
        if any(self.places_of(*phrases)):
            return True
        at = 0
        for phrase in (" ".join(words) for words in phrases):
            start = self._title_words.find(f" {phrase} ", at)
            if start < 0:
                return False
            at = start + 1 + len(phrase)  # the space after it may also be the one before the next
        return True

    def places_of(self, *phrases: list[str]) -> Iterator[tuple[int, ...]]:
        """Segment ids of each place where one speaker says these phrases (of bare words), whatever the spacing.

        Several phrases must occur in order and near each other. If they are said nowhere, what an English speaker said
        twice in a row counts once; after that, a few words of another speaker in between are passed over.
        """
        segments = self.transcript.segments
        places = list(self._phrases.places_of(phrases)) or list(self._phrases_without_stutters.places_of(phrases))
        if not places:
            kept, index = self._around_interjections
            places = [tuple(kept[n] for n in place) for place in index.places_of(phrases)]
        for place in places:
            yield tuple(segments[n].id for n in place)
