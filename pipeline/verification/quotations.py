"""Quotations in a statement: whether somebody said them word for word, and in which lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.text import word_count
from pipeline.verification.recording import Recording, bare_words

_QUOTED = re.compile(r"[“„«]([^“”„«»]+)[”“»]|»([^“”„«»]+)«|「([^「」]+)」|『([^『』]+)』|(?<!\w)\"([^\"]+)\"(?!\w)")
_MARK = re.compile(r"[“„«»「『\"]")
_LEFT_OUT = re.compile(r"\s*(?:\[[^\]]*\]|…|\.\.\.)\s*")
_LEAST_WORDS = 4  # shorter ones are names of things, titles and words that are spoken of


def quotations(text: str) -> Iterator[str]:
    """The quotations of a text, cut where words are left out or put in; shorter ones than four words are none."""
    if not _MARK.search(text):  # as in most texts
        return
    for match in _QUOTED.finditer(text):
        for part in _LEFT_OUT.split(match[match.lastindex or 0]):
            if word_count(" ".join(bare_words(part))) >= _LEAST_WORDS:
                yield part.strip()


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Where the quotations of a text begin and end, their marks included."""
    return [match.span() for match in _QUOTED.finditer(text)]


def unsaid_quotations(text: str, recording: Recording) -> tuple[str, ...]:
    """The quotations that nobody says word for word anywhere and no title has, marks and capitals aside."""
    return tuple(dict.fromkeys(q for q in quotations(text) if not recording.holds(bare_words(q))))


def quoted_lines(text: str, lines: tuple[int, ...], recording: Recording) -> tuple[int, ...]:
    """The lines, and those of each quotation that they do not hold: of its place nearest to them."""
    out = set(lines)
    for quotation in quotations(text):
        places = list(recording.places_of(bare_words(quotation)))
        if places and not any(out.issuperset(place) for place in places):
            near = min(lines, default=1)
            out.update(min(places, key=lambda place: abs(min(place) - near)))
    return tuple(sorted(out))
