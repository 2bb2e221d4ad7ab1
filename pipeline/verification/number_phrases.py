"""Figures that are said in ways of their own: digit by digit, as a year or a price in two halves, as the time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.verification.number_tables import OH, ONES, RANGE, SCALES, TENS, TIMES

_BELOW_HUNDRED = ONES | TENS
_TWO_DIGITS = r"(?:[2-9]0 [1-9]|[1-9]\d)"  # "20 5" is twenty five
_BELOW = rf"(?:{_TWO_DIGITS}|[1-9])"
_DECIMALS = re.compile(r"(?<=point)(?: (?:\d+|oh?))+(?!\S)")
_DIGIT_BY_DIGIT = re.compile(r"(?<!\S)\d(?: oh?| \d){0,20} \d(?!\S)")
_HALVES = re.compile(rf"(?<!\S)(?<![2-9]0 )(?=({_BELOW}) (?:oh? (\d)|({_TWO_DIGITS}))(?!\S))")  # "19 oh 5", "19 80 4"
_SAME_CENTURY = re.compile(
    rf"(?<!\S)(?:({_BELOW}) {_TWO_DIGITS}|(1\d|20)\d\d)((?: (?:and|{RANGE}) {_TWO_DIGITS})+| (?:and|{RANGE}) 0\d)(?!\S)"
)
_TO_THE_HOUR = re.compile(rf"(?<!\S)(5|10|20|20 5|25) {RANGE} (?:[1-9]|1[0-2])(?!\S)")
_PART_OF = {"half": 1 / 2, "quarter": 1 / 4}
_COUNT = rf"(?P<count>an?|\d{{1,4}}|(?:(?:{'|'.join(TENS)})[\s-])?(?:{'|'.join(_BELOW_HUNDRED)}))"
_UNIT = rf"(?P<unit>{'|'.join(TIMES)})"
_PART = r"(?P<parts>a|three)[\s-](?P<part>half|quarter)s?"
# Many units only right behind the part: "two half hours" have 30 minutes each, "half the hours" is no time.
_OF_A_TIME = re.compile(
    r"(?<!\w)(?<!and[\s-]a[\s-])(?P<parts>three[\s-])?(?P<part>half|quarter)s?[\s-]"
    rf"(?P<of>of[\s-])?(?P<which>(?:an?|the|this|that|each|every)[\s-])?{_UNIT}(?(of)|(?(which)|s?))(?!\w)"
)
_AND_A_PART = re.compile(rf"^and[\s-]{_PART}(?!\w)")
_TIME_AND_A_PART = re.compile(rf"(?<![\w.,])(?:{_COUNT}[\s-])?{_UNIT}(?(count)s?)[\s-]and[\s-]{_PART}(?!\w)")
_AND_A_PART_OF_A_TIME = re.compile(rf"(?<![\w.,]){_COUNT}[\s-]and[\s-]{_PART}[\s-]{_UNIT}s?(?!\w)")
_HOUR = rf"(?:{'|'.join(list(ONES)[1:13])}|1[0-2]|[1-9])(?![\w.,]*\w|[\s-](?:{'|'.join(SCALES)}))"
_OF_THE_CLOCK = re.compile(
    rf"(?<!\w)(?P<part>half|quarter)[\s-](?:(?:past|to)(?!\w)|(?<=quarter[\s-])(?:till?|of|after|before)[\s-]{_HOUR})"
)


def in_phrases(run: Sequence[str]) -> set[float]:
    """The figures of a run of number words and digits that have such a form."""
    said = _DECIMALS.sub("", " ".join(map(_plain, run)))
    return {*_digit_by_digit(said), *_in_halves(said), *(60 - _sum(m[1]) for m in _TO_THE_HOUR.finditer(said))}


def _plain(token: str) -> str:
    """A number word below a hundred in digits, "#" for digits with marks in them, other words as they are."""
    if token in _BELOW_HUNDRED:
        return str(_BELOW_HUNDRED[token])
    return "#" if token[0].isdecimal() and not token.isdecimal() else token


def _sum(said: str) -> float:
    """What tens and ones come to: 25 of "20 5"."""
    return float(sum(map(int, said.split())))


def _digit_by_digit(said: str) -> Iterator[float]:
    """ "2 1 4" is 214, and 21 if the four belongs to what follows."""
    for found in _DIGIT_BY_DIGIT.finditer(said):
        digits = re.sub("oh?", "0", found[0]).split()
        yield from (float("".join(digits[: at + 1])) for at in range(1, len(digits)) if found[0].split()[at] not in OH)


def _in_halves(said: str) -> Iterator[float]:
    """Years, which may be in the century of one before them, and prices: "19 80 4", "19 14 and 18", "5 50"."""
    for found in _HALVES.finditer(said):
        for second in (found[2] or found[3], (found[2] or found[3]).split()[0]):
            year = 100 * _sum(found[1]) + _sum(second)
            yield from (year, year / 100)
    for found in _SAME_CENTURY.finditer(said):
        for later in re.findall(rf"{_TWO_DIGITS}|0\d", found[3]):
            yield from (100 * _sum(found[1] or found[2]) + _sum(part) for part in (later, later.split()[0]))


def times_in(stretch: str) -> Iterator[float]:
    """What a half and a quarter are of a unit of time that stands beside them, and on the clock."""
    for found in _OF_A_TIME.finditer(stretch):
        yield TIMES[found["unit"]] * _part(found)
    for found in _AND_A_PART.finditer(stretch):  # alone behind what is no number: "a page and a half"
        yield 1 + _part(found)
    for found in _TIME_AND_A_PART.finditer(stretch):  # "an hour and a half" is 1 hour 30 minutes, 1.5 hours, 90 minutes
        count = _count(found["count"])
        yield from (count, TIMES[found["unit"]] * _part(found), count + _part(found), _smaller_units(found))
    for found in _AND_A_PART_OF_A_TIME.finditer(stretch):
        yield _smaller_units(found)
    for found in _OF_THE_CLOCK.finditer(stretch):
        yield from (60 * _PART_OF[found["part"]], 60 - 60 * _PART_OF[found["part"]])


def _part(found: re.Match[str]) -> float:
    """The share of one: 0.75 of "three quarters"."""
    return _PART_OF[found["part"]] * (3 if (found["parts"] or "").startswith("three") else 1)


def _count(said: str | None) -> float:
    """How many units a text says; one where it counts none: "an hour", "the hour"."""
    if said is None or said in ("a", "an"):
        return 1.0
    return float(sum(int(_plain(word)) for word in re.split(r"[\s-]", said)))


def _smaller_units(found: re.Match[str]) -> float:
    """A count of units and a part of one in the next smaller unit: 150 of "two hours and a half"."""
    return TIMES[found["unit"]] * (_count(found["count"]) + _part(found))
