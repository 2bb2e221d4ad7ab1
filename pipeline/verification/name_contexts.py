"""What the text around a capitalised word shows: that it begins a sentence, is a unit, or is part of a longer name."""

from __future__ import annotations

import re

from pipeline.text import SENTENCE_ENDS
from pipeline.verification.recording import Recording, letters

_BEFORE_A_SENTENCE = (*SENTENCE_ENDS, *':;“”"(—–-|')
_SHORT_FORM = re.compile(r"(?:^|[^\w.])([^\W\d_][^\W_]{0,4})\.$")  # a word of up to five letters with a full stop
_TITLE = re.compile(r"[A-Z][bcdfghjklmnpqrstvwxz]{1,3}")  # without vowels: "Dr", "Mrs"
_IN_BRACKETS = re.compile(r"(?<=[^\W_]) \($")
_IN_DASHES = re.compile(r"(?<=[^\W_])(?:\s[-–—]\s|—)$")
_CAPITALISED_WORDS = r"(?:[ ][^\W\d_a-z][^\W_]*){0,2}"  # up to two more
_TO_BRACKET = re.compile(rf"{_CAPITALISED_WORDS}\)")
_TO_DASH = re.compile(rf"{_CAPITALISED_WORDS}(?:\s[-–—]\s|—)")
_UNIT = re.compile(
    r"[kKMGTPE]?i?(?:Hz|Wh?|VAh?|Ah|V|A|Pa|eV|Bq|Sv|Gy|J|N|B|bit|byte|b|bps)(?:ps|/s|/h|/min)?|[BC]CE|"
    "USD|EUR|GBP|JPY|CNY|CHF|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|RUB|UAH|TRY|INR|KRW|SGD|HKD|TWD|THB|IDR|MYR|"
    "PHP|VND|BRL|MXN|ARS|CLP|COP|PEN|ZAR|EGP|NGN|KES|ILS|AED|SAR|QAR|IRR|PKR|BDT|ISK|BTC|ETH"
)
_AFTER_A_FIGURE = re.compile(r"\d(?:[\s-]?[^\W\d_]+\.?)?[\s-]?$")  # "5 ", "2.5 billion ", "5 Mio. "
_BEFORE_A_FIGURE = re.compile(r"\s?\d")
_CAPITALISED = r"(?:[A-Z]\.|[^\W\d_a-z][^\W_]*)"
_GOES_ON = re.compile(r"\.(?:[,;:)]|\s?[a-z\d])")  # a full stop within a sentence
_RUN = re.compile(rf"{_CAPITALISED}(?: (?:[a-z]{{1,3}} ){{0,2}}{_CAPITALISED})+")  # "Bureau of Investigation"
_NEAR = 80  # characters around a name in which to look for the rest of it
_MOST_INITIALS = 5
_WORDS_BEFORE = re.compile(r"(?:[^\W\d_]+\s){1,2}$")
_WORD_AFTER = re.compile(r"\s[^\W\d_]+")


def begins_a_sentence(before: str, after: str, recording: Recording) -> bool:
    """Whether the word between two texts begins a sentence: punctuation, or no word, is before it.

    A title or an initial, a bracket and a dash begin none in "Dr. Weber", "J. Weber", "the mayor (Weber) spoke" and
    "the mayor – Jan Weber – spoke".
    """
    if not re.search(r"\w", before):
        return True
    if not before.rstrip().endswith(_BEFORE_A_SENTENCE):
        return False
    if short := _SHORT_FORM.search(before.rstrip()[-7:]):
        return not _stands_before_a_name(short[1], recording)
    in_brackets = _IN_BRACKETS.search(before[-4:]) and _TO_BRACKET.match(after)
    return not (in_brackets or (_IN_DASHES.search(before[-4:]) and _TO_DASH.match(after)))


def _stands_before_a_name(short: str, recording: Recording) -> bool:
    """Whether a word with a full stop is a title or an initial, rather than the last word of a sentence.

    An abbreviation in capitals, such as EU, may end one, and so may a single letter that is said, as in "vitamin C".
    """
    if not short.istitle():
        return False
    is_said = letters(short) in recording.words
    if len(short) == 1:
        return not is_said
    is_cut = not is_said and _begins_a_word(short, recording)
    return is_cut or _TITLE.fullmatch(short) is not None


def _begins_a_word(short: str, recording: Recording) -> bool:
    beginning = letters(short)
    return any(word.startswith(beginning) for word in recording.words)


def is_cut_short(word: str, after: str, recording: Recording) -> bool:
    """Whether a word with a full stop within a sentence is the beginning of one that is said: "by Wed. evening"."""
    return _GOES_ON.match(after) is not None and _begins_a_word(word, recording)


def is_unit(word: str, before: str, after: str) -> bool:
    """Whether the word between two texts is a unit, currency or era directly behind or before a figure."""
    if not _UNIT.fullmatch(word):
        return False
    return bool(_AFTER_A_FIGURE.search(before[-40:]) or _BEFORE_A_FIGURE.match(after))


def is_written_otherwise(text: str, start: int, end: int, recording: Recording) -> bool:
    """Whether a name is said together with its neighbours, or as their initials: "vandenberg", "U.S."."""
    name, before = letters(text[start:end]), _WORDS_BEFORE.search(text, max(0, start - _NEAR), start)
    following = _WORD_AFTER.match(text, end)
    joined = [name + letters(following[0])] if following else []
    if before:
        words = before[0].split()
        joined += [letters("".join(words[n:])) + name for n in range(len(words))]
    if not recording.words.isdisjoint(joined):
        return True
    first, last = max(0, start - _NEAR), end + _NEAR
    runs = _RUN.finditer(text, first, last)
    return any(_has_initials(run, start, recording) for run in runs if run.start() <= start < run.end())


def _has_initials(run: re.Match[str], at: int, recording: Recording) -> bool:
    """Whether capitalised words in a row, among them the one at this place, have initials that are said."""
    words = [word for word in re.finditer(r"[^\W_]+", run[0]) if word[0][0].isupper()]
    number = sum(word.start() + run.start() <= at for word in words)  # of the words up to that one
    initials = "".join(word[0][0] for word in words)
    return any(
        initials[first : first + length] in recording.abbreviations
        for length in range(2, _MOST_INITIALS + 1)
        for first in range(max(0, number - length), number)
    )
