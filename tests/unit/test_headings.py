"""A manuscript's headings: titles of sections in other words and signs, parts, and a fence around the page."""

from __future__ import annotations

import pytest

from pipeline.capable.headings import page_of
from pipeline.capable.markdown_sections import lost_words, sections_in
from pipeline.draft import Draft
from pipeline.labels import labels_for
from pipeline.sections import STUDY

PAGE = "## Overview\n\nIt runs.\n\n## Main Points\n\n### Heat\n\nIt is warm.\n\n## Summary\n\nIt ran."


def draft_of(markdown: str, language: str = "en") -> Draft:
    """The draft of a manuscript of which no word is lost."""
    both = (labels_for("en"), labels_for(language))
    titles = {labels.heading(s.name).casefold(): s.name for labels in both for s in STUDY.sections}
    page = page_of(markdown, titles)
    sections = sections_in(page, titles, STUDY.sections, both[1])
    assert lost_words(page, sections, titles) == 0
    return Draft(sections)


def texts(draft: Draft, section: str) -> list[str]:
    return [s.labelled for name, s in draft.statements() if name == section]


@pytest.mark.parametrize(
    "title",
    ["Overview", "**Overview:**", "📘 Overview", "I. Overview", "1.1 Overview", "Overview and Aims", "OVERVIEW & Aims"],
)
def test_a_title_is_known_behind_signs_and_numbers_and_before_more_words(title: str) -> None:
    assert texts(draft_of(PAGE.replace("Overview", title)), "overview") == ["It runs."]


@pytest.mark.parametrize(
    ("language", "title", "section"),
    [
        ("en", "Who's Who", "people"),
        ("en", "Key Concepts and Terms", "key_concepts"),
        ("de", "Schlüsselbegriffe und Personen", "key_concepts"),
        ("zh", "🔑 关键概念与术语", "key_concepts"),
        ("ko", "주요 개념과 용어", "key_concepts"),
        ("en", "Key Conceptsmith", "main_points"),
        ("en", "The Key Concepts of It", "main_points"),
    ],
)
def test_a_title_in_any_language_is_known_by_its_words_at_the_beginning(
    language: str, title: str, section: str
) -> None:
    page = PAGE.replace("## Summary", f"## {title}\n\n- **Ana:** host\n\n## Summary")
    assert texts(draft_of(page, language), section)[-1] == "Ana: host"


def test_a_heading_that_begins_with_a_title_is_none_where_the_title_stands_elsewhere() -> None:
    draft = draft_of(PAGE.replace("## Summary", "## Overview of the tests\n\nThey ran.\n\n## Summary"))
    assert texts(draft, "overview") == ["It runs."]
    assert [g.heading for g in draft.sections["main_points"]] == ["Heat", "Overview of the tests"]
    assert texts(draft_of(f"# Summary of a talk\n\n{PAGE}"), "summary") == ["It ran."]


@pytest.mark.parametrize("line", ["========", "---"])
def test_a_title_that_is_underlined_is_one_and_other_words_are_not(line: str) -> None:
    page = PAGE.replace("## Overview", f"Overview\n{line}").replace("It is warm.", "It is warm.\n---\nIt was.")
    assert texts(draft_of(page), "overview") == ["It runs."]
    assert texts(draft_of(page), "main_points") == ["It is warm.", "It was."]


def test_a_heading_inside_another_section_than_the_main_points_is_text_of_it() -> None:
    page = PAGE.replace("It runs.", "It runs.\n\n### Open questions\n\nWho pays? Nobody knows.")
    assert texts(draft_of(page), "overview") == ["It runs.", "Open questions: Who pays?", "Nobody knows."]
    page = f"{PAGE}\n\n### Takeaways\n\n- **Look:** often.\n- Wait."
    assert texts(draft_of(page), "summary") == ["It ran.", "Takeaways: Look: often.", "Wait."]


def test_the_main_points_and_the_prerequisites_are_known_by_their_place_too() -> None:
    parts = "### One\n\n#### a\n\nA.\n\n#### b\n\nB.\n\n### Two\n\n#### c\n\nC.\n\n#### d\n\nD."
    page = PAGE.replace("### Heat\n\nIt is warm.", parts)
    known = draft_of(page).sections["main_points"]
    other = page.replace("Main Points", "Points").replace("## Points", "## Basics\n\n- **Heat:** moves\n\n## Points")
    titles = {s.name.replace("_", " "): s.name for s in STUDY.sections}
    found = sections_in(other, titles, STUDY.sections, labels_for("en"))
    assert [(g.part, g.heading) for g in found["main_points"]] == [(g.part, g.heading) for g in known]
    assert [s.text for g in found["prerequisites"] for s in g.statements] == ["Heat: moves"]
    assert lost_words(other, found, titles) == 0
    beside = PAGE.replace("## Main Points", "## Prelude\n\nIt began.\n\n## Main Points")
    assert [g.heading for g in draft_of(beside).sections["main_points"]] == ["Prelude", "Heat"]


def parts(*rows: str) -> list[tuple[str, str, list[str]]]:
    """(part, heading, texts) of the groups of main points."""
    page = PAGE.replace("### Heat\n\nIt is warm.", "\n\n".join(rows))
    return [(g.part, g.heading, [s.text for s in g.statements]) for g in draft_of(page).sections["main_points"]]


def test_a_title_inside_a_part_stands_in_front_of_its_headings_and_the_part_goes_on_behind_it() -> None:
    assert parts("### One", "#### a", "##### b", "B.", "##### c", "C.", "#### d", "D.", "### e", "E.") == [
        ("One", "a: b", ["B."]),
        ("One", "a: c", ["C."]),
        ("One", "d", ["D."]),
        ("", "e", ["E."]),
    ]


def test_a_sentence_between_the_title_of_a_part_and_its_headings_dissolves_none() -> None:
    one, two = ("### One", "#### a", "A.", "#### b", "B."), ("#### c", "C.", "#### d", "D.")
    assert parts(*one, "### Two", "So it is.", *two)[2:] == [("Two", "c", ["So it is.", "C."]), ("Two", "d", ["D."])]
    assert parts(*one, "### Two", "So.", "Then.", *two)[2] == ("", "Two", ["So.", "Then."])


@pytest.mark.parametrize("before", ["", "Here they are:\n\n"])
@pytest.mark.parametrize("behind", ["", "\n\nLet me know if you want more."])
@pytest.mark.parametrize("mark", ["```", "````", "~~~"])
def test_a_fence_around_the_page_and_what_stands_around_it_are_left_out(before: str, behind: str, mark: str) -> None:
    page = PAGE.replace("It is warm.", "It is warm:\n\n```\nx = 1\n```")
    assert page_of(f"{before}{mark}markdown\n{page}\n{mark}{behind}", {}) == page
    assert page_of(f"{mark}markdown\n{page}", {}) == page


def test_a_fence_that_holds_code_or_a_part_of_the_page_is_kept() -> None:
    for page in (PAGE.replace("It is warm.", "```\n# warm\n```"), f"```\nx = 1\n```\n\n{PAGE}"):
        assert page_of(page, {}) == page


def test_bullets_of_print_are_a_list_and_a_table_glued_to_a_bullet_is_one() -> None:
    table = "| A | B |\n| --- | --- |\n| one | two |\n| three | four |"
    draft = draft_of(PAGE.replace("It is warm.", f"• **Ana:** warm\n• **Ben:** cold\n{table}"))
    first, second, last = draft.sections["main_points"][0].statements
    assert (first.label, second.label, last.columns, len(last.details)) == ("Ana", "Ben", ("A", "B"), 2)
