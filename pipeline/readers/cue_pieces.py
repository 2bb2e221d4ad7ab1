"""Cues of captions in pieces: lines without tags, one voice each; or a whole cue if it is only words."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.readers.evidence import Mark
from pipeline.readers.heads import Head
from pipeline.readers.inner import Inner
from pipeline.readers.tidy import ends_sentence, tidy
from pipeline.text import unescaped

_MARKUP = "i|b|u|s|c|em|strong|font|span|ruby|rt|rb|br|small|big|sub|sup|strike|tt|center"
_AFTER_NAME = r"(?:\.[^\s<>]{0,80}(?:[ \t][^<>]{0,40})?|\s+[\w-]+\s*=[^<>]{0,150})?\s*/?"
_FORMATTING = re.compile(rf"</?(?:{_MARKUP}){_AFTER_NAME}>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:(?:v|lang)(?:\.[^\s<>]{0,40})*(?:[ \t]+[^<>]{1,80})?|\d+[:.,][\d:.,]{0,20})>"
    rf"|{_FORMATTING.pattern}"
    r"|\{\\[^{}]{0,100}\}",
    re.IGNORECASE,
)
_OTHER_TAG = re.compile(
    rf"(?<!\w)<(?P<name>[A-Za-z][\w-]{{0,15}})(?P<more>{_AFTER_NAME})>|</(?P<closed>[A-Za-z][\w-]{{0,15}})>"
)
_NAME = re.compile(r"</?[A-Za-z][\w-]*")
VOICE = re.compile(r"<v(?:\.[^\s<>]{0,40})*[ \t]+([^<>]{1,80})>")
# A line of nothing but words. It begins with a small letter, or a word and a small letter, and has no marks of names,
# times or sounds.
_ROW = r"(?!(?:[QA]|[Ff]rom) )(?:[a-z]|[A-Z][A-Za-z']*,? (?!of )[a-z])[A-Za-zÀ-ɏ0-9 ,.'’?!;\"-]*+(?<! )"
_ROWS = re.compile(rf"{_ROW}(?:\n{_ROW})*+")
_ENDED = 0.25  # minimum share of lines that end a sentence, if sentences have full stops: many go on in the next
_CHANGE, _CHANGES = ">>", 2  # changes the speaker; if at least so many lines begin with it, also inside lines


@dataclass(slots=True)
class Cue:
    """A caption: times in seconds, lines as written, and the `voice` (speaker) that the format gives.

    `line` is the file line before its first row, or its position in formats without lines. A `voice` of "" means that
    nobody is known to speak, None that the format does not say.
    """

    start: float | None
    end: float | None
    rows: list[str]
    line: int = 0
    voice: str | None = None


@dataclass(slots=True)
class Piece:
    """A line of a cue without tags, or a whole cue (`plain`) if its lines are only words.

    `name` is the speaker by voice or label, set once it is known which labels are names.
    """

    cue: Cue
    number: int
    text: str
    first: bool
    voice: str | None = None
    rows: Sequence[str] = ()
    plain: bool = False
    head: Head | None = None
    mark: Mark | None = None
    name: str | None = None


def ended_at_the_next(cues: list[Cue]) -> list[Cue]:
    """End each cue at the start of the next at the latest: YouTube's stay on the screen while others follow."""
    for cue, after in itertools.pairwise(cues):
        if cue.end is not None and after.start is not None and cue.end > after.start:
            cue.end = max(cue.start or 0.0, after.start)
    return cues


def plain_piece(cue: Cue) -> tuple[Piece] | None:
    """The lines of a cue as one piece if they are only words; None if some are not, or if there are none."""
    rows = [*filter(str.strip, cue.rows)]
    text = "\n".join(rows)
    if not _ROWS.fullmatch(text) or "  " in text or " - " in text:
        return None
    number = cue.line + 1 + cue.rows.index(rows[0])
    voice = cue.voice and html.unescape(cue.voice)
    return (Piece(cue, number, text.replace("\n", " "), True, voice, rows, True),)


def texts(pieces: Iterable[Piece]) -> list[str]:
    """The lines of all pieces."""
    return [row for piece in pieces for row in piece.rows or (piece.text,)]


def pieces_of(cue: Cue) -> Iterable[Piece]:
    """The lines of a cue as pieces; a line with several voices is divided."""
    voice, tags = cue.voice, _Tags(cue.rows)
    first = True
    for number, raw in enumerate(cue.rows, cue.line + 1):
        parts: Iterable[tuple[str | None, str]] = ((voice, raw),)
        if "<v" in raw:
            split = VOICE.split(raw)
            parts = [(voice, split[0]), *zip(split[1::2], split[2::2], strict=True)]
            voice = split[-2] if len(split) > 1 else voice
        for part_voice, text in parts:
            if "<" in text or "{\\" in text:
                text = tags.without_pairs(_TAG.sub("", text))
            text = tags.unescaped(text)
            if text and (text := tidy(text)):
                yield Piece(cue, number, text, first, part_voice and html.unescape(part_voice))
                first = False


class _Tags:
    """The tags of unknown names in the lines of a cue."""

    def __init__(self, rows: Sequence[str]) -> None:
        self._rows = rows

    @cached_property
    def _names(self) -> frozenset[str]:
        """What the tags of the cue begin with: "<i", "</i"."""
        return frozenset(name for row in self._rows for name in _NAME.findall(row))

    @cached_property
    def _closes_escaped(self) -> bool:
        return any("&lt;/" in row or "&lt;br" in row for row in self._rows)

    def without_pairs(self, text: str) -> str:
        """A line without tags of unknown names if they have attributes or the cue closes them; others are words."""
        return _OTHER_TAG.sub(self._without_pair, text) if "<" in text else text

    def _without_pair(self, tag: re.Match[str]) -> str:
        if name := tag["closed"]:
            return "" if f"<{name}" in self._names else tag[0]
        return "" if "=" in tag["more"] or f"</{tag['name']}" in self._names else tag[0]

    def unescaped(self, text: str) -> str:
        """A line with entities decoded, without tags that a converter escaped: the cue closes some of them."""
        if "&lt;" in text and self._closes_escaped:
            text = _FORMATTING.sub("", unescaped(text))
        return unescaped(text)


def cut_at_labels(pieces: list[Piece]) -> list[Piece]:
    """Cut lines before recurring labels inside them, and before ">>" if lines begin with it."""
    plain = sum(len(p.rows) for p in pieces)
    changes = sum(p.text.startswith(_CHANGE) for p in pieces) >= _CHANGES
    end = changes and end_sentences(texts(pieces))
    inner = Inner([p.text for p in pieces if not p.plain], chevrons=changes, end=end, others=plain)
    if not (inner.names or changes):
        return pieces
    cut_pieces: list[Piece] = []
    for piece in pieces:
        if piece.plain:
            cut_pieces.append(piece)
            continue
        for n, part in enumerate(inner.parts(piece.text)):
            cut_pieces.append(Piece(piece.cue, piece.number, part, piece.first and n == 0, piece.voice))
    return cut_pieces


def end_sentences(lines: Sequence[str]) -> bool:
    """Whether sentences in these lines end with a sign, so that ">>" in mid-sentence changes no speaker."""
    filled = [line for line in lines if line.strip()]
    return sum(map(ends_sentence, filled)) >= _ENDED * len(filled)
