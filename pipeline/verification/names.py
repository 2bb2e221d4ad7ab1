"""Names in a statement that stand nowhere in the recording, however they are written."""

from __future__ import annotations

import re

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein, Prefix

from pipeline.language import primary
from pipeline.verification.recording import Recording, letters

# A word that begins with no small Latin letter. The pattern tests this first, and what stands before the word last,
# since few words get so far.
_CAPITALISED = re.compile(r"[^a-z\W\d_](?<![^\W_].)(?<![^\W_][-.’'&/].)[^\W_]*(?:[-.’'&/][^\W_]+)*")
_INITIALS_WITH_ENDING = re.compile(r"([A-Z]{2,})[a-z]{1,3}")  # "XORing", "PRs"
_BEFORE_A_SENTENCE = tuple('.!?:;…“”"(—–-|')
_LONG = 8  # letters from which a name may differ in two from a word of the recording, a shorter one in one
_SHORTEST = 3
_LONGEST_ENDING = 4  # letters at the most that a case adds or changes at the end of a name
_SHORTEST_ROOT = 4  # letters with which two words of one root begin at the least: "Kant" and "Kantian"
_LONGEST_ENDINGS = 5  # letters of both endings together at the most: "Turk-ey" and "Turk-ish"
_CASES = frozenset("bg cs el et eu fi hr hu hy ka kk lt lv mk pl ro ru sk sl sq sr tr uk uz".split())
_CAPITAL_NOUNS = frozenset({"de", "lb"})  # languages in which every noun has a capital


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
        if not all(_is_said(part, recording) for part in re.split(r"[-/&]", word) if part[:1].isupper()):
            out.append(word)
    return tuple(dict.fromkeys(out))


def _is_name(word: str, text_before: str, language: str | None) -> bool:
    if primary(language) in _CAPITAL_NOUNS and not any(c.isupper() or c.isdigit() for c in word[1:]):
        return False
    return not _begins_a_sentence(text_before)


def _begins_a_sentence(text_before: str) -> bool:
    """Whether the text before a word ends with a mark, or has no word at all."""
    return text_before.rstrip().endswith(_BEFORE_A_SENTENCE) or not re.search(r"\w", text_before)


def _is_said(word: str, recording: Recording) -> bool:
    name = letters(word)
    if len(name) < _SHORTEST or name in recording.words:
        return True
    if word.isupper() and name in recording.initials:
        return True
    if (match := _INITIALS_WITH_ENDING.fullmatch(word)) and letters(match[1]) in recording.words:
        return True
    words = recording.joined_words
    if not words.isdisjoint((name, name.removesuffix("s"), f"{name}s")):
        return True
    if primary(recording.language) in _CASES and _inflected(word, recording):
        return True
    if digits := _digits(name):
        if recording.spells(word):
            return True
        words = {w for w in words if _digits(w) == digits}
    elif any(_of_one_root(name, other) for other in recording.capitalised):
        return True
    most_edits = 2 if len(name) >= _LONG else 1
    return process.extractOne(name, words, scorer=Levenshtein.distance, score_cutoff=most_edits) is not None


def _digits(word: str) -> str:
    return "".join(filter(str.isdigit, word))


def _of_one_root(a: str, b: str) -> bool:
    """Whether two names begin with the same letters, most of the shorter one's, and differ in a few at the end."""
    root = Prefix.similarity(a, b)
    return root >= max(_SHORTEST_ROOT, 2 / 3 * min(len(a), len(b))) and len(a) + len(b) - 2 * root <= _LONGEST_ENDINGS


def _inflected(word: str, recording: Recording) -> bool:
    """Whether the recording has the name in another case: "Krakowie" for "Kraków", "Ankara'da" for "Ankara"."""
    stem = letters(re.split(r"['’]", word)[0])
    stem = stem[: max(_SHORTEST, len(stem) - _LONGEST_ENDING + 1)]
    return any(w.startswith(stem) and len(w) <= len(letters(word)) + _LONGEST_ENDING for w in recording.joined_words)
