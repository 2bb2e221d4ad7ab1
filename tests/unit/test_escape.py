"""Plain words on a Markdown page: what could begin markup is escaped, and nothing else, since people read pages raw."""

import pytest
from markdown_it import MarkdownIt

from pipeline.pages.markdown import escape, unescape
from pipeline.text import parted_at_colon, pieces_of_code


@pytest.mark.parametrize(
    "text", ["R&D at AT&T", "p < 1, q > 2", "C# and F#", "raw_input in shared_memory", "a <= b", "PR #12"]
)
def test_marks_that_begin_no_markup_where_they_stand_stay_as_they_are(text: str) -> None:
    assert escape(text) == text
    assert [t.type for t in MarkdownIt().parseInline(escape(text))[0].children or []] == ["text"]


@pytest.mark.parametrize("text", ["<b>", "a <!-- b", "&lt; x", "> quoted", "# one", "see #tag", "_so_", "x _y_"])
def test_marks_that_could_begin_markup_are_escaped_and_read_back(text: str) -> None:
    assert "\\" in escape(text) and unescape(escape(text)) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Chain `.catch` onto `await fetch_users()`.", [".catch", "await fetch_users()"]),
        ("`process.on('exit')` and a lone ` sign", ["process.on('exit')"]),
        ("`const users = await fetchUsers()`", ["const users = await fetchUsers()"]),
        ("`a``b`, `` `c` ``, `` and ` d`", ["c", " d"]),
        ("`~/.claude/settings.json`, `user@host:22`", ["~/.claude/settings.json", "user@host:22"]),
        (
            "`http://a.test`, `~~x~~`, `a == b`, `x\\`, `é[0] # 1`",
            ["http://a.test", "~~x~~", "a == b", "x\\", "é[0] # 1"],
        ),
        ("`    if x > 1:` it is", ["    if x > 1:"]),
        ("`<b>` is a tag, `&lt;` a sign, and <i> is neither", ["<b>", "&lt;"]),
        ("`a|b`, `$x$`, ` x `", []),
    ],
)
def test_code_stays_code_where_nothing_in_it_means_anything_else(text: str, code: list[str]) -> None:
    shown = MarkdownIt().parseInline(escape(text))[0].children or []
    assert [t.content for t in shown if t.type == "code_inline"] == code
    assert {t.type for t in shown} <= {"text", "text_special", "code_inline"} and unescape(escape(text)) == text
    assert [piece for piece, is_code in pieces_of_code(text, in_markdown=True) if is_code] == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Power plants: they make heat.", "Power plants"),
        ("The second law of thermodynamics, Clausius: heat flows.", "The second law of thermodynamics, Clausius"),
        ("What you have to know before it: heat flows.", ""),
        ("At 10:30 heat flows.", ""),
    ],
)
def test_what_stands_before_a_colon_is_a_name_of_six_words_at_most(text: str, name: str) -> None:
    assert parted_at_colon(text) == (name, text.removeprefix(f"{name}: "))
