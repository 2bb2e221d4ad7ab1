"""Lines that are no sentences: whether one could be speech, or rather a heading, a role or part of a list."""

from __future__ import annotations

from pipeline.readers.tidy import ends_sentence

_SPOKEN = 8  # minimum number of words in a line of speech that ends no sentence
_ABBREVIATION = 5  # maximum number of characters in a last word such as "Inc."


def is_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does, and not in an abbreviation, as "Luis Ferrer, Harbor Pumps, Inc." does."""
    if not ends_sentence(text):
        return False
    last = text.split()[-1]
    return not (" " in text and last[0].isupper() and last[-1] == "." and len(last) <= _ABBREVIATION)


def could_be_speech(text: str) -> bool:
    """Whether a line is long enough for speech, or a sentence."""
    return ends_sentence(text) or len(text.split()) >= _SPOKEN
