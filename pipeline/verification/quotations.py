"""Quotations in a statement: whether somebody said them word for word, and in which lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.text import UNPARTED, word_count
from pipeline.verification.recording import HEBREW_PREFIXES, Recording, bare_words

# Letters that may stand beside a straight mark: scripts without spaces, Korean particles, Arabic prefixes.
_BESIDE = f"{UNPARTED}\u0620-\u06d3"
# A Hebrew prefix stands before the mark. A straight mark before the last letter of a word is part of an abbreviation.
_PREFIX = f"[{HEBREW_PREFIXES}]"
_AFTER_PREFIX = rf"(?:(?<=\b{_PREFIX})|(?<=\b{_PREFIX}{{2}})|(?<=\b{_PREFIX}{{3}}))"
# A single mark may be an apostrophe: it opens a quotation after a space or bracket, closes one before a space or mark,
# and is part of it only between letters. After "s" it may be a plural possessive: there it closes only what no other
# mark closes, and a straight mark only what one after a colon or comma opens.
_OPENS = r"(?<![^\s(\[{—–“„«*_])"
_FIRST = r"(?=[^\W\d]|\[|…|\.\.|\*)"
_QUOTED = re.compile(
    rf"""(?:[“„«]|(?<![\w,]),,(?=\w))([^“”„«»]+)[”“»]
    |(?:„|(?<![\w,]),,(?=\w))([^“”„«»"]+)"
    |»([^“”„«»]+)«
    |(?<![^\W{_BESIDE}])”(?=\w)([^“”„«»]+)(?<=\S)[”“](?![^\W{_BESIDE}])
    |「([^「」]+)」|『([^『』]+)』
    |(?:(?<![^\W{_BESIDE}])|{_AFTER_PREFIX}(?=.\w\w))
        ["״]((?:[^"״]|(?<=[א-ת])["״](?=[א-ת]\b))+)["״](?![^\W{_BESIDE}])
    |(?<!`)``([^`']+(?:'[^`']+)*)\'\'
    |‹([^‹›]+)›|›([^‹›]+)‹
    |‚((?:[^‚‘’]|’(?=\w))+)[‘’](?!\w)
    |{_OPENS}‘{_FIRST}((?:[^‘’]|(?<=\w)’(?=\w)|(?<=s)’(?=\s))+)(?<![\ss])’(?![^\W_])
    |{_OPENS}‘{_FIRST}((?:[^‘’]|(?<=\w)’(?=\w))+)(?<=s)’(?![^\W_])
    |{_OPENS}'{_FIRST}((?:[^']|(?<=\w)'(?=\w))+)(?<![\s\ds])'(?![^\W_]|')
    |(?:(?<=[:,]\s)|(?<=[:,]\s[*_]))'{_FIRST}((?:[^']|(?<=\w)'(?=\w))+)(?<=s)'(?![^\W_]|')""",
    re.VERBOSE,
)
# Begins with a single set of characters, which is found in a third of the time of an alternation.
_MARK = re.compile(r"[“”„«»「『\"״‚‘‹›`,'](?:(?<=[“”„«»「『\"״‚‘‹›])|(?<=`)`|(?<=,),|(?<=')(?<![^\W_]'))")
_CODE = re.compile(r"(?<!`)`[^`]+`(?!`)")
_LEFT_OUT = re.compile(r"\s*(?:(?:\b\w+)?\[[^\]]*\]\w*|…|\.(?:\s?\.){2,})\s*")  # "[T]he" is an insertion
_LEAST_WORDS = 4  # shorter ones are names of things, titles and words that are discussed


def quotations(text: str) -> Iterator[tuple[str, ...]]:
    """The quotations in a text of at least four words, each in pieces split at omissions and insertions."""
    if not _MARK.search(text):  # the usual case
        return
    for match in _QUOTED.finditer(_CODE.sub(_without_marks, text)):
        pieces = tuple(piece.strip() for piece in _LEFT_OUT.split(match[match.lastindex or 0]) if bare_words(piece))
        if word_count(" ".join(" ".join(bare_words(piece)) for piece in pieces)) >= _LEAST_WORDS:
            yield pieces


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of the quotations in a text, including their marks."""
    return [match.span() for match in _QUOTED.finditer(_CODE.sub(_without_marks, text))]


def _without_marks(code: re.Match[str]) -> str:
    """Code with spaces for its quotation marks, since it quotes nobody."""
    return _MARK.sub(lambda mark: " " * len(mark[0]), code[0].replace("'", " "))


def unsaid_quotations(text: str, recording: Recording) -> tuple[str, ...]:
    """The quotations that neither a speaker nor the title has word for word, ignoring punctuation and capitals.

    For a quotation with omissions: the pieces that nobody says or, if each is said but not in this order, the whole.
    """
    out: list[str] = []
    for pieces in quotations(text):
        unsaid = [piece for piece in pieces if not recording.holds(bare_words(piece))]
        if unsaid:
            out += unsaid
        elif not recording.holds(*map(bare_words, pieces)):
            out.append(" … ".join(pieces))
    return tuple(dict.fromkeys(out))


def quoted_lines(text: str, lines: tuple[int, ...], recording: Recording) -> tuple[int, ...]:
    """The lines, and for each quotation that they do not contain, the lines of its nearest occurrence."""
    out = set(lines)
    for pieces in quotations(text):
        places = list(recording.places_of(*map(bare_words, pieces)))
        if places and not any(out.issuperset(place) for place in places):
            first = min(lines, default=1)
            out.update(min(places, key=lambda place: abs(min(place) - first)))
    return tuple(sorted(out))
