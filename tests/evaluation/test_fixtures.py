"""Fixtures: made from stored answers, replayed, renewed, and honest about what is obsolete. Answers are scripted."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from pipeline import store
from pipeline.document import StudyDocument
from pipeline.errors import InputError, PipelineError, SettingsError
from pipeline.evaluation.differences import differences
from pipeline.evaluation.fixture_adding import Addition, keep_as_fixture, run_add
from pipeline.evaluation.fixture_commands import check_fixture, renew, run_check, run_list, run_record
from pipeline.evaluation.fixtures import Fixture, Manifest, fixture_folders, load_fixture, recipe_fields
from pipeline.evaluation.scrubbing import Scrubber
from pipeline.llm import Completion, Request, Usage
from pipeline.own_sections import load_sections
from pipeline.profile import CAPABLE, Recipe
from pipeline.providers.calls import CallStore, RecordedCalls
from pipeline.providers.stored import StoredClient
from pipeline.readers import read_transcript
from pipeline.run import asummarise
from pipeline.settings import Settings, load_settings
from pipeline.settings.chosen import store_path
from pipeline.transcript import Metadata
from tests.commands import called
from tests.evaluation.runs import HOST, KEY, Hosted, recorded, renewed, settings, stored
from tests.kinds import TASKS, answering, empty, minutes
from tests.kinds import made as notes_of
from tests.samples import ROOT
from tests.scripted import Answer, good_answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a server writes its log."""
    return tmp_path


def listed(folder: Path, prompts: Path | None = None, model: str | None = None) -> tuple[int, list[str]]:
    return run_list(folder, prompts, model)


def test_a_fixture_holds_all_that_a_replay_needs_and_nothing_else_of_the_store(talk: Path) -> None:
    stored(talk)
    calls = CallStore(store_path(talk.parent / "outputs"))
    calls.put("other", Request("other", (), {}, 1), "scripted-8b", Completion("x", "stop", Usage(), "scripted-8b"))
    calls.close()
    notes = talk.parent / "notes.md"
    notes.write_text("# The tower\n\n- It costs 3 million euros.\n")
    (line,) = run_add(Addition(talk, talk.parent / "fixtures", notes), settings(talk.parent))
    kept = load_fixture(talk.parent / "fixtures" / "talk")
    assert sorted(p.name for p in kept.folder.iterdir()) == [
        "calls.jsonl", "fixture.json", "reference.md", "talk.json", "talk.md", "transcript.txt",
    ]  # fmt: skip
    names = {c.identity["name"] for c in RecordedCalls(kept.calls).calls.values()}
    assert "other" not in names and "complete" in line
    assert all(
        c.completion.finish_reason == "stop" and c.completion.usage.prompt_tokens
        for c in RecordedCalls(kept.calls).calls.values()
    )
    talk.unlink()
    shutil.rmtree(talk.parent / "outputs")
    assert check_fixture(kept).lines == ()


def test_adding_asks_nothing_and_says_when_answers_are_missing(talk: Path) -> None:
    with pytest.raises(InputError, match="no answers are stored here"):
        run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    stored(talk)
    talk.write_text(talk.read_text("utf-8").replace("40 megawatts", "50 megawatts"), "utf-8")
    with pytest.raises(InputError, match="run studydoc make with the same settings first"):
        run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    assert not (talk.parent / "fixtures").exists()


@pytest.mark.parametrize("below", ["", "of the folder/that was made [2]"])
def test_what_flags_told_a_run_is_kept_from_its_record(talk: Path, below: str) -> None:
    out = talk.parent / "outputs"
    calls = CallStore(store_path(out))
    told = replace(
        read_transcript(talk), metadata=Metadata(title="A Reactor", channel="Lund Radio", speakers=("Ana", "Ben"))
    )
    client = StoredClient(calls, Hosted(good_answer), "scripted-8b")
    document = asyncio.run(asummarise(told, client, endpoint=f"https://{HOST}"))
    calls.close()
    (out / below).mkdir(parents=True, exist_ok=True)
    store.write(document, "page", out / below / "talk.json")
    run_add(Addition(talk, talk.parent / "fixtures"), load_settings(out=out))
    kept = load_fixture(talk.parent / "fixtures" / "talk")
    assert json.loads((kept.folder / "fixture.json").read_text("utf-8"))["metadata"] == {
        "title": "A Reactor",
        "channel": "Lund Radio",
    }
    assert kept.golden()[0].title == "A Reactor" and check_fixture(kept).lines == ()
    assert HOST not in (kept.folder / "talk.json").read_text("utf-8")


def test_a_fixture_is_read_as_the_record_tells_that_its_transcript_was(talk: Path) -> None:
    talk.write_bytes(talk.read_text("utf-8").replace("Ana", "Růžena").encode("cp852"))
    calls = CallStore(store_path(talk.parent / "outputs"))
    client = StoredClient(calls, Hosted(good_answer), "scripted-8b")
    transcript = read_transcript(talk, encoding="cp852", form="text")
    document = asyncio.run(asummarise(transcript, client, endpoint=f"https://{HOST}"))
    calls.close()
    store.write(document, "page", talk.parent / "outputs" / "talk.json")
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    kept = load_fixture(talk.parent / "fixtures" / "talk")
    assert (kept.manifest.encoding, kept.manifest.read_as) == ("cp852", "text")
    assert kept.golden()[0].source.speakers[0] == "Růžena" and check_fixture(kept).lines == ()


def test_adding_twice_or_under_a_name_of_its_own_files_is_refused(made: Fixture, talk: Path) -> None:
    with pytest.raises(SettingsError, match="already exists"):
        run_add(Addition(talk, made.folder.parent), settings(talk.parent))
    with pytest.raises(SettingsError, match="cannot be named 'transcript'"):
        run_add(Addition(talk, made.folder.parent, name="transcript"), settings(talk.parent))


def test_adding_at_the_same_time_as_another_program_is_refused_with_what_to_do(
    made: Fixture, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path != made.folder and exists(path))  # as a moment ago
    with pytest.raises(SettingsError, match=r"talk: already exists .*studydoc fixture record"):
        run_add(Addition(talk, made.folder.parent), settings(talk.parent))


def test_the_metadata_beside_a_transcript_is_kept_as_yt_dlp_names_it(talk: Path) -> None:
    spoken = talk.rename(talk.with_name("talk.en.txt"))
    spoken.with_name("talk.info.json").write_text('{"channel": "Ports at Night"}', "utf-8")
    stored(spoken)
    run_add(Addition(spoken, talk.parent / "fixtures", name="talk"), settings(talk.parent))
    assert load_fixture(talk.parent / "fixtures" / "talk").golden()[0].channel == "Ports at Night"


def test_more_than_nine_secrets_are_put_back_each_in_its_place() -> None:
    said = " ".join(f"sk-{n:020}" for n in range(12))
    scrubber = Scrubber([], [], "")
    assert scrubber.show(scrubber.hide(said)) == said


def test_a_markdown_transcript_is_not_overwritten_by_its_page(talk: Path) -> None:
    spoken = talk.rename(talk.with_suffix(".md"))
    stored(spoken)
    run_add(Addition(spoken, talk.parent / "fixtures"), settings(talk.parent))
    kept = load_fixture(talk.parent / "fixtures" / "talk")
    assert (kept.folder / "transcript.md").read_text("utf-8").startswith("---\ntitle: The Tower")
    assert kept.record.with_suffix(".md").read_text("utf-8").startswith("# The Tower")


@pytest.mark.parametrize(("variable", "key"), [("OPENAI_API_KEY", KEY), ("MISTRAL_API_KEY", "canary0123456789")])
def test_keys_and_hosts_reach_no_file_of_a_fixture_and_it_still_replays(
    talk: Path, monkeypatch: pytest.MonkeyPatch, variable: str, key: str
) -> None:
    monkeypatch.setenv(variable, key)
    seen: list[str] = []

    def leaking(request: Request) -> Answer:
        """Echoes key and host: in an answer that has to be asked again, in a statement and in the model's name."""
        answer = good_answer(request)
        assert isinstance(answer, dict)
        if request.name == "write" and len(request.messages) == 3:
            return f"connected to https://{HOST.upper()}:8000 with {key}, sorry"
        seen.extend(m.content for m in request.messages if key in m.content)
        if request.name == "write":
            answer["main_points"][0]["points"][0]["text"] += f" It was heard at {HOST}."
        return Completion(json.dumps(answer), "stop", Usage(9, 0, 9), f"{HOST}/scripted-8b")

    stored(talk, leaking)
    assert seen, "the key was never echoed into a second request"
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    kept = load_fixture(talk.parent / "fixtures" / "talk")
    for path in kept.folder.iterdir():
        text = path.read_text("utf-8").casefold()
        assert key not in text and HOST not in text, path.name
    assert "hidden-secret-1" in kept.calls.read_text("utf-8")
    assert check_fixture(kept).lines == ()


def test_secrets_in_answers_are_named_as_the_reason_if_no_fixture_can_be_made_without_them(talk: Path) -> None:
    key = f"sk-{'canary12' * 3}"

    def leaking(request: Request) -> Answer:
        answer = good_answer(request)
        if isinstance(answer, dict) and request.name == "write":
            for point in answer["main_points"][0]["points"]:
                point["text"] += f" It was heard at https://{HOST}/v1 by {key}."
        return answer

    stored(talk, leaking)
    with pytest.raises(InputError, match=r"something like an API key.*with another model") as refused:
        run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    assert "sk-" not in str(refused.value)


@pytest.mark.parametrize("host", ["http://localhost:8000", "http://127.0.0.1:8911"])
def test_the_name_of_the_own_machine_is_no_secret(host: str) -> None:
    assert Scrubber([], [host, "http://gpu.example"], "").hide("localhost 127.0.0.1 gpu.example") == (
        "localhost 127.0.0.1 hidden-secret-1"
    )


def test_a_transcript_that_holds_the_key_is_refused(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    talk.write_text(talk.read_text("utf-8") + f"\n\nBen: My key is {KEY}, by the way, write it down.", "utf-8")
    stored(talk)
    with pytest.raises(PipelineError, match="contains the API key"):
        run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    assert not (talk.parent / "fixtures").exists()


@pytest.mark.parametrize("key", ["reactor", "x"])
def test_a_key_that_is_a_word_for_want_of_one_is_no_secret(
    talk: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    stored(talk)
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    assert "hidden-secret" not in load_fixture(talk.parent / "fixtures" / "talk").calls.read_text("utf-8")


def test_a_changed_golden_statement_is_shown_in_its_section(made: Fixture) -> None:
    record = made.record
    record.write_text(
        record.read_text("utf-8").replace("at 3 million euros a year.", "at 9 million euros a year."), "utf-8"
    )
    code, lines = run_check(made.folder.parent, None)
    assert code == 1 and lines[0] == "talk: DIFFERENT"
    assert any("main_points: changed: " in line and "9 million" in line for line in lines)
    assert any("to: " in line and "3 million" in line for line in lines)


def test_a_changed_page_alone_is_shown(made: Fixture) -> None:
    page = made.record.with_suffix(".md")
    page.write_text(page.read_text("utf-8").replace("## Key Concepts", "## Concepts"), "utf-8")
    assert check_fixture(made).lines == ("page: -## Concepts", "page: +## Key Concepts")


def test_a_call_that_nothing_asks_for_is_a_difference(made: Fixture) -> None:
    row = json.loads(made.calls.read_text("utf-8").splitlines()[0]) | {"key": "0" * 64}
    made.calls.write_text(made.calls.read_text("utf-8") + json.dumps(row) + "\n", "utf-8")
    assert "1 recorded call no longer used" in check_fixture(made).lines[0]


def test_an_edited_request_and_a_call_that_is_recorded_twice_are_differences(made: Fixture) -> None:
    first, *others = made.calls.read_text("utf-8").splitlines()
    row = json.loads(first)
    row["identity"]["sampling"]["seed"] = 8
    made.calls.write_text("\n".join((json.dumps(row), *others, others[-1])), "utf-8")
    assert check_fixture(made).lines == (
        f"call {row['key'][:12]}…: its request does not match its key",
        "1 recorded call with the key of another",
    )


def test_a_damaged_fixture_is_a_line_and_no_traceback(made: Fixture) -> None:
    made.calls.write_text("not json\n")
    assert "this is not a recording of calls" in check_fixture(made).lines[0]
    (made.folder / "fixture.json").write_text('{"format": 2, "transcript": "../../secret.txt", "model": "m"}')
    with pytest.raises(InputError, match="this is not a fixture"):
        load_fixture(made.folder)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("talk.md", b"\xe9", "talk.md: cannot be read: 'utf-8' codec"),
        ("calls.jsonl", None, "calls.jsonl: cannot be read: No such file"),
        ("fixture.json", None, "talk: no fixture.json (restore it"),
        ("fixture.json", b"{}", "fixture.json: this is not a fixture"),
        ("fixture.json", b'{"metadata": {"colour": "red"}}', "fixture.json: this is not a fixture"),
    ],
)
def test_a_damaged_fixture_is_told_by_itself_and_the_others_go_on(
    made: Fixture, tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    fixtures = made.folder.parent
    run_add(Addition(tmp_path / "talk.txt", fixtures, name="tidy"), settings(tmp_path))
    damaged = made.folder / name
    damaged.unlink() if content is None else damaged.write_bytes(content)
    code, lines = run_check(fixtures, None)
    assert (code, lines[0], lines[-1]) == (1, "talk: DIFFERENT", "tidy: unchanged, 2 calls replayed")
    assert told in lines[1]
    code, lines = listed(fixtures)
    assert code == 1 and any(told in line for line in lines[1:-1]) and lines[-1].startswith("tidy: fresh")
    code, lines = renewed(fixtures, settings(tmp_path))
    assert lines[-1] == "tidy: 2 calls recorded, document unchanged"
    assert (name != "fixture.json") or (code == 1 and lines[0] == "talk: NOT RENEWED" and told in lines[1])


def test_an_exported_recording_is_not_taken_for_a_fixture(made: Fixture) -> None:
    shutil.copy(made.calls, made.folder.parent)
    assert fixture_folders(made.folder.parent) == [made.folder]


def test_an_edited_prompt_makes_the_replay_fail_with_the_reason(made: Fixture, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "check.v8.md").write_text("Check badly.\n" + (ROOT / "prompts/check.v8.md").read_text("utf-8"), "utf-8")
    code, lines = run_check(made.folder, prompts)
    assert code == 1 and "the nearest recorded call differs in messages" in lines[1]
    code, lines = listed(made.folder, prompts)
    assert code == 1 and lines[0].startswith("talk: STALE")
    assert any(line.strip().startswith("check: ") and "messages changed" in line for line in lines)
    assert not any("write: " in line for line in lines), "untouched calls are not obsolete"
    assert "    changed prompts: check.v8" in lines


def test_fixtures_are_replayed_with_the_prompts_that_a_variable_or_the_file_sets(
    made: Fixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, first_line in (("own", "Check badly.\n"), ("shipped", "")):
        (tmp_path / name).mkdir()
        text = first_line + (ROOT / "prompts/check.v8.md").read_text("utf-8")
        (tmp_path / name / "check.v8.md").write_text(text, "utf-8")

    def codes(*flags: object) -> list[int]:
        commands = ("check", "list")
        return [called("fixture", command, made.folder, *flags, cwd=tmp_path).returncode for command in commands]

    assert codes() == [0, 0]
    (tmp_path / "studydoc.toml").write_text('prompts = "own"\nmodel = "azure/notes"')  # whose address nothing sets
    assert codes() == [1, 1]
    assert codes("--prompts", "shipped") == [0, 0]
    monkeypatch.setenv("STUDYDOC_PROMPTS", "shipped")
    assert codes() == [0, 0]


@pytest.mark.parametrize(
    ("part", "edit"),
    [
        ("schema", lambda identity: identity["schema"].update(x=1)),
        ("sampling", lambda identity: identity["sampling"].update(seed=8)),
        ("format", lambda identity: identity.update(format=0)),
    ],
)
def test_list_names_the_part_of_the_identity_that_changed(made: Fixture, part: str, edit) -> None:  # noqa: ANN001
    rows = [json.loads(row) for row in made.calls.read_text("utf-8").splitlines()]
    for row in rows:
        edit(row["identity"])
        row["key"] = row["key"][::-1]
    made.calls.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    code, lines = listed(made.folder)
    assert code == 1 and all(line.endswith(f"{part} changed") for line in lines[1:])


def test_another_model_makes_every_call_obsolete(made: Fixture) -> None:
    assert listed(made.folder) == (0, listed(made.folder)[1])
    code, lines = listed(made.folder, model="other")
    assert code == 1 and len(lines) > 2 and all("model changed" in line for line in lines[1:])


def test_renewing_shows_what_changed_and_replays_afterwards(made: Fixture, tmp_path: Path) -> None:
    def other(request: Request) -> Answer:
        answer = good_answer(request)
        if isinstance(answer, dict) and request.name != "check":
            answer["main_points"][0]["points"][0]["text"] = "The reactor runs well, Ana is certain."
        return answer

    renewed = Fixture(made.folder, made.manifest.model_copy(update={"model": "other"}))
    client = Hosted(other)
    client.model = "other"  # type: ignore[misc]
    verdict = asyncio.run(renew(renewed, client, settings(tmp_path), f"https://{HOST}"))
    assert verdict.complete and any("Ana is certain" in line for line in verdict.lines)
    again = load_fixture(made.folder)
    assert again.manifest.model == "other" and check_fixture(again).lines == ()


def dear(request: Request) -> Answer:
    return json.loads(json.dumps(good_answer(request)).replace("too expensive", "too dear"))


def test_renewing_keeps_fresh_answers_although_the_store_has_older_ones(made: Fixture, tmp_path: Path) -> None:
    asyncio.run(renew(made, Hosted(dear), settings(tmp_path), f"https://{HOST}"))
    before = bytes_of(made.folder)
    assert record(made.folder, settings(tmp_path)) == ["talk: 2 calls recorded, document unchanged"]
    assert bytes_of(made.folder) == before


def test_renewing_after_a_prompt_was_edited_keeps_the_fixtures_own_other_answers(
    made: Fixture, tmp_path: Path, serve: Callable[..., str]
) -> None:
    asyncio.run(renew(made, Hosted(dear), settings(tmp_path), f"https://{HOST}"))
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "check.v8.md").write_text("Check well.\n" + (ROOT / "prompts/check.v8.md").read_text("utf-8"), "utf-8")
    record(made.folder, load_settings(base_url=serve(), out=tmp_path / "outputs", prompts=prompts))
    assert len((tmp_path / "log").read_text("utf-8").splitlines()) == 1
    assert "too dear" in made.golden()[1] and "too expensive" not in made.golden()[1]


def test_renewing_without_a_change_gives_the_same_bytes(made: Fixture, tmp_path: Path) -> None:
    before = {p.name: p.read_bytes() for p in made.folder.iterdir()}
    verdict = asyncio.run(renew(made, Hosted(good_answer), settings(tmp_path), f"https://{HOST}"))
    assert verdict.lines == () and {p.name: p.read_bytes() for p in made.folder.iterdir()} == before


def pytest_in(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STUDYDOC_", "PYTEST_"))}
    more = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # plugins take most of the time
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", "pipeline.evaluation"]
    return subprocess.run(
        command, cwd=folder, env=plain | more | environment, text=True, capture_output=True, timeout=120
    )


@pytest.mark.slow
def test_pytest_runs_the_fixtures_of_a_users_own_project(made: Fixture, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(made.folder, project / "tests" / "fixtures" / "talk")
    (project / "pytest.ini").write_text("[pytest]\n")
    done = pytest_in(project)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
    page = project / "tests" / "fixtures" / "talk" / "talk.md"
    page.write_text(page.read_text("utf-8").replace("Summary", "Sum"), "utf-8")
    done = pytest_in(project)
    assert done.returncode == 1 and "page: +## Summary" in done.stdout
    done = pytest_in(project, STUDYDOC_FIXTURES=str(made.folder.parent))
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
    (project / "studydoc.toml").write_text('prompts = "no-such-folder"')
    done = pytest_in(project, STUDYDOC_FIXTURES=str(made.folder.parent))
    assert done.returncode == 1 and "no-such-folder: " in done.stdout, done.stdout


def test_pytest_does_not_pass_in_silence_where_there_are_no_fixtures(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = pytest_in(tmp_path)
    assert done.returncode != 0 and "there are no fixtures here" in done.stdout


def test_the_command_needs_no_pytest(made: Fixture, tmp_path: Path) -> None:
    code = "import sys; sys.modules['pytest'] = None; from pipeline.cli import main; main(['fixture', 'check', sys.argv[1]])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(made.folder)], cwd=tmp_path, text=True, capture_output=True,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0 and "unchanged, 2 calls replayed" in done.stdout, done.stderr


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def record(folder: Path, told: Settings, **more: bool) -> list[str]:
    """`studydoc fixture record` of all below a folder, which must end well."""
    code, lines = renewed(folder, told, **more)
    assert code == 0, lines
    return lines


def test_renewing_what_did_not_change_asks_nobody_and_gives_the_same_bytes(made: Fixture, tmp_path: Path) -> None:
    before = bytes_of(made.folder)
    assert record(made.folder.parent, load_settings(out=tmp_path / "kept")) == [
        "talk: 2 calls recorded, document unchanged"
    ]
    assert bytes_of(made.folder) == before


def test_an_unusable_answer_of_a_fixture_is_replaced_by_a_stored_one(made: Fixture, tmp_path: Path) -> None:
    before = bytes_of(made.folder)
    rows = [json.loads(row) for row in made.calls.read_text("utf-8").splitlines()]
    rows[0]["completion"]["text"] = "I cannot."
    made.calls.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    record(made.folder, load_settings(out=tmp_path / "outputs"))
    assert bytes_of(made.folder) == before


def test_a_model_that_no_endpoint_serves_is_recorded_from_the_answers_in_the_store(talk: Path) -> None:
    stored(talk)
    told = load_settings(model="scripted-8b", out=talk.parent / "outputs")
    run_add(Addition(talk, talk.parent / "fixtures"), told)
    fixture = load_fixture(talk.parent / "fixtures" / "talk")
    before = bytes_of(fixture.folder)
    fixture.calls.unlink()
    record(fixture.folder, told)
    assert bytes_of(fixture.folder) == before


def test_an_answer_that_is_nowhere_needs_an_endpoint_and_spoils_nothing(made: Fixture, tmp_path: Path) -> None:
    made.calls.write_text("".join(made.calls.read_text("utf-8").splitlines(keepends=True)[:1]), "utf-8")
    before = bytes_of(made.folder)
    with pytest.raises(SettingsError, match="needs a key"):
        record(made.folder, load_settings(out=tmp_path / "kept"))
    assert bytes_of(made.folder) == before


def test_what_was_renewed_is_shown_even_if_a_later_fixture_ends_the_command(made: Fixture, tmp_path: Path) -> None:
    later = tmp_path / "tower.txt"
    later.write_text((tmp_path / "talk.txt").read_text("utf-8").replace("40 megawatts", "50 megawatts"), "utf-8")
    stored(later)
    run_add(Addition(later, made.folder.parent), settings(tmp_path))
    load_fixture(made.folder.parent / "tower").calls.write_text("", "utf-8")
    shown: list[str] = []
    chosen = load_settings(out=tmp_path / "kept")
    with pytest.raises(SettingsError, match="needs a key"):
        asyncio.run(run_record(made.folder.parent, (), chosen, lambda done, total: None, shown.append))
    assert shown == ["talk: 2 calls recorded, document unchanged"]


def test_the_word_endpoint_in_an_answer_is_no_secret(talk: Path) -> None:
    def said(request: Request) -> Answer:
        return json.loads(json.dumps(good_answer(request)).replace("The Lund reactor", "The endpoint at Lund"))

    stored(talk, said)
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    (line,) = record(talk.parent / "fixtures", load_settings(out=talk.parent / "kept"))
    assert line.endswith("document unchanged")


def test_a_fixture_is_renewed_against_an_endpoint_whose_host_and_key_it_does_not_name(
    made: Fixture, tmp_path: Path, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    at = serve()
    record(made.folder, load_settings(base_url=at, model="scripted", out=tmp_path), fresh=True)
    record(made.folder, load_settings(base_url=at, out=tmp_path), fresh=True)
    assert len((tmp_path / "log").read_text("utf-8").splitlines()) == 4
    assert not any(b"127.0.0.1" in text or KEY.encode() in text for text in bytes_of(made.folder).values())
    kept = load_fixture(made.folder)
    assert (kept.manifest.endpoint, kept.manifest.model) == ("endpoint", "scripted")
    assert check_fixture(kept).lines == () and listed(made.folder)[0] == 0


def test_how_a_run_was_made_is_kept_from_its_record(talk: Path) -> None:
    recipe = Recipe(replace(CAPABLE, chunk_tokens=900, check="code"), "brief")
    document = stored(talk, recipe=recipe)
    store.write(document, "page", talk.parent / "outputs" / "talk.json")
    run_add(Addition(talk, talk.parent / "fixtures"), load_settings(out=talk.parent / "outputs", chunk_tokens=900))
    kept = load_fixture(talk.parent / "fixtures" / "talk")
    fields = json.loads((kept.folder / "fixture.json").read_text("utf-8"))
    told = {"format": 2, "profile": "capable", "chunk_tokens": 900, "check": "code", "length": "brief"}
    assert fields.items() >= told.items()
    at_once = replace(recipe, profile=replace(recipe.profile, manuscript=False))  # as it was made
    assert kept.manifest.recipe == at_once and check_fixture(kept).lines == ()


def test_a_fixture_of_minutes_holds_the_users_own_sections_and_replays_without_their_files(
    talk: Path, risks: Path
) -> None:
    told = settings(talk.parent, notes="minutes", sections=risks)
    stored(talk, empty, Recipe(notes="minutes", own=load_sections(risks)))
    run_add(Addition(talk, talk.parent / "fixtures"), told)
    shutil.rmtree(risks)
    kept = load_fixture(talk.parent / "fixtures" / "talk")
    assert [s.title for s in kept.manifest.own] == ["Risks"] and check_fixture(kept).lines == ()


def test_a_fixture_has_no_sections_that_are_set_today_and_were_not_when_its_notes_were_made(
    talk: Path, risks: Path
) -> None:
    recorded(talk, Recipe())
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent, sections=risks))
    assert load_fixture(talk.parent / "fixtures" / "talk").manifest.own == ()


def test_a_fixture_has_the_sections_of_its_record_from_the_folder_that_still_holds_them(
    talk: Path, risks: Path
) -> None:
    recorded(talk, Recipe(own=load_sections(risks)))
    run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent, sections=risks))
    assert [s.name for s in load_fixture(talk.parent / "fixtures" / "talk").manifest.own] == ["risks"]


def test_sections_that_have_changed_or_are_not_given_are_asked_for(talk: Path, risks: Path) -> None:
    recorded(talk, Recipe(own=load_sections(risks)))
    with pytest.raises(InputError, match=r"\(risks\): --sections is not set .*set --sections"):
        run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent))
    (risks / "risks.md").write_text("# Risks\n\nWhat could go well.", "utf-8")
    with pytest.raises(InputError, match=r"own does not have them in that form .*set --sections"):
        run_add(Addition(talk, talk.parent / "fixtures"), settings(talk.parent, sections=risks))


def test_a_changed_date_is_a_difference_in_its_section() -> None:
    later = notes_of("minutes", answering(action_items=[TASKS[0] | {"due": "2032"}, *TASKS[1:]]))
    (was, now, *_) = [row for row in differences(minutes(), later) if "Due" in row]
    assert was == "action_items: changed: Due: 2031 [lines 4]" and now.endswith("to: Due: 2032 [lines 4]")


@pytest.mark.parametrize(
    ("was", "now", "row"),
    [
        ("Per carriage", "In a carriage", "Type | {} | Price"),
        ("How much the climate gains", "What the climate gains", "{}"),
    ],
)
def test_a_changed_title_is_a_difference_in_its_section(was: str, now: str, row: str) -> None:
    record = load_fixture(ROOT / "tests" / "fixtures" / "night-trains-capable").record
    text = record.read_text("utf-8")
    assert f'"{was}"' in text
    before, after = (StudyDocument.model_validate_json(t) for t in (text, text.replace(f'"{was}"', f'"{now}"')))
    told = "\n".join(differences(before, after))
    assert all(f"title “{row.format(title)}”" in told for title in (was, now))


def test_a_fixture_of_an_older_program_is_refused_with_what_to_do(made: Fixture) -> None:
    old = {"format": 1, "transcript": "transcript.txt", "model": "m", "endpoint": "e", "recipe": {"plan": "together"}}
    (made.folder / "fixture.json").write_text(json.dumps(old))
    with pytest.raises(InputError, match=r"older format.*studydoc make.*studydoc fixture add"):
        load_fixture(made.folder)


def test_a_fixture_of_a_newer_program_is_refused_with_what_to_do(made: Fixture) -> None:
    manifest = made.folder / "fixture.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"format": 2', '"format": 3, "new": 1'), "utf-8")
    with pytest.raises(InputError, match=r"a newer version of studydoc made it \(update studydoc\)"):
        load_fixture(made.folder)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("language", "english", "language: Value error, 'english' is not a language tag"),
        ("metadata", {"speakers": None}, "metadata.speakers: Input should be a valid array"),
        ("metadata", {"title": 7}, "metadata.title: Input should be a valid string"),
    ],
)
def test_a_manifest_with_a_wrong_value_is_refused_by_the_name_of_its_field(
    made: Fixture, field: str, value: object, fault: str
) -> None:
    manifest = made.folder / "fixture.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {field: value}), "utf-8")
    code, (_, line) = run_check(made.folder.parent, None)
    assert code == 1 and fault in line


def test_a_reviewed_run_becomes_a_fixture_with_the_accepted_notes_as_its_reference(talk: Path) -> None:
    stored(talk)
    record, fixtures = talk.parent / "outputs" / "talk.json", talk.parent / "fixtures"
    elsewhere = load_settings(model="scripted-8b", base_url=f"https://{HOST}/v1", out=talk.parent / "nowhere")
    assert "complete" in keep_as_fixture(
        record, talk, "# Notes\n\n- The tower cools the reactor.\n", elsewhere, fixtures
    )
    assert "cools the reactor" in (fixtures / "talk" / "reference.md").read_text("utf-8")
    assert run_check(fixtures, None)[0] == 0
    with pytest.raises(SettingsError, match="already exists"):
        keep_as_fixture(record, talk, "", elsewhere, fixtures)


def test_an_unknown_name_an_empty_folder_and_a_missing_transcript_are_told(made: Fixture, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="there are no fixtures here"):
        run_check(tmp_path / "empty", None)
    with pytest.raises(InputError, match="no fixture nothing"):
        renewed(made.folder, settings(tmp_path), ["nothing"])
    with pytest.raises(InputError, match="there is no such file"):
        run_add(Addition(tmp_path / "missing.vtt", tmp_path), settings(tmp_path))


def test_a_manifest_keeps_all_of_a_recipe(risks: Path) -> None:
    profile = replace(CAPABLE, chunk_tokens=900, check="code", manuscript=False)
    recipe = Recipe(profile, "full", "minutes", load_sections(risks), "de")
    usual = Recipe()
    assert all(getattr(recipe, f.name) != getattr(usual, f.name) for f in fields(Recipe))
    manifest = Manifest(transcript="transcript.txt", model="m", endpoint="e", **recipe_fields(recipe))
    assert manifest.recipe == recipe
