"""Names in a statement: people, places, products and organisations, and whether its lines know them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set

from rapidfuzz import fuzz, process

from pipeline.source import Source, key
from pipeline.text import STOPWORDS, words
from pipeline.tokens import everyday

_CANDIDATE = re.compile(r"(?<![\w’'])[^\W\d_][\w’'&-]*")
_START = re.compile(r"(?:^|[.!?:;“\"(]\s*)$")
# Written with capitals though they name nothing: units, the pronoun, sizes.
_UNITS = frozenset(
    "MW GW TW KW kW kWh MWh GWh TWh Hz kHz MHz GHz KB MB GB TB Mbit CO2 pH dB AM PM BC AD OK TV ID".split()
)
_NEAR = 1
_LIKE = 84


def strangers(text: str, lines: Sequence[int], source: Source) -> list[tuple[str, bool]]:
    """Names that the cited lines and those beside them do not say, each with whether the rest of the transcript does.

    A speaker is known where one of the cited lines is theirs, or where one beside them is named aloud.
    """
    candidates = names_in(text, source)
    if not candidates:
        return []
    near = source.near(lines, _NEAR)
    local = {w for s in near for w in words(s.text)} | (source.about - source.speakers)
    local |= {w for n in lines for w in words(source.transcript.segment(n).speaker or "")}
    joined = {a + b for s in near for a, b in itertools.pairwise(words(s.text))}
    spoken = " ".join(s.text for s in near)
    out = [
        (name, _known(_bare(name), source.vocabulary))
        for name in candidates
        if not _known(_bare(name), local | joined) and not _initials(name, spoken)
    ]
    unknown = {name for name, _ in out}
    out += [(pair, True) for pair in _pairs(text, candidates, source) if not unknown & set(pair.split())]
    return out


def _bare(name: str) -> str:
    return name.casefold().replace("’", "'").removesuffix("'s").rstrip("'")


def _pairs(text: str, candidates: Sequence[str], source: Source) -> list[str]:
    """Two names side by side that the recording has, but never side by side: "Okoye Sound"."""
    out = []
    for first, second in itertools.pairwise(re.findall(r"[\w’'&-]+|[^\w\s]", text)):
        named = first in candidates and second[:1].isupper() and second not in _UNITS
        if named and not source.has_pair(_bare(first), _bare(second)):
            out.append(f"{first} {second}")
    return out


def names_in(text: str, source: Source) -> list[str]:
    """Words with capitals that are not merely the beginning of a sentence."""
    out: list[str] = []
    for match in _CANDIDATE.finditer(text):
        word = match[0]
        bare = word.removesuffix("'s").removesuffix("’s").strip("'’-")
        if not any(c.isupper() for c in bare) or bare in _UNITS or len(bare) < 2:
            continue
        if _START.search(text[: match.start()]) and bare[1:].islower() and not _surely(bare, source):
            continue
        if bare.casefold() in STOPWORDS or bare.casefold() in source.small_words:
            continue
        out.append(bare)
    return list(dict.fromkeys(out))


def _surely(word: str, source: Source) -> bool:
    """Whether a sentence's first word is a name: the transcript has it as one, a capital follows, or it is no word."""
    plain = word.casefold()
    if plain in STOPWORDS:
        return False
    if plain in source.vocabulary:
        return plain not in source.small_words
    return not (key(plain) in source.postings or everyday(plain))


def _known(word: str, have: Set[str]) -> bool:
    """In the vocabulary as it is, without its plural or hyphen, or as another spelling of a heard name."""
    if word in have or word.removesuffix("s") in have or word + "s" in have or word.replace("-", "") in have:
        return True
    parts = [p for p in re.split(r"[-&]", word) if p]
    if len(parts) > 1 and all(p in have or len(p) < 3 for p in parts):
        return True
    if len(word) < 5:
        return False
    same_start = [w for w in have if w[:1] == word[:1] and abs(len(w) - len(word)) <= 3]
    return process.extractOne(word, same_start, scorer=fuzz.ratio, score_cutoff=_LIKE) is not None


def _initials(name: str, text: str) -> bool:
    """Whether capitals stand for words in a row: "EU" for "European Union"."""
    if not (name.isupper() and 2 <= len(name) <= 5):
        return False
    firsts = "".join(w[0] for w in words(text) if w not in ("of", "the", "and", "for"))
    return name.casefold() in firsts
