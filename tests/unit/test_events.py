"""Events and spans: what a machine is told of a run, and what never leaves it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from pathlib import Path

import pytest

from pipeline.errors import EndpointError, SettingsError, spending
from pipeline.events import DOCUMENT, Events, LoggedCalls, open_events
from pipeline.llm import Message, Request, Usage
from tests.scripted import ScriptedClient

FULL = Path("/dev/full")
REQUEST = Request("points", (Message("user", "a secret of the transcript"),), {}, 100)


def events_of(answer: object) -> tuple[list[dict], str]:
    sink = io.StringIO()
    client = LoggedCalls(ScriptedClient([answer]), Events(sink, now=lambda: 5.0), "http://server.test")  # type: ignore[list-item]

    async def ask() -> None:
        DOCUMENT.set("talk")
        await client.complete(REQUEST)

    with contextlib.suppress(EndpointError):
        asyncio.run(ask())
    return [json.loads(line) for line in sink.getvalue().splitlines()], sink.getvalue()


def test_start_and_end_of_a_call_share_an_id_and_the_end_tells_its_tokens() -> None:
    (start, end), _ = events_of({"a": 1})
    assert (start["event"], end["event"]) == ("call started", "call ended")
    assert start["id"] == end["id"] == REQUEST.key("scripted")[:16]
    assert (end["document"], end["prompt_tokens"], end["completion_tokens"]) == ("talk", 100, 20)


def test_a_call_that_fails_is_told_with_its_reason_and_what_it_took() -> None:
    (_, end), _ = events_of(spending(EndpointError("empty"), Usage(60, 0, 10)))
    assert (end["event"], end["why"], end["prompt_tokens"], end["completion_tokens"]) == (
        "call failed",
        "empty",
        60,
        10,
    )


def test_no_text_of_prompts_or_answers_is_in_events() -> None:
    _, text = events_of({"answer": "another secret"})
    assert "secret" not in text


def test_a_name_that_is_no_utf_8_is_told_as_utf_8() -> None:
    sink = io.StringIO()
    Events(sink).tell("document begun", document="b\udcff")
    assert json.loads(sink.getvalue().encode())["document"] == "b\ufffd"


@pytest.mark.skipif(not FULL.exists(), reason="no device here is always full")
def test_a_log_that_cannot_be_written_is_one_warning_that_names_it_and_answers_are_kept() -> None:
    warnings = list[str]()
    with open_events(FULL, warnings.append) as events:
        client = LoggedCalls(ScriptedClient(["{}", "{}"]), events, "http://server.test")
        assert [asyncio.run(client.complete(REQUEST)).text for _ in range(2)] == ["{}", "{}"]
    assert len(warnings) == 1 and warnings[0].startswith("/dev/full: the log cannot be written")


def test_a_log_is_added_to_events_and_to_an_empty_file_and_to_nothing_else(tmp_path: Path) -> None:
    log, talk = tmp_path / "run.jsonl", tmp_path / "talk.txt"
    log.touch()
    for count in (1, 2):
        with open_events(log, pytest.fail) as events:
            events.tell("run started")
        assert len(log.read_text("utf-8").splitlines()) == count
    talk.write_text("Ana: Good evening.\n", "utf-8")
    with pytest.raises(SettingsError, match=r"talk\.txt: this is not a log of events"), open_events(talk, pytest.fail):
        pass
    assert talk.read_text("utf-8") == "Ana: Good evening.\n"


def test_looks_are_counted_and_logged_without_a_text() -> None:
    sink = io.StringIO()
    events = Events(sink)
    events.look(REQUEST)
    assert events.looks == 1 and json.loads(sink.getvalue())["event"] == "prompt looked at"
    assert "secret" not in sink.getvalue()


def test_nothing_is_written_when_nobody_listens(capfd: pytest.CaptureFixture[str]) -> None:
    events = Events()
    events.tell("call started")
    assert capfd.readouterr() == ("", "") and not events.has_sink


def test_spans_have_the_names_for_generative_ai_and_no_text() -> None:
    sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="the OpenTelemetry SDK is not installed")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    trace = pytest.importorskip("opentelemetry.trace")
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    events_of({"answer": "another secret"})
    events_of(EndpointError("busy"))
    good, bad = memory.get_finished_spans()
    assert good.name == "chat scripted" and good.attributes["gen_ai.operation.name"] == "chat"
    assert good.attributes["gen_ai.usage.input_tokens"] == 100 and good.attributes["studydoc.document"] == "talk"
    assert bad.attributes["error.type"] == "EndpointError"
    assert "secret" not in good.to_json() + bad.to_json()
