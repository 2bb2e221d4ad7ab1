"""Times as people and programs write them. All stamps of a file together decide what the parts of its clocks mean."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

_CLOCK = (
    r"(?:\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d{1,6}|[:;]\d{2})?|\d{1,3}:\d{2}(?:[.,]\d{1,6})?)(?![\d:])"
    r"(?:[ \u202f\u00a0]?[aApP]\.?[mM]\b\.?)?"
)
_DATE = (
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}"
    r"|\d{1,2}/\d{1,2}(?=[ \u202f\u00a0])|\d{1,2}\.\d{1,2}\.(?=[ \u202f\u00a0])"
    r"|\d{1,2}[- .]{1,2}[^\W\d_]{3,9}[- .]{1,2}\d{2,4}|[^\W\d_]{3,9} \d{1,2}, \d{4})(?:,?[ \u202f\u00a0]+|T)(?:at )?"
)
_SECONDS = r"\d{1,6}(?:\.\d{1,6})?[ ]?s(?![a-zA-Z])"
_SPELT = r"(?:\d{1,2}h ?)?\d{1,3}m ?\d{1,2}s(?![a-zA-Z])"
_STAMP = rf"(?:{_DATE})?{_CLOCK}|{_SPELT}|{_SECONDS}"
_TO = r"\s*(?:-{1,2}>|→|➔|–|—|-|~|to\b)\s*"
_RANGE = rf"(?P<start>{_STAMP})(?:{_TO}(?P<end>{_STAMP}))?"
_OPEN, _CLOSE = r"[\[(<{【（「]", r"[\])>}】）」]"
AT = re.compile(
    rf"[*_`]{{0,3}}(?P<open>{_OPEN}{{1,2}})?\s*{_RANGE}(?:\s*(?P<close>{_CLOSE}{{1,2}}))?(?P<link>\([^()\s]{{1,300}}\))?[*_`]{{0,3}}"
)
INSIDE = re.compile(rf"[\[(【（]\s*(?P<start>{_CLOCK})(?:{_TO}(?P<end>{_CLOCK}))?\s*[\])】）](?:\([^()\s]{{1,300}}\))?")
_PARTS = re.compile(r"\d+")
_NOON = re.compile(r"([ap])\.?m", re.IGNORECASE)
_DATED = re.compile(_DATE)
_DAY = 86_400
_SOME_YEAR = 2000  # a leap year, for dates without a year
_LATE = 6 * 3600  # seconds; a recording whose first words are later shows the time of day
_FRAMES = 30  # the highest usual number of frames a second
_PACE = 2.5  # words a second in speech
_FAST = 10  # words a second, more than anybody speaks
_RISING = 0.9  # minimum share of steps from one time to the next that do not go back

_Time = TypeVar("_Time", float, tuple[int, ...])


class Stamp(NamedTuple):
    """A time as it is written, and the position in its line where it ends."""

    start: str
    end: str | None
    stop: int


def stamp_at(text: str, position: int = 0) -> Stamp | None:
    """The time, or range of times, that begins at `position`; None if there is none."""
    match = AT.match(text, position)
    if not match:
        return None
    opened, closed = match["open"] is not None, match["close"] is not None
    if opened and not closed:
        return None
    if closed and not opened and text[match.start("close")] in ")]}>":
        return None
    if not opened and match["start"][-1:] == "s" and match["end"] is None:
        return None  # "5s" without a bracket is a word
    return Stamp(match["start"], match["end"], match.end())


def of_a_day(stamp: str) -> bool:
    """Whether a stamp is a time of day: it has a date, or am or pm."""
    return bool(_NOON.search(stamp) or _DATED.match(stamp))


def seconds_of(clock: str) -> float:
    """The seconds of a clock as written: "1:02:03", "02:03.5", "12m 41s" or "4.5s"."""
    if clock[-1:] == "s":
        return folded(map(float, re.findall(r"\d+(?:\.\d+)?", clock)))
    return folded(map(float, re.split("[:;]", clock.replace(",", "."))))


def clock_of(seconds: float) -> str:
    """Seconds as a clock: "1:02:03", or "1:02:03.500" if there are thousandths."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    rest = f".{thousandths:03}" if thousandths else ""
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}{rest}"


def in_a_second(times: Sequence[float], words: int) -> int:
    """The number of units per second of bare times: 1000 if they are milliseconds, else 1.

    They are milliseconds if they are whole and, as seconds, would mean less than one word in twenty seconds.
    """
    whole = bool(times) and all(map(float.is_integer, times))
    return 1000 if whole and max(times) > 100 and max(times) > 20 * max(1, words) else 1


def folded(parts: Iterable[float]) -> float:
    """Seconds from hours, minutes and seconds, or from minutes and seconds."""
    total = 0.0
    for part in parts:
        total = total * 60 + part
    return total


def rise(times: Sequence[_Time], share: float = _RISING) -> bool:
    """Whether times rise as in a recording: at least `share` of the steps do not go back."""
    steps = [a <= b for a, b in itertools.pairwise(times)]
    return sum(steps) >= share * len(steps)


class Dial:
    """How to read the clocks of one file: from the start, as times of day, with frames, or with days in front."""

    def __init__(self, stamps: Sequence[str], words: int = 0) -> None:
        sample = stamps[:5000]
        self.frames = self.days = self.by_day = self.to_the_minute = False
        self._offset = 0.0
        self._origin: dt.date | None = None
        self._american = self._undated = False
        if not sample:
            return
        four = [[int(p) for p in _PARTS.findall(s)] for s in sample if s.count(":") + s.count(";") == 3]
        if four:
            self.days = _are_days(four, words)
            self.frames = not self.days
        dated = [s for s in sample if _DATED.match(s)]
        if dated and len(dated) <= len(sample) / 2 and not self._same_day(dated[0], sample):
            # The date is that of the recording, above times that count from its start.
            dated, sample = [], [s for s in sample if not of_a_day(s)]
            self._undated = True
        noons = sum(bool(_NOON.search(s)) for s in sample)
        if dated:
            self._american = _american(dated)
            self._origin = self._date(dated[0])
        first, last = self._plain(sample[0]), self._plain(sample[-1])
        spelt = any(s[-1:] == "s" for s in sample)  # nobody writes a time of day as "9.40s"
        plain = not four and not spelt
        short = plain and all(_clock(s).count(":") == 1 for s in sample)
        hurried = short and len(sample) > 3 and words > _FAST * max(1.0, last - first) and last >= first
        late = plain and not short and first >= _LATE
        self.by_day = not spelt and (bool(dated) or noons > len(sample) / 2 or late or hurried)
        if self.by_day:
            self.to_the_minute = short
            self._offset = self._of_day(sample[0])
        elif self.frames:
            self._offset = 3600.0 * (first // 3600)

    def _same_day(self, dated: str, sample: Sequence[str]) -> bool:
        """Whether the times without a date continue, on the same day, from the one with a date."""
        after = next((s for s in sample[sample.index(dated) :] if not of_a_day(s)), None)
        return after is None or after[-1:] == "s" or self._of_day(after) >= self._of_day(dated)

    def counts(self, stamp: str) -> bool:
        """Whether a stamp is a time of the recording, and not its date."""
        return not (self._undated and of_a_day(stamp))

    def seconds(self, stamp: str) -> float:
        """The seconds from the start to a stamp."""
        if self.by_day:
            since = self._of_day(stamp) - self._offset
            return round(max(0.0, since + _DAY if since < -_DAY / 2 else since), 3)  # after midnight
        return round(max(0.0, self._plain(stamp) - self._offset), 3)

    def remark(self) -> str | None:
        """A remark on how the clocks were read; None if that was plain."""
        if self.by_day:
            minutes = "; lines of one minute are spread over it" if self.to_the_minute else ""
            return f"times of day, counted from the first one{minutes}"
        if self.frames:
            counted = f", counted from hour {self._offset / 3600:.0f}" if self._offset else ""
            return f"times with frames, read to the second{counted}"
        return "times with days in front" if self.days else None

    def _plain(self, stamp: str) -> float:
        clock = _clock(stamp)
        if (self.days or self.frames) and clock.count(":") + clock.count(";") == 3:
            parts = [float(p) for p in re.split("[:;]", clock)]
            if self.days:
                return parts[0] * _DAY + folded(parts[1:])
            return folded(parts[:3])
        return seconds_of(clock)

    def _of_day(self, stamp: str) -> float:
        clock = _clock(stamp)
        if clock[-1:] == "s":
            return seconds_of(clock)
        parts = [float(p) for p in re.split("[:;]", clock.replace(",", "."))]
        noon = _NOON.search(stamp)
        hour = parts[0] % 12 + (12 if noon[1].lower() == "p" else 0) if noon else parts[0]
        within = hour * 3600 + folded([*parts[1:], 0.0][:2])
        day = self._date(stamp) if self._origin else None
        return within + _DAY * ((day - self._origin).days if day and self._origin else 0)

    def _date(self, stamp: str) -> dt.date | None:
        match = _DATED.match(stamp)
        if not match:
            return None
        numbers = [int(n) for n in _PARTS.findall(match[0])]
        a, b, c = (*numbers, _SOME_YEAR)[:3]
        if a > 31:
            year, month, day = a, b, c
        else:
            year, (month, day) = c + 2000 * (c < 100), ((a, b) if self._american else (b, a))
        try:
            return dt.date(year, month, day)
        except ValueError:
            return None


def _are_days(four: Sequence[Sequence[int]], words: int) -> bool:
    """Whether clocks of four parts begin with days and end in seconds, rather than ending in frames.

    Frames mostly stay below 24, 25 or 30, seconds go up to 59. Since there may be 60 frames too, the pace of the words
    decides between them.
    """
    if max(parts[-1] for parts in four) < _FRAMES:
        return False
    first, last = four[0], four[-1]
    as_days = last[0] * _DAY + folded(last[1:]) - first[0] * _DAY - folded(first[1:])
    as_frames = folded(last[:3]) - folded(first[:3])
    if not words or as_days <= 0 or as_frames <= 0:
        return True
    return abs(math.log(words / as_days / _PACE)) <= abs(math.log(words / as_frames / _PACE))


def _american(dated: Sequence[str]) -> bool:
    """Whether the month comes first in dates: some second number is above 12, or the second numbers vary more."""
    found = ([int(n) for n in _PARTS.findall(match[0])] for s in dated if (match := _DATED.match(s)))
    pairs = [(numbers[0], numbers[1]) for numbers in found]
    if any(a > 12 for a, _ in pairs):
        return False
    if any(b > 12 for _, b in pairs):
        return True
    firsts, seconds = {a for a, _ in pairs}, {b for _, b in pairs}
    return len(seconds) > len(firsts)


def _clock(stamp: str) -> str:
    """A stamp without its date and without am or pm."""
    if len(stamp) > 7 and (match := _DATED.match(stamp)):
        stamp = stamp[match.end() :]
    return stamp if stamp[-1:].isdigit() or stamp[-1:] == "s" else stamp.rstrip(". \u202f\u00a0aApPmM")


def spread(starts: Sequence[float | None]) -> list[float | None]:
    """Starts to the minute, with the lines of one minute spread evenly over it.

    The last minute is filled no more slowly than the one before it.
    """
    spread_starts: list[float | None] = list(starts)
    known = [i for i, s in enumerate(starts) if s is not None]
    groups = [list(group) for _, group in itertools.groupby(known, key=lambda i: starts[i])]
    pace = 60.0
    for n, group in enumerate(groups):
        step = 60.0 / len(group)
        pace = min(pace, step) if n == len(groups) - 1 else step
        for k, i in enumerate(group):
            spread_starts[i] = round((starts[i] or 0.0) + k * pace, 3)
    return spread_starts
