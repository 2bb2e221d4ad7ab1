"""Names in a statement that stand nowhere in the recording, however they are written."""

from __future__ import annotations

import re

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.verification.recording import Recording, letters

_WORD = re.compile(r"[^\W_]+(?:[-.’'&/][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…“”\"(—–-]\s*|^\W+)$")
_LONG = 8  # letters of a name of which two may be heard otherwise; of a shorter one, one may
_SHORTEST = 3


def unsaid_name(text: str, recording: Recording) -> str | None:
    """The first name of a text that the whole recording does not hold, nor anything that sounds like it.

    A name is a word with a capital inside a sentence, in a script that has capitals.
    """
    for match in _WORD.finditer(text):
        if not match[0][0].isupper():  # most words, told apart first
            continue
        word = match[0].removesuffix("’s").removesuffix("'s").rstrip("’'")
        if not _is_name(word, text[: match.start()]):
            continue
        if not all(_said(part, recording) for part in re.split(r"[-/&]", word) if part[:1].isupper()):
            return word
    return None


def _is_name(word: str, before: str) -> bool:
    return len(letters(word)) >= _SHORTEST and not _SENTENCE_START.search(before)


def _said(word: str, recording: Recording) -> bool:
    wanted = letters(word)
    if len(wanted) < _SHORTEST or wanted in recording.words:
        return True
    if word.isupper() and wanted in recording.initials:
        return True
    words = recording.joined_words
    if not words.isdisjoint((wanted, wanted.removesuffix("s"), f"{wanted}s")):
        return True
    unlike = 2 if len(wanted) >= _LONG else 1
    return process.extractOne(wanted, words, scorer=Levenshtein.distance, score_cutoff=unlike) is not None
