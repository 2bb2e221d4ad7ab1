"""The noises of speech, which are left out of the page."""

from __future__ import annotations

import re

from pipeline.language import primary
from pipeline.verification.phrases import SPLIT_APOSTROPHE, without_stutters

# Not words: they mean nothing in any of these languages, so leaving them out changes no statement.
_NOISES = "uh|uhm|umm|erm|hmm|mm-hmm|mmm|uh-huh|euh|heu|äh|ähm|öh|eeh|э-э"
_NOISE, _ENGLISH_NOISE = (
    re.compile(
        rf"(?:,\s*)?(?<!\S)(?:{noises})(?=[,.;:!?…]*(?:\s|$))\s*,?\s*|(?:呃|嗯|えーと|えっと)[，、]?", re.IGNORECASE
    )
    for noises in (_NOISES, f"{_NOISES}|um")  # "um" is "about" in German and "a" in Portuguese
)
_BEFORE_MARK = re.compile(r"\s+(?=[,.;:!?…](?:\s|$))")
_BEFORE_FRENCH_MARK = re.compile(r"\s+(?=[,.…](?:\s|$))")  # French has a space before the other marks
_LEFT_MARK = re.compile(r"^[,.;:!?]+\s+")  # left by a noise at the beginning


def _replacement(noise: re.Match[str]) -> str:
    """What replaces a noise: a comma if one came before it, none after it, and a word follows; otherwise a space."""
    found, behind = noise[0].strip(), noise.string[noise.end() : noise.end() + 1]
    return ", " if found[:1] == "," and found[-1:] != "," and behind.isalnum() else " "


def without_noises(text: str, language: str | None) -> str:
    """A sentence without noises and, in English, words said twice in a row; spaces before punctuation are removed.

    In other languages, such repetitions may be grammar: "nous nous voyons", "die Leute, die die Brücke bauten".
    """
    english, marks = primary(language) == "en", _BEFORE_FRENCH_MARK if primary(language) == "fr" else _BEFORE_MARK
    text = SPLIT_APOSTROPHE.sub("", marks.sub("", text))
    began = text[:1].isupper()
    text = (_ENGLISH_NOISE if english else _NOISE).sub(_replacement, text).strip(" ,")
    text = without_stutters(text) if english else text
    text = _LEFT_MARK.sub("", marks.sub("", re.sub(r"\s{2,}", " ", text)).strip())
    return text[:1].upper() + text[1:] if began else text
