"""Small, pure text helpers shared by the layers above: cleaning, words, likeness, slugs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Controls, bidirectional overrides and zero-width marks can hide or reorder what a reader sees.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")
_READ_ALOUD = re.compile(r"(?<=\w) underscore (?=\w)", re.IGNORECASE)
_ASKED = re.compile(r"^[QA] ?[-–—:] (?=\w)")
_TAG = re.compile(r"(?:, (?:for example|you know|so|and))?, (?:right|okay|ok|you know|yeah)(?=[.!?]?$)", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_PREFIX = 5  # letters after which two forms of a word count as the same

STOPWORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each even few for from further get gets go
    goes going got had has have having he her here hers him his how i if in into is it its itself just like
    lot made make makes many may me might more most much must my no nor not now of off on once one only or
    other our out over own per put quite rather really said same say says she should so some such than that
    the their them then there these they thing things this those through to too under until up us use used
    uses using very was we well were what when where which while who whom why will with would you your yours""".split()
)


def clean(text: str) -> str:
    """One line of visible text: controls and lone surrogates gone, white space folded."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", text))).strip()


def tidied(text: str) -> str:
    """A model's text as one line without the marks of code and stress, and without what only speech has.

    A tag at the end goes (", right."), as does the "A - " of an answer in front, and an underscore read aloud is one
    again ("lru underscore cache").
    """
    plain = _READ_ALOUD.sub("_", clean(text).replace("`", "").replace("**", ""))
    return _TAG.sub("", _ASKED.sub("", plain))


def sentences(text: str) -> list[str]:
    """A text cut after its end marks."""
    return _SENTENCE_END.split(text)


def words(text: str) -> list[str]:
    """Words in order, case folded, apostrophes straight."""
    return [w.casefold().replace("’", "'") for w in WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """Words that carry meaning, lightly stemmed so that "turbines" meets "turbine"."""
    return list(_content_words(text))


@lru_cache(maxsize=32_768)  # the same lines and notes are compared again and again
def _content_words(text: str) -> tuple[str, ...]:
    kept = (w for w in words(text) if w not in STOPWORDS and (len(w) > 1 or w.isdigit() or ord(w[0]) > 0x2E80))
    return tuple(stem(w) for w in kept)


@lru_cache(maxsize=32768)
def stem(word: str) -> str:
    """A light English suffix strip; words of other languages pass nearly unchanged."""
    word = word.removesuffix("'s")
    for suffix in ("ations", "ation", "ments", "ment", "ings", "ing", "edly", "ied", "ies", "ed", "es", "ly", "s"):
        if word.endswith("ss") and suffix == "s":
            continue  # "pass" meets "passing"
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            base = word[: -len(suffix)]
            if suffix in ("ied", "ies"):
                return base + "y"
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls":
                base = base[:-1]
            return base.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word


def key(word: str) -> str:
    """What a word is counted by: forms that share their first five letters are one."""
    return word[:_PREFIX]


def keys_of(text: str) -> set[str]:
    """The keys of a text's content words."""
    return {key(w) for w in content_words(text)}


@lru_cache(maxsize=65_536)
def key_of(word: str) -> str:
    """The key of a single word, "" when it carries no meaning of its own."""
    return next(iter(keys_of(word)), "")


def overlap(a: str, b: str) -> float:
    """Share of the shorter text's content words that the other has too, 0 to 1."""
    first, second = set(content_words(a)), set(content_words(b))
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


def longest_shared_run(text: str, source: str) -> int:
    """Length in words of the longest run of `text` that stands word for word in `source`."""
    places: dict[str, list[int]] = {}
    for n, word in enumerate(words(source)):
        places.setdefault(word, []).append(n)
    best, ending = 0, dict[int, int]()  # length of the run that ends at each place of the source
    for word in words(text):
        ending = {n: ending.get(n - 1, 0) + 1 for n in places.get(word, ())}
        best = max(best, *ending.values()) if ending else best
    return best


def looks_english(text: str) -> bool:
    """Whether at least a quarter of the words are English function words."""
    found = words(text)
    return bool(found) and sum(w in STOPWORDS for w in found) >= 0.25 * len(found)


def slug(text: str, *, limit: int = 120) -> str:
    """A file name that no title can bend: letters, digits, dot, dash and underscore, at most `limit` bytes."""
    kept = re.sub(r"[^\w.\-]+", "-", unicodedata.normalize("NFC", clean(text))).strip("-._ ")
    while len(kept.encode()) > limit:
        kept = kept[:-1]
    if not kept or kept.split(".")[0].upper() in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}:
        kept = f"transcript-{kept}".rstrip("-")
    return kept


def numbered(n: int, noun: str) -> str:
    """ "1 call", "2 calls"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def duration(seconds: float) -> str:
    """ "45 s", "3 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
