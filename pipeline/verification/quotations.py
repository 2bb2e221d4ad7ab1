"""Quotations in a statement: whether somebody said them word for word, and in which lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.text import word_count
from pipeline.verification.recording import Recording, bare_words

# A single mark may be an apostrophe: a quotation begins with one behind a blank or a bracket, ends with one before a
# blank or a mark, and has none inside but between letters. One behind "s" may be of several owners, so it ends nothing.
_QUOTED = re.compile(
    r"""[“„«]([^“”„«»]+)[”“»]
    |»([^“”„«»]+)«
    |(?<!\w)”(?=\w)([^“”„«»]+)(?<=\S)”(?!\w)
    |「([^「」]+)」|『([^『』]+)』
    |(?<!\w)"([^"]+)"(?!\w)
    |(?<!`)``([^`']+(?:'[^`']+)*)\'\'
    |‹([^‹›]+)›|›([^‹›]+)‹
    |‚((?:[^‚‘’]|’(?=\w))+)[‘’](?!\w)
    |(?<![^\s(\[{—–“„«])‘(?=[^\W\d])((?:[^‘’]|(?<=\w)’(?=\w))+)(?<![\ss])’(?!\w)
    |(?<![^\s(\[{—–“„«])'(?=[^\W\d])((?:[^']|(?<=\w)'(?=\w))+)(?<![\s\ds])'(?![\w'])""",
    re.VERBOSE,
)
_MARK = re.compile(r"[“”„«»「『\"‚‘‹›]|``|(?<!\w)'")
_CODE = re.compile(r"(?<!`)`[^`]+`(?!`)")
_LEFT_OUT = re.compile(r"\s*(?:\w*\[[^\]]*\]\w*|…|\.\.\.)\s*")  # "[T]he" is a word put in
_LEAST_WORDS = 4  # shorter ones are names of things, titles and words that are spoken of


def quotations(text: str) -> Iterator[tuple[str, ...]]:
    """The quotations of a text, each in pieces where words are left out or put in, of four words and more."""
    if not _MARK.search(text):  # as in most texts
        return
    for match in _QUOTED.finditer(_CODE.sub(_without_marks, text)):
        pieces = tuple(piece.strip() for piece in _LEFT_OUT.split(match[match.lastindex or 0]) if bare_words(piece))
        if word_count(" ".join(" ".join(bare_words(piece)) for piece in pieces)) >= _LEAST_WORDS:
            yield pieces


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Where the quotations of a text begin and end, their marks included."""
    return [match.span() for match in _QUOTED.finditer(_CODE.sub(_without_marks, text))]


def _without_marks(code: re.Match[str]) -> str:
    """Code with blanks for its quotation marks: it quotes nobody."""
    return _MARK.sub(lambda mark: " " * len(mark[0]), code[0].replace("'", " "))


def unsaid_quotations(text: str, recording: Recording) -> tuple[str, ...]:
    """The quotations that neither a speaker nor the title has word for word, marks and capitals aside.

    Of one with words left out, the pieces that nobody says; the whole where nobody says them in this order.
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
    """The lines, and for each quotation that they do not hold the lines of its nearest place."""
    out = set(lines)
    for pieces in quotations(text):
        places = list(recording.places_of(*map(bare_words, pieces)))
        if places and not any(out.issuperset(place) for place in places):
            first = min(lines, default=1)
            out.update(min(places, key=lambda place: abs(min(place) - first)))
    return tuple(sorted(out))
