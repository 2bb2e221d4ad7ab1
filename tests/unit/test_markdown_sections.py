"""Markdown as statements: what becomes of headings, paragraphs, lists, tables and all that nobody asked for."""

from __future__ import annotations

import sys
from collections import Counter
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.capable.markdown_sections import lost_words, sections_in
from pipeline.draft import Draft
from pipeline.labels import labels_for
from pipeline.sections import STUDY
from pipeline.shape import is_bullet
from pipeline.text import words

ENGLISH = labels_for("en")
TITLES = {ENGLISH.heading(s.name).casefold(): s.name for s in STUDY.sections}


def draft_of(markdown: str) -> Draft:
    return Draft(sections_in(markdown, TITLES, STUDY.sections, ENGLISH))


def points(markdown: str) -> list[tuple[str, str, list[str]]]:
    """(lead, text, what is nested) of the points below the first heading."""
    groups = draft_of(f"## Main Points\n\n### Matter\n\n{markdown}").sections["main_points"]
    return [(s.label, s.text, [d.labelled for d in s.details]) for s in groups[0].statements]


def test_paragraphs_are_points_and_only_a_bold_beginning_with_a_sign_is_a_lead() -> None:
    assert points("It runs.\nAlways.\n\n**Why:** It is *old*.\n\n**Who?** Ben.\n\n**On trees**, it is quick.") == [
        ("", "It runs. Always.", []),
        ("Why", "It is old.", []),
        ("Who?", "Ben.", []),
        ("", "On trees, it is quick.", []),
    ]


def test_a_list_goes_below_the_paragraph_that_leads_up_to_it_unless_its_items_have_leads() -> None:
    assert points("They came:\n\n- Ana\n- Ben\n  - his son") == [("", "They came:", ["Ana", "Ben", "his son"])]
    assert points("Two sides:\n\n- **Ana:** yes") == [("", "Two sides:", []), ("Ana", "yes", [])]
    assert points("Steps:\n\n1. **First:** look\n2. run") == [("", "Steps:", ["First: look", "run"])]
    assert points("Two sides.\n\n- **Ana:** yes\n- **Ben:** no\n  1. never") == [
        ("", "Two sides.", []),
        ("Ana", "yes", []),
        ("Ben", "no", ["never"]),
    ]
    assert points("- one\n- two") == [("", "one", []), ("", "two", [])]
    assert points("There are two.\n\n- one\n- two") == [("", "There are two.", []), ("", "one", []), ("", "two", [])]


def test_what_was_written_as_a_bullet_or_a_paragraph_stays_one() -> None:
    markdown = "**Cause:** It is old.\n\n- They came.\n- **Ana:** yes\n\nSo:\n\n- sit"
    (group,) = draft_of(f"## Main Points\n\n### M\n\n{markdown}").sections["main_points"]
    assert [(s.labelled, is_bullet(s)) for s in group.statements] == [
        ("Cause: It is old.", False),
        ("They came.", True),
        ("Ana: yes", True),
        ("So:", False),
    ]


def test_steps_are_known_by_their_numbers() -> None:
    markdown = "## Main Points\n\n### M\n\nSo:\n\n1. **First:** look\n2. run\n\nAlso:\n\n- sit\n\n- **How:** so\n  1. a\n  2. b\n"
    found = [(s.labelled, s.steps, len(s.details)) for s in draft_of(markdown).sections["main_points"][0].statements]
    assert found == [("So:", True, 2), ("Also:", False, 2)]
    alone = draft_of("## Main Points\n\n### M\n\n- **How:** so\n  1. a\n  2. b\n- **Why:** old\n")
    assert [(s.label, s.steps) for s in alone.sections["main_points"][0].statements] == [("How", True), ("Why", False)]


def steps(markdown: str) -> list[tuple[str, bool, list[tuple[str, list[str]]]]]:
    """(text, whether steps are below it, what is with what is below that) of the points below a heading."""
    (group,) = draft_of(f"## Main Points\n\n### M\n\n{markdown}").sections["main_points"]
    shown = [(s, [(d.labelled, [b.labelled for b in d.details]) for d in s.details]) for s in group.statements]
    return [(s.labelled, s.steps, below) for s, below in shown]


def test_steps_keep_their_numbers_and_what_is_nested_in_them() -> None:
    nested = "1. a\n   - b\n     - c\n2. d"
    found = [("a", ["b", "c"]), ("d", [])]
    assert steps(f"So:\n\n{nested}") == [("So:", True, found)]
    assert steps(nested) == [("", True, found)]
    inside = nested.replace("\n", "\n  ")
    assert steps(f"- **Why:** old\n  {inside}") == [("Why: old", True, found)]
    assert steps("- So:\n\n  It is.\n\n  1. a\n  2. d") == [("So:", False, [("It is.", ["a", "d"])])]
    assert steps("So:\n\n- **Why:** old\n  1. a\n  2. b\n- new") == [
        ("So:", False, [("Why: old", ["a", "b"]), ("new", [])])
    ]


@pytest.mark.parametrize("above", ["- x", "They:\n\n- x", "So:\n\n| A | B |\n| - | - |\n| x | y |\n| z | u |"])
def test_steps_behind_a_list_or_a_table_stand_by_themselves(above: str) -> None:
    assert steps(f"{above}\n\n1. a\n2. b")[-1] == ("", True, [("a", []), ("b", [])])


def test_steps_that_go_on_behind_a_sentence_are_one_list() -> None:
    found = [("So:", True, [("a", []), ("b", ["It waits.", "x"]), ("c", []), ("d", [])])]
    assert steps("So:\n\n1. a\n2. b\n\nIt waits.\n\n- x\n\n3. c\n4. d") == found
    assert steps("So:\n\n1. a\n2. b\n\nIt waits.\n\n1. c\n2. d")[-1] == ("It waits.", True, [("c", []), ("d", [])])
    assert [text for text, *_ in steps("So:\n\n1. a\n\nIt waits.\n\n3. c")] == ["So:", "It waits."]


def test_bold_inside_a_text_without_blanks_loses_no_words() -> None:
    markdown = (
        "## Main Points\n\n### M\n\n物理学把**熵**看作无序程度的**量度**，它只增不减。\n\n**서울**은 크다. `2**3` is 8."
    )
    assert lost_words(markdown, draft_of(markdown).sections, {"main points": "main_points"}) == 0


def test_what_counts_otherwise_is_no_steps() -> None:
    for shown in ("3. c\n4. d", "- a\n- b"):
        (group,) = draft_of(f"## Main Points\n\n### M\n\nSo:\n\n{shown}").sections["main_points"]
        assert not any(s.steps for s in group.flat())


def test_tables_inside_items_of_a_list_below_a_paragraph_are_told_in_words() -> None:
    inside = "  | City | Price |\n  | --- | --- |\n  | Rome | 2 |\n  | Oslo | 4 |"
    assert points(f"Two:\n\n- x item\n\n{inside}\n- y item") == [
        ("", "Two:", ["x item", "Rome: Price: 2", "Oslo: Price: 4", "y item"])
    ]


def test_a_table_belongs_to_the_point_above_or_to_the_heading_and_is_told_in_words_where_there_is_neither() -> None:
    table = "| Who | Says |\n| --- | --- |\n| **Ana** | yes |\n| Ben | no |\n"
    assert points(f"Compared:\n\n{table}") == [("", "Compared:", ["Ana | yes", "Ben | no"])]
    (group,) = draft_of(f"## Main Points\n\n### M\n\nCompared:\n\n{table}").sections["main_points"]
    assert group.statements[0].columns == ("Who", "Says") and all(d.bound for d in group.statements[0].details)
    assert points(table) == [("", "", ["Ana | yes", "Ben | no"])]
    assert points("1. Look.\n2. Run.") == [("", "", ["Look.", "Run."])]
    assert points("1.\n\nText.") == [("", "Text.", [])]
    behind = points(f"Compared:\n\n- a\n- b\n\n{table}\n\nSo:\n\n{table}\n\n{table}")
    assert [(text, below[:1]) for _, text, below in behind] == [
        ("Compared:", ["a"]),
        ("", ["Ana | yes"]),
        ("So:", ["Ana | yes"]),
        ("", ["Ana | yes"]),
    ]


def test_an_empty_cell_is_a_cell_and_a_table_that_stays_none_tells_no_column_without_one() -> None:
    head = "| Way | Cost | Note |\n| --- | --- | --- |\n"
    rows = "| Tower | 3 | old |\n|  | 4 |  |\n"
    assert points(f"Compared:\n\n{head}{rows}") == [("", "Compared:", ["Tower | 3 | old", "– | 4 | –"])]
    alone = points(f"So it is.\n\n{head}| Tower |  | old |")
    assert [text for _, text, _ in alone] == ["So it is.", "Way: Tower; Note: old"]


def test_a_row_alone_whose_cells_are_clauses_is_bullets_under_the_names_of_its_columns() -> None:
    table = "| Token opening | The right way |\n| --- | --- |\n| Throwing out the code | Asking for what others have to say |\n"
    draft = draft_of(f"## Main Points\n\n### M\n\nThere are two ways:\n\n{table}\nThis needed trust.")
    assert [(s.label, s.text, is_bullet(s)) for _, s in draft.statements()] == [
        ("", "There are two ways:", False),
        ("Token opening", "Throwing out the code", True),
        ("The right way", "Asking for what others have to say", True),
        ("", "This needed trust.", False),
    ]


def test_what_stands_below_a_bullet_that_goes_is_bullets_too() -> None:
    draft = draft_of(
        "## Main Points\n\n### M\n\n- **Tower:** It costs much:\n  - Water.\n  - Steel.\n- **Loan:** Ten years."
    )
    left = draft.rewritten(lambda section, s: None if s.label == "Tower" else s)
    assert [(is_bullet(s), s.text) for _, s in left.statements()] == [
        (True, "Water."),
        (True, "Steel."),
        (True, "Ten years."),
    ]


def test_sections_are_found_by_their_titles_and_what_stands_elsewhere_is_a_point() -> None:
    draft = draft_of(
        "# Title\n\nBefore all.\n\n## OVERVIEW\n\nIt is a talk. It is long.\n\n## 2. Who Is Who\n\n- **Ana:** host\n- and cook\n"
        "\n## Key Concepts\n\n- **Tower:** tall\n\n## Asides\n\nA joke.\n\n#### Deep\n\nA thought.\n\n## Summary\n\n> The end."
    )
    assert [(name, s.labelled) for name, s in draft.statements()] == [
        ("overview", "It is a talk."),
        ("overview", "It is long."),
        ("main_points", "Before all."),
        ("main_points", "and cook"),
        ("main_points", "A joke."),
        ("main_points", "A thought."),
        ("people", "Ana: host"),
        ("key_concepts", "Tower: tall"),
        ("summary", "The end."),
    ]
    assert [g.heading for g in draft.sections["main_points"]] == ["Who Is Who", "Asides", "Deep"]


def test_marks_are_words_and_code_stays_code() -> None:
    assert points("Call `f(x)`.\n\n<b>Ana</b> & [Ben](https://a.test) wait.\n\n---\n\n```\nx = 1\n```") == [
        ("", "Call `f(x)`.", []),
        ("", "Ana & Ben wait.", []),
        ("", "`x = 1`", []),
    ]


def test_asterisks_inside_words_and_figures_are_their_own() -> None:
    assert points("2**3 is 8, and 2**4 is 16.\n\n`2**10` is 1024, 2*3*4 is 24.\n\n**Post**-war *Britain*.") == [
        ("", "2**3 is 8, and 2**4 is 16.", []),
        ("", "`2**10` is 1024, 2*3*4 is 24.", []),
        ("", "Post-war Britain.", []),
    ]
    assert (
        points("(1+2)*3*4 is 36, 2*3*(4+5) is 54; 熵是**无序**的。")[0][1]
        == "(1+2)*3*4 is 36, 2*3*(4+5) is 54; 熵是无序的。"
    )
    assert points("**12**:30 was it. **Dr.** Who came.\n\n**Dr.** Who came.\n\n**Ana** — she — agrees.") == [
        ("", "12:30 was it. Dr. Who came.", []),
        ("", "Dr. Who came.", []),
        ("", "Ana — she — agrees.", []),
    ]
    assert points("**Ana** asks Ben. **He says:** no.") == [("", "Ana asks Ben. He says: no.", [])]


def test_words_in_bold_stand_out_in_the_statement_that_has_them() -> None:
    long = " ".join(["and so on"] * 14)
    markdown = (
        f"## Overview\n\nIt is **warm.** Ana is *here*.\n\n## Main Points\n\n### Heat\n\n**Why:** The **river, 40 km**, {long}. "
        "**Ana** measures **10**%, re**made**.\n\n- the **first** of two | **so**\n"
    )
    found = [(s.label, s.text.split()[0], s.emphasis) for _, s in draft_of(markdown).statements()]
    assert found == [
        ("", "It", ("warm",)),
        ("", "Ana", ()),
        ("Why", "The", ("river, 40 km",)),
        ("", "Ana", ("Ana", "10")),
        ("", "the", ("first", "so")),
    ]


def test_terms_and_names_are_known_in_whatever_way_they_are_marked() -> None:
    markdown = """## Key Concepts (a glossary):

The terms are:

- **Heat:** energy
  in transit
  - Example: coffee
- **Entropy** (S): a measure
- Work – force
- *Power*: work a second
- **Gas**: thin

  It flows.
- **Loan**
  - Money paid back
- Kinds:
  - small
  - large
- 熵：无序

| Term | Meaning |
| --- | --- |
| Ice | cold |
| Fog | wet |
"""
    draft = draft_of(markdown)
    assert [(name, s.label, s.text) for name, s in draft.statements()] == [
        ("key_concepts", label, text)
        for label, text in (
            ("Heat", "energy in transit Example: coffee"),
            ("Entropy (S)", "a measure"),
            ("Work", "force"),
            ("Power", "work a second"),
            ("Gas", "thin It flows."),
            ("Loan", "Money paid back"),
            ("Kinds", "small large"),
            ("熵", "无序"),
            ("Ice", "cold"),
            ("Fog", "wet"),
        )
    ]
    assert lost_words(markdown, draft.sections, TITLES) == 3  # what leads up


def test_a_quotation_keeps_its_order_and_tables_inside_are_told_in_words() -> None:
    table = "| Who | Says |\n> | --- | --- |\n> | Ana | yes |\n> | Ben | no |"
    assert [text for _, text, _ in points("> one\n>\n> two\n\nthree")] == ["one", "two", "three"]
    assert points(f"> {table}") == [("Ana", "Says: yes", []), ("Ben", "Says: no", [])]
    inside = table.replace("\n> ", "\n  ")
    assert points(f"> - They say\n>\n>   {table.replace('> ', '>   ')}") == [
        ("", "They say", ["Ana: Says: yes", "Ben: Says: no"])
    ]
    (concept,) = (
        draft_of(f"## Key Concepts\n\n- **Talk:** They say\n\n  {inside}").sections["key_concepts"][0].statements
    )
    assert concept.text == "They say Ana: Says: yes Ben: Says: no"


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        ("It **is** warm.\n> So warm.", "It is warm. So warm."),
        ("Tip: look twice.", "Tip: look twice."),
        ("It is warm.\n> — Ana, a host", "It is warm. — Ana, a host"),
        ("*It is warm,* she says.", "It is warm, she says."),
        ("“It is warm,” she says.", "“It is warm,” she says."),
        ("**Note:** it is warm.", "it is warm."),
        ("[!NOTE]\n> It is warm.", "It is warm."),
        ("$$ a = b $$", "$$ a = b $$"),
        ("- It is warm.", "It is warm."),
    ],
)
def test_words_in_a_block_quote_are_a_quotation_only_where_they_are_marked_as_one(quoted: str, text: str) -> None:
    assert points(f"> {quoted}")[0][1] == text


@pytest.mark.parametrize("above", ["- **Why:** old\n- **Who:** two", "- **Who:** two", "Two.\n\n- **Who:** two"])
def test_a_table_inside_an_item_belongs_to_it_and_one_right_below_a_list_to_the_heading(above: str) -> None:
    table = "| Who | Says |\n| --- | --- |\n| Ana | yes |\n| Ben | no |\n"
    inside = table.replace("\n|", "\n  |")
    for shown, led_by in ((f"{above}\n\n{table}", ("", "")), (f"{above}\n\n  {inside}", ("Who", "two"))):
        (group,) = draft_of(f"## Main Points\n\n### M\n\n{shown}\n\nSo it is.").sections["main_points"]
        *_, last, after = group.statements
        assert (last.label, last.text) == led_by
        assert (last.columns, [d.text for d in last.details]) == (("Who", "Says"), ["Ana | yes", "Ben | no"])
        assert after.text == "So it is." and all(d.bound for d in last.details)


@pytest.mark.parametrize(
    ("titles", "kept"),
    [
        (("1. First", "2. Second"), ["First", "Second"]),
        (("2. Weltkrieg", "3. Mai 1968"), ["2. Weltkrieg", "3. Mai 1968"]),
        (("1. First", "Second"), ["1. First", "Second"]),
    ],
)
def test_numbers_of_headings_go_only_where_they_count_the_headings(titles: tuple[str, ...], kept: list[str]) -> None:
    draft = draft_of("## Main Points\n\n" + "\n\n".join(f"### {title}\n\nIt was." for title in titles))
    assert [g.heading for g in draft.sections["main_points"]] == kept


def test_what_goes_deep_and_what_looks_like_a_reference_is_kept() -> None:
    deep = "\n".join(f"{'  ' * n}- level{n}" for n in range(14))
    assert points(deep)[0][2] == [f"level{n}" for n in range(1, 14)]
    assert points("Never[^2].\n\n[^2]: Not once.") == [("", "Never[^2].", []), ("", "[^2]: Not once.", [])]
    markdown = "## Main Points\n\n### A\n\nFour:\n\n| A | B |\n| - | - |\n| Ana | 3 | 450 |\n| Ben | 4 |"
    assert lost_words(markdown, draft_of(markdown).sections, TITLES) == 1


def test_a_line_of_dashes_makes_no_heading_and_a_heading_above_another_goes_with_it() -> None:
    draft = draft_of(
        "## Main Points\n\n### Part 2\n\n#### Dampers\n\nThey help.\n---\n\n### 1968. The year\n\nIt was.\n\n### Summary\n\nNo end."
    )
    assert [g.heading for g in draft.sections["main_points"]] == ["Part 2: Dampers", "1968. The year", "Summary"]


def parts(*headings: str) -> list[tuple[str, str]]:
    """(part, heading) of the groups below headings without statements, "####!" for one with a statement."""
    rows = (f"{h.replace('!', '')}\n\n{'It runs.' if '!' in h else ''}" for h in headings)
    return [(g.part, g.heading) for g in draft_of("## Main Points\n\n" + "\n\n".join(rows)).sections["main_points"]]


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        (
            ("### One", "####! a", "####! b", "### Two", "####! c", "####! d"),
            [("One", "a"), ("One", "b"), ("Two", "c"), ("Two", "d")],
        ),
        (("### One", "####! a", "####! b", "###! c"), [("One", "a"), ("One", "b"), ("", "c")]),
        (("### One", "####! a", "####! b"), [("", "a"), ("", "b")]),  # the only part
        (("### One", "####! a", "###! b"), [("", "One: a"), ("", "b")]),  # of one heading
        (("###! One", "####! a", "####! b"), [("", "One"), ("", "a"), ("", "b")]),
        (
            ("### One", "#### deep", "#####! a", "#####! b", "###! c"),
            [("One", "deep: a"), ("One", "deep: b"), ("", "c")],
        ),
        (
            ("### 1. One", "####! 1.1 a", "####! 1.2 b", "### 2. Two", "####! 2.1 c", "####! 2.2 d"),
            [("One", "a"), ("One", "b"), ("Two", "c"), ("Two", "d")],
        ),
        (("###! a", "####! 1.1 million homes"), [("", "a"), ("", "1.1 million homes")]),
        (("### One", "####! 2.5 million", "####! b", "###! c"), [("One", "2.5 million"), ("One", "b"), ("", "c")]),
    ],
)
def test_a_heading_right_above_deeper_ones_is_the_title_of_their_part(
    headings: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    assert parts(*headings) == found


def pieces(markdown: str) -> list[tuple[str, str, bool, int]]:
    """(lead, first word, whether it goes on, how many stand below it) of the points below a heading."""
    groups = draft_of(f"## Main Points\n\n### Matter\n\n{markdown}").sections["main_points"]
    return [(s.label, s.text.split()[0], s.continues, len(s.details)) for s in groups[0].statements]


def test_sentences_of_a_long_paragraph_are_statements_of_their_own() -> None:
    ten = " ".join(["word"] * 19) + "."
    assert pieces(f"A {ten} B {ten} C {ten} D {ten} Short.") == [
        ("", "A", False, 0),
        ("", "C", True, 0),
        ("", "Short.", True, 0),
    ]
    assert pieces(f"A {ten} B {ten} C {ten[:-1]}:\n\n- a\n- b") == [("", "A", False, 0), ("", "C", True, 2)]
    assert pieces(f"- **Lead:** A {ten} B {ten} C {ten}\n- **Other:** It runs.") == [
        ("Lead", "A", False, 0),
        ("", "C", True, 0),
        ("Other", "It", False, 0),
    ]
    assert pieces(f"Three:\n\n1. A {ten} B {ten} C {ten}\n2. It.") == [("", "Three:", False, 3)]


@pytest.mark.parametrize(("opens", "closes"), ["“”", '""', "«»", "„“"])
def test_no_paragraph_is_cut_inside_a_quotation(opens: str, closes: str) -> None:
    ten = " ".join(["word"] * 29)
    assert pieces(f"A {ten}. {opens}B {ten}. C {ten}.{closes} D {ten}.") == [
        ("", "A", False, 0),
        ("", opens + "B", True, 0),
        ("", "D", True, 0),
    ]


def test_no_word_of_a_part_is_lost() -> None:
    markdown = "## Main Points\n\n### One\n\n#### a\n\nIt.\n\n#### b\n\nIt.\n\n### c\n\nIt."
    assert lost_words(markdown, draft_of(markdown).sections, TITLES) == 0


def test_sentences_do_not_end_in_titles_initials_and_dates() -> None:
    draft = draft_of(
        "## Overview\n\nOn 3. May Dr. Smith met J. Jones. It rained all day. They weigh, e.g. Rust vs. Python (cf. Jones)."
        " Am 3. Mai kam er spät.\n\n这是讲座。它讲热。"
    )
    assert [s.text for _, s in draft.statements()] == [
        "On 3. May Dr. Smith met J. Jones.",
        "It rained all day.",
        "They weigh, e.g. Rust vs. Python (cf. Jones).",
        "Am 3. Mai kam er spät.",
        "这是讲座。",
        "它讲热。",
    ]


ROWS = """alpha beta
- gamma
1. delta
  - epsilon
**zeta:** eta
| theta | iota |
| - | - |
### kappa
> lambda
    mu
nu  &xi
![omicron](.)
---
***
## Key Concepts
## Summary
## Who Is Who
- pi&  - rho
> tau&>&> ypsilon
"""
LINES = st.sampled_from([row.replace("&", "\n") for row in ROWS.split("\n")])


@given(st.lists(LINES, max_size=12))
@example(["## Key Concepts", "| theta | iota |", "| - | - |", "alpha beta"])
def test_no_word_below_a_heading_is_lost(rows: list[str]) -> None:
    markdown = "## Main Points\n\n### Start\n\nFirst.\n\n" + "\n".join(rows)
    draft = draft_of(markdown)
    kept = Counter(w for _, s in draft.statements() for text in (s.label, s.text, *s.columns) for w in words(text))
    kept += Counter(w for groups in draft.sections.values() for g in groups for w in words(g.heading))
    titles = {"key", "concepts", "summary", "who", "is"}
    said = Counter(w for row in rows for w in words(row) if w not in titles and not w.isdigit())
    bare = {
        "kappa",
        "theta",
        "iota",
    }  # a heading above nothing; the head of a table whose first cell is told by the others
    assert not [w for w, n in (said - kept).items() if w not in bare]
    assert lost_words(markdown, draft.sections, TITLES) <= sum((said - kept).values())


def calls_to_read_a_list(depth: int) -> int:
    """How many functions are called to read a list whose items are nested so deeply."""
    nested, calls, before = "\n".join(f"{'  ' * n}- item {n}" for n in range(depth)), 0, sys.getprofile()

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        points_read = points(f"So:\n\n{nested}")
    finally:
        sys.setprofile(before)
    assert points_read == [("", "So:", [f"item {n}" for n in range(depth)])]
    return calls


def test_a_list_nested_twice_as_deeply_takes_about_twice_the_work_to_read() -> None:
    calls_to_read_a_list(3)  # what is called once is called before
    assert calls_to_read_a_list(20) < 3 * calls_to_read_a_list(10)
