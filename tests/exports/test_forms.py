"""Points as they were written, bullets with or without a lead and paragraphs with one: in every format, and read back."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document

from pipeline.document import StudyDocument
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page, is_edited
from pipeline.review.actions import Add
from pipeline.review.decisions import apply
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import opened
from pipeline.shape import is_bullet
from pipeline.store import dump
from pipeline.verification import Recording
from tests.exports.samples import TRANSCRIPT, ready, sample
from tests.exports.test_points import READ, accepted

PAGE = "\n**Cause:** It is old.\n\n* It leaks.\n* It rusts.\n\n- Ana came.\n- **Ben:** He measures it.\n\nSo it ends.\n"


def document() -> StudyDocument:
    """The sample with a paragraph that has a lead and a list, bullets without and with a lead, and a paragraph."""
    first, second = sample().main_points
    like = second.details[0].model_copy(update={"details": (), "lead": None, "support": "verified", "finding": None})
    below = tuple(like.model_copy(update={"text": text}) for text in ("It leaks.", "It rusts."))
    points = (
        like.model_copy(update={"lead": "Cause", "text": "It is old.", "details": below, "listed": False}),
        like.model_copy(update={"text": "Ana came.", "listed": True}),
        like.model_copy(update={"lead": "Ben", "text": "He measures it."}),
        like.model_copy(update={"text": "So it ends."}),
    )
    return sample(main_points=(first, second.model_copy(update={"details": points})))


@pytest.mark.parametrize("citations", [False, True])
def test_the_page_has_them_and_is_read_back_with_them(citations: bool) -> None:
    page = render_markdown(document(), citations=citations)
    assert citations or PAGE in page
    assert not is_edited(page, document())
    (*_, group) = draft_of_page(page, document()).sections["main_points"]
    assert [(s.label, is_bullet(s), len(s.details)) for s in group.statements] == [
        ("Cause", False, 2),
        ("", True, 0),
        ("Ben", True, 0),
        ("", False, 0),
    ]
    known, read = ([s.text for _, s in d.statements()] for d in (draft_of_document(document()), _read(page)))
    assert [text for text in known if text in read] == read


def _read(page: str):  # noqa: ANN202
    return draft_of_page(page, document())


@pytest.mark.parametrize(("before", "after"), [("\n- Ana came.", "\nAna came.\n"), ("\n**Cause:**", "\n- **Cause:**")])
def test_another_form_by_hand_is_an_edit(before: str, after: str) -> None:
    page = render_markdown(document())
    assert before in page and is_edited(page.replace(before, after), document())


def test_records_without_them_are_as_they_were() -> None:
    assert '"listed"' not in dump(sample()) and dump(document()).count('"listed"') == 2


@pytest.mark.parametrize("write", [write_github, write_obsidian])
def test_other_markdown_has_them(write) -> None:  # noqa: ANN001
    shown = READ.render(write(ready(document())).decode())
    assert "<p><strong>Cause:</strong> It is old." in shown
    assert "<li>Ana came." in shown and "<li><strong>Ben:</strong>" in shown and "<p>So it ends." in shown


def test_books_pages_and_word_have_them() -> None:
    made = ready(document())
    styles = {p.text[:4]: p.style.name for p in Document(io.BytesIO(write_docx(made))).paragraphs if p.style}
    assert (styles["Caus"], styles["It l"], styles["Ana "], styles["So i"]) == (
        "Normal",
        "List Bullet 2",
        "List Bullet",
        "Normal",
    )
    html = write_html(made).decode()
    second = html[html.index("Cause") - 200 :]
    assert second.count('class="plain"') == 2
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        chapters = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xhtml"))
    assert chapters[chapters.index("Cause") - 200 :].count('class="plain"') == 2


def test_a_review_keeps_them() -> None:
    made = document()
    after = reviewed_document(made, accepted(made), Recording(TRANSCRIPT))
    assert [d.listed for d in after.main_points[1].details] == [False, True, None, None]
    assert PAGE in render_markdown(after, reviewed=True)
    assert [i.listed for i in opened(made).items if i.text == "Ana came."] == [True]


def test_what_a_reviewer_adds_behind_a_bullet_is_a_bullet() -> None:
    state = opened(document())
    for words, listed in (("Ana came.", True), ("He measures it.", True), ("So it ends.", None)):
        (after,) = (i for i in state.items if i.text == words)
        added = apply(state, Add(kind="add", section="main_points", after=after.id, text="New.", lines=(1,)), 1)
        assert [i.listed for i in added.items if i.text == "New."] == [listed]


def test_a_piece_of_a_paragraph_with_a_lead_of_its_own_is_read_back() -> None:
    first, second = document().main_points
    one, *others = second.details[1:]
    further = one.model_copy(update={"text": "It stops.", "continues": True, "lead": "Later", "listed": None})
    made = sample(main_points=(first, second.model_copy(update={"details": (one, further, *others)})))
    assert not is_edited(render_markdown(made), made)
