"""Figures that a text says, in digits or in words, with every value that each may be read as."""

from __future__ import annotations

import bisect
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, chain
from string import punctuation

from pipeline.verification.kept import Kept

_TOKEN = re.compile(r"(\d+(?:[.,:’' \u00a0\u202f]\d+)*|[½⅓⅔¼¾⅛]|[^\W\d_]+(?:-[^\W\d_]+)*)")
_PLAIN_TOKEN = re.compile(r"(\d+(?:[.,:' ]\d+)*|[a-z]+(?:-[a-z]+)*)", re.ASCII)  # the same where all is ASCII
_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)*[a-z]{1,6}\d+\b")
_DIGITS = re.compile(r"\d+(?:[.,:’' \u00a0\u202f]\d+)*")
_SPACED = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+)[.,](\d+)")  # 1 000,5
_GROUPED = re.compile(r"\d{1,3}(?:([.,’' \u00a0\u202f])\d{3})(?:\1\d{3})*")
_ONES = {
    w: i
    for i, w in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
_TENS = {w: 10 * i for i, w in enumerate("""twenty thirty forty fifty sixty seventy eighty ninety""".split(), 2)}
_SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHARES: dict[str, tuple[float, ...]] = {
    "half": (50.0, 0.5, 2.0),
    "halves": (50.0, 0.5, 2.0),
    "quarter": (25.0, 0.25, 4.0),
    "third": (33.0, 3.0),
    "double": (2.0,),
    "doubled": (2.0,),
    "doubling": (2.0,),
    "twice": (2.0,),
    "triple": (3.0,),
    "tripled": (3.0,),
    "dozen": (12.0,),
    "couple": (2.0,),
    "pair": (2.0,),
    "both": (2.0,),
    "½": (0.5, 50.0),
    "⅓": (33.0,),
    "⅔": (66.0, 67.0),
    "¼": (0.25, 25.0),
    "¾": (0.75, 75.0),
    "⅛": (0.125, 12.5),
}
_IRREGULAR = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}
_ORDINALS = (
    _IRREGULAR
    | {f"{w}th": n for w, n in _ONES.items() if n > 3 and f"{w}th" not in ("fiveth", "eightth", "nineth", "twelveth")}
    | {f"{w[:-1]}ieth": n for w, n in _TENS.items()}
)
_WITH_PLURAL = _SCALES.keys() | _SHARES.keys() | _ORDINALS.keys()
_NUMBERS = frozenset(
    _ONES.keys() | _TENS.keys() | _WITH_PLURAL | {f"{w}s" for w in _WITH_PLURAL} | {f"{w[:-1]}ies" for w in _TENS}
)
_GLUE = {"and", "point", "a", "o", "oh"}
# Words that are seldom meant as figures: a pronoun, connectives, a unit of time.
_UNCOUNTED = {"one", "zero", "first", "second", "third", "a", "o", "oh", "and", "point", "couple", "pair", "both"}


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
            out |= _readings(tuple(part for part, _ in run))
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
                    or frozenset(_scaled(run, i) or _values(run[i])),
                    _span(placed[i]),
                )
                for i in digits
            ]
        elif any(t not in _UNCOUNTED for t in run):
            spoken = _spoken(run)
            if spoken:
                out.append(Figure(" ".join(run), frozenset(spoken), _span(*placed)))
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
) -> str | None:
    """The first figure of a text, as it shows it, whose values are not among those `said`, and all `provable`.

    Number words below a hundred are left out: they count things that the lines may list without a number. A version
    such as "29.1rc1" must stand as it is in `written`, which is case folded. `said` ascends.
    """
    stretches = list(_stretches(text))
    for version in chain.from_iterable(map(_VERSION.finditer, stretches)):
        if version[0] not in written:
            return version[0]
    for figure in chain.from_iterable(map(_STATED.__getitem__, stretches)):
        spelled = not any(map(str.isdigit, figure.shown))
        if spelled and max(figure.values) < 100:
            continue
        if not any(_is_among(v, said) for v in figure.values) and all(map(provable, figure.values)):
            return figure.shown
    return None


def _has_number(word: str) -> bool | None:
    """Whether a number stands in what is between two blanks; None where none does and something there would end one."""
    bare = word.strip(punctuation)
    parts = [bare] if bare.isalpha() else [part for token in _TOKEN.findall(word) for part in token.split("-")]
    return any(map(_is_number, parts)) or (False if _GLUE.issuperset(parts) else None)


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
        if not all(_is_number(p) or p in _GLUE for p, _ in parts):
            parts = [(p, at) for p, at in parts if _is_number(p)]
        if run and (not parts or _BREAK.search(stretch, end, token.start())):
            yield _trim(run)
            run = []
        end = token.end()
        run += [(p, at) for p, at in parts if run or p not in _GLUE]
    if run:
        yield _trim(run)


def _parted(token: str, start: int) -> Iterator[Part]:
    for part in token.split("-"):
        yield part, start
        start += len(part) + 1


def _trim(run: list[Part]) -> list[Part]:
    while run and run[-1][0] in _GLUE:
        run.pop()
    return run


def _is_number(token: str) -> bool:
    return token in _NUMBERS or bool(_DIGITS.fullmatch(token))


def _folded(text: str) -> str:
    """The text case folded, one for one: the few letters that would become two stay."""
    folded = text.casefold()
    return folded if len(folded) == len(text) else "".join(f if len(f := c.casefold()) == 1 else c for c in text)


def _western(text: str) -> str:
    """The text with the decimal digits of every script as 0 to 9, one for one."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)


@lru_cache(maxsize=8192)
def _values(token: str) -> frozenset[float]:
    """All that digits with marks between them may mean: 1,200 is 1200 or 1.2; 12:30 is 12 and 30."""
    out: set[float] = set()
    if _GROUPED.fullmatch(token):
        out.add(float(re.sub(r"\D", "", token)))
    if spaced := _SPACED.fullmatch(token):
        out.add(float(f"{re.sub(r'[^0-9]', '', spaced[1])}.{spaced[2]}"))
    if ":" in token or " " in token or "\u00a0" in token or "\u202f" in token:
        out |= {v for part in re.split(r"[: \u00a0\u202f]", token) for v in _values(part)}
    elif match := re.fullmatch(r"(\d+(?:([.,’'])\d{3})*)([.,])(\d+)", token):
        whole = re.sub(r"\D", "", match[1])
        if match[3] != match[2]:
            out.add(float(f"{whole}.{match[4]}"))
        elif not out:
            out |= {float(p) for p in re.split(r"[.,]", token)}
    elif token.isdigit():
        out.add(float(token))
    else:  # a version, a date: its parts
        out |= {float(p) for p in re.split(r"\D", token) if p}
    return frozenset(out)


def _scaled(run: Sequence[str], i: int) -> set[float]:
    """The digits at `i` times the scale words right behind them."""
    factor, out = 1.0, set()
    for place in range(i + 1, len(run)):
        scale = _SCALES.get(run[place].removesuffix("s"))
        if scale is None:
            break
        factor *= scale
        out |= {v * factor for v in _values(run[i])}
    return out


def _spoken(run: tuple[str, ...]) -> Set[float]:
    """The values that number words mean together, not each on its own."""
    every = _readings(run)
    alone = {float(_ONES[t]) for t in run if t in _ONES} | {float(_TENS[t]) for t in run if t in _TENS}
    scales = {_SCALES[t.removesuffix("s")] for t in run if t.removesuffix("s") in _SCALES}
    shares = {v for t in run for v in _SHARES.get(t, ())}
    together = every - alone - scales - shares if len(run) > 1 else every
    return together or every


@lru_cache(maxsize=8192)
def _readings(run: tuple[str, ...]) -> frozenset[float]:
    """All values of a run: each number alone, tens with ones, scaled, years, decimals, shares, ordinals."""
    out: set[float] = set()
    total = current = century = 0.0
    spelled = ""
    pending: float | None = None
    for i, token in enumerate(run):
        if run[max(0, i - 2) : i] != ("and", "a"):  # "two and a half" says no 50 %
            out |= set(_SHARES.get(token, _SHARES.get(token.removesuffix("s"), ())))
        ordinal = _ORDINALS.get(token, _ORDINALS.get(token.removesuffix("s")))
        if ordinal is not None:
            out.add(float(ordinal))
            if pending is not None and pending >= 20 and pending % 10 == 0 and ordinal < 10:
                out.add(pending + ordinal)
            continue
        numbers = _values(token) if _DIGITS.fullmatch(token) else _small(token)
        if numbers:
            out |= numbers | _scaled(run, i)
            n = min(numbers)
            if pending is not None and 10 <= pending < 100 and n >= 10 and run[i - 1] != "and":
                century = pending * 100  # "nineteen eighty four"
                out.add(century + n)
            elif century and n < 10:
                out |= {century + previous + n for previous in (pending or 0.0, 0.0)}
            else:
                century = 0.0
            spelled = f"{spelled}{n:.0f}" if n < 10 else ""
            if len(spelled) > 1:
                out.add(float(spelled))
            if pending is not None and pending >= 20 and pending % 10 == 0 and n < 10:
                current += n
                out |= {pending + n, current}
            else:
                current = (current if current >= 100 and n < 100 else 0.0) + n
                out.add(current)
            pending = n
        elif (scale := _SCALES.get(token.removesuffix("s"))) is not None:
            current = (current or 1.0) * scale
            out |= {current, total + current}
            if scale >= 1000:
                total, current = total + current, 0.0
            pending = None
        elif token == "point":
            spelled = ""
    return frozenset(out | _decimals(run) | ({total + current} if total + current else set()))


def _small(token: str) -> frozenset[float]:
    value = _ONES.get(token, _TENS.get(token))
    if value is None and token.endswith("ies"):
        value = _TENS.get(f"{token[:-3]}y")
    return frozenset() if value is None else frozenset({float(value)})


def _decimals(run: Sequence[str]) -> set[float]:
    """ "two point three million" and "two and a half million"."""
    out: set[float] = set()
    joined = " ".join(run)
    scales = [1.0, *(s for name, s in _SCALES.items() if name in joined)]
    for match in re.finditer(r"(\w+) point ((?:\w+ ?){1,4})", joined):
        part = "".join(str(_ONES[w]) if w in _ONES else w for w in match[2].split() if w in _ONES or w.isdecimal())
        if (whole := _whole(match[1])) and part:
            out |= {float(f"{whole}.{part}") * s for s in scales}
    for match in re.finditer(r"(\w+) and a (half|quarter)", joined):
        if whole := _whole(match[1]):
            out |= {(float(whole) + (0.5 if match[2] == "half" else 0.25)) * s for s in scales}
    return out


def _whole(word: str) -> str | None:
    """A number word below a hundred, or digits of any length, as digits."""
    return word if word.isdecimal() else str(small) if (small := _ONES.get(word, _TENS.get(word))) is not None else None
