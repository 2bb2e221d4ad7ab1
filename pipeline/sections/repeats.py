"""Repeats among statements: the same words, or the same few content words, said again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from pipeline.sections.base import DraftStatement
from pipeline.text import content_words


def is_repeat(a: str, b: str, *, threshold: float = 0.72) -> bool:
    """Whether `b` says hardly more than `a`: shared content words, or nearly the same characters."""
    (first, one), (second, other) = _content(a), _content(b)
    if not first or not second:
        return a.strip().casefold() == b.strip().casefold()
    if one and other and not (one <= other or other <= one):
        return False
    shared = len(first & second) / min(len(first), len(second))
    close_size = min(len(first), len(second)) >= 0.5 * max(len(first), len(second))
    return (shared >= threshold and close_size) or fuzz.ratio(a, b, score_cutoff=88) >= 88


@lru_cache(maxsize=2048)
def _content(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """A statement's content words, and the figures among them."""
    content = frozenset(content_words(text))
    return content, frozenset(w for w in content if any(c.isdigit() for c in w))


def first_of_each(drafts: Sequence[DraftStatement], *, by_label: bool = False) -> dict[str, str]:
    """Each draft id with the id that it repeats, or its own. The first, or with `by_label` the longest, stands."""
    order = sorted(drafts, key=lambda d: -len(d.text)) if by_label else list(drafts)
    kept: list[DraftStatement] = []
    placed: dict[str, str] = {}
    for draft in order:
        twin = next((k for k in kept if _same(k, draft, by_label=by_label)), None)
        placed[draft.id] = twin.id if twin else draft.id
        if twin is None:
            kept.append(draft)
    return placed


def _same(a: DraftStatement, b: DraftStatement, *, by_label: bool) -> bool:
    if by_label:
        return same_term(a.label, b.label)
    return is_repeat(a.text, b.text)


def same_term(a: str, b: str) -> bool:
    """Spelling variants of a term, its plural, and a term with its own abbreviation behind it."""
    first, second = content_words(a), content_words(b)
    if not first or not second:
        return a.strip().casefold() == b.strip().casefold()
    if set(first) == set(second) or (set(first) < set(second) and len(second) - len(first) <= 1 and len(first) > 1):
        return True
    return min(len(a), len(b)) > 5 and fuzz.ratio(a.casefold(), b.casefold()) >= 88


def union_lines(drafts: Sequence[DraftStatement], placed: dict[str, str], id_: str) -> list[int]:
    """The lines of a draft and of all that repeat it, in order."""
    return sorted({line for d in drafts if placed.get(d.id) == id_ for line in d.lines})
