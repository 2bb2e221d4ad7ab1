"""Fields of answers that should be plain: marks of Markdown, numbers of headings and leads that are said twice go."""

import pytest
from markdown_it.tree import SyntaxTreeNode

from pipeline.capable import markdown_words
from pipeline.capable.plain_fields import plain, plain_statement
from pipeline.draft import DraftGroup, DraftStatement


def read(text: str, label: str = "") -> str:
    return plain_statement(DraftStatement(text, (1,), label)).text


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("- The *tower* costs too much.", "The tower costs too much."),
        ("* “So it is.”", "“So it is.”"),
        ("## The tower", "The tower"),
        ("```python\nprint(1)\n```", "`print(1)`"),
        ("Type this:\n```\nls\n```", "Type this: `ls`"),
        ("***Both*** and **one**", "Both and one"),
    ],
)
def test_marks_of_markdown_are_taken_off(written: str, words: str) -> None:
    assert read(written) == words


@pytest.mark.parametrize(
    "text",
    [
        "- 5 degrees",
        "- | 40",
        "# of homes",
        "1998. That was the year.",
        "> 5 percent",
        "2 * 3 * 4 and 2*3*4",
        "__init__ is *args in a_b_c",
        "`a*b*c` is code",
        "Two things: - one - two * three",
        r"\{a\} *is* &amp; \* so",
        "***",
    ],
)
def test_signs_of_the_text_itself_stay(text: str) -> None:
    assert read(text) == text


def test_emphasis_nested_too_deeply_to_be_read_stays_as_it_was_written() -> None:
    text = "*a " * 1000 + "b" + " c*" * 1000
    assert read(text) == text


def test_emphasis_in_emphasis_is_read_once_a_level(monkeypatch: pytest.MonkeyPatch) -> None:
    deep, looked_at = 12, 0
    is_own = markdown_words.is_own

    def counting(node: SyntaxTreeNode, inner: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return is_own(node, inner)

    monkeypatch.setattr(markdown_words, "is_own", counting)
    assert read("*a " * deep + "b" + " c*" * deep) == "a " * deep + "b" + " c" * deep
    assert looked_at == deep


def test_a_list_in_a_text_stays_as_it_was_written() -> None:
    assert read("Two things:\n- one\n- two") == "Two things: - one - two"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lund reactor: The reactor runs.", "The reactor runs."),
        ("**Lund Reactor:** The reactor runs.", "The reactor runs."),
        ("- Lund reactor – it runs.", "it runs."),
        ("Lund reactors: they run.", "Lund reactors: they run."),
        ("Lund reactor:", "Lund reactor:"),
        ("Lund reactor runs.", "Lund reactor runs."),
        ("Lund reactor – the town's pride – runs.", "Lund reactor – the town's pride – runs."),
    ],
)
def test_a_lead_is_not_said_twice(text: str, words: str) -> None:
    assert read(text, "Lund reactor") == words


def test_a_date_is_not_named_twice() -> None:
    due = DraftStatement("Due: Friday", (1,), "Due", bound=True)
    (below,) = plain_statement(DraftStatement("Do it.", (1,), details=(due,))).details
    assert below.text == "Friday"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (("### 1. A reactor", "Paying"), ["A reactor", "Paying"]),
        (("1. A reactor", "2. Paying"), ["A reactor", "Paying"]),
        (("# A reactor", "**Paying** for *it*"), ["A reactor", "Paying for it"]),
        (("1. A reactor", "3. Paying"), ["1. A reactor", "3. Paying"]),
        (("1.1 million homes",), ["1.1 million homes"]),
        (("#1 of all",), ["#1 of all"]),
    ],
)
def test_headings_stand_without_marks_and_numbers_that_count_them(written: tuple[str, ...], printed: list[str]) -> None:
    groups = [DraftGroup((DraftStatement("Text.", (1,)),), heading, part="## Part") for heading in written]
    assert [g.heading for g in plain(groups)] == printed and {g.part for g in plain(groups)} == {"Part"}
