"""Summary: a sentence for each run of neighbouring Main Points, resting on statements that carry evidence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import Field

from pipeline.document import Detail, MainPoint, Statement, Withheld
from pipeline.sections.base import Bounds, Draft, DraftStatement, Flat, MergeContext, Merged, SectionSpec
from pipeline.sections.repeats import is_repeat
from pipeline.tasks import all_of
from pipeline.text import content_words, tidied

MOST_SENTENCES = 5
MOST_NOTES = 4
LONGEST = 360  # characters of a sentence; what is longer strings notes together and ends where it is stopped
_FRAME = re.compile(r"^According to [^,]+, ")
_SUBJECT = 3  # words with meaning at the beginning of a note that tell what it speaks of
T = TypeVar("T")


class Woven(Flat):
    """One sentence and the numbers of the notes that it rests on."""

    notes: Annotated[list[int], Field(min_length=1, max_length=4)]
    sentence: str

    def rests_on(self, shown: Sequence[T]) -> list[T]:
        """The notes named, of those shown; all of them when no number fits."""
        return [shown[i - 1] for i in dict.fromkeys(self.notes) if 1 <= i <= len(shown)] or list(shown)


class SummaryDraft(Draft):
    """A sentence of the summary; it is asked for in the merge, from notes instead of lines."""

    notes: list[int]
    sentence: str

    def rows(self) -> list[tuple[list[int], str, str]]:
        """No rows: there is no map call."""
        return []


async def merge(drafts: Sequence[DraftStatement], context: MergeContext) -> Merged:
    """Every run of notes is among the sentences, so that no part of a recording goes without."""
    points: tuple[MainPoint, ...] = context.done["main_points"].content
    content: list[Statement] = []
    withheld: list[tuple[str, Withheld]] = []
    runs = [_spread(notes, MOST_NOTES) for notes in _runs([d for p in points for d in p.flat()])]
    for n, (shown, woven) in enumerate(zip(runs, await all_of([_ask(r, context) for r in runs]), strict=True)):
        text = as_sentence(woven.sentence)
        lines, fault = _resting(text, _lines(woven.rests_on(shown)), _lines(shown), context)
        fault = fault or join_fault(text, [d.text for d in shown])
        if fault:
            # What the notes do not say is not printed: the fullest of them that holds stands for its run instead.
            withheld.append((f"summary/{n}", Withheld(section="summary", text=text, reason=fault)))
            best = max(shown, key=lambda d: (d.support == "verified", len(d.text)))
            text, lines = best.text, _lines([best])
        if any(is_repeat(s.text, text) for s in content):
            repeat = Withheld(section="summary", text=text, reason="repeats a sentence of the summary")
            withheld.append((f"summary/{n}", repeat))
        else:
            content.append(
                Statement(
                    text=text,
                    evidence=context.cite(lines),
                    support="weak" if context.doubt(text, lines, "summary") else "verified",
                )
            )
    return Merged(tuple(content), {}, tuple(withheld))


async def _ask(shown: Sequence[Detail], context: MergeContext) -> Woven:
    return await context.ask(
        "sections/summary.v1",
        Woven,
        max_tokens=200,
        notes="\n".join(f"{i}. {d.text}" for i, d in enumerate(shown, 1)),
        bounds=Bounds({"notes": {"items": {"type": "integer", "minimum": 1, "maximum": len(shown)}}}),
    )


def _lines(notes: Sequence[Detail]) -> list[int]:
    return sorted({e.segment for d in notes for e in d.evidence})


def _resting(text: str, named: list[int], shown: list[int], context: MergeContext) -> tuple[list[int], str | None]:
    """The lines that support a sentence: those that it names, else all that it was shown; else why they do not."""
    fault = context.fault(text, named) or cut_fault(text)
    if fault and context.fault(text, shown) is None and cut_fault(text) is None:
        return shown, None
    return named, fault


def cut_fault(text: str) -> str | None:
    """Why a sentence looks as if it had been stopped instead of ended, or None."""
    return "the sentence is far too long" if len(text) > LONGEST else None


def join_fault(text: str, notes: Sequence[str]) -> str | None:
    """Why a sentence seems to say of one note's subject what another note says of its own, or None.

    It has half of what a note says, of four words at least, but none of the three words with which that note begins.
    """
    have = set(content_words(text))
    for note in notes:
        if note == text or "“" in note:
            continue
        said = content_words(_FRAME.sub("", note))
        subject, told = set(said[:_SUBJECT]), set(said[_SUBJECT:]) - set(said[:_SUBJECT])
        if len(told) > _SUBJECT and 2 * len(told & have) >= len(told) and not subject & have:
            return f"it leaves out of what “{note}” is said"
    return None


def as_sentence(text: str) -> str:
    """With a capital and an end mark."""
    text = tidied(text)
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?。！？…" else ".")


def _runs(notes: list[Detail]) -> list[list[Detail]]:
    """Neighbouring notes, about three a sentence, in at most MOST_SENTENCES runs."""
    n = min(MOST_SENTENCES, -(-len(notes) // 3))
    cuts = [round(i * len(notes) / n) for i in range(n + 1)] if n else []
    return [notes[a:b] for a, b in itertools.pairwise(cuts)]


def _spread(notes: list[Detail], most: int) -> list[Detail]:
    """At most `most` notes, evenly from the first to the last."""
    if len(notes) <= most:
        return notes
    return [notes[round(i * (len(notes) - 1) / (most - 1))] for i in range(most)]


SUMMARY = SectionSpec(
    name="summary",
    prompt="sections/summary.v1",
    draft=SummaryDraft,
    merge=merge,
    most=lambda tokens: 0,
    max_tokens=0,
    item_field="",
    text_limit=360,
    from_chunks=False,
)
