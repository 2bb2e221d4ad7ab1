"""Figures said in special ways: digit by digit, as a year or price in two halves, or as a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.verification.number_tables import OH, ONES, RANGE, SCALES, TENS, TIMES

_BELOW_HUNDRED = ONES | TENS
_TWO_DIGITS = r"(?:[2-9]0 [1-9]|[1-9]\d)"  # "20 5" is twenty five
_BELOW = rf"(?:{_TWO_DIGITS}|[1-9])"
_POINT = re.compile(r" (?:point|dot) ")
_BELOW_100 = re.compile(_BELOW)
_DECIMALS = re.compile(r"(?:(?<=point)|(?<=dot))(?: (?:\d+|oh?))+(?!\S)")
_DIGIT_BY_DIGIT = re.compile(r"(?<!\S)\d(?: oh?| \d){0,20} \d(?!\S)")
_HALVES = re.compile(rf"(?<!\S)(?<![2-9]0 )(?=({_BELOW}) (?:oh? (\d)|({_TWO_DIGITS}))(?!\S))")  # "19 oh 5", "19 80 4"
_THOUSAND = re.compile(r" (?:k|grand|thousand)(?!\S)")
_SAME_CENTURY = re.compile(
    rf"(?<!\S)(?:({_BELOW}) {_TWO_DIGITS}|(1\d|20)\d\d)((?: (?:and|{RANGE}) {_TWO_DIGITS})+| (?:and|{RANGE}) 0\d)(?!\S)"
)
_TO_THE_HOUR = re.compile(rf"(?<!\S)(5|10|20|20 5|25) {RANGE} (?:[1-9]|1[0-2])(?!\S)")
_PART_OF = {"half": 1 / 2, "quarter": 1 / 4}
_COUNT = rf"(?P<count>an?|\d{{1,4}}|(?:(?:{'|'.join(TENS)})[\s-])?(?:{'|'.join(_BELOW_HUNDRED)}))"
_UNIT = rf"(?P<unit>{'|'.join(TIMES)})"
_PART = r"(?P<parts>a|three)[\s-](?P<part>half|quarter)s?"
# A plural unit only right after the part: "two half hours" have 30 minutes each, "half the hours" is no time.
_OF_A_TIME = re.compile(
    r"(?<!\w)(?<!and[\s-]a[\s-])(?P<parts>three[\s-])?(?P<part>half|quarter)s?[\s-]"
    rf"(?P<of>of[\s-])?(?P<which>(?:an?|the|this|that|each|every)[\s-])?{_UNIT}(?(of)|(?(which)|s?))(?!\w)"
)
_AND_A_PART = re.compile(rf"^and[\s-]{_PART}(?!\w)")
_TIME_AND_A_PART = re.compile(rf"(?<![\w.,])(?:{_COUNT}[\s-])?{_UNIT}(?(count)s?)[\s-]and[\s-]{_PART}(?!\w)")
_AND_A_PART_OF_A_TIME = re.compile(rf"(?<![\w.,]){_COUNT}[\s-]and[\s-]{_PART}[\s-]{_UNIT}s?(?!\w)")
_HOUR = rf"(?:{'|'.join(list(ONES)[1:13])}|1[0-2]|[1-9])(?![\w.,]*\w|[\s-](?:{'|'.join(SCALES)}))"
_OF_THE_CLOCK = re.compile(
    rf"(?<!\w)(?P<part>half|quarter)[\s-](?:(?:past|to)(?!\w)"
    rf"|(?<=quarter[\s-])(?:till?|of|after|before)[\s-]{_HOUR}|(?<=half[\s-])(?={_HOUR}))"
)


def in_phrases(run: Sequence[str]) -> set[float]:
    """The figures that a run of number words and digits may state in such a way."""
    words = " ".join(map(_plain, run))
    plain = _DECIMALS.sub("", words)
    out = {*_digit_by_digit(plain), *_in_halves(plain), *(60 - _sum(m[1]) for m in _TO_THE_HOUR.finditer(plain))}
    numbers = _POINT.split(words)
    if len(numbers) > 2:  # a version or an address: "3 point 20 1 point 4", "1 92 dot 1 68 dot 1 dot 1"
        out.update(_sum(number) for number in numbers if _BELOW_100.fullmatch(number))
        out.update(value for number in numbers for value in (*_digit_by_digit(number), *_in_halves(number)))
    return out


def _plain(token: str) -> str:
    """The word in digits if below a hundred, "#" for digits with marks in them, any other word unchanged."""
    if token in _BELOW_HUNDRED:
        return str(_BELOW_HUNDRED[token])
    return "#" if token[0].isdecimal() and not token.isdecimal() else token


def _sum(numbers: str) -> float:
    """The sum of tens and ones: 25 for "20 5"."""
    return float(sum(map(int, numbers.split())))


def _digit_by_digit(plain: str) -> Iterator[float]:
    """Numbers said digit by digit: "2 1 4" is 214, or 21 if the four belongs to what follows."""
    for match in _DIGIT_BY_DIGIT.finditer(plain):
        digits = re.sub("oh?", "0", match[0]).split()
        yield from (float("".join(digits[: at + 1])) for at in range(1, len(digits)) if match[0].split()[at] not in OH)
        if _THOUSAND.match(plain, match.end()):  # "4 oh 1 k"
            yield 1000 * float("".join(digits))


def _in_halves(plain: str) -> Iterator[float]:
    """Years (also with the century only in the year before) and prices: "19 80 4", "19 14 and 18", "5 50"."""
    for match in _HALVES.finditer(plain):
        for second in (match[2] or match[3], (match[2] or match[3]).split()[0]):
            year = 100 * _sum(match[1]) + _sum(second)
            yield from (year, year / 100)
        if _THOUSAND.match(plain, match.end(match.lastindex or 0)):  # "2 50 thousand"
            yield 1000 * (100 * _sum(match[1]) + _sum(match[2] or match[3]))
    for match in _SAME_CENTURY.finditer(plain):
        for two_digits in re.findall(rf"{_TWO_DIGITS}|0\d", match[3]):
            yield from (100 * _sum(match[1] or match[2]) + _sum(part) for part in (two_digits, two_digits.split()[0]))


def times_in(stretch: str) -> Iterator[float]:
    """The values of halves and quarters of units of time and of the clock."""
    if not any(part in stretch for part in _PART_OF):  # the usual case
        return
    for match in _OF_A_TIME.finditer(stretch):
        yield TIMES[match["unit"]] * _part(match)
    for match in _AND_A_PART.finditer(stretch):  # begins the stretch, so no number precedes it: "a page and a half"
        yield 1 + _part(match)
    for match in _TIME_AND_A_PART.finditer(stretch):  # "an hour and a half" is 1 hour 30 minutes, 1.5 hours, 90 minutes
        count = _count(match["count"])
        yield from (count, TIMES[match["unit"]] * _part(match), count + _part(match), _smaller_units(match))
    for match in _AND_A_PART_OF_A_TIME.finditer(stretch):
        yield _smaller_units(match)
    for match in _OF_THE_CLOCK.finditer(stretch):
        yield from (60 * _PART_OF[match["part"]], 60 - 60 * _PART_OF[match["part"]])


def _part(match: re.Match[str]) -> float:
    """The part as a fraction: 0.75 for "three quarters"."""
    return _PART_OF[match["part"]] * (3 if (match["parts"] or "").startswith("three") else 1)


def _count(text: str | None) -> float:
    """The number of units that a text states; 1 if it gives none: "an hour", "the hour"."""
    if text is None or text in ("a", "an"):
        return 1.0
    return float(sum(int(_plain(word)) for word in re.split(r"[\s-]", text)))


def _smaller_units(match: re.Match[str]) -> float:
    """A count of units and a part, in the next smaller unit: 150 (minutes) for "two hours and a half"."""
    return TIMES[match["unit"]] * (_count(match["count"]) + _part(match))
