"""Figures that a recording gives in a roundabout way: "two euros fifty", "eighteen months" for 1.5 years.

The words searched for are English. A recording in another language is searched too, its number words in digits and its
scales in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.verification.cache import Cache
from pipeline.verification.number_reader import shares
from pipeline.verification.number_tables import ORDINALS, SCALES, SHORT_SCALES, TIMES
from pipeline.verification.number_tokens import is_number, roman_value
from pipeline.verification.number_words import in_digits
from pipeline.verification.plain_words import plain_words

_FREE = r"(?<![\w.,])"  # not inside a word or figure
_NUMBER = r"\d{1,4}(?:\.\d+)?(?![\d,])"
_SCALES: Final = SCALES | SHORT_SCALES | {"00": 1e2, "000": 1e3, "mil": 1e6, "mm": 1e6}
_CENTS = r"(?:cents?|pence|pennies|p|centimes?)\b"
_UNIT_INSIDE = re.compile(rf"{_FREE}(\d{{1,3}}|an?) (?!and )[a-z]{{3,}} (?:and )?(\d\d|\d(?= {_CENTS}))(?![\w.,]*\w)")
_ONLY_CENTS = re.compile(rf"{_FREE}(\d{{1,2}}) {_CENTS}")
_SHARE = re.compile(
    rf"{_FREE}(\d+)(?: [a-z]+)? (?:out of|in|of) (?:[a-z]{{1,5}} )?(\d{{1,3}}(?![\w.,]*\w)|1000|hundred|thousand)\b"
)
_MULTIPLIED = re.compile(r"\b(doubl|tripl|trebl|quadrupl|quintupl)(?:e|(ed|es|ing))\b")
_FACTORS: Final = {"doubl": 2, "tripl": 3, "trebl": 3, "quadrupl": 4, "quintupl": 5}
_TENTHS = re.compile(rf"{_FREE}(\d{{1,3}}|a) (million|billion|trillion) (\d)(?![\w.,]*\w)(?! (?:hundred|thousand))")
_SHARED_SCALE = re.compile(
    rf"{_FREE}(\d{{1,2}}),? [a-z]+ (\d{{1,2}}) ?(0?00|hundred|thousand|million|billion)(?![\w.,]*\w)"
)
_SPACED_SCALE = re.compile(rf"{_FREE}(?:({_NUMBER}) (mil|bn|mn|tn)|[$€£¥] ?({_NUMBER}) (mm?|b))\b")
_THOUSAND = re.compile(
    rf"{_FREE}(?:({_NUMBER})[ -]?(?:kil[oó]|chilo|qu?il[oóô]|k[gm]\b|キロ|公里)|a grand\b)"
)  # "five kilometres" for "5k"
# "98" for 1998 and "oh eight" for 2008 stand right behind such a word, and are no count: "in 90 minutes".
_SHORT_YEAR = re.compile(
    r"\b(?:in|of|since|from|between|until|by|before|after) ((?:oh?[ -]|0)\d|[3-9]\d)(?: (?:and|to|or) ([3-9]\d))?\b"
    r"(?![.,:]?\d| ?[%°]| percent| [a-z]{4,}s\b)"
)
_CENTURY = re.compile(rf"\b(?:(20)[ -])?(?:(\d\d?)(?:st|nd|rd|th)|({'|'.join(ORDINALS)}))[ -]centur")
_HUNDREDS = re.compile(r"\b(1\d|20)(?: hundreds|00['’]?s|[ -](tens))\b")
_NOUGHTIES = re.compile(r"\bn[oa]ughties\b")
_NOON = re.compile(r"\b(?:noon|midday|midnight)\b")
# How many of the next smaller unit each has.
_SMALLER: Final = TIMES | {
    "week": 7, "fortnight": 14, "decade": 10, "century": 100, "centurie": 100, "millennium": 1000,
}  # fmt: skip
_LARGER: Final = {"second": 60, "minute": 60, "hour": 24, "day": 7, "month": 12}  # how many make a larger unit
_UNIT = "|".join(sorted(_SMALLER.keys() | _LARGER.keys()))
_LENGTH = re.compile(
    rf"{_FREE}(half an?|an?|{_NUMBER})[ -](?:({_UNIT})s?)\b"
    r"(?:,? (?:and )?(\d{1,2})[ -](?:second|minute|hour|month)s?\b)?"
)
_UNCOUNTED = frozenset({"minute", "day", "week", "year", "second", "month"})  # "a year" is seldom 12 months
_AGAIN = re.compile(r"\b(double|triple|treble) (\d|oh?)\b")
_REPEATS: Final = {"double": 2, "triple": 3, "treble": 3}
_ONE_BY_ONE = re.compile(rf"{_FREE}(?:oh? )?\d{{1,3}}(?:[ ,-]{{1,2}}(?:\d{{1,2}}|oh?)){{2,20}}(?!\w|[.,]\d)")
# Words other than numbers that may begin such a figure.
_COUNTING: Final = frozenset(
    """noughties naughties noon midday midnight grand hour fortnight decade decades century centuries millennium
    double triple treble""".split()
).union(f"{stem}{ending}" for stem in _FACTORS for ending in ("e", "es", "ed", "ing"))
_PART_OF_WORD = re.compile(r"\d+|[a-z]+")
_ROMAN = re.compile(r"\b(?=[XVI]{2})X{0,3}(?:IX|IV|V?I{0,3})\b")
_REACH = 4  # words to each side
_LEAST_DIGITS, _LONGEST_GROUP = 5, 7  # of a telephone number


def roundabout_figures(text: str) -> Iterator[float]:
    """The figures that a text gives in a roundabout way or as Roman numerals, with some that only look like it."""
    yield from map(roman_value, set(_ROMAN.findall(text)))
    words = plain_words(text)
    text = in_digits("\n".join(" ".join(words[near]) for near in _near_numbers(words)))
    yield from _money_and_measures(text)
    yield from _shares_and_multiples(text)
    yield from _large_numbers(text)
    yield from _years(text)
    yield from _lengths_of_time(text)
    yield from _one_by_one(text)


def _near_numbers(words: Sequence[str]) -> Iterator[slice]:
    """Slices of the words around numbers and words such as "doubled", a few words to each side."""
    start = end = 0
    for at, counts in enumerate(map(_COUNTS.__getitem__, words)):
        if counts:
            if end and at - _REACH > end:
                yield slice(start, end)
                start = at - _REACH
            elif not end:
                start = max(0, at - _REACH)
            end = at + _REACH + 1
    if end:
        yield slice(start, end)


def _may_count(word: str) -> bool:
    parts = _PART_OF_WORD.findall(word)
    return any(map(is_number, parts)) or any(part in _COUNTING for part in parts)


_COUNTS = Cache(_may_count, most=20_000)


def _money_and_measures(text: str) -> Iterator[float]:
    for count, hundredths in _UNIT_INSIDE.findall(text):
        yield _count(count) + int(hundredths) / 100
    yield from (int(cents) / 100 for cents in _ONLY_CENTS.findall(text))


def _shares_and_multiples(text: str) -> Iterator[float]:
    for part, whole in _SHARE.findall(text):
        of = _SCALES.get(whole) or float(whole)
        if 0 < float(part) < of:
            yield from shares(float(part), of)
    for word, changed in _MULTIPLIED.findall(text):
        yield float(_FACTORS[word])
        if changed:  # "it doubled": to 200 %, by 100 %
            yield from (100.0 * _FACTORS[word], 100.0 * (_FACTORS[word] - 1))


def _large_numbers(text: str) -> Iterator[float]:
    for count, scale, tenths in _TENTHS.findall(text):  # "a million two" is 1.2 million
        yield from ((_count(count) + int(tenths) / 10) * factor for factor in (1.0, _SCALES[scale]))
    for lower, upper, scale in _SHARED_SCALE.findall(text):  # "two, maybe three hundred"
        if int(lower) < int(upper):
            yield int(lower) * _SCALES[scale]
    for spaced, scale, after_currency, letter in _SPACED_SCALE.findall(text):
        number = float(spaced or after_currency)
        yield from (number, number * _SCALES[scale or letter])
    yield from (1000 * float(number or 1) for number in _THOUSAND.findall(text))


def _years(text: str) -> Iterator[float]:
    for years in _SHORT_YEAR.findall(text):
        yield from (float((2000 if year[0] in "o0" else 1900) + int(year.lstrip("oh -"))) for year in years if year)
    for tens, digits, word in _CENTURY.findall(text):
        number = int(tens or 0) + (int(digits) if digits else ORDINALS[word])
        yield from (float(number), 100.0 * (number - 1))
    for century, tens in _HUNDREDS.findall(text):
        yield from (100.0 * int(century) + (10 if tens else 0), int(century) + 1.0)
    if _NOUGHTIES.search(text):
        yield 2000.0


def _lengths_of_time(text: str) -> Iterator[float]:
    """Lengths of time in other units: 70 for "an hour and ten minutes", 1.5 for "ninety minutes"."""
    for number, unit, more in _LENGTH.findall(text):
        if number.startswith("a") and unit in _UNCOUNTED and not more:
            continue
        count = 0.5 if number.startswith("half") else _count(number)
        if unit in _SMALLER:
            yield from (count * _SMALLER[unit] + int(more or 0), count + int(more or 0) / _SMALLER[unit])
        if unit in _LARGER and (4 * count / _LARGER[unit]).is_integer():
            yield count / _LARGER[unit]
        if unit == "fortnight":
            yield 2 * count
    if _NOON.search(text):
        yield 12.0


def _one_by_one(text: str) -> Iterator[float]:
    """Every group of digits of what may be a telephone number: 555 and 1234 in "5 5 5 1 2 3 4"; "triple nine"."""
    for match in _AGAIN.finditer(text):
        yield float(_digit(match[2]) * _REPEATS[match[1]])
    text = _AGAIN.sub(lambda m: " ".join(_digit(m[2]) * _REPEATS[m[1]]), text)
    for run in _ONE_BY_ONE.findall(text):
        digits = re.sub(r"\D", "", re.sub(r"oh?", "0", run))
        yield float(digits)
        if len(digits) >= _LEAST_DIGITS:
            ends = ((start, start + size) for start in range(len(digits)) for size in range(2, _LONGEST_GROUP + 1))
            yield from (float(digits[start:end]) for start, end in ends if end <= len(digits))


def _digit(word: str) -> str:
    return word if word.isdecimal() else "0"


def _count(word: str) -> float:
    """The number that digits or an article state: 1 for "a", "an"."""
    return 1.0 if word in ("a", "an") else float(word)
