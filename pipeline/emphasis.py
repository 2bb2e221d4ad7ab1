"""Words of a statement that are printed in bold, so that a reader finds them at a glance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.text import QUESTION_MARKS, UNPARTED

_EDGES = " \u00a0\u202f.,;:!?…–—：？؟。！、，"
_MOST = 50  # emphasised phrases per paragraph
_OF_WORD = rf"[^\W{UNPARTED}]"  # a letter or digit of a script that separates words with spaces
_TWO = re.compile(rf"{_OF_WORD}{{2}}")  # two characters inside a word
_IN_FIGURE = re.compile(r"\d[.,]\d")
_BEGINS, _ENDS = rf"(?<!\*)(?<!{_OF_WORD})\*\*(?=[^\s*])", rf"(?<=[^\s*])\*\*(?!{_OF_WORD}|\*)"
_ENDS_AT_SIGN = r"(?<=[^\w\s*)\]}])\*\*(?![*\d])"  # "**Why:**it", but not "f(a)**g(b)**c"
_BOLD = re.compile(rf"`[^`]*`|{_BEGINS}((?:`[^`]*`|[^*`])+?)(?:{_ENDS}|{_ENDS_AT_SIGN})")
_LEADS = re.compile(r"\s*[:：]")  # bold words before a colon at the start of a text would look like its lead


def emphasised(words: str) -> str:
    """Words that a writer set in bold, without surrounding punctuation; "" if nothing is left."""
    return words.strip(_EDGES)


def unmarked(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without a model's bold marks, and the phrases that were between them; marks inside code are kept."""
    if "**" not in text:  # the usual case
        return text, ()
    bold = (match[1] for match in _BOLD.finditer(text) if match[1])
    return _BOLD.sub(lambda match: match[1] or match[0], text), tuple(filter(None, map(emphasised, bold)))


def standing_in(text: str, emphasis: Iterable[str]) -> tuple[str, ...]:
    """The emphasised phrases that occur in a text and can be bold there, in the text's order."""
    return tuple(text[start:end] for start, end in _spans(text, emphasis))


def shared_out(emphasis: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The emphasis for each piece of a divided text: a phrase goes to the first piece in which it occurs."""
    remaining = tuple(emphasis)[:_MOST]
    for text in texts:
        standing = standing_in(text, remaining)
        remaining = tuple(words for words in remaining if words not in standing)
        yield standing


def pieces(text: str, emphasis: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is bold."""
    last_end = 0
    for start, end in _spans(text, emphasis):
        if last_end < start:
            yield text[last_end:start], False
        yield text[start:end], True
        last_end = end
    if last_end < len(text):
        yield text[last_end:], False


def _spans(text: str, emphasis: Iterable[str]) -> list[tuple[int, int]]:
    """(start, end) of the first place where each phrase can be bold in Markdown; no two spans touch."""
    spans: list[tuple[int, int]] = []
    for words in sorted(list(dict.fromkeys(filter(None, emphasis)))[:_MOST], key=len, reverse=True):
        start = text.find(words)
        while start >= 0:
            end = start + len(words)
            if _can_stand_out(text, start, end) and all(end < a or b < start for a, b in spans):
                spans.append((start, end))
                break
            start = text.find(words, start + 1)
    return sorted(spans)


def _can_stand_out(text: str, start: int, end: int) -> bool:
    """Whether the span is whole words that Markdown shows in bold and not as a lead, outside code and figures."""
    before, first, last, after = text[start - 1 : start], text[start], text[end - 1], text[end : end + 1]
    inside_word = _TWO.match(before + first) or _TWO.match(last + after)
    torn = (not first.isalnum() and before.isalnum()) or (not last.isalnum() and after.isalnum())
    inside_figure = _IN_FIGURE.search(text, max(0, start - 2), start + 1) or _IN_FIGURE.match(text, end - 1)
    is_lead = not text[:start].strip() and (_LEADS.match(text, end) or last in QUESTION_MARKS)
    in_code = any(text[:place].count("`") % 2 for place in (start, end))
    return not (inside_word or torn or inside_figure or is_lead or in_code)
