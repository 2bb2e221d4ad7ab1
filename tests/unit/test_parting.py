"""Parts found by code: they tile the notes, keep their bounds, and begin where the words change."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.sections.parting import parts_of

HEAT = ["boiler", "heat", "pump", "radiator", "warm"]
BOATS = ["ferry", "harbour", "sail", "keel", "tide"]
BREAD = ["flour", "dough", "crust", "oven", "starter"]


def test_a_part_begins_where_the_words_change() -> None:
    notes = [HEAT * 4, HEAT[1:] * 4, HEAT[:4] * 4, BOATS * 4, BOATS[1:] * 4, BOATS[:3] * 4, BREAD * 4, BREAD[:4] * 4]
    assert parts_of(notes, smallest=2, largest=7) == [1, 4, 7]


def test_notes_that_keep_to_the_same_words_are_one_part() -> None:
    assert parts_of([HEAT] * 5, smallest=2, largest=7) == [1]


def test_a_long_run_of_one_subject_is_divided() -> None:
    starts = parts_of([HEAT] * 9, smallest=2, largest=7)
    assert len(starts) == 2


def test_too_few_notes_are_one_part() -> None:
    assert parts_of([HEAT], smallest=2, largest=7) == [1]
    assert parts_of([], smallest=2, largest=7) == []


@given(st.lists(st.lists(st.sampled_from(HEAT + BOATS + BREAD), max_size=6), min_size=1, max_size=40))
def test_parts_tile_the_notes_within_their_bounds(notes: list[list[str]]) -> None:
    starts = parts_of(notes, smallest=2, largest=7)
    assert starts[0] == 1
    assert starts == sorted(set(starts))
    sizes = [b - a for a, b in zip(starts, [*starts[1:], len(notes) + 1], strict=True)]
    assert all(min(2, len(notes)) <= size <= 7 for size in sizes)
