"""Kinds of notes: which sections a document has, in reading order, and the prompts that frame them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.errors import SettingsError
from pipeline.labels import labels_for, languages
from pipeline.llm.structured import Answer
from pipeline.profile import Recipe
from pipeline.sections.action_items import ACTION_ITEMS
from pipeline.sections.base import Section
from pipeline.sections.decisions import DECISIONS
from pipeline.sections.exam_questions import EXAM_QUESTIONS
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.sections.open_questions import OPEN_QUESTIONS
from pipeline.sections.overview import OVERVIEW
from pipeline.sections.own import own_section
from pipeline.sections.people import PEOPLE
from pipeline.sections.prerequisites import PREREQUISITES
from pipeline.sections.summary import SUMMARY
from pipeline.sections.worked_examples import WORKED_EXAMPLES


@dataclass(frozen=True, slots=True)
class NotesKind:
    """A kind of notes. The prompt `write` says what the notes are for, `compose` how their parts are put together.

    The prompt `manuscript` asks for a document short enough for one call as free text first; "" means it is written at
    once. Every kind has main points, around which the parts of a long recording are composed.
    """

    name: str
    sections: tuple[Section, ...]
    write: str = "write.v9"
    compose: str = "compose.v6"
    manuscript: str = "manuscript.v6"


_STUDY = (OVERVIEW, PREREQUISITES, MAIN_POINTS, PEOPLE, KEY_CONCEPTS, SUMMARY)
_MEETING = replace(OVERVIEW, prompt="sections/meeting.v2", share=0.07, least=45)
_POSITIONS = replace(MAIN_POINTS, prompt="sections/positions.v3")

STUDY = NotesKind("study", _STUDY)
MINUTES = NotesKind(
    "minutes",
    (_MEETING, DECISIONS, ACTION_ITEMS, OPEN_QUESTIONS, _POSITIONS),
    write="write_minutes.v2",
    compose="compose_minutes.v6",
    manuscript="",
)
LECTURE = NotesKind("lecture", (*_STUDY[:-1], WORKED_EXAMPLES, SUMMARY, EXAM_QUESTIONS))
KINDS: tuple[NotesKind, ...] = (STUDY, MINUTES, LECTURE)

# Fields of answers and records that are not sections: a user's own section cannot have these names.
_TAKEN = {"skipped", "faults", "missing", "dropped", "withheld", "heading", "speakers", "manuscript", "cited", "cut"}
_TAKEN |= {s.name for k in KINDS for s in k.sections}


def kind_of(recipe: Recipe) -> NotesKind:
    """The kind of notes that a recipe asks for."""
    return next(k for k in KINDS if k.name == recipe.notes)


@lru_cache(maxsize=64)
def sections_of(recipe: Recipe) -> tuple[Section, ...]:
    """The sections of a document in reading order: those of its kind, then the user's own.

    SettingsError if the name or title of an own section is taken.
    """
    kind = kind_of(recipe)
    catalogues = [labels_for(code) for code in languages()]  # every language: that of the notes may not be known yet
    titles = {labels.heading(s.name, kind.name).casefold() for labels in catalogues for s in kind.sections}
    for own in recipe.own:
        if own.name in _TAKEN or own.name.startswith("model_") or hasattr(Answer, own.name):
            raise SettingsError(f"a section cannot be called {own.name!r}", hint="rename its files")
        if own.title.casefold() in titles:
            raise SettingsError(
                f"{own.name}.md: another section has the title {own.title!r}", hint="choose another title"
            )
        titles.add(own.title.casefold())
    return (*kind.sections, *(own_section(own) for own in recipe.own))
