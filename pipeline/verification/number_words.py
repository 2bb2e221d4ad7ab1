"""All values that a run of digits and English number words may stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

from pipeline.verification.number_phrases import in_phrases
from pipeline.verification.number_reader import AmountReader, amounts
from pipeline.verification.number_tables import DECADES, MULTIPLES, ONES, PARTS, SHARES, SHORT_SCALES, SIGNS, TENS
from pipeline.verification.number_tokens import scale_of, values_of

_BELOW_HUNDRED = ONES | TENS
_ONE_WORD = re.compile(rf"\b(?:{'|'.join(_BELOW_HUNDRED)})\b")
_TWO_WORDS = re.compile(rf"\b({'|'.join(TENS)})[- ]({'|'.join(list(ONES)[1:10])})\b")
_HUNDRED_AND = re.compile(r"\b([1-9])[- ]hundred(?: and)? (\d{1,2})\b")
_ROUND = re.compile(r"\b(\d{1,2})[- ](hundred|thousand)\b")
_OH = re.compile(r"(?<=\d )oh?(?= \d)")
_POINT = re.compile(r"(?<=\d) (?:point|dot) (?=\d)")
REACH = 6  # words after a number among which a shared scale is looked for
GLUE = {"and", "point", "dot", "a", "o", "oh", "of"}
# Words that are seldom meant as figures: a pronoun, connectives, a unit of time.
UNCOUNTED = {"one", "zero", "first", "second", "third", "couple", "pair", "both", *GLUE}


def is_part(token: str) -> bool:
    """Whether "of" after this word may lead to a number: "a quarter of a million", "a couple of hundred"."""
    return token in MULTIPLES or token in PARTS or token.removesuffix("s") in PARTS


def in_digits(text: str) -> str:
    """Lower-case text with number words as digits: up to ninety-nine, hundreds, round thousands, versions."""
    out = _TWO_WORDS.sub(lambda m: str(TENS[m[1]] + ONES[m[2]]), text)
    out = _ONE_WORD.sub(lambda m: str(_BELOW_HUNDRED[m[0]]), out)
    out = _HUNDRED_AND.sub(lambda m: f"{m[1]}{m[2]:0>2}", out)
    out = _ROUND.sub(lambda m: m[1] + ("00" if m[2] == "hundred" else "000"), out)
    return _POINT.sub(".", _OH.sub("0", out))


def scales_after(run: Sequence[str], i: int) -> list[float]:
    """The scales right after the digits at index `i`: a thousand and a million for "3" in "3 thousand million"."""
    out: list[float] = []
    for token in run[i + 1 :]:
        if (scale := scale_of(token) or SHORT_SCALES.get(token)) is None:
            break
        out.append(scale)
    return out


def scaled(run: Sequence[str], i: int, sure: Set[str] = frozenset()) -> set[float]:
    """The digits at index `i` times the scales right after them.

    With a short scale that is not `sure`, they may also stand alone: "5 m" are metres.
    """
    factor, out = 1.0, set()
    for token, scale in zip(run[i + 1 :], scales_after(run, i), strict=False):
        factor *= scale
        out |= {v * factor for v in values_of(run[i])}
        if token in SHORT_SCALES and token not in sure:
            out |= values_of(run[i])
    return out


def with_fraction(run: Sequence[str], i: int) -> set[float]:
    """The digits at index `i` with the fraction sign after them, at the scales that follow: 2.5 for "2½"."""
    factors = scaled(("1", *run[i + 2 :]), 0) or {1.0}
    return {(whole + SIGNS[run[i + 1]]) * factor for whole in values_of(run[i]) for factor in factors}


def at_scale_of(following: tuple[str, ...], values: Set[float]) -> set[float]:
    """The values at the scale of the numbers that follow: 300 for three in "three to four hundred"."""
    reader = AmountReader()
    reader.read(following[:REACH])
    return reader.at_last_scale(values)


def together_in(run: tuple[str, ...]) -> Set[float]:
    """The values of number words read together, not of each alone; all years of "nineteen eighties"."""
    if len(run) == 1 and run[0] in DECADES:
        return {float(DECADES[run[0]])}
    values = readings(run)
    alone = {float(_BELOW_HUNDRED[t]) for t in run if t in _BELOW_HUNDRED}
    scales = {scale for t in run if (scale := scale_of(t))}
    shares = {v for t in run for v in SHARES.get(t, ())}
    together = (values - alone - scales - shares if len(run) > 1 else values) or values
    if run[-1] in DECADES:
        together |= {year + n for year in together if year >= 1000 for n in range(10)}
    return together


def amount_and_scale(run: Sequence[str]) -> tuple[float, float]:
    """The amount of number words and digits, and the largest scale of a thousand or more among them, or 0."""
    reader = AmountReader()
    reader.read(run)
    scales = (scale_of(token) or SHORT_SCALES.get(token, 0.0) for token in run)
    return reader.amount, max((scale for scale in scales if scale >= 1000), default=0.0)


def single_number(run: Sequence[str]) -> float | None:
    """The number from one to 999 that a run states; None if it states several, as "nineteen ninety" does."""
    reader = AmountReader()
    reader.read(run)
    number = reader.waiting[0] if len(reader.waiting) == 1 else 0.0
    return number if 1 <= number < 1000 else None


@lru_cache(maxsize=8192)
def readings(run: tuple[str, ...]) -> frozenset[float]:
    """All values of a run: each number alone, tens with ones, with scales, as years, decimals, shares and ordinals."""
    out = amounts(run) | in_phrases(run)
    return frozenset(out.union(*(scaled(run, i) for i, token in enumerate(run) if token[0].isdecimal())))
