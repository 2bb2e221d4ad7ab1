"""Parts: excerpts that fit under one heading, the title that most of them are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.small.context import MOST_WORDS
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import keys
from pipeline.small.titles import NamedExcerpt, Names
from pipeline.text import QUESTION_MARKS

_MOST = 4  # most excerpts of a part
_PARAGRAPH = 2 * MOST_WORDS


@dataclass(frozen=True)
class Part:
    """Excerpts that belong together: one's name is the heading, and the others' names are their leads."""

    excerpts: tuple[NamedExcerpt, ...]
    heading: str

    @property
    def namesake(self) -> NamedExcerpt:
        """The excerpt whose name is the heading."""
        return next(named for named in self.excerpts if named.name == self.heading)

    @property
    def words(self) -> int:
        """Number of words below the heading."""
        return sum(named.excerpt.printed for named in self.excerpts)

    @property
    def leads(self) -> list[str]:
        """A lead for each excerpt; "" if it has no title, or if the heading or an earlier lead says the same."""
        shown = [self.heading]
        for named in self.excerpts:
            lead = named.question or named.title
            shown.append("" if any(_same(lead, other) for other in shown) else lead)
        return shown[1:]

    @property
    def quotations(self) -> list[tuple[NamedExcerpt, str]]:
        """The quotations below the heading, each with its lead; without a lead, one is merged into its predecessor."""
        out: list[tuple[NamedExcerpt, str]] = []
        for named, lead in zip(self.excerpts, self.leads, strict=True):
            if out and not lead and _goes_right_on(out[-1][0].excerpt, named.excerpt):
                first, lead = out.pop()
                before, e = first.excerpt, named.excerpt
                sentences, notes = (*before.sentences, *e.sentences), (*before.notes, *e.notes)
                named = replace(first, excerpt=replace(before, sentences=sentences, notes=notes))
            out.append((named, lead))
        return out


def parts_of(named_excerpts: Sequence[NamedExcerpt], names: Names) -> list[Part]:
    """The excerpts in parts, in order: one joins the last part if it fits below its heading. No title heads two parts.

    An excerpt without a name mostly joins too; if it does not, its first words become a heading.
    """
    parts: list[Part] = []
    for named in named_excerpts:
        while parts and not _belongs(named, parts[-1], names) and any(_same(named.name, p.heading) for p in parts):
            named = named.renamed
        if parts and _belongs(named, parts[-1], names):
            *before, last = parts
            excerpts = (*last.excerpts, named)
            parts[-1] = Part(excerpts, _heading(excerpts, [p.heading for p in before], names))
        else:
            named = named if named.name else replace(named, own_sentence=names.beginning(named.excerpt))
            parts.append(Part((named,), named.name))
    return parts


def _heading(excerpts: Sequence[NamedExcerpt], taken: Sequence[str], names: Names) -> str:
    """The name of a part's first excerpt; if that is a title, the title among all that the sentences say most of.

    A title in `taken`, the headings of the parts before, is not used.
    """
    first = excerpts[0]
    if first.question or not first.title:
        return first.name
    said = [set(s.keys) for named in excerpts for s in named.excerpt.sentences]

    def share_said(title: str) -> float:
        telling_keys = names.telling(title)
        return sum(len(telling_keys & sentence_keys) for sentence_keys in said) / max(1, len(telling_keys))

    titles = (named.title for named in excerpts if named.title and not named.question)
    return max((title for title in titles if not any(_same(title, heading) for heading in taken)), key=share_said)


def _belongs(named: NamedExcerpt, part: Part, names: Names) -> bool:
    """Whether an excerpt continues a part, answers the same question, or is about what the part's heading names."""
    first, last, heading = part.excerpts[0], part.excerpts[-1].excerpt, part.heading
    if named.excerpt.continues(last) or (named.question and _same(named.question, first.question)):
        return True
    if named.question or len(part.excerpts) == _MOST:
        return False
    same_turn = last.sentences[-1].speaker is not None and last.sentences[-1].turn == named.excerpt.sentences[0].turn
    if first.question:
        return same_turn
    if not named.title:
        return not named.own_sentence or not names.words(heading).isdisjoint(keys(named.excerpt.text))
    return keys(named.title) == keys(heading) or not names.telling(heading).isdisjoint(keys(named.title))


def _goes_right_on(before: Excerpt, e: Excerpt) -> bool:
    """Whether an excerpt directly follows another in its turn, and both fit into one paragraph."""
    same_turn = before.sentences[-1].turn == e.sentences[0].turn
    return same_turn and before.last + 1 == e.first and before.words + e.words <= _PARAGRAPH


def _same(name: str, other: str) -> bool:
    """Whether two names say the same; questions must agree word for word."""
    alike = keys(name) == keys(other) != () and not name.endswith(QUESTION_MARKS)
    return bool(name) and (name == other or alike)
