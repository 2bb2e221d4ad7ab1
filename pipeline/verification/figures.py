"""Find the figures in a text, written in digits or in words, with every value that each may stand for."""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate
from string import punctuation

from pipeline.text import FULL_STOPS, WIDE_END
from pipeline.verification.cache import Cache
from pipeline.verification.compounds import parts_of
from pipeline.verification.number_idioms import roundabout_figures
from pipeline.verification.number_phrases import times_in
from pipeline.verification.number_tables import (
    ONES,
    ORDINALS,
    PARTS,
    RANGE,
    RATIO,
    SCALES,
    SHORT_SCALES,
    SIGNS,
    SPOKEN_SHORT,
    TENS,
    TIMES,
)
from pipeline.verification.number_tokens import is_number, values_of
from pipeline.verification.number_words import (
    GLUE,
    REACH,
    UNCOUNTED,
    amount_and_scale,
    at_scale_of,
    is_part,
    readings,
    scaled,
    scales_after,
    single_number,
    together_in,
    with_fraction,
)
from pipeline.verification.plain_words import folded, plain_words
from pipeline.verification.surroundings import (
    is_share,
    may_be_month,
    next_round,
    sure_scales,
    years_end,
    years_of_decade,
)
from pipeline.verification.times_and_dates import REST, Meaning, Moment

_TOKEN = re.compile(rf"(\d+{REST}|[½⅓⅔¼¾⅛]|[^\W\d_]+(?:-[^\W\d_]+)*)")
_PLAIN_TOKEN = re.compile(rf"(\d+{REST}|[a-z]+(?:-[a-z]+)*)", re.ASCII)  # the same for ASCII text
_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)*[a-z]{1,6}\d+\b")
_BREAK = re.compile(r"[.;!?()]")
# Words between two numbers of a range, a choice or a ratio, in the languages whose number words are read.
_OF_A_RANGE = frozenset("to or and bis oder und à a ou et o y e tot of en".split())
_OF_A_RATIO = frozenset("in of out".split())
_BETWEEN = GLUE | _OF_A_RANGE | _OF_A_RATIO | SPOKEN_SHORT
_OF_TIMES = frozenset("an the this that each every past after before til till".split())
_DEPENDED_ON = _BETWEEN | _OF_TIMES | {*TIMES, *(f"{unit}s" for unit in TIMES)}  # words that can change a figure
_JOINT = re.compile(r"[\s,–—/-]*(\w+)[\s,]+(?:(?:of|a)\s+)?")
_AND_MORE = re.compile(r"\+|-odd\b|[多余餘]")  # "350+", "350-odd", "350多"
_DASH = re.compile(r"\s?[–—/-]\s?")
_DIGIT = rf"(?:\d+|oh?|{'|'.join((*ONES, *TENS))})\b"
_BARE_POINT = re.compile(rf"(?<![\w.])(?:point\s+|\.(?=\d))({_DIGIT}(?:\s+{_DIGIT}){{0,8}})")  # "point oh two", ".5"
_SHORT_YEAR = re.compile(r"(?<!\w)(?:['’](\d\d)(?!\d)|['’]?(\d0)(?=['’]?s\b))")  # "'84", "the 80s"
_SENTENCE_END = re.compile(rf"[.!?;؟{FULL_STOPS}]\s+|{WIDE_END}|\n")
_LARGE_SCALES = (*(scale for scale, n in SCALES.items() if n >= 1000), "grand")
_LARGE_SCALE = re.compile(rf"\b(?:{'|'.join(_LARGE_SCALES)})")
_SHORT_SCALE = re.compile(rf"\d ?(?:{'|'.join(SHORT_SCALES)})\b")
_UNIT_SIGN = re.compile(r"\w|\s?[%‰°]")  # right after a figure: "12th", "12 %"
_NEARBY = 80  # characters: numbers this close together may share a scale
_UNLIKE = 10  # numbers this many times apart share no scale: "40 people in two million years"
_SAID_IN_OTHER_WORDS = frozenset({0.0, 1.0})
_LEAST_IN_WORDS = 100  # smaller number words may count what the lines only list
Part = tuple[str, int]  # of a run: a number word or digits, and the position where it begins
Chain = list[tuple[str, list[Part]]]  # runs that belong together, each with the joint before it


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it appears in a text, and the values that it may stand for.

    `shown` has Western digits in lower case, with their scale: "40bn". `span` is the start and end in the text, without
    the scale. "350+" and "350多" stand for any number from 350 up to, but not including, `below`; for all other figures
    `below` is 0. `moment` holds the numbers of a time, date, ratio or version, all of which must be said. A figure is
    unsaid only if that is provable for each of its `meanings`.
    """

    shown: str
    values: frozenset[float]
    span: tuple[int, int]
    below: float = 0.0
    moment: Moment | None = None
    meanings: tuple[Meaning, ...] = ("amount",)

    def is_unsaid(self, spoken: Sequence[float], provable: Callable[[float, Meaning], bool]) -> bool:
        """Whether no value, or none of some part of a moment, is in `spoken` (in ascending order), provably.

        Zero and one never are: they may be said as "none" and "a".
        """
        if self.values <= _SAID_IN_OTHER_WORDS:
            return False
        if not self.moment:
            return not self._is_among(spoken) and all(
                provable(value, m) for value in self.values for m in self.meanings
            )
        if _any_among(self.moment.joined, spoken):
            return False
        return any(
            not _any_among(values, spoken) and all(provable(value, meaning) for value in values)
            for meaning, values in self.moment.components
        )

    def _is_among(self, spoken: Sequence[float]) -> bool:
        if _any_among(self.values, spoken):
            return True
        at = bisect.bisect_left(spoken, min(self.values))
        return at < len(spoken) and spoken[at] < self.below


def same(a: float, b: float) -> bool:
    """Whether two values are equal except for rounding."""
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def figures(text: str) -> frozenset[float]:
    """Every number that a text may state, also in a roundabout way."""
    return direct_figures(text).union(roundabout_figures(text))


def direct_figures(text: str) -> frozenset[float]:
    """Every number that a text may state, in all readings that ranges, scales, years and decimal marks allow."""
    out: set[float] = set()
    for stretch in set(_stretches(text)):  # most recur in a recording
        for chain in _chains(stretch):
            out |= readings(tuple(_words_of_chain(stretch, chain)))
        for digits in _BARE_POINT.findall(stretch):
            out |= readings(("zero", "point", *digits.split()))
        for year, decade in _SHORT_YEAR.findall(stretch):
            out |= {float(century + int(year or decade)) for century in (1900, 2000)}
        out.update(times_in(stretch))
    folded_text = folded(text)
    sentences = set(_SENTENCE_END.split(folded_text)) if _has_large_scale(folded_text) else set()
    for sentence in filter(_has_large_scale, sentences):
        out.update(_at_shared_scales(sentence))
    return frozenset(out)


def _has_large_scale(text: str) -> bool:
    """Whether a case-folded text has a scale of a thousand or more. Few have, so plain substrings are tried first."""
    in_words = any(map(text.__contains__, _LARGE_SCALES)) and _LARGE_SCALE.search(text)
    return bool(in_words or _SHORT_SCALE.search(text))


def _at_shared_scales(sentence: str) -> Iterator[float]:
    """Bare numbers at the scale of a number nearby: 45 million in "40 million in May and 45 in June"."""
    amounts: list[tuple[int, float, float]] = []
    bare: list[tuple[int, float]] = []
    words = plain_words(sentence)
    starts = list(accumulate(map(len, words), initial=0))
    for where in _with_numbers(words):
        start = starts[where.start] + where.start
        stretch = " ".join(words[where]).replace(", ", "; ")  # a comma separates amounts
        for run in _runs(stretch):
            words_of_run = tuple(word for word, _ in run)
            amount, scale = amount_and_scale(words_of_run)
            if scale:
                amounts.append((start + run[0][1], amount, scale))
            elif (number := single_number(words_of_run)) and not _UNIT_SIGN.match(stretch, _span(*run)[1]):
                bare.append((start + run[0][1], number))
    for place, amount, scale in amounts:
        first = bisect.bisect_left(bare, (place - _NEARBY, 0.0))
        last = bisect.bisect_left(bare, (place + _NEARBY + 1, 0.0))
        near = (number * scale for _, number in bare[first:last])
        yield from (value for value in near if amount / _UNLIKE < value < amount * _UNLIKE)


def _words_of_chain(stretch: str, chain: Chain) -> Iterator[str]:
    """The words of a chain, including those that join its runs; a dash between digits is read as "to".

    An ordinal that is no share becomes digits, "3th" for "third"; a half or quarter that is none is left out.
    """
    for joint, run in chain:
        if joint:
            yield joint
        end, before = None, ""
        for part, start in run:
            if end is not None and part[0].isdecimal() and _DASH.fullmatch(stretch, end, start):
                yield RANGE
            if (part in ORDINALS or part in PARTS) and not is_share(stretch, part, start, before):
                yield from [f"{ORDINALS[part]}th"] if part in ORDINALS else []
            else:
                yield part
            end, before = start + len(part), part


def claims(text: str) -> list[Figure]:
    """The figures that a text states, one by one: all digits, and number words except those seldom meant as figures."""
    words = plain_words(text)
    starts = list(accumulate(map(len, words), initial=0))
    out: list[Figure] = []
    for where in _with_numbers(words):
        start = starts[where.start] + where.start
        figures_of_stretch = _CLAIMS[" ".join(words[where])]
        out += [replace(f, span=(f.span[0] + start, f.span[1] + start)) for f in figures_of_stretch]
    return out


def _claims_in_stretch(stretch: str) -> tuple[Figure, ...]:
    """The claims in one stretch, with spans relative to its start."""
    out: list[Figure] = []
    for chain in _chains(stretch):
        for place, (_, run) in enumerate(chain):
            following = chain[place + 1 : place + 2]
            upper = tuple(part for joint, upper_run in following if joint == RANGE for part, _ in upper_run)
            out += _claims_in_run(stretch, run, upper)
    return tuple(out)


def _claims_in_run(stretch: str, run: list[Part], upper: tuple[str, ...]) -> Iterator[Figure]:
    """The claims in a run; `upper` holds the words of the range's upper end, if the run is its lower end."""
    words = tuple(word for word, _ in run)
    digits = [i for i, word in enumerate(words) if word[0].isdecimal()]
    for i in digits:
        values = years_end(stretch, run[i]) or years_of_decade(stretch, run[i])
        (start, end), last = _span(run[i]), i
        mixed = words[i + 1 : i + 2] and words[i + 1] in SIGNS and words[i].strip("0")  # "3½"
        if mixed and not stretch[end : run[i + 1][1]].strip():
            end, last = run[i + 1][1] + 1, i + 1
            values = frozenset(with_fraction(words, i))
        scales = run[last + 1 : last + 1 + len(scales_after(words, last))]
        shown = stretch[start : _span(*scales)[1] if scales else end]
        values = values or frozenset(scaled(words, i, sure_scales(stretch, start, end)) or values_of(words[i]))
        below = next_round(max(values)) if _AND_MORE.match(stretch, end) else 0.0
        following = words[i + 1 : i + 1 + REACH] or upper
        values |= at_scale_of(following, values)
        parts = None if below else parts_of(words[i], values)
        meanings: tuple[Meaning, ...] = ("amount", "month") if may_be_month(stretch, start) else ("amount",)
        yield Figure(shown, values, (start, end), below, parts, meanings)
    if not digits and any(word not in UNCOUNTED for word in words) and (together := together_in(words)):
        if max(together) >= _LEAST_IN_WORDS:
            together |= at_scale_of(upper, together)
        yield Figure(" ".join(words), frozenset(together), _span(*run))


_CLAIMS = Cache(_claims_in_stretch, most=8192)


def _span(*parts: Part) -> tuple[int, int]:
    """Start and end of neighbouring parts."""
    (_, start), (last, at) = parts[0], parts[-1]
    return start, at + len(last)


def _any_among(values: Set[float], spoken: Sequence[float]) -> bool:
    return any(_is_among(value, spoken) for value in values)


def _is_among(value: float, spoken: Sequence[float]) -> bool:
    """Whether a value is in `spoken` (in ascending order), except for rounding."""
    at = bisect.bisect_left(spoken, value)
    nearest = spoken[max(0, at - 1) : at + 1]
    return value in nearest or any(same(value, other) for other in nearest)


def unsaid_figures(
    text: str,
    spoken: Sequence[float],
    recording_text: str,
    provable: Callable[[float, Meaning], bool] = lambda value, meaning: True,
) -> tuple[str, ...]:
    """The figures of a text, as written, of which no value is in `spoken` and every value is `provable`.

    All numbers of a time, date, ratio or version must be said: both of 9:45 and of 3:8.
    Number words below a hundred are ignored: they may count things that the lines only list. A version such as
    "29.1rc1" must occur literally in `recording_text`, which is case-folded. `spoken` is in ascending order.
    """
    out: list[str] = []
    for stretch in _stretches(text):
        versions = [v for v in _VERSION.finditer(stretch) if v[0] not in recording_text]
        out += [v[0] for v in versions]
        for figure in _CLAIMS[stretch]:
            spelled = not any(map(str.isdigit, figure.shown))
            if spelled and max(figure.values) < _LEAST_IN_WORDS:
                continue
            if not figure.is_unsaid(spoken, provable):
                continue
            if not any(v.start() <= figure.span[0] < v.end() for v in versions):  # a version is reported as a whole
                out.append(figure.shown)
    return tuple(dict.fromkeys(out))


def _has_number(word: str) -> bool | None:
    """Whether a word contains a number: True; False if not, but it can change the value of one; None if neither."""
    bare = word.strip(punctuation)
    parts = [bare] if bare.isalpha() else [part for token in _TOKEN.findall(word) for part in token.split("-")]
    return any(map(is_number, parts)) or (False if _DEPENDED_ON.issuperset(parts) else None)


_HAS_NUMBER = Cache(_has_number, most=20_000)


def _with_numbers(words: Sequence[str]) -> Iterator[slice]:
    """Slices of the words around numbers, each extended up to the nearest words that cannot affect a number.

    No figure, and nothing that it depends on, extends beyond its slice.
    """
    numbers = list(map(_HAS_NUMBER.__getitem__, words))
    end = 0
    for at in [i for i, n in enumerate(numbers) if n]:
        if at >= end:
            first, end = at, at + 1
            while first and numbers[first - 1] is not None:
                first -= 1
            while end < len(words) and numbers[end] is not None:
                end += 1
            yield slice(first, end)


def _stretches(text: str) -> Iterator[str]:
    """The stretches of a text that contain its numbers."""
    words = plain_words(text)
    return (" ".join(words[where]) for where in _with_numbers(words))


def _chains(stretch: str) -> list[Chain]:
    """The runs of a stretch; runs joined by a word such as "to" are in one chain."""
    out: list[Chain] = []
    end = 0
    for run in _runs(stretch):
        joint = _joint(stretch[end : run[0][1]]) if out else ""
        if joint:
            out[-1].append((joint, run))
        else:
            out.append([("", run)])
        end = _span(*run)[1]
    return out


def _joint(text: str) -> str:
    """How the text between two runs joins them: RANGE, RATIO, or "" if it does not."""
    match = _JOINT.fullmatch(text)
    word = match[1] if match else ""
    return RANGE if word in _OF_A_RANGE else RATIO if word in _OF_A_RATIO else ""


def _runs(stretch: str) -> Iterator[list[Part]]:
    """Consecutive number words and digits that belong together; "and" and "point" only between them."""
    run: list[Part] = []
    end = 0
    for token in (_PLAIN_TOKEN if stretch.isascii() else _TOKEN).finditer(stretch):
        if not run and token[0].isalpha() and not is_number(token[0]):  # most words: nothing begins with them
            continue
        parts = list(_split_at_hyphens(token[0], token.start()))
        if not (_is_short_scale(token, run, end) or all(is_number(p) or _is_glue(p, run) for p, _ in parts)):
            parts = [(p, at) for p, at in parts if is_number(p)]
        if run and (not parts or _BREAK.search(stretch, end, token.start())):
            yield _trim(run)
            run = []
        end = token.end()
        run += [(p, at) for p, at in parts if run or p not in _BETWEEN]
    if run:
        yield _trim(run)


def _is_glue(part: str, run: list[Part]) -> bool:
    """Whether a word continues a run; "of" does so only after a share, as in "a quarter of a million"."""
    return part in GLUE and (part != "of" or bool(run and is_part(run[-1][0])))


def _is_short_scale(token: re.Match[str], run: list[Part], end: int) -> bool:
    """Whether a token after a run that ends at `end` is a short scale: "5k", "$2m", "thirty k"."""
    return bool(run) and (token[0] in SPOKEN_SHORT or (token[0] in SHORT_SCALES and token.start() == end))


def _split_at_hyphens(token: str, start: int) -> Iterator[Part]:
    for part in [token] if token[0].isdecimal() else token.split("-"):
        yield part, start
        start += len(part) + 1


def _trim(run: list[Part]) -> list[Part]:
    while run and run[-1][0] in GLUE:
        run.pop()
    return run
