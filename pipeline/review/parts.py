"""What each section allows in a review, by what the record holds in it: headings, terms, lines."""

from __future__ import annotations

from typing import get_args

from pipeline.document import HEADINGS, Claim, KeyConcept, MainPoint, StudyDocument
from pipeline.labels import Labels

SECTIONS = tuple(HEADINGS)
HOLDS: dict[str, type] = {name: get_args(StudyDocument.model_fields[name].annotation)[0] for name in SECTIONS}
# Sections whose statements stand under headings; a dropped point that is restored goes to the first of them.
GROUPED = tuple(name for name, held in HOLDS.items() if issubclass(held, MainPoint))
TERMED = tuple(name for name, held in HOLDS.items() if issubclass(held, KeyConcept))
CITING = tuple(name for name, held in HOLDS.items() if issubclass(held, (Claim, MainPoint)))
DROPPED = "dropped"  # where points stand that are in no section


def titles(words: Labels) -> dict[str, str]:
    """What each section is called in the language of the notes."""
    return {name: words.heading(name) for name in SECTIONS} | {DROPPED: words.left_out}
