"""Reads the words of a number one after the other, and gathers every value that they may have together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.verification.number_tables import (
    DECADES,
    MULTIPLES,
    OH,
    ORDINALS,
    PARTS,
    SHARES,
    SHORT_SCALES,
    SIGNS,
)
from pipeline.verification.number_tokens import scale_of, values_of_token

RANGE: Final = "to"  # between two numbers of a range or a choice: "to", "or", a dash
RATIO: Final = "in"  # "three in four", "three out of four"
_JOINTS: Final = frozenset({RANGE, RATIO, "and"})
_TO_THE_HOUR: Final = frozenset({5.0, 10.0, 20.0, 25.0})
_WIDEST: Final = 10  # times its lower end is the upper end of a range that shares a scale: "one to ten thousand"
_MOST_WAITING: Final = 3
_MOST_DIGITS: Final = 20  # that are said one by one


def shares(part: float, whole: float) -> set[float]:
    """A part of a whole as a fraction and in percent, rounded as people round it."""
    out: set[float] = set()
    for exact, places in ((part / whole, (1, 2)), (100 * part / whole, (0, 1, 2))):
        out |= {exact, *(round(exact, n) for n in places), math.floor(exact * 10 ** places[-1]) / 10 ** places[-1]}
        out |= {float(math.floor(exact))} if exact >= 1 else set()
    return out


class NumberReader:
    """The values that one run of number words and digits may have."""

    def __init__(self) -> None:
        self.values: set[float] = set()
        self._total = self._current = 0.0  # "two million | three hundred": finished thousands, and what follows them
        self._single: float | None = None  # the word right before, 20 of "twenty"
        self._number = 0.0  # the number below a hundred right before, 25 of "twenty five"
        self._century = self._year = 0.0  # in words: "nineteen | eighty"; in digits: 1914
        self._spelled = ""
        self._decimals: str | None = None  # what follows "point"
        self._bases: set[float] = set()  # what "point" or "and" follows
        self._scale = 0.0
        self._factors: set[float] = set()  # what the scales behind the number come to
        self._waiting: list[float] = []  # numbers before this one that may have its scale
        self._of = self._left = 0.0  # the three of "three in four"; the ten of "ten to nine"

    def read_all(self, run: Sequence[str]) -> frozenset[float]:
        """All values of a run."""
        before, second = "", ""
        for token in run:
            self._read(token, before, second)
            before, second = token, before
        self._finish()
        return frozenset(self.values)

    def lowered(self, values: Iterable[float]) -> set[float]:
        """These values at the scale of the number that was read last, as the lower end of a range has it."""
        upper = self._current or self._total
        factors = {value * factor for value in values for factor in self._factors}
        return {value for value in factors if upper / _WIDEST <= value < upper}

    def _finish(self) -> None:
        if self._total + self._current:
            self.values.add(self._total + self._current)

    def _read(self, token: str, before: str, second: str) -> None:
        if token in (RANGE, RATIO):
            self._join(token)
        elif token == "point":
            self._decimals, self._spelled = "", ""
            self._bases = {self._current, self._number}
            self._single = None
        elif token in OH:
            self._nought()
        elif token == "and":
            self._bases = {self._total + self._current, self._number}
        elif token in DECADES:
            self._decade(DECADES[token])
        elif scale := scale_of(token) or (SHORT_SCALES.get(token) if before else None):
            self._scaled(scale, token, before)
        elif numbers := values_of_token(token):
            self._numbered(numbers, token, before)
        else:
            self._parted(token, before, second)

    def _join(self, joint: str) -> None:
        self._finish()
        self._of = self._total + self._current if joint == RATIO else 0.0
        self._left = self._number
        self._wait(self._total + self._current)
        self._total = self._current = self._number = 0.0
        self._single, self._spelled, self._decimals = None, "", None

    def _wait(self, value: float) -> None:
        if value:
            self._waiting = [*([] if value >= 100 else self._waiting), value][-_MOST_WAITING:]

    def _nought(self) -> None:
        if self._decimals is not None:
            self._decimals = f"{self._decimals[:_MOST_DIGITS]}0"
        elif self._spelled:
            self._spelled += "0"

    def _decade(self, tens: int) -> None:
        self.values |= {float(tens), 1900.0 + tens}
        if tens == 20:
            self.values.add(2020.0)
        if self._single is not None and 10 <= self._single < 100:
            self.values.add(self._single * 100 + tens)  # "eighteen eighties"

    def _numbered(self, numbers: frozenset[float], token: str, before: str) -> None:
        self.values |= numbers
        n = min(numbers)
        if self._decimals is not None and before != "and":
            self._fraction(n)
            return
        self._decimals = None
        self._in_a_year(n, token, before)
        self._spell(n, before)
        if before == RANGE and n <= 12 and self._left in _TO_THE_HOUR:
            self.values.add(60 - self._left)  # "ten to nine"
        if self._single is not None and self._ends_in_tens() and n < 10:
            self._current += n
            self._number = self._single + n
            self.values |= {self._number, self._current}
        else:
            self._begin(n)
        self._single = n
        if 0 < self._of < self._number:
            self.values |= shares(self._of, self._number)

    def _spell(self, n: float, before: str) -> None:
        """Digits that are said one by one: "two one four"."""
        former = "" if before in _JOINTS or len(self._spelled) > _MOST_DIGITS else self._spelled
        self._spelled = f"{former}{n:.0f}" if n < 10 else ""
        if len(self._spelled) > 1:
            self.values.add(float(self._spelled))

    def _ends_in_tens(self) -> bool:
        return self._single is not None and self._single >= 20 and self._single % 10 == 0

    def _begin(self, n: float) -> None:
        if self._current >= 100 and n < 100:
            self._current += n
        else:
            if self._current and self._total:
                self.values.add(self._total + self._current)
            self._wait(self._current)
            self._current = n
        self.values.add(self._current)
        self._number = n
        if n >= 100 and math.isfinite(n):  # digits
            self._factors = {f for f in (10.0**k for k in range(2, 13)) if n % f == 0}
            self.values |= self.lowered(self._waiting)
        else:
            self._factors = set()

    def _in_a_year(self, n: float, token: str, before: str) -> None:
        """Years and prices that are said in two halves: "nineteen eighty four", "nineteen oh five", "five fifty"."""
        found: set[float] = set()
        two = 10 <= n < 100
        if before in OH and 1 <= self._number < 100 and n < 10:
            found = {self._number * 100 + n}
        elif before not in _JOINTS and self._single is not None and 1 <= self._number < 100 and two:
            self._century = self._number * 100
            found = {self._century + n}
        elif before not in _JOINTS and self._century and self._single is not None and n < 10:
            found = {self._century + self._single + n, self._century + n}
        elif before in ("and", RANGE) and (two or (n < 10 and len(token) == 2 and token.isdecimal())):
            self.values |= {century + n for century in (self._century, self._year) if century}
        else:
            self._century = 0.0
        self._year = n // 100 * 100 if token.isdecimal() and 1000 <= n < 2100 else self._year if two else 0.0
        self.values |= found | {value / 100 for value in found}

    def _fraction(self, n: float) -> None:
        """Digits behind "point"."""
        digits = f"{n:.0f}" if math.isfinite(n) else ""
        former = (self._decimals or "")[:_MOST_DIGITS]
        self._decimals = former[:-1] + digits if self._ends_in_tens() and n < 10 else former + digits
        self._single = n
        if 0 < len(self._decimals) <= _MOST_DIGITS:
            found = [float(f"{base:.0f}.{self._decimals}") for base in self._bases if math.isfinite(base)]
            self.values |= set(found)
            self._current = max(found, default=self._current)

    def _scaled(self, scale: float, token: str, before: str) -> None:
        if scale == 100 and self._current >= 100 and 0 < self._number < 100:  # "eleven hundred and twelve hundred"
            self.values.add(self._total + self._current - self._number)
            self._wait(self._current - self._number)
            self._current = self._number
        if scale_of(before) and not self._current:  # "three thousand million"
            self.values.add(self._total * scale)
        self._factors = {scale, *(factor * scale for factor in self._factors)}
        if token.startswith(("hundredth", "thousandth", "millionth", "billionth")):
            self.values |= shares(self._current or 1.0, scale)
        self._current = (self._current or 1.0) * scale
        self.values |= {self._current, self._total + self._current} | self.lowered(self._waiting)
        if 0 < self._of < self._current:
            self.values |= shares(self._of, self._current)
        if scale >= 1000:
            self._total, self._current = self._total + self._current, 0.0
        self._single, self._number, self._scale, self._decimals = None, 0.0, scale, None

    def _parted(self, token: str, before: str, second: str) -> None:
        """Halves, quarters, fifths and ordinals."""
        word = token if token in SHARES or token in ORDINALS else token.removesuffix("s")
        if (second, before) != ("and", "a"):  # "two and a half" says no 50 %
            self.values |= set(SHARES.get(word, ()))
        if ordinal := ORDINALS.get(word):
            self._ordinal(ordinal)
        if word in SIGNS and self._single is not None:
            self.values.add(self._current + SIGNS[word])
            self._current += SIGNS[word]
        elif word in MULTIPLES:
            self._current = self._number = MULTIPLES[word]
        elif denominator := PARTS.get(word):
            self._part(denominator, before, second)

    def _ordinal(self, ordinal: int) -> None:
        self.values.add(float(ordinal))
        if self._single is not None and self._ends_in_tens() and ordinal < 10:
            self.values |= {self._single + ordinal, self._current + ordinal}
        if self._total + self._current >= 100:
            self.values |= {self._total + self._current + ordinal, self._current + ordinal}

    def _part(self, denominator: int, before: str, second: str) -> None:
        counted = self._single is not None and before not in ("and", "a") and self._single == self._number
        count = self._number if counted else 1.0
        if not 0 < count < denominator:
            return
        self.values |= shares(count, denominator)
        fraction = count / denominator
        if second == "and" or (before == "and" and not counted):  # "two and a half", "three and three quarters"
            wholes = {base for base in self._bases if base}
            for base in wholes:
                self.values |= {base + part for part in (fraction, round(fraction, 2), round(fraction, 1))}
            if self._total and self._scale:
                self.values.add(self._total + fraction * self._scale)  # "a million and a half"
            self._current = fraction + (0.0 if self._total else max(wholes, default=0.0))
        elif self._current < 100:
            self._current = fraction
        self._single = None
