"""Statements of one document found again in another, by their lines and their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.review.actions import About, Event
from pipeline.review.state import State
from pipeline.text import words

_LEAST = 0.55  # mean of shared lines and likeness of words, both 0 to 1; below it two statements are two


@dataclass(frozen=True, slots=True)
class Match:
    """Where something is in the new document, and whether it says the same there, word for word."""

    id: str
    same_words: bool


def abouts_of(events: Iterable[Event]) -> dict[str, dict[str, About]]:
    """The statements that events are about, by the document on which they were taken and by id."""
    abouts: dict[str, dict[str, About]] = {}
    for event in events:
        abouts.setdefault(event.document, {}).update((a.id, a) for a in event.about)
    return abouts


def found_again(earlier: Mapping[str, Mapping[str, About]], base: State) -> dict[str, Match]:
    """Where the statements of earlier documents are in this one; each document is matched on its own."""
    ids = set(base.ids())
    matched: dict[str, Match] = {}
    for abouts in earlier.values():
        same_ids = abouts.keys() & ids
        matched |= matches([a for a in abouts.values() if a.id not in ids], base, taken=same_ids)
    return matched


def unmoved_up_to(earlier: Mapping[str, Mapping[str, About]], base: State) -> dict[str, int]:
    """By earlier document, the last line up to which its line numbers still hold here.

    A statement with the same words and the same numbers here proves it for its lines and for all before them.
    """
    lines_here = {i.id: i.lines for i in base.items}

    def last(about: About) -> int:
        return max(about.lines, default=0) if lines_here.get(about.id) == about.lines else 0

    return {document: max(map(last, abouts.values()), default=0) for document, abouts in earlier.items()}


def matches(abouts: Iterable[About], state: State, taken: Iterable[str] = ()) -> dict[str, Match]:
    """Where in `state` these statements and headings most likely are, by id; no place twice, none that is `taken`."""
    candidates = [a for id_ in state.ids() if (a := state.about(id_))]
    by_line: dict[tuple[str, int], list[About]] = defaultdict(list)
    bare: dict[str, list[About]] = defaultdict(list)
    by_words: dict[tuple[str, str], list[About]] = defaultdict(list)
    for about in candidates:
        by_words[about.section, _plain_words(about)].append(about)
        if not about.lines:
            bare[about.section].append(about)
        for n in about.lines:
            by_line[about.section, n].append(about)
    scored: list[tuple[float, str, str, bool]] = []
    for old in {a.id: a for a in abouts}.values():
        near = {c.id: c for n in old.lines for c in by_line[old.section, n]}
        near |= {c.id: c for c in by_words[old.section, _plain_words(old)]}
        near |= {} if old.lines else {c.id: c for c in bare[old.section]}
        for new in near.values():
            same_words = _plain_words(old) == _plain_words(new)
            score = 2.0 + _shared(old, new) if same_words else _likeness(old, new)
            if score >= _LEAST:
                scored.append((score, old.id, new.id, same_words))
    matched: dict[str, Match] = {}
    taken = set(taken)
    for _, old_id, new_id, same_words in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if old_id not in matched and new_id not in taken:
            matched[old_id] = Match(new_id, same_words)
            taken.add(new_id)
    return matched


def _plain_words(about: About) -> str:
    return " ".join(words(about.text))


def _shared(a: About, b: About) -> float:
    either = set(a.lines) | set(b.lines)
    return len(set(a.lines) & set(b.lines)) / len(either) if either else 1.0


def _likeness(a: About, b: About) -> float:
    alike = fuzz.ratio(a.text, b.text) / 100
    return (alike + _shared(a, b)) / 2 if a.lines and b.lines else alike
