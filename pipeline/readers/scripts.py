"""Scripts without spaces between words: a text's length, where to cut it, and spaces that do not belong there."""

from __future__ import annotations

import re

_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
_ASIAN = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]+")
_CLOSED = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff]) (?=[\u3040-\u30ff\u3400-\u9fff])")
_CJK_WORD, _ASIAN_WORD, _OTHER_WORD = 2, 4, 10  # characters that count as one word
_UNBROKEN = 100  # maximum average of characters between blanks, if these separate words
_LEADING_VOWELS = "เแโใไ"  # Thai vowels that begin a syllable
# Signs that belong to the letter before them, and the Khmer sign that joins the letter after it.
_JOINED = re.compile(
    r"[\u0300-\u036f\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebd\u0ec8-\u0ece\u0f71-\u0f84\u0f8d-\u0fbc\u102b-\u103e\u17b4-\u17d3\u200d\ufe0f]"
)
_KHMER_JOINER = "\u17d2"


def length(text: str) -> int:
    """The words of a tidy text. Without spaces, two Chinese, four Thai or ten other characters count as one."""
    count = text.count(" ") + 1 if text else 0
    if len(text) > _UNBROKEN * count:
        count = max(count, len(text) // _OTHER_WORD)
    if text.isascii():
        return count
    wide = sum(map(len, _CJK.findall(text))) // _CJK_WORD
    return max(count, wide + sum(map(len, _ASIAN.findall(text))) // _ASIAN_WORD)


def closed(text: str) -> str:
    """Japanese or Chinese without the spaces between single characters; any other text unchanged."""
    if text.isascii():
        return text
    tokens = text.split(" ")
    single = sum(len(t) == 1 and bool(_CJK.match(t)) for t in tokens)
    return _CLOSED.sub("", text) if len(tokens) >= 5 and single >= 0.7 * len(tokens) else text


def packed(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` words; if it has no spaces, no letter is separated from its signs."""
    parts: list[list[str]] = [[]]
    filled = 0
    for token in text.split():
        for n, piece in enumerate(_pieces(token, limit)):
            size = length(piece)
            if parts[-1] and filled + size > limit:
                parts.append([])
                filled = 0
            if n and parts[-1]:
                parts[-1][-1] += piece
            else:
                parts[-1].append(piece)
            filled += size
    return [" ".join(part) for part in parts]


def _pieces(token: str, limit: int) -> list[str]:
    """A word, or whatever is between two spaces, in pieces of at most half of `limit` words."""
    if length(token) <= max(1, limit // 2):
        return [token]
    size = limit // 2 * (_ASIAN_WORD if _ASIAN.search(token) else _CJK_WORD if _CJK.search(token) else _OTHER_WORD)
    pieces: list[str] = []
    at = 0
    while len(token) - at > size:
        end = _border(token, at + size, at + size // 2)
        pieces.append(token[at:end])
        at = end
    return [*pieces, token[at:]]


def _border(token: str, at: int, lowest: int) -> int:
    """A place to cut near `at`: before a leading vowel or after a comma, else where no sign loses its letter."""
    for place in range(at, lowest, -1):
        if token[place] in _LEADING_VOWELS or token[place - 1] in "，、；,;་།":
            return place
    for place in range(at, lowest, -1):
        if not _JOINED.match(token[place]) and token[place - 1] != _KHMER_JOINER:
            return place
    return at
