"""A long page is written freely as Markdown and then cited: what the calls are given, and what becomes of them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.capable.shortening import shortened
from pipeline.document import StudyDocument
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import ContextTooLong, EndpointError
from pipeline.llm import Completion, Request, Usage
from pipeline.profile import CAPABLE, Recipe
from pipeline.run import asummarise
from pipeline.settings import load_settings
from pipeline.transcript import Transcript
from pipeline.verification import without_repeats
from tests.kinds import EXAMPLE
from tests.scripted import (
    EMPTY,
    LONG_LINES,
    POINTS,
    Answer,
    ScriptedClient,
    cited_answer,
    cut_off,
    good_answer,
    manuscript_answer,
    transcript,
)

LONG = transcript(LONG_LINES)
REFUSED = Completion("", "refusal", Usage(), "scripted")
CUT = Completion('{"manuscript": "', "length", Usage(), "scripted")


def run(
    recipe: Recipe | None = None, of: Transcript = LONG, **unusual: Answer | Callable[[Request], Answer]
) -> tuple[StudyDocument, ScriptedClient]:
    """A run in which nothing but the calls named is unusual."""

    def answer(request: Request) -> Answer:
        given = unusual.get(request.name)
        return good_answer(request) if given is None else given(request) if callable(given) else given

    client = ScriptedClient(answer)
    return asyncio.run(asummarise(of, client, recipe=recipe)), client


def names(client: ScriptedClient) -> list[str]:
    return [r.name for r in client.requests]


def fault(**of: Any) -> dict[str, Any]:
    return {"verdict": "partly", "why": "it is too strong", "label": "", "text": "", "lines": []} | of


def test_what_was_written_freely_is_printed_with_the_lines_that_the_next_call_gives() -> None:
    document, client = run()
    manuscript, cite, check = client.requests
    assert (manuscript.name, cite.name, check.name) == ("manuscript", "cite", "check")
    assert manuscript.messages[:2] == cite.messages[:2] == check.messages[:2]
    assert manuscript.schema == cite.schema == check.schema
    assert document.status == "complete" and {"manuscript.v6", "cite.v3", "faults.v2"} <= set(document.run.prompts)
    assert [s.text for s in document.overview][1] == "It is not decided."
    assert [p.heading for p in document.main_points] == ["A reactor and its tower", "Paying for the heat exchanger"]
    (paying,) = document.main_points[1].details
    assert [d.text for d in paying.details] == [text for _, text in POINTS[2:]]
    assert [d.evidence[0].segment for d in (paying, *paying.details)] == [4, 4, 5, 6]
    assert document.prerequisites[0].text == "Power plants: they make heat and current."
    assert (document.key_concepts[0].term, document.key_concepts[0].evidence[0].segment) == ("Cooling tower", 3)


def test_the_call_that_cites_is_shown_every_statement_with_its_number() -> None:
    _, client = run()
    shown = client.requests[1].messages[-1].content
    assert "4. (heading) A reactor and its tower" in shown and "   29. Ben says that the project is dead" in shown
    assert "30. Cooling tower: A building" in shown and "31. The reactor at Lund" in shown


def test_what_is_nested_in_a_step_is_cited_and_checked_as_the_step_is() -> None:
    made = manuscript_answer()
    made["manuscript"] = made["manuscript"].replace(f"1. {POINTS[2][1]}", f"1. {POINTS[2][1]}\n   - It is dear.")
    cited = [{"id": n, "lines": [4]} for n in range(1, 33) if n not in (3, 4, 25)]
    document, client = run(manuscript=made, cite=EMPTY | {"manuscript": "", "cited": cited})
    (first, *others) = (point := document.main_points[1].details[0]).details
    assert point.steps and len(others) == 2 and [d.text for d in first.details] == ["It is dear."]
    assert [e.segment for e in first.details[0].evidence] == [4]
    assert all(re.search(r"\n {6}\d+\. It is dear\.", call.messages[-1].content) for call in client.requests[1:])


def test_a_manuscript_may_come_alone_with_its_lines_as_they_are_and_a_check_may_not() -> None:
    lines = manuscript_answer()["manuscript"].replace('"', '\\"')
    document, client = run(manuscript='{"manuscript": "' + lines + '"}')
    assert names(client) == ["manuscript", "cite", "check"] and len(document.main_points) == 2
    answers = iter(["{}", EMPTY | {"manuscript": "", "cited": []}])
    assert names(run(check=lambda _: next(answers))[1])[-2:] == ["check", "check"]


def test_answers_may_leave_out_or_call_null_what_stays_empty() -> None:
    cited, check = {"cited": cited_answer()["cited"]}, {"faults": []}
    for more in ({}, {"cut": None, "manuscript": None, "overview": None, "skipped": None, "faults": None}):
        document, client = run(cite=cited | more, check=check | more)
        assert names(client) == ["manuscript", "cite", "check"]
        assert document.status == "complete" and all(s.support == "verified" for s in document.statements())


def test_lines_given_as_a_run_are_all_lines_of_the_run_and_of_the_recording() -> None:
    cited = cited_answer()["cited"]
    cited[0]["lines"], cited[1]["lines"], cited[-1]["lines"] = ["5-7", "9"], ["131–900"], "3-4"
    document, client = run(cite=cited_answer(cited=cited))
    assert names(client) == ["manuscript", "cite", "check"]
    assert [[e.segment for e in s.evidence] for s in document.overview] == [[5, 6, 7, 9], [131, 132]]
    assert [e.segment for e in document.summary[0].evidence] == [3, 4]


def test_an_objection_of_the_call_that_cites_stands_until_the_check_puts_right_what_it_is_against() -> None:
    odd = cited_answer(faults=[fault(id=31, verdict="contradicted", why="it is open"), fault(id=77, why="no")])
    document, _ = run(cite=odd)
    assert document.summary[0].finding == "contradicted: it is open"
    assert document.source.warnings == ("the check objects to something that is not on the page: partly: no",)

    def check(request: Request) -> Answer:
        row = next(r for r in request.messages[-1].content.splitlines() if "The reactor at Lund" in r)
        return {"faults": [fault(id=int(row.split(".")[0]), **put_right)]}

    put_right: dict[str, Any] = {"verdict": "citation", "lines": [4]}
    assert run(cite=odd, check=check)[0].summary[0].finding == "contradicted: it is open"
    put_right = {"text": "The reactor at Lund may get a heat exchanger.", "lines": [4]}
    (summary,) = run(cite=odd, check=check)[0].summary
    assert summary.correction and summary.finding is None
    assert summary.correction.reason == "contradicted: it is open; it is too strong"


def test_a_fence_around_the_whole_manuscript_is_none_of_it() -> None:
    fenced = manuscript_answer()
    fenced["manuscript"] = f"```markdown\n{fenced['manuscript']}\n```"
    document, _ = run(manuscript=fenced)
    assert len(document.main_points) == 2 and document.summary


def test_lines_of_a_statement_that_are_given_twice_are_joined_and_numbers_of_nothing_are_left() -> None:
    cited = [*cited_answer()["cited"], *({"id": n, "lines": [4]} for n in (0, 30, 99)), {"id": 30, "lines": []}]
    faults = [fault(id=29, text="Ben calls it dead.", lines=[6]), fault(id=29), fault(id=0, text="No."), fault(id=99)]
    document, client = run(cite=cited_answer(cited=cited, faults=faults))
    assert [e.segment for e in document.key_concepts[0].evidence] == [3, 4]
    assert document.main_points[1].details[0].details[-1].text == "Ben calls it dead."
    assert document.prerequisites[0].text.startswith("Power plants") and document.withheld == ()
    assert "Power plants: they make heat and current. [" not in client.requests[2].messages[-1].content


def test_an_answer_that_cites_little_is_asked_for_again() -> None:
    answers = iter([cited_answer(cited=cited_answer()["cited"][:9]), cited_answer()])
    document, client = run(cite=lambda _: next(answers))
    assert names(client) == ["manuscript", "cite", "cite", "check"] and document.status == "complete"
    assert "lines for 9 of 28 statements" in client.requests[2].messages[-1].content


def test_a_first_wording_and_all_reasons_are_kept_where_both_calls_put_right() -> None:
    def check(request: Request) -> Answer:
        row = next(r for r in request.messages[-1].content.splitlines() if "Ben calls it dead" in r)
        return EMPTY | {
            "manuscript": "",
            "cited": [],
            "faults": [fault(id=int(row.split(".")[0]), text="It is dead.", lines=[6])],
        }

    first = fault(id=29, text="Ben calls it dead.", lines=[6], why="too long")
    document, _ = run(cite=cited_answer(faults=[first]), check=check)
    correction = document.main_points[1].details[0].details[-1].correction
    assert correction and (correction.before, correction.reason) == (POINTS[4][1], "too long; it is too strong")


def test_an_objection_to_a_heading_is_told_once_and_not_when_the_check_puts_it_right() -> None:
    objected = cited_answer(faults=[fault(id=25)])
    document, _ = run(cite=objected)
    assert sum("objects to the heading" in w for w in document.source.warnings) == 1

    def check(request: Request) -> Answer:
        row = next(r for r in request.messages[-1].content.splitlines() if "(heading) Paying" in r)
        return EMPTY | {"manuscript": "", "cited": [], "faults": [fault(id=int(row.split(".")[0]), text="Who pays")]}

    document, _ = run(cite=objected, check=check)
    assert document.main_points[1].heading == "Who pays" and not document.source.warnings
    document, _ = run(Recipe(replace(CAPABLE, check="code")), cite=objected)
    assert sum("objects to the heading" in w for w in document.source.warnings) == 1


def test_what_the_lines_do_not_bear_is_put_right_or_withheld_and_told() -> None:
    faults = [
        fault(id=29, text="Ben calls the project dead without the loan.", lines=[6]),
        fault(id=2, verdict="unsupported", why="nobody says it"),
        fault(id=25, text="Who pays is open"),
    ]
    document, _ = run(cite=cited_answer(faults=faults))
    last = document.main_points[1].details[0].details[-1]
    assert last.text == "Ben calls the project dead without the loan." and last.correction
    assert last.correction.reason == "it is too strong"
    assert document.main_points[1].heading == "Who pays is open"
    assert [(w.text, w.reason) for w in document.withheld] == [("It is not decided.", "nobody says it")]


def test_a_statement_that_is_given_no_lines_is_checked_and_stands_in_doubt() -> None:
    cited = [row for row in cited_answer()["cited"] if row["id"] != 30]
    document, client = run(cite=cited_answer(cited=cited))
    assert document.key_concepts[0].finding == "it cites no line"
    assert "Cooling tower" in client.requests[2].messages[-1].content


def test_what_only_leads_up_to_a_list_cites_what_that_does() -> None:
    cited = [row for row in cited_answer()["cited"] if row["id"] != 26]
    document, _ = run(cite=cited_answer(cited=cited))
    leads = document.main_points[1].details[0]
    assert leads.text.endswith(":") and leads.finding is None
    assert [e.segment for e in leads.evidence] == [4, 5, 6]


def test_a_table_right_below_its_heading_is_neither_asked_about_twice_nor_in_doubt() -> None:
    made = manuscript_answer()
    table = "| Who | Says |\n| --- | --- |\n| Ana | half |\n| Ben | all |\n"
    made["manuscript"] = made["manuscript"].replace("## Key Concepts", f"### Who pays?\n\n{table}\n## Key Concepts")
    cited = [{"id": n, "lines": [5]} for n in range(1, 40)]
    document, client = run(manuscript=made, cite=cited_answer(cited=cited))
    rows = [r for r in client.requests[1].messages[-1].content.splitlines() if "Who pays" in r]
    assert len(rows) == 1 and "(heading)" in rows[0]
    (table_point,) = document.main_points[-1].details
    assert table_point.is_table and table_point.finding is None and [e.segment for e in table_point.evidence] == [5]


def test_who_a_speaker_is_may_be_told_by_a_label_alone() -> None:
    made = manuscript_answer()
    people = "## Who Is Who\n\n- **Ben Oram:** asks.\n- **Eva:** is spoken of.\n\n## Key Concepts"
    made["manuscript"] = made["manuscript"].replace("## Key Concepts", people)
    cited = [{"id": n, "lines": [5]} for n in range(5, 40) if n not in (30, 31)]
    document, _ = run(manuscript=made, cite=cited_answer(cited=[*cited, *cited_answer()["cited"][:2]]))
    (people,) = (s.items for s in document.more if s.name == "people")
    assert [(p.evidence[0].speaker, p.finding) for p in people] == [("Ben", None), ("Ana", "it cites no line")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# Lund", "lacks text below ## Overview and two headings with text below ## Main Points and text below"),
        (
            "## Overview\n\nIt runs.\n\n## Main Points\n\n### Lund\n\nIt runs.\n\n## Summary\n\nIt runs.",
            "lacks two headings with text below ## Main Points\n",
        ),
        ("## Overview\n\nO.\n\n## Main Points\n\n### A\n\nIt runs.\n\n### B\n\nOn.\n\n## Summary\n\nS.", "of about"),
        (
            manuscript_answer()["manuscript"].replace(
                "Lund", "[Lund](https://a.test/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t)"
            ),
            "stand where",
        ),
        ("*a " * 250 + "b" + " c*" * 250, "nested too deeply"),
    ],
)
def test_a_manuscript_without_points_or_of_a_few_words_is_asked_for_again(text: str, told: str) -> None:
    answers = iter([EMPTY | {"manuscript": text}, manuscript_answer()])
    document, client = run(manuscript=lambda _: next(answers))
    assert names(client) == ["manuscript", "manuscript", "cite", "check"] and document.status == "complete"
    assert told in client.requests[1].messages[-1].content


@pytest.mark.parametrize("name", ["manuscript", "cite"])
@pytest.mark.parametrize("failure", [EndpointError("busy", fatal=False), REFUSED, CUT, ContextTooLong("8192")])
def test_where_that_fails_the_page_is_written_at_once_and_that_is_told(name: str, failure: Answer) -> None:
    document, client = run(**{name: failure})
    assert document.status == "complete" and len(document.main_points) == 2
    assert names(client)[-2:] == ["write", "check"]
    assert sum("written in one step" in line for line in document.source.warnings) == 1


def test_the_check_adds_nothing_to_what_was_written_freely() -> None:
    for unusual, asks in (({}, False), ({"manuscript": REFUSED}, True)):
        _, client = run(**unusual)
        (check,) = (r.messages[-1].content for r in client.requests if r.name == "check")
        assert ("missing: stays empty in this task." not in check) == asks


def test_lecture_notes_get_their_other_sections_from_the_call_that_cites() -> None:
    none: dict[str, Any] = {"worked_examples": [], "exam_questions": []}
    document, client = run(
        Recipe(CAPABLE, notes="lecture"),
        manuscript=manuscript_answer() | none,
        cite=cited_answer(worked_examples=[EXAMPLE], exam_questions=[]),
        check=EMPTY | none,
    )
    manuscript, cite, _ = client.requests
    assert "worked_examples" in cite.messages[-1].content and "exam_questions" in cite.messages[-1].content
    assert "worked_examples" not in manuscript.messages[-1].content
    assert len(document.more[0].items) == 1 and document.key_concepts and document.status == "complete"


def test_short_pages_parts_minutes_and_whoever_asks_for_none_have_no_manuscript() -> None:
    assert names(run(of=transcript())[1]) == ["write", "check"]
    assert names(run(Recipe(replace(CAPABLE, manuscript=False)))[1]) == ["write", "check"]
    assert names(run(Recipe(CAPABLE, "brief"))[1]) == ["write", "check"]
    assert names(run(Recipe(CAPABLE, notes="minutes"))[1])[0] == "write"
    assert "manuscript" not in names(run(Recipe(replace(CAPABLE, chunk_tokens=1000)))[1])
    assert not load_settings(manuscript=False).recipe(CAPABLE).profile.manuscript


def test_sections_are_found_under_their_titles_in_the_language_of_the_notes_too() -> None:
    german = manuscript_answer()
    for english, own in (
        ("Overview", "Überblick"),
        ("Key Concepts", "Schlüsselbegriffe"),
        ("Summary", "Zusammenfassung"),
    ):
        german["manuscript"] = german["manuscript"].replace(f"## {english}", f"## {own}")
    document, _ = run(Recipe(CAPABLE, language="de"), manuscript=german)
    assert len(document.main_points) == 2 and document.overview and document.key_concepts and document.summary


def test_half_a_character_in_an_answer_stops_nothing() -> None:
    half = manuscript_answer()
    half["manuscript"] = half["manuscript"].replace("It is **not** decided.", "Open \ud83d.")
    assert run(manuscript=half)[0].overview[1].text == "Open ?."


def test_words_that_no_statement_can_hold_are_told() -> None:
    linked = manuscript_answer()
    linked["manuscript"] = linked["manuscript"].replace(
        "The reactor at Lund is", "The [reactor](https://lund.test/a) at Lund is"
    )
    document, _ = run(manuscript=linked)
    assert document.source.warnings == ("left out 3 words of the free text that fit no statement",)
    assert run()[0].source.warnings == ()


def test_headings_are_no_statements_that_an_answer_has_to_cite() -> None:
    bare = [row for row in cited_answer()["cited"] if row["id"] < 27]  # 23 of 28
    answers = iter(
        [cited_answer(cited=[*bare[:21], *({"id": n, "lines": [1]} for n in (4, 25))]), cited_answer(cited=bare)]
    )
    assert names(run(cite=lambda _: next(answers))[1]) == ["manuscript", "cite", "cite", "check"]


def test_of_two_faults_of_the_check_with_one_number_the_first_counts() -> None:
    twice = [fault(id=5, text="Ana and Ben come back to it.", lines=[2]), fault(id=5, verdict="unsupported")]
    document, _ = run(check=EMPTY | {"manuscript": "", "cited": [], "faults": twice})
    assert document.withheld == ()


def test_a_row_of_a_table_keeps_its_cells_and_goes_with_them_only_as_a_sentence() -> None:
    table = "They compare:\n\n| Who | Says |\n| --- | --- |\n| Ana | half |\n| Ben | dead |\n"
    made = manuscript_answer()
    made["manuscript"] = made["manuscript"].replace(
        "The exchanger comes in steps:", table + "\nThe exchanger comes in steps:"
    )
    cited = [{"id": n, "lines": [5]} for n in range(1, 36)]
    faults = [fault(id=28, text="Ana | half | more")]
    document, client = run(manuscript=made, cite=cited_answer(cited=cited, faults=faults))
    compared = document.main_points[1].details[0]
    assert compared.is_table and compared.details[0].text == "Ana | half"
    asked = client.requests[1].messages[-1].content
    assert "\n   27. (columns) Who | Says\n   28. Ana | half [" in asked
    document, _ = run(manuscript=made, cite=cited_answer(cited=cited, faults=[fault(id=28, text="Ana | a half")]))
    assert document.main_points[1].details[0].details[0].text == "Ana | a half"


@pytest.mark.parametrize(
    ("put_right", "row"),
    [
        ({"text": "a half | now"}, "Ana | a half | now"),
        ({"text": "a half | now", "label": "Ann"}, "Ann | a half | now"),
        ({"text": "Ana | a half | now"}, "Ana | a half | now"),
        ({"text": "Ana | a half"}, "Ana | half | now"),  # another cell is missing
        ({"text": "now"}, "now"),
        ({"text": "Ann | now"}, "Ana | half | now"),  # the first is put right
        ({"text": "dead | now", "label": "Ana"}, "Ana | dead | now"),
        ({"text": "Ana | dead", "label": "Ann"}, "Ana | half | now"),
        ({"text": "half | then", "label": "Ana"}, "Ana | half | then"),
        ({"text": "Ana says | now", "label": "Ana"}, "Ana | half | now"),
    ],
)
def test_the_first_cell_of_a_row_that_was_taken_for_a_label_stays(put_right: dict[str, str], row: str) -> None:
    table = "They compare:\n\n| Who | Says | When |\n| --- | --- | --- |\n| Ana | half | now |\n| Ben | dead | then |\n"
    made = manuscript_answer()
    made["manuscript"] = made["manuscript"].replace("The exchanger comes in", f"{table}\nThe exchanger comes in")
    cited = [{"id": n, "lines": [5]} for n in range(1, 36)]
    document, _ = run(manuscript=made, cite=cited_answer(cited=cited, faults=[fault(id=28, **put_right)]))
    assert document.main_points[1].details[0].details[0].text == row


def checked(**of: Any) -> Answer:
    return EMPTY | {"manuscript": "", "cited": [], "faults": [fault(**of)]}


def test_titles_of_parts_are_checked_like_headings_and_what_became_of_them_is_told() -> None:
    made = manuscript_answer()
    for old, new in (
        ("### 1. A reactor and its tower\n", "### The plant\n\n#### 1. A reactor and its tower\n"),
        ("### 2. Paying for the heat exchanger\n", "#### 2. Time\n\nIt takes years.\n\n### Money\n"),
    ):
        made["manuscript"] = made["manuscript"].replace(old, new)
    cited = [{"id": n, "lines": [5]} for n in range(1, 36)]

    def check(request: Request) -> Answer:
        row = next(r for r in request.messages[-1].content.splitlines() if "(part) The plant" in r)
        return checked(id=int(row.split(".")[0]), text="(part) The\n\ntower", why="only the tower")

    document, client = run(manuscript=made, cite=cited_answer(cited=cited), check=check)
    assert [p.part for p in document.main_points] == ["The tower", "The tower", None]
    assert 'the check wrote "The tower" instead of the heading "The plant": only the tower' in document.source.warnings
    assert "\n4. (part) The plant\n5. (heading) A reactor" in client.requests[1].messages[-1].content


@pytest.mark.parametrize(("text", "columns"), [("Who | Claims", ("Who", "Claims")), ("Claims", ("Who", "Says"))])
def test_headings_of_columns_are_put_right_where_they_stay_as_many(text: str, columns: tuple[str, ...]) -> None:
    table = "They compare:\n\n| Who | Says |\n| --- | --- |\n| Ana | half |\n| Ben | dead |\n"
    made = manuscript_answer()
    made["manuscript"] = made["manuscript"].replace("The exchanger comes in", f"{table}\nThe exchanger comes in")
    cited = [{"id": n, "lines": [5]} for n in range(1, 36)]
    document, client = run(manuscript=made, cite=cited_answer(cited=cited), check=checked(id=26, text=text))
    assert "\n   26. (columns) Who | Says\n" in client.requests[2].messages[-1].content
    assert document.main_points[1].details[0].columns == columns
    assert any(w.startswith("the check ") for w in document.source.warnings)


def too_long() -> Answer:
    """The manuscript with 60 paragraphs more below three headings, and so some hundred words longer than asked for."""
    made = manuscript_answer()
    told = [" ".join(f"w{a}x{b}" for b in range(12)) for a in range(60)]
    more = "".join(f"### Tower {n}\n\n" + "\n\n".join(f"It {s}." for s in told[n::3]) + "\n\n" for n in range(3))
    return made | {"manuscript": made["manuscript"].replace("### 2.", f"{more}### 2.").replace("### 1. ", "### ")}


def test_a_page_that_is_too_long_is_cut_by_whole_points_and_what_goes_stays_in_the_record() -> None:
    cited = [{"id": n, "lines": [2]} for n in range(1, 110)]
    whole, client = run(manuscript=too_long(), cite=cited_answer(cited=cited))
    asked = client.requests[1].messages[-1].content
    over = int(asked.partition("the page would be some ")[2].split()[0])
    assert 100 < over < whole.run.words - whole.run.words_asked  # a tenth may stay
    number = int(next(r for r in asked.splitlines() if "(heading) Tower 1" in r).split(".")[0])
    steps = int(next(r for r in asked.splitlines() if "The exchanger comes in steps" in r).split(".")[0])
    cut = [1, 3, 0, 999, steps + 1, number, *range(5, 100)]
    document, _ = run(manuscript=too_long(), cite=cited_answer(cited=cited, cut=cut))
    assert [p.heading for p in document.main_points if "Tower 1" in p.heading] == []
    assert len(document.overview) == 2 and len(document.main_points[-1].details[0].details) == 2
    assert abs(document.run.words - (whole.run.words - over)) <= 30
    texts = {d.text for d in document.dropped}
    assert texts and not texts & {d.text for p in document.main_points for d in p.details}
    assert all(d.lines for d in document.dropped) and document.status == "complete"


def long_checked(**check: Any) -> tuple[StudyDocument, ScriptedClient]:
    """A run on the manuscript that is too long, of which the call that cites named nothing to cut."""
    cited = [{"id": n, "lines": [2]} for n in range(1, 110)]
    return run(manuscript=too_long(), cite=cited_answer(cited=cited), check=EMPTY | {"cut": []} | check)


def number_in(client: ScriptedClient, words: str) -> int:
    """The number of the title or the statement that begins so in the check."""
    rows = client.requests[2].messages[-1].content.splitlines()
    return int(next(r for r in rows if words in r).split(".")[0])


def test_what_is_still_too_long_when_it_is_checked_loses_what_the_check_names_and_gains_nothing() -> None:
    whole, client = long_checked()
    asked = client.requests[2].messages[-1].content
    assert "words longer than it may be" in asked and "missing: stays empty in this task." in asked
    one, other = number_in(client, ". It w1x0"), number_in(client, ". It w5x0")
    document, _ = long_checked(cut=[one, 999, one, other])
    assert [d.text[:7] for d in document.dropped] == ["It w1x0", "It w5x0"]
    assert document.run.words == whole.run.words - 2 * 13 and document.status == "complete"


def test_what_a_check_names_may_be_put_right_too() -> None:
    _, client = long_checked()
    gone, row = number_in(client, ". It w1x0"), number_in(client, ". It w5x0")
    faults = [fault(id=row, text="It is put right.", lines=[2]), fault(id=gone, text="It goes.", lines=[2])]
    document, _ = long_checked(cut=[gone], faults=faults)
    texts = {d.text for p in document.main_points for d in p.flat()}
    assert "It is put right." in texts and "It goes." not in texts and not document.withheld


def test_where_the_check_comes_in_two_calls_both_name_what_goes() -> None:
    _, client = long_checked()
    rows = [number_in(client, f". It w{n}x0") for n in (1, 5)]
    answers = iter([cut_off(), *(EMPTY | {"cut": [n]} for n in rows)])
    cited = [{"id": n, "lines": [2]} for n in range(1, 110)]
    document, asked = run(manuscript=too_long(), cite=cited_answer(cited=cited), check=lambda r: next(answers))
    assert names(asked).count("check") == 3
    assert [d.text[:7] for d in document.dropped] == ["It w1x0", "It w5x0"]
    over = [re.findall(r"some (\d+) words longer", r.messages[-1].content) for r in asked.requests if r.name == "check"]
    assert [int(n) for (n,) in over[1:]] == [int(over[0][0]) // 2] * 2


def test_a_repeat_is_withheld_in_the_words_that_it_had_before_its_check() -> None:
    rows = (DraftStatement("It runs.", (1,)), DraftStatement("It runs.", (2,), before="It ran once."))
    out = without_repeats(Draft({"main_points": (DraftGroup(rows, "H"),)}))
    assert [w.text for w in out.withheld] == ["It ran once."]


def test_a_page_of_its_length_loses_nothing_to_its_check() -> None:
    document, client = run(check=EMPTY | {"cut": [5, 6]})
    assert "cut: stays empty in this task." in client.requests[2].messages[-1].content and document.dropped == ()


def test_a_statement_is_cut_with_what_is_nested_below_it_and_what_it_continues_stays() -> None:
    def row(word: str, continues: bool = False, *details: DraftStatement) -> DraftStatement:
        return DraftStatement(" ".join([word] * 12), (1,), continues=continues, details=details)

    rows = (row("a"), row("b", True, row("c")), row("d"), row("e", True), row("f"), row("g"))
    draft = Draft({"main_points": (DraftGroup(rows, "H"),)}).numbered()
    numbers = {s.text[0]: s.id for _, s in draft.statements()}
    parts = replace(draft, sections={"main_points": tuple(replace(g, part="P") for g in draft.sections["main_points"])})
    parts = parts.numbered()
    assert not any(shortened(parts, [parts.sections["main_points"][0].part_id], 100).statements())
    left = shortened(draft, [numbers["b"], numbers["d"]], 36)
    assert [(s.text[0], s.continues) for _, s in left.statements()] == [
        ("a", False), ("e", False), ("f", False), ("g", False)
    ]  # fmt: skip
    assert [d.text[0] for d in left.dropped] == ["b", "c", "d"]


def test_a_part_that_loses_all_headings_but_one_goes_in_front_of_that() -> None:
    made = too_long()
    for old, new in (("### A reactor", "### The plant\n\n#### A reactor"), ("### Tower 0", "#### Tower 0")):
        made["manuscript"] = made["manuscript"].replace(old, new)
    cited = [{"id": n, "lines": [2]} for n in range(1, 110)]
    whole, client = run(manuscript=made, cite=cited_answer(cited=cited))
    assert [p.part for p in whole.main_points][:3] == ["The plant", "The plant", None]
    asked = client.requests[1].messages[-1].content
    cut = int(next(r for r in asked.splitlines() if "(heading) Tower 0" in r).split(".")[0])
    document, _ = run(manuscript=made, cite=cited_answer(cited=cited, cut=[cut]))
    assert (document.main_points[0].part, document.main_points[0].heading) == (
        None,
        "The plant: A reactor and its tower",
    )


def test_a_page_of_its_length_is_not_cut_and_a_third_of_its_points_stays() -> None:
    document, client = run(cite=cited_answer(cut=[5, 6, 7]))
    assert "cut: stays empty" in client.requests[1].messages[-1].content and document.dropped == ()
    draft = Draft({"main_points": (DraftGroup(tuple(DraftStatement("a b c d", (1,)) for _ in range(50)), "H"),)})
    assert 60 <= shortened(draft.numbered(), range(2, 60), 1000).words() <= 70


def test_bars_between_cells_are_no_words_and_columns_are() -> None:
    rows = tuple(DraftStatement("Big reactor | 40", (1,), bound=True) for _ in range(3))
    table = DraftStatement("", (1,), details=rows, columns=("Machine", "Power in MW"))
    assert Draft({"main_points": (DraftGroup((table,), "Two machines"),)}).words() == 2 + 4 + 3 * 3
