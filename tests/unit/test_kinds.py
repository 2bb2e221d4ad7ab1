"""Kinds of notes: minutes and lecture notes from the request to the page, and what a record says of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from pipeline.capable.chunks import chunk_answer
from pipeline.capable.composing import composed_answer
from pipeline.cli.options import NOTES
from pipeline.document import StudyDocument
from pipeline.errors import SettingsError
from pipeline.labels import labels_for
from pipeline.lengths import words_for
from pipeline.own_sections import load_sections
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_document, draft_of_page
from pipeline.profile import CAPABLE, SMALL, NotesName, Recipe
from pipeline.sections import words_of, words_of_each
from pipeline.sections.kinds import KINDS, LECTURE, MINUTES, STUDY, sections_of
from tests.kinds import DECISION, EXAMPLE, QUESTION, TASKS, answering, empty, made, minutes
from tests.scripted import ScriptedClient, good_answer, written_answer


def number_of(client: ScriptedClient, row: str) -> int:
    """Under which number the check is shown a row."""
    (line,) = [r for r in client.requests[-1].messages[-1].content.splitlines() if row in r]
    return int(line.split(".")[0])


def fault_in(row: str, text: str, label: str = "", **sections: Any) -> StudyDocument:
    """Minutes in which the check puts a row right, and perhaps its label."""
    before = answering(**sections)
    made("minutes", before)
    return made("minutes", answering({"id": number_of(before, row), "text": text, "label": label}, **sections))


def test_minutes_have_decisions_tasks_questions_and_who_said_what_in_this_order() -> None:
    headings = [s.heading for s in minutes().outline()]
    assert headings == ["Overview", "Decisions", "Action Items", "Open Questions", "Who Said What"]


def test_fields_that_are_null_or_left_out_are_empty() -> None:
    plain = {"decisions": [DECISION | {"reason": ""}], "action_items": TASKS}
    tasks = [{key: value or None for key, value in task.items()} for task in TASKS]
    left_out = {"decisions": [{k: v for k, v in DECISION.items() if k != "reason"}], "action_items": tasks}
    of_empty_fields, of_left_out = (made("minutes", answering(**sections)) for sections in (plain, left_out))
    assert render_markdown(of_left_out) == render_markdown(of_empty_fields) and not of_left_out.withheld


def test_a_task_is_printed_with_its_owner_and_its_date_or_that_none_was_said() -> None:
    page = render_markdown(minutes())
    assert page.startswith("# Reactor — Minutes\n")
    assert "- **Ben:** Plan the heat exchanger.\n  - **Due:** 2031\n" in page
    assert "- **(nobody named):** Ask the city for its half.\n  - **Due:** (no date said)\n" in page
    assert "## Open Questions\n\n(none found)" in page and "## Key Concepts" not in page


def test_minutes_in_another_language_have_its_words_and_read_back() -> None:
    document = made("minutes", answering(action_items=TASKS), Recipe(notes="minutes", language="de"))
    page = render_markdown(document)
    assert page.startswith("# Reactor — Protokoll\n") and "## Offene Fragen\n\n(nichts gefunden)" in page
    words = labels_for("de")
    unsaid = f"- **{words.no_owner}:** Ask the city for its half.\n  - **{words.due}:** {words.no_date}\n"
    assert unsaid in page and words.no_owner != labels_for("en").no_owner
    read, written = (list(d.statements()) for d in (draft_of_page(page, document), draft_of_document(document)))
    assert [(n, s.label, s.text) for n, s in read] == [(n, s.label, s.text) for n, s in written]


def test_a_date_that_was_edited_has_the_lines_of_the_one_that_stood_there() -> None:
    document = minutes()
    page = draft_of_page(render_markdown(document).replace("(no date said)", "by the end of May"), document)
    (due,) = (s for _, s in page.statements() if s.text == "by the end of May")
    assert due.lines and not due.finding


def test_a_date_is_checked_and_put_right_alone() -> None:
    document = fault_in("Due: (no date said)", "before 2031", action_items=TASKS)
    due = document.more[1].items[1].details[0]
    assert (due.text, due.lead) == ("before 2031", "Due") and due.correction is not None
    assert due.correction.before == "(no date said)"


@pytest.mark.parametrize("text", ["before 2031", "Deadline: before 2031", "Due: before 2031"])
def test_the_name_of_a_field_stays_whatever_label_a_check_gives_it(text: str) -> None:
    document = fault_in("Due: (no date said)", text, "Deadline", action_items=TASKS)
    due = document.more[1].items[1].details[0]
    assert (due.text, due.lead) == ("before 2031", "Due")
    assert due.correction is not None and due.correction.before == "(no date said)"
    renamed = fault_in("Ben: Tell the council", "Tell the council of the loan.", "Ana", action_items=TASKS)
    assert renamed.more[1].items[2].lead == "Ana"


def test_a_task_that_is_withheld_takes_its_date_along_and_both_are_told() -> None:
    document = fault_in("Ben: Plan the heat exchanger.", "", action_items=TASKS)
    assert [i.text for i in document.more[1].items] == [t["task"] for t in TASKS[1:]]
    assert [(w.section, w.text) for w in document.withheld] == [("action_items", "Plan the heat exchanger. Due: 2031")]


def test_two_tasks_of_one_owner_with_one_date_both_keep_it() -> None:
    items = minutes().more[1].items
    assert [(i.lead, i.details[0].text) for i in items if i.lead == "Ben"] == [("Ben", "2031"), ("Ben", "2031")]


def test_a_task_that_is_written_twice_stands_once_and_one_with_another_date_is_another() -> None:
    later = TASKS[0] | {"due": "2032"}
    document = made("minutes", answering(action_items=[TASKS[0], TASKS[0], later]))
    assert [i.details[0].text for i in document.more[1].items] == ["2031", "2032"]
    assert document.withheld == ()


def test_an_item_without_a_text_has_its_lead_as_its_text() -> None:
    task = {"cites": [5], "owner": "Ben: ask the council.", "task": "", "due": "Monday"}
    page = render_markdown(made("minutes", answering(decisions=[DECISION | {"decision": ""}], action_items=[task])))
    assert f"- {DECISION['matter']}\n  - **Reason:** {DECISION['reason']}\n" in page
    assert "- Ben: ask the council.\n  - **Due:** Monday\n" in page


def test_an_item_of_which_nothing_can_stand_is_withheld_with_its_words_and_lines() -> None:
    question = {"cites": [6], "question": "", "raised_by": "Ana", "next": "Ask the council."}
    (withheld,) = made("minutes", answering(open_questions=[question])).withheld
    assert (withheld.section, withheld.text, withheld.lines) == ("open_questions", "Ana | Ask the council.", (6,))
    assert "is empty" in withheld.reason
    document = made("lecture", answering(exam_questions=[QUESTION | {"answer": ""}]))
    assert [w.text for w in document.withheld] == [QUESTION["question"]]


def test_a_term_a_person_and_a_heading_of_which_nothing_is_said_are_withheld() -> None:
    term, person = {"cites": [3], "term": "Tower", "definition": ""}, {"cites": [1], "name": "Ana", "who": " "}
    bare = {"heading": "Without the loan all ends", "points": []}
    main_points = [*written_answer()["main_points"], bare]
    document = made("study", answering(key_concepts=[term], people=[person], main_points=main_points))
    withheld = [(w.section, w.text) for w in document.withheld]
    assert withheld == [("main_points", bare["heading"]), ("people", "Ana"), ("key_concepts", "Tower")]


def test_an_item_that_cites_no_line_is_in_doubt_until_the_check_has_seen_it() -> None:
    client = answering(action_items=[TASKS[0] | {"cites": []}])
    document = made("minutes", client, Recipe(replace(CAPABLE, check="code"), notes="minutes"))
    assert document.more[1].items[0].finding == "it cites no line"


def test_lecture_notes_print_examples_step_by_step_and_questions_with_their_answers() -> None:
    document = made("lecture", answering(worked_examples=[EXAMPLE], exam_questions=[QUESTION]))
    page = render_markdown(document, citations=True)
    steps = "  - It replaces the tower. \\[0:40\\]\n  - It gives its heat to homes. \\[0:40\\]\n"
    assert f"homes does the exchanger warm? \\[0:40\\]\n{steps}  - **Result:** 5,000 homes" in page
    assert page.rstrip().endswith("- **What if there is no loan?** Then the project is dead, says Ben. \\[1:00\\]")
    assert page.index("## Worked Examples") < page.index("## Summary") < page.index("## Exam Questions")


def test_what_a_kind_adds_comes_on_top_of_the_usual_words() -> None:
    study, lecture = words_of_each(2000), words_of_each(2000, LECTURE.sections)
    assert {name: lecture[name] for name in study} == study
    assert words_of(Recipe(notes="lecture"), 9000) == words_for(9000) + sum(
        words_of_each(words_for(9000), LECTURE.sections)[name] for name in ("worked_examples", "exam_questions")
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_writing_and_checking_share_one_schema_with_a_field_for_each_section(kind: Any) -> None:
    client = answering()
    made(kind.name, client)
    write, check = client.requests
    assert write.schema == check.schema and write.messages[:2] == check.messages[:2]
    assert write.schema is not None
    assert list(write.schema["properties"]) == [*(s.name for s in kind.sections), "skipped", "faults", "missing"]


def test_a_part_of_a_long_meeting_is_told_which_sections_are_its_own() -> None:
    client = ScriptedClient(empty)
    made("minutes", client, Recipe(replace(CAPABLE, chunk_tokens=100), notes="minutes"))
    prompt = client.requests[0].messages[-1].content
    assert "main_points, decisions, action_items and open_questions are those of this part. " in prompt


def test_a_small_model_refuses_minutes_before_anything_is_asked() -> None:
    with pytest.raises(SettingsError, match=r"small model cannot write notes of the kind 'minutes'.*OPENAI_API_KEY"):
        Recipe(SMALL, notes="minutes")


@pytest.mark.parametrize("notes", ["study", "minutes", "lecture"])
def test_a_page_is_read_back_with_the_sections_lines_and_fields_that_its_record_has(notes: NotesName) -> None:
    more = {"action_items": TASKS, "decisions": [DECISION], "worked_examples": [EXAMPLE], "exam_questions": [QUESTION]}
    document = made(notes, answering(**more))
    read, record = draft_of_page(render_markdown(document), document), draft_of_document(document)
    shown = [(name, s.label, s.text, s.lines, s.bound) for name, s in record.statements() if name != "prerequisites"]
    assert [(name, s.label, s.text, s.lines, s.bound) for name, s in read.statements()] == shown


def test_every_statement_of_a_document_is_walked_in_reading_order() -> None:
    texts = [getattr(s, "text", "") for s in minutes().statements()]
    assert texts[1:4] == ["The tower is to be replaced in 2031.", "It costs.", "Plan the heat exchanger."]


def test_a_record_from_before_there_were_kinds_is_study_notes() -> None:
    raw = json.loads(made("study", ScriptedClient(good_answer)).model_dump_json())
    for name in ("notes", "order", "more"):
        del raw[name]
    document = StudyDocument.model_validate(raw)
    assert document.notes == "study" and [s.name for s in document.outline()][-1] == "summary"


@pytest.mark.parametrize(
    "bent",
    [
        {"order": ("overview", "decisions")},
        {"order": (*(s.name for s in MINUTES.sections), "nowhere")},
        {"order": (*(s.name for s in MINUTES.sections), "overview")},
    ],
)
def test_a_record_whose_order_is_not_that_of_its_sections_is_none(bent: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StudyDocument.model_validate(minutes().model_dump() | bent)


def test_settings_and_the_command_line_name_the_kinds_that_there_are() -> None:
    assert get_args(NotesName) == NOTES == tuple(kind.name for kind in KINDS)


def test_the_fields_of_an_answer_keep_the_order_by_which_stored_calls_are_known() -> None:
    sections = [s.name for s in STUDY.sections]
    answer = chunk_answer(STUDY.sections, has_speakers=True, has_manuscript=True)
    reported = ["skipped", "faults", "missing"]
    assert list(answer.model_fields) == ["manuscript", "cited", "cut", *sections, "speakers", *reported]
    assert list(composed_answer(STUDY.sections).model_fields) == [*sections, "dropped"]


def test_no_section_of_ones_own_can_be_called_as_another_field_of_an_answer_is(tmp_path: Path) -> None:
    answer = chunk_answer(STUDY.sections, has_speakers=True, has_manuscript=True)
    others = set(answer.model_fields) - {s.name for s in STUDY.sections}
    assert {"cut", "cited", "speakers"} <= others
    for name in others:
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text("# Of My Own\n\nSay something.\n", "utf-8")
        with pytest.raises(SettingsError, match=name):
            sections_of(Recipe(own=load_sections(tmp_path / name)))


def test_the_sections_of_a_kind_have_names_of_their_own() -> None:
    for kind in KINDS:
        names = [s.name for s in sections_of(Recipe(notes=kind.name))]  # type: ignore[arg-type]
        assert len(set(names)) == len(names) and "main_points" in names
