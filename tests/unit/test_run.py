import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.document import StudyDocument
from pipeline.errors import ContextTooLong, EndpointError, spending
from pipeline.llm import Completion, Request, Usage
from pipeline.llm.prices import cost_usd
from pipeline.llm.prompting import PromptSet
from pipeline.pages import render_markdown
from pipeline.profile import CAPABLE, Recipe
from pipeline.run import asummarise
from pipeline.transcript import Segment, Transcript
from tests.scripted import (
    EMPTY,
    LINES,
    POINTS,
    Answer,
    ScriptedClient,
    composed_answer,
    cut_off,
    fitting,
    good_answer,
    transcript,
    with_fault,
    written_answer,
)

ONCE = Recipe(replace(CAPABLE, manuscript=False))
PARTS = Recipe(replace(CAPABLE, chunk_tokens=100))  # `transcript()` in two parts
EMPTY_COMPOSED: dict[str, Any] = {name: [] for name in composed_answer()}
REFUSED = Completion("", "refusal", Usage(), "scripted")


def run(answers, recipe: Recipe | None = None, of: Transcript | None = None) -> tuple[StudyDocument, ScriptedClient]:  # noqa: ANN001
    client = ScriptedClient(answers)
    return asyncio.run(asummarise(of or transcript(), client, recipe=recipe or ONCE)), client


def names(client: ScriptedClient) -> list[str]:
    return [r.name for r in client.requests]


def test_a_short_talk_is_written_and_checked_by_the_model() -> None:
    document, client = run(good_answer, Recipe())
    assert names(client) == ["write", "check"]
    assert document.status == "complete"
    assert document.run.checked_by == "scripted" and document.run.profile == "capable"


def test_each_call_without_an_answer_is_in_the_usage() -> None:
    def answer(request: Request) -> Answer:
        empty = spending(EndpointError("the answer is empty"), Usage(60, 0, 10))
        return empty if request.name == "check" else good_answer(request)

    document, client = run(answer, PARTS)
    usage = document.run.usage
    assert document.status == "partial" and usage.calls == 3 and names(client).count("check") == 2
    assert (usage.prompt_tokens, usage.completion_tokens) == (3 * 100 + 2 * 60, 3 * 20 + 2 * 10)


def test_a_long_recording_is_written_by_parts_composed_and_checked_by_parts() -> None:
    document, client = run(good_answer, PARTS)
    assert names(client) == ["write", "write", "compose", "check", "check"]
    assert document.status == "complete"


def test_a_document_has_the_form_that_was_written() -> None:
    document, _ = run(good_answer)
    first, second = document.main_points
    assert (first.heading, second.heading) == ("A Reactor and Its Tower", "Paying for the Heat Exchanger")
    assert [d.lead for d in first.details] == ["Lund reactor", "Tower costs"]
    assert len(second.details[0].details) == 2
    assert document.key_concepts[0].term == "Cooling tower"


def test_who_is_who_stands_behind_the_points_with_its_lines_and_a_page_without_people_goes_without_it() -> None:
    ben = {"cites": [2, 6], "name": "Ben", "who": "Finds the cooling tower too expensive."}
    many, _ = run(lambda request: written_answer() | {"people": [ben]} if request.name == "write" else EMPTY)
    (people,) = many.more
    assert [(p.lead, [e.segment for e in p.evidence]) for p in people.items] == [("Ben", [2, 6])]
    assert [s.heading for s in many.outline()][2:5] == ["Main Points", "Who Is Who", "Key Concepts"]
    none, _ = run(good_answer)
    assert none.more == () and "people" not in none.order


def test_a_statement_carries_the_lines_that_it_cites_cut_by_code() -> None:
    document, _ = run(good_answer)
    assert [e.segment for e in document.summary[0].evidence] == [1, 4]
    assert document.summary[0].evidence[0].quote == LINES[0][1]


def test_a_statement_without_lines_stands_in_doubt_until_the_check_gives_it_some() -> None:
    bare = written_answer()
    bare["summary"][0]["cites"] = [99]
    document, _ = run([bare, EMPTY])
    assert document.summary[0].finding == "it cites no line"
    document, _ = run(with_fault(on="is to get a heat exchanger", verdict="citation", text="", lines=[4], written=bare))
    assert [e.segment for e in document.summary[0].evidence] == [4] and document.summary[0].support == "verified"


def test_writing_and_checking_share_their_prefix_and_their_schema() -> None:
    _, client = run(good_answer)
    write, check = client.requests
    assert write.messages[:2] == check.messages[:2] and write.schema == check.schema


def test_every_printed_statement_is_shown_to_the_check_in_its_final_words() -> None:
    document, client = run(good_answer)
    shown = client.requests[-1].messages[-1].content
    assert all(getattr(s, "text", getattr(s, "definition", "")) in shown for s in document.statements())
    assert all(p.heading in shown for p in document.main_points)
    assert all(p.text in shown for p in document.prerequisites)


def test_a_fault_that_the_check_puts_right_keeps_its_former_text() -> None:
    document, _ = run(with_fault(on="since 1998", text="The Lund reactor has run since 1998.", lines=[1]))
    detail = document.main_points[0].details[0]
    assert detail.text == "The Lund reactor has run since 1998."
    assert detail.correction and detail.correction.before.startswith("The Lund reactor makes 40 megawatts")
    assert detail.support == "verified"


@pytest.mark.parametrize(
    ("label", "text", "printed"),
    [
        ("Ben", "the project may be dead.", "Ben: the project may be dead."),
        ("Ana", "the project is dead.", "Ana: the project is dead."),
        ("Ben", "Ben: the project may be dead.", "Ben: the project may be dead."),
        ("Ben", "Ben : the project may be dead.", "Ben : the project may be dead."),
        ("", "Ben calls the project dead.", "Ben calls the project dead."),
    ],
)
def test_what_a_check_takes_for_the_label_of_a_detail_stays_in_its_text(label: str, text: str, printed: str) -> None:
    written = written_answer()
    written["main_points"][1]["points"][0]["details"][1]["text"] = "Ben: the project is dead without the loan."
    document, _ = run(with_fault(on="dead without the loan", label=label, text=text, lines=[6], written=written))
    detail = document.main_points[1].details[0].details[1]
    assert (detail.lead, detail.text) == (None, printed)


@pytest.mark.parametrize("said", ["Reactor: ", "Reactor : ", "Reactor：", "Lund reactor: "])  # the new or the old one
def test_a_label_is_not_said_twice(said: str) -> None:
    document, _ = run(with_fault(on="since 1998", label="Reactor", text=f"{said}it has run since 1998.", lines=[1]))
    detail = document.main_points[0].details[0]
    assert (detail.lead, detail.text) == ("Reactor", "it has run since 1998.")


def test_a_long_label_is_not_said_twice_and_a_later_colon_hides_no_owner() -> None:
    long = "Why the reactor at Lund has run"
    document, _ = run(with_fault(on="since 1998", label=long, text=f"{long}: it never stopped.", lines=[1]))
    assert document.main_points[0].details[0].text == "it never stopped."
    written = written_answer()
    written["main_points"][1]["points"][0]["details"][1]["text"] = "Ben: two ways are left: the loan or the end."
    document, _ = run(
        with_fault(on="two ways are left", label="Ben", text="one way is left: the loan.", lines=[6], written=written)
    )
    assert document.main_points[1].details[0].details[1].text == "Ben: one way is left: the loan."


@pytest.mark.parametrize("before", ["At 10:30 Ben called it dead.", "Ben gave two good reasons: loan and city."])
def test_a_colon_inside_a_text_makes_no_label(before: str) -> None:
    written = written_answer()
    written["main_points"][1]["points"][0]["details"][1]["text"] = before
    document, _ = run(with_fault(on=before, label="Outlook", text="Ben calls it dead.", lines=[6], written=written))
    assert document.main_points[1].details[0].details[1].text == "Ben calls it dead."


def test_a_statement_of_which_nothing_is_left_is_withheld_with_the_reason() -> None:
    document, _ = run(with_fault(on="since 1998", verdict="unsupported", why="nobody says it"))
    (withheld,) = document.withheld
    assert (withheld.section, withheld.reason, withheld.label, withheld.lines) == (
        "main_points",
        "nobody says it",
        "Lund reactor",
        (1,),
    )
    assert [d.lead for d in document.main_points[0].details] == ["Tower costs"]


def test_the_details_of_a_withheld_statement_stand_by_themselves() -> None:
    document, _ = run(with_fault(on="is to replace the tower", verdict="unsupported"))
    assert [d.lead for d in document.main_points[1].details] == [None, None]


def test_missing_lines_are_added_and_the_text_stays() -> None:
    document, _ = run(with_fault(on="since 1998", verdict="citation", lines=[1, 2]))
    detail = document.main_points[0].details[0]
    assert [e.segment for e in detail.evidence] == [1, 2]
    assert detail.support == "verified" and detail.correction is None


def test_a_heading_is_checked_too() -> None:
    document, _ = run(with_fault(on="A Reactor and Its Tower", text="A Reactor That Never Stops"))
    point = document.main_points[0]
    assert point.heading == "A Reactor That Never Stops"
    assert point.correction and point.correction.before == "A Reactor and Its Tower"


def test_code_looks_once_more_at_a_text_that_the_check_wrote() -> None:
    document, _ = run(with_fault(on="since 1998", text="The Lund reactor makes 70 megawatts.", lines=[1]))
    detail = document.main_points[0].details[0]
    assert detail.support == "weak" and detail.finding == "nobody says 70 in the recording"


def test_what_the_check_was_shown_and_let_stand_is_no_doubt_in_the_text_that_it_puts_right() -> None:
    written = written_answer()
    written["main_points"][0]["points"][0]["text"] = "The Lund reactor makes 41 megawatts without a stop."
    text = "The Lund reactor makes 41 megawatts."
    document, _ = run(with_fault(on="41 megawatts without a stop", text=text, lines=[1], written=written))
    detail = document.main_points[0].details[0]
    assert detail.correction and detail.support == "verified" and detail.remark == "nobody says 41 in the recording"


@pytest.mark.parametrize(
    ("text", "support", "told"),
    [
        ("The Lund reactor makes 41 megawatts.", "verified", "nobody says 41 in the recording"),
        ("The Lund reactor makes 41 megawatts, not 70.", "weak", "nobody says 41 or 70 in the recording"),
    ],
)
def test_of_several_figures_that_the_check_was_shown_only_a_new_one_is_a_doubt(
    text: str, support: str, told: str
) -> None:
    written = written_answer()
    written["main_points"][0]["points"][0]["text"] = "The Lund reactor makes 41 megawatts, and 43 in winter."
    document, _ = run(with_fault(on="43 in winter", text=text, lines=[1], written=written))
    detail = document.main_points[0].details[0]
    assert (detail.support, detail.finding or detail.remark) == (support, told)


def test_what_code_suspects_goes_to_the_check_as_a_remark() -> None:
    written = written_answer()
    written["summary"][0]["text"] = "The reactor at Lund makes 41 megawatts."
    document, client = run([written, EMPTY])
    assert "nobody says 41 in the recording" in client.requests[-1].messages[-1].content
    assert document.summary[0].support == "verified"  # the model has looked and found nothing


def test_the_check_is_given_no_hint_where_code_suspects_nothing_and_knows_what_a_reader_knows() -> None:
    shown = run(good_answer)[1].requests[1].messages[-1].content
    assert "a program's hint" not in shown
    assert "== Prerequisites\n- Basic familiarity with power plants (megawatts, cooling)\n" in shown


def test_a_fault_with_a_number_that_no_statement_has_changes_nothing_and_is_told() -> None:
    document, _ = run(with_fault(id=99, text="Something else."))
    assert document == run(good_answer)[0].model_copy(update={"run": document.run, "source": document.source})
    told = (
        "the check objects to something that is not on the page: partly: it is too strong; suggested: Something else."
    )
    assert document.source.warnings == (told,)


def test_a_check_that_fails_leaves_the_notes_standing_as_not_checked() -> None:
    document, _ = run(lambda r: REFUSED if r.name == "check" else good_answer(r))
    assert document.status == "partial" and "not checked" in document.problems[0].message
    assert {s.support for s in document.statements()} == {"weak"}


def test_a_check_that_is_cut_off_is_asked_for_in_two_halves() -> None:
    answers: list[Answer] = [written_answer(), cut_off(), EMPTY, EMPTY]
    document, client = run(answers)
    assert document.status == "complete" and len(client.requests) == 4


def test_the_halves_of_a_check_that_was_cut_off_stand_beside_the_same_lines() -> None:
    _, client = run([written_answer(), cut_off(), EMPTY, EMPTY])
    assert len({r.messages[:-1] for r in client.requests[1:]}) == 1
    first, second = (r.messages[-1].content for r in client.requests[2:])
    assert "\n1. " in first and "\n10. " not in first and "\n10. " in second


def test_what_no_check_was_answered_for_is_told_by_its_own_lines() -> None:
    def cut_at_one(request: Request) -> Answer:
        asked = request.messages[-1].content
        return cut_off() if request.name == "check" and " 8. Ben says" in asked else good_answer(request)

    document, _ = run(cut_at_one)
    (problem,) = document.problems
    assert "statements of lines 6–6 were not checked" in problem.message
    assert [s.text for s in document.statements() if s.support == "weak"] == [POINTS[4][1]]


@pytest.mark.parametrize(
    ("name", "told"), [("check", "statements of lines 1–6 were not checked"), ("write", "no notes on lines 1–24")]
)
def test_halving_ends_where_every_answer_is_cut_and_the_stretch_is_one_problem(name: str, told: str) -> None:
    document, client = run(lambda r: cut_off() if r.name == name else good_answer(r), of=transcript(LINES * 4))
    assert names(client).count(name) == 9
    (problem,) = document.problems
    assert told in problem.message
    assert "even those for smaller parts (try another model" in problem.message


def test_halving_goes_on_beside_one_line_at_which_every_answer_is_cut() -> None:
    poisoned = transcript([*LINES[:3], ("Ana", "Say it again and again without any end."), *LINES[3:], *LINES])

    def repeats(request: Request) -> Answer:
        lines = request.messages[1].content.split("This part:")[-1]
        return cut_off() if request.name == "write" and "again and again" in lines else good_answer(request)

    document, _ = run(repeats, of=poisoned)
    assert [p.message[:24] for p in document.problems if "no notes" in p.message] == ["no notes on lines 4–4: t"]
    assert document.coverage.read == 12


def test_a_check_that_is_too_long_for_a_single_line_leaves_its_statement_as_not_checked() -> None:
    one, answer = transcript(LINES[:1]), written_answer()
    only = EMPTY | {"summary": [{"cites": [1], "text": answer["main_points"][0]["points"][0]["text"]}]}
    document, _ = run([only, ContextTooLong("too long")], of=one)
    assert [s.support for s in document.statements()] == ["weak"] and document.status == "partial"


def test_a_check_that_is_too_long_is_asked_for_beside_half_of_the_lines() -> None:
    def narrow(request: Request) -> Answer:
        shown = request.messages[1].content.split("This part:")[-1]
        if request.name == "check" and LINES[0][1] in shown and LINES[5][1] in shown:
            return ContextTooLong("too long")
        return good_answer(request)

    document, client = run(narrow)
    assert document.status == "complete" and names(client).count("check") == 3


def test_checking_by_code_asks_the_model_nothing_more() -> None:
    document, client = run(good_answer, Recipe(replace(CAPABLE, check="code", manuscript=False)))
    assert names(client) == ["write"] and document.run.checked_by == "code"


def test_an_answer_that_does_not_fit_is_asked_again_once_with_the_error() -> None:
    document, client = run([{"main_points": 3}, written_answer(), EMPTY])
    assert document.status == "complete"
    assert "could not be used" in client.requests[1].messages[-1].content


def test_an_answer_that_never_fits_makes_the_document_partial_with_its_lines() -> None:
    document, _ = run(lambda r: "no")
    assert document.status == "partial" and "lines 1–6" in document.problems[0].message


def test_one_bad_point_sinks_no_answer_and_is_told() -> None:
    written = written_answer()
    written["main_points"][0]["points"].append(
        {"cites": "?", "lead": "", "text": "Something", "columns": [], "details": []}
    )
    document, client = run([written, EMPTY])
    assert document.status == "complete" and len(client.requests) == 2
    (withheld,) = document.withheld
    assert withheld.text == "Something" and withheld.reason.startswith("it did not match the schema: cites: ")
    assert withheld.section == "main_points"


def test_a_term_that_does_not_fit_is_withheld_from_its_own_section() -> None:
    written = written_answer()
    written["key_concepts"].append({"cites": [3], "term": "Tower"})
    document, _ = run([written, EMPTY])
    assert [(w.section, w.text) for w in document.withheld] == [("key_concepts", "Tower")]


def _with_headings(*headings: str) -> dict[str, Any]:
    """The document with the first heading's points under one heading each, then the others."""
    written = written_answer()
    first, second = written["main_points"]
    points = [[p] for p in first["points"]] + [second["points"]]
    return written | {"main_points": [{"heading": h, "points": p} for h, p in zip(headings, points, strict=True)]}


@pytest.mark.parametrize(
    ("headings", "printed"),
    [
        (("A", "", "B"), {"A": 2, "B": 1}),
        (("", "A", " "), {"A": 3}),
        (("", "\n", "A"), {"A": 3}),
        (("", "", ""), {"Lund reactor": 3}),
    ],
)
def test_points_without_a_heading_stand_under_a_neighbouring_one(
    headings: Sequence[str], printed: dict[str, int]
) -> None:
    document, _ = run([_with_headings(*headings), EMPTY])
    assert {m.heading: len(m.details) for m in document.main_points} == printed
    assert document.status == "complete" and document.withheld == ()


def test_points_without_any_heading_or_lead_stand_under_that_of_their_section() -> None:
    written = _with_headings("", "", "")
    for section in written["main_points"]:
        section["points"][0]["lead"] = ":"
    document, _ = run([written, EMPTY])
    assert [m.heading for m in document.main_points] == ["Main Points"]


def test_a_cut_off_answer_is_asked_for_in_two_halves_which_are_composed() -> None:
    asked: list[Request] = []

    def cut_first(request: Request) -> Answer:
        asked.append(request)
        return cut_off() if len(asked) == 1 else good_answer(request)

    document, _ = run(cut_first)
    assert [r.name for r in asked] == ["write", "write", "write", "compose", "check"]
    assert document.coverage.read == 6


def test_a_part_that_gives_nothing_makes_the_document_partial_with_its_lines() -> None:
    def second_fails(request: Request) -> Answer:
        if request.name == "write" and "Part 2" in request.messages[1].content:
            return Completion("", "content_filter", Usage(), "scripted")
        return good_answer(request)

    document, _ = run(second_fails, PARTS)
    assert document.status == "partial"
    assert "a content filter stopped the answer" in document.problems[0].message
    assert document.coverage.read < 6


def test_a_part_is_asked_for_no_summary_of_its_own() -> None:
    _, client = run(good_answer, PARTS)
    assert "summary stays empty" in client.requests[0].messages[-1].content
    assert "summary (" not in client.requests[0].messages[-1].content


def test_a_later_part_is_shown_how_the_recording_begins() -> None:
    _, client = run(good_answer, PARTS)
    second = next(r for r in client.requests if "Part 2" in r.messages[1].content)
    assert LINES[0][1] in second.messages[1].content


def test_an_endpoint_that_is_gone_ends_the_document() -> None:
    with pytest.raises(EndpointError):
        run(lambda r: EndpointError("gone", fatal=True))


def test_greetings_and_adverts_are_counted_as_filler() -> None:
    skipping = written_answer() | {"skipped": [{"first": 3, "last": 3}], "key_concepts": []}
    document, _ = run([skipping, EMPTY])
    assert document.coverage.filler == 1


def test_the_same_answers_give_the_same_page() -> None:
    assert render_markdown(run(good_answer)[0]) == render_markdown(run(good_answer)[0])


def test_a_recording_without_anything_worth_a_note_gives_an_empty_document() -> None:
    silence = Transcript("silence", (Segment(1, "Hm."),))
    document, client = run(lambda r: EMPTY, of=silence)
    assert document.main_points == () and document.status == "complete"
    assert names(client) == ["write"]


def test_an_answer_without_main_points_is_asked_for_again() -> None:
    document, client = run([EMPTY, written_answer(), EMPTY])
    assert document.status == "complete" and len(document.main_points) == 2
    assert "main_points is empty" in client.requests[1].messages[-1].content


def test_an_answer_without_main_points_stands_where_the_one_asked_for_again_cannot_be_used() -> None:
    bare = written_answer() | {"main_points": []}
    document, _ = run([bare, "I am sorry.", EMPTY], Recipe())
    assert document.status == "partial" and document.summary and document.overview


def test_an_answer_that_has_no_main_points_twice_stands_and_makes_the_document_partial() -> None:
    bare = written_answer() | {"main_points": []}
    document, client = run(lambda r: bare if r.name == "write" else EMPTY, Recipe())
    assert names(client) == ["write", "write", "check"]
    assert document.status == "partial" and document.summary and document.main_points == ()
    assert "lines 1–6" in document.problems[0].message and "no main point" in document.problems[0].message
    document, _ = run(lambda r: EMPTY, Recipe())
    assert document.status == "partial"


def test_a_recording_that_is_called_filler_from_end_to_end_needs_no_main_points() -> None:
    document, client = run([EMPTY | {"skipped": [{"first": 1, "last": 6}]}], Recipe())
    assert document.status == "complete" and names(client) == ["write"]


def test_a_part_without_main_points_is_told_by_its_lines() -> None:
    def second_empty(request: Request) -> Answer:
        if request.name == "write" and "Part 2" in request.messages[1].content:
            return fitting(EMPTY, request)
        if request.name == "compose":
            rows = [{"cites": [n], "lead": "", "text": "", "columns": [], "details": []} for n in (1, 2, 3)]
            return EMPTY_COMPOSED | {"main_points": [{"heading": "H", "points": rows}]}
        return good_answer(request)

    document, client = run(second_empty, PARTS)
    assert names(client).count("write") == 3 and document.status == "partial" and document.main_points
    assert len(document.problems) == 1 and "no main point" in document.problems[0].message


def test_a_document_names_the_prompts_that_it_was_made_with_and_no_others() -> None:
    """Not those of the documents that were made before it with the same set."""
    prompts = PromptSet()
    prompts.load("compose.v6")
    document = asyncio.run(asummarise(transcript(), ScriptedClient(good_answer), prompts=prompts))
    assert "compose.v6" not in document.run.prompts and "check.v8" in document.run.prompts


def test_the_record_prices_each_call_by_itself() -> None:
    """The price list has a higher price for one prompt as long as all of these."""

    def answer(request: Request) -> Completion:
        return Completion(json.dumps(good_answer(request)), "stop", Usage(150_000, 0, 20), "gpt-6-luna")

    client, at = ScriptedClient(answer), "https://api.openai.com"
    client.model = "gpt-6-luna"
    usage = asyncio.run(asummarise(transcript(), client, endpoint=at)).run.usage
    one = cost_usd("gpt-6-luna", at, Usage(150_000, 0, 20))
    assert one and usage.prompt_tokens > 272_000 and usage.cost_usd == pytest.approx(usage.calls * one)
