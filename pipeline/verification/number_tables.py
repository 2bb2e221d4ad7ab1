"""The English words that make up numbers, and their values."""

from __future__ import annotations

from typing import Final

ONES: Final = {
    w: i
    for i, w in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
} | dict.fromkeys(("nought", "naught", "nil"), 0)
TENS: Final = {w: 10 * i for i, w in enumerate("""twenty thirty forty fifty sixty seventy eighty ninety""".split(), 2)}
SCALES: Final = {
    "dozen": 12.0,
    "hundred": 100.0,
    "thousand": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "crore": 1e7,
    "billion": 1e9,
    "trillion": 1e12,
}
# Scales that only follow a number. Some are as often other units: "5 m" are metres, "5 mn" French minutes.
SHORT_SCALES: Final = {"k": 1e3, "grand": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12, "tn": 1e12}
SPOKEN_SHORT: Final = frozenset({"k", "grand", "bn"})  # the others directly follow digits: "$2m"
SURE_SHORT: Final = frozenset({"k", "bn"})  # no other units directly after digits
RANGE: Final = "to"  # joint between two numbers of a range or a choice: "to", "or", a dash
RATIO: Final = "in"  # joint of a ratio: "three in four", "three out of four"
# Values that a word for a share may stand for: a percentage, a fraction, a count, the whole in "1 in 4".
SHARES: Final[dict[str, tuple[float, ...]]] = {
    "half": (50.0, 0.5, 2.0),
    "quarter": (25.0, 0.25, 4.0),
    "double": (2.0,),
    "doubled": (2.0,),
    "doubling": (2.0,),
    "twice": (2.0,),
    "triple": (3.0,),
    "tripled": (3.0,),
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
TIMES: Final = {"minute": 60, "hour": 60, "day": 24, "year": 12}  # how many of the next smaller unit each has
SIGNS: Final = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅛": 1 / 8}
MULTIPLES: Final = {"couple": 2.0, "pair": 2.0}  # multiples of a scale: "a couple of hundred"
_IRREGULAR: Final = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}
ORDINALS: Final = (
    _IRREGULAR
    | {f"{w}th": n for w, n in ONES.items() if n > 3 and f"{w}th" not in ("fiveth", "eightth", "nineth", "twelveth")}
    | {f"{w[:-1]}ieth": n for w, n in TENS.items()}
)
PARTS: Final = {"half": 2, "halve": 2, "quarter": 4} | {word: n for word, n in ORDINALS.items() if n > 2}
DECADES: Final = {f"{w[:-1]}ies": n for w, n in TENS.items()}
POINT: Final = frozenset({"point", "dot"})  # before decimals, or the next number of a version
OH: Final = frozenset({"o", "oh"})  # zero among digits
_WITH_PLURAL: Final = SCALES.keys() | SHARES.keys() | ORDINALS.keys() | PARTS.keys()
NUMBERS: Final = frozenset(
    ONES.keys()
    | TENS.keys()
    | DECADES.keys()
    | _WITH_PLURAL
    | {f"{w}s" for w in _WITH_PLURAL}
    | {f"{w}fold" for w in (*ONES, *TENS, *SCALES)}
    | {f"{w}th{s}" for w in SCALES for s in ("", "s")}
) - {"halve"}
