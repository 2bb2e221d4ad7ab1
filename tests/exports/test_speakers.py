"""Who speaks, as pages tell it: names, and no labels that name nobody."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document

from pipeline.document import StudyDocument
from pipeline.exports import Exported
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_obsidian
from tests.exports.samples import ready, sample


def book(made: Exported) -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as archive:
        return archive.read("OEBPS/title.xhtml")


def word(made: Exported) -> bytes:
    return "\n".join(p.text for p in Document(io.BytesIO(write_docx(made))).paragraphs).encode()


every_form = pytest.mark.parametrize("write", [write_html, book, word, write_obsidian])


def spoken_by(*speakers: str) -> StudyDocument:
    return sample(source=sample().source.model_copy(update={"speakers": speakers}))


@every_form
def test_labels_that_name_nobody_are_no_speakers_of_a_page(write: Callable[[Exported], bytes]) -> None:
    told = write(ready(spoken_by("问", "答", "Gloria Zhao"))).decode()
    assert "Gloria Zhao" in told and "答" not in told
