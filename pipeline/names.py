"""Names in a statement: people, places, products and organisations, and whether its lines know them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set

from rapidfuzz import fuzz, process

from pipeline.source import Source, key, keys_of
from pipeline.text import STOPWORDS, words
from pipeline.tokens import everyday

_CANDIDATE = re.compile(r"(?<![\w’'])[^\W\d_][\w’'&-]*")
_START = re.compile(r"(?:^|[.!?:;“\"(]\s*)$")
# Written with capitals though they name nothing: units, the pronoun, sizes.
_UNITS = frozenset(
    "MW GW TW KW kW kWh MWh GWh TWh Hz kHz MHz GHz KB MB GB TB Mbit CO2 pH dB AM PM BC AD OK TV ID".split()
)
_NEAR = 1
_COMPANY = 4  # words with meaning on either side of a name that tell what is said of it
_LIKE = 84
_JOINING = frozenset(
    "according like unlike speaker host guest colleague names named called told tells asks asked".split()
)


def strangers(text: str, lines: Sequence[int], source: Source) -> list[tuple[str, bool]]:
    """Names that the cited lines and those beside them do not say, each with whether the rest of the transcript does.

    A speaker is known where one of the cited lines is theirs, or where one beside them is named aloud.
    """
    candidates = names_in(text, source)
    if not candidates:
        return []
    near = source.near(lines, _NEAR)
    spoken = " ".join(s.text for s in near)
    said = [(n, _said_in(n, lines, source)) for n in sorted({s.id for s in near})]
    anywhere = set().union(*(names for _, names in said)) | _told(text, source)
    out = [
        (name, _known(_bare(name), source.vocabulary))
        for name in candidates
        if not _known(_bare(name), anywhere) and not _initials(name, spoken)
    ]
    out += [(name, True) for name in candidates if (name, True) not in out and _misplaced(name, text, said, source)]
    out += [(name, True) for name in candidates if (name, True) not in out and _no_person(name, text, source)]
    unknown = {name for name, _ in out}
    out += [(pair, True) for pair in _pairs(text, candidates, source) if not unknown & set(pair.split())]
    return out


def _said_in(n: int, lines: Sequence[int], source: Source) -> frozenset[str]:
    """What may be a name in a segment: its words, two of them written as one, and its speaker where it is cited."""
    segment = source.transcript.segment(n)
    said = words(segment.text)
    joined = [a + b for a, b in itertools.pairwise(said)]
    return frozenset((*said, *joined, *(words(segment.speaker or "") if n in lines else ())))


def _told(text: str, source: Source) -> set[str]:
    """The words of title and channel where the text has one of them whole: they may be named anywhere."""
    meta = source.transcript.metadata
    have = " ".join(words(text))
    wholes = [words(t) for t in (meta.title, meta.channel) if t]
    return {w for whole in wholes if " ".join(whole) in have for w in whole}


def _misplaced(name: str, text: str, said: Sequence[tuple[int, frozenset[str]]], source: Source) -> bool:
    """Whether what a text tells of a name stands in lines away from those that say it.

    A name may be said a line before the lines that go on about it, not behind them.
    """
    about = _company(name, text)
    hits = {n: sum(k in source.line_keys(n) for k in about) for n, _ in said}
    most = max(hits.values(), default=0)
    if most < 2:
        return False
    told = {n for n, count in hits.items() if count == most}
    named = {n for n, names in said if _known(_bare(name), names)}
    return bool(named) and not any(n in told or n + 1 in told for n in named)


def _no_person(name: str, text: str, source: Source) -> bool:
    """Whether a speaker's name stands where nobody's can: behind an article, or behind a word that joins to no name."""
    if _bare(name) not in source.speakers or _bare(name) in source.spoken:
        return False
    before = re.search(r"([\w’'-]+)\s+$", text[: text.find(name)])
    word = before[1] if before else ""
    return bool(word) and word[0].islower() and (word in ("a", "an", "the") or word not in STOPWORDS | _JOINING)


def _company(name: str, text: str) -> set[str]:
    """The keys of the words with meaning that stand nearest to a name in its clause, other names left out."""
    before, _, behind = next((c for c in re.split(r"[,;:]\s", text) if name in c), text).partition(name)
    plain = [[w for w in re.findall(r"[\w’'-]+", part) if not w[:1].isupper()] for part in (before, behind)]
    keys = [[k for w in side for k in keys_of(w)] for side in plain]
    return {*keys[0][-_COMPANY:], *keys[1][:_COMPANY]}


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
    parts = [p for p in re.split(r"[-&_]", word) if p]
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
