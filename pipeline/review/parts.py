"""The sections that have headings in a review, where what is in none stands, and what each is called."""

from __future__ import annotations

from pipeline.document import FORMS, StudyDocument
from pipeline.pages.markdown import labels_of

# Sections whose statements stand under headings; a dropped point that is restored goes to the first of them.
GROUPED = tuple(name for name, form in FORMS.items() if form == "points")
DROPPED = "dropped"  # where points stand that are in no section


def titles(document: StudyDocument) -> dict[str, str]:
    """What each section of a document is called in its language, and what stands in none."""
    words = labels_of(document)
    return {s.name: s.heading for s in document.outline(words)} | {DROPPED: words.left_out}
