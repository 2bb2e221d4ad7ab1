"""Tables as statistics programs and spreadsheets write them: which column holds the words, and which the names."""

import csv
import io

import pytest

from tests.readers.reading import read
from tests.readers.shapes import TURNS

EXCHANGE = [(who, words) for who, *_, words in TURNS]


def turns(text: str) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in read(text).segments]


@pytest.mark.parametrize("above", ["", "\n\n", " \n"])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_a_table_whose_first_column_has_no_name_is_read(delimiter: str, above: str) -> None:
    rows = [("", "speaker", "seconds", "text"), *((str(n), who, str(n), f'"{words}"') for n, (who, words) in enumerate(EXCHANGE))]  # fmt: skip
    expected = [(who, f'"{words}"' if delimiter == "\t" else words) for who, words in EXCHANGE]
    assert turns(above + "\n".join(map(delimiter.join, rows))) == expected


@pytest.mark.parametrize("above", ["", "\n\n"])
def test_a_table_of_three_rows_with_times_is_read_whatever_is_above(above: str) -> None:
    rows = [f"{n}\t0:0{n}\t0:0{n + 1}\t{words}" for n, (_, words) in enumerate(EXCHANGE[:3])]
    transcript = read(above + "\n".join(["\tstart\tstop\tcontents", *rows]))
    assert transcript.reading.format == "table"
    assert [(part.kind, part.line) for part in transcript.reading.left_out] == [("headers", 1 + len(above))]


def table(delimiter: str, rows: list[tuple[str, ...]]) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize(
    "header", [[], [("Person", "Aussage")], [("Sprecher", "Inhalt")], [("Hvem", "Hvad bliver sagt")]]
)
def test_a_column_in_which_people_take_turns_names_the_speakers(header: list[tuple[str, ...]], delimiter: str) -> None:
    assert turns(table(delimiter, [*header, *EXCHANGE])) == EXCHANGE


@pytest.mark.parametrize(
    ("header", "notes"),
    [
        (("Svar", "Grund"), ("column 1 is taken for the speakers, column 2 for their words",)),
        (("Name", "Grund"), ()),
    ],
)
def test_a_column_that_may_hold_no_speakers_is_reported(header: tuple[str, str], notes: tuple[str, ...]) -> None:
    assert read(table(";", [header, *EXCHANGE])).notes == notes


def test_the_first_turn_of_a_table_without_a_header_stays() -> None:
    rows = [("Mia Frost", "Good evening."), *EXCHANGE]
    assert turns(table(";", rows)) == rows


def test_times_numbers_and_comments_beside_the_turns_are_not_spoken() -> None:
    rows = [(str(n), f"00:00:{n:02}", *turn, "ok") for n, turn in enumerate(EXCHANGE, 1)]
    transcript = read(table(";", [("Nr.", "Zeit", "Wer", "Inhalt", "Anmerkung"), *rows]))
    assert [(s.speaker, s.text) for s in transcript.segments] == EXCHANGE
    assert [s.start for s in transcript.segments] == [*range(1, len(EXCHANGE) + 1)]
    assert {part.kind for part in transcript.reading.left_out} == {"headers", "cells of other columns"}


def test_a_column_that_the_header_calls_a_speaker_counts_before_others() -> None:
    rows = [(who, words, f"Code {n % 3}") for n, (who, words) in enumerate(EXCHANGE)]
    assert turns(table(";", [("Sprecher", "Transkript", "Kommentar"), *rows])) == EXCHANGE


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{who.split()[0]}, {words.replace(',', '')}" for who, words in EXCHANGE),
        table(";", [(f"Group {n // 6}", words) for n, (_, words) in enumerate(EXCHANGE)]),
        table(";", [(who, f"Code {n % 3}", words) for n, (who, words) in enumerate(EXCHANGE)]),
        table(";", [(who, who[:3], "yes") for who, _ in EXCHANGE]),
    ],
    ids=["a blank behind each comma", "one group after another", "two columns of names", "no sentences"],
)
def test_other_lines_with_commas_or_semicolons_are_text(text: str) -> None:
    assert read(text).reading.format == "text"
