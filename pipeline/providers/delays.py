"""How long an endpoint asks to wait: in headers as seconds, a date or a duration, in a refusal as a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_AMOUNT = r"[0-9]{1,9}(?:\.[0-9]+)?"  # of no more digits than a wait or a limit has, whoever sends them
_PART = rf"({_AMOUNT})\s?(milli|ms|d|h|m|s)[a-z]*"
_DURATION = rf"(?:{_PART},?\s?(?:and )?){{1,5}}"
_SENTENCE = re.compile(rf"\b(?:retrydelay|retry (?:in|after)|try again in)\W{{0,3}}({_DURATION})")
_SECONDS = {"milli": 0.001, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def amount(text: str) -> float | None:
    """A number as a header has it, without a sign; None for anything else."""
    return float(text) if re.fullmatch(_AMOUNT, text := text.strip()) else None


def seconds(text: str) -> float | None:
    """Seconds of "6m0s", "250ms" or "1.5", as a header has them; None when it is no duration."""
    return _summed(text) if re.fullmatch(_DURATION, text.strip()) else amount(text)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, from `retry-after-ms` or `retry-after` (seconds or a date)."""
    if (ms := amount(headers.get("retry-after-ms", ""))) is not None:
        return ms / 1000
    value = headers.get("retry-after", "")
    if (wait := seconds(value)) is not None:
        return wait
    try:
        date = parsedate_to_datetime(value)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max((date - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, OverflowError):  # a date that no calendar has
        return None


def delay_in(text: str) -> float | None:
    """Seconds to wait as a refusal names them, in small letters: "7s", "1h3m12.5s", "20 seconds"."""
    match = _SENTENCE.search(text)
    return _summed(match[1]) if match else None


def _summed(duration: str) -> float:
    return sum(float(n) * _SECONDS[unit] for n, unit in re.findall(_PART, duration))
