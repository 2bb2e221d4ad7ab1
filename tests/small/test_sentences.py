"""Sentences, turns and passages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.small.passages import passages_of
from pipeline.small.sentences import sentences_of
from pipeline.transcript import Metadata
from tests.small.recording import transcript


def test_a_sentence_over_two_lines_has_both() -> None:
    found = sentences_of(transcript([(None, "The bridge is"), (None, "old. It rusts.")]))
    assert [(s.text, s.lines) for s in found] == [("The bridge is old.", (1, 2)), ("It rusts.", (2,))]


def test_an_initial_ends_no_sentence() -> None:
    found = sentences_of(transcript([(None, "Mr. J. Oram built it. Dr. Ruiz did not.")]))
    assert [s.text for s in found] == ["Mr. J. Oram built it.", "Dr. Ruiz did not."]


def test_chinese_sentences_end_without_a_space() -> None:
    found = sentences_of(transcript([(None, "这座桥很旧。它生锈了！要多少钱？")]))
    assert [s.text for s in found] == ["这座桥很旧。", "它生锈了！", "要多少钱？"]


@pytest.mark.parametrize("end", ["।", "۔", "．", "｡"])
def test_sentences_end_at_the_full_stops_of_other_scripts(end: str) -> None:
    found = sentences_of(transcript([(None, f"यह पुल पुराना है{end} इसका दाम २．५ लाख है{end}")]))
    assert [s.text for s in found] == [f"यह पुल पुराना है{end}", f"इसका दाम २．५ लाख है{end}"]
    assert not any(s.unfinished for s in found)


def test_speech_without_full_stops_is_cut_where_lines_begin() -> None:
    line = " ".join(["rust"] * 35)
    found = sentences_of(transcript([(None, line), (None, line), (None, line)]))
    assert [s.words for s in found] == [35, 35, 35]


def test_a_word_thrown_in_does_not_end_a_turn() -> None:
    found = sentences_of(transcript([("Ben", "The bridge is old."), ("Ana", "Right."), ("Ben", "It rusts.")]))
    assert [(s.turn, s.after_interjection) for s in found] == [(0, False), (0, True)]


def test_a_question_thrown_in_is_a_turn() -> None:
    found = sentences_of(transcript([("Ben", "It is old."), ("Ana", "How old?"), ("Ben", "A hundred years.")]))
    assert [s.turn for s in found] == [0, 1, 2]


def test_a_question_goes_with_its_answer() -> None:
    long = "The bridge at Orle lost much of its steel in those years. " * 12
    found = passages_of(sentences_of(transcript([("Ben", long), ("Ana", "Why?"), ("Ben", long)])))
    assert found[1].shown.startswith("Ana: Why?\nBen: The bridge")


def test_a_goodbye_at_the_end_is_no_passage_of_its_own() -> None:
    long = "The bridge at Orle lost much of its steel in those years. " * 13
    found = passages_of(sentences_of(transcript([("Ben", long), ("Ana", "Bye.")])))
    assert found[-1].sentences[-1].text == "Bye." and len(found[-1].sentences) > 1


_TURNS = st.lists(st.tuples(st.sampled_from(["Ana", "Ben", None]), st.text("ab .?。é", min_size=1, max_size=80)))


@given(_TURNS)
def test_passages_hold_every_sentence_once_and_in_order(turns: list[tuple[str | None, str]]) -> None:
    found = sentences_of(transcript(turns))
    assert [s.number for p in passages_of(found) for s in p.sentences] == list(range(len(found)))


@given(_TURNS)
def test_sentences_hold_what_their_lines_say(turns: list[tuple[str | None, str]]) -> None:
    spoken = transcript(turns)
    for s in sentences_of(spoken):
        lines = "".join(spoken.segment(i).text for i in s.lines).replace(" ", "")
        assert s.text.replace(" ", "") in lines


@pytest.mark.parametrize(("said", "noise"), [("Um.", True), ("Mm-hmm.", True), ("…", True), ("Um, no.", False)])
def test_a_sentence_of_noises_alone_is_one(said: str, noise: bool) -> None:
    told = transcript([("Ben", said)]).with_metadata(Metadata(language="en"))
    assert [s.noise for s in sentences_of(told)] == [noise]
