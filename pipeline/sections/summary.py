"""Summary: the recording as one argument, from beginning to end."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.sections.base import Section, Sentence, sentences
from pipeline.sections.overview import content

_WORDS_EACH = 22  # of a sentence; the prompt asks for 30 at most


def values(words: int) -> Mapping[str, str]:
    """How many sentences fit into this many words: 2 to 4 on a page of 500 words, 4 to 6 on one of 2,000."""
    about = words / _WORDS_EACH
    return {"least": str(min(4, max(2, round(0.8 * about)))), "most": str(min(6, max(4, round(1.3 * about))))}


SUMMARY = Section(
    "summary",
    "sections/summary.v7",
    list[Sentence],
    sentences,
    content,
    share=0.065,
    least=45,
    of_parts=False,
    values=values,
)
