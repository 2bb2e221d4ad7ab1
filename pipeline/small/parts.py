"""Parts: excerpts that one heading fits, under the name of the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.small.keys import keys
from pipeline.small.titles import Named, Names
from pipeline.text import QUESTION_MARKS

_MOST = 4  # excerpts of a part


@dataclass(frozen=True)
class Part:
    """Excerpts that belong together: the name of the first is the heading, those of the others are their leads."""

    named: tuple[Named, ...]

    @property
    def heading(self) -> str:
        """What all of it is about."""
        return self.named[0].name

    @property
    def words(self) -> int:
        """Words that stand below the heading."""
        return sum(one.excerpt.printed for one in self.named)

    @property
    def leads(self) -> list[str]:
        """A lead for each excerpt, "" where the heading or a lead says it already, and for one without a title."""
        shown = [self.heading]
        for one in self.named[1:]:
            lead = one.question or one.title
            shown.append("" if any(_same(lead, other) for other in shown) else lead)
        return ["", *shown[1:]]


def parted(named: Sequence[Named], names: Names) -> list[Part]:
    """The excerpts in parts, in order: those that the name of the first fits stand below it; a name heads one part.

    So do those that nothing names: how one begins is a heading only where there is no part to stand in.
    """
    parts: list[list[Named]] = []
    for one in named:
        while parts and not _belongs(one, parts[-1], names) and any(_same(one.name, p[0].name) for p in parts):
            one = one.renamed
        if parts and _belongs(one, parts[-1], names):
            parts[-1].append(one)
        else:
            parts.append([one if one.name else replace(one, own=names.beginning(one.excerpt))])
    return [Part(tuple(part)) for part in parts]


def _belongs(one: Named, part: Sequence[Named], names: Names) -> bool:
    """Whether an excerpt goes on from a part, answers its question too, or speaks of what its heading names."""
    first, last = part[0], part[-1].excerpt
    if one.excerpt.continues(last) or (one.question and _same(one.question, first.question)):
        return True
    if one.question or len(part) == _MOST:
        return False
    same_turn = last.sentences[-1].speaker is not None and last.sentences[-1].turn == one.excerpt.sentences[0].turn
    if first.question:
        return same_turn
    if not one.title:
        return not one.own or not names.words(first.name).isdisjoint(keys(one.excerpt.text))
    return keys(one.title) == keys(first.name) or not names.telling(first.name).isdisjoint(keys(one.title))


def _same(one: str, other: str) -> bool:
    """Whether two names say the same; questions do so only word by word."""
    alike = keys(one) == keys(other) != () and not one.endswith(QUESTION_MARKS)
    return bool(one) and (one == other or alike)
