"""Times in words beside clocks, for screen readers: "0:1818 secondsYes", "Lin Ferrer 1 minute 6 seconds".

The panes of YouTube and Teams hide them, but a copied pane contains them, next to the clock that says the same.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.readers.clocks import clock_of, rise, seconds_of
from pipeline.readers.frames import KIND
from pipeline.readers.labels import could_be_name, proper, role_off
from pipeline.readers.tally import Tally

_UNITS = (  # hour, minute and second, singular and plural, as panes have them in a language
    (("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
    (("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")),
    (("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")),
    (("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")),
    (("ora", "ore"), ("minuto", "minuti"), ("secondo", "secondi")),
    (("uur", "uur"), ("minuut", "minuten"), ("seconde", "seconden")),
)
_BETWEEN = r"(?:,? (?:[^\W\d_]{1,3} )?)?"  # "1 minute, 6 seconds", "1 minute et 6 secondes"
_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}"
_GLUED = re.compile(rf"\s*(?P<clock>{_CLOCK})(?P<rest>[^\s:.,].*)")
_CHAPTER = re.compile(r"\s*[^\W\d_]+ (\d{1,3}) ?: \S")
_NUMBERS = re.compile(r"[\d: ]*")
_FRONT = re.compile(rf"\s*{_CLOCK}\d")
_END = re.compile(r"(?:\d [^\W\d_]{3,8}|[^\W\d_]\d{1,2}:\d{2})\s*$")
_LONGEST = 20  # maximum number of characters of such an end
_SAMPLE = 400  # lines in which to look for such times
_LEAST = 3  # minimum number of such times
_SHARE = 0.1  # minimum share of lines with such a time after a name
_ABOVE = 6  # lines above such a name that may repeat it
_INITIALS = 0.8  # minimum share of a name's repetitions with its initials above


class _Language(NamedTuple):
    """The patterns of a time in words and of a name with one after it, in one language."""

    time: re.Pattern[str]
    name_and_time: re.Pattern[str]


class _NamedTime(NamedTuple):
    """A name with the time after it, in seconds."""

    name: str
    seconds: float


@functools.cache  # compiled only if a file may have such times
def _languages() -> tuple[_Language, ...]:
    languages = []
    for units in _UNITS:
        hours, minutes, seconds = (
            rf"(?P<{key}>\d{{1,3}}) (?:(?<=\b1 ){singular}|{plural}|(?<=\b0 ){singular})"
            for key, (singular, plural) in zip(("hours", "minutes", "seconds"), units, strict=True)
        )
        time = rf"(?=\d)(?:{hours})?(?:{_BETWEEN}{minutes})?(?:{_BETWEEN}{seconds})?"
        languages.append(_Language(re.compile(time), re.compile(rf"\s*(?P<name>\S.{{0,60}}?) {time}\s*")))
    return tuple(languages)


def spoken_seconds(text: str) -> float | None:
    """The seconds of a line that is a time in words, "1 minute, 6 seconds"; None for any other line."""
    found = (language.time.fullmatch(text) for language in _languages())
    return next((_seconds(match) for match in found if match), None)


def with_clocks_alone(rows: list[str], tally: Tally) -> list[str]:
    """The lines without such times beside a clock that says the same; after a name, they become clocks.

    What a pane shows above such a name is removed too: the name, its time, and its initials, which are recorded.
    """
    sample = [row for row in itertools.islice(filter(str.strip, rows), _SAMPLE) if _may_hold_one(row)]
    if len(sample) < _LEAST:
        return rows
    language = max(
        _languages(),
        key=lambda candidate: sum(bool(_unglued(row, candidate) or _named_time(row, candidate)) for row in sample),
    )
    named_times = {
        i: found for i, row in enumerate(rows) if _may_hold_one(row) and (found := _named_time(row, language))
    }
    if not _are_heads([*named_times.values()], rows):
        named_times = {}
    if not named_times and sum(_unglued(row, language) is not None for row in sample) < _LEAST:
        return rows
    new_rows = [_unglued(row, language) or row for row in rows]
    for i, (name, seconds) in named_times.items():
        new_rows[i] = f"{name} {clock_of(seconds)}"
    for i in _shown_above(rows, named_times, language, tally):
        new_rows[i] = ""
    for i in _chapters(rows, language):
        tally.leave_out("headings", rows[i], i + 1)
        new_rows[i] = ""
    return new_rows


def _may_hold_one(row: str) -> bool:
    return bool(_FRONT.match(row) or _END.search(row[-_LONGEST:]))


def _unglued(row: str, language: _Language) -> str | None:
    """The line with the clock but without the words for it that touch it; None if there are no such words.

    Panes may have no words for the first clock, 0:00.
    """
    if glued := _GLUED.match(row):
        clock, rest = glued["clock"], glued["rest"]
        time = language.time.match(rest)
        if time and time[0] and _seconds(time) == seconds_of(clock):
            return f"{clock} {rest[time.end() :].lstrip()}"
        return f"{clock} {rest}" if not (seconds_of(clock) or rest[0].isdigit()) else None
    time = language.time.match(row)
    clock = row[time.end() :].strip() if time else ""
    same_time = time is not None and re.fullmatch(_CLOCK, clock) and _seconds(time) == seconds_of(clock)
    return clock if same_time else None


def _chapters(rows: Sequence[str], language: _Language) -> list[int]:
    """The indices of chapters above such clocks if they are numbered, "Chapter 2: The pier"."""
    counted = ((i, m) for i, row in enumerate(rows[:-1]) if (m := _CHAPTER.match(row)) and _GLUED.match(rows[i + 1]))
    found = [(i, int(match[1])) for i, match in counted if _unglued(rows[i + 1], language)]
    return [i for i, _ in found] if [n for _, n in found] == [*range(1, len(found) + 1)] else []


def _named_time(row: str, language: _Language) -> _NamedTime | None:
    """The name and the time of a line that holds nothing else; None for any other line."""
    match = language.name_and_time.fullmatch(row)
    if match is None or not could_be_name(match["name"]) or not proper(role_off(match["name"])):
        return None
    return _NamedTime(match["name"], _seconds(match))


def _seconds(match: re.Match[str]) -> float:
    return sum(
        int(match[key] or 0) * unit for key, unit in zip(("hours", "minutes", "seconds"), (3600, 60, 1), strict=True)
    )


def _are_heads(named_times: Sequence[_NamedTime], rows: Sequence[str]) -> bool:
    """Whether names with such times occur as often as speakers do, and the times rise."""
    if len(named_times) < _LEAST or len(named_times) < _SHARE * sum(map(bool, map(str.strip, rows))):
        return False
    return rise([named.seconds for named in named_times])


def _shown_above(
    rows: Sequence[str], named_times: Mapping[int, _NamedTime], language: _Language, tally: Tally
) -> Iterator[int]:
    """The indices of lines that repeat a name and its time above them, and of the initials above these."""
    initials: dict[int, str] = {}
    shown: Counter[str] = Counter()
    for i, (name, seconds) in named_times.items():
        above = [k for k in range(i - 1, max(-1, i - 1 - _ABOVE), -1) if rows[k].strip()]
        times = [*itertools.takewhile(lambda k: _only_time(rows[k], language), above)]
        rest = above[len(times) :]
        if not times or not rest or rows[rest[0]].strip() != name or not _ends_in(rows[times[0]], seconds):
            continue
        yield from (*times, rest[0])
        shown[name] += 1
        if len(rest) > 1 and _are_initials(rows[rest[1]].strip(), role_off(name)):
            initials[rest[1]] = name
    counts = Counter(initials.values())
    for i, name in initials.items():
        if counts[name] >= _INITIALS * shown[name]:
            tally.leave_out(KIND, rows[i], i + 1)
            yield i


def _only_time(row: str, language: _Language) -> bool:
    time = language.time.match(row)
    return _NUMBERS.fullmatch(row, time.end() if time else 0) is not None


def _ends_in(row: str, seconds: float) -> bool:
    hours, minutes, rest = int(seconds) // 3600, int(seconds) // 60 % 60, int(seconds) % 60
    return row.rstrip().endswith(f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}")


def _are_initials(row: str, name: str) -> bool:
    return row.isupper() and len(row) <= 3 and {*row} <= {word[0].upper() for word in name.split()}
