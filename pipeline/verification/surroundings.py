"""What the text around a number tells about it: the end of a range of years, a decade, a sure scale, a share."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Set

from pipeline.verification.number_tables import ONES, ORDINALS, SCALES, SHORT_SCALES, SURE_SHORT

_YEAR_BEFORE = re.compile(r"(?<!\d)([12]\d)\d\d\s?[-–/]$")
_DECADE = re.compile(r"(?:[12]\d)?\d0(?=['’]?s\b|ern?\b)")  # "1990s", "1990er", "90s"
_ARTICLE = re.compile(r"\b(?:an?|one)[\s-]$")
_THE = re.compile(r"\bthe\s$")
_BEFORE_A_WHOLE = re.compile(rf"[\s-](?:of|{'|'.join(SCALES)})\b")  # "quarter of a million", "quarter million"
_HOUR = rf"(?:{'|'.join(list(ONES)[1:13])}|1[0-2]|[1-9])\b"
_OF_THE_CLOCK = re.compile(rf"[\s-](?:past\b|(?<=quarter[\s-])to[\s-]{_HOUR})")
_SHORT_DATE = re.compile(r"(?<![\d/])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])(?![\d/])")


def years_end(text: str, part: tuple[str, int]) -> frozenset[float]:
    """For the end of a range of years, "94" in "1993–94": the two digits and the full year; otherwise empty."""
    digits, start = part
    century = century_before(text, start) if len(digits) == 2 else None
    return frozenset({float(digits), float(century + digits)}) if century else frozenset()


def years_of_decade(text: str, part: tuple[str, int]) -> frozenset[float]:
    """All years of a decade such as "1990s" or "90s", any of which supports it; empty if it is no decade."""
    digits, start = part
    match = _DECADE.match(text, start)
    if not match or match[0] != digits:
        return frozenset()
    centuries = (0, 1900, 2000) if len(digits) == 2 else (0,)
    return frozenset(float(century + int(digits) + n) for century in centuries for n in range(10))


def century_before(text: str, start: int) -> str | None:
    """The first two digits of the year that a figure starting here abbreviates: "19" for "94" in "1993–94"."""
    year = _YEAR_BEFORE.search(text, max(0, start - 6), start)  # no slice: the pattern must see a fifth digit
    return year[1] if year else None


def sure_scales(text: str, start: int, end: int) -> Set[str]:
    """The short scales that can be no other units after the digits from `start` to `end`: "m" in "$5m", "k" in "5k"."""
    if start and unicodedata.category(text[start - 1]) == "Sc":
        return SHORT_SCALES.keys()
    return SURE_SHORT if text[end : end + 1].isalpha() else SURE_SHORT - {"k"}  # 300 K are kelvin


def is_share(text: str, word: str, start: int, before: str) -> bool:
    """Whether "half", "quarter" or a singular ordinal that starts here, after the number `before`, may be a share.

    It is none in "the third slide", "the third of May", "the fourth quarter", "half past nine".
    """
    end = start + len(word)
    if before in ORDINALS or _OF_THE_CLOCK.match(text, end):
        return False
    if word == "half" or before or _ARTICLE.search(text, 0, start):
        return True
    return bool(_BEFORE_A_WHOLE.match(text, end)) and not _THE.search(text, 0, start)


def may_be_month(text: str, start: int) -> bool:
    """Whether digits that start here may be the month of a short date such as 9/11."""
    first = max(0, start - 3)
    return any(date.start() <= start < date.end() for date in _SHORT_DATE.finditer(text, first, start + 5))


def next_round(value: float) -> float:
    """The next number that is as round: 360 for 350, 4,000 for 3,000."""
    step = 1.0
    while value and math.isfinite(value) and value % (10 * step) == 0:
        step *= 10
    return value + step
