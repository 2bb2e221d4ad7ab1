"""Times of day and dates in digits, and the parts of them that a recording must say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Meaning = Literal["amount", "hour", "minute", "day", "month", "year"]  # what a number stands for

# What follows the first digits of a figure: the rest of a date such as 2026-02-12 or 12/02/2026, or more digits.
REST: Final = r"(?:(?<=\d{4})-\d\d-\d\d(?!\d)|(?<!\d{3})/\d{1,2}/\d{4}(?!\d)|(?:[.,:’' \u00a0\u202f]\d+)*)"
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)")
_DATE = re.compile(
    r"(?P<y>[12]\d{3})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})\.(?P<y2>[12]\d{3})"
    r"|(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y3>[12]\d{3})"
)
_HOUR = r"(?<![\w.,:])(\d{1,2})"
_UHR = r"(?:Uhr|uur)\b"
_HOURS = rf"(?:h\b|{_UHR}|heures?\b|horas?\b(?: [ey]\b)?|時(?!間)|时|[点點])"
# "15h30", "15 Uhr 30", "15時30分", "15.30 Uhr", "ore 15.30"
_IN_OTHER_WORDS = re.compile(
    rf"{_HOUR}(?:\s?(?:h(?=\d)|{_HOURS}\s?)|\.(?=\d\d\s?{_UHR}))([0-5]\d)(?!\d|[.,]\d)(?:分|\s?{_UHR})?"
    r"|(?:(?<=\bore )|(?<=\bkl )|(?<=\bkl\. )|(?<=\bklo ))(\d{1,2})\.([0-5]\d)(?!\d|[.,]\d)"
)
_AFTERNOON = re.compile(rf"(?<![\w.,:])(1[3-9]|2[0-3])\s?{_HOURS}")  # a full hour
_UNITS_INSIDE = re.compile(r"(?<![\w.,])(\d+)(km|kg|m|min|mn)(?![23]\b)(\d+)(s|min|sec)?\b")  # "1m80", "10min5s"
_FROM_13 = re.compile(r"(?<![\d:.,])(1[3-9]|2[0-3]):[0-5]\d(?![\d:])")
_BY_THE_CLOCK = frozenset({15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0})  # minutes: "Viertel vor", "fünf nach halb"
# Words for halves and quarters of an hour. In the languages that have none here, all those minutes may be said so.
_PARTS_OF_AN_HOUR: Final = {
    "": "",
    "en": "",  # read in full
    "de": "viertel dreiviertel halb",
    "es": "cuarto media",
    "fr": "quart demi demie",
    "it": "quarto mezzo mezza",
    "nl": "kwart half",
    "pt": "quarto meia",
}


class Component(NamedTuple):
    """A part of a time or date: what it stands for, and the numbers by any of which it may be said."""

    meaning: Meaning
    values: frozenset[float]


class Moment(NamedTuple):
    """A time or date: parts that must all be said, unless one of the numbers `joined` is: 930 for 9:30."""

    components: tuple[Component, ...]
    joined: frozenset[float] = frozenset()


def with_plain_times(text: str) -> str:
    """The text with times of day as 15:30: "15h30", "15.30 Uhr", "15時30分"; full hours only in the afternoon."""
    out = _IN_OTHER_WORDS.sub(lambda m: f"{m[1] or m[3]}:{m[2] or m[4]} ", text)
    out = _AFTERNOON.sub(lambda m: f"{m[1]}:00 ", out)
    return _UNITS_INSIDE.sub(r"\1 \2 \3 \4", out)


def hours_by_twelve(text: str) -> Iterator[str]:
    """The hours of the times after noon as a clock shows them: "2" for 14:30."""
    return (str(int(match[1]) - 12) for match in _FROM_13.finditer(text))


def minutes_by_the_clock(words: Set[str], language: str) -> frozenset[float]:
    """The minutes that a recording with these words may state as halves and quarters of an hour."""
    parts = _PARTS_OF_AN_HOUR.get(language)
    return frozenset() if parts is not None and words.isdisjoint(parts.split()) else _BY_THE_CLOCK


@lru_cache(maxsize=8192)
def moment(token: str) -> Moment | None:
    """The parts of a time such as 9:45 or of a date with its full year; None for any other figure."""
    if (match := _TIME.fullmatch(token)) and int(match[1]) <= 24:
        return _time(int(match[1]), int(match[2]))
    return _date(match) if (match := _DATE.fullmatch(token)) else None


def _time(hour: int, minute: int) -> Moment:
    """A time of day, of which the recording may also name the next hour or count the minutes to it; zeros are silent.

    Any hour may be one of twelve or of 24.
    """
    named = {hour, hour + 1} if minute >= 15 else {hour}
    hours = {h for n in named for h in (n - 12, n, n + 12) if 0 <= h <= 24}
    components = [Component("hour", frozenset(map(float, hours)))]
    if minute:
        minutes = {minute, 60 - minute} if minute > 30 else {minute}
        components.append(Component("minute", frozenset(map(float, minutes))))
    return Moment(tuple(components), frozenset(float(100 * h + minute) for h in (hour - 12, hour, hour + 12) if h >= 0))


def _date(match: re.Match[str]) -> Moment:
    day, month = (int(n) for n in (match["d"] or match["d2"] or match["a"], match["m"] or match["m2"] or match["b"]))
    year = int(match["y"] or match["y2"] or match["y3"])
    years = Component("year", frozenset({float(year), float(year % 100)}))
    if match["a"] and day <= 12 and month <= 12:  # either may be the day
        return Moment((Component("day", frozenset({float(day), float(month)})), years))
    if match["a"] and month > 12:
        day, month = month, day
    return Moment((Component("day", frozenset({float(day)})), Component("month", frozenset({float(month)})), years))
