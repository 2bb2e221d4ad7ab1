"""Prerequisites: what the recording takes for granted, each once, the ones needed most often first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from pipeline.document import Prerequisite, Withheld
from pipeline.sections.base import Draft, DraftStatement, Flat, MergeContext, Merged, SectionSpec
from pipeline.sections.repeats import is_repeat, same_term
from pipeline.text import content_words
from pipeline.tokens import everyday

MOST = 6
LIMIT = 110  # characters of what the model tells of a topic
_MOST_DETAILS, _LONGEST_DETAIL = 5, 5  # details of a topic, words of a detail


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
        (d.id, Withheld(section="prerequisites", text=line(d, details(d)), reason=f"more than {MOST} prerequisites"))
        for d in drafts
        if placed[d.id] not in chosen
    )
    content: list[Prerequisite] = []
    told: list[str] = []
    for draft in (d for d in kept if d.id in chosen):
        needed_here = details(draft, told)
        content.append(Prerequisite(text=line(draft, needed_here)))
        told += needed_here
    return Merged(tuple(content), {k: v for k, v in placed.items() if v in chosen}, withheld)


def line(draft: DraftStatement, of_it: Sequence[str]) -> str:
    """ "Basic familiarity with topic (details of it)"."""
    topic = f"Basic familiarity with {_small(draft.label.strip(' .'))}"
    return f"{topic} ({', '.join(of_it)})" if of_it else topic


def details(draft: DraftStatement, told: Sequence[str] = ()) -> list[str]:
    """What of the topic is needed, each once and not if `told` before; nothing that is a sentence or only the topic."""
    out: list[str] = []
    for part in _uncut(draft.text).strip(" .,()").split(","):
        detail = _small(part.strip())
        words = set(content_words(detail))
        if not words or words <= set(content_words(draft.label)) or len(detail.split()) > _LONGEST_DETAIL:
            continue
        if not any(same_term(detail, other) for other in (*out, *told)):
            out.append(detail)
    return out[:_MOST_DETAILS]


def _small(phrase: str) -> str:
    """A phrase as it stands within a sentence: an ordinary first word loses its capital."""
    first = (phrase.split() or [""])[0]
    plain = first[1:].islower() and (everyday(first) or " " in phrase)
    named = phrase[len(first) + 1 : len(first) + 2].isupper()
    return first.lower() + phrase[len(first) :] if plain and not named else phrase


def _uncut(detail: str) -> str:
    """A list that the length limit cut loses its last, broken entry."""
    return detail.rpartition(",")[0] if len(detail) >= LIMIT - 2 and "," in detail else detail


PREREQUISITES = SectionSpec(
    name="prerequisites",
    prompt="sections/prerequisites.v1",
    draft=PrerequisitesDraft,
    merge=merge,
    most=lambda tokens: 3,
    max_tokens=300,
    item_field="prerequisites",
    text_limit=LIMIT,
)
