"""Spacelog: what is said, and what is of the file."""

from tests.readers.reading import read

RADIO = """[-00:00:00:05]
LCC: Ignition.

[00:00:00:02]
_page : 8
_tape : Tape 1/1
CDR: The clock is running.

# the printed pages have another time here
[00:00:05:44]
CC:  Stand by for [glossary:S-IVB] to orbit
     at [time:00:00:08:38|8 plus 38].
_note: HF was not received
  by anybody else
CDR: Roger; no light: none.

[01:02:00:00]
_note: Splashdown
"""


def test_who_speaks_when_and_nobody_is_called_note_or_page() -> None:
    assert [(s.speaker, s.text, s.start) for s in read(RADIO).segments] == [
        ("LCC", "Ignition.", None),
        ("CDR", "The clock is running.", 2.0),
        ("CC", "Stand by for S-IVB to orbit at 8 plus 38.", 344.0),
        ("CDR", "Roger; no light: none.", 344.0),
    ]


def test_what_is_of_the_file_is_told() -> None:
    (told,) = read(RADIO).reading.left_out
    assert (told.kind, told.count, told.line) == ("headers", 6, 5)


def test_a_line_of_no_form_is_told() -> None:
    more = "".join(f"[00:00:07:{n}]\nCC: Reading you, number {n}.\n" for n in range(10, 60))
    transcript = read(f"{RADIO}{more}over and out\n")
    assert transcript.reading.format == "spacelog" and "1 line left out" in transcript.notes[0]


def test_without_such_keys_it_is_plain_text() -> None:
    assert read("[00:00:00:02]\nCDR: The clock is running.\n\n[00:00:00:05]\nCC: Roger.\n").reading.format == "text"


def test_a_comment_may_stand_first() -> None:
    assert read(f"# Mercury\n\n{RADIO}").segments == read(RADIO).segments


def test_a_turn_without_words_is_told() -> None:
    told = {part.kind: part.example for part in read(f"{RADIO}\n[01:02:00:09]\nCMP:\n").reading.left_out}
    assert told["voices without words"] == "CMP"
