"""A document that one call wrote, revised as a whole by another: the lines, the task and the answer stand before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.answers import Unusable
from pipeline.capable.chunks import ChunkPrompts
from pipeline.capable.writing import Part, part_of, room_for
from pipeline.document import Problem
from pipeline.draft import Draft, DraftGroup
from pipeline.errors import CallError
from pipeline.labels import labels_for
from pipeline.profile import Recipe
from pipeline.sections import kind_of, sections_of
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.structured import Structured
from pipeline.transcript import Chunk

_MOST_OVER = 1.08  # of the words asked for, up to which the draft's length stands: cutting clips sentences
_LEAST_SHARE = 0.6  # of the draft's words; fewer are no document, but what was changed in it


def is_revised(recipe: Recipe, chunks: int) -> bool:
    """Whether a document of so many chunks is revised: composing goes over one of several."""
    return chunks == 1 and recipe.profile.revise and bool(kind_of(recipe).revise)


async def revise(part: Part, chunk: Chunk, prompts: ChunkPrompts, structured: Structured, recipe: Recipe) -> Part:
    """The part as the model revised it. Where the call fails it stands as it was, and has a problem.

    Raises EndpointError when nothing can be asked at all.
    """
    if not (written := _words(part.sections)):
        return part
    asked = max(part.words, min(written, round(_MOST_OVER * part.words)))
    task = prompts.task(kind_of(recipe).revise, written=f"{written:,}", words=f"{asked:,}")
    sections, words_of_notes = sections_of(recipe), labels_for(recipe.language)

    def law(answer: Any) -> None:
        words = _words({s.name: s.groups(getattr(answer, s.name), tuple, words_of_notes) for s in sections})
        if words < _LEAST_SHARE * written:
            raise Unusable(f"it has {words:,} words in place of about {asked:,}: answer with the whole document")

    try:
        found = await structured.ask(
            "revise",
            (*part.asked, task),
            prompts.answer,
            max_tokens=room_for(max(asked, written)),
            law=law,
        )
    except CallError as err:
        if err.fatal:
            raise
        told = f"revising failed, so the page stands as it was first written: {err}"
        return replace(part, problems=(*part.problems, Problem(section=MAIN_POINTS.name, chunk=None, message=told)))
    revised = part_of(found, chunk, prompts, sections, whole=True)
    structured.wrote(revised.sections)
    return replace(part, sections=revised.sections, withheld=(*part.withheld, *revised.withheld))


def _words(sections: Mapping[str, tuple[DraftGroup, ...]]) -> int:
    return Draft(sections).words()
