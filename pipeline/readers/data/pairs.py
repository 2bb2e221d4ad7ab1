"""JSON that lists pairs of speaker and words: [{"Marta": "…"}, {"Jonas": "…"}] or [["Marta", "…"], …]."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.pieces import cue
from pipeline.readers.labels import could_be_name
from pipeline.readers.tally import Tally

_SPOKEN = 3  # minimum number of words in a text, on average


def _pairs(parsed: Any) -> list[tuple[str, str]]:
    """The pairs, if there is nothing else, at least two names recur and the texts are more than single words."""
    entries = parsed if isinstance(parsed, list) else []
    pairs = [next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else value for value in entries]
    good = [(p[0], p[1]) for p in pairs if isinstance(p, list | tuple) and len(p) == 2 and _are_texts(*p)]
    names = [name for name, _ in good]
    recurring = [name for name, n in Counter(names).items() if n > 1]
    spoken = sum(len(text.split()) for _, text in good) >= _SPOKEN * len(good)
    return good if len(good) == len(entries) and len(recurring) > 1 and spoken else []


def _are_texts(name: Any, text: Any) -> bool:
    return isinstance(name, str) and isinstance(text, str) and could_be_name(name)


def sniff(document: Document) -> bool:
    """Whether the JSON consists of pairs of a name and a text."""
    return bool(_pairs(document.json))


def read(document: Document, tally: Tally) -> Captions:
    """Read each pair as a cue."""
    cues = [cue(text, None, None, name, n) for n, (name, text) in enumerate(_pairs(document.json), 1)]
    return Captions(cues)


READER = Reader("json-pairs", "JSON that lists names and texts", sniff, read)
