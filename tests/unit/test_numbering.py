import pytest

from pipeline.numbering import lines_around, numbered_lines, numbers_of, segments_of, shown, shown_in_runs
from pipeline.transcript import Segment

CAPTIONS = [Segment(i, f"word{i} and three more", "Ana" if i < 6 else "Ben") for i in range(1, 9)]


def test_captions_of_a_few_words_are_joined_until_they_make_a_line() -> None:
    assert [(line.first, line.last) for line in numbered_lines(CAPTIONS)] == [(1, 4), (5, 5), (6, 8)]


def test_a_change_of_speaker_parts_lines() -> None:
    lines = numbered_lines([Segment(1, "Yes.", "Ana"), Segment(2, "No.", "Ben")])
    assert [line.speaker for line in lines] == ["Ana", "Ben"]


def test_the_label_stands_where_the_speaker_changes() -> None:
    rows = shown(numbered_lines(CAPTIONS)).splitlines()
    assert [row.split("word")[0] for row in rows] == ["[1] Ana: ", "[5] ", "[6] Ben: "]


def test_a_number_stands_for_all_segments_of_its_line() -> None:
    lines = numbered_lines(CAPTIONS)
    assert segments_of([1], lines) == (1, 2, 3, 4)
    assert segments_of([3, 99], lines) == (1, 2, 3, 4)  # a number inside a line means the line


def test_segments_are_told_by_the_numbers_under_which_they_are_shown() -> None:
    assert numbers_of([2, 3, 7], numbered_lines(CAPTIONS)) == "[1, 6]"


def test_neighbouring_lines_are_told_as_a_range() -> None:
    lines = numbered_lines([Segment(i, "word " * 20) for i in range(1, 8)])
    assert numbers_of([1, 3, 4, 5, 7], lines) == "[1, 3-5, 7]"


def test_lines_around_the_cited_ones_are_given_and_far_ones_are_not() -> None:
    lines = numbered_lines([Segment(i, "word " * 20) for i in range(1, 41)])
    assert [line.first for line in lines_around((20,), lines, 4)] == list(range(16, 25))
    assert [line.first for line in lines_around((1, 40), lines, 4)] == [*range(1, 6), *range(36, 41)]


@pytest.mark.parametrize(
    ("some", "rows"),
    [((1, 2, 5), ["[1]", "[2]", "…", "[5]"]), ((2, 3), ["…", "[2]", "[3]", "…"]), ((), ["…"])],
    ids=["between", "at both ends", "everywhere"],
)
def test_a_gap_stands_where_lines_are_left_out(some: tuple[int, ...], rows: list[str]) -> None:
    lines = numbered_lines([Segment(i, "word " * 20) for i in range(1, 6)])
    text = shown_in_runs([line for line in lines if line.first in some], lines)
    assert [row.split()[0] for row in text.splitlines()] == rows
