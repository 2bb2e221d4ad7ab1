"""What becomes of a fault that the check reports: which lines count, and what stays in doubt."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.capable.checking import check_meaning
from pipeline.capable.job import Job
from pipeline.chunking import chunk_transcript
from pipeline.document import StudyDocument
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.errors import Declined
from pipeline.llm import Request
from pipeline.profile import CAPABLE, Recipe
from pipeline.transcript import Segment, Transcript
from pipeline.verification import Recording
from tests.scripted import (
    EMPTY,
    Answer,
    ScriptedClient,
    composed_answer,
    fitting,
    good_answer,
    numbered,
    structured,
    transcript,
    unreported,
    with_fault,
    written_answer,
)
from tests.unit.test_run import run

SUMMARY = "is to get a heat exchanger"  # in the one statement of the summary


@pytest.mark.parametrize("lines", [[], [999]])
@pytest.mark.parametrize("cites", [[4], [99]])
def test_a_statement_whose_lines_the_check_calls_wrong_without_better_ones_stands_in_doubt(
    cites: list[int], lines: list[int]
) -> None:
    written = written_answer()
    written["summary"][0]["cites"] = cites
    document, _ = run(
        with_fault(on=SUMMARY, verdict="citation", why="said nowhere near", text="x", lines=lines, written=written)
    )
    (statement,) = document.summary
    assert (statement.support, statement.finding) == ("weak", "its lines do not support it")
    assert statement.text == written["summary"][0]["text"] and statement.correction is None


def test_a_text_put_right_for_which_there_are_still_no_lines_stays_in_doubt() -> None:
    written = written_answer()
    written["summary"][0]["cites"] = [99]
    document, _ = run(with_fault(on=SUMMARY, text="The reactor gets a heat exchanger.", lines=[], written=written))
    assert document.summary[0].correction and document.summary[0].finding == "it cites no line"


def test_a_page_of_which_every_check_fails_is_checked_by_code_and_says_so() -> None:
    def answer(request: Request) -> Answer:
        return Declined("no") if request.name == "check" else good_answer(request)

    document, _ = run(answer)
    assert (document.status, document.run.checked_by) == ("partial", "code")
    assert {s.finding for s in document.statements()} == {"it was not checked: the checking call failed"}
    document, _ = run(good_answer)
    assert document.run.checked_by == "scripted"


def test_a_heading_of_which_nothing_is_left_stands_and_is_told_with_the_reason() -> None:
    document, _ = run(with_fault(on="A Reactor and Its Tower", verdict="unsupported", why="nobody calls it that"))
    assert document.main_points[0].heading == "A Reactor and Its Tower"
    told = 'the check objects to the heading "A Reactor and Its Tower", which was kept: '
    assert document.source.warnings == (f"{told}nobody calls it that",)


def test_of_a_heading_that_goes_with_all_that_stands_under_it_nothing_is_told() -> None:
    fault = {"verdict": "unsupported", "why": "nobody says it", "label": "", "text": "", "lines": []}
    gone = [fault | {"on": words} for words in ("A Reactor and Its Tower", "since 1998", "too expensive")]
    document, _ = judged(*gone)
    assert len(document.main_points) == 1 and document.source.warnings == ()


def over_two_parts(**fault: Any) -> tuple[StudyDocument, ScriptedClient]:
    """A document in two parts whose overview cites lines 38 and 70; the check reports the fault, if any, on it."""
    words, overview = "so much was said of it that day in the long hall by the river", "From one end to the other."
    long = Transcript("long", tuple(Segment(i, f"Line {i}: {words}.") for i in range(1, 81)))
    faulty = with_fault(on=overview, **fault)

    def answer(request: Request) -> Answer:
        if request.name == "compose":
            return composed_answer() | {"overview": [{"cites": [1, 6], "text": overview}]}
        if request.name == "check":
            return faulty(request) if fault and overview in request.messages[-1].content else fitting(EMPTY, request)
        lines = [70] if "Part 2" in request.messages[1].content else [38]
        points = [
            {"cites": lines, "lead": "", "text": f"Point {n} of {lines}.", "columns": [], "details": []}
            for n in (1, 2, 3)
        ]
        concept = {"cites": lines, "term": "Hall", "definition": "A room."}
        written = EMPTY | {"main_points": [{"heading": "H", "points": points}], "key_concepts": [concept]}
        return fitting(written, request)

    return run(answer, Recipe(replace(CAPABLE, chunk_tokens=1200)), of=long)


def test_a_statement_over_two_parts_is_shown_with_the_lines_of_the_other() -> None:
    _, client = over_two_parts()
    early = next(r.messages[-1].content for r in client.requests if r.name == "check")
    assert "lines of other parts that it cites too:\n     [70] Line 70" in early


@pytest.mark.parametrize(("lines", "kept"), [([38, 70], [38, 70]), ([70], [70]), ([70, 71], [70])])
def test_lines_of_another_part_that_a_statement_was_shown_with_bear_it_when_the_check_says_so(
    lines: list[int], kept: list[int]
) -> None:
    document, _ = over_two_parts(text="From one end to another.", lines=lines)
    assert [e.segment for e in document.overview[0].evidence] == kept


def test_bold_in_what_a_model_writes_or_puts_right_stands_out_and_is_no_mark() -> None:
    written = written_answer()
    written["overview"][0]["text"] = "Ana and Ben weigh what the **cooling tower** costs."
    written["main_points"][0] |= {"heading": "The **cost**"}
    written["main_points"][0]["points"][0]["lead"] = "**Cost:**"
    document, _ = run(with_fault(on=SUMMARY, text="The reactor gets a **heat exchanger.**", lines=[4], written=written))
    assert (document.overview[0].text, document.overview[0].emphasis) == (
        "Ana and Ben weigh what the cooling tower costs.",
        ("cooling tower",),
    )
    assert (document.summary[0].text, document.summary[0].emphasis) == (
        "The reactor gets a heat exchanger.",
        ("heat exchanger",),
    )
    assert (document.main_points[0].heading, document.main_points[0].details[0].lead) == ("The cost", "Cost")


def checked(draft: Draft, **fault: Any) -> Draft:
    """A numbered draft after a check that reports this of it."""
    told = {"verdict": "unsupported", "why": "nobody says it", "label": "", "text": "", "lines": []} | fault
    client, talk = ScriptedClient([EMPTY | {"faults": [told]}]), transcript()
    chunks = chunk_transcript(talk, limit=10_000)
    job = Job(talk, Recording(talk), chunks, Recipe(), structured(client), unreported(), has_manuscript=False)
    return asyncio.run(check_meaning(replace(draft, titles=job.titles), job, from_manuscript=False))


def test_a_row_of_two_cells_of_which_nothing_can_stand_goes_whatever_the_check_calls_its_label() -> None:
    said = ("Reactor | 40 megawatts", "Tower | 3 million euros", "Loan | ten years")
    rows = tuple(DraftStatement(text, (1,), bound=True) for text in said)
    table = DraftStatement("What they cost:", (1,), details=rows, columns=("What", "How much"))
    draft = Draft({"main_points": (DraftGroup((table,), "Costs"),)}).numbered()
    (tower,) = (s.id for _, s in draft.statements() if s.text == said[1])
    left = checked(draft, id=tower, label="Tower")
    assert [s.text for _, s in left.statements()] == ["What they cost:", said[0], said[2]]
    assert [w.text for w in left.withheld] == [said[1]]


@pytest.mark.parametrize(
    ("last", "left"),
    [(4, [("P", "H2"), ("Q", "H3"), ("Q", "H4")]), (3, [("", "P: H2"), ("", "Q: H3")]), (2, [("", "H2")])],
)
def test_a_part_that_a_check_leaves_with_one_heading_stands_beside_longer_ones_alone(
    last: int, left: list[tuple[str, str]]
) -> None:
    groups = [
        DraftGroup((DraftStatement(f"{n}.", (n,)),), f"H{n}", part="P" if n < 3 else "Q") for n in range(1, last + 1)
    ]
    draft = Draft({"main_points": tuple(groups)}).numbered()
    first = next(s for _, s in draft.statements())
    points = checked(draft, id=first.id).sections["main_points"]
    assert [(g.part, g.heading) for g in points] == left


def test_a_figure_that_nobody_says_is_told_where_only_lines_are_put_right() -> None:
    written = written_answer()
    written["summary"][0]["text"] = "The reactor at Lund is to get a heat exchanger in 2035."
    document, _ = run(with_fault(on=SUMMARY, verdict="citation", text="", lines=[4], written=written))
    assert document.summary[0].finding is None and "2035" in (document.summary[0].remark or "")


def judged(*faults: Any, again: Sequence[Any] = ()) -> tuple[StudyDocument, ScriptedClient]:
    """A document of which the check answers these faults, and those when asked again."""
    rounds = iter([faults, again])

    def answer(request: Request) -> Answer:
        if request.name == "write":
            return written_answer()
        reported = [numbered(f, request) if isinstance(f, dict) else f for f in next(rounds)]
        return EMPTY | {"faults": reported}

    return run(answer)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"verdict": "contradicted", "why": "nobody says it"}, "contradicted: nobody says it"),
        ({"verdict": "wrong", "text": "It is **new**."}, "wrong; suggested: It is **new**."),
        ({"id": "No. 10", "why": "no"}, "partly: no"),
        ({"text": None, "why": "too strong"}, "partly: too strong"),
        ({"lines": "none", "why": "too strong"}, "partly: too strong"),
        ({"verdict": 3, "why": {"reason": "nobody says it"}}, "nobody says it"),
    ],
)
def test_an_objection_that_does_not_fit_leaves_its_statement_in_doubt(fault: dict[str, Any], told: str) -> None:
    sound = {"on": SUMMARY, "verdict": "partly", "why": "", "label": "", "text": "", "lines": []}
    document, client = judged(sound | fault)
    (statement,) = document.summary
    assert (statement.support, statement.correction) == ("weak", None) and len(client.requests) == 2
    assert statement.finding == told
    assert document.withheld == () and document.source.warnings == ()


@pytest.mark.parametrize("fault", [{"verdict": "UNSUPPORTED", "label": None}, {"verdict": "unsupported", "why": "no"}])
def test_of_what_nobody_says_a_fault_may_leave_out_whatever_is_empty(fault: dict[str, Any]) -> None:
    document, client = judged({"on": SUMMARY} | fault)
    assert [w.section for w in document.withheld] == ["summary"] and len(client.requests) == 2


def test_many_objections_that_do_not_fit_are_asked_for_again_and_kept_all_the_same() -> None:
    words = ("weigh how", "since 1998", "too expensive", "A building in which", SUMMARY)
    odd = [{"on": on, "verdict": "contradicted", "why": "nobody says it"} for on in words]
    document, client = judged(*odd, again=odd)
    assert len(client.requests) == 3 and document.status == "complete"
    assert [s.finding for s in document.statements()].count("contradicted: nobody says it") == 5


def test_a_word_that_most_statements_are_given_is_no_objection_to_them() -> None:
    def answer(request: Request) -> Answer:
        if request.name == "write":
            return written_answer()
        rows = [
            {"id": n, "verdict": "Supported", "why": "line 4 says so", "text": "", "lines": [4]} for n in range(1, 12)
        ]
        wrong = {"on": SUMMARY, "verdict": "contradicted", "why": "nobody says so", "text": "", "lines": []}
        return fitting(EMPTY, request) | {"faults": [*rows, numbered(wrong, request)]}

    document, _ = run(answer)
    weak = [s.finding for s in document.statements() if s.support == "weak"]
    assert weak == ["contradicted: nobody says so"]
    assert any('"supported", which is not an objection' in w for w in document.source.warnings)


def test_a_title_that_an_objection_names_stands_and_is_told() -> None:
    document, _ = judged({"on": "A Reactor and Its Tower", "verdict": "misleading", "why": "it is no tower"})
    told = 'the check objects to the heading "A Reactor and Its Tower", which was kept: '
    assert document.source.warnings == (f"{told}misleading: it is no tower",)


@pytest.mark.parametrize(
    ("fault", "told"),
    [("The reactor is new.", '"The reactor is new."'), ({"nr": 10, "why": "It is new."}, "It is new.")],
)
def test_an_objection_that_names_nothing_on_the_page_is_a_warning_of_the_document(fault: Any, told: str) -> None:
    document, _ = judged(fault)
    (warning,) = document.source.warnings
    assert warning.startswith("the check objects to something that is not on the page: ") and warning.endswith(told)


def test_a_second_fault_of_a_statement_is_a_doubt_where_it_says_something_else() -> None:
    first = {
        "on": SUMMARY,
        "verdict": "partly",
        "why": "it is no city",
        "label": "",
        "text": "It is to get one.",
        "lines": [4],
    }
    document, _ = judged(first, first, first | {"verdict": "unsupported", "why": "nobody says it", "text": ""})
    (statement,) = document.summary
    assert (statement.text, statement.finding) == ("It is to get one.", "unsupported: nobody says it")


@pytest.mark.parametrize(
    "text",
    [
        "- **Tower costs:** It costs too much.",
        "* Tower costs: It costs too much.",
        "4. Tower costs: It costs too much.",
        "4. - **Tower costs**: It costs too much.",
        "**Tower costs.** It costs too much.",
        "• It costs too much.",
    ],
)
def test_a_text_put_right_is_read_without_what_a_page_prints_in_front_of_it(text: str) -> None:
    document, _ = run(with_fault(on="too expensive", text=text, lines=[2]))
    point = document.main_points[0].details[1]
    assert (point.lead, point.text, point.finding) == ("Tower costs", "It costs too much.", None)
    assert point.emphasis == ()


@pytest.mark.parametrize("text", ["- 3 million euros are too much.", "2031. It is far."])
def test_what_is_no_mark_of_the_statement_stays_in_front_of_it(text: str) -> None:
    written = written_answer()
    document, _ = run(with_fault(on=SUMMARY, text=text, lines=[4], written=written))
    assert document.summary[0].text == text


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("#### 1. **A** Tower", "A Tower"),
        ("2. (heading) A Tower", "A Tower"),
        ("### 2031. A Tower", "2031. A Tower"),
        ("#", "A Reactor and Its Tower"),
    ],
)
def test_a_heading_put_right_is_read_without_its_marks_and_numbers(text: str, heading: str) -> None:
    document, _ = run(with_fault(on="A Reactor and Its Tower", text=text))
    assert document.main_points[0].heading == heading


def test_a_text_without_a_letter_is_nothing_and_a_strange_word_is_no_statement() -> None:
    document, _ = run(with_fault(on=SUMMARY, text="—"))
    assert document.summary == () and [w.reason for w in document.withheld] == ["it is too strong"]
    document, _ = run(with_fault(on=SUMMARY, text="(none)"))
    assert document.summary[0].text == written_answer()["summary"][0]["text"]
    assert document.summary[0].finding == "it is too strong"
