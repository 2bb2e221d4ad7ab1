"""What each section allows in a review, by what the record holds in it: headings, terms, lines."""

from __future__ import annotations

from typing import get_args

from pipeline.document import HEADINGS, Claim, KeyConcept, MainPoint, StudyDocument

SECTIONS = tuple(HEADINGS)
HOLDS: dict[str, type] = {name: get_args(StudyDocument.model_fields[name].annotation)[0] for name in SECTIONS}
# Sections whose statements stand under headings; a dropped point that is restored goes to the first of them.
GROUPED = tuple(name for name, held in HOLDS.items() if issubclass(held, MainPoint))
TERMED = tuple(name for name, held in HOLDS.items() if issubclass(held, KeyConcept))
CITING = tuple(name for name, held in HOLDS.items() if issubclass(held, (Claim, MainPoint)))
DROPPED = "dropped"  # where points stand that are in no section
TITLES = HEADINGS | {DROPPED: "Left out"}
