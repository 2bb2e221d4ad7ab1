"""Main Points: notes in the order of the recording, divided under headings by where each part begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from pipeline.document import Detail, MainPoint
from pipeline.sections.base import Bounds, Draft, DraftStatement, Flat, MergeContext, Merged, SectionSpec
from pipeline.sections.parting import parts_of
from pipeline.sections.repeats import first_of_each, same_term, union_lines
from pipeline.tasks import all_of
from pipeline.text import content_words, words

Lines = Annotated[list[int], Field(min_length=1, max_length=3)]
LARGEST_PART = 7
SMALLEST_PART = 2
LONGEST_HEADING = 70
_FIRST = 2  # words with meaning more than a topic has, in which its note may say it again
_AS_SAID = 0.2  # what the number that the model gave counts, beside 1 for a note that has all words of a heading


class Note(Flat):
    """One note of a chunk."""

    lines: Lines
    kind: Literal["content", "greeting", "advert", "chatter"]
    statement: str
    topic: Annotated[str, Field(max_length=48)]


class MainPointsDraft(Draft):
    """What a chunk gives."""

    points: list[Note]

    def rows(self) -> list[tuple[list[int], str, str]]:
        """(lines, topic, statement) of each note that is not filler."""
        return [(n.lines, n.topic, n.statement) for n in self.points if n.kind == "content"]

    def filler(self) -> list[int]:
        """The lines of notes that are no content."""
        return [line for n in self.points if n.kind != "content" for line in n.lines]


class Part(Flat):
    """A heading and the number of the note with which it begins."""

    begins: int
    heading: Annotated[str, Field(max_length=90)]


class Outline(Flat):
    """The answer of the merge: where parts begin. Code makes the assignment, so nothing is lost or doubled."""

    parts: list[Part]


class Heading(Flat):
    """The answer of a small model, which is asked of one part that code has found."""

    heading: Annotated[str, Field(max_length=LONGEST_HEADING)]


async def merge(drafts: Sequence[DraftStatement], context: MergeContext) -> Merged:
    """Repeats joined, the rest divided under headings in order."""
    placed = first_of_each(drafts)
    kept = [d for d in drafts if placed[d.id] == d.id]
    if not kept:
        return Merged((), placed)
    if len(kept) <= 3:
        parts = [Part(begins=1, heading=kept[0].label or "Main Point")]
    else:
        parts = await (_titled(kept, context) if context.one_job else _outlined(kept, context))
    points = []
    told: list[str] = []
    for heading, members in assign(parts, kept):
        rows = [(d, union_lines(drafts, placed, d.id)) for d in members]
        details = nest(rows, context, heading, told)
        points.append(MainPoint(heading=heading, details=details))
    return Merged(tuple(points), placed)


async def _outlined(kept: Sequence[DraftStatement], context: MergeContext) -> list[Part]:
    """Where parts begin and what they are called, by one call, each at the note that its heading tells of."""
    least, most = max(1, round(len(kept) / 6)), max(2, round(len(kept) / 3.2))
    outline = await context.ask(
        "merge_outline.v1",
        Outline,
        max_tokens=80 + 40 * most,
        bounds=Bounds({"begins": {"minimum": 1, "maximum": len(kept)}, "parts": {"minItems": least, "maxItems": most}}),
        notes="\n".join(f"{i}. ({d.label}) {d.text}" for i, d in enumerate(kept, 1)),
        least=str(least),
        most=str(most),
    )
    return aligned(outline.parts, kept)


async def _titled(kept: Sequence[DraftStatement], context: MergeContext) -> list[Part]:
    """Parts by the words of notes and lines, a call each for what they are called."""
    said = [f"{d.label} {d.text} {' '.join(e.quote for e in context.cite(d.lines))}" for d in kept]
    starts = parts_of([content_words(text) for text in said], smallest=SMALLEST_PART, largest=LARGEST_PART)
    ends = [*starts[1:], len(kept) + 1]
    asked = [_heading(kept[a - 1 : b - 1], context) for a, b in zip(starts, ends, strict=True)]
    return [Part(begins=n, heading=h) for n, h in zip(starts, await all_of(asked), strict=True)]


async def _heading(members: Sequence[DraftStatement], context: MergeContext) -> str:
    notes = "\n".join(f"- {d.text}" for d in members)
    heading = (await context.ask("merge_heading.v1", Heading, max_tokens=40, notes=notes)).heading
    if len(heading) < LONGEST_HEADING:
        return heading
    return heading.rpartition(",")[0] or heading.rpartition(" ")[0]  # it was cut at its limit


def assign(parts: Sequence[Part], kept: Sequence[DraftStatement]) -> list[tuple[str, Sequence[DraftStatement]]]:
    """Consecutive parts by their first notes; parts out of bounds are split at a change of topic or joined."""
    headings = {1: ""} | {p.begins: p.heading for p in reversed(parts)}
    starts = _bounded(sorted(headings), kept)
    out: list[tuple[str, Sequence[DraftStatement]]] = []
    used: set[str] = set()
    for begin, end in zip(starts, [*starts[1:], len(kept) + 1], strict=True):
        members = kept[begin - 1 : end - 1]
        heading = _title(headings.get(begin, ""))
        heading = "" if len(heading) > LONGEST_HEADING or set(heading) & set('“”"') else heading  # a note, no heading
        if not heading or heading.casefold() in used:
            heading = next((t for d in members if (t := _title(d.label)) and t.casefold() not in used), "")
        heading = heading or f"{_title(members[0].label) or 'Part'} ({members[0].lines[0]}–{members[-1].lines[-1]})"
        used.add(heading.casefold())
        out.append((heading, members))
    return out


def aligned(parts: Sequence[Part], kept: Sequence[DraftStatement]) -> list[Part]:
    """The parts in their order, each at the note that its heading tells of.

    In a long list the numbers of a small model run ahead of the notes that it names. Of all ways to place the headings
    in order the one is taken in which they share most words with their notes. A heading whose words no note has stays
    where the model put it, and is left out only when others need the place.
    """
    told = [set(content_words(f"{d.label} {d.text}")) for d in kept]
    best: list[tuple[float, tuple[Part, ...]]] = [(0.0, ())] * (len(kept) + 1)  # by how many notes are passed
    for part in sorted(parts, key=lambda p: p.begins):
        wanted = set(content_words(part.heading))
        longer = list(best)
        for n, have in enumerate(told, 1):
            share = len(wanted & have) / max(1, len(wanted))
            value, placed = best[n - 1]
            found = value + share + _AS_SAID * (n == part.begins)
            if (share or n == part.begins) and found > longer[n][0]:
                longer[n] = (found, (*placed, part.model_copy(update={"begins": n})))
            if longer[n - 1][0] >= longer[n][0]:  # the first of equal places
                longer[n] = longer[n - 1]
        best = longer
    return list(best[-1][1])


def _bounded(starts: list[int], kept: Sequence[DraftStatement]) -> list[int]:
    """Starts such that parts have SMALLEST_PART to LARGEST_PART notes where the notes allow it."""
    total = len(kept)
    out = [1]
    for start in [s for s in starts if s > 1] + [total + 1]:
        while start - out[-1] > LARGEST_PART:
            out.append(_turn(out[-1], start, kept))
        if start <= total and start - out[-1] >= SMALLEST_PART and total + 1 - start >= SMALLEST_PART:
            out.append(start)
    return out


def _turn(begin: int, end: int, kept: Sequence[DraftStatement]) -> int:
    """Where to split notes begin…end-1: at the change of topic nearest to the middle."""
    middle = (begin + end) // 2
    turns = [
        i
        for i in range(begin + SMALLEST_PART, end - SMALLEST_PART + 1)
        if not same_term(kept[i - 1].label, kept[i - 2].label)
    ]
    near = [i for i in turns if i - begin <= LARGEST_PART]
    return min(near, key=lambda i: abs(i - middle)) if near else min(middle, begin + LARGEST_PART)


_HANGING = {"a", "an", "and", "of", "or", "the", "vs"}  # what no heading ends with, unlike "Logging In"
_SMALL = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "vs", "with"}


def _title(text: str) -> str:
    """Headline capitals, no end mark, no number in front, no "and" at the end where a model came to its limit."""
    tokens = text.strip(' .:;-–—*#/\\"“”').lstrip("0123456789.) ").split()
    while tokens and (not tokens[-1].strip(",") or tokens[-1].casefold() in _HANGING):
        tokens.pop()
    if tokens:
        tokens[-1] = tokens[-1].rstrip(",")
    return " ".join(
        w if (i and w in _SMALL) or not w[:1].islower() else w[:1].upper() + w[1:] for i, w in enumerate(tokens)
    )


def nest(
    members: Sequence[tuple[DraftStatement, list[int]]], context: MergeContext, heading: str, told: list[str]
) -> tuple[Detail, ...]:
    """Neighbours with the same topic become one detail with the topic as bold lead-in and the rest below it.

    A topic that only says what the title says tells nothing, leads nothing and binds nothing together. A lead-in that
    says what the heading or the first words of its note say, that has a word which nobody says, or that is among those
    `told` before, is left out; `told` grows by the others.
    """
    of_all = set(content_words(context.title))
    members = [
        (replace(d, label="" if set(content_words(d.label)) <= of_all else d.label), lines) for d, lines in members
    ]
    out: list[Detail] = []
    for _, run in groupby(_runs(members), key=lambda pair: pair[0]):
        group = [member for _, member in run]
        (first, lines), below = group[0], group[1:]
        inner = tuple(_detail(d, ls, context, None, ()) for d, ls in below)
        out.append(_detail(first, lines, context, _lead(first, heading, told, context) if below else None, inner))
    if not any(d.details for d in out):
        leads = [_lead(d, heading, told, context) for d, _ in members]
        out = [d.model_copy(update={"lead": lead}) for d, lead in zip(out, leads, strict=True)]
    return tuple(out)


def _lead(draft: DraftStatement, heading: str, told: list[str], context: MergeContext) -> str | None:
    """The lead-in that a topic makes, if it says more than the heading and its note's first words, and is new."""
    topic, text = set(content_words(draft.label)), content_words(draft.text)
    if not topic or topic <= set(content_words(heading)) or topic <= set(text[: len(topic) + _FIRST]):
        return None
    if draft.label.count(",") > 1 or any(same_term(draft.label, t) for t in told):
        return None
    if any(set(content_words(w)) - set(text) and not context.mentions(w) for w in words(draft.label)):
        return None  # a small model makes up what letters stand for in a topic too
    told.append(draft.label)
    return _title(draft.label) or None


def _runs(members: Sequence[tuple[DraftStatement, list[int]]]) -> list[tuple[int, tuple[DraftStatement, list[int]]]]:
    number, out = 0, []
    for i, member in enumerate(members):
        if i and not (member[0].label and same_term(member[0].label, members[i - 1][0].label)):
            number += 1
        out.append((number, member))
    return out


def _detail(
    draft: DraftStatement, lines: list[int], context: MergeContext, lead: str | None, inner: tuple[Detail, ...]
) -> Detail:
    weak = context.doubt(draft.text, lines, draft.section)
    return Detail(
        text=draft.text,
        evidence=context.cite(lines),
        support="weak" if weak else "verified",
        lead=lead or None,
        details=inner,
    )


MAIN_POINTS = SectionSpec(
    name="main_points",
    prompt="sections/main_points.v1",
    draft=MainPointsDraft,
    merge=merge,
    most=lambda tokens: max(3, min(16, round(tokens / 85))),
    max_tokens=2400,
    item_field="points",
    text_limit=320,
    span_prompt="sections/main_points_span.v1",
    merge_prompts=("merge_outline.v1", "merge_heading.v1"),
)
