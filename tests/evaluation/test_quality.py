"""The comparison with two baselines, with a scripted client; and the floors of the samples."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from benchmarks import quality, quality_table
from benchmarks.baselines import Baselines, FreeNotes
from pipeline.answers import parse_answer
from pipeline.errors import ContextTooLong, EndpointError
from pipeline.llm import Completion, Request, Usage
from pipeline.providers.calls import CallStore, StoredClient
from pipeline.readers import read_transcript
from pipeline.source import Source
from tests.samples import FIXTURES, SAMPLES
from tests.scripted import Answer, ScriptedClient

TURBINES = read_transcript(SAMPLES["tidal-turbines"])


def notes(request: Request) -> Answer:
    return {"sections": [
        {"heading": "Money", "notes": ["A megawatt hour from the sea costs about 195 euros today. The repair cost 9 million euros."]},
        {"heading": "Summary", "notes": ["A megawatt hour from the sea costs about 195 euros today."]},
    ]}  # fmt: skip


def made(client: ScriptedClient, context: int = 8000, chunk: int = 600) -> Baselines:
    return Baselines(client, context, chunk, lambda line: None)


def test_one_prompt_holds_the_whole_transcript_when_it_fits() -> None:
    client = ScriptedClient(notes)
    result = asyncio.run(made(client).one_prompt(TURBINES))
    assert result.unread == 0 and result.tally.calls == 1
    assert all(s.text in client.requests[0].messages[1].content for s in TURBINES.segments)


def test_what_does_not_fit_one_prompt_is_counted_as_unread() -> None:
    client = ScriptedClient(notes)
    result = asyncio.run(made(client, context=2900).one_prompt(TURBINES))
    assert 0.2 < result.unread < 0.8
    assert TURBINES.segments[-1].text not in client.requests[0].messages[1].content


def test_a_prompt_that_the_endpoint_finds_too_long_is_made_shorter() -> None:
    def strict(request: Request) -> Answer:
        return ContextTooLong("too long") if len(request.messages[1].content) > 3000 else notes(request)

    result = asyncio.run(made(ScriptedClient(strict)).one_prompt(TURBINES))
    assert result.unread > 0 and result.sections


def test_map_reduce_asks_for_each_chunk_and_once_for_all_their_notes() -> None:
    client = ScriptedClient(notes)
    result = asyncio.run(made(client).map_reduce(TURBINES))
    names = [r.name for r in client.requests]
    assert names.count("baseline_map") >= 2 and names[-1] == "baseline_reduce" and names.count("baseline_reduce") == 1
    assert "## Money" in client.requests[-1].messages[1].content and result.unread == 0


def test_an_answer_that_was_cut_off_gives_the_notes_that_it_holds() -> None:
    cut = Completion('{"sections": [{"heading": "Money", "notes": ["It costs 195 euros today.", "It wi', "length", Usage(9, 0, 9), "m")  # fmt: skip
    result = asyncio.run(made(ScriptedClient(lambda r: cut)).one_prompt(TURBINES))
    assert result.cut == 1 and result.sections[0].notes[0] == "It costs 195 euros today."
    result = asyncio.run(made(ScriptedClient(lambda r: "no notes, sorry")).one_prompt(TURBINES))
    assert result.failed == 1 and result.sections == []


def test_free_notes_are_cut_into_statements_with_lines_and_false_figures_are_seen() -> None:
    source = Source(TURBINES)
    result = asyncio.run(made(ScriptedClient(notes)).one_prompt(TURBINES)).notes(source)
    assert [c.section for c in result.claims] == ["notes", "notes", "summary"]
    assert all(c.lines for c in result.claims) and result.headings == ("Money", "Summary")
    scores = quality.score_notes(result, source)
    assert scores["figures_verified"] == pytest.approx(2 / 3) and scores["redundancy"] == 0.0


def everything(folder: Path) -> list[quality.Subject]:
    shutil.copytree(FIXTURES, folder, dirs_exist_ok=True)
    return quality.subjects(folder, None, FIXTURES)


def test_every_method_has_a_row_and_the_page_keeps_what_people_wrote(tmp_path: Path) -> None:
    subjects = everything(tmp_path / "out")
    rows = asyncio.run(quality.compare(subjects, made(ScriptedClient(notes)), tmp_path / "kept"))
    assert {r.method for r in rows} == set(quality.METHODS)
    assert (tmp_path / "kept" / "tidal-turbines.one-prompt.md").read_text("utf-8").startswith("## Money")
    page = tmp_path / "quality.md"
    page.write_text("# Quality\n\nWritten by hand.\n", "utf-8")
    for model in ("m1", "m2"):
        quality_table.between_marks(page, "baselines", quality.report(rows, model))
    text = page.read_text("utf-8")
    assert "Written by hand." in text and "Model m2; 3 transcripts" in text and "Model m1" not in text
    assert text.count("| map-reduce |") == 1 + 3


def test_a_method_that_fails_is_told_and_a_key_that_is_refused_ends_the_run(tmp_path: Path) -> None:
    subjects = everything(tmp_path / "out")[:1]
    down = ScriptedClient(lambda r: EndpointError("the server is down", retryable=True))
    rows = asyncio.run(quality.compare(subjects, made(down), tmp_path / "kept"))
    assert "one prompt: failed: the server is down" in quality.report(rows, "m")
    refused = ScriptedClient(lambda r: EndpointError("the key is refused", fatal=True))
    with pytest.raises(EndpointError):
        asyncio.run(quality.compare(subjects, made(refused), tmp_path / "kept"))


def test_a_killed_comparison_goes_on_without_asking_again(tmp_path: Path) -> None:
    calls = CallStore(tmp_path / "baselines.sqlite")
    first, again = ScriptedClient(notes), ScriptedClient([])
    for inner in (first, again):
        client = StoredClient(calls, inner, "scripted")
        asyncio.run(Baselines(client, 8000, 600, lambda line: None).map_reduce(TURBINES))
    calls.close()
    assert first.requests and not again.requests


def test_the_schema_of_free_notes_takes_their_answer() -> None:
    answer, repaired = parse_answer(json.dumps(notes(Request("x", (), {}, 1))), FreeNotes)
    assert len(answer.sections) == 2 and not repaired


def test_documents_whose_transcripts_are_gone_are_told_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything(tmp_path / "out")
    (tmp_path / "out" / "night-trains" / "transcript.txt").unlink()
    assert len(quality.subjects(tmp_path / "out", None, None)) == 2
    assert "night-trains.json: left out" in capsys.readouterr().err


def test_the_samples_reach_their_floors() -> None:
    floors = json.loads(quality_table.FLOORS.read_text("utf-8"))
    assert quality_table.below(floors, quality_table.scored_samples()) == []


def test_a_fallen_score_is_told_and_floors_only_rise_by_themselves() -> None:
    scored = quality_table.scored_samples()[:1]
    now = quality_table.floors_of(scored)
    (name,) = now
    higher = {name: now[name] | {"supported": 1.5, "redundancy": -0.5}}
    told = quality_table.below(higher, scored)
    assert len(told) == 2 and any("supported is 1.0, its floor 1.5" in line for line in told)
    assert quality_table.raised(higher, now) == higher
    assert quality_table.below({}, scored) == [f"{name}: in one of the two only"]


def test_the_page_shows_the_scores_of_the_samples_with_the_models_name() -> None:
    page = quality_table.PAGE.read_text("utf-8")
    assert "## Samples, by Qwen2.5-Coder-1.5B-Instruct" in page
    assert quality_table.scores_markdown(quality_table.scored_samples()).strip() in page
