"""Names in a statement that stand nowhere in the recording, however they are written."""

from __future__ import annotations

import re

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein, Prefix

from pipeline.language import primary
from pipeline.verification.recording import Recording, letters

# A word that begins with no small Latin letter: those are looked at first, and what stands before the word last, since
# few get so far.
_CAPITALISED = re.compile(r"[^a-z\W\d_](?<![^\W_].)(?<![^\W_][-.’'&/].)[^\W_]*(?:[-.’'&/][^\W_]+)*")
_INITIALS_WITH_ENDING = re.compile(r"([A-Z]{2,})[a-z]{1,3}")  # "XORing", "PRs"
_BEFORE_A_SENTENCE = tuple('.!?:;…“”"(—–-|')
_LONG = 8  # letters of a name of which two may be heard otherwise; of a shorter one, one may
_SHORTEST = 3
_ENDING = 4  # letters at the most that a case adds or changes at the end of a name
_ROOT = 4  # letters at the least with which two words of one root begin: "Kant" and "Kantian"
_ENDINGS = 5  # letters at the most in which they end otherwise, both together: "Turk-ey" and "Turk-ish"
_CASES = frozenset("bg cs el et eu fi hr hu hy ka kk lt lv mk pl ro ru sk sl sq sr tr uk uz".split())
_CAPITAL_NOUNS = frozenset({"de", "lb"})  # languages in which a capital tells no name


def unsaid_names(text: str, recording: Recording) -> tuple[str, ...]:
    """The names of a text that the whole recording does not hold, nor anything that sounds like them.

    A name is a word with a capital inside a sentence, in a script that has capitals. Nothing is proved where names may
    be translated.
    """
    if recording.translated:
        return ()
    out: list[str] = []
    for match in _CAPITALISED.finditer(text):
        if not match[0][0].isupper():
            continue
        word = match[0].removesuffix("’s").removesuffix("'s").rstrip("’'")
        if not _is_name(word, text[: match.start()], recording.language):
            continue
        if not all(_said(part, recording) for part in re.split(r"[-/&]", word) if part[:1].isupper()):
            out.append(word)
    return tuple(dict.fromkeys(out))


def _is_name(word: str, before: str, language: str | None) -> bool:
    if primary(language) in _CAPITAL_NOUNS and not any(c.isupper() or c.isdigit() for c in word[1:]):
        return False
    return not _begins_a_sentence(before)


def _begins_a_sentence(before: str) -> bool:
    """Whether what stands before a word ends with a mark, or holds no word at all."""
    return before.rstrip().endswith(_BEFORE_A_SENTENCE) or not re.search(r"\w", before)


def _said(word: str, recording: Recording) -> bool:
    wanted = letters(word)
    if len(wanted) < _SHORTEST or wanted in recording.words:
        return True
    if word.isupper() and wanted in recording.initials:
        return True
    if (found := _INITIALS_WITH_ENDING.fullmatch(word)) and letters(found[1]) in recording.words:
        return True
    words = recording.joined_words
    if not words.isdisjoint((wanted, wanted.removesuffix("s"), f"{wanted}s")):
        return True
    if primary(recording.language) in _CASES and _inflected(word, recording):
        return True
    if digits := _digits(wanted):
        if recording.spells(word):
            return True
        words = {w for w in words if _digits(w) == digits}
    elif any(_of_one_root(wanted, name) for name in recording.capitalised):
        return True
    unlike = 2 if len(wanted) >= _LONG else 1
    return process.extractOne(wanted, words, scorer=Levenshtein.distance, score_cutoff=unlike) is not None


def _digits(word: str) -> str:
    return "".join(filter(str.isdigit, word))


def _of_one_root(a: str, b: str) -> bool:
    """Whether two names begin with the same letters, which are most of the shorter, and end otherwise in a few."""
    root = Prefix.similarity(a, b)
    return root >= max(_ROOT, 2 / 3 * min(len(a), len(b))) and len(a) + len(b) - 2 * root <= _ENDINGS


def _inflected(word: str, recording: Recording) -> bool:
    """Whether the recording has the name in another case: "Krakowie" for "Kraków", "Ankara'da" for "Ankara"."""
    stem = letters(re.split(r"['’]", word)[0])
    stem = stem[: max(_SHORTEST, len(stem) - _ENDING + 1)]
    return any(w.startswith(stem) and len(w) <= len(letters(word)) + _ENDING for w in recording.joined_words)
