"""What flags, variables and studydoc.toml may set, in which order they count, and what is said of nonsense."""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Unpack, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.api import asummarise, summarise
from pipeline.errors import SettingsError
from pipeline.settings import SETTABLE, Settings, deciding, load_settings
from pipeline.settings.chosen import recipe_of
from pipeline.settings.options import Options
from tests.samples import ROOT

# Another value for each setting that decides a document, those apart that are folders.
OTHERWISE: dict[str, Any] = {
    "profile": "small",
    "length": "brief",
    "notes": "minutes",
    "language": "de",
    "check": "code",
    "manuscript": False,
    "chunk_tokens": 900,
    "citations": True,
    "encoding": "cp1252",
    "format": "plain",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_flag_beats_a_variable_a_variable_the_file_and_the_file_what_is_given_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "studydoc.toml").write_text('rpm = 1\ntpm = 1\nlength = "full"\nout = "kept"\n')
    monkeypatch.setenv("STUDYDOC_TPM", "2")
    monkeypatch.setenv("studydoc_length", "brief")
    found = load_settings({"out": Path("elsewhere"), "encoding": "cp1252"}, length="standard", rpm=None)
    assert (found.rpm, found.tpm, found.length) == (1, 2, "standard")
    assert (found.out, found.encoding) == (Path("kept"), "cp1252")


@pytest.mark.parametrize("name", ["model", "base_url"])
def test_an_empty_flag_or_variable_does_not_undo_what_the_file_sets(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (folder / "studydoc.toml").write_text('model = "private"\nbase_url = "http://localhost:8000/v1"')
    with pytest.raises(SettingsError, match=f"setting {name}: the value is empty"):
        load_settings(**{name: ""})
    monkeypatch.setenv(f"STUDYDOC_{name.upper()}", "")
    with pytest.raises(SettingsError, match=f"setting {name}: the value is empty"):
        load_settings()


def test_variables_are_read_as_what_they_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"CITATIONS": "Yes", "DEADLINE": "1.5", "CONCURRENCY": "64", "SECTIONS": "own"}.items():
        monkeypatch.setenv(f"STUDYDOC_{name}", text)
    found = load_settings()
    assert (found.citations, found.deadline, found.concurrency, found.sections) == (True, 1.5, 64, Path("own"))


@pytest.mark.parametrize(
    ("name", "nonsense", "said"),
    [
        ("chunk_tokens", 100, "100 is out of range: it must be at least 200 and at most 200,000"),
        ("out", "", "the path is empty"),
        ("base_url", " ", r"the value is empty: is a variable unset\?"),
        ("language", "", "the value is empty"),
        ("concurrency", "many", "'many' is not a whole number"),
        ("concurrency", True, "True is not a whole number"),
        ("deadline", "nan", "nan is not above 0"),
        ("max_cost", 0, "0 is not above 0"),
        ("length", "long", "'long' is not one of brief, standard, full"),
        ("citations", "perhaps", "'perhaps' is neither true nor false"),
        ("deadline", True, "True is not a number"),
        ("max_cost", "inf", "inf is out of range: it must be above 0 and at most 1,000,000,000,000"),
        ("max_cost", 10**400, "100000000000… is too large"),
        ("max_cost", -(10**400), "-10000000000… is too large"),
        ("rpm", 10**400, "100000000000… is out of range: it must be at least 1"),
        ("model", 5, "5 is not text"),
        ("model", "b\udcff", r"'b\\udcff' is not valid UTF-8"),
        ("out", "a\0b", r"'a\\x00b' contains a NUL character"),
        ("out", Path("a\0b"), r"'a\\x00b' contains a NUL character"),
        ("out", None, "None is not text"),
    ],
)
def test_nonsense_is_told_with_the_name_of_the_setting(name: str, nonsense: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=f"setting {name}: {said}"):
        Settings(**{name: nonsense})


def test_a_setting_that_there_is_not_is_told_with_where_it_stands(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"^there is no setting 'modell'"):
        load_settings(modell="m")
    (folder / "studydoc.toml").write_text('modell = "m"')
    with pytest.raises(SettingsError, match=r"studydoc\.toml: there is no setting 'modell'"):
        load_settings()


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("max-cost = 5", r"did you mean max_cost\?"),
        ('title = "x"', "the settings are model, .*all else is set by flags only"),
    ],
)
def test_what_the_file_cannot_set_is_told_with_what_it_can(folder: Path, line: str, hint: str) -> None:
    (folder / "studydoc.toml").write_text(line)
    with pytest.raises(SettingsError, match=rf"there is no setting '(max-cost|title)' \({hint}\)"):
        load_settings()


def test_the_page_on_settings_lists_them_all() -> None:
    (listed,) = re.findall(r"^Settings are (.*?):", (ROOT / "docs/models-and-keys.md").read_text("utf-8"), re.M | re.S)
    assert tuple(re.findall(r"`(\w+)`", listed)) == SETTABLE


def test_options_in_python_are_all_settings_with_their_types() -> None:
    settings, options = get_type_hints(Settings), get_type_hints(Options)
    assert sorted(options) == sorted(SETTABLE)
    for name in SETTABLE:
        given = settings[name] | None
        assert options[name] == (given | str if Path in get_args(given) else given), name


@pytest.mark.parametrize("function", [summarise, asummarise, load_settings])
def test_editors_and_type_checkers_know_the_options_of(function: Any) -> None:
    assert get_type_hints(function)["flags"] == Unpack[Options]


def test_the_docstring_of_summarise_lists_what_goes_with_a_client_and_not_with_a_transcript() -> None:
    client, transcript = re.findall(r"^    - With (.*?)\.", asummarise.__doc__ or "", re.M | re.S)
    assert {*deciding("notes", "transcript"), "out"} == set(re.findall(r"\w+", client)) & set(SETTABLE)
    assert set(deciding("transcript")) == set(re.findall(r"\w+", transcript)) & set(SETTABLE)


def test_a_file_that_is_no_toml_is_told(folder: Path) -> None:
    (folder / "studydoc.toml").write_text("model: m")
    with pytest.raises(SettingsError, match=r"studydoc\.toml cannot be read"):
        load_settings()


def test_a_file_with_a_byte_order_mark_is_read(folder: Path) -> None:
    (folder / "studydoc.toml").write_text('out = "notes"', "utf-8-sig")
    assert load_settings().out == Path("notes")


def test_a_path_need_not_be_utf_8() -> None:
    assert load_settings(out=Path("b\udcff")).out == Path("b\udcff")


@pytest.mark.parametrize("line", ['api_key = "sk-canary"', '[vendor_keys]\ngroq = "sk-canary"'])
def test_a_key_in_the_file_is_refused_and_not_shown(folder: Path, line: str) -> None:
    (folder / "studydoc.toml").write_text(line)
    with pytest.raises(SettingsError, match=r"studydoc\.toml: .* keys are read from the environment only") as caught:
        load_settings()
    assert "canary" not in str(caught.value)


def test_a_key_or_a_vendor_that_is_given_by_name_is_refused(folder: Path) -> None:
    with pytest.raises(SettingsError, match="api_key cannot be set here"):
        load_settings(api_key="sk")
    (folder / "studydoc.toml").write_text('vendor = "groq"')
    with pytest.raises(SettingsError, match=r"vendor cannot be set here \(write it in front of the model's name"):
        load_settings()


def test_every_setting_decides_a_document_or_is_known_not_to() -> None:
    how_it_is_asked = {"model", "base_url", "vendor", "vendor_keys", "api_key", "reasoning_effort", "concurrency"}
    how_it_is_asked |= {"rpm", "tpm", "deadline", "max_tokens", "max_cost", "batch_size", "threads"}
    assert {f.name for f in fields(Settings)} == {*OTHERWISE, "sections", "prompts", "out"} | how_it_is_asked
    assert set(deciding("transcript", "notes", "page")) == {*OTHERWISE, "sections", "prompts"}


@pytest.mark.parametrize("name", sorted({*deciding("notes")} - {"prompts"}))
def test_every_setting_of_the_notes_is_part_of_their_recipe(folder: Path, name: str) -> None:
    (folder / "risks.md").write_text("# Risks\n\nWhat could go wrong.", "utf-8")
    (folder / "risks.toml").write_text('text = "risk"\n[fields]\nrisk = "it"', "utf-8")
    usual = Settings(model="large")
    changed = replace(usual, **{name: OTHERWISE.get(name, folder)})
    assert recipe_of(changed) != recipe_of(usual)


@given(st.integers(200, 200_000), st.floats(0.001, 86_400), st.booleans(), st.sampled_from(["brief", "full"]))
def test_settings_are_read_again_from_what_they_tell(tokens: int, seconds: float, cited: bool, length: Any) -> None:
    settings = Settings(chunk_tokens=tokens, deadline=seconds, citations=cited, length=length, out=Path("there"))
    assert Settings(**settings.without_keys()) == settings
