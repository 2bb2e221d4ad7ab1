"""Summary: the recording as one argument, from beginning to end."""

from __future__ import annotations

from pipeline.sections.base import Section, Sentence, sentences
from pipeline.sections.overview import content

SUMMARY = Section(
    "summary", "sections/summary.v5", list[Sentence], sentences, content, share=0.065, least=45, of_parts=False
)
