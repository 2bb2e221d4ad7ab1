"""Days as programs write them: "2026-03-12T14:03:12Z", seconds since 1970, "Thu, Mar 12, 2026 2:03PM"."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

_ISO = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<sign>[-/._]?)(?P<m>\d\d)(?P=sign)(?P<d>\d\d)(?:(?:[T ]|, ?)\d.*)?")
_WITH_HOUR = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])(?:[0-5]\d){0,2}")
_SINCE_1970 = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d{1,9})?")
_TIME = r"(?:(?:,| at| um| à| a las| alle)? ?\d{1,2}[:.h_]\d\d(?:[:.]\d\d)?(?: ?[apAP]\.?[mM]\.?)?(?: Uhr)?)?"
_WEEKDAY, _MONTH = r"(?:[^\W\d_]{2,12}\.?,? )?", r"(?P<month>[^\W\d_]{3,12})\.?"
_DAY, _YEAR = r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.|º)?", r"(?P<y>(?:19|20)\d\d)"
_SPELT = (
    re.compile(rf"{_WEEKDAY}{_MONTH} {_DAY},? {_YEAR}{_TIME}"),
    re.compile(rf"{_WEEKDAY}{_DAY} (?:de )?{_MONTH}(?: de)?,? {_YEAR}{_TIME}"),
    re.compile(rf"{_YEAR}[年년] ?(?P<m>\d{{1,2}})[月월] ?(?P<d>\d{{1,2}})[日일]{_TIME}"),
)
_SHORT = 3  # letters of a month's name that are enough


def day_of(value: Any) -> str | None:
    """The day in a value that programs write, as "2026-03-12"; None if it is not a whole date."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if match := _ISO.fullmatch(text):
        return _day(int(match["y"]), int(match["m"]), int(match["d"]))
    if match := _WITH_HOUR.fullmatch(text):  # as seconds, these would be days after 2030
        return _day(*map(int, match.groups()))
    if match := _SINCE_1970.fullmatch(text):
        return dt.datetime.fromtimestamp(int(match[1]), dt.UTC).date().isoformat()
    return None


def spelt_day(text: str) -> str | None:
    """The day in a line that is only a date with its month spelt out, and perhaps a time; None for other lines."""
    for pattern in _SPELT:
        if match := pattern.fullmatch(text.strip()):
            parts = match.groupdict()
            month = int(parts["m"]) if parts.get("m") else _month(parts.get("month") or "")
            return _day(int(parts["y"]), month, int(parts["d"])) if month else None
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _month(name: str) -> int | None:
    """The number of a month by its name, or by at least three letters of it, in a language that has labels."""
    name = name.casefold()
    found = {n for n, month in _months() if month.startswith(name) and (len(name) >= _SHORT or name == month)}
    return found.pop() if len(found) == 1 else None


@cache
def _months() -> tuple[tuple[int, str], ...]:
    # Imported here: labels load pydantic, and a run whose documents are up to date reads no date.
    from pipeline.labels import labels_for, languages

    return tuple((n, month.casefold()) for code in languages() for n, month in enumerate(labels_for(code).months, 1))
