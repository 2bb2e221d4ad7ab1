"""A table or steps to which nothing leads up: they stand by themselves, below a point that says nothing."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from pydantic import ValidationError

from pipeline.capable.chunks import Fault
from pipeline.capable.correcting import corrected
from pipeline.capable.objections import Verdict, Verdicts
from pipeline.capable.printed_rows import printed_rows
from pipeline.capable.shortening import shortened
from pipeline.document import Detail, StudyDocument
from pipeline.draft import Draft
from pipeline.evaluation.statement_judging import statements_to_judge
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.pages import render_markdown
from pipeline.pages.paragraphs import as_on_page
from pipeline.pages.reading import draft_of_document, draft_of_page, is_edited
from pipeline.rechecking import Reopened, checked_by_code
from pipeline.review.actions import Heading, Move
from pipeline.review.coverage import cited
from pipeline.review.decisions import apply
from pipeline.review.matching import found_again
from pipeline.review.pages import progress
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import opened
from pipeline.shape import is_bullet
from pipeline.tables import in_words
from pipeline.verification import Recording, without_repeats
from tests.exports.samples import TRANSCRIPT, ready, sample
from tests.exports.test_points import accepted

TITLE = "Two machines, compared"


def document(*, steps: bool = False, text: str = "") -> StudyDocument:
    """The sample with a table right below its second heading, or with steps."""
    first, second = sample().main_points
    like = second.details[0].model_copy(update={"lead": None, "details": (), "support": "verified", "finding": None})
    rows = tuple(like.model_copy(update={"text": text}) for text in ("Reactor | 40 MW", "Tower | 3 MW"))
    shape = {"steps": True} if steps else {"columns": ("Machine", "Power")}
    table = like.model_copy(update={"text": text, "details": rows, "listed": False} | shape)
    behind = like.model_copy(update={"text": "So it ends."})
    points = (first, second.model_copy(update={"heading": TITLE, "details": (table, behind)}))
    return sample(main_points=points)


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("citations", [False, True])
def test_they_stand_right_below_it_and_are_read_back(steps: bool, citations: bool) -> None:
    made = document(steps=steps)
    page = render_markdown(made, citations=citations)
    assert page.count(TITLE) == 1 and not is_edited(page, made)
    begins = "\n1. Reactor" if steps else "\n| Machine | Power |"
    assert begins in page.partition(TITLE)[2]
    (*_, group) = draft_of_page(page, made).sections["main_points"]
    assert [(s.text, len(s.details)) for s in group.statements] == [("", 2), ("So it ends.", 0)]
    assert all(s.lines for s in group.flat())


def test_a_table_behind_bullets_is_read_back_as_well() -> None:
    made = document()
    table, behind = made.main_points[1].details
    points = (behind.model_copy(update={"listed": True}), table, behind)
    second = made.main_points[1].model_copy(update={"details": points})
    made = made.model_copy(update={"main_points": (made.main_points[0], second)})
    page = render_markdown(made)
    assert page.count(TITLE) == 1 and "- So it ends.\n\n| Machine | Power |" in page and not is_edited(page, made)


def with_points(made: StudyDocument, *points: Detail) -> StudyDocument:
    """The document with these points below its second heading, as its record has them."""
    second = made.main_points[1].model_copy(update={"details": as_on_page(points)})
    return made.model_copy(update={"main_points": (made.main_points[0], second)})


def test_two_tables_one_behind_the_other_are_read_back_as_two() -> None:
    made = document()
    table, behind = made.main_points[1].details
    made = with_points(made, table, table, behind)
    page = render_markdown(made)
    assert page.count("| Machine | Power |") == 2 and not is_edited(page, made)


def test_a_table_that_comes_to_stand_below_a_paragraph_is_that_paragraphs() -> None:
    made = document()
    table, behind = made.main_points[1].details
    made = with_points(made, behind, table)
    assert [(p.text, p.columns) for p in made.main_points[1].details] == [("So it ends.", ("Machine", "Power"))]
    assert not is_edited(render_markdown(made), made)


def test_steps_behind_bullets_or_a_table_stand_by_themselves_and_are_read_back() -> None:
    made = document(steps=True)
    steps, behind = made.main_points[1].details
    bullet = behind.model_copy(update={"listed": True})
    listing = behind.model_copy(update={"details": (bullet.model_copy(update={"listed": None}),)})
    for above in (bullet, listing, document().main_points[1].details[0]):
        said = with_points(made, above, steps, behind)
        page = render_markdown(said)
        assert said.main_points[1].details[1].bare and not is_edited(page, said)
        for shown in (page, write_github(ready(said)).decode(), write_obsidian(ready(said)).decode()):
            assert "\n\n1. Reactor" in shown and "\n2. Tower" in shown


def test_steps_behind_those_of_a_paragraph_and_what_is_no_table_any_more_are_bullets() -> None:
    made = document(steps=True)
    steps, behind = made.main_points[1].details
    bullet = behind.model_copy(update={"listed": True})
    one_row = document().main_points[1].details[0].model_copy(update={"details": steps.details[:1]})
    for points in ((behind, steps, steps), (bullet, one_row)):
        said = with_points(made, *points)
        assert all(is_bullet(p) and not p.bare for p in said.main_points[1].details[1:])
        assert not is_edited(render_markdown(said), said)


def test_a_record_with_a_point_that_says_nothing_and_has_nothing_below_it_is_refused() -> None:
    fields = json.loads(document().model_dump_json())
    fields["main_points"][1]["details"][0] |= {"details": []}
    with pytest.raises(ValidationError, match="a point without words has nothing below it"):
        StudyDocument.model_validate(fields)


@pytest.mark.parametrize("write", [write_github, write_obsidian])
def test_no_format_shows_the_heading_twice(write) -> None:  # noqa: ANN001
    assert write(ready(document())).decode().partition("[^s1]: ")[0].count(TITLE) == 1


def test_pages_books_and_word_show_it_once() -> None:
    made = ready(document())
    word = Document(io.BytesIO(write_docx(made)))
    assert sum(TITLE in p.text for p in word.paragraphs) == 1
    assert [cell.text for cell in word.tables[0].rows[0].cells] == ["Machine", "Power"]
    html = write_html(made).decode()
    assert f"{TITLE}:" not in html and html.count("<tr id=") == 2
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        chapters = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xhtml"))
    assert f"{TITLE}:" not in chapters and "40 MW" in chapters


def test_it_goes_where_all_its_rows_go_and_is_no_statement() -> None:
    draft = draft_of_document(document())
    (*_, group) = draft.sections["main_points"]
    table = group.statements[0]
    gone = Fault(id=0, verdict="unsupported", why="nobody says it", label="", text="", lines=[])
    verdicts = {row.id: Verdict(gone.model_copy(update={"id": row.id}), ()) for row in table.details}
    after = corrected(draft, Verdicts(verdicts), Recording(TRANSCRIPT))
    assert [s.text for s in after.sections["main_points"][-1].statements] == ["So it ends."]
    assert table.id not in {row.id for row in printed_rows(draft, Recording(TRANSCRIPT))}
    assert not any(s.bare for _, s in draft.statements()) and "" not in [
        getattr(s, "text", "-") for s in document().statements()
    ]
    twice = replace(group, heading="Again")
    assert without_repeats(Draft({"main_points": (group, replace(twice, statements=(table,)))})).withheld == ()


def test_a_table_that_is_cut_by_the_number_of_its_columns_goes_whole() -> None:
    draft = draft_of_document(document())
    (*_, group) = draft.sections["main_points"]
    left = shortened(draft, [group.statements[0].columns_id], 60)
    assert [s.text for s in left.sections["main_points"][-1].statements] == ["So it ends."]
    assert [d.text for d in left.dropped] == ["Reactor | 40 MW", "Tower | 3 MW"]


def test_of_a_table_of_which_nothing_was_accepted_nothing_stands() -> None:
    state = opened(document())
    items = (replace(i, standing="rejected" if i.depth else "accepted") for i in state.items)
    reviewed = reviewed_document(document(), replace(state, items=tuple(items)), Recording(TRANSCRIPT))
    assert [d.text for d in reviewed.main_points[1].details] == ["So it ends."]


def test_there_is_nothing_to_decide_on_it_and_a_renamed_heading_shows_no_former_one() -> None:
    state = opened(document())
    (bare,) = (i for i in state.items if i.bare)
    assert bare.standing == "accepted" and progress(state)["decided"] == 0
    named = apply(state, Heading(kind="heading", group=state.groups[-1].id, text="Both machines"), 1)
    whole = replace(named, items=tuple(replace(i, standing="accepted") for i in named.items))
    page = render_markdown(reviewed_document(document(), whole, Recording(TRANSCRIPT)), reviewed=True)
    assert "Both machines\n" in page and TITLE not in page


def test_a_review_shows_it_once_too() -> None:
    made = document()
    page = render_markdown(reviewed_document(made, accepted(made), Recording(TRANSCRIPT)), reviewed=True)
    assert page.count(TITLE) == 1 and "| Reactor | 40 MW |" in page


def test_what_leads_up_to_a_list_keeps_its_colon() -> None:
    draft = draft_of_document(document(text="Compared:"))
    (*_, group) = draft.sections["main_points"]
    fault = Fault(
        id=group.statements[0].id, verdict="partly", why="by power", label="", text="Compared by power", lines=[1]
    )
    after = corrected(draft, Verdicts({fault.id: Verdict(fault, (1,))}), Recording(TRANSCRIPT))
    assert after.sections["main_points"][-1].statements[0].text == "Compared by power:"


def test_of_a_table_that_is_none_any_more_the_rest_stands_as_bullets() -> None:
    made = document()
    state = opened(made)
    kept = [replace(i, standing="rejected" if i.text.startswith("Tower") else "accepted") for i in state.items]
    one = reviewed_document(made, replace(state, items=tuple(kept)), Recording(TRANSCRIPT))
    page = render_markdown(one, reviewed=True)
    assert page.count(TITLE) == 1 and "\n- **Reactor:** Power: 40 MW\n" in page and not is_edited(page, one)
    none = reviewed_document(made, state, Recording(TRANSCRIPT))
    assert TITLE not in render_markdown(none, reviewed=True)  # nothing was decided on its rows


def test_checking_again_tells_what_is_found_of_a_heading_once() -> None:
    made = document()
    page = render_markdown(made).replace(f"2. {TITLE}", "2. Ana weighs 77 engines")
    opened_again = Reopened(made, TRANSCRIPT, draft_of_page(page, made), True)
    told = [c.claim.text for c in checked_by_code(opened_again) if any("77" in f.message for f in c.findings)]
    assert told == ["Ana weighs 77 engines"]


def test_decisions_on_one_table_are_none_on_another_of_the_same_lines() -> None:
    made = document()
    table, behind = made.main_points[1].details
    other = table.model_copy(update={"columns": ("Payer", "Share"), "details": table.details[::-1]})
    first, second = (i for i in opened(with_points(made, table, other, behind)).items if i.bare)
    assert first.id != second.id and first.lines == second.lines
    state = opened(with_points(made, other, behind))
    assert first.id not in state.ids()
    before = {"before": {first.id: opened(made).abouts()[first.id]}}
    assert not found_again(before, state.abouts())["before"][first.id].same_words


def test_a_table_that_is_put_below_a_point_is_that_points() -> None:
    made = document()
    state = accepted(made)
    (bare,) = (i for i in state.items if i.bare)
    (behind,) = (i for i in state.items if i.text == "So it ends.")
    moved = apply(state, Move(kind="move", target=bare.id, below=behind.id), 1)
    page = render_markdown(reviewed_document(made, moved, Recording(TRANSCRIPT)), reviewed=True)
    assert "So it ends.\n\n| Machine | Power |" in page and "\n* \n" not in page


def test_nobody_is_asked_what_a_table_without_words_says() -> None:
    draft = draft_of_document(document())
    told = [(c.text, c.place) for c in statements_to_judge(draft)]
    assert "" not in [text for text, _ in told] and not any("“”" in place for _, place in told)
    assert any("a row of a table of Machine | Power" in place for _, place in told)


def test_its_rows_count_their_lines_and_it_counts_none() -> None:
    state = opened(document())
    rejected = replace(state, items=tuple(i if i.bare else replace(i, standing="rejected") for i in state.items))
    assert cited(rejected) == []


def test_an_empty_cell_is_told_as_nothing_where_no_table_stands() -> None:
    assert in_words(("Way", "Power", "Year"), "Alpha | – | 1990", ": ") == ("Alpha", "Year: 1990")
