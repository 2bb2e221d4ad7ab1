"""Find the statements of one document again in another, by lines, words and what they are nested below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.document import FORMS
from pipeline.review.actions import About, Event
from pipeline.text import words

_LEAST = 0.55  # mean of shared lines and similarity of words (each 0 to 1) from which two statements count as the same
_LEAST_ALIKE = 0.5  # similarity of words (0 to 1) below which shared lines do not make two statements the same


@dataclass(frozen=True, slots=True)
class Match:
    """Where a statement is in the new document, and whether its words, including the lead, are the same there."""

    id: str
    same_words: bool


GONE = Match("gone.0", False)  # no statement has this id


def abouts_of(events: Iterable[Event]) -> dict[str, dict[str, About]]:
    """The statements that events are about, by the events' document and by id."""
    abouts: dict[str, dict[str, About]] = {}
    for event in events:
        abouts.setdefault(event.document, {}).update((a.id, a) for a in event.about)
    return abouts


def found_again(earlier: Mapping[str, Mapping[str, About]], here: Mapping[str, About]) -> dict[str, dict[str, Match]]:
    """Where the statements of earlier documents are in this one, by document. Each document is matched on its own."""
    index = _Index(here)
    return {document: _matches(abouts, index) for document, abouts in earlier.items()}


def unmoved_up_to(earlier: Mapping[str, Mapping[str, About]], here: Mapping[str, About]) -> dict[str, int]:
    """For each earlier document, the last line up to which its line numbers still hold here.

    A statement with the same words and line numbers in both proves it for its lines and all lines before them. A
    heading proves nothing: other statements below it may cite lines with the same numbers.
    """

    def last(about: About) -> int:
        is_unmoved = about.section != "heading" and about.id in here and here[about.id].lines == about.lines
        return max(about.lines, default=0) if is_unmoved else 0

    return {document: max(map(last, abouts.values()), default=0) for document, abouts in earlier.items()}


class _Index:
    """The statements and headings of a document, indexed for the search."""

    def __init__(self, here: Mapping[str, About]) -> None:
        self.here = here
        self._by_line: dict[tuple[str, int], list[About]] = defaultdict(list)
        self._bare: dict[str, list[About]] = defaultdict(list)
        self._by_words: dict[tuple[str, str], list[About]] = defaultdict(list)
        self._below: dict[str, list[About]] = defaultdict(list)
        for about in here.values():
            self._by_words[about.section, _plain(about.text)].append(about)
            self._below[about.above or ""].append(about)
            if not about.lines:
                self._bare[about.section].append(about)
            for n in about.lines:
                self._by_line[about.section, n].append(about)

    def near(self, old: About, above: str) -> list[About]:
        """The candidates for an earlier statement whose parent is now `above`. A field stays below its own item."""
        if old.above and _is_item(old):
            return self._below[above]
        near = {c.id: c for n in old.lines for c in self._by_line[old.section, n]}
        near |= {c.id: c for c in self._by_words[old.section, _plain(old.text)]}
        near |= {} if old.lines else {c.id: c for c in self._bare[old.section]}
        return [c for c in near.values() if old.above is None or not _is_item(old) or not c.above]

    def only_field(self, about: About) -> bool:
        """Whether a field is the only one with its title in its item."""
        return bool(about.label) and [a.label for a in self._below[about.above or ""]].count(about.label) == 1


def _matches(abouts: Mapping[str, About], index: _Index) -> dict[str, Match]:
    """The most likely match of each statement and heading, by id. Parents are matched before their children."""
    matched = {a.id: Match(a.id, True) for a in abouts.values() if a.id in index.here and not a.above}
    taken = set(matched)
    while level := [a for a in abouts.values() if a.id not in matched and _is_next(a, abouts, matched)]:
        scored: list[tuple[float, About, About]] = []
        for old in level:
            above = matched.get(old.above or "", GONE).id
            scored += [(_score(old, new, above, index), old, new) for new in index.near(old, above)]
        for score, old, new in sorted(scored, key=lambda s: (-s[0], s[1].id, s[2].id)):
            if score >= _LEAST and old.id not in matched and new.id not in taken:
                matched[old.id] = Match(new.id, _same_words(old, new))
                taken.add(new.id)
        matched |= {old.id: GONE for old in level if old.id not in matched}
    return matched


def _is_next(about: About, abouts: Mapping[str, About], matched: Mapping[str, Match]) -> bool:
    return not about.above or about.above in matched or about.above not in abouts


def _score(old: About, new: About, above: str, index: _Index) -> float:
    """How likely two statements are the same: equal texts first, then the same field of an item, then similarity."""
    shared, same_place = _shared(old, new), old.above and new.above == above
    if _plain(old.text) == _plain(new.text):
        return 2 + shared + 2 * _same_words(old, new) + (1 if same_place else 0)
    alike = fuzz.ratio(old.text, new.text) / 100
    if same_place and _is_item(old) and old.label == new.label and index.only_field(new):
        return 1 + alike
    if old.label is not None and alike < _LEAST_ALIKE:
        return 0
    return (alike + shared) / 2 if old.lines and new.lines else alike


def _same_words(old: About, new: About) -> bool:
    """Whether text and lead are equal but for capitals and punctuation. Older files have no leads."""
    same_label = old.label is None or _plain(old.label) == _plain(new.label or "")
    return same_label and _plain(old.text) == _plain(new.text)


def _is_item(about: About) -> bool:
    """Whether it is in a section of items, where nested statements are fields that concern only their item."""
    return about.section not in FORMS


def _plain(text: str) -> str:
    return " ".join(words(text))


def _shared(a: About, b: About) -> float:
    either = set(a.lines) | set(b.lines)
    return len(set(a.lines) & set(b.lines)) / len(either) if either else 1.0
