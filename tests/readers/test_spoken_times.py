"""Times in words that a copied pane brings along stand beside no words that people say."""

import pytest

from tests.readers.reading import read
from tests.readers.shapes import TURNS, clock

Units = tuple[tuple[str, str], tuple[str, str]]
ENGLISH: Units = (("minute", "minutes"), ("second", "seconds"))
GERMAN: Units = (("Minute", "Minuten"), ("Sekunde", "Sekunden"))
FRENCH: Units = (("minute", "minutes"), ("seconde", "secondes"))
SHOWN = [(who, int(start), said) for who, start, _, said in TURNS] + [("Oda Brandt", 180, "So, that is all.")]
HEARD = [(who, float(start), said) for who, start, said in SHOWN]


def turns(text: str) -> list[tuple[str | None, float | None, str]]:
    return [(s.speaker, s.start, s.text) for s in read(text).segments]


def spoken(seconds: int, units: Units, between: str, *, zero: bool) -> str:
    parts = [(seconds // 60, units[0]), (seconds % 60, units[1])]
    kept = [part for part in parts if part[0] or (zero and seconds % 60)]
    return between.join(f"{n} {one if n == 1 else more}" for n, (one, more) in kept)


@pytest.mark.parametrize(("units", "between"), [(ENGLISH, ", "), (GERMAN, ", "), (FRENCH, " et ")])
def test_a_time_in_words_between_a_clock_and_the_caption_is_gone(units: Units, between: str) -> None:
    said = [("stars, 9 of them.", 61), ("9 million of them.", 120), *((said, at) for _, at, said in SHOWN[14:])]
    rows = [f"{clock(at, '{minutes}:{s:02}')}{spoken(at, units, between, zero=False)}{text}" for text, at in said]
    transcript = read("\n".join(["0:00Good evening, all.", *sorted(rows)]))
    words = " ".join(s.text for s in transcript.segments)
    assert words.startswith("Good evening, all. stars, 9 of them. ") and " 9 million of them. " in words
    assert not any(f" {more}" in words for _, more in units)
    assert transcript.segments[0].start == 0.0


def test_chapters_over_such_captions_are_headings() -> None:
    rows = [f"{clock(at, '{minutes}:{s:02}')}{spoken(at, ENGLISH, ', ', zero=False)}{said}" for _, at, said in SHOWN]
    text = "\n".join(["Chapter 1: The boat", *rows[:9], "Chapter 2: The pier", *rows[9:]])
    assert " ".join(said for *_, said in turns(text)) == " ".join(said for *_, said in SHOWN)
    assert [(part.kind, part.count) for part in read(text).reading.left_out] == [("headings", 2)]


def pane(units: Units, *, initials: bool, role: str = "", glued: bool = True) -> str:
    rows = []
    for who, at, said in SHOWN:
        time, shown = spoken(at, units, " ", zero=True), clock(at, "{minutes}:{s:02}")
        letters = "".join(word[0] for word in who.split())
        numbers = time if glued else f"{at // 60} {at % 60}"
        rows.append(f"{letters}\n" if initials else "")
        rows += [f"{who}{role}", f"{numbers}{shown}", f"{who}{role} {time}", said]
    return "\n".join(rows)


@pytest.mark.parametrize("units", [ENGLISH, GERMAN])
@pytest.mark.parametrize("role", ["", " (Harbour)"])
@pytest.mark.parametrize("initials", [True, False])
@pytest.mark.parametrize("glued", [True, False])
def test_a_pane_gives_each_speaker_once_with_the_time(units: Units, role: str, initials: bool, glued: bool) -> None:
    text = pane(units, initials=initials, role=role, glued=glued)
    assert turns(text) == HEARD
    told = {part.kind: part.count for part in read(text).reading.left_out}
    assert told.get("lines of the tool that wrote the file", 0) == (len(SHOWN) if initials else 0)


def test_a_short_answer_above_a_name_with_its_letters_is_kept() -> None:
    text = pane(ENGLISH, initials=False).replace(f"{SHOWN[2][2]}\n", f"{SHOWN[2][2]}\nKM\n", 1)
    assert [said for *_, said in turns(text)][2].endswith(" KM")


def test_times_that_somebody_says_are_words() -> None:
    rows = [f"{who}: {said}\nThey waited {n} minutes" for n, (who, *_, said) in enumerate(TURNS[:6], 2)]
    assert [who for who, *_ in turns("\n\n".join(rows))] == [who for who, *_ in TURNS[:6]]
    assert sum("They waited" in s.text for s in read("\n\n".join(rows)).segments) == 6


def test_a_time_in_words_that_is_not_the_clock_above_it_is_said() -> None:
    rows = ["0:18", "18 seconds", "How long does it take?", "0:31", "5 minutes", "And then the pump runs."]
    for n in (40, 50, 59):
        rows += [f"0:{n}", f"{n} seconds", f"The pump lifts {n} litres."]
    words = " ".join(s.text for s in read("\n".join(rows)).segments)
    assert words.startswith("How long does it take? 5 minutes And then the pump runs. The pump lifts 40 litres. The")
    assert "seconds" not in words
