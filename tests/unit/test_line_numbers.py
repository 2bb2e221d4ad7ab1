"""Numbers of lines that a model writes into its text: those of lines that it cites are no words."""

from __future__ import annotations

import copy

import pytest

from pipeline.capable.line_numbers import without_numbers
from pipeline.llm import Request
from pipeline.numbering import NumberedLine
from tests.scripted import Answer, cited_answer, fitting, manuscript_answer, with_fault, written_answer
from tests.unit import test_manuscripts
from tests.unit.test_run import run

LINES = [
    NumberedLine(1, 1, "Ana", "Each atom has a chance to decay."),
    NumberedLine(2, 4, None, "The interval is [5, 6], as we said."),
    NumberedLine(5, 5, None, "It never stops."),
    NumberedLine(6, 6, None, "Half of them are gone."),
]


@pytest.mark.parametrize(
    ("written", "cited", "left"),
    [
        ("It may decay. [1]", (1,), "It may decay."),
        ("It may decay [1].", (1,), "It may decay."),
        ("It may decay. [1].", (1,), "It may decay."),
        ("It may decay, and. [1] [5]", (1, 5), "It may decay, and."),
        ("It may decay [1, 5].", (1, 5), "It may decay."),
        ("It may decay. [1, 5]", (1, 2, 3, 4, 5), "It may decay."),
        ("It may decay [1, 5].", (1, 2, 3, 4, 5), None),  # inside a sentence all lines would stand there
        ("The program prints [1, 5].", (1, 5, 6), None),
        ("Kiln | [1]", (1,), None),
        (f"It costs{' ' * 50_000}x", (1,), None),
        (f"It costs. [{'1' * 5000}]", (1,), None),
        ("It may decay [1–5].", (1, 2, 3, 4, 5), "It may decay."),
        ("它会衰变[1]。", (1,), "它会衰变。"),
        ("यह घटता है। [1]", (1, 5), "यह घटता है।"),
        ("ps | waits [1]", (1,), "ps | waits"),
        ("It may decay [1–5].", (1, 5), None),  # line 2 is not cited
        ("It may decay [3].", (2, 3, 4), None),  # shown as line 2
        ("It may decay [2].", (1,), None),
        ("It may decay [2], it says.", (2, 3, 4), None),
        ("The value is a[1].", (1,), None),
        ("So the interval is [5, 6].", (2, 3, 4, 5, 6), None),  # as a line has it
        ("[1]", (1,), None),
        (" [1]", (1,), None),
        ("It may decay.", (1,), None),
    ],
)
def test_numbers_at_the_end_go_where_the_statement_cites_these_lines(
    written: str, cited: tuple[int, ...], left: str | None
) -> None:
    assert without_numbers(written, cited, LINES) == (written if left is None else left)


def test_what_is_written_put_right_or_added_has_none_of_them() -> None:
    written = copy.deepcopy(written_answer())
    written["summary"][0]["text"] += " [1, 4]"
    written["main_points"][1]["points"][0]["details"][0]["text"] += " [5]"
    faulty = with_fault(on="too expensive", text="Ben thinks that the tower is too expensive. [2]", lines=[])

    def answer(request: Request) -> Answer:
        if request.name == "write":
            return fitting(written, request)
        missing = [{"under": 2, "label": "", "text": "Ana asks what comes next [3].", "lines": [3]}]
        checked = faulty(request)
        assert isinstance(checked, dict)
        return fitting(checked | {"missing": missing}, request)

    document, client = run(answer)
    assert document.summary[0].text == written_answer()["summary"][0]["text"]
    texts = [d.text for point in document.main_points for d in point.flat()]
    assert "Ben thinks that the tower is too expensive." in texts
    assert [d.text for d in document.dropped] == ["Ana asks what comes next."]
    assert not [text for text in texts if "[" in text]
    assert "loan of ten years the rest. [5]\n" in client.requests[-1].messages[-1].content  # its lines, told once


def test_a_page_that_is_written_freely_has_none_of_them_when_it_is_cited() -> None:
    made = manuscript_answer()
    made["manuscript"] = made["manuscript"].replace("heat exchanger in 2031.\n", "heat exchanger in 2031. [4]\n")
    fault = test_manuscripts.fault(id=30, text="A building that cools water [3].")
    document, _ = test_manuscripts.run(manuscript=made, cite=cited_answer(faults=[fault]))
    assert document.summary[0].text == "The reactor at Lund is to get a heat exchanger in 2031."
    assert document.key_concepts[0].definition == "A building that cools water."
