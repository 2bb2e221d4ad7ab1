"""What an excerpt takes in, and how it reads."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.small import noises
from pipeline.small.context import MOST_SENTENCES
from pipeline.small.excerpts import Excerpt, excerpts_of, question_before
from pipeline.small.notes import Mark
from pipeline.small.sentences import sentences_of
from tests.small.recording import LINES, in_english, transcript


def _excerpts(marked: Sequence[int], lines: Sequence[tuple[str | None, str]] = LINES) -> list[Excerpt]:
    return excerpts_of(sentences_of(transcript(lines)), [Mark(f"note {n}", (n,)) for n in marked])


def _printed(marked: Sequence[int], lines: Sequence[tuple[str | None, str]]) -> list[str]:
    quoter = in_english(sentences_of(transcript(lines)))
    return [quoter.statement(e) for e in _excerpts(marked, lines)]


def spoken(text: str) -> str:
    return noises.without_noises(text, "en")


def test_a_sentence_that_points_back_takes_the_one_before_it_along() -> None:
    (excerpt,) = _excerpts([1], [(None, "Turbines rust in the sea every year. It costs the owner a lot of money.")])
    assert [s.number for s in excerpt.sentences] == [0, 1]


def test_a_line_that_names_its_matter_stands_alone() -> None:
    lines = [
        (None, "Turbines rust in the sea every year."),
        (None, "Engineers measure the loss of steel on every bridge."),
    ]
    (excerpt,) = _excerpts([1], lines)
    assert [s.number for s in excerpt.sentences] == [1]


def test_the_other_half_of_a_contrast_is_taken_in() -> None:
    said = "Repairs of bridges hold for twenty years. Bridges built anew hold for a hundred years."
    (excerpt,) = _excerpts([0], [(None, said)])
    assert len(excerpt.sentences) == 2


def test_notes_on_neighbours_make_one_excerpt() -> None:
    assert len(_excerpts([4, 5, 6])) == 1


def test_an_excerpt_ends_with_its_turn() -> None:
    for excerpt in _excerpts(range(12)):
        assert len({s.turn for s in excerpt.sentences}) == 1


def test_an_answer_is_shown_with_its_question() -> None:
    lines = [("Ana", "What is the obstacle?"), ("Ben", "Rust on all of the beams, mostly.")]
    assert _printed([1], lines) == ["Ana: “What is the obstacle?” Ben: “Rust on all of the beams, mostly.”"]


def test_an_answer_that_repeats_its_question_is_shown_without() -> None:
    lines = [("Ana", "What is section loss?"), ("Ben", "Section loss is the share of a beam that rust has eaten.")]
    assert _printed([1], lines) == ["Ben: “Section loss is the share of a beam that rust has eaten.”"]


def test_a_note_on_what_leads_up_to_a_question_stands_for_the_answer() -> None:
    lines = [("Ana", "Let's talk about rust. What is it?"), ("Ben", "An oxide of iron that eats all of the beams.")]
    assert _printed([0], lines) == [f"Ana: “{lines[0][1]}” Ben: “{lines[1][1]}”"]


def test_a_correction_is_shown_with_what_it_corrects() -> None:
    lines = [("Ana", "They painted the bridge three times."), ("Ben", "Four times, actually.")]
    assert _printed([1], lines) == ["Ana: “They painted the bridge three times.” Ben: “Four times, actually.”"]


def test_a_reply_to_a_reply_is_shown_with_what_both_reply_to() -> None:
    lines = [
        ("Ben", "A law on rust would help. I want all owners of bridges to paint them."),
        ("Ana", "The state has promised such a law three times."),
        ("Ben", "Four times, actually."),
    ]
    assert _printed([3], lines) == [
        "Ben: “I want all owners of bridges to paint them.” Ana: “The state has promised such a law three times.” "
        "Ben: “Four times, actually.”"
    ]


def test_what_is_left_of_a_line_is_taken_along() -> None:
    line = "Bridges lose steel to rust in the harbour. That holds only for old paint."
    assert _printed([0], [(None, line), (None, "Turbines rust in the sea.")]) == [f"“{line}”"]


def test_words_thrown_in_at_the_beginning_are_left_out() -> None:
    said = "Oh yeah. Exactly. And it costs the owners of the bridge a lot of money."
    assert _printed([2], [(None, said)]) == ["“And it costs the owners of the bridge a lot of money.”"]


def test_an_answer_of_one_word_stays() -> None:
    lines = [("Ana", "What is the obstacle?"), ("Ben", "Rust. It eats the beams of the bridge every year.")]
    assert _printed([2], lines) == [
        "Ana: “What is the obstacle?” Ben: “Rust. It eats the beams of the bridge every year.”"
    ]


def test_without_labels_nobody_is_named() -> None:
    assert _printed([0], [(None, "Rust ate the beams of the bridge.")]) == ["“Rust ate the beams of the bridge.”"]


def test_words_left_out_between_runs_are_marked() -> None:
    lines = [("Ben", "Rust ate the beams."), ("Ana", "Yeah."), ("Ben", "All of the beams.")]
    assert _printed([0, 1], lines) == ["Ben: “Rust ate the beams. … All of the beams.”"]


def test_noises_and_stutters_are_left_out() -> None:
    assert spoken("So, uh, the the bridge , it's um rusting .") == "So the bridge, it's rusting."


def test_a_comma_stays_that_the_noise_beside_it_did_not_need() -> None:
    assert spoken("They are old , uh they rust .") == "They are old, they rust."
    assert spoken("It rusts, um.") == "It rusts."
    assert spoken("It's the uh, bridge that rusts: uh, we paint it.") == "It's the bridge that rusts: we paint it."
    assert spoken("They are old, uh um, they rust.") == "They are old, they rust."


def test_a_sentence_that_is_only_a_noise_leaves_nothing() -> None:
    said = transcript([("Ana", "It rusts . Um . And we paint it .")])
    assert in_english(sentences_of(said)).quoted(sentences_of(said)) == "“It rusts. And we paint it.”"


def test_two_clauses_that_meet_in_a_word_are_no_stutter() -> None:
    assert spoken("You just wrap it, it's not great.") == "You just wrap it, it's not great."


def test_a_figure_said_twice_stays() -> None:
    assert spoken("Call seven seven two.") == "Call seven seven two."


def test_a_split_apostrophe_is_closed() -> None:
    assert spoken("It 's old , and we 're late .") == "It's old, and we're late."
    assert spoken("Two letters 'h' and 'g'.") == "Two letters 'h' and 'g'."


@given(st.sets(st.integers(0, 11)))
def test_every_marked_sentence_is_shown_and_no_excerpt_is_too_long(marked: set[int]) -> None:
    found = _excerpts(sorted(marked))
    numbers = [s.number for e in found for s in e.sentences]
    questions = {s.number for s in sentences_of(transcript()) if s.turn in (2, 4)}
    answered = {s.number for e in found for s in e.lead_up}
    assert (
        marked <= {*numbers, *answered, *questions} and len(numbers) == len(set(numbers)) and numbers == sorted(numbers)
    )
    assert all(len(e.sentences) <= MOST_SENTENCES for e in found)


@pytest.mark.parametrize("said", ["Um. So it was.", "Uh… So it was.", "Um, so it was."])
def test_of_a_noise_at_the_beginning_no_mark_is_left(said: str) -> None:
    assert spoken(said).lstrip("… ") == "So it was."


def test_a_question_of_nobody_is_not_printed_before_somebody_s_answer() -> None:
    lines = [(None, "What eats the steel of all these old bridges?"), ("Ben", "Salt, for 40 years.")]
    question, answer = sentences_of(transcript(lines))
    assert question_before(answer, answer, [question, answer]) == ()


def test_of_two_questions_that_are_long_together_the_last_is_shown() -> None:
    first = "Could I ask whether the bridge that we are going to build here is one for trains or for cars?"
    last = "So is it a bridge for people who own a car and buy themselves a ticket for it all the same?"
    sentences = sentences_of(transcript([("Ana", f"{first} {last}"), ("Ben", "We shall talk about that right now.")]))
    answer = sentences[2]
    assert [s.text for s in question_before(answer, answer, sentences)] == [last]
