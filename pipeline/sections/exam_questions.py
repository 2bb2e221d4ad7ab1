"""Exam Questions: what a fair exam would ask, each with a model answer that cites its lines."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.sections.base import Section
from pipeline.sections.items import Field, Items, content

_WORDS_EACH = 45
_ITEMS = Items("ExamQuestion", (Field("question"), Field("answer")), text="answer", lead="question", paired=True)


def values(words: int) -> Mapping[str, str]:
    """How many questions fit into this many words."""
    return {"least": str(max(2, words // (_WORDS_EACH + 10))), "most": str(max(4, words // (_WORDS_EACH - 10)))}


EXAM_QUESTIONS = Section(
    "exam_questions",
    "sections/exam_questions.v2",
    _ITEMS.answer(),
    _ITEMS.groups,
    content,
    share=0.17,
    least=120,
    values=values,
    composed="best",
    grows="rows",
    adds=True,
    edited=_ITEMS.edited,
)
