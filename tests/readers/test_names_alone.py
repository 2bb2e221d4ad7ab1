"""Names that stand alone on the line above what is said, without a colon or a time."""

import itertools

import pytest

from pipeline.readers import parse
from tests.readers.shapes import NAMES

SAID = [
    ("O", "Is the rope dry? I put it there last night, and it rained."),
    ("K", "Yep."),
    ("L", "I know, I know"),
    ("O", "Then we leave at nine, all of us."),
    ("K", "And the lamp: who mends it?"),
    ("L", "yeah"),
    ("O", "Will do."),
    ("L", "yeah"),
    ("K", "Thanks, everyone."),
    ("O", "Bye."),
]
NUMBERED = {"O": "Speaker 1", "K": "Speaker 2", "L": "Speaker 3"}


def read(text: str) -> list[tuple[str | None, str]]:
    transcript = parse(text.encode(), "talk.txt", suffix=".txt", name="talk")
    return [(s.speaker, s.text) for s in transcript.segments]


@pytest.mark.parametrize("names", [NAMES, NUMBERED, {key: name.upper() for key, name in NAMES.items()}])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_names_that_recur_alone_over_words_are_speakers(names: dict[str, str], between: str) -> None:
    rows = [f"{names[who]}{between}{said}" for who, said in SAID]
    assert read("\n\n".join(["How the rope got wet", *rows])) == [(names[who], said) for who, said in SAID]


def test_who_speaks_once_is_a_speaker_too() -> None:
    rows = [f"{NAMES[who]}\n\n{said}" for who, said in SAID[:5]]
    assert read("\n\n".join([*rows, "Zoe Adler\n\nI only came to say hello.", *rows]))[5][0] == "Zoe Adler"


def test_names_need_no_blank_line_above_them_where_sentences_end() -> None:
    said = [(who, said) for who, said in SAID if said[-1] in ".?"]
    found = read("\n".join(f"{NAMES[who]}\n{said}" for who, said in said))
    assert found == [(NAMES[who], said) for who, said in said]


@pytest.mark.parametrize(
    "rows",
    [
        ["The fog comes", "on quiet feet.", "", "It looks around", "at all the boats.", ""],
        ["Report", "", "It was a long report.", "", "Question", "", "There was one more question.", ""],
        ["Yes.", "", "We leave at nine then.", "", "No.", "", "We stay.", ""],
    ],
)
def test_short_lines_that_recur_and_are_no_names_are_words(rows: list[str]) -> None:
    found = read("\n".join(rows * 4))
    assert {who for who, _ in found} == {None}
    assert " ".join(text for _, text in found).split() == " ".join(itertools.chain(rows * 4)).split()
