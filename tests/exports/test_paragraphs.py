"""Paragraphs of several statements, each with its own lines: on the page, read back, under review, in every format."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from docx import Document

from pipeline.document import Detail, StudyDocument
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.pages import render_markdown
from pipeline.pages.paragraphs import in_paragraphs
from pipeline.pages.reading import UNCITED, draft_of_document, draft_of_page, is_edited
from pipeline.review.actions import Add, Divide, Merge, Move, Split
from pipeline.review.decisions import apply
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import State, opened
from pipeline.store import dump
from pipeline.verification import Recording
from tests.exports.samples import TRANSCRIPT, ready, sample

TEXTS = ("Ana heats the river. It is warm.", "Nobody at Lund has measured it.", "So they ask two people")
WHOLE = " ".join(TEXTS)


def in_pieces(lead: str | None = None) -> StudyDocument:
    """The reactor's notes with a paragraph of three statements, and a list below it, under their second heading."""
    first, second = sample().main_points
    like, *others = second.details
    nested = tuple(
        Detail(text=f"{who} is asked.", evidence=like.evidence, support="verified") for who in ("Ana", "Ben")
    )
    rows = [
        Detail(
            text=text, evidence=(first.details[0].evidence if n else like.evidence), support="verified", continues=n > 0
        )
        for n, text in enumerate(TEXTS)
    ]
    rows[0] = rows[0].model_copy(update={"lead": lead})
    rows[-1] = rows[-1].model_copy(update={"details": nested})
    return sample(main_points=(first, second.model_copy(update={"details": (*rows, *others)})))


def read_back(page: str, document: StudyDocument) -> list[tuple[str, bool, bool]]:
    """(text, whether it goes on in a paragraph, whether it has lines) of the statements below the second heading."""
    group = draft_of_page(page, document).sections["main_points"][1]
    return [(s.text, s.continues, bool(s.lines)) for s in group.flat()]


@pytest.mark.parametrize("citations", [False, True])
@pytest.mark.parametrize("lead", [None, "Heat"])
def test_the_page_has_one_paragraph_that_is_read_back_as_its_statements(citations: bool, lead: str | None) -> None:
    document = in_pieces(lead)
    page = render_markdown(document, citations=citations)
    if not citations:
        assert (f"\n- **Heat:** {WHOLE}\n" if lead else f"\n\n{WHOLE}\n\n") in page
    draft = draft_of_page(page, document)
    assert not is_edited(page, document)
    known, found = ([s for _, s in d.statements() if s.lines] for d in (draft_of_document(document), draft))
    assert [(s.text, s.lines, s.continues, s.label) for s in found] == [
        (s.text, s.lines, s.continues, s.label) for s in known
    ]
    assert '"continues"' not in dump(sample())  # records without such paragraphs are as they were


@pytest.mark.parametrize(
    ("old", "new", "read"),
    [
        (TEXTS[1], "Nobody at Lund has ever measured it.", [(TEXTS[0], True), ("Nobody at Lund has ever measured it.", True), (TEXTS[2], True)]),
        (f" {TEXTS[1]}", "", [(TEXTS[0], True), (TEXTS[2], True)]),
        (TEXTS[1], f"{TEXTS[1]} Wind blows over green hills.", [(TEXTS[0], True), (TEXTS[1], True), ("Wind blows over green hills.", False), (TEXTS[2], True)]),
        (" ".join(TEXTS[:2]), "Wind blows over green hills. Grass grows.", [("Wind blows over green hills. Grass grows.", False), (TEXTS[2], True)]),
    ],
)  # fmt: skip
def test_an_edit_in_a_paragraph_touches_its_own_statement_alone(old: str, new: str, read: list[Any]) -> None:
    document = in_pieces()
    page = render_markdown(document).replace(old, new)
    assert is_edited(page, document)
    assert [(text, cited) for text, _, cited in read_back(page, document)][: len(read)] == read
    assert sum(s.finding == UNCITED for _, s in draft_of_page(page, document).statements()) == sum(
        not c for _, c in read
    )


@pytest.mark.parametrize(
    "text", [f"Ben says to Ana: “{TEXTS[1]}” and leaves.", f"Nobody thinks that. {TEXTS[1]} Ana disagrees with it."]
)
@pytest.mark.parametrize("lead", [None, "Why"])
def test_a_statement_that_holds_a_piece_of_a_paragraph_is_read_back_whole(text: str, lead: str | None) -> None:
    document = in_pieces()
    first, second = document.main_points
    other = second.details[0].model_copy(update={"text": text, "lead": lead})
    points = (first, second.model_copy(update={"details": (*second.details, other)}))
    document = document.model_copy(update={"main_points": points})
    page = render_markdown(document)
    assert not is_edited(page, document)
    assert [s.text for s in draft_of_page(page, document).sections["main_points"][1].flat()][-1] == text


def paragraphs(state: State) -> list[str]:
    """The paragraphs below each heading, with their leads."""
    whole = reviewed_document(in_pieces("Lead"), state, Recording(TRANSCRIPT))
    return [
        f"{run[0].lead or ''}|{' '.join(d.text for d in run)}"
        for p in whole.main_points
        for run in in_paragraphs(p.details)
    ]


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (lambda ids, groups: Move(kind="move", target=ids[0], group=groups[0]), [f"|{' '.join(TEXTS[1:])}"]),
        (
            lambda ids, groups: Move(kind="move", target=ids[3], after=ids[0]),
            [f"Lead|{TEXTS[0]}", f"|{' '.join(TEXTS[1:])}"],
        ),
        (
            lambda ids, groups: Add(kind="add", section="main_points", text="New.", lines=[1], after=ids[1], label="L"),
            [f"Lead|{' '.join(TEXTS[:2])}", "L|New.", f"|{TEXTS[2]}"],
        ),
        (
            lambda ids, groups: Split(kind="split", target=ids[0], texts=["Ana heats the river.", "It is warm."]),
            [f"Lead|{WHOLE}"],
        ),
        (
            lambda ids, groups: Merge(kind="merge", targets=[ids[0], ids[1]], text="Both."),
            [f"Lead|Both. {TEXTS[2]}"],
        ),
        (
            lambda ids, groups: Divide(kind="divide", target=ids[1], text="Anew"),
            [f"Lead|{TEXTS[0]}", f"|{' '.join(TEXTS[1:])}"],
        ),
    ],
)
def test_what_a_reviewer_does_puts_nothing_into_another_paragraph(action: Any, found: list[str]) -> None:
    state = accepted(in_pieces("Lead"))
    group = state.groups[1].id
    ids = [i.id for i in state.items if i.group == group and not i.depth]
    state = apply(state, action(ids, [g.id for g in state.groups]), 7)
    assert set(found) <= set(paragraphs(accepted_all(state)))


def accepted_all(state: State) -> State:
    return replace(state, items=tuple(replace(i, standing="accepted") for i in state.items))


def test_the_lead_of_a_paragraph_stays_where_its_first_statement_goes() -> None:
    assert f"Lead|{' '.join(TEXTS[1:])}" in paragraphs(accepted(in_pieces("Lead"), TEXTS[0]))
    draft = draft_of_document(in_pieces("Lead"))
    left = draft.rewritten(lambda section, s: None if s.text == TEXTS[0] else s)
    (second,) = (s for _, s in left.statements() if s.text == TEXTS[1])
    assert (second.label, second.continues) == ("Lead", False)


@pytest.mark.parametrize("but", [("On Monday.",), (TEXTS[0], "On Monday.")])
def test_the_lead_of_what_goes_below_a_paragraph_leads_none_of_its_statements(but: tuple[str, ...]) -> None:
    first, second = in_pieces("Lead").main_points
    begins, goes_on, *others = second.details
    date = goes_on.model_copy(update={"text": "On Monday.", "lead": "Date", "continues": False})
    begins = begins.model_copy(update={"details": (date,)})
    second = second.model_copy(update={"details": (begins, goes_on, *others)})
    document = in_pieces().model_copy(update={"main_points": (first, second)})
    left = [text for text in TEXTS if text not in but]
    assert f"Lead|{' '.join(left)}" in paragraphs(accepted(document, *but))


def test_what_has_a_lead_or_stands_behind_a_list_begins_a_paragraph() -> None:
    rows = [d for p in in_pieces().main_points for d in p.details]
    goes_on, with_a_list = rows[3:5]
    led = goes_on.model_copy(update={"lead": "Lead"})
    assert [len(p) for p in in_paragraphs([goes_on, with_a_list, goes_on, led, goes_on])] == [2, 1, 2]
    assert list(in_paragraphs([])) == []


def accepted(document: StudyDocument, *but: str) -> State:
    state = opened(document)
    return replace(
        state, items=tuple(replace(i, standing="rejected" if i.text in but else "accepted") for i in state.items)
    )


def test_what_was_accepted_of_a_paragraph_stays_together_and_what_begins_it_changes() -> None:
    document, recording = in_pieces(), Recording(TRANSCRIPT)
    assert WHOLE in render_markdown(reviewed_document(document, accepted(document), recording))
    page = render_markdown(reviewed_document(document, accepted(document, TEXTS[0]), recording))
    assert f"\n\n{' '.join(TEXTS[1:])}\n\n" in page
    page = render_markdown(reviewed_document(document, accepted(document, TEXTS[1]), recording))
    assert f"\n\n{TEXTS[0]} {TEXTS[2]}\n\n" in page


def test_pages_books_and_word_have_one_paragraph_with_the_evidence_of_each_statement() -> None:
    made = ready(in_pieces("Heat"))
    numbers = {p.text: p.number for _, _, _, p in made.points()}
    assert [numbers[text] - numbers[TEXTS[0]] for text in TEXTS] == [0, 1, 2]
    html = write_html(made).decode()
    paragraph = next(li for li in re.findall(r"<li.*", html) if TEXTS[0] in li)
    assert all(text in paragraph for text in TEXTS) and paragraph.count('class="at"') >= 3
    assert all(html.count(f'id="s{numbers[text]}"') == 1 for text in TEXTS)
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        chapters = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xhtml"))
    assert all(chapters.count(f'id="s{numbers[text]}"') == 1 for text in TEXTS)
    word = [p.text for p in Document(io.BytesIO(write_docx(made))).paragraphs]
    assert sum(all(text in row for text in TEXTS) for row in word) == 1


@pytest.mark.parametrize("write", [write_github, write_obsidian])
@pytest.mark.parametrize("lead", [None, "Heat"])
def test_markdown_of_other_programs_has_a_footnote_for_each_statement(write: Any, lead: str | None) -> None:
    page = write(ready(in_pieces(lead))).decode()
    (row,) = (line for line in page.splitlines() if all(text in line for text in TEXTS))
    assert row.count("[^s") == 3 and row.startswith("- **Heat:**" if lead else TEXTS[0])
