"""How a word sounds, by its consonants: "Shawn" and "Sean", "cooper netties" and "Kubernetes" agree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence, Set
from itertools import pairwise

from rapidfuzz.distance import OSA

# One letter for each group of consonants that speech recognition takes for each other, in the order of replacement.
_SOUNDS = tuple(
    (re.compile(pattern, re.MULTILINE), sound)
    for pattern, sound in (
        ("^[wk](?=[nr])|gh(?=[^aeiouy]|$)", ""),
        ("ph", "f"),
        ("th", "t"),
        ("sch|sh|s?c(?=[eiy])|z", "s"),
        ("tch|g(?=[eiy])", "j"),
        ("ch", "j"),
        ("gn(?=$)", "n"),
        ("qu|ck|[cqg]", "k"),
        ("x", "ks"),
        ("v", "f"),
        ("p", "b"),
        ("d", "t"),
        ("(?<=.)h", ""),
        (r"(?<=[aeiou])w(?![aeiouy])", ""),
        ("^[aeiouy]", "a"),
        ("(?<=.)[aeiouy]+", ""),
        (r"(.)\1+", r"\1"),
    )
)
_FEWEST = 3  # consonants that are enough to tell a word by
# Least share of letters that words with so many of the same consonants have in common. Measured on 10,700 pairs of a
# recording and a name of another: two in a hundred names sounded like a word, and a third more with 0.6 for three.
_LIKENESS = {1: 0.6, 2: 0.6, 3: 0.65}
_LIKENESS_OF_LONG_WORDS = 0.53
_PEOPLES = (("ish", 2), ("sh", 2), ("ch", _FEWEST), ("ese", _FEWEST), ("ian", _FEWEST))  # endings; consonants before
_VOWEL = re.compile("[aeiouy]")


def consonants(words: str) -> str:
    """The consonants of each line, a word of small Latin letters, with "a" for a vowel before them: "stfn", "atm"."""
    for pattern, sound in _SOUNDS:
        words = pattern.sub(sound, words)
    return words


class SoundIndex:
    """Searches words, and pairs of neighbours, for those that sound like a name.

    `names` are the words that may be names; from other words, a name must be told with more certainty.
    """

    def __init__(self, words: Sequence[str], names: Set[str]) -> None:
        self._names = names
        distinct = list(set(words))
        sounds = dict(zip(distinct, consonants("\n".join(distinct)).split("\n"), strict=True))
        self._words: dict[str, set[str]] = defaultdict(set)
        for word, sound in sounds.items():
            self._words[sound].add(word)
        self._pairs: dict[str, set[str]] = defaultdict(set)
        for a, b in set(pairwise(words)):
            self._pairs[sounds[a].lstrip("a") + sounds[b].lstrip("a")].add(a + b)

    def has(self, name: str) -> bool:
        """Whether a word or two words together sound like the name."""
        sound = consonants(name)
        if any(_alike(name, w, sound) and self._is_certain(name, w, sound) for w in self._words.get(sound, ())):
            return True
        rest = sound.lstrip("a")
        return len(rest) >= _FEWEST and any(_alike(name, pair, rest) for pair in self._pairs.get(rest, ()))

    def _is_certain(self, name: str, word: str, sound: str) -> bool:
        """Whether the word may be a name, has many consonants, or differs in one letter that is no vowel."""
        if word in self._names or len(sound) >= _FEWEST:
            return True
        return OSA.distance(name, word) <= 1 and _VOWEL.findall(name) == _VOWEL.findall(word)

    def has_people_or_country(self, name: str) -> bool:
        """Whether the name is that of a people whose country is said, or the reverse: "Danish" and "Denmark"."""
        return any(_people_of(name, other) or _people_of(other, name) for other in self._names)


def _alike(a: str, b: str, sound: str) -> bool:
    return OSA.normalized_similarity(a, b) >= _LIKENESS.get(len(sound), _LIKENESS_OF_LONG_WORDS)


def _people_of(people: str, country: str) -> bool:
    if people[0] != country[0]:
        return False
    for ending, fewest in _PEOPLES:
        if people.endswith(ending):
            stem, sound = consonants(people.removesuffix(ending)), consonants(country)
            return len(stem) >= fewest and (
                sound.startswith(stem) or (len(sound) >= _FEWEST and stem.startswith(sound))
            )
    return False
