"""A document that one call wrote, revised as a whole by another: the lines, the task and the answer stand before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.answers import Unusable
from pipeline.capable.chunks import ChunkPrompts
from pipeline.capable.rows import in_a_line
from pipeline.capable.writing import Part, part_of, room_for, words_before_check
from pipeline.document import DroppedNote, Problem
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import CallError, EndpointError
from pipeline.labels import labels_for
from pipeline.llm import Message
from pipeline.profile import Recipe
from pipeline.sections import kind_of, sections_of, with_added
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.structured import Structured
from pipeline.text import words
from pipeline.transcript import Chunk

# Of the words that the page is to have: what is written is mostly a tenth longer than what is asked for.
_LEAST, _MOST = 0.95, 1.05
_ROOM = 1.05  # of the draft's words: what comes in needs it, and cutting clips sentences
_LEAST_SHARE = 0.6  # of the draft's words, or of those asked for; fewer are no document, but what was changed in it


def is_revised(recipe: Recipe, chunks: int) -> bool:
    """Whether a document of so many chunks is revised: composing goes over one of several."""
    return chunks == 1 and recipe.profile.revise and bool(kind_of(recipe).revise)


async def revise(part: Part, chunk: Chunk, prompts: ChunkPrompts, structured: Structured, recipe: Recipe) -> Part:
    """The part as the model revised it, with what it left out; a section that comes back empty stands.

    Where no usable answer comes the part stands as it was and tells of it, as a problem where the endpoint failed and
    another run may mend it. One that has problems as it is written is not revised. Raises EndpointError when nothing
    can be asked at all.
    """
    if part.problems or not (written := _words(part.sections)):
        return part
    aim = with_added(words_before_check(prompts.transcript, recipe), sections_of(recipe))
    asked = round(min(max(_LEAST * aim, _ROOM * written), _MOST * aim))
    points = sum(len(g.statements) for g in part.sections[MAIN_POINTS.name])
    fewer = round(points * asked / written)
    which = f", which is some {fewer} points," if fewer < points else ""
    task = prompts.task(
        kind_of(recipe).revise, written=f"{written:,}", points=str(points), words=f"{asked:,}", which=which
    )
    sections, words_of_notes = sections_of(recipe), labels_for(recipe.language)

    def law(answer: Any) -> None:
        found = {s.name: s.groups(getattr(answer, s.name), tuple, words_of_notes) for s in sections}
        if part.sections[MAIN_POINTS.name] and not found[MAIN_POINTS.name]:
            raise Unusable(f"{MAIN_POINTS.name} is empty: answer with the whole document")
        if (many := _words(found)) < _LEAST_SHARE * min(written, asked):
            raise Unusable(f"it has {many:,} words, of a document of about {asked:,}: answer with the whole document")

    draft = Message("assistant", part.answer.model_dump_json())
    try:
        found = await structured.ask(
            "revise",
            (*part.asked, draft, task),
            prompts.answer,
            max_tokens=room_for(max(asked, written)),
            law=law,
        )
    except EndpointError as err:
        if err.fatal:
            raise
        told = f"revising failed, so the page stands as it was first written: {err}"
        return replace(part, problems=(*part.problems, Problem(section=MAIN_POINTS.name, chunk=None, message=told)))
    except CallError as err:  # the same answer would come again
        if err.fatal:
            raise
        return replace(part, remarks=(*part.remarks, f"the page stands as it was first written, not revised: {err}"))
    revised = part_of(found, chunk, prompts, sections, whole=True)
    kept = {name: revised.sections[name] or groups for name, groups in part.sections.items()}
    structured.wrote(kept)
    rows = [s.name for s in sections if s.cites and (s.grows or s.by_number)]  # the others are prose
    left_out = tuple(note for name in rows for note in _left_out(name, part.sections[name], kept[name]))
    return replace(part, sections=kept, withheld=revised.withheld, dropped=left_out, revised=True)


def _left_out(section: str, drafted: Sequence[DraftGroup], revised: Sequence[DraftGroup]) -> list[DroppedNote]:
    """The draft's rows that no rows of the revision under their label or on their lines tell in half of their words."""
    kept = [(s.label, _lines(s), set(words(in_a_line(s)))) for g in revised for s in g.statements]

    def stays(row: DraftStatement) -> bool:
        own, lines = set(words(in_a_line(row))), _lines(row)
        told = set[str]().union(*(said for label, on, said in kept if on & lines or (row.label and label == row.label)))
        return 2 * len(own & told) >= len(own)

    gone = (s for g in drafted for s in g.statements if not stays(s))
    return [DroppedNote(text=in_a_line(s), lines=tuple(sorted(_lines(s))), section=section) for s in gone]


def _lines(statement: DraftStatement) -> set[int]:
    """The segments of a statement and of those nested below it."""
    return {n for s in (statement, *statement.details) for n in s.lines}


def _words(sections: Mapping[str, tuple[DraftGroup, ...]]) -> int:
    return Draft(sections).words()
