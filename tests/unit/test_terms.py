"""Terms and names in a manuscript: in whatever form they stand, they keep their section and their definition."""

from __future__ import annotations

import pytest

from pipeline.capable.markdown_sections import sections_in
from pipeline.draft import Draft
from pipeline.labels import labels_for
from pipeline.sections import STUDY

TITLES = {labels_for("en").heading(s.name).casefold(): s.name for s in STUDY.sections}


def rows(markdown: str, title: str = "Key Concepts") -> list[tuple[str, str, str]]:
    """(section, term, text) of what stands below a title."""
    sections = sections_in(f"## {title}\n\n{markdown}", TITLES, STUDY.sections, labels_for("en"))
    return [(name, s.label, s.text) for name, s in Draft(sections).statements()]


@pytest.mark.parametrize(
    "markdown",
    [
        "- **Heat** - energy.\n- **Work** – force.",
        "- **Heat**—energy.\n- **Work**: force.",
        "- Heat - energy.\n- Work — force.",
        "- **Heat**——energy.\n- **Work** -- force.",
        "- Heat -- energy.\n- Work —— force.",
        "**Heat**\nEnergy.\n\n**Work**  \nForce.",
        "**Heat**\n\nEnergy.\n\n**Work**\n\nForce.",
        "### Heat\n\nEnergy.\n\n### Work\n\nForce.",
        "### 1. Heat\n\n**Meaning:** energy.\n\n### 2. Work\n\n**Meaning:** force.",
        "### Physics\n\n- **Heat:** energy.\n- **Work:** force.",
        "### Physics\n\n- Heat: energy.\n- Work: force.",
        "**Physics**\n\n- **Heat** - energy.\n\n**Machines**\n\n- **Work:** force.",
        "| Term | Meaning |\n| --- | --- |\n| Heat | energy. |\n| **Work** | force. |",
        "| Term | Meaning |\n| --- | --- |\n| Heat | energy. |\n\n- **Work:** force.",
    ],
)
@pytest.mark.parametrize(("title", "name"), [("Key Concepts", "key_concepts"), ("Who Is Who", "people")])
def test_a_term_is_known_in_each_form_and_no_row_becomes_a_main_point(markdown: str, title: str, name: str) -> None:
    found = [
        (section, term, text.removeprefix("Meaning: ").casefold()) for section, term, text in rows(markdown, title)
    ]
    assert found == [(name, "Heat", "energy."), (name, "Work", "force.")]


def test_a_definition_has_all_that_stands_below_its_heading() -> None:
    markdown = (
        "### Heat (Q)\n\nIt moves, always.\n\n- **Unit:** joule\n  - as work\n\n| A | B |\n| - | - |\n| one | two |"
    )
    assert rows(markdown) == [("key_concepts", "Heat (Q)", "It moves, always. Unit: joule as work one: two")]
    assert rows("- **Cycle** is one turn.") == [("key_concepts", "Cycle", "Cycle is one turn.")]
    assert rows("### Nothing\n\n### Heat\n\nIt moves.") == [("key_concepts", "Heat", "It moves.")]


def test_the_cells_of_a_table_of_terms_stand_without_the_names_of_its_columns() -> None:
    table = "| Term | Meaning | Example |\n| - | - | - |\n| Heat | It moves. | tea |\n| Work | force | a lift |"
    assert [(term, text) for _, term, text in rows(table)] == [("Heat", "It moves. tea"), ("Work", "force; a lift")]
    assert [text for *_, text in rows(table, "Prerequisites")] == ["Heat: It moves. tea", "Work: force; a lift"]


def test_cells_that_end_in_a_full_stop_of_their_script_get_no_other_mark_between_them() -> None:
    table = "| Term | A | B |\n| - | - | - |\n| ताप | यह चलता है। | चाय |"
    assert [text for *_, text in rows(table, "Key Concepts")] == ["यह चलता है। चाय"]


def test_a_line_right_below_a_table_of_terms_is_a_point_and_no_term() -> None:
    table = "| Term | Meaning |\n| - | - |\n| Heat | It moves. |\nAll of it is work."
    assert rows(table) == [("main_points", "", "All of it is work."), ("key_concepts", "Heat", "It moves.")]
    assert [text for *_, text in rows(table, "Prerequisites")] == ["Heat: It moves.", "All of it is work."]


def test_prerequisites_are_never_main_points_and_keep_what_explains_a_term_with_it() -> None:
    markdown = (
        "You know this – or so.\n\n- **Heat** - energy.\n  - In joules.\n- Also:\n  - work\n\n### Force\n\nA push."
    )
    assert rows(markdown, "Prerequisites") == [
        ("prerequisites", "", text)
        for text in ("You know this – or so.", "Heat: energy. In joules.", "Also:", "work", "Force: A push.")
    ]


def test_bold_words_at_the_end_of_a_line_are_a_lead_unless_the_sentence_goes_on() -> None:
    points = "**Why**\nIt is old.\n\n**The river**\nis warm."
    assert [(term, text) for _, term, text in rows(points, "Main Points")] == [
        ("Why", "It is old."),
        ("", "The river is warm."),
    ]
