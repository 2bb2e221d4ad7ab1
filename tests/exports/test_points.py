"""Tables and paragraphs of points: on the page, read back from it, under review, and in every format."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from markdown_it import MarkdownIt

from pipeline.capable.adding import Addition, with_additions
from pipeline.document import Detail, StudyDocument
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.exports.tables import write_csv
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page, is_edited
from pipeline.review.actions import Add, Move, Rename
from pipeline.review.decisions import apply
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import State, opened
from pipeline.sections.main_points import MAIN_POINTS, PointSection
from pipeline.tables import cells, fills, in_words
from pipeline.verification import Recording, finding, without_repeats
from tests.exports.samples import TRANSCRIPT, ready, sample

COLUMNS = ("Machine", "Power *now*", "Costs")
ROWS = ("Reactor | 40 MW | too much", "Tower | none | <b>little</b>")
READ = MarkdownIt("commonmark").enable("table")


def tabled(lead: str | None = "Two machines") -> StudyDocument:
    """The reactor's notes with a table below the first point of their second heading."""
    first, second = sample().main_points
    top, *others = second.details
    rows = tuple(_row(top, text) for text in ROWS)
    top = top.model_copy(update={"lead": lead, "columns": COLUMNS, "details": rows})
    return sample(main_points=(first, second.model_copy(update={"details": (top, *others)})))


def _row(like: Detail, text: str) -> Detail:
    return Detail(text=text, evidence=like.evidence, support="verified")


@pytest.mark.parametrize(
    ("columns", "rows", "fits"),
    [
        (COLUMNS, ROWS, True),
        (COLUMNS, ROWS[:1], False),
        (COLUMNS[:2], ROWS, False),
        (("One",), ("a", "b"), False),
        ((), ("a", "b"), False),
        (COLUMNS, (*ROWS, "a sentence that a check put right"), False),
    ],
)
def test_rows_are_a_table_where_all_of_them_fill_its_columns(
    columns: tuple[str, ...], rows: tuple[str, ...], fits: bool
) -> None:
    assert fills(columns, rows) == fits


def test_cells_are_what_stands_between_bars_and_a_row_can_be_read_in_words() -> None:
    assert cells("a |b|  c d ") == ("a", "b", "c d") == cells("| a | b | c d |")
    assert cells("| b") == ("", "b") and cells("|") == ("", "") and cells("a") == ("a",)
    assert in_words(COLUMNS, ROWS[0], ": ") == ("Reactor", "Power *now*: 40 MW; Costs: too much")
    assert in_words(COLUMNS, "Reactor | | free", ": ") == ("Reactor", "Costs: free")
    assert in_words(("", "", "B"), "Reactor | 40 MW | ", ": ") == ("Reactor", "40 MW")
    assert in_words(COLUMNS, "Reactor | | ", ": ") == ("", "Reactor")


@pytest.mark.parametrize(
    ("row", "is_table"), [("Reactor | 60 MW | too much", True), ("The reactor gives 60 MW.", False)]
)
def test_a_row_put_right_in_its_form_stays_in_the_table_and_any_other_makes_a_list_of_it(
    row: str, is_table: bool
) -> None:
    (group,) = draft_of_document(tabled()).sections["main_points"][1:]
    top, *others = group.statements
    changed = replace(top, details=(replace(top.details[0], text=row), *top.details[1:]))
    (point,) = MAIN_POINTS.content([replace(group, statements=(changed, *others))], TRANSCRIPT)
    assert point.details[0].is_table == is_table and point.details[0].details[0].text == row


@pytest.mark.parametrize("lead", [None, "Two machines"])
@pytest.mark.parametrize("citations", [False, True])
def test_the_page_has_a_table_that_is_read_back_as_it_was_written(citations: bool, lead: str | None) -> None:
    document = tabled(lead)
    page = render_markdown(document, citations=citations)
    shown = READ.render(page)
    assert "<th>Power *now*</th>" in shown and "<td>40 MW</td>" in shown and "&lt;b&gt;little" in shown
    assert shown.count("<table>") == 1 and ("<li>" in shown.split("<table>")[0].split("<h3>")[-1]) == bool(lead)
    assert not is_edited(page, document)
    (row,) = (s for _, s in draft_of_page(page, document).statements() if s.text == ROWS[0])
    assert row.lines == (row_of(document).evidence[0].segment,)


def row_of(document: StudyDocument) -> Detail:
    return document.main_points[1].details[0].details[0]


def changed(**of_row: Any) -> Detail:
    """The point with the table, its first row changed so."""
    top = tabled().main_points[1].details[0]
    return top.model_copy(update={"details": (top.details[0].model_copy(update=of_row), *top.details[1:])})


def with_point(point: Detail) -> StudyDocument:
    """The notes with this point in place of the one with the table."""
    first, second = tabled().main_points
    points = (first, second.model_copy(update={"details": (point, *second.details[1:])}))
    return StudyDocument.model_validate(sample(main_points=points).model_dump())


def test_rows_between_bars_and_a_column_without_a_heading_are_read_back_too() -> None:
    odd = changed(text="| Reactor |40 MW| too much |").model_copy(update={"columns": ("", *COLUMNS[1:])})
    page = render_markdown(with_point(odd))
    assert "  | Reactor | 40 MW | too much |\n" in page and not is_edited(page, with_point(odd))


@pytest.mark.parametrize("of_row", [{"lead": "Much"}, {"details": (_row(sample().main_points[0].details[0], "Old."),)}])
def test_a_row_with_a_lead_or_with_something_nested_below_it_is_lost_in_no_table(of_row: dict[str, Any]) -> None:
    page = render_markdown(with_point(changed(**of_row)))
    assert "**Much:**" in page or "- Old." in page


@pytest.mark.parametrize(
    ("before", "after"), [("40 MW", "60 MW"), ("| Costs |", "| Price |"), ("| Tower | none |", "| Mill | none |")]
)
def test_a_table_that_somebody_changed_is_an_edited_page(before: str, after: str) -> None:
    document = tabled()
    page = render_markdown(document)
    assert before in page and is_edited(page.replace(before, after), document)


def accepted(document: StudyDocument, but: str | None = None) -> State:
    state = opened(document)
    items = (replace(i, standing="rejected" if i.text == but else "accepted") for i in state.items)
    return replace(state, items=tuple(items))


def test_what_was_accepted_keeps_its_table_and_one_row_alone_is_none() -> None:
    document = tabled()
    recording = Recording(TRANSCRIPT)
    whole = reviewed_document(document, accepted(document), recording)
    assert whole.main_points[1].details[0].is_table
    one = reviewed_document(document, accepted(document, but=ROWS[1]), recording)
    assert "- **Reactor:** Power \\*now\\*: 40 MW; Costs: too much\n" in render_markdown(one)


def test_accepted_rows_stand_without_what_led_up_to_them() -> None:
    document = tabled()
    above = document.main_points[1].details[0].text
    without = reviewed_document(document, accepted(document, but=above), Recording(TRANSCRIPT))
    page = render_markdown(without, reviewed=True)
    table = "| Machine | Power \\*now\\* | Costs |\n| --- | --- | --- |\n| Reactor | 40 MW | too much"
    assert above not in page and "Two machines" not in page and f"\n\n{table}" in page
    assert not is_edited(page, without)


def test_a_row_that_alone_was_accepted_is_exported_in_words() -> None:
    document = tabled()
    state = opened(document)
    items = (replace(i, standing="accepted") if i.text == ROWS[0] else i for i in state.items)
    one = reviewed_document(document, replace(state, items=tuple(items)), Recording(TRANSCRIPT))
    said = [(d.lead, d.text) for p in one.main_points for d in p.flat()]
    assert said == [("Reactor", "Power *now*: 40 MW; Costs: too much")] and one.coverage.cited == 1


def test_rows_of_a_table_among_what_is_nested_stand_there_in_words() -> None:
    document = tabled()
    state = accepted(document, but=document.main_points[1].details[0].text)
    (top,) = (i for i in state.items if i.columns)
    (above,) = (i for i in state.items if i.text == document.main_points[0].details[0].text)
    moved = apply(state, Move(kind="move", target=top.id, below=above.id), 1)
    beside = Add(kind="add", section="main_points", text="It costs too much.", lines=(2,), after=top.id)
    below = reviewed_document(document, apply(moved, beside, 2), Recording(TRANSCRIPT)).main_points[0].details[0]
    said = [(d.lead, d.text) for d in below.details]
    assert said[-3:] == [
        ("Reactor", "Power *now*: 40 MW; Costs: too much"),
        ("Tower", "Power *now*: none; Costs: <b>little</b>"),
        (None, "It costs too much."),
    ]
    assert not below.columns


def test_pages_and_books_have_the_table_with_the_evidence_of_each_row() -> None:
    made = ready(tabled())
    html = write_html(made).decode()
    assert '<th scope="col">Power *now*</th>' in html and "&lt;b&gt;little&lt;/b&gt;" in html
    assert html.count("<tr id=") == 2
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        chapters = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xhtml"))
    assert "<td>40 MW</td>" in chapters and chapters.count("<tr id=") == 2


@pytest.mark.parametrize("write", [write_github, write_obsidian])
def test_markdown_of_other_programs_has_it_with_the_footnotes_of_each_row(write: Any) -> None:
    page = write(ready(tabled())).decode()
    rows = [line for line in page.splitlines() if line.startswith("  |")]
    assert len(rows) == 4 and rows[1] == "  | --- | --- | --- |"
    assert rows[2].startswith("  | Reactor | 40 MW | too much") and "[^s" in rows[2] and rows[2].endswith("] |")
    paragraph = write(ready(tabled(None))).decode()
    assert "\n\n| Machine |" in paragraph and READ.render(paragraph).count("<table>") == 1


def test_word_has_the_table_with_the_evidence_of_each_row_in_its_last_cell() -> None:
    made = ready(tabled())
    (table,) = Document(io.BytesIO(write_docx(made))).tables
    shown = [[cell.text for cell in row.cells] for row in table.rows]
    assert len(shown) == 3 and shown[1][0] == "Reactor" and shown[1][1].startswith("40 MW")
    marks = [[cell._tc.xpath(".//w:footnoteReference/@w:id") for cell in row.cells] for row in table.rows[1:]]
    numbers = [str(p.number) for _, _, _, p in made.points() if p.cells]
    assert [row[-1] for row in marks] == [[n] for n in numbers] and not any(cell for row in marks for cell in row[:-1])


def test_only_words_between_colons_are_no_words_on_github() -> None:
    first = sample().overview[0].model_copy(update={"text": "Costs: 3 :tada: at 10:30:15, see a:b."})
    page = write_github(ready(sample(overview=(first,)))).decode()
    assert "Costs: 3 &#58;tada: at 10&#58;30:15, see a:b." in page


def test_where_no_table_can_stand_a_row_is_told_in_words() -> None:
    made = ready(tabled())
    assert "Power *now*: 40 MW; Costs: too much" in write_csv(made).decode("utf-8-sig")


def paragraphs() -> StudyDocument:
    """Notes whose points are a paragraph with a list, a bullet with a list, and a paragraph."""
    first, second = sample().main_points
    one, *_ = second.details
    below = tuple(_row(one, text) for text in ("A part.", "Another: the last."))
    points = (
        one.model_copy(update={"lead": None, "text": "This opens the section.", "details": below}),
        one.model_copy(update={"lead": "A case", "text": "It stands beside others.", "details": below}),
        one.model_copy(update={"lead": None, "text": "- 3 is what is left of it.", "details": ()}),
    )
    return sample(main_points=(first, second.model_copy(update={"details": points})))


def test_a_point_without_a_lead_is_a_paragraph_and_what_is_nested_below_it_a_list() -> None:
    page = render_markdown(paragraphs())
    section = page[page.index("### 2.") :].partition("## Key")[0]
    assert section.split("*\n", 1)[1] == (
        "\nThis opens the section. †\n\n* A part.\n* Another: the last.\n\n"
        "- **A case:** It stands beside others. †\n  - A part.\n  - Another: the last.\n\n"
        "\\- 3 is what is left of it. †\n\n"
    )


@pytest.mark.parametrize("citations", [False, True])
def test_paragraphs_are_read_back_with_what_is_nested_below_them(citations: bool) -> None:
    document = paragraphs()
    page = render_markdown(document, citations=citations)
    assert not is_edited(page, document)
    (*_, group) = draft_of_page(page, document).sections["main_points"]
    assert [(s.label, len(s.details)) for s in group.statements] == [("", 2), ("A case", 2), ("", 0)]
    assert is_edited(page.replace("* A part.", "- A whole.", 1), document)


@pytest.mark.parametrize("write", [write_github, write_obsidian])
def test_other_markdown_has_paragraphs_too(write: Any) -> None:
    shown = READ.render(write(ready(paragraphs())).decode())
    opening = shown[shown.index("<p>This opens the section.") :]
    assert opening.index("</ul>") < opening.index("A case")  # its list ends before the next point


def test_where_points_are_list_items_a_paragraph_has_no_bullet() -> None:
    made = ready(paragraphs())
    styles = {p.text[:4]: p.style.name for p in Document(io.BytesIO(write_docx(made))).paragraphs if p.style}
    assert styles["This"] == "Normal" and styles["A ca"] == "List Bullet" and styles["A pa"] == "List Bullet 2"
    assert write_html(made).decode().count('class="plain"') == 4  # two here, two of the first heading


def test_code_is_shown_as_code_and_nothing_in_it_is_anything_else() -> None:
    first, second = sample().main_points
    point = second.details[0].model_copy(update={"text": "Chain `.catch(log)` onto it, not `<img src=x>`."})
    document = sample(main_points=(first, second.model_copy(update={"details": (point,)})))
    made = ready(document)
    page = render_markdown(document)
    assert "Chain `.catch(log)` onto it, not `<img src=x>`." in page and not is_edited(page, document)
    assert "<code>.catch(log)</code> onto it, not <code>&lt;img src=x&gt;</code>." in write_html(made).decode()
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        chapters = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xhtml"))
    assert "<code>.catch(log)</code>" in chapters and "<code>&lt;img src=x&gt;</code>" in chapters
    fonts = {r.text: r.font.name for p in Document(io.BytesIO(write_docx(made))).paragraphs for r in p.runs}
    assert fonts[".catch(log)"] == "Consolas" and fonts["Chain "] is None


def answered(**fields: Any) -> list[DraftStatement]:
    """The statements of a section with one point, which a model answered so."""
    point = {"cites": [1], "lead": "Two", "text": "They differ.", "details": [{"cites": [2], "text": r} for r in ROWS]}
    section = PointSection.model_validate({"heading": "Machines", "points": [point | fields]})
    return [s for g in MAIN_POINTS.groups([section], tuple, ready().labels) for s in g.statements]


@pytest.mark.parametrize("columns", [{}, {"columns": None}, {"columns": []}])
def test_columns_may_be_left_out_where_no_schema_is_kept_to(columns: dict[str, Any]) -> None:
    (point,) = answered(**columns)
    assert point.columns == () and not any(d.bound for d in point.details)


def test_a_table_without_a_sentence_before_it_is_kept() -> None:
    (point,) = answered(text=" ", columns=list(COLUMNS))
    assert (point.text, point.label, point.columns) == ("Two", "", COLUMNS) and len(point.details) == 2
    (bare,) = answered(text="", lead="", columns=list(COLUMNS))
    assert bare.bare and bare.columns == COLUMNS and [s.text for s in bare.details] == list(ROWS)
    rows = answered(text="", lead="")
    assert [s.text for s in rows] == list(ROWS) and not any(s.bound for s in rows)


def test_a_point_that_says_all_in_its_lead_has_it_as_its_text() -> None:
    (point,) = answered(text="", lead="The two machines differ.", details=[])
    assert (point.text, point.label) == ("The two machines differ.", "")


@pytest.mark.parametrize("columns", [list(COLUMNS), []])
def test_the_header_of_a_table_and_the_dashes_below_it_are_none_of_its_rows(columns: list[str]) -> None:
    below = [" | ".join(COLUMNS), "--- | :---: | ---", *ROWS]
    (point,) = answered(columns=columns, details=[{"cites": [2], "text": row} for row in below])
    assert point.columns == COLUMNS and [(d.text, d.bound) for d in point.details] == [(row, True) for row in ROWS]


def test_the_same_row_may_stand_in_two_tables_and_a_row_goes_where_its_point_goes() -> None:
    points = tuple(replace(p, text=f"{n} differ.") for n in ("Two", "Both") for p in answered(columns=list(COLUMNS)))
    draft = Draft({"main_points": (DraftGroup(points, "Machines"),)})
    assert without_repeats(draft) == draft
    (group,) = draft.rewritten(lambda _, s: None if s.text == "Two differ." else s).sections["main_points"]
    assert [s.text for s in group.statements] == ["Both differ."]


def test_an_addition_to_a_row_stands_behind_the_table() -> None:
    draft = Draft({"main_points": (DraftGroup(tuple(answered(columns=list(COLUMNS))), "Machines"),)}).numbered()
    (group,) = draft.sections["main_points"]
    new = DraftStatement("The tower was painted in 2019.", (3,))
    grown = with_additions(
        draft, [Addition(group.statements[0].details[0].id, new)], Recording(TRANSCRIPT), [MAIN_POINTS]
    )
    (after,) = grown.sections["main_points"]
    assert [d.text for d in after.statements[0].details] == list(ROWS) and after.statements[1].text == new.text


def test_a_capital_at_the_beginning_of_a_cell_names_nobody() -> None:
    assert not finding("Reactor | Expensive | Unknown", Recording(TRANSCRIPT))


def test_a_link_of_a_vault_parts_no_cell() -> None:
    linked = with_point(changed(text="The cooling tower | 40 MW | too much"))
    shown = READ.render(write_obsidian(ready(linked)).decode())
    assert "<td>40 MW</td>" in shown and shown.count("<td>") == 6


def test_renaming_somebody_renames_them_in_headings_of_columns() -> None:
    state = opened(with_point(changed().model_copy(update={"columns": ("Matter", "Ana says", "Ben says")})))
    named = apply(state, Rename(kind="rename", speaker="Ana", name="Dora"), 1)
    assert [i.columns for i in named.items if i.columns] == [("Matter", "Dora says", "Ben says")]


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("Text.\n\n| | |\n| --- | --- |\n| a | b |", [("", "Text.", ("", ""), ["a | b"])]),
        ("- **A:** One.\n  - Two.\n\n    | M | N |\n    | --- | --- |\n    | a | b |", [("A", "One.", (), ["Two."])]),
        ("Text.\n\n* **Case:** One.\n\n- **B:** Two.", [("", "Text.", (), ["One."]), ("B", "Two.", (), [])]),
        ("Text.\n\n- One.\n- **B:** Two.", [("", "Text.", (), []), ("", "One.", (), []), ("B", "Two.", (), [])]),
        ("(none found)", []),
    ],
)
def test_pages_written_otherwise_are_read_as_they_are_shown(page: str, read: list[Any]) -> None:
    whole = f"## Main Points\n\n### 1. Heading\n\n{page}\n"
    groups = draft_of_page(whole, sample()).sections.get("main_points", ())
    found = [(s.label, s.text, s.columns, [d.text for d in s.details]) for g in groups for s in g.statements]
    assert found == read
