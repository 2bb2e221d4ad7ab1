"""Words in the form in which they are compared: what a note and a sentence have in common, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import LCSseq

from pipeline.text import UNSPACED

# Scripts without spaces are compared character by character.
_TIGHT = re.compile(rf"[{UNSPACED}，。！？；：、“”（）《》]")
_UNIT = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:['’.\-][^\W_{UNSPACED}]+)*")
_ELIDED = re.compile(r"^\w{1,2}'(?=\w{3})")  # "l'eau", "qu'une", "un'ora"
# Words that negate a sentence, a closed class in grammar. Languages not listed are compared without them.
_DENIALS = {
    "de": r"nicht|kein\w*|nie|niemals|nichts|niemand|ohne|weder",
    "en": r"not?|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|hardly|barely|\w+n['’]t",
    "es": r"no|nunca|jamás|nada|nadie|ningun\w*|ningún|sin|tampoco",
    "fr": r"ne|n['’]\w+|pas|jamais|rien|aucun\w*|sans|personne",
    "it": r"non|mai|niente|nulla|nessun\w*|senza",
    "nl": r"niet|geen|nooit|niets|niemand|zonder",
    "pt": r"não|nunca|nada|ninguém|nenhum\w*|sem",
    "ru": r"не|нет|ни|никогда|ничего|никто|без",
    "zh-ja": r"[不没沒无無非未别別莫勿]|ない|ません|なかった|なく|ぬ",
}
_DENIAL = re.compile(
    "|".join(f"(?:{p})" if name == "zh-ja" else rf"\b(?:{p})\b" for name, p in _DENIALS.items()), re.IGNORECASE
)

# English function words: notes and sentences share them by chance.
_FUNCTION_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each even few for from further get gets go
    goes going got had has have having he her here hers him his how i if in into is it its itself just like
    lot made make makes many may me might more most much must my no nor not now of off on once one only or
    other our out over own per put quite rather really said same say says she should so some such than that
    the their them then there these they thing things this those through to too under until up us use used
    uses using very was we well were what when where which while who whom why will with would you your yours""".split()
)


@lru_cache(maxsize=32_768)
def units(text: str) -> tuple[str, ...]:
    """Words in order, case-folded; the characters of scripts without spaces."""
    return tuple(u.casefold().replace("’", "'") for u in _UNIT.findall(text))


@lru_cache(maxsize=32_768)
def keys(text: str) -> tuple[str, ...]:
    """Content words in order, without English endings."""
    return tuple(_stem(u) for u in units(text) if u not in _FUNCTION_WORDS)


@lru_cache(maxsize=32_768)
def _stem(word: str) -> str:
    """The word without English suffixes; words of other languages are nearly unchanged."""
    word = _ELIDED.sub("", word.removesuffix("'s"))
    for suffix in ("ations", "ation", "ments", "ment", "ings", "ing", "edly", "ied", "ies", "ed", "es", "ly", "s"):
        if word.endswith("ss") and suffix == "s":
            continue  # "pass" must match "passing"
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            base = word[: -len(suffix)]
            if suffix in ("ied", "ies"):
                return base + "y"
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls":
                base = base[:-1]
            return base.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word


def size(text: str) -> int:
    """Number of words in a text; two characters of a script without spaces count as one."""
    found = units(text)
    alone = sum(map(unspaced, found))
    return len(found) - alone + (alone + 1) // 2


def unspaced(unit: str) -> bool:
    """Whether a unit is a character of a script without spaces, in which the length of words is meaningless."""
    return re.match(f"[{UNSPACED}]$", unit) is not None


def joined(parts: Iterable[str]) -> str:
    """Texts joined by spaces, or directly where both neighbours are in a script without spaces."""
    whole = ""
    for part in parts:
        tight = whole and part and _TIGHT.match(whole[-1]) and _TIGHT.match(part[0])
        whole += part if not whole or tight else f" {part}"
    return whole


def denies(text: str) -> bool:
    """Whether the text contains a word of negation."""
    return _DENIAL.search(text) is not None


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """How much two texts have in common, in words: half of it in sequence, half in any order with figures twice."""
    shared = sum(2 if any(c.isdigit() for c in k) else 1 for k in set(a) & set(b))
    return (LCSseq.similarity(a, b) + shared) / 2
