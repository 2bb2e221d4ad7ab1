"""Convert figures of other languages to English ones: number words, Chinese numerals, scales, full-width marks.

The result is read by `figures`, which knows digits, English number words and English scales.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import lru_cache
from typing import Final

from text_to_num import alpha2digit

from pipeline.language import primary
from pipeline.verification.scales import fractions_and_decimals, scale_word, with_added_scales, with_scales_of_money
from pipeline.verification.times_and_dates import Meaning, hours_by_twelve, with_plain_times

SPELLED: Final = frozenset({"de", "es", "fr", "it", "nl", "pt"})  # languages of text2num, besides English
_MARKS = str.maketrans("٫٬．，：", ".,.,:")
_DIGIT_MARK = re.compile(r"(?<=\d)[٫٬．，：](?=\d)")
_SCALED = re.compile(r"(?<=\d)(?:[ \u00a0\u202f]?[^\W\d_]+)(?:[ \u00a0\u202f][^\W\d_]+)?")

_LANGUAGES_READ = SPELLED | {"", "en", "zh", "ja"}  # languages most of whose number words are read
_SHARES = frozenset({2, 3, 4, 5, 6, 10, 12, 15, 20, 24, 25, 30, 33, 36, 40, 50, 60, 66, 67, 70, 75, 80, 90, 100, 1000})
_PARTS_OF_HOURS = frozenset({15 * n for n in range(1, 24) if n % 4})  # in minutes: "zweieinhalb Stunden"
_NOON_OR_MIDNIGHT = frozenset({0, 12, 24})
_ELIDED = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")  # "l'undici settembre"
_TRUNCATED = re.compile(r"(?<=[^\W\d_])-(?=\s)")  # "drei- bis vierhundert"
_GERMAN_DECADE = re.compile(r"(?<=zig|ßig)er[ns]?\b", re.IGNORECASE)  # "Achtziger"

# "12.2." is a date in languages whose decimals have no point. Spanish has some, and a sentence may end after one.
_SHORT_DATE = re.compile(r"(?<![\w.,])(0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?!\w)")
_WITH_SHORT_DATES: Final = SPELLED - {"es"}

_BEFORE_MORE = re.compile(r"(?<=\d) (?=[多余餘])")
_HAN_DIGITS = {c: n for n, row in enumerate(("〇零", "一壱", "二两兩弐", *"三四五六七八九")) for c in row}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "십": 10, "백": 100, "천": 1000}
_HAN_TWENTIES = {"廿": 20, "卅": 30}
_HAN_SCALES = {"万": 10**4, "萬": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8, "兆": 10**12, "조": 10**12}
_HAN = "".join((*_HAN_DIGITS, *"十百千拾", *_HAN_TWENTIES, "万萬亿億兆"))
_HAN_POINT = "点點・"
_GROUPS = r"\d{1,3}(?:,\d{3})+(?!\d)"  # of thousands: "5,000"
_MIXED = rf"(?:{_GROUPS}|\d+)(?:\.\d+)?"
# "3億5,000万"; in Korean with spaces, "3억 5,000만"
_NUMERAL = re.compile(
    rf"(?:(?=\d)(?<!\d)(?<!\d,){_MIXED}[ ]?[十百千万萬亿億兆십백천만억조]"
    rf"(?:(?<=[만억조])[ ](?=\d)|{_GROUPS}|[\d{_HAN}십백천만억조])*)"
    rf"|[{_HAN}]+(?:(?:[{_HAN_POINT}]|てん|コンマ)[{_HAN}]+)?"
)
_HAN_FRACTION = re.compile(rf"((?<!\d)\d+|(?<![{_HAN}])[{_HAN}]+)分[之の](\d+|[{_HAN}]+)")  # "三分之二" is two thirds
_HAN_POINT_OR_WORD = re.compile(rf"[{_HAN_POINT}]|てん|コンマ")
_SCALED_DECIMALS = re.compile(rf"[{''.join(_HAN_DIGITS)}]+([百千万萬亿億兆]+)")  # after a point: "五万" in "三点五万"
# A last digit that counts the next smaller power: "一万二" is 12,000.
_COLLOQUIAL = re.compile(rf"(?<=[百千万萬亿億])[{''.join(_HAN_DIGITS)[2:]}]$")


def recording_in_digits(text: str, language: str | None) -> str:
    """The text of a recording with its figures in digits, in any script or in words, including unlikely readings."""
    out = _with_english_marks_and_scales(text, language)
    if (with_days := _with_days(out, language)) != out:
        out = f"{out}\n{with_days}"
    if primary(language) in SPELLED:
        plain = _GERMAN_DECADE.sub("", _TRUNCATED.sub("", _ELIDED.sub("' ", text)))
        digits = alpha2digit(plain, primary(language), threshold=0)
        out = f"{out}\n{_with_english_scales(digits, primary(language))}\n{fractions_and_decimals(digits)}"
    if not out.isascii() and re.search(f"[{_HAN}]", out):
        shares = (f"{_value(m[2])} in {_value(m[1])}" for m in _HAN_FRACTION.finditer(out))
        out = f"{out}\n{' ; '.join(shares)}\n{_NUMERAL.sub(lambda m: f' {_readings(m[0])} ', out)}"
    return out if primary(language) in ("", "en") else "; ".join((out, *hours_by_twelve(with_plain_times(out))))


def with_english_figures(text: str, language: str | None) -> str:
    """The text of a statement with its digits as English writes them; number words are left unchanged.

    A short date is reduced to its day, since the recording may give the month by name.
    """
    return _with_days(_with_english_marks_and_scales(text, language), language)


def _with_english_marks_and_scales(text: str, language: str | None) -> str:
    code = primary(language)
    if text.isascii() and code in ("", "en"):
        return text
    out = plain_marks(text)
    if code not in ("", "en"):
        out = with_added_scales(with_plain_times(out))
    out = _NUMERAL.sub(lambda m: f" {_value(m[0])} " if re.match(r"\d", m[0]) else m[0], out)
    out = _BEFORE_MORE.sub("", out)
    return out if code in ("", "en", "zh", "ja") else with_scales_of_money(_with_english_scales(out, code))


def _with_english_scales(text: str, language: str) -> str:
    return _SCALED.sub(lambda m: _english_scale(m, language), text)


def _with_days(text: str, language: str | None) -> str:
    """The text with each short date reduced to its day: "12." for "12.2."."""
    return _SHORT_DATE.sub(r"\1.", text) if primary(language) in _WITH_SHORT_DATES else text


def joined_by_scale(between: str) -> bool:
    """Whether the text between two figures makes them one: the scale in "3億5,000"."""
    return bool(between.strip()) and all(c in _HAN_TENS or c in _HAN_SCALES for c in between.strip())


def plain_marks(text: str) -> str:
    """The text with English marks inside figures, length unchanged: "٢.٣" for "٢٫٣"."""
    return _DIGIT_MARK.sub(lambda m: m[0].translate(_MARKS), text)


def _english_scale(match: re.Match[str], language: str) -> str:
    out, word = "", ""
    for word in match[0].split():
        if not (scale := scale_word(word, language)):
            break
        out += f" {scale}"
    else:
        return out
    return out + (" " if out or match[0][0].isspace() else "") + match[0][match[0].index(word) :]


def provable(value: float, meaning: Meaning, language: str | None, otherwise: Mapping[Meaning, Set[float]]) -> bool:
    """Whether a number that was not found in the recording is proved to be unsaid there.

    It is not if the recording may say it in words that are not read here. English number words are all read, though
    not every way of combining them, so a number that is not found there counts as unsaid. In languages
    without number words here, such as Russian or Korean, nothing is provable. In the others, shares and multiples ("die
    Hälfte", "四成", "une douzaine"), halves of a scale ("anderthalb Millionen"), quarters of hours in minutes and
    decades ("les années quatre-vingt") are not. Nor are noon and midnight, and the numbers that the recording may say
    `otherwise`: months by name, minutes as in "Viertel vor neun".
    """
    code = primary(language)
    if code not in _LANGUAGES_READ or (meaning == "hour" and value in _NOON_OR_MIDNIGHT):
        return False
    if meaning != "amount" or code in ("", "en"):
        return value not in otherwise.get(meaning, ())
    if value in _SHARES or value in _PARTS_OF_HOURS:
        return False
    decade = value % 10 == 0 and 1900 <= value < 2030
    return not decade and not any(_quartered(value / scale) for scale in (1, 1e3, 1e6, 1e9, 1e12))


def _quartered(value: float) -> bool:
    """Whether a number is a whole plus quarters: 0.5, 2.75."""
    return not value.is_integer() and (4 * value).is_integer()


@lru_cache(maxsize=8192)
def _readings(numeral: str) -> str:
    """All values of a Chinese numeral, separated by semicolons.

    "二・七" is 2.7, or two numbers, like the time "三点二十"; "一万二" is 10,002, or 12,000 in speech.
    """
    whole, *part = _HAN_POINT_OR_WORD.split(numeral)
    out = [_value(numeral), *map(_value, (whole, *part) if part else ())]
    if last := _COLLOQUIAL.search(numeral):
        before = numeral[: last.start()]
        power = (_HAN_TENS | _HAN_SCALES)[before[-1]]
        out.append(_written(float(_value(before)) + _HAN_DIGITS[last[0]] * power / 10))
    return " ; ".join(out)


@lru_cache(maxsize=8192)
def _value(numeral: str) -> str:
    """The value of a Chinese numeral: "三百二十万" is "3200000", "二〇二四" "2024", "3.5万" and "三点五万" "35000"."""
    whole, *part = _HAN_POINT_OR_WORD.split(numeral)
    if part:
        decimal = f"{_value(whole)}.{''.join(str(_HAN_DIGITS.get(c, '')) for c in part[0])}"
        scaled = _SCALED_DECIMALS.fullmatch(part[0])
        return _value(f"{decimal}{scaled[1]}") if scaled else decimal
    if len(whole) > 1 and all(c in _HAN_DIGITS for c in whole):
        return "".join(str(_HAN_DIGITS[c]) for c in whole)
    total = section = number = 0.0
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|\S", whole):
        if token[0].isdigit():
            number = float(token.replace(",", ""))
        elif token in _HAN_DIGITS:
            number = _HAN_DIGITS[token]
        elif token in _HAN_TWENTIES:
            section += _HAN_TWENTIES[token]
        elif token in _HAN_TENS:
            section += (number or 1) * _HAN_TENS[token]
            number = 0
        else:
            scale = _HAN_SCALES[token]
            below = total % scale  # "万" in "两万亿": ten thousand times a hundred million
            total += ((below + section + number) or 1) * scale - below
            section = number = 0
    return _written(total + section + number)


def _written(value: float) -> str:
    return f"{value:.10g}" if value < 1e10 else f"{value:.0f}"
