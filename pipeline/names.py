"""Names in a statement: people, places, products and organisations, and whether its lines know them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from pipeline.source import Source
from pipeline.text import STOPWORDS, words

_CANDIDATE = re.compile(r"(?<![\w’'])[^\W\d_][\w’'&-]*")
_START = re.compile(r"(?:^|[.!?:;“\"(]\s*)$")
# Written with capitals though they name nothing: units, the pronoun, sizes.
_UNITS = frozenset(
    "MW GW TW KW kW kWh MWh GWh TWh Hz kHz MHz GHz KB MB GB TB Mbit CO2 pH dB AM PM BC AD OK TV ID".split()
)
_NEAR = 1
_LIKE = 84


def strangers(text: str, lines: Sequence[int], source: Source) -> list[tuple[str, bool]]:
    """Names that the cited lines and those around them do not say, and whether the rest of the transcript does."""
    candidates = _names(text, source)
    if not candidates:
        return []
    near = source.near(lines, _NEAR)
    local = {w for s in near for w in words(f"{s.speaker or ''} {s.text}")}
    local |= source.about - _speaker_words(source)
    joined = {a + b for s in near for a, b in _pairs(words(s.text))}
    out: list[tuple[str, bool]] = []
    for name in candidates:
        word = name.casefold().replace("’", "'").removesuffix("'s").rstrip("'")
        if _known(word, local | joined) or _initials(name, " ".join(s.text for s in near)):
            continue
        out.append((name, _known(word, source.vocabulary)))
    return out


def _speaker_words(source: Source) -> frozenset[str]:
    return frozenset(w for name in source.transcript.labelled_speakers for w in words(name))


def _names(text: str, source: Source) -> list[str]:
    """Words with capitals that are not merely the beginning of a sentence."""
    out: list[str] = []
    found = list(_CANDIDATE.finditer(text))
    for i, match in enumerate(found):
        word = match[0]
        bare = word.removesuffix("'s").removesuffix("’s").strip("'’-")
        if not any(c.isupper() for c in bare) or bare in _UNITS or len(bare) < 2:
            continue
        if _START.search(text[: match.start()]) and bare[1:].islower() and not _surely(bare, found, i, text, source):
            continue
        if bare.casefold() in STOPWORDS or bare.casefold() in source.small_words:
            continue
        out.append(bare)
    return list(dict.fromkeys(out))


def _surely(word: str, found: Sequence[re.Match[str]], i: int, text: str, source: Source) -> bool:
    """Whether a sentence's first word is a name: the transcript has it as one, or another capital follows it."""
    if word.casefold() in STOPWORDS:
        return False
    if word.casefold() in source.vocabulary:
        return word.casefold() not in source.small_words
    follows = found[i + 1] if i + 1 < len(found) else None
    return bool(follows and text[found[i].end() : follows.start()] == " " and follows[0][:1].isupper())


def _known(word: str, vocabulary: Iterable[str]) -> bool:
    """In the vocabulary as it is, without its plural or hyphen, or as another spelling of a heard name."""
    have = vocabulary if isinstance(vocabulary, (set, frozenset)) else set(vocabulary)
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


def _pairs(tokens: Sequence[str]) -> Iterable[tuple[str, str]]:
    return itertools.pairwise(tokens)
