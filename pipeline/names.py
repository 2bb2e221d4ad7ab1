"""Names in a statement: people, places, products and organisations, and whether its lines know them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence, Set
from typing import Literal

from rapidfuzz import fuzz, process

from pipeline.source import Source
from pipeline.text import STOPWORDS, keys_of, stem, words
from pipeline.tokens import everyday

_CANDIDATE = re.compile(r"(?<!\w)(?<!\w[’'])[^\W\d_][\w’'&-]*")
_START = re.compile(r"(?:^|[.!?:;“\"(]\s*|(?<!\w)['‘])$")
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
_NOT_BEFORE_PEOPLE = frozenset("a an the other another".split())

Stray = Literal["unsaid", "elsewhere", "misplaced", "no person", "no pair"]


def strangers(
    text: str, lines: Sequence[int], source: Source, anywhere: Set[str] = frozenset()
) -> list[tuple[str, Stray]]:
    """Names that do not belong to a statement of these lines, each with what is wrong with it.

    "unsaid": nobody says it; "elsewhere": neither the cited lines nor those beside them do; "misplaced": these do, but
    not where they speak of it; "no person": a speaker's name in the place of a thing; "no pair": two names that are
    never said side by side. A speaker is known where one of the cited lines is theirs, or where one beside them is
    named aloud. The names of `anywhere` may be told of any lines.
    """
    candidates = [
        n for n in _capitals(text, source) if n.casefold() not in source.small_words or _alone(n, text, source)
    ]
    if not candidates:
        return []
    near = source.near(lines, _NEAR)
    spoken = " ".join(s.text for s in near)
    said = [(n, _said_in(n, lines, source)) for n in sorted({s.id for s in near})]
    here = set().union(*(names for _, names in said)) | _told(text, source)
    out: dict[str, Stray] = {}
    for name in candidates:
        free = _bare(name) in anywhere
        if not _known(_bare(name), here) and not _initials(name, spoken):
            if not free:
                out[name] = "elsewhere" if _known(_bare(name), source.vocabulary) else "unsaid"
        elif not free and _misplaced(name, text, said, lines, source):
            out[name] = "misplaced"
        elif _no_person(name, text, source):
            out[name] = "no person"
    out |= {pair: "no pair" for pair in _pairs(text, candidates, source) if not out.keys() & set(pair.split())}
    return list(out.items())


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


def _misplaced(
    name: str, text: str, said: Sequence[tuple[int, frozenset[str]]], lines: Sequence[int], source: Source
) -> bool:
    """Whether what a text tells of a name stands in lines away from those that say it.

    A name may be said a line before the lines that go on about it. Behind them it may only where it is cited and what
    is told of it goes on there too.
    """
    about = _company(name, text)
    hits = {n: sum(k in source.line_keys(n) for k in about) for n, _ in said}
    most = max(hits.values(), default=0)
    if most < 2:
        return False
    told = {n for n, count in hits.items() if count == most}
    named = {n for n, names in said if _known(_bare(name), names)}
    fits = {n for n in named if {n, n + 1} & told or (n in lines and hits[n] and {n - 1, n - 2} & told)}
    return bool(named) and not fits


def _no_person(name: str, text: str, source: Source) -> bool:
    """Whether a speaker's name stands where nobody's can: behind an article, or behind a word that joins to no name.

    Where speakers are labelled by what they do, their label stands behind an article as it is.
    """
    if _bare(name) not in source.speakers:
        return False
    at = text.find(name)
    before = re.search(r"([\w’'-]+)\s+$", text[:at])
    word = before[1].casefold() if before else ""
    if word in _NOT_BEFORE_PEOPLE:
        labels = (label for label in source.transcript.labelled_speakers if " " in label)
        return not source.has_pair(word, _bare(name)) and not any(text.startswith(label, at) for label in labels)
    if _bare(name) in source.spoken:
        return False
    return before is not None and before[1][0].islower() and word not in STOPWORDS | _JOINING


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
    return [
        f"{first} {second}"
        for first, second in _in_a_row(text)
        if (first in candidates or _bare(second) in source.surnames)
        and second not in _UNITS
        and not source.has_pair(_bare(first), _bare(second))
    ]


def names_in(text: str, source: Source) -> list[str]:
    """Words with capitals that are not merely the beginning of a sentence, nor written small in the transcript."""
    return [name for name in _capitals(text, source) if name.casefold() not in source.small_words]


def _capitals(text: str, source: Source) -> list[str]:
    """Words with capitals that are not merely the beginning of a sentence."""
    out: list[str] = []
    for match in _CANDIDATE.finditer(text):
        word = match[0]
        bare = word.removesuffix("'s").removesuffix("’s").strip("'’-")
        if not any(c.isupper() for c in bare) or bare in _UNITS or len(bare) < 2:
            continue
        if _START.search(text[: match.start()]) and bare[1:].islower() and not _surely(bare, source):
            continue
        if bare.casefold() in STOPWORDS:
            continue
        out.append(bare)
    return list(dict.fromkeys(out))


def _alone(name: str, text: str, source: Source) -> bool:
    """Whether a word that lines write small stands in a name's place, not in a term of theirs such as "Tide Table"."""
    return not any(
        name in (first, second) and source.has_pair(_bare(first), _bare(second)) for first, second in _in_a_row(text)
    )


def _in_a_row(text: str) -> list[tuple[str, str]]:
    """Words side by side with capitals; "In Kenya" is no pair, nor is a term with its definition: "Oxbow A lake …"."""
    return [
        (first, second)
        for first, second in itertools.pairwise(re.findall(r"[\w’'&-]+|[^\w\s]", text))
        if first[:1].isupper() and second[:1].isupper() and not {first.casefold(), second.casefold()} & STOPWORDS
    ]


def _surely(word: str, source: Source) -> bool:
    """Whether a sentence's first word is a name: the transcript has it as one, a capital follows, or it is no word."""
    plain = word.casefold()
    if plain in STOPWORDS:
        return False
    if plain in source.vocabulary:
        return plain not in source.small_words
    return not (stem(plain) in source.stems or everyday(plain))


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
