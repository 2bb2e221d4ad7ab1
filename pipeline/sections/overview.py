"""Overview: what the recording is about, part by part, and what is known of where it comes from."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from pipeline.document import Statement
from pipeline.sections.base import Bounds, Draft, DraftStatement, MergeContext, Merged, SectionSpec
from pipeline.sections.repeats import first_of_each, union_lines
from pipeline.sections.summary import Woven, as_sentence
from pipeline.tasks import all_of

MOST_SENTENCES = 4


class OverviewDraft(Draft):
    """One sentence a chunk."""

    lines: Annotated[list[int], Field(min_length=1, max_length=4)]
    sentence: str

    def rows(self) -> list[tuple[list[int], str, str]]:
        """The one sentence with its lines."""
        return [(self.lines, "", self.sentence)]


async def merge(drafts: Sequence[DraftStatement], context: MergeContext) -> Merged:
    """A sentence a chunk while they are few; neighbours fused by one call each when they are many."""
    placed = first_of_each(drafts)
    kept = [d for d in drafts if placed[d.id] == d.id]
    content: list[Statement] = []
    groups = consecutive(kept, MOST_SENTENCES)
    fused = await all_of([_fused(group, context) for group in groups])
    lines_of = {d.id: union_lines(drafts, placed, d.id) for d in kept}
    for group, (told, chosen) in zip(groups, fused, strict=True):
        lines = sorted({n for d in chosen for n in lines_of[d.id]})
        if context.doubt(told, lines, "overview"):  # one of the sentences that it was made of may hold
            sound = next((d for d in group if not context.doubt(d.text, lines_of[d.id], "overview")), None)
            told, lines = (sound.text, lines_of[sound.id]) if sound else (told, lines)
        text = _also(told, [s.text for s in content])
        weak = context.doubt(text, lines, "overview")
        content.append(
            Statement(text=as_sentence(text), evidence=context.cite(lines), support="weak" if weak else "verified")
        )
    content += [Statement(text=text, evidence=(), support="verified") for text in context.provenance]
    return Merged(tuple(content), placed)


def _also(text: str, earlier: Sequence[str]) -> str:
    """The sentence without an opening that an earlier one has: "The recording is about …" is said once."""
    opening = re.match(r"The (?:recording|lecture|talk|episode) is about ", text)
    if opening is None or not any(e.startswith(opening[0]) for e in earlier):
        return text
    return f"It is also about {text[opening.end() :]}"


async def _fused(group: Sequence[DraftStatement], context: MergeContext) -> tuple[str, Sequence[DraftStatement]]:
    """One sentence for neighbours, and those of them that it rests on."""
    if len(group) == 1:
        return group[0].text, group
    woven = await context.ask(
        "merge_overview.v1",
        Woven,
        max_tokens=160,
        notes="\n".join(f"{i}. {d.text}" for i, d in enumerate(group, 1)),
        bounds=Bounds({"notes": {"items": {"type": "integer", "minimum": 1, "maximum": len(group)}}}),
    )
    return woven.sentence, woven.rests_on(group)


def consecutive(drafts: Sequence[DraftStatement], groups: int) -> list[Sequence[DraftStatement]]:
    """At most `groups` runs of neighbours, as even as can be."""
    n = min(groups, len(drafts))
    cuts = [round(i * len(drafts) / n) for i in range(n + 1)] if n else []
    return [drafts[a:b] for a, b in itertools.pairwise(cuts)]


OVERVIEW = SectionSpec(
    name="overview",
    prompt="sections/overview.v1",
    draft=OverviewDraft,
    merge=merge,
    most=lambda tokens: 1,
    max_tokens=200,
    item_field="",
    text_limit=360,
    merge_prompts=("merge_overview.v1",),
)
