import json
import re
from typing import Any, Literal

import pytest

from pipeline.llm.answers import Unusable, holds_json, parse_answer
from pipeline.llm.structured import Answer


class Point(Answer):
    line: int
    text: str


class Points(Answer):
    points: list[Point]


class Mixed(Answer):
    lines: list[int]
    kind: Literal["wrong", "unclear"]
    rows: list[list[int]]
    said: str


GOOD = '{"line": 4, "text": "Water boils."}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"<think>{{maybe}}</think>{GOOD}",
        f"Sure, here it is: {GOOD} I hope it helps.",
        "{'line': 4, 'text': 'Water boils.'}",
        '{"line": 4, "importance": 3, "text": "Water boils."}',
        f"<think>One.</think>\n<think>{{two}}</think>{GOOD}",
        f"A thought {{so far}}.</think>{GOOD}",
        f'[THINK]So far {{"line": 1}}.[/THINK]{GOOD}',
        f'<reasoning>So far {{"line": 1}}.</reasoning>\n{GOOD}',
        f'<seed:think>So far {{"line": 1}}.</seed:think>{GOOD}',
        f'<plan>First {{"line": 1, "text": "So far."}}</plan>```json\n{GOOD}\n```',
        f"<|channel|>analysis<|message|>{{so far}}<|end|><|start|>assistant<|channel|>final<|message|>{GOOD}",
        f'{{"type": "object", "properties": {{"line": {{}}}}}}\n\n{GOOD}',
        f"As {{schema}} asks, {{}} to begin with: {GOOD}",
        f'{{"line": 1, "text": "A draft."}} Better: {GOOD} That is {{all}}.',
        f'{{"line": "four", "text": "Water boils."}} No, a number: {GOOD}',
        f"{GOOD} I leave out {{'line': 5}}.",
    ],
)
def test_an_object_is_found_in_what_models_write_around_it(text: str) -> None:
    assert parse_answer(text, Point).value == Point(line=4, text="Water boils.")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I cannot do that.", "no JSON object"),
        ('{"line": "four", "text": "x"}', "line: "),
        ('{"line": 4}', "text: "),
        ('{"line": NaN, "text": "x"}', "line: "),
        ("", "no JSON object"),
        ("{" * 5000, "."),
    ],
)
def test_what_does_not_fit_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        parse_answer(text, Point)


@pytest.mark.parametrize("text", ["{'line': 4, 'text': 'x'}", '{"line": 4 "text": "x",}', '{line: 4, "text": "x"'])
def test_what_is_nearly_json_is_repaired(text: str) -> None:
    assert parse_answer(text, Point).value == Point(line=4, text="x")


@pytest.mark.parametrize("around", ["{}", "\n {}", "```json\n{}\n```", "<think>So be it.</think>{}"])
def test_marks_of_a_thought_in_a_text_are_words_of_it(around: str) -> None:
    said = "It writes <think> and </think>, and answers after </think>."
    text = around.replace("{}", json.dumps({"line": 4, "text": said}))
    assert parse_answer(text, Point).value.text == said


def in_an_answer(text: str) -> str:
    """An answer with that text wherever one can stand, no quotation mark or backslash of it escaped."""
    points = [{"text": text, "line": 1, "notes": [text, "a", text]}, {"line": 2, "notes": [], "text": text}]
    return json.dumps({"points": points, "title": "T"}).replace('"T"', '"@"').replace('\\"', '"').replace("@", text)


@pytest.mark.parametrize(
    "said",
    [
        'Ben: "I think the tower costs far too much, about 3 million euros."',
        'Ana calls it "the pride, and joy" of Lund: "it runs", she says.',
        '"Yes", she says, "it is", and "no".',
        'He said "no" ("never, ever").',
        'He says "a: b", "c: d".',
        'The word "text": it means "words", he says.',
        'A "loan", a "bond" or a "grant": all cost.',
        'A 65" screen and a 32" one',
        'It prints "}" at "the end", or ["a", "b"] as {"is": "so"}.',
        '"All of it, in full."',
    ],
)
def test_quotation_marks_that_are_not_escaped_belong_to_their_text(said: str) -> None:
    class Noted(Point):
        notes: list[str]

    class Titled(Answer):
        points: list[Noted]
        title: str

    found = parse_answer(in_an_answer(said), Titled).value
    assert [p.text for p in found.points] == [said, said] and found.points[0].notes == [said, "a", said]
    assert found.title == said


def test_a_repair_that_would_lose_words_is_none() -> None:
    cut = '{"line": 4, "text": Ana says "yes, and no", she does.}'
    with pytest.raises(Unusable, match=r"repairing it loses .* quotation marks"):
        parse_answer(cut, Point)
    assert holds_json(cut)


def test_a_text_that_an_answer_gives_twice_is_not_lost() -> None:
    with pytest.raises(Unusable, match="loses"):
        parse_answer('{"line": 4, "text": "Water "boils".", "text": "Ice melts."}', Point)


def test_comments_and_line_breaks_of_an_answer_are_no_fault() -> None:
    text = '{\n  // the line\n  "line": 4, /* and */\n  "text": "See http://a.org/b//c\n# 2", // what it says\n}'
    assert parse_answer(text, Point).value.text == "See http://a.org/b//c\n# 2"


@pytest.mark.parametrize(
    "said",
    [
        r"$\frac{1}{2}$, $\theta$, \beta and $x \neq y$, not \underline{x}, \alpha_i or \frac",
        r"$\nabla \cdot E$ and $E=h\nu$, $3 \times 4$ for $5, $-\rho\nu$, $$\beta\ne0$$, $f: A \to B$",
        r"\(\nu t\) and \(x \notin y\)",
        r"C:\Users\_me",
    ],
)
def test_a_backslash_that_is_not_escaped_is_one(said: str) -> None:
    assert parse_answer(f'{{"line": 4, "text": "{said}"}}', Point).value.text == said


@pytest.mark.parametrize(
    "said",
    [
        "Two things:\nwater and ice.\n\n- one\n\tindented\n\t\ttwice",
        "$x$\nwhere x is a number, $$y$$\nand C++\nthen _so_\nfor 3\nor (4)\nmore",
        'name\tvalue\r\nnext \\frac{1}{2} \\nu \\\\ \u00e9 "quoted" /',
        "\nplan B:\nban it\n\n1.\tthe lane\n-\tthe gauge\n1968\topened\ta\tb",
        "```css\nbody{ color: red }\n```\nint main() {\nint n = 5;\n}",
        "cost $5 \nand $6, vitamin C \nis, `\nx`, (\nsee), one\rtwo \f \b",
        "where $a\nis$ short, $x +\ny$ long, $\nx = 5\n$, 5$\ne 6$, $\\theta$ and \\(\\nu\\)",
    ],
)
@pytest.mark.parametrize("escaped", [True, False])
def test_escapes_of_an_answer_are_what_json_says(said: str, escaped: bool) -> None:
    assert parse_answer(json.dumps({"line": 4, "text": said}, ensure_ascii=escaped), Point).value.text == said


def test_an_apostrophe_that_is_escaped_stands_without_its_backslash() -> None:
    assert parse_answer(r'{"line": 4, "text": "Lund\'s \"old\" tower"}', Point).value.text == 'Lund\'s "old" tower'


ROWS = {"points": [{"text": "Ben's tower is old.", "line": 0}, {"text": "Water, steam: ice.", "line": 2}]}


@pytest.mark.parametrize(
    "text",
    [
        re.sub(r'"([^"]*)"', r"“\1”", json.dumps(ROWS)),
        re.sub(r'"(\w+)":', r"\1:", json.dumps(ROWS)),
        json.dumps(json.dumps(ROWS)),
        str(ROWS),
        json.dumps(ROWS).replace("2", "02"),
        json.dumps(ROWS) + "\n{}",
        json.dumps(ROWS) + '\n{"points": []}',
    ],
)
def test_an_answer_in_another_notation_is_read_whole(text: str) -> None:
    assert parse_answer(text, Points).value == Points.model_validate(ROWS)
    if not text.startswith('"'):
        assert parse_answer(f"For {{x}}:\n```\n{text}\n```\nIt helps.", Points).value == Points.model_validate(ROWS)


def test_of_thousands_of_objects_few_are_validated() -> None:
    validated = []

    class Counted(Point):
        def model_post_init(self, context: Any) -> None:
            validated.append(self.line)

    runaway = " ".join(f'{{"line": {n}}}' for n in range(3000))
    assert parse_answer(f"{GOOD} {runaway}", Counted).value.line == 4
    parse_answer(" ".join(f'{{"line": {n}, "text": "x"}}' for n in range(3000)), Counted)
    assert len(validated) < 20


def test_an_item_with_unknown_keys_is_kept_without_them() -> None:
    rows = [{"line": n, "text": "x", "importance": n, "tags": ["a"]} for n in range(9)]
    found = parse_answer(json.dumps({"points": rows, "title": "T"}), Points)
    assert [p.line for p in found.value.points] == list(range(9)) and found.dropped == ()


def test_an_item_that_is_dropped_is_told_in_its_own_words() -> None:
    rows = [{"line": "?", "text": "Water boils."}, {"line": 1, "text": "Ice melts."}, {"line": 2}]
    rows.append({"line": 3, "said": "Steam rises."})
    found = parse_answer(json.dumps({"points": rows}), Points, most_dropped=3)
    assert [p.text for p in found.value.points] == ["Ice melts."]
    first, second, third = found.dropped
    assert (first.field, first.text) == ("points", "Water boils.") and first.reason.startswith("line: ")
    assert second.text == '{"line": 2}' and second.reason.startswith("text: ")
    assert third.text == "Steam rises."


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"lines": ["5-7", "9", "11–12", "8 - 8"]}, {"lines": [5, 6, 7, 9, 11, 12, 8]}),
        ({"lines": "7-5"}, {"lines": [5, 6, 7]}),
        ({"lines": "[3, 5-6]"}, {"lines": [3, 5, 6]}),
        ({"lines": 4}, {"lines": [4]}),
        ({"lines": None, "rows": ""}, {"lines": [], "rows": []}),
        ({"rows": [None, ["1-2"], [3]]}, {"rows": [[], [1, 2], [3]]}),
        ({"kind": " UNCLEAR"}, {"kind": "unclear"}),
    ],
)
def test_what_is_plainly_meant_is_read_so(given: dict[str, Any], meant: dict[str, Any]) -> None:
    sound: dict[str, Any] = {"lines": [1], "kind": "wrong", "rows": [], "said": "x"}
    assert parse_answer(json.dumps(sound | given), Mixed).value == Mixed(**(sound | meant))


@pytest.mark.parametrize(
    "given", [{"lines": "1,000"}, {"lines": True}, {"lines": "x"}, {"kind": "odd"}, {"kind": None}, {"said": None}]
)
def test_what_may_mean_anything_does_not_fit(given: dict[str, Any]) -> None:
    sound = {"lines": [1], "kind": "wrong", "rows": [], "said": "x"}
    with pytest.raises(Unusable):
        parse_answer(json.dumps(sound | given), Mixed)


def test_a_run_of_all_the_numbers_that_there_are_ends_soon() -> None:
    found = parse_answer('{"lines": ["5-9999999"], "kind": "wrong", "rows": [], "said": ""}', Mixed)
    assert found.value.lines[:2] == [5, 6] and len(found.value.lines) == 1000


def test_fields_that_an_answer_does_not_need_are_empty_where_they_are_left_out_or_null() -> None:
    found = parse_answer('{"lines": [1], "kind": "wrong", "said": null}', Mixed, needs=["lines", "kind"])
    assert (found.value.rows, found.value.said) == ([], "")
    with pytest.raises(Unusable, match="lines: Field required"):
        parse_answer('{"kind": "wrong"}', Mixed, needs=["lines", "kind"])


def test_prose_holds_no_json() -> None:
    assert not holds_json("The answer is four.")


@pytest.mark.parametrize("escaped", [True, False])
def test_accents_of_an_answer_stand_with_their_letters(escaped: bool) -> None:
    answer = json.dumps({"points": [{"line": 1, "text": "In Orle\u0301ans\n\u0303"}]}, ensure_ascii=escaped)
    assert parse_answer(answer, Points).value.points[0].text == "In Orléans\n\u0303"


@pytest.mark.parametrize("text", ['{"a" ' * 3000, '{"a" ' * 3000 + "}" * 3000])
def test_braces_that_open_without_end_are_not_repaired(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json_repair.loads", lambda source: pytest.fail("it would look through the text for each"))
    with pytest.raises(Unusable, match="no JSON object"):
        parse_answer(text, Points)


def test_a_long_answer_that_breaks_off_is_repaired_whatever_braces_its_texts_hold() -> None:
    rows = [{"line": n, "text": r"the set \{1, 2\} and { alone" if n < 50 else "{1, 2}"} for n in range(500)]
    cut = json.dumps({"points": rows}).removesuffix("}]}")
    assert [point.line for point in parse_answer(cut, Points).value.points] == [*range(500)]


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "' + '"]}' * 20_000 + "x",
        '{"points": ["' + "[^1]" * 50_000 + '"}',
        "{" + "/*[a]" * 70_000 + "}",
        "{a:" + "(" * 300_000 + '"}',
        '{"text": "' + '"//' * 100_000,
        "{“}" * 100_000,
        "<|channel|>" + "<|channel|>final" * 20_000 + "x",
    ],
    ids=["quotation marks", "brackets", "comments", "parentheses", "slashes", "objects", "channels"],
)
def test_an_answer_that_would_take_minutes_to_repair_is_unusable(text: str) -> None:
    with pytest.raises(Unusable):
        parse_answer(text, Points)


def test_a_long_answer_with_many_faults_is_repaired() -> None:
    said = 'She says "no" (and [1] means it), and goes home before the vote on the loan is taken at nine.'
    rows = [f'{{"line": {n}, "text": "{said}"}}' for n in range(250)]
    found = parse_answer('{"points": [' + " ".join(rows) + "],, }", Points).value
    assert [(p.line, p.text) for p in found.points] == [(n, said) for n in range(250)]
