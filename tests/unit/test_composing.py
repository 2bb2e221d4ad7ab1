import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.capable.composing import compose, composed, composed_answer, ensure_usable
from pipeline.capable.job import Job
from pipeline.capable.rows import NumberedRows, table_of
from pipeline.capable.writing import WrittenPart
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.labels import labels_for
from pipeline.llm.answers import Unusable
from pipeline.own_sections import OwnField, OwnSection
from pipeline.profile import Recipe
from pipeline.sections import STUDY, Section, sections_of
from pipeline.verification import Recording
from tests.scripted import Answer, ScriptedClient, structured, transcript, unreported


def part(first: int, *texts: str, heading: str = "Heading", term: str = "Term") -> WrittenPart:
    points = tuple(DraftStatement(t, (first + i,), f"Lead {first + i}") for i, t in enumerate(texts))
    concepts = (DraftStatement(f"What {term} is.", (first,), term),)
    about = (DraftStatement(f"Part from line {first}.", (first,)),)
    return WrittenPart(
        {
            "overview": (DraftGroup(about),),
            "prerequisites": (DraftGroup((DraftStatement("Some physics", ()),)),),
            "main_points": (DraftGroup(points, heading),),
            "key_concepts": (DraftGroup(concepts),),
        },
        read=frozenset(range(first, first + len(texts))),
    )


PARTS = [part(1, "One.", "Two."), part(3, "Three.", "Four.", heading="Other", term="Else")]
AS_WRITTEN = {"lead": "", "text": "", "columns": [], "details": []}


def answer_of(**sections: Any) -> Any:
    answer = composed_answer(STUDY.sections)
    return answer.model_validate({name: [] for name in answer.model_fields} | sections)


def english_table(
    parts: Sequence[WrittenPart], sections: tuple[Section, ...] = STUDY.sections
) -> tuple[NumberedRows, str]:
    """The table of parts of English notes, and the text that shows it."""
    return table_of(parts, sections, labels_for("en"))


def arranged(*numbers: int) -> list[dict[str, Any]]:
    return [{"heading": "All", "points": [{"cites": [n]} | AS_WRITTEN for n in numbers]}]


def composed_with(*answers: Any) -> tuple[Draft, ScriptedClient]:
    return composed_of(PARTS, Recipe(), answers)


def composed_of(
    parts: Sequence[WrittenPart], recipe: Recipe, answers: Sequence[Answer]
) -> tuple[Draft, ScriptedClient]:
    client = ScriptedClient(answers)
    talk = transcript()
    job = Job(talk, Recording(talk), [], recipe, structured(client), unreported(), has_manuscript=False)
    return asyncio.run(compose(parts, [], job)), client


def test_points_are_numbered_through_all_parts_and_terms_after_them() -> None:
    table, rows = english_table(PARTS)
    assert [s.text for s in table.rows[:6]] == ["One.", "Two.", "Three.", "Four.", "What Term is.", "What Else is."]
    assert [s.text for s in table.rows[6:]] == ["Part from line 1.", "Part from line 3."]
    assert "3. Lead 3: Three." in rows and "6. Else: What Else is." in rows and rows.count("Some physics") == 1


def test_a_point_that_is_only_named_stands_as_it_was_written() -> None:
    table, _ = english_table(PARTS)
    (group,) = composed(answer_of(main_points=arranged(4, 1)), table)["main_points"]
    assert [(s.label, s.text, s.lines) for s in group.statements] == [
        ("Lead 4", "Four.", (4,)),
        ("Lead 1", "One.", (1,)),
    ]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (("A", "A", "B", "B"), ["A", "A", "B", "B"]),
        (("A", "A", "B", ""), ["A", "A", "B", ""]),
        (("A", "A", "B", "A"), ["A", "A", "B", "A"]),
        (("A", "A", "A", "A"), [""] * 4),  # the whole page
        (("", None, " ", ""), [""] * 4),
    ],
)
def test_an_editor_may_put_sections_under_the_titles_of_parts(parts: tuple[str | None, ...], found: list[str]) -> None:
    table, _ = english_table(PARTS)
    rows = [
        {"heading": f"H{n}", "points": [{"cites": [n]} | AS_WRITTEN]} | ({} if part is None else {"part": part})
        for n, part in enumerate(parts, 1)
    ]
    groups = composed(answer_of(main_points=rows), table)["main_points"]
    assert [g.part for g in groups] == found
    assert [g.heading for g in groups][:2] == ["H1", "H2"] and groups[2].heading in ("H3", "B: H3")


def test_joined_points_cite_the_lines_of_both() -> None:
    table, _ = english_table(PARTS)
    joined = {
        "heading": "All",
        "points": [{"cites": [1, 3], "lead": "", "text": "One and three.", "columns": [], "details": []}],
    }
    (group,) = composed(answer_of(main_points=[joined]), table)["main_points"]
    assert group.statements[0].text == "One and three." and group.statements[0].lines == (1, 3)


def test_an_answer_with_a_number_that_no_point_has_is_unusable() -> None:
    table, _ = english_table(PARTS)
    with pytest.raises(Unusable, match="the last is 8"):
        ensure_usable(answer_of(main_points=arranged(1, 2, 3, 4, 9)), table)


def test_an_answer_with_a_sentence_that_cites_no_point_is_unusable() -> None:
    table, _ = english_table(PARTS)
    with pytest.raises(Unusable, match="not told which points"):
        ensure_usable(answer_of(main_points=arranged(1, 2, 3, 4), summary=[{"cites": [], "text": "S."}]), table)


@pytest.mark.parametrize("cites", [[], [9]], ids=["no number", "a number that is not there"])
def test_a_nested_sentence_that_tells_no_point_rests_on_those_of_its_own(cites: list[int]) -> None:
    below = {"text": "All.", "details": [{"cites": cites, "text": "More."}]}
    (point,) = placed_points({"cites": [1, 2, 3, 4]} | AS_WRITTEN | below)
    assert [d.lines for d in point.details] == [(1, 2, 3, 4)]


def test_numbers_that_are_not_there_are_left_out_beside_others_and_told() -> None:
    told = [{"cites": [1, 99], "text": "S."}]
    draft, client = composed_with(answer_of(main_points=arranged(1, 2, 3, 4), summary=told).model_dump())
    assert [s.lines for s in draft.sections["summary"][0].statements] == [(1,)] and len(client.requests) == 1
    assert draft.remarks == ("composing cited 99, which no point or item has as its number: left out",)


@pytest.mark.parametrize(
    "points",
    [
        [1, 2, "3"],
        ["#1", "[2]", {"cites": 3}],
        [{"cites": ["#1", "2-3"]}],
        [{"cites": "1, 2"}, {"cites": [3]}],
        [{"cites": ["1-2", 3]} | AS_WRITTEN],
    ],
)
def test_points_may_be_named_in_any_form_of_their_numbers(points: list[Any]) -> None:
    answer = answer_of().model_dump() | {"main_points": [{"heading": "All", "points": points}], "dropped": "#4"}
    draft, client = composed_with(answer)
    assert [s.text for s in draft.sections["main_points"][0].statements] == ["One.", "Two.", "Three."]
    assert [d.text for d in draft.dropped] == ["Lead 4: Four."] and len(client.requests) == 1


def test_dropped_may_be_left_out_and_an_item_that_does_not_fit_goes_alone() -> None:
    answer = answer_of(main_points=arranged(1, 2, 3, 4)).model_dump()
    answer["main_points"][0]["points"][2:2] = ["see above", {"cites": ["3", "x"]} | AS_WRITTEN]
    del answer["dropped"]
    draft, client = composed_with(answer)
    texts = [s.text for s in draft.sections["main_points"][0].statements]
    assert texts == ["One.", "Two.", "Three.", "Three.", "Four."] and len(client.requests) == 1
    assert [w.text for w in draft.withheld] == ['"see above"', '"x"']


def test_points_that_are_arranged_under_no_heading_stand_under_the_one_before() -> None:
    bare = {"heading": "", "points": arranged(3, 4)[0]["points"]}
    draft, _ = composed_with(answer_of(main_points=[*arranged(1, 2), bare]).model_dump())
    (group,) = draft.sections["main_points"]
    assert group.heading == "All" and [s.text for s in group.statements] == ["One.", "Two.", "Three.", "Four."]


def test_a_point_that_is_named_below_one_that_stands_as_written_stands_there() -> None:
    below = {"cites": [1]} | AS_WRITTEN | {"details": [{"cites": [2], "text": "Two, in other words."}]}
    good = answer_of(main_points=[{"heading": "All", "points": [below, *arranged(3, 4)[0]["points"]]}], dropped=[2])
    draft, _ = composed_with(good.model_dump())
    point = draft.sections["main_points"][0].statements[0]
    assert (point.text, [(d.text, d.lines) for d in point.details]) == ("One.", [("Two, in other words.", (2,))])
    assert draft.dropped == ()


def test_a_lead_may_be_written_anew_alone() -> None:
    first, second = placed_points({"cites": [1, 2]} | AS_WRITTEN | {"lead": "New:"})
    assert [(s.label, s.text) for s in (first, second)] == [("New", "One."), ("Lead 2", "Two.")]


LISTED = DraftStatement(
    "Why it ends:", (1,), "End", (DraftStatement("No loan.", (1,)), DraftStatement("No city.", (2,)))
)
ROWS = tuple(DraftStatement(text, (3,), bound=True) for text in ("Loan | ten", "Tower | three"))
TABLE = DraftStatement("The figures are:", (3,), "Figures", ROWS, columns=("What", "Years"))


def placed_points(*points: dict[str, Any], parts: Sequence[WrittenPart] = PARTS) -> Sequence[DraftStatement]:
    """The statements of an answer with these points under one heading."""
    table, _ = english_table(parts)
    rest = [{"cites": [n]} | AS_WRITTEN for n in range(1, table.points + 1)]
    answer = answer_of(main_points=[{"heading": "All", "points": [*points]}, {"heading": "Rest", "points": rest}])
    ensure_usable(answer, table)
    return composed(answer, table)["main_points"][0].statements


def listed(*points: DraftStatement) -> list[WrittenPart]:
    return [WrittenPart({"main_points": (DraftGroup(points, "All"),)})]


def test_a_reworded_point_keeps_its_lead_and_what_it_still_leads_up_to() -> None:
    (point,) = placed_points({"cites": [1]} | AS_WRITTEN | {"text": "It ends, since:"}, parts=listed(LISTED))
    assert (point.label, point.text, point.details) == ("End", "It ends, since:", LISTED.details)


@pytest.mark.parametrize("below", [[], [{"cites": [2], "text": "There is no loan."}]])
def test_a_reworded_point_has_below_it_what_the_editor_writes_and_the_rest_is_kept_as_dropped(below: list[Any]) -> None:
    anew = {"cites": [1, 2]} | AS_WRITTEN | {"text": "It ends without a city.", "details": below}
    answer = answer_of(main_points=[{"heading": "All", "points": [anew, *arranged(3)[0]["points"]]}])
    draft, _ = composed_of([*listed(LISTED, TABLE), part(5, "Five.")], Recipe(), [answer.model_dump()])
    point = draft.sections["main_points"][0].statements[0]
    assert (point.label, point.columns, [d.text for d in point.details]) == ("", (), [d["text"] for d in below])
    left = [] if below else ["No loan.", "No city."]
    assert [(d.text, d.section) for d in draft.dropped] == [
        (t, "main_points") for t in (*left, "Loan | ten", "Tower | three")
    ]


def test_what_a_reworded_point_says_itself_is_not_nested_below_it_again() -> None:
    said = {"text": "It ends, as there is no loan; besides:"}
    (point,) = placed_points({"cites": [1]} | AS_WRITTEN | said, parts=listed(LISTED))
    assert [d.text for d in point.details] == ["No city."]


def test_a_reworded_point_keeps_its_table_and_takes_new_rows_or_columns_for_it() -> None:
    reworded = {"cites": [1]} | AS_WRITTEN | {"text": "In years, the loan is ten:"}
    rows = [{"cites": [1], "text": text} for text in ("Loan | 10", "Tower | 3")]
    fields: list[dict[str, Any]] = [{}, {"details": rows}, {"columns": ["Thing", "Number"]}]
    for field in (*fields, *({"text": ""} | f for f in fields[1:])):
        (point,) = placed_points(reworded | field, parts=listed(TABLE))
        assert point.columns == tuple(field.get("columns", TABLE.columns)) and all(d.bound for d in point.details)
        texts = [d["text"] for d in field.get("details", [])] or [d.text for d in ROWS]
        assert [d.text for d in point.details] == texts


def test_points_that_are_joined_keep_all_below_them_with_rows_in_words() -> None:
    joined = {"cites": [1, 2]} | AS_WRITTEN | {"text": "Both:"}
    (point,) = placed_points(joined, parts=listed(LISTED, TABLE))
    assert (point.label, point.columns) == ("", ())
    below = ["No loan.", "No city.", "Loan: Years: ten", "Tower: Years: three"]
    assert [d.labelled for d in point.details] == below and not any(d.bound for d in point.details)


def test_terms_that_are_named_by_number_stand_as_they_were_written_each_once() -> None:
    again = [*PARTS, part(5, "Five.", term="Term")]
    table, _ = english_table(again)
    terms = [{"cites": [6, 8]}, {"cites": [7], "term": "Something else"}, {"cites": [1], "term": "Bare"}]
    rows = [{"term": "", "definition": ""} | term for term in terms]
    answer = answer_of(main_points=arranged(1, 2, 3, 4, 5), key_concepts=rows)
    (group,) = composed(answer, table)["key_concepts"]
    assert [s.labelled for s in group.statements] == ["Term: What Term is.", "Something else: What Else is."]
    draft, _ = composed_of(again, Recipe(), [answer.model_dump()])
    assert [(w.section, w.text, w.lines) for w in draft.withheld] == [("key_concepts", "Bare", (1,))]


def test_a_heading_without_points_is_withheld() -> None:
    bare = {"heading": "Without the loan all ends", "points": []}
    draft, _ = composed_with(answer_of(main_points=[*arranged(1, 2, 3, 4), bare]).model_dump())
    assert [(w.section, w.text) for w in draft.withheld] == [("main_points", bare["heading"])]


def test_people_of_all_parts_are_taken_by_number_and_one_who_returns_stands_once() -> None:
    def with_people(of: WrittenPart, *who: tuple[str, str]) -> WrittenPart:
        rows = tuple(DraftStatement(text, (min(of.read),), name) for name, text in who)
        return replace(of, sections={**of.sections, "people": (DraftGroup(rows),)})

    first, second = PARTS
    parts = [with_people(first, ("Ana", "An engineer."), ("Ben", "A host.")), with_people(second, ("Ana", "Of Lund."))]
    _, rows = english_table(parts)
    ana, ben, again = (int(line.split(".")[0]) for line in rows.split("== people\n")[1].splitlines())
    joined = {"cites": [ana, again], "name": "Ana", "who": "An engineer of Lund."}
    good = answer_of(main_points=arranged(1, 2, 3, 4), people=[joined, {"cites": [ben], "name": "", "who": ""}])
    draft, client = composed_of(parts, Recipe(), [good.model_dump()])
    assert "if more than two people speak" in client.requests[0].messages[-1].content
    told = [(s.label, s.text, s.lines) for s in draft.sections["people"][0].statements]
    assert told == [("Ana", "An engineer of Lund.", (1, 3)), ("Ben", "A host.", (1,))]


def test_people_whom_the_editor_leaves_out_are_told_as_dropped() -> None:
    named = DraftGroup((DraftStatement("An engineer.", (1,), "Ana"),))
    parts = [replace(PARTS[0], sections={**PARTS[0].sections, "people": (named,)}), PARTS[1]]
    draft, _ = composed_of(parts, Recipe(), [answer_of(main_points=arranged(1, 2, 3, 4)).model_dump()])
    assert draft.sections["people"] == ()
    assert [(d.section, d.text) for d in draft.dropped] == [("people", "Ana: An engineer.")]


def test_people_whom_no_part_has_are_nobody_for_the_editor_either() -> None:
    made_up = {"cites": [1], "name": "Carl", "who": "A mayor."}
    draft, _ = composed_with(answer_of(main_points=arranged(1, 2, 3, 4), people=[made_up]).model_dump())
    assert draft.sections["people"] == ()
    assert [(w.text, w.lines) for w in draft.withheld] == [("Carl | A mayor.", (1,))]


def test_points_may_be_dropped_by_name_only() -> None:
    table, _ = english_table(PARTS)
    ensure_usable(answer_of(main_points=arranged(1), dropped=[2, 3, 4]), table)
    with pytest.raises(Unusable, match="neither used nor named"):
        ensure_usable(answer_of(main_points=arranged(1)), table)


def test_what_is_unusable_is_asked_again_with_the_reason() -> None:
    bad, good = answer_of(main_points=arranged(9)), answer_of(main_points=arranged(1, 2, 3), dropped=[4])
    draft, client = composed_with(bad.model_dump(), good.model_dump())
    assert "there are no points or terms" in client.requests[1].messages[-1].content
    assert [d.text for d in draft.dropped] == ["Lead 4: Four."] and draft.dropped[0].lines == (4,)


def test_composing_that_fails_leaves_the_parts_one_after_the_other() -> None:
    draft, _ = composed_with("no", "no")
    assert [g.heading for g in draft.sections["main_points"]] == ["Heading", "Other"]
    assert "composing failed" in draft.problems[0].message
    (terms,) = draft.sections["key_concepts"]
    assert [s.label for s in terms.statements] == ["Term", "Else"] and draft.dropped == ()


def test_a_term_that_returns_in_other_words_is_told_as_dropped_where_parts_are_joined() -> None:
    first, second = PARTS
    other = DraftGroup((DraftStatement("What Term is as well.", (3,), "Term"),))
    draft, _ = composed_of([first, replace(second, sections={"key_concepts": (other,)})], Recipe(), ["no", "no"])
    assert [(d.section, d.text) for d in draft.dropped] == [("key_concepts", "Term: What Term is as well.")]


def test_an_editor_is_told_of_every_section_and_how_many_words_the_points_may_take() -> None:
    good = answer_of(main_points=arranged(1, 2, 3, 4))
    _, client = composed_with(good.model_dump())
    task = client.requests[0].messages[-1].content
    assert "words; those above have 12)" in task and "\nsummary: " in task and "$" not in task
    assert (
        "stand items that are numbered" not in task and task.count("people: stays empty.") == 1
    )  # these parts have none


WISH = OwnSection("risks", "Risks", "The gravest first.", (OwnField("risk", "it"),), "risk", "", 0.1, 3)
MEETING = Recipe(notes="minutes", own=(WISH,))
BLANK = {"owner": "", "task": "", "due": ""}


def meeting(first: int, owner: str, risk: str) -> WrittenPart:
    """A part of a meeting with a point, two tasks of one owner and a risk, on two lines."""
    due = (DraftStatement("Friday", (first,), "Due", bound=True),)
    tasks = tuple(DraftStatement(f"Task {n}.", (n,), owner, due) for n in (first, first + 1))
    own = {"action_items": (DraftGroup(tasks),), "risks": (DraftGroup((DraftStatement(risk, (first,)),)),)}
    return WrittenPart({**part(first, f"Point {first}.").sections, **own}, read=frozenset({first, first + 1}))


MEETING_PARTS = [meeting(1, "Ana", "Fire."), meeting(3, "Ben", "Flood.")]


def minutes_of(*answers: Any) -> tuple[Draft, ScriptedClient]:
    return composed_of(MEETING_PARTS, MEETING, answers)


def edited(**sections: Any) -> dict[str, Any]:
    names = [s.name for s in sections_of(MEETING)]
    points = [{"heading": "All", "points": [{"cites": [n]} | AS_WRITTEN for n in (1, 2)]}]
    return {name: [] for name in (*names, "dropped")} | {"main_points": points} | sections


def tasks_of(draft: Draft) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(s.label, s.text, s.lines) for g in draft.sections["action_items"] for s in g.statements]


def test_items_are_numbered_after_everything_else_under_their_section() -> None:
    table, rows = english_table(MEETING_PARTS, sections_of(MEETING))
    assert (table.items["action_items"], table.items["risks"]) == (range(7, 11), range(11, 13))
    assert "== action_items\n7. Ana: Task 1.\n     - Due: Friday\n8. Ana: Task 2." in rows


def test_tasks_of_all_parts_stand_as_they_were_written_even_if_the_editor_names_none() -> None:
    draft, _ = minutes_of(edited(action_items=[{"cites": [9]} | BLANK]))
    tasks = [("Ben", "Task 3.", (3,)), ("Ana", "Task 1.", (1,)), ("Ana", "Task 2.", (2,)), ("Ben", "Task 4.", (4,))]
    assert tasks_of(draft) == tasks
    assert all(s.details[0].text == "Friday" for g in draft.sections["action_items"] for s in g.statements)


def test_tasks_that_are_joined_cite_the_lines_of_both_and_stand_once() -> None:
    joined = {"cites": [7, 9], "owner": "Ana, Ben", "task": "Both tasks.", "due": "Friday"}
    draft, _ = minutes_of(edited(action_items=[joined]))
    assert tasks_of(draft) == [("Ana, Ben", "Both tasks.", (1, 3)), ("Ana", "Task 2.", (2,)), ("Ben", "Task 4.", (4,))]


def details_of(draft: Draft) -> list[list[str]]:
    return [[d.text for d in s.details] for g in draft.sections["action_items"] for s in g.statements]


def test_a_field_that_the_editor_leaves_empty_is_as_the_items_have_it_that_he_cites() -> None:
    rows = [
        {"cites": [7]} | BLANK | {"due": "Monday"},
        {"cites": [8]} | BLANK | {"task": "Another task."},
        {"cites": [9, 10]} | BLANK | {"owner": "Carl"},
    ]
    draft, _ = minutes_of(edited(action_items=rows))
    tasks = [
        ("Ana", "Task 1.", (1,)),
        ("Ana", "Another task.", (1, 2)),
        ("Carl", "Task 3.", (3,)),
        ("Carl", "Task 4.", (4,)),
    ]
    assert tasks_of(draft) == tasks and details_of(draft) == [["Monday"], *[["Friday"]] * 3]


def test_items_that_are_joined_keep_all_owners_and_dates_of_those_that_have_one() -> None:
    words = labels_for("en")
    first, second = MEETING_PARTS
    undated = DraftStatement(words.no_date, (2,), words.due, bound=True)
    dated = DraftStatement("Monday", (3,), words.due, bound=True)
    tasks = (
        DraftStatement("Do it.", (1,), "Ana", (undated,)),
        DraftStatement("Do it.", (2,), words.no_owner, (dated,)),
        DraftStatement("Do it.", (3,), "Ben", (dated, DraftStatement("Friday", (3,), words.due, bound=True))),
    )
    parts = [replace(first, sections={**first.sections, "action_items": (DraftGroup(tasks),)}), second]
    for text in ("", "Do it well."):
        row = {"cites": [7, 8, 9]} | BLANK | ({"task": text} if text else {"due": "Friday"})
        draft, _ = composed_of(parts, MEETING, [edited(action_items=[row])])
        assert tasks_of(draft)[0] == ("Ana, Ben", text or "Do it.", (1, 2, 3))
        assert details_of(draft)[0] == (["Monday", "Friday"] if text else ["Friday"])


def joined_tasks(*tasks: DraftStatement, **fields: str) -> Draft:
    """The draft of minutes whose editor makes one task of these."""
    first, second = MEETING_PARTS
    parts = [replace(first, sections={**first.sections, "action_items": (DraftGroup(tasks),)}), second]
    row = {"cites": [*range(7, 7 + len(tasks))]} | BLANK | fields
    return composed_of(parts, MEETING, [edited(action_items=[row])])[0]


@pytest.mark.parametrize(
    ("owners", "joined"),
    [
        (("Ana, Ben", "Ana"), "Ana, Ben"),
        (("Ben", "Ana, Ben", "Ana"), "Ana, Ben"),
        (("Berg, Ana", "Berg, Ben"), "Berg, Ana, Berg, Ben"),
        (("Ana, Carl", "Ana"), "Ana, Carl"),
    ],
)
def test_an_owner_of_several_joined_tasks_stands_once(owners: Sequence[str], joined: str) -> None:
    tasks = [DraftStatement("Do it.", (n,), owner) for n, owner in enumerate(owners, 1)]
    assert tasks_of(joined_tasks(*tasks, task="Do it."))[0][0] == joined


@pytest.mark.parametrize("in_order", [(1, 2), (2, 1)])
def test_joined_tasks_have_the_date_of_the_latest_and_the_other_is_told_as_dropped(in_order: Sequence[int]) -> None:
    due = {n: (DraftStatement(day, (n,), "Due", bound=True),) for n, day in ((1, "Monday"), (2, "Friday"))}
    tasks = [DraftStatement("Do it.", (n,), "Ana", due[n]) for n in in_order]
    undated = DraftStatement(
        "Do it.", (3,), "Ana", (DraftStatement(labels_for("en").no_date, (3,), "Due", bound=True),)
    )
    draft = joined_tasks(*tasks, undated, task="Do it well.")
    assert details_of(draft)[0] == ["Friday"]
    assert [(d.text, d.lines) for d in draft.dropped if d.section == "action_items"] == [("Due: Monday", (1,))]


def test_a_task_that_is_dropped_by_name_is_told_with_its_section() -> None:
    draft, _ = minutes_of(edited(dropped=[8]))
    assert ("Ana", "Task 2.", (2,)) not in tasks_of(draft)
    dropped = [(d.section, d.text) for d in draft.dropped]
    assert ("action_items", "Ana: Task 2. Due: Friday") in dropped


def test_of_a_section_of_a_users_own_the_best_stay_and_the_others_are_told_as_dropped() -> None:
    draft, client = minutes_of(edited(risks=[{"cites": [12], "risk": ""}]))
    assert [s.text for g in draft.sections["risks"] for s in g.statements] == ["Flood."]
    assert [(d.section, d.text) for d in draft.dropped] == [("risks", "Fire.")]
    assert "the 3 best at most" in client.requests[0].messages[-1].content
    assert "What was asked for: The gravest first." in client.requests[0].messages[-1].content


def test_an_item_that_cites_a_number_that_is_not_there_is_asked_for_again() -> None:
    _, client = minutes_of(edited(action_items=[{"cites": [99]} | BLANK]), edited())
    assert "there are no points or terms" in client.requests[1].messages[-1].content


def test_composing_minutes_that_fails_leaves_the_tasks_of_all_parts() -> None:
    draft, _ = minutes_of("no", "no")
    assert [text for _, text, _ in tasks_of(draft)] == ["Task 1.", "Task 2.", "Task 3.", "Task 4."]
    assert draft.problems


def test_bold_that_an_editor_sets_stands_out_and_is_no_mark() -> None:
    table, _ = english_table(PARTS)
    written = [{"cites": [7, 8], "text": "It is **not** decided."}]
    (group,) = composed(answer_of(main_points=arranged(4, 1), overview=written), table)["overview"]
    assert [(s.text, s.emphasis) for s in group.statements] == [("It is not decided.", ("not",))]
