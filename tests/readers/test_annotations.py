"""Annotation files that hold no known transcript are refused, with what to export instead."""

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.readers import parse, survey
from tests.readers.reading import read

ELAN = """<?xml version="1.0" encoding="UTF-8"?>
<!-- saved by hand -->
<ANNOTATION_DOCUMENT AUTHOR="" FORMAT="3.0">
  <TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="900"/></TIME_ORDER>
  <TIER PARTICIPANT="Oda" TIER_ID="Oda"><ANNOTATION><ANNOTATION_VALUE>We leave at nine.</ANNOTATION_VALUE></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>
"""  # fmt: skip
TEXTGRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nintervals [1]:\n  text = "We leave at nine."\n'
)


def test_xml_of_an_unknown_kind_is_refused_with_the_name_of_its_root() -> None:
    with pytest.raises(InputError, match="ANNOTATION_DOCUMENT") as caught:
        read(ELAN, ".eaf")
    assert "tab-delimited" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [TEXTGRID, TEXTGRID.replace("TextFile", "TextFile short"), '"Praat chronological TextGrid text file"\n0 9.5 ! Times.\n'],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_files_of_praat_are_refused(text: str, encoding: str) -> None:
    with pytest.raises(InputError, match="Praat") as caught:
        read(text.encode(encoding), ".TextGrid")
    assert "CSV" in (caught.value.hint or "")


def test_what_elan_exports_as_tab_delimited_text_is_read_as_its_error_promises() -> None:
    rows = [
        ("Oda", 0, "When do we leave the harbour?"),
        ("Jan", 3, "At nine, with the tide."),
        ("Oda", 6, "And what comes after that?"),
        ("Jan", 9, "Then we all go home."),
    ]
    text = "".join(
        f"{who}\t\t00:00:0{at}.000\t{at}.0\t00:00:0{at}.900\t{at}.9\t00:00:00.900\t0.9\t{said}\n"
        for who, at, said in rows
    )
    assert [(s.speaker, s.start, s.text) for s in read(text).segments] == rows


def test_the_format_that_a_user_names_is_read_all_the_same() -> None:
    transcript = parse(ELAN.encode(), "talk.eaf", suffix=".eaf", name="talk", form="text")
    assert "We leave at nine." in " ".join(s.text for s in transcript.segments)


def test_labels_in_angle_brackets_are_no_xml() -> None:
    assert {s.speaker for s in read("<Oda> When do we leave?\n<Jan> At nine.\n<Oda> And then?\n").segments} == {"Oda", "Jan"}  # fmt: skip


def test_other_xml_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "build.xml").write_text(ELAN)
    (tmp_path / "talk.txt").write_text("We leave at nine.")
    found = survey([tmp_path])
    assert ([s.path.name for s in found.sources], found.errors) == (["talk.txt"], ())
