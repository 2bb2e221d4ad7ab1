"""Small, pure text helpers shared by the layers above: cleaning, words, slugs."""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, groupby
from typing import Any
from urllib.parse import urlsplit


def _character_class(characters: Iterable[int]) -> str:
    """Code points in ascending order as the inside of a character class: "a-dx-z"."""
    runs = ([n for _, n in run] for _, run in groupby(enumerate(characters), lambda pair: pair[1] - pair[0]))
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


# Controls, bidirectional overrides and zero-width marks can hide or reorder what a reader sees.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"[^\S \t]+")
# Marks that belong to the letter before them, as vowel signs do, as the inside of a character class; `\w` lacks them.
# The ranges are those of all scripts with marks; selectors of the look of an emoji are no such marks.
MARKS = _character_class(
    n
    for n in chain(range(0x300, 0x3100), range(0xA600, 0xAC00), range(0x10A00, 0x12000), range(0x1E000, 0x1EA00))
    if unicodedata.category(chr(n)) in ("Mn", "Mc")
)
LETTERS = rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*"  # a run of letters and digits, with their marks
# Accents and the vowel points of Hebrew and Arabic, without which a word is still the same. Other marks are not among
# them: vowel signs of Indian scripts, tones of Thai, and the marks by which が differs from か.
ACCENTS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
    "\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_PLAIN_QUOTATION_MARKS = str.maketrans("‘’ʼ“”„", "'''\"\"\"")
_ACCENT = re.compile(f"[{ACCENTS}]")
# Most words end at a space: a look at it saves a third of the time.
_WORD = re.compile(rf"[^\W_]+(?:(?! )(?:[{MARKS}]+[^\W_]*|['.\-][^\W_]+))*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:['.\-][a-z0-9]+)*")  # case-folded
QUESTION_MARKS = ("?", "？", "؟")
# Ends of sentences: full stops of scripts that have their own, from Urdu to Khmer; marks that need no space after them.
FULL_STOPS = "۔।॥։።။។"
WIDE_ENDS = "。！？．｡"
WIDE_END = rf"[{WIDE_ENDS}](?!(?<=．)\d)"  # one of them, as part of a pattern; not the decimal point of "３．５"
SENTENCE_ENDS = f".!?…؟{FULL_STOPS}{WIDE_ENDS}"
LEADS_TO_A_LIST = (":", "：")  # at the end of a sentence that introduces a list
# Scripts written without spaces, as the inside of a character class: Thai to Khmer, kana, Han.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# These and Korean, whose particles follow a word without a space: no space marks the end of a word.
UNPARTED = UNSPACED + "\uac00-\ud7af"
_UNSPACED = re.compile(f"[{UNSPACED}]")
# Where a word may begin or end: beside no letter, digit or mark, so that "रामायण" is no "राम". In scripts without
# spaces, and before a Korean particle, that is anywhere. Zero-width joiners hold a word together.
BEGINS_WORD = rf"(?<![^\W{UNSPACED}])(?<!(?![{UNSPACED}])[{MARKS}\u200c\u200d])"
ENDS_WORD = rf"(?![^\W{UNPARTED}]|[{MARKS}\u200c\u200d])"
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+")
_ENTITY = re.compile(r"&#?\w{1,31};")
_COUNTED = re.compile(rf".*[^\W\d][{MARKS}]*[\s_-]*\d+")
_CODED = re.compile(r"((?<!`)`[^`]+`(?!`))")
# Even in code, a bar separates table cells, GitHub reads dollar signs, and one space at either end is dropped.
_MEANS_MORE = re.compile(r"[|$]|^`\s.*\s`$")
# LaTeX formulas, as part of a pattern. Two sums of money ("$5 and $6") are none, nor are words in escaped
# brackets ("\[laughs\]"): a formula has a command or a mathematical sign, or is a single letter.
_OF_FORMULA = r"(?:\\.|(?!\*\*\s)[^\\$`])"
_OF_MATHEMATICS = r"(?=(?:\\[^A-Za-z{\\()\[\]]|[^\\])*?(?:[\^_=+<>]|\\[A-Za-z{\\])|\s*[A-Za-zΑ-Ωα-ω]\s*\\[)\]])"
FORMULA = (
    rf"(?s:\$\${_OF_FORMULA}+\$\$|(?<![A-Za-z0-9$\\])\$(?=\S){_OF_FORMULA}+?(?<=\S)\$(?![A-Za-z0-9$])"
    rf"|(?<!\\)\\(?:\({_OF_MATHEMATICS}(?:\\[^()]|[^\\])+\\\)|\[{_OF_MATHEMATICS}(?:\\[^\[\]]|[^\\])+\\\]))"
)
_NAMED = re.compile(r"([^:：.!?。！？]{1,60}?)\s?(?::\s+|：\s*)(.*\S.*)", re.DOTALL)
_UNSAFE = re.compile(rf"[^\w.\-{MARKS}]+")  # in the name of a file
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|(?:COM|LPT)[1-9¹²³])", re.IGNORECASE)  # names of devices on Windows
_LONGEST_SLUG = 120  # bytes
_LONGEST_NAME = 6  # words: more of them before a colon are a clause


def parted_at_colon(text: str) -> tuple[str, str]:
    """The name before a text's first colon, "" if there is no short one, and the rest of the text."""
    match = _NAMED.fullmatch(text)
    return (match[1], match[2]) if match and len(match[1].split()) <= _LONGEST_NAME else ("", text)


def counts_somebody(label: str) -> bool:
    """Whether a speaker's label numbers a person instead of naming one: "Speaker 1", "SPEAKER_00"."""
    return bool(_COUNTED.fullmatch(label))


def pieces_of_code(text: str, *, in_markdown: bool = False) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is code, which models put between backticks.

    With `in_markdown`, code that some program could interpret as markup stays plain text, backticks included.
    """
    last_end = 0
    for match in _CODED.finditer(text):
        if not (in_markdown and _MEANS_MORE.search(match[1])):
            if last_end < match.start():
                yield text[last_end : match.start()], False
            yield match[1].strip("`"), True
            last_end = match.end()
    if last_end < len(text):
        yield text[last_end:], False


def rows_of_code(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of `pieces_of_code`; a space between two pieces of code becomes a line break: these are its rows."""
    pieces = list(pieces_of_code(text))
    for n, (piece, is_code) in enumerate(pieces):
        yield ("\n" if piece == " " and 0 < n < len(pieces) - 1 else piece), is_code


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` applied to everything outside code."""
    if "`" not in text:  # the usual case
        return change(text)
    return "".join(piece if n % 2 else change(piece) for n, piece in enumerate(_CODED.split(text)))


def well_formed(text: str) -> str:
    """The text with U+FFFD for every lone surrogate, by which Python represents bytes of a path that are not UTF-8."""
    return text if _is_well_formed(text) else _SURROGATES.sub("\ufffd", text)


def title_from_name(name: str) -> str:
    """A title made from a file's name, if nothing else provides one: "Tidal turbines" for "talks/tidal-turbines"."""
    words = well_formed(name).rsplit("/", 1)[-1].replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Transcript"


def json_line(row: Any) -> str:
    """A value as one line of JSON that any program can read: non-ASCII as is, bytes that are not UTF-8 replaced."""
    return well_formed(json.dumps(row, ensure_ascii=False))


def storable(json_text: str) -> str:
    """Equivalent JSON that a file or database can hold: lone surrogates are escaped."""
    return json_text if _is_well_formed(json_text) else _SURROGATES.sub(lambda m: f"\\u{ord(m[0]):04x}", json_text)


def _is_well_formed(text: str) -> bool:
    """Whether there is no lone surrogate; encoding finds one in a fifth of the time of a pattern."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def composed(text: str) -> str:
    """The text in composed characters (NFC), so that texts that look the same are equal."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def without_accents(text: str) -> str:
    """The text without accents and vowel points, in decomposed characters (NFKD)."""
    return text if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFKD", text))


def searchable(text: str) -> str:
    """The text without case, accents and the look of quotation marks, as searches compare it; `fold` in JavaScript."""
    return without_accents(text).lower().upper().translate(_PLAIN_QUOTATION_MARKS)


def clean(text: str) -> str:
    """One line of visible text (NFC): no controls or lone surrogates, white space collapsed except in code."""
    if text.isprintable() and "  " not in text:  # the usual case
        return composed(text.strip())
    visible = _BREAK.sub(" ", _INVISIBLE.sub("", well_formed(text)))
    return composed(outside_code(visible, partial(_SPACE.sub, " ")).strip())


def one_line(text: str) -> str:
    """The text with spaces for its line breaks, otherwise as it is."""
    return " ".join(text.splitlines())


def words(text: str) -> list[str]:
    """Words in order, case-folded, with straight apostrophes."""
    folded = text.casefold().replace("’", "'")
    return (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)


def word_count(text: str) -> int:
    """Number of words separated by white space; in scripts without spaces, two characters count as one word."""
    if text.isascii() or not _UNSPACED.search(text):
        return len(text.split())
    apart, characters = _UNSPACED.subn(" ", text)
    return sum(any(map(str.isalnum, word)) for word in apart.split()) + (characters + 1) // 2


def unescaped(text: str) -> str:
    """The text with HTML entities decoded, if they end in a semicolon: "&copy=2" in an address is not one."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def slug(text: str) -> str:
    """A safe file name for any title: letters, digits, dots, dashes and underscores, at most 120 bytes.

    If it is cut, it ends in a digest of the whole, since the lectures of a series may differ only at the end.
    """
    kept = _UNSAFE.sub("-", clean(text)).strip("-._ ")
    if len(kept.encode()) > _LONGEST_SLUG:
        digest = hashlib.sha256(kept.encode()).hexdigest()[:8]
        kept = f"{kept.encode()[: _LONGEST_SLUG - 9].decode(errors='ignore')}-{digest}"
    if not kept or _DEVICE.fullmatch(kept.split(".")[0]):
        kept = f"transcript-{kept}".rstrip("-")
    return kept


def linkable(url: str | None) -> str | None:
    """The address if a page may link to it (http or https, with a host), otherwise None."""
    if not url or not _ADDRESS.fullmatch(url):
        return None
    try:
        return url if urlsplit(url).hostname else None
    except ValueError:  # brackets that contain no IP address
        return None


def numbered(n: int, noun: str) -> str:
    """The number with its noun: "1 call", "2 calls"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def enumerated(words: Sequence[str], last: str) -> str:
    """A list in words, with `last` before the last one: "one", "one or two", "one, two or three"."""
    *before, end = words
    return f"{', '.join(before)} {last} {end}" if before else end


def mark_between(names: Sequence[str], usual: str = ", ") -> str:
    """The separator for these names: the usual one, or a semicolon if a name contains it ("Berg, Ana")."""
    return "; " if any(usual.strip() in name for name in names) else usual


def duration(seconds: float) -> str:
    """The duration in words: "45 s", "3 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
