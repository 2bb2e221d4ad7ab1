"""Numbers in the margin, as word processors print them for analysis, are nobody's words."""

import pytest

from pipeline.readers.line_numbers import REMOVED
from tests.readers.reading import read
from tests.readers.shapes import TURNS, wrapped

EXCHANGE = [("I" if n % 2 == 0 else "P", words) for n, (*_, words) in enumerate(TURNS * 9)]
LINES = [line for who, words in EXCHANGE for line in wrapped(f"{who}: {words}", 40)]


def turns(text: str) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in read(text).segments]


@pytest.mark.parametrize("form", ["{:>3}  {}", "{}\t{}", "{} {}", "{:<4}{}", "{:04} {}"])
def test_numbers_in_front_of_all_lines_are_no_words_however_long_the_file_is(form: str) -> None:
    assert len(LINES) > 200
    numbered = "\n".join(form.format(n, line) for n, line in enumerate(LINES, 1))
    assert turns(numbered) == turns("\n".join(LINES))
    assert read(numbered).notes == (REMOVED,)


@pytest.mark.parametrize("step", [5, 10])
@pytest.mark.parametrize("form", ["{:>4}  {}", "{} {}", "{}\t{}"])
def test_numbers_in_front_of_every_fifth_or_tenth_line_are_no_words(step: int, form: str) -> None:
    numbered = [form.format("" if n % step else n, line).strip() for n, line in enumerate(LINES, 1)]
    assert turns("\n".join(numbered)) == turns("\n".join(LINES))


def test_line_numbers_go_on_under_the_title_of_each_page() -> None:
    numbered = [line if n % 5 else f"{n} {line}" for n, line in enumerate(LINES, 1)]
    pages = ["\n".join(["Night ferry, talk 7", *numbered[k : k + 43]]) for k in range(0, len(LINES), 43)]
    assert turns("\n\f".join(pages)) == turns("\n".join(LINES))


def test_numbers_in_front_of_paragraphs_with_empty_lines_between_them_are_no_words() -> None:
    assert turns("\n\n".join(f"{n} {who}: {words}" for n, (who, words) in enumerate(EXCHANGE, 1))) == EXCHANGE


def test_a_figure_at_the_beginning_of_a_line_without_a_number_stays() -> None:
    numbered = [line if n % 5 else f"{n} {line}" for n, line in enumerate([*LINES[:50], "P: They sent us", "200 lamps and"], 1)]  # fmt: skip
    assert turns("\n".join(numbered))[-1][1] == "They sent us 200 lamps and"


WORDS = "went home early", "saw the boats", "met the crew", "found a lamp", "were on deck"


@pytest.mark.parametrize(
    "rows",
    [
        [f"{n} March {WORDS[n % 5]}." for n in range(1, 25)],
        [f"{n} {WORDS[n % 5]}." for n in range(1960, 1985)],
        [f"{n % 2 + 1} {WORDS[n % 5]}." for n in range(24)],
        [f"{n % 3 + 1} {WORDS[n % 5]}." for n in range(24)],
        [f"{5 * n} {WORDS[n % 5]}." for n in range(24)],
        [f"{n * n % 17} {WORDS[n % 5]}." for n in range(24)],
        [*(f"{n} {WORDS[n % 5]}." for n in range(1, 11)), *(f"We {words}." for words in WORDS * 2)],
    ],
    ids=["days", "years", "two by turns", "three by turns", "tickets", "any", "a list in a text"],
)
def test_other_numbers_in_front_of_lines_are_words(rows: list[str]) -> None:
    transcript = read("\n".join(rows))
    assert " ".join(s.text for s in transcript.segments) == " ".join(rows)
    assert not transcript.notes


def test_speakers_after_row_100_of_a_table_with_numbers_are_read() -> None:
    assert turns("\n".join(f"{n}\t{who}\t{words}" for n, (who, words) in enumerate(EXCHANGE, 1))) == EXCHANGE
