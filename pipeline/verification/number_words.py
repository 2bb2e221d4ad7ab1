"""What digits, English number words and both together may mean: all values that a run of them can be read as."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache

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
_BELOW_HUNDRED = _ONES | _TENS
_ONE_WORD = re.compile(rf"\b(?:{'|'.join(_BELOW_HUNDRED)})\b")
_TWO_WORDS = re.compile(rf"\b({'|'.join(_TENS)})[- ]({'|'.join(list(_ONES)[1:10])})\b")
_HUNDRED_AND = re.compile(r"\b([1-9])[- ]hundred(?: and)? (\d{1,2})\b")
_ROUND = re.compile(r"\b(\d{1,2})[- ](hundred|thousand)\b")
_OH = re.compile(r"(?<=\d )oh?(?= \d)")
_POINT = re.compile(r"(?<=\d) point (?=\d)")
GLUE = {"and", "point", "a", "o", "oh"}
# Words that are seldom meant as figures: a pronoun, connectives, a unit of time.
UNCOUNTED = {"one", "zero", "first", "second", "third", "a", "o", "oh", "and", "point", "couple", "pair", "both"}


def is_number(token: str) -> bool:
    """Whether a word, or digits with marks between them, stands for a number."""
    return token in _NUMBERS or bool(_DIGITS.fullmatch(token))


@lru_cache(maxsize=8192)
def values_of(token: str) -> frozenset[float]:
    """All that digits with marks between them may mean: 1,200 is 1200 or 1.2, 1,000 is 1000; 12:30 is 12 and 30."""
    out: set[float] = set()
    if _GROUPED.fullmatch(token):
        out.add(float(re.sub(r"\D", "", token)))
    if spaced := _SPACED.fullmatch(token):
        out.add(float(f"{re.sub(r'[^0-9]', '', spaced[1])}.{spaced[2]}"))
    if ":" in token or " " in token or "\u00a0" in token or "\u202f" in token:
        out |= {v for part in re.split(r"[: \u00a0\u202f]", token) for v in values_of(part)}
    elif match := re.fullmatch(r"(\d+(?:([.,’'])\d{3})*)([.,])(\d+)", token):
        whole = re.sub(r"\D", "", match[1])
        if match[3] != match[2] and (not out or match[4].strip("0")):
            out.add(float(f"{whole}.{match[4]}"))
        elif not out:
            out |= {float(p) for p in re.split(r"[.,]", token)}
    elif token.isdigit():
        out.add(float(token))
    else:  # a version, a date: its parts
        out |= {float(p) for p in re.split(r"\D", token) if p}
    return frozenset(out)


def in_digits(text: str) -> str:
    """A text of small letters with number words as digits: up to ninety-nine, hundreds, round thousands, versions."""
    out = _TWO_WORDS.sub(lambda m: str(_TENS[m[1]] + _ONES[m[2]]), text)
    out = _ONE_WORD.sub(lambda m: str(_BELOW_HUNDRED[m[0]]), out)
    out = _HUNDRED_AND.sub(lambda m: f"{m[1]}{m[2]:0>2}", out)
    out = _ROUND.sub(lambda m: m[1] + ("00" if m[2] == "hundred" else "000"), out)
    return _POINT.sub(".", _OH.sub("0", out))


def scaled(run: Sequence[str], i: int) -> set[float]:
    """The digits at `i` times the scale words right behind them."""
    factor, out = 1.0, set()
    for place in range(i + 1, len(run)):
        scale = _SCALES.get(run[place].removesuffix("s"))
        if scale is None:
            break
        factor *= scale
        out |= {v * factor for v in values_of(run[i])}
    return out


def together_in(run: tuple[str, ...]) -> Set[float]:
    """The values that number words mean together, not each on its own."""
    every = readings(run)
    alone = {float(_ONES[t]) for t in run if t in _ONES} | {float(_TENS[t]) for t in run if t in _TENS}
    scales = {_SCALES[t.removesuffix("s")] for t in run if t.removesuffix("s") in _SCALES}
    shares = {v for t in run for v in _SHARES.get(t, ())}
    together = every - alone - scales - shares if len(run) > 1 else every
    return together or every


@lru_cache(maxsize=8192)
def readings(run: tuple[str, ...]) -> frozenset[float]:
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
        numbers = values_of(token) if _DIGITS.fullmatch(token) else _small(token)
        if numbers:
            out |= numbers | scaled(run, i)
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
