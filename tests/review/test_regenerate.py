"""A point asked for again: what the model is shown, and what is made of its answer. The answers are scripted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.errors import InvalidAnswer
from pipeline.llm.prompting import PromptSet
from pipeline.review.regenerate import Point, Rewritten, regenerator
from pipeline.review.state import Item, opened
from pipeline.verification import Recording
from tests.review.samples import document
from tests.scripted import ScriptedClient, structured, transcript

STATE = opened(document(nested=True))
RECORDING = Recording(transcript())


def find(words: str) -> Item:
    return next(i for i in STATE.items if words in i.text)


def rewritten(words: str, *answers: Any, wish: str = "") -> tuple[Rewritten, ScriptedClient]:
    client, item = ScriptedClient(answers), find(words)
    again = regenerator(structured(client))
    return asyncio.run(again(Point(item, STATE.above(item), RECORDING), wish)), client


GOOD = {"text": "The tower is to be replaced in 2031.", "lines": [4]}


def test_the_model_is_bound_by_the_same_rules_as_for_the_notes() -> None:
    _, client = rewritten("in 2031", GOOD)
    system, task = client.requests[0].messages
    assert system.content == PromptSet().load("system.v6").render()
    assert "as the lines support it" in task.content


def test_the_model_sees_the_point_where_it_stands() -> None:
    _, client = rewritten("It has run since 1998", GOOD, wish="say it shorter")
    shown = client.requests[0].messages[-1].content
    assert "A Reactor and Its Tower\nThe Lund reactor makes 40 megawatts" in shown
    assert "The statement: It has run since 1998" in shown and "say it shorter" in shown


def test_a_gap_between_shown_lines_can_be_seen() -> None:
    words = "of more than sixteen words each, so that none of these lines is joined with the one after it by accident"
    long = Recording(transcript([("Ana", f"Line {n} {words}.") for n in range(1, 41)]))
    client = ScriptedClient([GOOD])
    item = Item("summary.1", "summary", "A statement.", (1, 40))
    asyncio.run(regenerator(structured(client))(Point(item, (), long), ""))
    assert "\n…\n[36] Ana: Line 36" in client.requests[0].messages[-1].content


def test_the_answer_brings_its_lines_and_those_of_its_quotations() -> None:
    quoting = {"text": "Ben calls it dear: “about 3 million euros every year”.", "lines": [4]}
    assert rewritten("in 2031", quoting)[0].lines == (2, 4)


def test_lines_that_nobody_was_shown_leave_those_of_the_statement() -> None:
    assert rewritten("in 2031", GOOD | {"lines": [77]})[0].lines == (4,)


def test_an_empty_text_is_asked_for_again_with_the_error() -> None:
    new, client = rewritten("in 2031", GOOD | {"text": " "}, GOOD)
    assert new.text == GOOD["text"]
    assert "there are no words in it" in client.requests[1].messages[-1].content


def test_an_answer_that_fits_neither_time_is_an_error() -> None:
    with pytest.raises(InvalidAnswer, match="even when asked again"):
        rewritten("in 2031", "no", "no")


def test_what_the_lines_hold_is_no_template() -> None:
    recording = Recording(transcript([("Ana", "It costs $wish and ${lines} and $$5.")]))
    client = ScriptedClient([GOOD])
    item = Item("summary.1", "summary", "It costs $statement.", (1,))
    asyncio.run(regenerator(structured(client))(Point(item, (), recording), "$above"))
    assert "It costs $wish and ${lines} and $$5." in client.requests[0].messages[-1].content
