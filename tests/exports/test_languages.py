"""Exports in the language of the notes."""

from __future__ import annotations

import re

import pytest

from pipeline.document import Problem, StudyDocument
from pipeline.exports.base import Exported, exported
from pipeline.exports.html import HTML
from pipeline.exports.index import Note, write_index
from pipeline.exports.markdown import GITHUB
from pipeline.labels import labels_for
from tests.exports.samples import sample


def of(language: str) -> Exported:
    """The sample as if its notes were in a language and not complete."""
    document = sample()
    told = {
        "run": document.run.model_copy(update={"language": language}),
        "status": "partial",
        "problems": (Problem(section="key_concepts", chunk=None, message="a call failed"),),
    }
    return exported(StudyDocument.model_validate(document.model_dump() | told), "talk")


@pytest.mark.parametrize(
    ("language", "opening"), [("ar", 'lang="ar" dir="rtl"'), ("zh-Hant", 'lang="zh-Hant" dir="ltr"')]
)
def test_a_page_has_the_words_direction_and_marks_of_its_language(language: str, opening: str) -> None:
    words, page = labels_for(language), HTML.write(of(language)).decode()
    assert f"<html {opening}>" in page and f"<strong>{words.partial_mark}</strong>" in page
    assert f"<li>{words.key_concepts}{words.colon}a call failed</li>" in page
    assert f"<h2>{words.main_points}</h2>" in page and "PARTIAL" not in page


def test_a_chinese_lead_on_github_is_bold_where_markdown_sees_its_end() -> None:
    page = GITHUB.write(of("zh")).decode()
    assert re.search(r"- \*\*[^*]+\*\*：\S", page) and "：**" not in page


def test_quotations_stand_between_the_marks_of_the_language() -> None:
    assert "„" in GITHUB.write(of("de")).decode() and "„" not in GITHUB.write(of("en")).decode()


def test_an_index_is_in_the_language_that_most_notes_have() -> None:
    page = write_index([Note(of(code), f"{code}.html") for code in ("zh-Hant", "en", "zh-Hant")]).decode()
    assert f"<h1>{labels_for('zh-Hant').all_notes}</h1>" in page
