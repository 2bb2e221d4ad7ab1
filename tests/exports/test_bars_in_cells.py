"""Bars inside the cells of a table: commands and expressions stand as they were written, in every format."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from markdown_it import MarkdownIt

from pipeline.capable.chunks import Fault
from pipeline.capable.correcting import put_right
from pipeline.capable.markdown_sections import sections_in
from pipeline.capable.objections import Verdict
from pipeline.document import StudyDocument
from pipeline.draft import DraftStatement
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.exports.tables import write_csv
from pipeline.labels import labels_for
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page, is_edited
from pipeline.review.actions import Edit
from pipeline.review.decisions import apply
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import opened
from pipeline.sections import STUDY
from pipeline.sections.main_points import MAIN_POINTS, PointSection
from pipeline.tables import as_sentence, cells, row_of
from pipeline.verification import Recording
from tests.exports.samples import TRANSCRIPT, ready, sample
from tests.exports.test_points import accepted

COLUMNS = ("`A|B`", "Means")
TABLE = r"""
| `A\|B` | Means |
| --- | --- |
| `ps \| grep x` | shows |
| `a\|\|b` | grep 'a\\\|b' |
"""
CELLS = (("`ps | grep x`", "shows"), ("`a||b`", r"grep 'a\|b'"))
READ = MarkdownIt("commonmark").enable("table")


def tabled() -> StudyDocument:
    """The sample with a table of commands below the first point of its second heading."""
    first, second = sample().main_points
    top, *others = second.details
    like = top.model_copy(update={"lead": None, "details": (), "support": "verified", "finding": None})
    rows = tuple(like.model_copy(update={"text": row_of(row)}) for row in CELLS)
    top = top.model_copy(update={"columns": COLUMNS, "details": rows})
    return sample(main_points=(first, second.model_copy(update={"details": (top, *others)})))


@pytest.mark.parametrize("row", [*CELLS, ("|", "||", "a|"), ("C:\\", "|x"), ("a", "", "b\\|")])
def test_a_row_has_the_cells_that_it_was_made_of(row: tuple[str, ...]) -> None:
    assert cells(row_of(row)) == cells(f"| {row_of(row)} |") == row
    assert as_sentence(row_of(row)) == " | ".join(row)


def test_a_manuscript_and_an_answer_keep_them() -> None:
    english = labels_for("en")
    markdown = f"## Main Points\n\n### Commands\n\nThey are:\n{TABLE}"
    (group,) = sections_in(markdown, {"main points": MAIN_POINTS.name}, STUDY.sections, english)[MAIN_POINTS.name]
    (written,) = group.statements
    assert written.columns == COLUMNS and tuple(cells(row.text) for row in written.details) == CELLS
    details = [{"cites": [1], "text": text} for text in (r"grep | a pipe, as in ps \| grep", "sed | replaces")]
    point = {"cites": [1], "lead": "", "text": "They are:", "columns": ["Tool", "Use"], "details": details}
    answer = PointSection.model_validate({"heading": "Commands", "points": [point]})
    (group,) = MAIN_POINTS.groups([answer], tuple, english)
    (table,) = MAIN_POINTS.content([group], TRANSCRIPT)[0].details
    assert table.is_table and cells(table.details[0].text) == ("grep", "a pipe, as in ps | grep")


@pytest.mark.parametrize("citations", [False, True])
def test_the_page_shows_them_and_is_read_back(citations: bool) -> None:
    made = tabled()
    page = render_markdown(made, citations=citations)
    shown = READ.render(page)
    assert all(cell.strip("`") in shown for row in CELLS for cell in row) and "A|B" in shown
    assert not is_edited(page, made)
    read, held = draft_of_page(page, made), draft_of_document(made)
    assert [s.text for _, s in read.statements()] == [s.text for n, s in held.statements() if n != "prerequisites"]
    edited = draft_of_page(page.replace("shows", r"shows x \| y"), made)
    assert ("`ps | grep x`", "shows x | y") in [cells(s.text) for _, s in edited.statements()]


def test_every_format_shows_them() -> None:
    made = ready(tabled())
    word = Document(io.BytesIO(write_docx(made)))
    said = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert {"ps | grep x", "a||b"} <= {cell.strip("`") for cell in said}
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        pages = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml"))
    for shown in (pages, write_html(made).decode(), write_csv(made).decode()):
        assert "ps | grep x" in shown and "a||b" in shown and r"ps \|" not in shown
    for write in (write_github, write_obsidian):
        assert "a||b" in READ.render(write(made).decode())


def test_a_check_and_a_reviewer_put_a_cell_right_in_the_same_form() -> None:
    row, recording = DraftStatement(row_of(CELLS[0]), (1,), bound=True), Recording(TRANSCRIPT)
    fault = Fault(id=1, verdict="partly", why="more", label="", text=r"`ps \| grep x` | lists", lines=[])
    changed = put_right(row, Verdict(fault, ()), recording)
    assert changed is not None and cells(changed.text) == ("`ps | grep x`", "lists") and not changed.finding
    made = tabled()
    item = next(i for i in opened(made).items if i.text == row.text)
    state = apply(accepted(made), Edit(kind="edit", target=item.id, text=r"`ps \| grep x` | lists x \| y"), 1)
    state = replace(state, items=tuple(replace(i, standing="accepted") for i in state.items))
    table = reviewed_document(made, state, recording).main_points[1].details[0]
    assert table.is_table and cells(table.details[0].text) == ("`ps | grep x`", "lists x | y")


def test_a_row_that_becomes_a_sentence_stands_with_its_bars() -> None:
    top = tabled().main_points[1].details[0]
    rows = (top.details[0].model_copy(update={"text": r"It is ps \| grep x."}), top.details[1])
    settled = top.model_copy(update={"details": rows}).settled()
    assert [(d.lead, d.text) for d in settled.details] == [
        (None, "It is ps | grep x."),
        ("`a||b`", r"Means: grep 'a\|b'"),
    ]
