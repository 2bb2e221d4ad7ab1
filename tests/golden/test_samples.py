"""Whole runs replayed from recorded answers of the embedded model, compared with golden documents."""

import json

import pytest

from pipeline.providers.calls import Recording, StoredClient
from pipeline.render import render_markdown
from pipeline.store import dump
from tests.samples import GOLDEN, SAMPLES, document_of, recorded_model, recording


@pytest.mark.parametrize("name", SAMPLES)
def test_a_replay_gives_the_golden_document(name: str) -> None:
    document = document_of(name, StoredClient(Recording(recording(name)), None, recorded_model(name)))
    assert render_markdown(document) == (GOLDEN / f"{name}.md").read_text("utf-8")
    assert json.loads(dump(document)) == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_recorded_call_is_played(name: str) -> None:
    calls = Recording(recording(name))
    played: set[str] = set()
    plain_get = calls.get
    calls.get = lambda key: (played.add(key), plain_get(key))[1]  # type: ignore[method-assign]
    document_of(name, StoredClient(calls, None, recorded_model(name)))
    assert played == set(calls.calls)


@pytest.mark.parametrize("name", SAMPLES)
def test_recordings_say_that_they_come_from_the_embedded_model_and_hold_no_key(name: str) -> None:
    text = recording(name).read_text("utf-8")
    assert recorded_model(name).startswith("Qwen2.5-Coder-1.5B")
    assert "Bearer" not in text and "sk-" not in text and "127.0.0.1" not in text


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_complete_and_every_detail_has_lines_that_exist(name: str) -> None:
    document = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert document["status"] == "complete", document["problems"]
    details = [d for p in document["main_points"] for d in p["details"]]
    for statement in details + document["key_concepts"]:
        assert statement["evidence"]
        assert all(1 <= e["segment"] <= document["source"]["segments"] for e in statement["evidence"])
