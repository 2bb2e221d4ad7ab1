"""SAMI, captions of Windows Media: a SYNC element a time, a paragraph a language, an empty one where nobody speaks."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from pipeline.readers.base import Document, Parsed, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.cues import cue_lines
from pipeline.readers.tally import Tally
from pipeline.text import words

_ROOT = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?<sami\b", re.IGNORECASE)
_SYNC = re.compile(r"<sync\b[^<>]*?\bstart\s*=\s*[\"']?\s*(\d{1,9})[^<>]*>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p\b(?:[^<>]*?\bclass\s*=\s*[\"']?([\w-]{1,40}))?[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_END = re.compile(r"</(?:p|sync|body|sami)\s*>", re.IGNORECASE)


def sniff(document: Document) -> bool:
    """The root element."""
    return _ROOT.match(document.head) is not None


def read(document: Document, tally: Tally) -> Parsed:
    """A cue a paragraph of the language that comes first; others are told."""
    text = document.taken()
    parts = _SYNC.split(text)
    tally.leave_out("headers", _ANY_TAG.sub(" ", parts[0]), 1)
    cues: list[tuple[str, Cue]] = []
    line = parts[0].count("\n") + 1
    for start, body in zip(parts[1::2], parts[2::2], strict=True):
        cues += [(kind, Cue(int(start) / 1000, None, said, line)) for kind, said in _paragraphs(body)]
        line += body.count("\n")
    kinds = Counter(kind for kind, cue in cues if words(" ".join(cue.rows).replace("&nbsp;", " ")))
    first = next(iter(kinds), "")
    for kind, cue in cues:
        if kind != first:
            tally.leave_out("captions in another language", " ".join(cue.rows).replace("&nbsp;", " "), cue.line)
    return Parsed(cue_lines(_ended([cue for kind, cue in cues if kind == first]), tally, document.label))


def _paragraphs(body: str) -> list[tuple[str, list[str]]]:
    """The class and the lines of each paragraph below a time."""
    parts = _PARAGRAPH.split(_END.sub("", body))
    pairs = [*zip(parts[1::2], parts[2::2], strict=True)]
    if not pairs or words(parts[0]):
        pairs.insert(0, (pairs[0][0] if pairs else None, parts[0]))
    return [(kind or "", _BREAK.sub("\n", " ".join(said.split())).split("\n")) for kind, said in pairs]


def _ended(cues: list[Cue]) -> list[Cue]:
    """The cues with words, each up to the next time."""
    for cue, after in itertools.pairwise(cues):
        cue.end = after.start
    return [cue for cue in cues if words(" ".join(cue.rows).replace("&nbsp;", " "))]


READER = Reader("sami", "SAMI captions", sniff, read)
