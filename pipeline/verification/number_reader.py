"""Read the words of a number one after the other, collecting every amount that they may stand for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from pipeline.verification.number_tables import (
    DECADES,
    MULTIPLES,
    OH,
    ORDINALS,
    PARTS,
    POINT,
    RANGE,
    RATIO,
    SHARES,
    SHORT_SCALES,
    SIGNS,
)
from pipeline.verification.number_tokens import scale_of, values_of_token

_WIDEST: Final = 10  # most that upper / lower may be in a range that shares a scale: "one to ten thousand"
_MOST_WAITING: Final = 3
_MOST_DIGITS: Final = 20  # after "point"


def amounts(run: Sequence[str]) -> set[float]:
    """The amounts in a run, including ranges that share a scale and the shares of ratios such as "three in four"."""
    out: set[float] = set()
    waiting: list[float] = []
    amount = 0.0
    for joint, part in _between_joints(run):
        reader = AmountReader(waiting, amount if joint == RATIO else 0.0)
        reader.read(part)
        out |= reader.values
        waiting, amount = reader.waiting, reader.amount
    return out


def shares(part: float, whole: float) -> set[float]:
    """A part of a whole as a fraction and as a percentage, in the roundings that people use."""
    out: set[float] = set()
    for exact, places in ((part / whole, (1, 2)), (100 * part / whole, (0, 1, 2))):
        out |= {exact, *(round(exact, n) for n in places), math.floor(exact * 10 ** places[-1]) / 10 ** places[-1]}
        out |= {float(math.floor(exact))} if exact >= 1 else set()
    return out


def _between_joints(run: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The parts of a run between the words that join them, each with the joint before it ("" for the first)."""
    joints = [-1, *(n for n, token in enumerate(run) if token in (RANGE, RATIO)), len(run)]
    for start, end in pairwise(joints):
        yield run[start] if start >= 0 else "", run[start + 1 : end]


class AmountReader:
    """Collects in `values` the amounts that number words and digits may stand for.

    Earlier numbers that are `waiting` may share a scale that is read later. `part` is the part of a ratio whose whole
    is read now, three in "three in four"; otherwise 0.
    """

    def __init__(self, waiting: Sequence[float] = (), part: float = 0.0) -> None:
        self.values: set[float] = set()
        self.waiting = list(waiting)
        self._part_of_ratio = part
        self._total = self._current = 0.0  # "two million | three hundred": complete thousands, and the rest
        self._number = 0.0  # the preceding number below a hundred: 25 after "twenty five"
        self._before_and = (0.0, 0.0)  # the amount and the number before "and"
        self._factors: set[float] = set()  # factors by which the scales after the number multiply it

    @property
    def amount(self) -> float:
        """The amount of everything read so far."""
        return self._total + self._current

    def read(self, run: Sequence[str]) -> None:
        """Read a run without joints such as "to"."""
        at = 0
        while at < len(run):
            at = self._read(run, at)
        if self.amount:
            self.values.add(self.amount)
        self._let_wait(self.amount)

    def at_last_scale(self, values: Iterable[float]) -> set[float]:
        """The lower ends of a range at the scale of the number read last."""
        upper = self._current or self._total
        scaled = {value * factor for value in values for factor in self._factors}
        return {value for value in scaled if upper / _WIDEST <= value < upper}

    def _read(self, run: Sequence[str], at: int) -> int:
        """Read the word at index `at`, and return the index of the next."""
        token, before = run[at], run[at - 1] if at else ""
        if token in POINT:
            return self._read_decimals(run, at + 1)
        if token == "and":
            self._before_and = (self.amount, self._number)
        elif token in DECADES:
            self._read_decade(DECADES[token])
        elif scale := scale_of(token) or (SHORT_SCALES.get(token) if before else None):
            self._read_scale(scale, token, before)
        elif numbers := values_of_token(token):
            self._read_number(numbers)
        elif token not in OH:
            self._read_share_or_ordinal(token, before, run[at - 2] if at > 1 else "")
        return at + 1

    def _let_wait(self, value: float) -> None:
        if value:
            self.waiting = [*([] if value >= 100 else self.waiting), value][-_MOST_WAITING:]

    def _add_share_in(self, whole: float) -> None:
        if 0 < self._part_of_ratio < whole:
            self.values |= shares(self._part_of_ratio, whole)

    def _read_decade(self, tens: int) -> None:
        self.values |= {float(tens), 1900.0 + tens}
        if tens == 20:
            self.values.add(2020.0)
        if 10 <= self._number < 100:
            self.values.add(self._number * 100 + tens)  # "eighteen eighties"

    def _read_number(self, numbers: frozenset[float]) -> None:
        self.values |= numbers
        n = min(numbers)
        if _ends_in_tens(self._number) and n < 10:
            self._current += n
            self._number += n
            self.values |= {self._number, self._current}
        else:
            self._begin_number(n)
        self._add_share_in(self._number)

    def _begin_number(self, n: float) -> None:
        if self._current >= 100 and n < 100:
            self._current += n
        else:
            if self._current and self._total:
                self.values.add(self.amount)
            self._let_wait(self._current)
            self._current = n
        self.values.add(self._current)
        self._number = n
        self._factors = set()
        if n >= 100 and math.isfinite(n):  # digits
            self._factors = {f for f in (10.0**k for k in range(2, 13)) if n % f == 0}
            self.values |= self.at_last_scale(self.waiting)

    def _read_decimals(self, run: Sequence[str], at: int) -> int:
        """Read the digits after "point", from index `at`, and return the index after them."""
        wholes = [f"{whole:.0f}" for whole in {self._current, self._number} if math.isfinite(whole)]
        digits, tens = "", False
        while at < len(run) and (run[at] in OH or values_of_token(run[at])):
            self.values |= values_of_token(run[at])
            n = min(values_of_token(run[at]), default=0.0)
            spoken_digits = f"{n:.0f}" if math.isfinite(n) else ""
            digits = f"{digits[:-1] if tens and n < 10 else digits}{spoken_digits}"[: _MOST_DIGITS + 1]
            tens = _ends_in_tens(n)
            if 0 < len(digits) <= _MOST_DIGITS:
                decimals = {float(f"{whole}.{digits}") for whole in wholes}
                self.values |= decimals
                self._current = max(decimals, default=self._current)
            at += 1
        self._number = 0.0
        return at

    def _read_scale(self, scale: float, token: str, before: str) -> None:
        if scale == 100 and self._current >= 100 and 0 < self._number < 100:  # "eleven hundred and twelve hundred"
            self.values.add(self.amount - self._number)
            self._let_wait(self._current - self._number)
            self._current = self._number
        if scale_of(before) and not self._current:  # "three thousand million"
            self.values.add(self._total * scale)
        self._factors = {scale, *(factor * scale for factor in self._factors)}
        if token.startswith(("hundredth", "thousandth", "millionth", "billionth")):
            self.values |= shares(self._current or 1.0, scale)
        of_share = 0 < self._current < 1
        self._current = (self._current or 1.0) * scale
        if of_share:  # "a third of a million" is about 333,000
            self.values |= {float(f"{self._current:.{digits}g}") for digits in (2, 3)}
        self.values |= {self._current, self.amount} | self.at_last_scale(self.waiting)
        self._add_share_in(self._current)
        if scale >= 1000:
            self._total, self._current = self.amount, 0.0
        self._number = 0.0

    def _read_share_or_ordinal(self, token: str, before: str, two_before: str) -> None:
        """Read halves, quarters, fifths and ordinals, also an ordinal such as "3th", which is no share."""
        if token[0].isdecimal():
            self._read_ordinal(int(token.removesuffix("th")))
            return
        word = token if token in SHARES or token in ORDINALS else token.removesuffix("s")
        if (two_before, before) != ("and", "a"):  # "two and a half" does not mean 50 %
            self.values |= set(SHARES.get(word, ()))
        if ordinal := ORDINALS.get(word):
            self._read_ordinal(ordinal)
        if word in SIGNS and self._number:
            self._current += SIGNS[word]
            self.values.add(self._current)
        elif word in MULTIPLES:
            self._current = self._number = MULTIPLES[word]
        elif denominator := PARTS.get(word):
            self._read_share(denominator, before, two_before)

    def _read_ordinal(self, ordinal: int) -> None:
        self.values.add(float(ordinal))
        if _ends_in_tens(self._number) and ordinal < 10:
            self.values |= {self._number + ordinal, self._current + ordinal}
        if self.amount >= 100:
            self.values |= {self.amount + ordinal, self._current + ordinal}

    def _read_share(self, denominator: int, before: str, two_before: str) -> None:
        counted = self._number in values_of_token(before)  # "two thirds"
        count = self._number if counted else 1.0
        if not 0 < count < denominator:
            return
        self.values |= shares(count, denominator)
        fraction = count / denominator
        if two_before == "and" or (before == "and" and not counted):  # "two and a half", "three and three quarters"
            wholes = {whole for whole in self._before_and if whole}
            for whole in wholes:
                self.values |= {whole + part for part in (fraction, round(fraction, 2), round(fraction, 1))}
            if self._total:
                self.values.add(self._total + fraction * min(self._factors, default=0.0))  # "a million and a half"
            self._current = fraction + (0.0 if self._total else max(wholes, default=0.0))
        elif self._current < 100:
            self._current = fraction
        self._number = 0.0


def _ends_in_tens(number: float) -> bool:
    return number >= 20 and number % 10 == 0
