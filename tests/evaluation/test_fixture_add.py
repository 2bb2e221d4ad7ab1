"""Fixtures of the run that a record tells of: what is given beside it has to agree, and any format may be kept."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from pipeline import store
from pipeline.errors import InputError
from pipeline.evaluation.fixture_adding import Addition, run_add
from pipeline.evaluation.fixture_commands import check_folder
from pipeline.evaluation.fixtures import load_fixture
from pipeline.profile import CAPABLE, Recipe
from tests.evaluation.runs import recorded, settings, stored
from tests.scripted import good_answer

AS_MADE = Recipe(replace(CAPABLE, check="code"), "full")


def add(talk: Path, **given: Any) -> Path:
    """`studydoc fixture add` with these options; the fixture's folder."""
    run_add(Addition(talk, talk.parent / "fixtures", options=given), settings(talk.parent, **given))
    return talk.parent / "fixtures" / talk.stem


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"length": "standard"}, "made with --length full, not with --length standard"),
        ({"notes": "minutes"}, "made with --notes study, not with --notes minutes"),
        ({"profile": "small"}, "made with --profile capable, not with --profile small"),
        ({"check": "model"}, "made with --check code, not with --check model"),
        ({"format": "webvtt"}, "made with --format text, not with --format webvtt"),
    ],
)
def test_an_option_that_is_not_as_the_record_tells_is_an_error(talk: Path, given: dict[str, str], told: str) -> None:
    recorded(talk, AS_MADE, good_answer)
    with pytest.raises(InputError, match=f"{told} .*leave the option out"):
        add(talk, **given)
    assert not (talk.parent / "fixtures").exists()


def test_sections_and_a_manuscript_that_a_run_did_not_have_or_had_are_told(talk: Path, risks: Path) -> None:
    document = stored(talk)
    run = document.run.model_copy(update={"prompts": document.run.prompts | {"manuscript.v1": "0" * 64}})
    store.write(document.model_copy(update={"run": run}), "page", talk.parent / "outputs" / "talk.json")
    with pytest.raises(InputError, match="made with --manuscript, not with --no-manuscript"):
        add(talk, manuscript=False)
    with pytest.raises(InputError, match="made without --sections"):
        add(talk, sections=risks)


def test_options_that_are_as_the_record_tells_are_no_error(talk: Path) -> None:
    recorded(talk, AS_MADE, good_answer)
    assert check_folder(add(talk, length="full", notes="study", profile="capable", check="code")).lines == ()


def test_a_setting_that_was_not_given_with_the_command_gives_way_to_the_record(talk: Path) -> None:
    recorded(talk, AS_MADE, good_answer)
    told = settings(talk.parent, length="brief", notes="minutes", check="model", manuscript=False, format="webvtt")
    run_add(Addition(talk, talk.parent / "fixtures"), told)
    kept = load_fixture(talk.parent / "fixtures" / "talk").manifest
    assert (kept.length, kept.notes, kept.check, kept.read_as) == ("full", "study", "code", None)


def test_prompts_that_are_not_those_of_the_record_are_named(talk: Path) -> None:
    document = stored(talk)
    run = document.run.model_copy(
        update={"prompts": document.run.prompts | {"check.v8": "0" * 64, "gone.v1": "0" * 64}}
    )
    store.write(document.model_copy(update={"run": run}), "page", talk.parent / "outputs" / "talk.json")
    with pytest.raises(
        InputError, match=r"other prompts than those of this program: check.v8, gone.v1 .*set --prompts to the folder"
    ):
        add(talk)


def test_a_transcript_of_any_format_is_kept(talk: Path) -> None:
    written = Document()
    for line in talk.read_text("utf-8").split("---")[-1].split("\n\n"):
        written.add_paragraph(line)
    spoken = talk.with_suffix(".docx")
    written.save(str(spoken))
    stored(spoken)
    folder = add(spoken)
    assert (folder / "transcript.docx").read_bytes() == spoken.read_bytes() and check_folder(folder).lines == ()


@pytest.mark.parametrize("with_record", [True, False])
def test_a_format_that_was_asked_for_is_kept_too(talk: Path, with_record: bool) -> None:
    captions = talk.with_suffix(".vtt")
    captions.write_text("WEBVTT\n\n00:01.000 --> 00:04.000\nThe tower cools the reactor at Lund.\n", "utf-8")
    document = stored(captions, form="text")
    if with_record:
        store.write(document, "page", talk.parent / "outputs" / "talk.json")
    folder = add(captions) if with_record else add(captions, format="text")
    assert load_fixture(folder).manifest.read_as == "text" and check_folder(folder).lines == ()


def test_an_encoding_is_taken_where_a_record_does_not_tell_it(talk: Path) -> None:
    recorded(talk, AS_MADE, good_answer)
    assert load_fixture(add(talk, encoding="utf-8")).manifest.encoding == "utf-8"
