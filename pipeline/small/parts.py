"""Parts: excerpts that one heading fits, under the name of the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.small.keys import keys
from pipeline.small.titles import NamedExcerpt, Names
from pipeline.text import QUESTION_MARKS

_MOST = 4  # excerpts of a part


@dataclass(frozen=True)
class Part:
    """Excerpts that belong together: the name of the first is the heading, those of the others are their leads."""

    excerpts: tuple[NamedExcerpt, ...]

    @property
    def heading(self) -> str:
        """What all of it is about."""
        return self.excerpts[0].name

    @property
    def words(self) -> int:
        """Words that stand below the heading."""
        return sum(named.excerpt.printed for named in self.excerpts)

    @property
    def leads(self) -> list[str]:
        """A lead for each excerpt, "" where the heading or a lead says it already, and for one without a title."""
        shown = [self.heading]
        for named in self.excerpts[1:]:
            lead = named.question or named.title
            shown.append("" if any(_same(lead, other) for other in shown) else lead)
        return ["", *shown[1:]]


def parts_of(named_excerpts: Sequence[NamedExcerpt], names: Names) -> list[Part]:
    """The excerpts in parts, in order: those that the name of the first fits stand below it; a name heads one part.

    So do those that nothing names: how one begins is a heading only where there is no part to stand in.
    """
    parts: list[list[NamedExcerpt]] = []
    for named in named_excerpts:
        while parts and not _belongs(named, parts[-1], names) and any(_same(named.name, p[0].name) for p in parts):
            named = named.renamed
        if parts and _belongs(named, parts[-1], names):
            parts[-1].append(named)
        else:
            parts.append([named if named.name else replace(named, own_sentence=names.beginning(named.excerpt))])
    return [Part(tuple(part)) for part in parts]


def _belongs(named: NamedExcerpt, part: Sequence[NamedExcerpt], names: Names) -> bool:
    """Whether an excerpt goes on from a part, answers its question too, or speaks of what its heading names."""
    first, last = part[0], part[-1].excerpt
    if named.excerpt.continues(last) or (named.question and _same(named.question, first.question)):
        return True
    if named.question or len(part) == _MOST:
        return False
    same_turn = last.sentences[-1].speaker is not None and last.sentences[-1].turn == named.excerpt.sentences[0].turn
    if first.question:
        return same_turn
    if not named.title:
        return not named.own_sentence or not names.words(first.name).isdisjoint(keys(named.excerpt.text))
    return keys(named.title) == keys(first.name) or not names.telling(first.name).isdisjoint(keys(named.title))


def _same(name: str, other: str) -> bool:
    """Whether two names say the same; questions do so only word by word."""
    alike = keys(name) == keys(other) != () and not name.endswith(QUESTION_MARKS)
    return bool(name) and (name == other or alike)
