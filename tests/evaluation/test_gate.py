"""The project's own gate: every recorded fixture replays to its golden document."""

import json
from pathlib import Path

import pytest

from pipeline.evaluation.fixture_commands import check_fixture
from pipeline.evaluation.fixtures import fixture_folders, load_fixture
from tests.samples import FIXTURES, ROOT, SAMPLES

FOLDERS = fixture_folders(FIXTURES)
each = pytest.mark.parametrize("folder", FOLDERS, ids=[f.name for f in FOLDERS])


@each
def test_a_replay_gives_the_golden_document_and_plays_every_recorded_call(folder: Path) -> None:
    verdict = check_fixture(load_fixture(folder))
    assert verdict.lines == () and verdict.calls >= 2


@each
def test_a_fixture_of_a_sample_has_the_samples_transcript(folder: Path) -> None:
    kept = load_fixture(folder)
    texts = {path.read_bytes() for path in SAMPLES.values()}
    assert (folder / kept.manifest.transcript).read_bytes() in texts


@each
def test_recordings_hold_no_key_and_no_address(folder: Path) -> None:
    text = load_fixture(folder).calls.read_text("utf-8")
    assert "Bearer" not in text and "sk-" not in text and "127.0.0.1" not in text


@each
def test_recorded_samples_are_complete_and_name_their_model(folder: Path) -> None:
    kept = load_fixture(folder)
    document, _ = kept.golden()
    assert document.status == "complete", document.problems
    models = {json.loads(row)["identity"]["model"] for row in kept.calls.read_text("utf-8").splitlines()}
    assert models == {kept.manifest.model} == {document.run.model}


@pytest.mark.parametrize("page", sorted((ROOT / "outputs" / "samples").glob("*.md")), ids=lambda p: p.name)
def test_the_sample_pages_are_those_of_the_fixtures(page: Path) -> None:
    sample, _, made_by = page.stem.partition(".")
    name = sample if made_by == "small" else f"{sample}-{made_by}"
    assert page.read_bytes() == (FIXTURES / name / f"{name}.md").read_bytes()
