"""The value of a single token: digits with marks between them, a number word below a hundred, a scale."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pipeline.verification.number_tables import NUMBERS, ONES, SCALES, TENS
from pipeline.verification.times_and_dates import REST

_DIGITS = re.compile(rf"\d+{REST}")
_LAKHS = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}")  # 12,34,567
_SPACED = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+)[.,](\d+)")  # 1 000,5
_GROUPED = re.compile(r"\d{1,3}(?:([.,’' \u00a0\u202f])\d{3})(?:\1\d{3})*")
_SCALE_ENDING = re.compile(r"(?:s|fold|ths?)$")
_ROMAN_DIGITS: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def is_number(token: str) -> bool:
    """Whether a word, or digits with marks between them, is a number."""
    return token in NUMBERS or (token[:1].isdecimal() and bool(_DIGITS.fullmatch(token)))


def scale_of(token: str) -> float | None:
    """The factor of a scale word: "hundred", "hundreds", "hundredth", "hundredfold"."""
    return SCALES.get(token, SCALES.get(_SCALE_ENDING.sub("", token)))


def values_of_token(token: str) -> frozenset[float]:
    """All possible values of digits, or of a number word below a hundred; empty for other words."""
    if _DIGITS.fullmatch(token):
        return values_of(token)
    word = token.removesuffix("fold")
    value = ONES.get(word, TENS.get(word))
    return frozenset() if value is None else frozenset({float(value)})


def roman_value(numeral: str) -> float:
    """The value of a Roman numeral in capitals: 14 for "XIV"."""
    digits = [_ROMAN_DIGITS[letter] for letter in numeral]
    return float(sum(-n if n < following else n for n, following in pairwise((*digits, 0))))


@lru_cache(maxsize=8192)
def values_of(token: str) -> frozenset[float]:
    """All possible values of digits with marks: 1,200 is 1200 or 1.2; 1,000 is 1000; 12:30 is 12 and 30."""
    if _LAKHS.fullmatch(token):
        return frozenset({float(token.replace(",", ""))})
    out: set[float] = set()
    if _GROUPED.fullmatch(token):
        out.add(float(re.sub(r"\D", "", token)))
    if spaced := _SPACED.fullmatch(token):
        out.add(float(f"{re.sub(r'[^0-9]', '', spaced[1])}.{spaced[2]}"))
    if ":" in token or " " in token or "\u00a0" in token or "\u202f" in token:
        out |= {v for part in re.split(r"[: \u00a0\u202f]", token) for v in values_of(part)}
    elif match := re.fullmatch(r"(\d+(?:([.,’'])\d{3})*)([.,])(\d+)", token):
        whole = re.sub(r"\D", "", match[1])
        if match[3] != match[2] and (not out or match[4].strip("0")):
            out.add(float(f"{whole}.{match[4]}"))
        elif not out:
            out |= {float(p) for p in re.split(r"\D", token)}
    elif token.isdigit():
        out.add(float(token))
    else:  # the parts of a version or date
        out |= {float(p) for p in re.split(r"\D", token) if p}
    return frozenset(out)
