"""CHAT: who is who by its headers, and what of a turn is said."""

import pytest

from pipeline.readers import parse
from pipeline.transcript import Transcript


def read(*rows: str) -> Transcript:
    return parse("\n".join(["@UTF8", "@Begin", *rows, "@End\n"]).encode(), "talk.cha", suffix=".cha", name="talk")


def told(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in transcript.segments]


@pytest.mark.parametrize("people", ["SP1 Participant Adult, SP2 Participant Adult", "SP1 SP2 Adult, SP2 Adult"])
def test_a_name_that_somebody_else_has_too_names_nobody(people: str) -> None:
    transcript = read(f"@Participants:\t{people}", "*SP1:\twe leave at nine .", "*SP2:\tor at ten .")
    assert [s.speaker for s in transcript.segments] == ["SP1", "SP2"]


def test_a_turn_without_its_tab_or_with_another_sign_in_its_code_is_said() -> None:
    transcript = read("*SP1:we leave at nine .", "*CHI&X:\tor at ten .", "* SP1 : or never .")
    assert told(transcript) == [("SP1", "we leave at nine."), ("CHI&X", "or at ten."), ("SP1", "or never.")]


def test_a_line_that_is_neither_turn_nor_tier_is_told_as_broken() -> None:
    transcript = read("*SP1:\twe leave at nine .", "*SP2 or at ten .", "with all boats .")
    assert [(p.kind, p.count) for p in transcript.reading.left_out if p.line and p.line > 3] == [("broken lines", 2)]
    assert "2 lines left out" in transcript.notes[0]


def test_a_turn_goes_on_to_its_last_time() -> None:
    transcript = read("*SP1:\twe leave at nine . \x151000_2000\x15", "\tor at ten . \x153000_9000\x15")
    assert (transcript.segments[0].start, transcript.segments[0].end) == (1.0, 9.0)


def test_codes_in_codes_are_not_said() -> None:
    transcript = read("*SP1:\twe leave [= goes [% at once [?]]] at nine .")
    assert told(transcript) == [("SP1", "we leave at nine.")]


def test_brackets_that_never_end_are_read() -> None:
    assert read("*SP1:\twe leave at nine . " + "[" * 20_000 + "[[a]" * 5000).segments[0].speaker == "SP1"
