"""What a check adds: points that a student would miss, where they belong, within the words that are left."""

import re
from typing import Any

import pytest

from pipeline.capable.adding import ADDED, NO_ROOM, Addition, rooms, uncited, with_additions
from pipeline.chunking import chunk_transcript
from pipeline.document import StudyDocument
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.llm import Request
from pipeline.numbering import numbered_lines
from pipeline.sections import STUDY
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.verification import Recording
from tests.scripted import EMPTY, LINES, Answer, cut_off, good_answer, number_of, transcript
from tests.unit.test_run import run

LOAN = "The loan for the heat exchanger runs for ten years."
LONG = transcript(LINES * 6)


def checked(under: str | int, *points: dict[str, Any], fault: dict[str, Any] | None = None) -> StudyDocument:
    """A document whose check adds these points under the statement with these words, or under a number that none has.

    A fault is of the same statement.
    """

    def answer(request: Request) -> Answer:
        if request.name != "check":
            return good_answer(request)
        number = number_of(under, request) if isinstance(under, str) else under
        missing = [{"under": number, "label": "", "lines": [5]} | point for point in points]
        return EMPTY | {"missing": missing, "faults": [{"id": number} | fault] if fault else []}

    return run(answer, of=LONG)[0]


def added(under: str | int, text: str = LOAN, label: str = "Loan", lines: tuple[int, ...] = (5,)) -> StudyDocument:
    return checked(under, {"label": label, "text": text, "lines": list(lines)})


def test_under_a_heading_it_stands_where_the_recording_has_it() -> None:
    detail = added(under="Paying for").main_points[1].details[-1]
    assert (detail.lead, detail.text, detail.remark) == ("Loan", LOAN, ADDED)
    assert [e.segment for e in detail.evidence] == [5]
    assert added(under="Paying for", lines=(3,)).main_points[1].details[0].text == LOAN


def test_a_point_without_details_goes_on_with_it_and_the_change_is_told() -> None:
    before = added(under=99).main_points[0].details[0]
    point = added(under="since 1998").main_points[0].details[0]
    assert (point.text, point.details) == (f"{before.text} {LOAN}", ())
    assert {e.segment for e in point.evidence} == {*(e.segment for e in before.evidence), 5}
    assert point.correction and (point.correction.before, point.correction.reason) == (before.text, ADDED)


def test_a_point_with_a_list_goes_on_with_it_before_its_list_and_a_long_one_stands_behind_that() -> None:
    before = added(under=0).main_points[1].details
    after = added(under="is to replace the tower").main_points[1].details
    assert [d.text for d in after] == [f"{before[0].text} {LOAN}", *(d.text for d in before[1:])]
    assert [d.text for d in after[0].details] == [d.text for d in before[0].details]
    long = "The loan runs " + "on and " * 50 + "on."
    behind = added(under="is to replace the tower", text=long).main_points[1].details
    assert [d.text for d in behind[:2]] == [before[0].text, long]
    assert f"Loan: {LOAN}" in [
        d.text for d in added(under="The city pays half").main_points[1].details[0].details
    ]  # of one of them it is


def test_in_a_list_without_leads_it_has_none_in_bold() -> None:
    (point,) = added(under="The city pays half").main_points[1].details[:1]
    assert not any(d.lead for d in point.details) and any(d.text == f"Loan: {LOAN}" for d in point.details)


def test_a_point_does_not_go_on_with_more_words_than_are_read_in_one_breath() -> None:
    long = "The loan runs " + "on and " * 50 + "on."
    assert [d.text for d in added(under="since 1998", text=long).main_points[0].details[0].details] == [long]


def test_several_and_doubtful_ones_are_nested_below_a_point_that_has_no_details() -> None:
    texts = ["The loan has part one.", "The loan has part two."]
    document = checked("since 1998", *({"text": text} for text in texts))
    assert [d.text for d in document.main_points[0].details[0].details] == texts
    doubtful = added(under="since 1998", text="The loan runs for 77 years.").main_points[0].details[0]
    assert [d.support for d in (doubtful, *doubtful.details)] == ["verified", "weak"]


def test_it_stands_behind_a_paragraph_and_not_in_it() -> None:
    rows = (DraftStatement("The reactor runs.", (1,)), DraftStatement("The tower is dear.", (4,), continues=True))
    draft = Draft({"main_points": (DraftGroup(rows, "Lund"),)}).numbered()
    new = Addition(1, DraftStatement("Everybody knows that.", (2,), "The loan"))
    grown = with_additions(draft, [new], Recording(LONG), [MAIN_POINTS])
    texts = [s.text for s in grown.sections["main_points"][0].statements]
    assert texts == ["The reactor runs.", "The tower is dear.", "Everybody knows that."]


def test_under_a_nested_one_it_stands_behind_that() -> None:
    assert [d.text for d in added(under="The city pays half").main_points[1].details[0].details][1] == f"Loan: {LOAN}"


@pytest.mark.parametrize(
    ("texts", "labels"),
    [(("It runs.", "It stops."), ("Day", "Night")), (("Day: it runs.", "Night: it stops."), ("", ""))],
)
def test_under_an_item_with_a_lead_one_without_a_lead_is_its_last_sentence_and_one_with_a_lead_an_item(
    texts: tuple[str, str], labels: tuple[str, str]
) -> None:
    items = tuple(DraftStatement(text, (1,), label) for text, label in zip(texts, labels, strict=True))
    draft = Draft(
        {"main_points": (DraftGroup((DraftStatement("Two times.", (1,), details=items),), "Lund"),)}
    ).numbered()
    new = [Addition(3, DraftStatement("It is old.", (2,))), Addition(3, DraftStatement("It rests.", (2,), "Noon"))]
    (grown,) = with_additions(draft, new, Recording(LONG), [MAIN_POINTS]).sections["main_points"][0].statements
    first, added_item, last = grown.details
    assert (first.text, first.lines, last.text) == (f"{texts[0]} It is old.", (1, 2), texts[1])
    assert added_item.labelled == "Noon: It rests."


def test_under_what_is_nested_in_a_step_it_is_no_step() -> None:
    below = (DraftStatement("It is hot.", (1,)), DraftStatement("It is old.", (1,)))
    steps = (DraftStatement("It runs.", (1,), details=below), DraftStatement("It stops.", (1,)))
    point = DraftStatement("So it goes:", (1,), details=steps, steps=True)
    draft = Draft({"main_points": (DraftGroup((point,), "Lund"),)}).numbered()
    new = Addition(4, DraftStatement("Everybody knows that.", (2,)))  # under "It is hot."
    (grown,) = with_additions(draft, [new], Recording(LONG), [MAIN_POINTS]).sections["main_points"][0].statements
    assert [d.text for d in grown.details] == ["It runs.", "It stops."]
    assert [d.text for d in grown.details[0].details] == ["It is hot.", "Everybody knows that.", "It is old."]


def test_under_a_concept_it_is_a_term_if_it_has_a_name() -> None:
    assert added(under="A building in which").key_concepts[1].term == "Loan"
    nameless = added(under="A building in which", label="")
    assert len(nameless.key_concepts) == 1 and nameless.dropped[0].text == LOAN


@pytest.mark.parametrize("under", ["weigh how", "is to get a heat exchanger", 99])
def test_what_belongs_nowhere_is_kept_as_left_out(under: str | int) -> None:
    document = added(under=under)
    assert LOAN not in [getattr(s, "text", "") for s in document.statements()]
    assert [d.text for d in document.dropped] == [LOAN]


@pytest.mark.parametrize("under", ["since 1998", 99])
def test_a_point_without_words_is_none(under: str | int) -> None:
    document = added(under=under, text=" ")
    assert document.dropped == () and document.main_points[0].details[0].correction is None


def test_a_point_that_cites_no_line_is_kept_as_left_out() -> None:
    assert [d.text for d in added(under="since 1998", lines=(99,)).dropped] == [LOAN]


def test_a_point_that_was_put_right_and_goes_on_tells_both_changes_and_its_first_text() -> None:
    put_right = {"verdict": "partly", "why": "too strong", "label": "", "text": "It makes 40 megawatts.", "lines": [1]}
    document = checked("since 1998", {"text": LOAN}, fault=put_right)
    point, first = document.main_points[0].details[0], added(under=99).main_points[0].details[0]
    assert point.text == f"It makes 40 megawatts. {LOAN}" and point.correction
    assert (point.correction.before, point.correction.reason) == (first.text, f"too strong; {ADDED}")


def test_what_belongs_nowhere_gets_no_place_under_points_without_a_heading() -> None:
    draft = Draft({"main_points": (DraftGroup((DraftStatement("It runs.", (1,)),)),)}).numbered()
    new = Addition(0, DraftStatement(LOAN, (5,)))
    out = with_additions(draft, [new], Recording(LONG), STUDY.sections)
    assert (out.sections, [d.text for d in out.dropped]) == (draft.sections, [LOAN])


def test_what_is_more_than_was_asked_for_is_kept_as_left_out() -> None:
    document = checked("Paying for", *({"text": f"The loan has part {n}."} for n in range(1, 9)))
    added = [s for s in document.statements() if s.remark and ADDED in s.remark]
    assert 0 < len(added) < 8 and len(added) + len(document.dropped) == 8


def test_the_halves_of_a_check_that_was_cut_off_share_the_room_for_what_is_added() -> None:
    answers = iter([cut_off(), EMPTY, EMPTY])
    _, client = run(lambda r: next(answers) if r.name == "check" else good_answer(r), of=LONG)
    checks = [r.messages[-1].content for r in client.requests if r.name == "check"]
    rooms = [re.findall(r"up to (\d+) points? of these lines, (\d+) words in all", asked) for asked in checks]
    assert rooms == [[("3", "80")], [("1", "40")], [("1", "40")]]


def test_code_looks_at_it_too() -> None:
    detail = added(under="Paying for", text="The loan runs for 77 years.").main_points[1].details[-1]
    assert detail.support == "weak" and detail.finding == "nobody says 77 in the recording"


def test_a_page_with_few_words_has_more_room_than_one_with_many() -> None:
    chunks = chunk_transcript(transcript(), limit=10_000)

    def room(words: int) -> int:
        draft = Draft({"main_points": (DraftGroup((DraftStatement("word " * words, (1,)),)),)})
        return rooms(draft, 1_000, chunks)[0].words

    assert (room(500), room(900), room(2_000)) == (200, 100, 30)
    assert rooms(Draft({}), 90, chunks)[0] == NO_ROOM


def test_lines_that_nothing_cites_are_told_by_their_numbers() -> None:
    lines = [("Ana", f"word {n} " * 12) for n in range(6)]
    (chunk,) = chunk_transcript(transcript(lines), limit=10_000)
    assert uncited(chunk, numbered_lines(chunk.segments), {1, 4}) == "[2-3, 5-6]"
    assert uncited(chunk, numbered_lines(chunk.segments), range(1, 6)) == ""


def test_of_many_stretches_that_nothing_cites_the_longest_are_told() -> None:
    stretches = [("Ana", "word " * (40 + n)) for n in range(13)]
    (chunk,) = chunk_transcript(transcript([line for s in stretches for line in (s, ("Ben", "Yes."))]), limit=10_000)
    told = uncited(chunk, numbered_lines(chunk.segments), range(2, 27, 2))
    assert told == f"[{', '.join(str(n) for n in range(3, 26, 2))}]"


def test_only_where_there_is_room_the_check_is_asked_for_more() -> None:
    said = [run(good_answer, of=of)[1].requests[-1].messages[-1].content for of in (transcript(), LONG)]
    assert "missing: stays empty in this task." in said[0] and "would miss most" in said[1]
