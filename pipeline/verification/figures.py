"""Figures that a text says, in digits or in words, with every value that each may be read as."""

from __future__ import annotations

import bisect
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from string import punctuation

from pipeline.verification.kept import Kept
from pipeline.verification.number_words import GLUE, UNCOUNTED, is_number, readings, scaled, together_in, values_of

_TOKEN = re.compile(r"(\d+(?:[.,:’' \u00a0\u202f]\d+)*|[½⅓⅔¼¾⅛]|[^\W\d_]+(?:-[^\W\d_]+)*)")
_PLAIN_TOKEN = re.compile(r"(\d+(?:[.,:' ]\d+)*|[a-z]+(?:-[a-z]+)*)", re.ASCII)  # the same where all is ASCII
_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)*[a-z]{1,6}\d+\b")
_YEAR_BEFORE = re.compile(r"(?<!\d)([12]\d)\d\d\s?[-–/]$")
_DECADE = re.compile(r"[12]\d\d0(?=['’]?s\b|ern?\b)")  # "1990s", "1990er"
_BREAK = re.compile(r"[.;!?()]")
Part = tuple[str, int]  # of a run: a number word or digits, and where it begins in the text


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a text shows it, in Western digits and small letters, and the values that it may be read as.

    `span` is where it begins and ends in the text.
    """

    shown: str
    values: frozenset[float]
    span: tuple[int, int]


def same(a: float, b: float) -> bool:
    """Equal but for rounding."""
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def figures(text: str) -> frozenset[float]:
    """Every number that a text says, with all readings that ranges, scales, years and decimal marks allow."""
    out: set[float] = set()
    for stretch in set(_stretches(text)):  # a recording says most of them many times
        for run in _runs(stretch):
            out |= readings(tuple(part for part, _ in run))
    return frozenset(out)


def claims(text: str) -> list[Figure]:
    """The figures that a text states, one by one: digits always, number words unless they are seldom meant so."""
    words = _plain_words(text)
    starts = list(accumulate(map(len, words), initial=0))
    out: list[Figure] = []
    for where in _with_numbers(words):
        start = starts[where.start] + where.start
        stated = _STATED[" ".join(words[where])]
        out += [replace(f, span=(f.span[0] + start, f.span[1] + start)) for f in stated]
    return out


def _stated_in(stretch: str) -> tuple[Figure, ...]:
    """The claims of one stretch, their spans counted from its beginning."""
    out: list[Figure] = []
    for placed in _runs(stretch):
        run = tuple(part for part, _ in placed)
        digits = [i for i, part in enumerate(run) if part[0].isdecimal()]
        if digits:
            out += [
                Figure(
                    run[i],
                    _years_end(stretch, placed[i])
                    or _decade(stretch, placed[i])
                    or frozenset(scaled(run, i) or values_of(run[i])),
                    _span(placed[i]),
                )
                for i in digits
            ]
        elif any(t not in UNCOUNTED for t in run):
            together = together_in(run)
            if together:
                out.append(Figure(" ".join(run), frozenset(together), _span(*placed)))
    return tuple(out)


_STATED = Kept(_stated_in, most=8192)


def _span(*parts: Part) -> tuple[int, int]:
    """Where neighbouring parts begin and end."""
    (_, start), (last, at) = parts[0], parts[-1]
    return start, at + len(last)


def _years_end(text: str, part: Part) -> frozenset[float]:
    """The year that two digits stand for behind another year, as in "1993–94", and the two digits; else nothing."""
    digits, start = part
    century = century_before(text, start) if len(digits) == 2 else None
    return frozenset({float(digits), float(century + digits)}) if century else frozenset()


def _decade(text: str, part: Part) -> frozenset[float]:
    """The years of a decade such as "1990s", each of which bears it out; else nothing."""
    digits, start = part
    years = range(int(digits), int(digits) + 10) if _DECADE.match(text, start) else ()
    return frozenset(map(float, years))


def century_before(text: str, start: int) -> str | None:
    """The first two digits of the year that a figure beginning here continues, as "94" does in "1993–94"."""
    year = _YEAR_BEFORE.search(text, max(0, start - 6), start)  # no slice: a fifth digit must be seen
    return year[1] if year else None


def _is_among(value: float, said: Sequence[float]) -> bool:
    """Whether a value is one of those `said`, which ascend, but for rounding; its neighbours are the nearest."""
    at = bisect.bisect_left(said, value)
    near = said[max(0, at - 1) : at + 1]
    return value in near or any(same(value, other) for other in near)


def unsaid(
    text: str, said: Sequence[float], written: str, provable: Callable[[float], bool] = lambda value: True
) -> tuple[str, ...]:
    """The figures of a text, as it shows them, whose values are not among those `said`, and all `provable`.

    Number words below a hundred are left out: they count things that the lines may list without a number. A version
    such as "29.1rc1" must stand as it is in `written`, which is case folded. `said` ascends.
    """
    out: list[str] = []
    for stretch in _stretches(text):
        versions = [v for v in _VERSION.finditer(stretch) if v[0] not in written]
        out += [v[0] for v in versions]
        for figure in _STATED[stretch]:
            spelled = not any(map(str.isdigit, figure.shown))
            if spelled and max(figure.values) < 100:
                continue
            if any(_is_among(v, said) for v in figure.values) or not all(map(provable, figure.values)):
                continue
            if not any(v.start() <= figure.span[0] < v.end() for v in versions):  # those are told whole
                out.append(figure.shown)
    return tuple(dict.fromkeys(out))


def _has_number(word: str) -> bool | None:
    """Whether a number stands in what is between two blanks; None where none does and something there would end one."""
    bare = word.strip(punctuation)
    parts = [bare] if bare.isalpha() else [part for token in _TOKEN.findall(word) for part in token.split("-")]
    return any(map(is_number, parts)) or (False if GLUE.issuperset(parts) else None)


_HAS_NUMBER = Kept(_has_number, most=20_000)


def _plain_words(text: str) -> list[str]:
    """What stands between the blanks of a text, folded and with Western digits."""
    return _folded(_western(text)).split(" ")


def _with_numbers(words: Sequence[str]) -> Iterator[slice]:
    """Where stretches of words stand that begin with a number, up to a word that would end one.

    No figure, and nothing that it depends on, reaches out of its stretch.
    """
    numbers = list(map(_HAS_NUMBER.__getitem__, words))
    end = 0
    for first in [i for i, n in enumerate(numbers) if n]:
        if first >= end:
            end = first + 1
            while end < len(words) and numbers[end] is not None:
                end += 1
            yield slice(first, end)


def _stretches(text: str) -> Iterator[str]:
    """The stretches of a text that hold its numbers."""
    words = _plain_words(text)
    return (" ".join(words[where]) for where in _with_numbers(words))


def _runs(stretch: str) -> Iterator[list[Part]]:
    """Neighbouring number words and digits, as they belong together; "and" and "point" only between them."""
    run: list[Part] = []
    end = 0
    for token in (_PLAIN_TOKEN if stretch.isascii() else _TOKEN).finditer(stretch):
        parts = list(_parted(token[0], token.start()))
        if not all(is_number(p) or p in GLUE for p, _ in parts):
            parts = [(p, at) for p, at in parts if is_number(p)]
        if run and (not parts or _BREAK.search(stretch, end, token.start())):
            yield _trim(run)
            run = []
        end = token.end()
        run += [(p, at) for p, at in parts if run or p not in GLUE]
    if run:
        yield _trim(run)


def _parted(token: str, start: int) -> Iterator[Part]:
    for part in token.split("-"):
        yield part, start
        start += len(part) + 1


def _trim(run: list[Part]) -> list[Part]:
    while run and run[-1][0] in GLUE:
        run.pop()
    return run


def _folded(text: str) -> str:
    """The text case folded, one for one: the few letters that would become two stay."""
    folded = text.casefold()
    return folded if len(folded) == len(text) else "".join(f if len(f := c.casefold()) == 1 else c for c in text)


def _western(text: str) -> str:
    """The text with the decimal digits of every script as 0 to 9, one for one."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)
