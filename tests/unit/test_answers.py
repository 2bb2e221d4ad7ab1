import pytest

from pipeline.answers import Unusable, holds_json, parse_answer
from pipeline.structured import Answer


class Point(Answer):
    line: int
    text: str


GOOD = '{"line": 4, "text": "Water boils."}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"<think>{{maybe}}</think>{GOOD}",
        f"Sure, here it is: {GOOD} I hope it helps.",
        "{'line': 4, 'text': 'Water boils.'}",
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
        ('{"line": 4, "text": "x", "more": 1}', "more: "),
        ('{"line": NaN, "text": "x"}', "line: "),
        ("", "no JSON object"),
        ("{" * 5000, "."),
    ],
)
def test_what_does_not_fit_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        parse_answer(text, Point)


def test_repair_is_told() -> None:
    assert parse_answer("{'line': 4, 'text': 'x'}", Point).repaired is True
    assert parse_answer(GOOD, Point).repaired is False


def test_prose_holds_no_json() -> None:
    assert not holds_json("The answer is four.")
