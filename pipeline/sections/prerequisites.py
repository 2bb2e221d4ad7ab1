"""Prerequisites: what the recording takes for granted, each once, the ones needed most often first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from pipeline.document import Prerequisite, Withheld
from pipeline.sections.base import Draft, DraftStatement, Flat, MergeContext, Merged, SectionSpec
from pipeline.sections.repeats import is_repeat, same_term
from pipeline.tokens import everyday

MOST = 6
LIMIT = 110  # characters of a detail


class Needed(Flat):
    """A field or idea that a chunk takes for granted."""

    lines: Annotated[list[int], Field(min_length=1, max_length=2)]
    topic: Annotated[str, Field(max_length=60)]
    detail: str


class PrerequisitesDraft(Draft):
    """What a chunk gives."""

    prerequisites: list[Needed]

    def rows(self) -> list[tuple[list[int], str, str]]:
        """(lines, topic, detail) of each prerequisite."""
        return [(n.lines, n.topic, n.detail) for n in self.prerequisites]


async def merge(drafts: Sequence[DraftStatement], context: MergeContext) -> Merged:
    """Variants joined; at most MOST, those that several chunks need before the others."""
    placed: dict[str, str] = {}
    kept: list[DraftStatement] = []
    for draft in drafts:
        twin = next(
            (
                k
                for k in kept
                if same_term(k.label, draft.label)
                or is_repeat(f"{k.label} {k.text}", f"{draft.label} {draft.text}", threshold=0.5)
            ),
            None,
        )
        placed[draft.id] = twin.id if twin else draft.id
        if twin is None:
            kept.append(draft)
    needed = Counter(placed.values())
    ranked = sorted(kept, key=lambda d: -needed[d.id])
    chosen = {d.id for d in ranked[:MOST]}
    withheld = tuple(
        (d.id, Withheld(section="prerequisites", text=line(d), reason=f"more than {MOST} prerequisites"))
        for d in drafts
        if placed[d.id] not in chosen
    )
    content = tuple(Prerequisite(text=line(d)) for d in kept if d.id in chosen)
    return Merged(content, {k: v for k, v in placed.items() if v in chosen}, withheld)


def line(draft: DraftStatement) -> str:
    """ "Basic familiarity with topic (detail)"."""
    topic = draft.label.strip(" .")
    first = (topic.split() or [""])[0]
    if (
        first[1:].islower()
        and (everyday(first) or " " in topic)
        and not topic[len(first) + 1 : len(first) + 2].isupper()
    ):
        topic = first.lower() + topic[len(first) :]
    detail = _uncut(draft.text).strip(" .,()")
    detail = detail[:1].lower() + detail[1:] if detail[1:2].islower() else detail
    return f"Basic familiarity with {topic} ({detail})" if detail else f"Basic familiarity with {topic}"


def _uncut(detail: str) -> str:
    """A list that the length limit cut loses its last, broken entry."""
    return detail.rpartition(",")[0] if len(detail) >= LIMIT - 2 and "," in detail else detail


PREREQUISITES = SectionSpec(
    name="prerequisites",
    heading="Prerequisites",
    prompt="sections/prerequisites.v1",
    draft=PrerequisitesDraft,
    merge=merge,
    most=lambda tokens: 3,
    max_tokens=300,
    item_field="prerequisites",
    text_limit=LIMIT,
)
