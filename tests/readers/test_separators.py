"""A name ends at a tab, bold type, a bar, blanks or a dash, whatever colons stand in the words behind it."""

import pytest

from pipeline.readers import parse

SAID = [
    ("Oda Brandt", "Is the rope dry?"),
    ("Kofi Mensah", "Yep."),
    ("Lin Ferrer", "Good. One thing first: the lamp is out"),
    ("Oda Brandt", "So that is two things: rope and lamp."),
    ("Kofi Mensah", "We meet at 10:30 then."),
    ("Lin Ferrer", "Will do."),
    ("Oda Brandt", "Fine."),
]
SHAPES = ["{}\t{}", "{} | {}", "{} - {}", "{} — {}", "{}    {}", "**{}** {}"]


def read(rows: list[str], suffix: str = ".txt") -> list[tuple[str | None, str]]:
    transcript = parse("\n\n".join(rows).encode(), f"talk{suffix}", suffix=suffix, name="talk")
    return [(s.speaker, s.text) for s in transcript.segments]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_colon_in_the_words_makes_no_longer_name(shape: str) -> None:
    assert read([shape.format(who, said) for who, said in SAID]) == SAID


@pytest.mark.parametrize("separator", ["\t", " | ", " - "])
def test_a_time_may_stand_in_front(separator: str) -> None:
    assert read([f"00:0{n}:00{separator}{who}{separator}{said}" for n, (who, said) in enumerate(SAID)]) == SAID


def test_a_table_of_markdown_has_such_columns() -> None:
    rows = ["| Speaker | Text |", "| --- | --- |", *(f"| {who} | {said} |" for who, said in SAID)]
    assert read(["\n".join(rows)], ".md") == SAID


@pytest.mark.parametrize("shape", ["{} - {}: {}", "{} | {}: {}", "{}  {}: {}", "**{}** {}: {}"])
def test_what_recurs_behind_a_name_and_in_front_of_the_colon_is_none_of_the_words(shape: str) -> None:
    seat = {"Oda Brandt": "Pier", "Kofi Mensah": "Harbour", "Lin Ferrer": "Pier"}
    found = read([shape.format(who, seat[who], said) for who, said in SAID])
    assert [said for _, said in found] == [said for _, said in SAID]
    assert all(who is not None and who.startswith(name) for (who, _), (name, _) in zip(found, SAID, strict=True))


def test_a_dash_between_words_that_do_not_recur_ends_no_name() -> None:
    rows = [f"{said} - or so: we leave" for said in ("The fog", "A lamp", "Our rope", "This pier", "Some boats")]
    assert {who for who, _ in read(rows)} == {None}
