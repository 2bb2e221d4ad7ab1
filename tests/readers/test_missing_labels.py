"""A label under which paragraphs without one run on and on, though elsewhere it is used for a few words."""

import pytest

from pipeline.readers import parse
from pipeline.transcript import Transcript

LECTURE = [
    f"In summer number {n} we counted the terns on the sand, and they were fewer than before." for n in range(30)
]
ASKED = ["How many?", "On which island?", "Who counted?", "And in winter?", "Since when?", "Is that much?"]


def lecture(rest: list[str], *, who: str = "Person in the Hall", last: str = "And the gulls?") -> Transcript:
    """Two labelled parts of twelve paragraphs, six short questions, and a last one with all of the `rest` below it."""
    rows = [f"Ada Falk: {LECTURE[0]}", *LECTURE[1:12]]
    for question in ASKED[:3]:
        rows += [f"{who}: {question}", "Ada Falk: I will come to that."]
    rows += [*LECTURE[:12]]
    for question in ASKED[3:]:
        rows += [f"{who}: {question}", "Ada Falk: It is in the book."]
    text = "\n\n".join([*rows, f"{who}: {last}", *rest])
    return parse(text.encode(), "talk.md", suffix=".md", name="talk")


@pytest.mark.parametrize("who", ["Person in the Hall", "Question", "Somebody"])
def test_a_long_rest_below_a_short_question_is_doubted_and_stays_where_it_is(who: str) -> None:
    transcript = lecture(LECTURE, who=who)
    [remark] = transcript.reading.remarks
    assert f'"{who}" has 31 paragraphs here' in remark.text
    assert "is a label missing below it?" in remark.text
    assert remark.line == 2 * (12 + 6 + 12 + 6) + 1
    assert transcript.segments[-1].speaker == who


@pytest.mark.parametrize("rest", [LECTURE[:5], ["I see.", *[f"Ada Falk: {said}" for said in LECTURE]]])
def test_a_few_paragraphs_and_those_with_labels_are_not_doubted(rest: list[str]) -> None:
    assert not lecture(rest).notes


def test_one_who_speaks_at_length_elsewhere_too_is_not_doubted() -> None:
    transcript = lecture(LECTURE)
    longer = lecture([*LECTURE, "Ada Falk: Go on.", f"Person in the Hall: {LECTURE[0]}", *LECTURE[1:6]])
    assert transcript.notes
    assert not longer.notes


def test_a_statement_where_nobody_else_speaks_at_length_is_not_doubted() -> None:
    rows = [row for q in ASKED for row in (f"Ada Falk: {q}", "Ben Roth: Thank you for that.")]
    text = "\n\n".join([*rows, "Ben Roth: I have a statement.", *LECTURE])
    assert not parse(text.encode(), "talk.md", suffix=".md", name="talk").notes
