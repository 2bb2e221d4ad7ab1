"""Words that stand out: found in a manuscript, printed in bold in every format, read back, kept by a review."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document

from pipeline.capable.plain_fields import plain_statement
from pipeline.document import StudyDocument
from pipeline.draft import DraftStatement
from pipeline.emphasis import emphasised, pieces, shared_out, standing_in, unmarked
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_github, write_obsidian
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page, is_edited
from pipeline.review.actions import Edit
from pipeline.review.decisions import apply
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import opened
from pipeline.sections.base import detail
from pipeline.store import dump
from pipeline.verification import Recording
from tests.exports.samples import TRANSCRIPT, ready, sample


def standing_out(text: str, *emphasis: str) -> str:
    return "".join(f"<{piece}>" if stands_out else piece for piece, stands_out in pieces(text, emphasis))


@pytest.mark.parametrize(
    ("text", "emphasis", "shown"),
    [
        ("A trip and a drip.", ["trip", "drip"], "A <trip> and a <drip>."),
        ("Heated, then heat.", ["heat"], "Heated, then <heat>."),  # the whole word, not the first letters
        ("It may spread.", ["p"], "It may spread."),
        ("In 2.5 years it halves 2 times.", ["2"], "In 2.5 years it halves <2> times."),
        ("서울은 크다.", ["서울"], "<서울>은 크다."),
        ("これは「重要」です", ["「重要」"], "これは「重要」です"),  # Markdown would show asterisks
        ("売上利益が伸び", ["売上", "利益"], "<売上>利益が伸び"),
        ("Cost: it is high.", ["Cost", "high"], "Cost: it is <high>."),  # a lead is read there
        ("なぜですか？はい。", ["なぜですか？"], "なぜですか？はい。"),
        ("熵是无序的。", ["无序"], "熵是<无序>的。"),
        ("A slow neutron.", ["neutron", "slow neutron", "fast"], "A <slow neutron>."),
        ("40 and 40.", ["40", "40", ""], "<40> and 40."),
        ("Call `run all` first.", ["run", "`run all`"], "Call <`run all`> first."),
        ("Call `run all` first.", ["all` first"], "Call `run all` first."),
        ("Nothing here.", [], "Nothing here."),
    ],
)
def test_words_stand_out_where_they_first_stand_whole(text: str, emphasis: list[str], shown: str) -> None:
    assert standing_out(text, *emphasis) == shown


def test_each_piece_of_a_text_has_the_words_that_first_stand_in_it() -> None:
    assert list(shared_out(("heat", "river"), ["The heat.", "The river has heat."])) == [("heat",), ("river",)]
    assert standing_in("The river.", ("heat", "river")) == ("river",)
    assert unmarked("In **1989.** 2**3**4 and `a**b**c`, **so**: ** no **.") == (
        "In 1989. 2**3**4 and `a**b**c`, so: ** no **.",
        ("1989", "so"),
    )
    assert unmarked("**Use `x` now**, l'**attention\u00a0!**") == (
        "Use `x` now, l'attention\u00a0!",
        ("Use `x` now", "attention"),
    )
    assert unmarked("これは**重要**です。 `**` and `**`, `**b**`.") == (
        "これは重要です。 `**` and `**`, `**b**`.",
        ("重要",),
    )
    assert [emphasised(words) for words in ("720 bytes.", "“so”", " — ")] == ["720 bytes", "“so”", ""]


TEXT = "The *core* gives 40 megawatts, the `pump` none."


def document() -> StudyDocument:
    """The sample whose second heading, overview and first concept have words that stand out."""
    made = sample()
    first, second = made.main_points
    point = second.details[0].model_copy(update={"lead": None, "text": TEXT, "emphasis": ("*core*", "40 megawatts")})
    led = second.details[0].model_copy(
        update={"text": "Ana waits.", "lead": "Why", "details": (), "emphasis": ("Ana",)}
    )
    prose = made.overview[0].model_copy(update={"emphasis": (made.overview[0].text.split()[1],)})
    concept = made.key_concepts[0]
    concept = concept.model_copy(update={"emphasis": (concept.definition.split()[0],)})
    points = (first, second.model_copy(update={"details": (point, led, *second.details[1:])}))
    return sample(overview=(prose, *made.overview[1:]), main_points=points, key_concepts=(concept,))


@pytest.mark.parametrize("citations", [False, True])
def test_the_page_has_them_in_bold_and_is_read_back_with_them(citations: bool) -> None:
    page = render_markdown(document(), citations=citations)
    assert "The **\\*core\\*** gives **40 megawatts**, the `pump` none." in page
    assert "- **Why:** **Ana** waits." in page
    known, read = (
        [(s.label, s.text, s.emphasis) for name, s in d.statements() if name != "prerequisites"]
        for d in (draft_of_document(document()), draft_of_page(page, document()))
    )
    assert read == known and sum(bool(emphasis) for _, _, emphasis in read) == 4
    assert not is_edited(page, document())
    assert StudyDocument.model_validate_json(dump(document())) == document()
    assert '"emphasis"' not in dump(sample())  # records without it are as they were


@pytest.mark.parametrize(
    ("text", "emphasis"),
    [
        ("Sensors measure two things: force and speed.", ("Sensors", "two things")),
        ("Is it safe? It has two limits: heat.", ("two limits",)),
        ("He opens C:\\Users\\ with care.", ("C:\\Users\\",)),
        ("The path \\temp is used.", ("temp",)),
        ("Il dit «\u00a0mot\u00a0» ici.", ("mot",)),
        ("Toute l'attention\u00a0! Oui.", ("Toute l'attention",)),
        ("The ratio is 3:4 today.", ("The ratio", "4")),
    ],
)
def test_bold_anywhere_is_read_back_as_it_was(text: str, emphasis: tuple[str, ...]) -> None:
    first, second = sample().main_points
    point = second.details[0].model_copy(update={"lead": None, "text": text, "emphasis": emphasis, "details": ()})
    made = sample(main_points=(first, second.model_copy(update={"details": (point,)})))
    page = render_markdown(made)
    assert not is_edited(page, made)
    assert [s.emphasis for _, s in draft_of_page(page, made).statements() if s.text == text] == [emphasis]


def test_bold_that_somebody_sets_or_takes_away_is_an_edit() -> None:
    page = render_markdown(document())
    assert is_edited(page.replace("**40 megawatts**", "40 megawatts"), document())
    assert is_edited(page.replace("the `pump` none", "the `pump` **none**"), document())


def test_a_row_that_goes_on_with_a_figure_begins_no_point() -> None:
    page = render_markdown(sample()).replace("has run without a stop.", "has run on\n40. Then it went.")
    texts = [s.text for _, s in draft_of_page(page, sample()).statements()]
    assert "The Lund reactor makes 40 megawatts and has run on 40. Then it went." in texts


def test_nothing_stands_out_in_a_table() -> None:
    rows = tuple(plain_statement(DraftStatement(text, (1,), bound=True)) for text in ("**Rome** | 2", "Oslo | 4"))
    table = detail(DraftStatement("Compared:", (1,), details=rows, columns=("City", "Price")), TRANSCRIPT)
    assert [(row.text, row.emphasis) for row in table.details] == [("Rome | 2", ()), ("Oslo | 4", ())]


def test_a_statement_that_begins_with_words_in_bold_has_no_lead() -> None:
    page = render_markdown(document()).replace("The **\\*core\\*** gives", "**Core** power is")
    found = next(s for _, s in draft_of_page(page, document()).statements() if s.text.startswith("Core power"))
    assert (found.label, found.emphasis) == ("", ("Core", "40 megawatts"))


def test_every_format_shows_them_in_bold() -> None:
    made = ready(document())
    strong = "<strong>40 megawatts</strong>, the <code>pump</code> none."
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as book:
        chapters = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml"))
    assert strong in chapters and strong in write_html(made).decode()
    assert "gives **40 megawatts**, the `pump` none." in write_github(made).decode()
    assert "gives **40 megawatts**, the `pump` none." in write_obsidian(made).decode()
    word = Document(io.BytesIO(write_docx(made)))
    bold = [run.text for p in word.paragraphs if p.text.startswith("The *core*") for run in p.runs if run.bold]
    assert bold == ["*core*", "40 megawatts"]


def test_a_review_keeps_them_as_far_as_its_words_have_them() -> None:
    made = document()
    state = opened(made)
    item = next(i for i in state.items if i.text == TEXT)
    state = apply(state, Edit(kind="edit", target=item.id, text="The core gives 40 megawatts."), 1)
    state = replace(
        state, items=tuple(replace(i, standing="accepted") if i.standing == "pending" else i for i in state.items)
    )
    whole = reviewed_document(made, state, Recording(TRANSCRIPT))
    found = {d.text: d.emphasis for p in whole.main_points for d in p.flat() if d.emphasis}
    assert found == {"The core gives 40 megawatts.": ("40 megawatts",), "Ana waits.": ("Ana",)}
