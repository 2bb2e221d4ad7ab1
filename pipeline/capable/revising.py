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
from pipeline.errors import CallError, EndpointError
from pipeline.labels import labels_for
from pipeline.llm import Message
from pipeline.profile import Recipe
from pipeline.sections import kind_of, sections_of
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.structured import Structured
from pipeline.transcript import Chunk

_MOST_OVER = 1.08  # of the words asked for, up to which the draft's length stands: cutting clips sentences
_LEAST_SHARE = 0.6  # of the draft's words, or of those asked for; fewer are no document, but what was changed in it


def is_revised(recipe: Recipe, chunks: int) -> bool:
    """Whether a document of so many chunks is revised: composing goes over one of several."""
    return chunks == 1 and recipe.profile.revise and bool(kind_of(recipe).revise)


async def revise(part: Part, chunk: Chunk, prompts: ChunkPrompts, structured: Structured, recipe: Recipe) -> Part:
    """The part as the model revised it; a section that comes back empty stands as it was.

    Where no usable answer comes the part stands as it was and tells of it, as a problem where the endpoint failed and
    another run may mend it. Raises EndpointError when nothing can be asked at all.
    """
    if not (written := _words(part.sections)):
        return part
    asked = max(part.words, min(written, round(_MOST_OVER * part.words)))
    task = prompts.task(kind_of(recipe).revise, written=f"{written:,}", words=f"{asked:,}")
    sections, words_of_notes = sections_of(recipe), labels_for(recipe.language)

    def law(answer: Any) -> None:
        found = {s.name: s.groups(getattr(answer, s.name), tuple, words_of_notes) for s in sections}
        if part.sections[MAIN_POINTS.name] and not found[MAIN_POINTS.name]:
            raise Unusable(f"{MAIN_POINTS.name} is empty: answer with the whole document")
        if (words := _words(found)) < _LEAST_SHARE * min(written, asked):
            raise Unusable(f"it has {words:,} words, of a document of about {asked:,}: answer with the whole document")

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
    return replace(part, sections=kept, withheld=revised.withheld)


def _words(sections: Mapping[str, tuple[DraftGroup, ...]]) -> int:
    return Draft(sections).words()
