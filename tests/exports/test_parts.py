"""Parts of the main points: titles above headings, on the page, read back from it, under review, in every format."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from docx import Document

from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page, is_edited
from pipeline.review.actions import Divide, Rename
from pipeline.review.decisions import apply
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import opened
from pipeline.store import dump
from pipeline.verification import Recording
from tests.exports.samples import TRANSCRIPT, in_parts, ready, sample


def headings(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("###")]


@pytest.mark.parametrize("citations", [False, True])
def test_the_page_has_their_titles_and_is_read_back_as_it_was_written(citations: bool) -> None:
    document = in_parts()
    page = render_markdown(document, citations=citations)
    first, second = (p.heading for p in document.main_points)
    assert headings(page) == ["### The machine", f"#### 1. {first}", "### The money", f"#### 2. {second}"]
    assert not is_edited(page, document)
    assert [g.part for g in draft_of_page(page, document).sections["main_points"]] == ["The machine", "The money"]
    assert is_edited(page.replace("### The money", "### Money"), document)
    assert is_edited(page.replace("### The money\n", ""), document)


def test_one_title_stands_above_all_headings_of_its_part_and_a_heading_without_one_behind_it() -> None:
    first, second = in_parts().main_points
    page = render_markdown(sample(main_points=(first, first, second.model_copy(update={"part": None}))))
    assert [row.split()[0] for row in headings(page)] == ["###", "####", "####", "###"]
    assert '"part"' not in dump(sample())  # records without parts are as they were


def test_a_title_and_its_headings_have_numbers_for_the_check() -> None:
    draft = draft_of_document(in_parts())
    titles = [(id_, held) for _, id_, held in draft.printed() if isinstance(held, str)]
    assert [held for _, held in titles][::2] == ["The machine", "The money"]
    assert len({id_ for id_, _ in titles}) == 4 and all(id_ for id_, _ in titles)


@pytest.mark.parametrize("write", [write_github, write_obsidian])
def test_markdown_of_other_programs_has_them(write: Any) -> None:
    marks = [row.split()[0] for row in headings(write(ready(in_parts())).decode())]
    assert marks == ["###", "####", "###", "####"]


def test_pages_books_and_word_have_them_as_headings_above_headings() -> None:
    made = ready(in_parts())
    html = write_html(made).decode()
    assert re.findall(r"<h3[^>]*>([^<]*)</h3>", html) == ["The machine", "The money"] and html.count("<h4>") == 2
    assert html.count('href="#main_points-part-1"') == html.count('id="main_points-part-1"') == 1
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        files = {n: book.read(n).decode() for n in book.namelist() if n.endswith(".xhtml")}
    assert sum(text.count('<h2 class="part"') for text in files.values()) == 2
    targets = {
        f"{name.split('/')[-1]}#{id_}" for name, text in files.items() for id_ in re.findall(r' id="([^"]+)"', text)
    }
    nav = next(text for name, text in files.items() if name.endswith("nav.xhtml"))
    links = set(re.findall(r'href="([^"]+#[^"]+)"', nav))
    assert len(links) == 4 and links <= targets
    word = Document(io.BytesIO(write_docx(made)))
    levels = {p.text: p.style.name for p in word.paragraphs if p.style}
    assert levels["The money"] == "Heading 2"
    assert all(levels[f"{n}. {p.heading}"] == "Heading 3" for n, p in enumerate(made.document.main_points, 1))


def test_a_renamed_speaker_is_renamed_in_titles_of_parts() -> None:
    first, second = in_parts().main_points
    document = sample(main_points=(first.model_copy(update={"part": "What Ana wants"}), second))
    state = apply(opened(document), Rename(kind="rename", speaker="Ana", name="Anna Berg"), 7)
    assert state.groups[0].part == "What Anna Berg wants"


def test_what_was_accepted_keeps_its_parts_and_a_new_heading_stands_in_the_part_of_the_old() -> None:
    state = opened(in_parts())
    second = next(i for i in state.items if i.group == state.groups[1].id)
    state = apply(state, Divide(kind="divide", target=second.id, text="Anew"), 7)
    state = replace(state, items=tuple(replace(i, standing="accepted") for i in state.items))
    whole = reviewed_document(in_parts(), state, Recording(TRANSCRIPT))
    assert [p.part for p in whole.main_points] == ["The machine", "The money"]
    assert whole.main_points[1].heading == "Anew"
