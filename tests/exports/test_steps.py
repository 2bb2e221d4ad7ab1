"""Steps in an order: numbered on the page, read back, kept by a review, in every format."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document

from pipeline.document import Detail, StudyDocument
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page, is_edited
from pipeline.review.actions import Merge, Split
from pipeline.review.decisions import apply
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import opened
from pipeline.store import dump
from pipeline.verification import Recording
from tests.exports.samples import TRANSCRIPT, ready, sample

TEXTS = ("Ana heats the river.", "Ben measures it.", "Both ask Lund.")


def document(lead: str | None = None) -> StudyDocument:
    """The sample with three steps below the first point of its second heading."""
    made = sample()
    first, second = made.main_points
    like = second.details[0]
    steps = tuple(Detail(text=text, evidence=like.evidence, support="verified") for text in TEXTS)
    steps = (steps[0].model_copy(update={"lead": "Heat"}), *steps[1:])
    point = like.model_copy(update={"lead": lead, "text": "It goes like this.", "details": steps, "steps": True})
    return sample(main_points=(first, second.model_copy(update={"details": (point, *second.details[1:])})))


@pytest.mark.parametrize("lead", [None, "How"])
def test_the_page_numbers_them_and_is_read_back_with_them(lead: str | None) -> None:
    page = render_markdown(document(lead))
    indent = "  " if lead else ""
    assert f"\n{indent}1. **Heat:** {TEXTS[0]}\n{indent}2. {TEXTS[1]}\n{indent}3. {TEXTS[2]}\n" in page
    known, read = (
        [(s.label, s.text, s.steps) for name, s in d.statements() if name != "prerequisites"]
        for d in (draft_of_document(document(lead)), draft_of_page(page, document(lead)))
    )
    assert read == known and sum(steps for _, _, steps in known) == 1
    assert not is_edited(page, document(lead))
    assert '"steps"' not in dump(sample())  # records without them are as they were


def test_what_is_nested_below_a_step_stands_within_it() -> None:
    first, second = document().main_points
    one, *others = second.details[0].details
    below = one.model_copy(update={"lead": None, "text": "So it is."})
    point = second.details[0].model_copy(update={"details": (one.model_copy(update={"details": (below,)}), *others)})
    made = sample(main_points=(first, second.model_copy(update={"details": (point,)})))
    page = render_markdown(made)
    assert f"1. **Heat:** {TEXTS[0]}\n   - So it is.\n2. " in page
    assert not is_edited(page, made) and TEXTS[1] in [s.text for _, s in draft_of_page(page, made).statements()]
    assert "[^s" in (shown := write_github(ready(made)).decode()) and "\n   - So it is." in shown


def test_bullets_that_somebody_numbers_by_hand_are_steps() -> None:
    page = render_markdown(sample())
    bullet = next(row for row in page.splitlines() if row.startswith(("  - ", "* ")))
    found = draft_of_page(page.replace(bullet, bullet.replace("- ", "1. ", 1).replace("* ", "1. ", 1)), sample())
    assert sum(s.steps for _, s in found.statements()) == 1


def test_every_format_numbers_them() -> None:
    made = ready(document())
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        chapters = "".join(book.read(name).decode() for name in book.namelist() if "chapter" in name or "main" in name)
    assert "<ol><li" in chapters
    page = write_html(made).decode()
    assert page.partition("<main")[2].count("<ol>") == 1
    for write in (write_github, write_obsidian):
        shown = write(made).decode()
        assert "\n1. **Heat" in shown and f"\n2. {TEXTS[1]}" in shown
    word = Document(io.BytesIO(write_docx(made)))
    found = [p for p in word.paragraphs if p.style.name.startswith("List") and "." in p.text.partition("\t")[0]]
    assert [p.text.partition("\t")[0] for p in found][-3:] == ["1.", "2.", "3."]
    assert {p.style.name for p in found[-3:]} == {"List 2"}


def test_a_review_keeps_them_through_what_is_split_and_merged() -> None:
    made = document()
    state = opened(made)
    item = next(i for i in state.items if i.steps)
    state = apply(state, Split(kind="split", target=item.id, texts=("It goes.", "Like this.")), 1)
    first, second = (next(i for i in state.items if i.text == text) for text in ("It goes.", "Like this."))
    assert (first.steps, second.steps) == (False, True)
    state = apply(state, Merge(kind="merge", targets=(first.id, second.id), text="It goes so."), 2)
    state = replace(state, items=tuple(replace(i, standing="accepted") for i in state.items if not i.outside))
    whole = reviewed_document(made, state, Recording(TRANSCRIPT))
    assert [(d.text, len(d.details)) for p in whole.main_points for d in p.flat() if d.steps] == [("It goes so.", 3)]
