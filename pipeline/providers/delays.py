"""How long an endpoint asks to wait: seconds, a date or a duration in headers, or a sentence in a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_AMOUNT = r"[0-9]{1,9}(?:\.[0-9]+)?"  # at most as many digits as a plausible wait or limit
_PART = rf"({_AMOUNT})\s?(milli|ms|d|h|m|s)[a-z]*"
_DURATION = rf"(?:{_PART},?\s?(?:and )?){{1,5}}"
_SENTENCE = re.compile(rf"\b(?:retrydelay|retry (?:in|after)|try again in)\W{{0,3}}({_DURATION})")
_SECONDS = {"milli": 0.001, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def amount(text: str) -> float | None:
    """The unsigned number in a header; None for anything else."""
    return float(text) if re.fullmatch(_AMOUNT, text := text.strip()) else None


def seconds(text: str) -> float | None:
    """The seconds in a header value such as "6m0s", "250ms" or "1.5"; None if it is no duration."""
    return _summed(text) if re.fullmatch(_DURATION, text.strip()) else amount(text)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds, a duration or a date); None if neither.

    A date counts from the reply's own date, since the clocks of two machines differ.
    """
    if (ms := amount(headers.get("retry-after-ms", ""))) is not None:
        return ms / 1000
    value = headers.get("retry-after", "")
    if (wait := seconds(value)) is not None:
        return wait
    if (until := _date(value)) is None:
        return None
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _date(text: str) -> datetime | None:
    """The date in a header; None if it is no valid date."""
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=date.tzinfo or UTC)
    except (ValueError, OverflowError):
        return None


def delay_in(text: str) -> float | None:
    """Seconds to wait according to a refusal in lower case: "7s", "1h3m12.5s", "20 seconds"; None if it names none."""
    match = _SENTENCE.search(text)
    return _summed(match[1]) if match else None


def _summed(duration: str) -> float:
    return sum(float(n) * _SECONDS[unit] for n, unit in re.findall(_PART, duration))
