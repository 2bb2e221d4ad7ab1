"""A document that one call wrote is revised by another: what that call is given, and what becomes of its answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from pipeline.document import StudyDocument
from pipeline.errors import ContextTooLong, EndpointError
from pipeline.llm import Completion, Request, Usage
from pipeline.profile import CAPABLE, Recipe
from pipeline.run import asummarise
from pipeline.settings import load_settings
from pipeline.transcript import Segment, Transcript
from tests.scripted import EMPTY, LINES, Answer, ScriptedClient, good_answer, transcript, written_answer

CAPABLE_ONCE = replace(CAPABLE, revise=False)
BETTER = "Ana and Ben ask who pays when the cooling tower at Lund is replaced."


def revised_answer() -> dict[str, Any]:
    """The document with another overview."""
    answer = deepcopy(written_answer())
    answer["overview"][0]["text"] = BETTER
    return answer


def run(
    revised: Answer | Callable[[Request], Answer], recipe: Recipe | None = None, of: Transcript | None = None
) -> tuple[StudyDocument, ScriptedClient]:
    """A run in which nothing but the revision is unusual."""

    def answer(request: Request) -> Answer:
        if request.name != "revise":
            return good_answer(request)
        return revised(request) if callable(revised) else revised

    client = ScriptedClient(answer)
    return asyncio.run(asummarise(of or transcript(), client, recipe=recipe)), client


def names(client: ScriptedClient) -> list[str]:
    return [r.name for r in client.requests]


def test_the_revised_document_is_printed_and_checked() -> None:
    document, client = run(revised_answer())
    assert document.overview[0].text == BETTER and document.status == "complete"
    assert BETTER in client.requests[-1].messages[-1].content
    assert "revise.v5" in document.run.prompts


def test_the_lines_the_task_and_the_first_answer_stand_before_the_task_of_revising() -> None:
    _, client = run(revised_answer())
    write, revise, check = client.requests
    assert revise.messages[:3] == write.messages and revise.schema == write.schema == check.schema
    assert json.loads(revise.messages[3].content) == written_answer()
    assert "it has 130 words" in revise.messages[4].content


def test_only_what_was_changed_is_no_document_and_is_asked_for_again() -> None:
    short = EMPTY | {"overview": revised_answer()["overview"]}
    answers = iter([short, revised_answer()])
    document, client = run(lambda _: next(answers))
    assert names(client) == ["write", "revise", "revise", "check"]
    assert "answer with the whole document" in client.requests[2].messages[-1].content
    assert document.overview[0].text == BETTER


def test_where_revising_fails_the_page_stands_as_it_was_written_and_that_is_told() -> None:
    first = written_answer()["overview"][0]["text"]
    document, _ = run(EndpointError("busy", fatal=False))  # another run may be luckier
    assert document.overview[0].text == first and document.status == "partial"
    assert any("stands as it was first written" in p.message for p in document.problems)
    cut = Completion('{"overview": [', "length", Usage(), "scripted")
    for failing in (Completion("", "refusal", Usage(), "scripted"), cut, ContextTooLong("8192"), EMPTY):
        document, _ = run(failing)
        assert document.overview[0].text == first and document.status == "complete"
        assert any("not revised" in w for w in document.source.warnings)


@pytest.mark.parametrize(("failure", "asks"), [(None, False), (EndpointError("busy", fatal=False), True)])
def test_the_check_looks_for_what_is_missing_where_no_revision_did(failure: Exception | None, asks: bool) -> None:
    _, client = run(failure or revised_answer(), of=transcript(LINES * 6))
    (check,) = (r.messages[-1].content for r in client.requests if r.name == "check")
    assert ("missing: stays empty in this task." not in check) == asks


def test_a_section_that_comes_back_empty_stands_as_it_was() -> None:
    bare = revised_answer() | {"summary": [], "key_concepts": []}
    document, _ = run(bare)
    assert document.summary and document.key_concepts and document.overview[0].text == BETTER
    long = revised_answer()
    long["overview"] *= 12
    document, client = run(long | {"main_points": []})
    assert len(document.main_points) == 2 and names(client).count("revise") == 2


def test_a_point_that_the_revision_leaves_out_stays_in_the_record() -> None:
    fewer = revised_answer()
    gone = fewer["main_points"][0]["points"].pop(0)
    fewer["summary"] *= 2  # of its length
    fewer["summary"][1] = {
        "cites": [2],
        "text": "Ben reckons with the loan, the tower, the river and the years it takes.",
    }
    document, _ = run(fewer)
    assert [(d.section, d.text) for d in document.dropped] == [("main_points", f"Lund reactor: {gone['text']}")]
    document, _ = run(revised_answer())
    assert document.dropped == ()


def test_a_term_that_the_revision_leaves_out_stays_in_the_record_and_one_that_it_defines_anew_does_not() -> None:
    other = revised_answer()
    (gone,) = other["key_concepts"]
    other["key_concepts"] = [gone | {"term": "Loan", "definition": "Money that the council pays back.", "cites": [2]}]
    told = f"{gone['term']}: {gone['definition']}"
    assert [(d.section, d.text) for d in run(other)[0].dropped] == [("key_concepts", told)]
    other["key_concepts"] = [gone | {"definition": f"In short: {gone['definition']}", "cites": [2]}]
    assert run(other)[0].dropped == ()


def test_a_draft_that_is_too_long_is_told_how_many_points_it_may_keep() -> None:
    told = re.search(r"words in (\d+) points. .* words, which is some (\d+) points, that", _asked_to_revise(9))
    assert told and int(told[1]) == 19 > int(told[2]) > 3
    assert "which is some" not in _asked_to_revise(0)


def _asked_to_revise(times: int) -> str:
    """The task of revising a draft whose first points stand there so many times."""

    def answer(request: Request) -> Answer:
        draft = written_answer()
        draft["main_points"][0]["points"] *= times
        return draft if request.name == "write" else good_answer(request)

    client = ScriptedClient(answer)
    asyncio.run(asummarise(transcript(), client, recipe=Recipe(CAPABLE, "full")))
    return client.requests[1].messages[4].content


def _asked_to_write(request: Request) -> int:
    told = re.search(r"document of about ([\d,]+) words", request.messages[-1].content)
    assert told
    return int(told[1].replace(",", ""))


def _long_talk() -> Transcript:
    said = "The tower at Lund cools the reactor and the city weighs the loan again. " * 20
    return Transcript("tower", tuple(Segment(n, said, "Ana") for n in range(1, 9)))


def test_a_draft_is_asked_for_in_four_fifths_of_the_words_and_a_cut_one_in_parts_of_all_of_them() -> None:
    plain = ScriptedClient(good_answer)
    asyncio.run(asummarise(_long_talk(), plain, recipe=Recipe(CAPABLE_ONCE)))
    revised = ScriptedClient(good_answer)
    asyncio.run(asummarise(_long_talk(), revised))
    assert _asked_to_write(revised.requests[0]) == round(0.08 * _asked_to_write(plain.requests[0])) * 10

    def cut(request: Request) -> Answer:
        whole = request.name == "write" and "part" not in request.messages[-1].content.split("\n")[0]
        return Completion("{", "length", Usage(), "scripted") if whole else good_answer(request)

    halved = ScriptedClient(cut)
    asyncio.run(asummarise(_long_talk(), halved))
    parts = [_asked_to_write(r) for r in halved.requests if r.name == "write"][1:]
    assert len(parts) == 2 and sum(parts) == pytest.approx(_asked_to_write(plain.requests[0]), abs=10)


def test_a_revision_of_the_length_asked_for_is_one_however_long_the_draft_was() -> None:
    def answer(request: Request) -> Answer:
        wordy = written_answer()
        wordy["summary"] = [
            {"cites": [n], "text": f"{n}. " + "The city weighs the loan again. " * 6} for n in range(1, 7)
        ]
        return wordy if request.name == "write" else good_answer(request)

    client = ScriptedClient(answer)
    document = asyncio.run(asummarise(transcript(), client))
    assert names(client) == ["write", "revise", "check"] and document.status == "complete"


def test_half_a_character_in_an_answer_stops_nothing() -> None:
    halved = json.dumps(revised_answer()).replace("Ana and Ben ask", "Ana and \\ud83d Ben ask")
    document, _ = run(Completion(halved, "stop", Usage(), "scripted"))
    assert document.overview[0].text == BETTER.replace("Ben", "? Ben")


def test_what_is_written_in_parts_is_composed_and_what_is_empty_is_left() -> None:
    _, client = run(revised_answer(), Recipe(replace(CAPABLE, chunk_tokens=100)))
    assert "revise" not in names(client)
    silence = Transcript("silence", (Segment(1, "Hm."),))
    nothing = ScriptedClient(lambda _: EMPTY)
    asyncio.run(asummarise(silence, nothing))
    assert names(nothing) == ["write"]


def test_minutes_are_not_revised_nor_is_what_is_asked_for_without() -> None:
    assert not load_settings(revise=False).recipe(CAPABLE).profile.revise
    assert load_settings().recipe(CAPABLE).profile.revise
    _, client = run(revised_answer(), load_settings(revise=False).recipe(CAPABLE))
    assert names(client) == ["write", "check"]
