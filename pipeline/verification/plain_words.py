"""A text as the figures in it are read: case-folded and with Western digits, its length unchanged."""

from __future__ import annotations

import unicodedata


def plain_words(text: str) -> list[str]:
    """The space-separated words of a text, case-folded and with Western digits."""
    return folded(western(text)).split(" ")


def folded(text: str) -> str:
    """The text case-folded with its length unchanged: the few letters that would become two are kept."""
    folded_text = text.casefold()
    if len(folded_text) == len(text):
        return folded_text
    return "".join(f if len(f := c.casefold()) == 1 else c for c in text)


def western(text: str) -> str:
    """The text with the decimal digits of every script as 0 to 9, length unchanged."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)
