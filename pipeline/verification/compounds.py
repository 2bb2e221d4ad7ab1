"""Figures of several numbers, all of which a recording must say: times, dates, ratios, versions, addresses."""

from __future__ import annotations

import re
from collections.abc import Set

from pipeline.verification.number_tokens import values_of
from pipeline.verification.times_and_dates import Component, Meaning, Moment, moment

_ONE_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:[.,]\d+)?|\d{1,2}(?:,\d\d)+,\d{3}")
_THOUSANDS = re.compile(r"\d{1,3}([’' \u00a0\u202f])\d{3}(?:\1\d{3})*(?:[.,](\d+))?")  # 40 000, 3'777.50
_SHORT_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.\d\d")


def parts_of(token: str, values: Set[float]) -> Moment | None:
    """The numbers of digits with marks that must all be said, unless the figure is said as one; None if it is one.

    `values` are those of the token at the scales that follow it. Zeros and ones are often silent: "three times as much"
    is 3:1.
    """
    if found := moment(token):
        return found
    if _ONE_NUMBER.fullmatch(token):
        return None
    as_one = frozenset(values - values_of(token))
    if thousands := _THOUSANDS.fullmatch(token):
        whole = float(re.sub(r"\D", "", token.removesuffix(f",{thousands[2]}").removesuffix(f".{thousands[2]}")))
        as_one |= {whole + float(f"0.{thousands[2] or 0}")}
        if thousands[1] in "’'" or thousands[2] or re.search(r"\D0", token):
            return Moment((Component("amount", as_one),))
    numbers = re.split(r"[: \u00a0\u202f]", token) if re.search(r"[: \u00a0\u202f]", token) else re.split(r"\D", token)
    meanings: list[Meaning] = ["amount"] * len(numbers)
    if _SHORT_DATE.fullmatch(token):
        meanings[1] = "month"  # which may be said by name
    parts = (Component(meaning, values_of(number)) for meaning, number in zip(meanings, numbers, strict=True))
    counted = tuple(part for part in parts if max(part.values) > 1)
    return Moment(counted, as_one) if counted else None
