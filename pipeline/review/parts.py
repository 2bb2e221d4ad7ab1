"""What each section allows in a review, by what the record holds in it: headings, terms, lines."""

from __future__ import annotations

from pipeline.document import FORMS

# Sections whose statements stand under headings; a dropped point that is restored goes to the first of them.
GROUPED = tuple(name for name, form in FORMS.items() if form == "points")
TERMED = tuple(name for name, form in FORMS.items() if form == "terms")
BARE = tuple(name for name, form in FORMS.items() if form == "phrases")  # they cite no lines
DROPPED = "dropped"  # where points stand that are in no section
