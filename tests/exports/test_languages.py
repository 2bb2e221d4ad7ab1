"""Exports in the language of the notes."""

from __future__ import annotations

import html
import io
import re
import zipfile

import pytest

from pipeline.document import Problem, StudyDocument
from pipeline.exports.anki import ANKI
from pipeline.exports.base import Exported, Format
from pipeline.exports.docx import DOCX
from pipeline.exports.epub import EPUB
from pipeline.exports.html import HTML
from pipeline.exports.index import Note, write_index
from pipeline.exports.markdown import GITHUB, OBSIDIAN
from pipeline.exports.pages import page
from pipeline.labels import labels_for
from tests.exports.samples import ready, sample


def of(language: str) -> Exported:
    """The sample as if its notes were in a language and not complete."""
    document = sample()
    told = {
        "run": document.run.model_copy(update={"language": language}),
        "status": "partial",
        "problems": (Problem(section="key_concepts", chunk=None, message="a call failed"),),
    }
    return ready(StudyDocument.model_validate(document.model_dump() | told), None)


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("ar", 'lang="ar" dir="rtl"'),
        ("zh-Hant", 'lang="zh-Hant" dir="ltr"'),
        ("he", 'lang="he" dir="rtl"'),
    ],
)
def test_a_page_has_the_words_direction_and_marks_of_its_language(language: str, opening: str) -> None:
    words, text = labels_for(language), HTML.write(of(language)).decode()
    assert f"<html {opening}>" in text and f"<strong>{words.partial_mark}</strong>" in text
    assert f"<li><bdi>{words.key_concepts}{words.colon}a call failed</bdi></li>" in text
    assert f"<h2>{words.main_points}</h2>" in text and text.count("PARTIAL") == (language == "he")


def test_a_language_without_words_of_its_own_runs_as_its_script_does_in_books_and_word_documents() -> None:
    book = text_of(EPUB.write(of("he")))
    assert book.count('dir="rtl"') > 4 and 'dir="ltr"' not in book and 'page-progression-direction="rtl"' in book
    assert "<w:bidi/>" in text_of(DOCX.write(of("he"))) and "<w:bidi/>" not in text_of(DOCX.write(of("en")))


def test_notes_of_an_index_run_as_their_own_scripts_do_also_where_a_search_finds_them() -> None:
    text = write_index([Note(of("he"), "talk.html"), Note(of("en"), "other.html")]).decode()
    assert '<li lang="he" dir="rtl">' in text and '<li lang="en" dir="ltr">' in text
    assert '"dir": "rtl"' in text and "item.dir = note.dir" in text


def test_a_chinese_lead_on_github_is_bold_where_markdown_sees_its_end() -> None:
    text = GITHUB.write(of("zh")).decode()
    assert re.search(r"- \*\*[^*]+\*\*：\S", text) and "：**" not in text


def text_of(content: bytes) -> str:
    """Everything that stands in a file, or in the files of an archive."""
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja"])
@pytest.mark.parametrize("form", [GITHUB, OBSIDIAN, DOCX, EPUB, ANKI], ids=lambda form: form.name)
def test_quotations_and_speakers_have_the_marks_of_the_language(form: Format, language: str) -> None:
    words, text = labels_for(language), text_of(form.write(of(language)))
    before, after = words.quotation.split("{text}")
    quoted = before + "The reactor at Lund makes 40 megawatts"
    bare = re.sub(r"</?(?:b|strong)>", "", html.unescape(text))
    assert quoted in bare and f"Ana{words.colon}{quoted}" in bare
    others = {labels_for(code).quotation.split("{text}")[0] for code in ("en", "de", "fr", "ja")} - {before}
    assert after in bare and not [mark for mark in others if f"{mark}The reactor" in bare]


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_names_and_facts_on_a_page_have_the_colon_of_the_language(language: str) -> None:
    words, made = labels_for(language), of(language)
    mark, space = words.lead_ending("")
    text = HTML.write(made).decode()
    paper = page("page.html", paper=True, exported=made, paged=True).decode()
    for shown in (text, paper):
        assert f"<span>{words.speakers}{words.colon}" in shown and 'content: ":"' not in shown
        assert re.search(rf"<b>Ana{mark}</b>{space}[<T]", shown)


def test_an_index_is_in_the_language_that_most_notes_have() -> None:
    text = write_index([Note(of(code), f"{code}.html") for code in ("zh-Hant", "en", "zh-Hant")]).decode()
    assert f"<h1>{labels_for('zh-Hant').all_notes}</h1>" in text
