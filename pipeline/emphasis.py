"""Words of a statement that stand out in bold, so that a reader finds them at a glance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.text import UNSPACED

_CODE = "`"
_LETTER = rf"[^\W{UNSPACED}]"  # of a word that blanks part from others
_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*\*(?![\w*])")
_EDGES = " .,;:!?…–—"


def emphasised(words: str) -> str:
    """Words that a writer set in bold, without the marks of the sentence around them; "" where none are left."""
    return words.strip(_EDGES)


def unmarked(text: str) -> tuple[str, tuple[str, ...]]:
    """A text that a model may have marked up without the marks of bold, and the words between them."""
    found = tuple(filter(None, map(emphasised, _BOLD.findall(text))))
    return _BOLD.sub(r"\1", text), found


def standing_in(text: str, emphasis: Iterable[str]) -> tuple[str, ...]:
    """Those of the emphasised words that stand in a text, in its order: each once, and none inside another."""
    return tuple(text[start:end] for start, end in _spans(text, emphasis))


def shared_out(emphasis: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The emphasis of each of the texts that a text was cut into: words stand out where they first occur."""
    left = tuple(emphasis)
    for text in texts:
        mine = standing_in(text, left)
        left = tuple(words for words in left if words not in mine)
        yield mine


def pieces(text: str, emphasis: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it stands out."""
    done = 0
    for start, end in _spans(text, emphasis) if emphasis else ():
        if done < start:
            yield text[done:start], False
        yield text[start:end], True
        done = end
    if done < len(text):
        yield text[done:], False


def _spans(text: str, emphasis: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words stand first as whole ones, as (start, end); code is not cut."""
    found: list[tuple[int, int]] = []
    for words in sorted(set(filter(None, emphasis)), key=lambda w: (-len(w), w)):
        if whole := re.search(rf"(?<!{_LETTER}){re.escape(words)}(?!{_LETTER})", text):
            span = whole.span()
            cuts = any(text[:place].count(_CODE) % 2 for place in span)
            if not cuts and all(span[1] <= a or b <= span[0] for a, b in found):
                found.append(span)
    return sorted(found)
