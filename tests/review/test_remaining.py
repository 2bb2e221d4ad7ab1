"""What the page says after a rename: how much it changed, and where the former name is left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.document import Correction, StudyDocument
from pipeline.review.actions import Rename
from pipeline.review.decisions import apply
from pipeline.review.remaining import remark
from pipeline.review.state import opened
from pipeline.transcript import Transcript
from tests.review.samples import TRANSCRIPT, document
from tests.review.test_app import app, ask, folder, home
from tests.scripted import LINES

SEARCH = "; check who is meant there: Find shows the statements, h changes a heading"
SPOKEN = "; evidence keeps what was spoken: studydoc read --segments reactor.vtt shows where"


def told(
    made: StudyDocument,
    name: str,
    speaker: str = "Mina Osei",
    others: tuple[str, ...] = (),
    transcript: Transcript = TRANSCRIPT,
    other: str = "",
) -> str:
    """What the page says after a rename, without the word that it is saved."""
    found = replace(opened(made), people=(speaker, *others))
    rename = Rename.model_validate({"kind": "rename", "speaker": speaker, "name": name, "other": other})
    return remark(found, apply(found, rename, 1), rename, made, transcript).removeprefix("saved: ")


def saying(text: str) -> Transcript:
    """The sample's transcript, with a line that nobody cites."""
    return replace(TRANSCRIPT, segments=(*TRANSCRIPT.segments, TRANSCRIPT.segments[0]._replace(id=7, text=text)))


def with_corrected_heading(made: StudyDocument, before: str) -> StudyDocument:
    first, *others = made.main_points
    changed = first.model_copy(update={"correction": Correction(before=before, reason="nobody is named")})
    return made.model_copy(update={"main_points": (changed, *others)})


def with_correction(made: StudyDocument, before: str) -> StudyDocument:
    changed = made.summary[0].model_copy(update={"correction": Correction(before=before, reason="nobody is named")})
    return made.model_copy(update={"summary": (changed,)})


def test_it_says_how_much_was_changed_and_what_is_left() -> None:
    made = document(extra="Mina Osei asks Mina and Osei.")
    assert told(made, "Nina") == (
        f"1 statement was changed; “Mina” is still in 1 statement; “Osei” is still in 1 statement{SEARCH}"
    )


def test_it_says_how_many_decided_statements_are_to_be_decided_again() -> None:
    found = replace(opened(document(extra="Mina agrees.")), people=("Mina Osei",))
    accepted = replace(found, items=tuple(replace(i, standing="accepted") for i in found.items if not i.outside))
    rename = Rename(kind="rename", speaker="Mina Osei", name="Nina Osei")
    message = remark(accepted, apply(accepted, rename, 1), rename, document(), TRANSCRIPT)
    assert message == "saved: 1 statement was changed, and 1 of them is to be decided again"


@pytest.mark.parametrize(
    ("made", "left"),
    [
        (document(heading="Mina at the beginning"), "“Mina” is still in 1 heading"),
        (document(heading="Why Mrs. Osei said no"), "“Osei” is still in 1 heading"),
        (document(extra="MINA agrees, as mina did."), "“Mina” is still in 1 statement"),
        (document().model_copy(update={"title": "Mina", "channel": "Osei FM"}),
         "“Mina” is still in the title; “Osei” is still in the channel"),
        (with_correction(document(), "Mina agrees."), "“Mina” is still in 1 correction or doubt"),
        (with_corrected_heading(document(), "Mina agrees"), "“Mina” is still in 1 correction or doubt"),
    ],
)  # fmt: skip
def test_no_place_of_the_notes_is_left_out_of_the_count(made: StudyDocument, left: str) -> None:
    assert told(made, "Participant 7 Leeds") == f"0 statements were changed; {left}{SEARCH}"


def test_titles_of_parts_and_of_columns_are_counted() -> None:
    first, *others = document().main_points
    table = first.details[0].model_copy(update={"columns": ("Mina", "Others")})
    point = first.model_copy(update={"part": "Mina's years", "details": (table, *first.details[1:])})
    made = document().model_copy(update={"main_points": (point, *others)})
    assert "“Mina” is still in 2 headings" in told(made, "Participant 7 Leeds")


def test_lines_that_say_the_name_are_counted_with_the_command_that_shows_them() -> None:
    left = told(document(), "Nina Roth", transcript=saying("And then she said, OSEI, there is no choice."))
    assert left == f"0 statements were changed; “Osei” is still in 1 line of the transcript{SPOKEN}"


def test_a_quotation_that_has_the_new_name_is_told_not_to_be_word_for_word() -> None:
    made = document(extra="She says: “Mrs Osei, there is no choice.”")
    assert told(made, "Nina Roth") == (
        "1 statement was changed, 1 of them in a quotation, which is no longer word for word"
    )


@pytest.mark.parametrize(
    ("speaker", "others", "text", "left"),
    [
        ("Ann Baker", ("Ann Lee",), "Ann Lee agrees.", ""),
        ("Berg, Eva", (), "Berg agrees.", "“Berg”"),
        ("Maria de la Cruz", (), "Maria agrees, de la Torre does not.", "“Maria”"),
        ("田中太郎", (), "田中太郎さんは賛成した。", ""),  # it is replaced
        ("田中", ("田中太郎",), "田中太郎さんは賛成した。", ""),
        ("राम", (), "रामायण और रामू", ""),
        ("ليلى", (), "قالت وليلى.", "“ليلى”"),
        ("יוסי", (), "ויוסי אמר", "“יוסי”"),
        ("सुनीता शर्मा", (), "सुनीता ने कहा।", "“सुनीता”"),
        ("Speaker 1", (), "The speaker agrees.", ""),
        ("A", (), "A agrees.", ""),
    ],
)
def test_only_what_can_be_a_part_of_the_name_is_counted(
    speaker: str, others: tuple[str, ...], text: str, left: str
) -> None:
    parts = told(document(extra=text), "P7 of the Leeds group", speaker, others).split("; ")[1:-1]
    assert parts == ([f"{left} is still in 1 statement"] if left else [])


def test_a_new_last_name_that_contains_the_former_one_is_not_counted() -> None:
    assert told(document(extra="Osei agrees."), "Nina Osei-Ray") == "1 statement was changed"


def test_a_shorter_name_hides_no_part_of_the_former_one() -> None:
    made = document(extra="Al-Amin agrees.")
    assert "“Al-Amin” is still in 1 statement" in told(made, "Participant 7 Leeds", "Joe Al-Amin", ("Al",))


def test_names_that_are_exchanged_are_both_meant_to_be_there() -> None:
    made = document(extra="Mina Osei asks Mina and Osei.")
    assert told(made, "Nina Ray", others=("Nina Ray",), other="exchange") == "1 statement was changed"


def test_the_page_gets_the_count_with_the_file_of_its_transcript(tmp_path: Path) -> None:
    served = app(folder(tmp_path, lines=[*LINES, ("Ana", "Thank you, Ben.")]))
    sent: dict[str, Any] = {"revision": 0, "action": {"kind": "rename", "speaker": "Ben", "name": "Al"}}
    said = json.loads(ask(served, f"{home(served)}/act", sent)[2])["remark"]
    assert "“Ben” is still in 1 line of the transcript" in said
    assert said.endswith(f"studydoc read --segments {tmp_path / 'reactor.txt'} shows where")
