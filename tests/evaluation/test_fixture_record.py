"""Fixtures renewed: by another model, and by one whose answers are of no use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.evaluation.fixture_adding import Addition, run_add
from pipeline.evaluation.fixture_commands import with_chosen_model
from pipeline.evaluation.fixtures import Fixture, Manifest, load_fixture
from pipeline.own_sections import load_sections
from pipeline.profile import CAPABLE, Recipe
from pipeline.settings import load_settings
from tests.evaluation.runs import recorded, renewed, settings
from tests.scripted import ScriptedClient, good_answer


def by_model(fixture: Fixture, model: str, **was: object) -> Manifest:
    """The fixture's manifest as a model would renew it, had it been another one before."""
    return with_chosen_model(
        Fixture(fixture.folder, fixture.manifest.model_copy(update=was)), load_settings(model=model)
    )[0].manifest


def test_another_model_changes_nothing_of_a_fixture_but_the_model(
    talk: Path, risks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(talk, Recipe(CAPABLE, "brief", "minutes", load_sections(risks), "de"))
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent, sections=risks))
    fixture = load_fixture(talk.parent / "fixtures" / "talk")
    assert fixture.manifest.own and fixture.manifest.language == "de"
    monkeypatch.setenv("STUDYDOC_LENGTH", "full")
    monkeypatch.setenv("STUDYDOC_CHUNK_TOKENS", "800")
    was = {"chunk_tokens": 900, "check": "code", "profile": "capable"}
    expected = fixture.manifest.model_copy(update=was | {"model": "gpt-6-luna", "endpoint": "https://api.openai.com"})
    assert by_model(fixture, "gpt-6-luna", **was) == expected


def test_a_model_that_runs_here_is_worked_with_in_its_own_way_as_is_a_hosted_one_after_it(made: Fixture) -> None:
    small = by_model(made, "local")
    assert (small.profile, small.chunk_tokens, small.check, small.manuscript) == ("small", 1_600, "code", False)
    assert by_model(made, "local", chunk_tokens=900).chunk_tokens == 900
    here = Fixture(made.folder, small)
    assert by_model(here, "gpt-6-luna").profile == "capable"
    assert by_model(here, "gpt-6-luna", endpoint="endpoint").profile == "small"


def test_a_profile_that_is_set_goes_with_the_model(made: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYDOC_PROFILE", "small")
    assert by_model(made, "gpt-6-luna").profile == "small"


def test_notes_that_a_model_cannot_write_are_told_by_their_fixture(made: Fixture) -> None:
    with pytest.raises(InputError, match="talk: a small model cannot write notes of the kind 'minutes'"):
        by_model(made, "local", notes="minutes")


@pytest.mark.parametrize("fresh", [True, False])
def test_answers_of_no_use_leave_the_former_fixture_and_are_told(
    made: Fixture, scripted_endpoint: Callable[..., ScriptedClient], tmp_path: Path, fresh: bool
) -> None:
    if not fresh:
        made.calls.write_text("", "utf-8")
    before = {p.name: p.read_bytes() for p in made.folder.iterdir()}
    scripted_endpoint(lambda request: "sorry")
    code, lines = renewed(made.folder, settings(tmp_path / "kept"), fresh=fresh)
    assert code == 1 and lines[0].endswith("gave a PARTIAL document, so the fixture was not changed")
    assert "Main Points: " in lines[1] and "the answer was unusable" in lines[1]
    assert {p.name: p.read_bytes() for p in made.folder.iterdir()} == before
    scripted_endpoint(good_answer)
    assert renewed(made.folder, settings(tmp_path / "kept"), fresh=fresh)[0] == 0
