"""The project's own gate: every fixture replays to its golden document."""

import pytest

from pipeline.evaluation.fixture_commands import check_fixture
from pipeline.evaluation.fixtures import find_fixtures
from tests.samples import FIXTURES, SAMPLES, fixture, recorded_model, recording

NAMES = [f.name for f in find_fixtures(FIXTURES)]


def test_every_sample_is_a_fixture_with_the_same_transcript() -> None:
    assert sorted(SAMPLES) == NAMES
    for name, path in SAMPLES.items():
        kept = fixture(name)
        assert (kept.folder / kept.manifest.transcript).read_bytes() == path.read_bytes()
        side, own = path.with_name(f"{name}.info.json"), kept.folder / "transcript.info.json"
        assert side.exists() == own.exists()
        assert not side.exists() or side.read_bytes() == own.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_gives_the_golden_document_and_plays_every_recorded_call(name: str) -> None:
    verdict = check_fixture(fixture(name))
    assert verdict.lines == () and verdict.calls > 10


@pytest.mark.parametrize("name", NAMES)
def test_recordings_say_that_they_come_from_the_embedded_model_and_hold_no_key(name: str) -> None:
    text = recording(name).read_text("utf-8")
    assert recorded_model(name).startswith("Qwen2.5-Coder-1.5B")
    assert "Bearer" not in text and "sk-" not in text and "127.0.0.1" not in text


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_complete_and_every_detail_has_lines_that_exist(name: str) -> None:
    document, _ = fixture(name).golden()
    assert document.status == "complete", document.problems
    for statement in (*(d for p in document.main_points for d in p.details), *document.key_concepts):
        assert statement.evidence
        assert all(1 <= e.segment <= document.source.segments for e in statement.evidence)
