"""The command as its user meets it: exit codes, messages, no traceback. Answers come from recordings or from nowhere."""

import asyncio
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.batches import writing
from pipeline.cli import COMMANDS, app
from pipeline.document import StudyDocument
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.readers import read_transcript
from pipeline.run import asummarise
from tests.commands import NOBODY, called, exit_code, program, surroundings
from tests.e2e.answering import AnsweringServer
from tests.scripted import LINES, ScriptedClient, good_answer

ROOT = Path(__file__).parent.parent.parent


def run(*words: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a program of its own prints."""
    env = surroundings(STUDYDOC_MODELS=str(cwd / "no-models"), **environment)
    return subprocess.run(program(*words), cwd=cwd, env=env, text=True, capture_output=True, timeout=120)


@pytest.fixture
def replayable(tmp_path: Path) -> Path:
    """A folder with talk.txt, and in its output folder's store all answers that notes of it take."""
    (tmp_path / "talk.txt").write_text("\n\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    store = CallStore(tmp_path / "outputs" / ".studydoc" / "calls.sqlite")
    client = StoredClient(store, ScriptedClient(good_answer), "scripted")
    asyncio.run(asummarise(read_transcript(tmp_path / "talk.txt", name="talk"), client))
    store.close()
    return tmp_path


def test_make_writes_both_files_from_stored_answers_and_again_gives_the_same_bytes(replayable: Path) -> None:
    first = run("make", "talk.txt", *NOBODY, cwd=replayable)
    assert first.returncode == 0, first.stderr
    record = replayable / "outputs" / "talk.json"
    page = record.with_suffix(".md")
    assert first.stdout.strip() == "outputs/talk.md"
    bytes_before = record.read_bytes(), page.read_bytes()
    second = run("make", "talk.txt", *NOBODY, cwd=replayable)
    assert "no calls, all answers were stored" in first.stderr and "talk: up to date, 8 statements" in second.stderr
    assert (record.read_bytes(), page.read_bytes()) == bytes_before
    assert "model scripted" in second.stderr


def talks(folder: Path, *names: str) -> None:
    for n, name in enumerate(names):
        path = folder / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(f"{who}: {text}" for who, text in LINES * (n + 1)), "utf-8")


def made_beside(folder: Path, *words: str) -> tuple[dict[str, str], subprocess.CompletedProcess[str]]:
    """The status of each transcript below a folder, and what was printed. An endpoint answers."""
    with AnsweringServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "none")
        made = called("make", ".", "--base-url", server.url, "--json", *words, cwd=folder)
    rows = [json.loads(line) for line in made.stdout.splitlines()]
    return {r["name"]: r["status"] for r in rows}, made


@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_what_one_transcript_meets_on_the_disk_leaves_the_others_their_notes_rows_and_summary(
    tmp_path: Path, debug: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty_disk(document: StudyDocument, record: Path, **how: bool) -> StudyDocument:
        if record.stem == "talk1":
            raise OSError(errno.EIO, "Input/output error", record)
        return write(document, record, **how)

    write = writing._write
    monkeypatch.setattr(writing, "_write", faulty_disk)
    talks(tmp_path, "talk0", "talk1", "talk2", "talk3")
    statuses, made = made_beside(tmp_path, *debug)
    assert made.returncode == 1
    assert statuses == {"talk0": "complete", "talk1": "failed", "talk2": "complete", "talk3": "complete"}
    assert "talk1: FAILED: outputs/talk1.json: Input/output error" in made.stderr
    assert "3 complete, 0 partial, 1 failed" in made.stderr
    assert ("in faulty_disk" in made.stderr) == bool(debug)


def test_an_output_folder_that_takes_no_notes_or_leads_elsewhere_fails_its_own_transcripts_alone(
    tmp_path: Path,
) -> None:
    talks(tmp_path, "a/talk0", "b/talk1", "c/talk2")
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "a").write_text("a file", "utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "outputs" / "b").symlink_to(tmp_path / "elsewhere")
    statuses, made = made_beside(tmp_path)
    assert made.returncode == 1
    assert statuses == {"a/talk0": "failed", "b/talk1": "failed", "c/talk2": "complete"}
    assert "a/talk0: FAILED: outputs/a: the notes cannot be written here, as this is not a folder (" in made.stderr
    assert "b/talk1: FAILED: outputs/b/talk1.json: leads out of outputs (remove the link" in made.stderr
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_what_standard_output_cannot_encode_is_printed_as_an_escape(tmp_path: Path, encoding: str) -> None:
    talks(tmp_path, "講義 ö")
    env = surroundings(PYTHONIOENCODING=encoding, PYTHONUTF8="1")
    read = subprocess.run(
        program("read", "講義 ö.txt", "--json"), cwd=tmp_path, env=env, capture_output=True, timeout=120
    )
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout.decode(encoding))["name"] == "講義 ö"


def with_nobody_reading(*words: str, cwd: Path, **environment: str) -> int:
    """The exit code of a command whose standard output and error are a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(program(*words), cwd=cwd, stdout=writing, stderr=writing, env=surroundings(**environment))
    os.close(writing)
    return done.returncode


@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise there")
@pytest.mark.parametrize("unbuffered", ["", pytest.param("1", marks=pytest.mark.slow)])
def test_a_command_does_all_its_work_though_nobody_reads_what_it_prints(replayable: Path, unbuffered: str) -> None:
    def code(*words: str) -> int:
        return with_nobody_reading(*words, cwd=replayable, PYTHONUNBUFFERED=unbuffered)

    outputs = replayable / "outputs"
    assert code("make", "talk.txt", *NOBODY, "--to", "html", "--to", "csv") == 0
    assert {p.name for p in outputs.glob("talk.*")} == {"talk.md", "talk.json", "talk.html", "talk.csv"}
    for suffix in (".md", ".json"):
        (outputs / f"again{suffix}").write_bytes((outputs / f"talk{suffix}").read_bytes())
    assert code("export", "outputs", "--to", "html", "--out", "pages") == 0
    assert {p.name for p in (replayable / "pages").iterdir()} == {"again.html", "talk.html"}
    (replayable / "more.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.", "utf-8")
    assert code("read", ".", "--json", "--segments") == 0
    assert code("read", "none.txt") == 1 and code("--help") == 0


def test_a_run_tells_its_phases_its_words_and_who_checked(replayable: Path) -> None:
    stderr = called("make", "talk.txt", *NOBODY, "--log-json", "log", cwd=replayable).stderr
    assert "talk: writing, " in stderr and "talk: checking, " in stderr
    assert "8 statements (8 verified, 0 weak, 0 withheld)" in stderr and "checked by scripted" in stderr
    begun = [row for row in (replayable / "log").read_text().splitlines() if "phase begun" in row]
    assert [json.loads(row)["phase"] for row in begun] == ["writing", "checking"]


def test_checking_by_code_needs_no_answer_of_the_check(replayable: Path) -> None:
    done = called("make", "talk.txt", *NOBODY, "--check", "code", "--json", cwd=replayable)
    assert done.returncode == 0 and "checked by code" in done.stderr
    assert json.loads((replayable / "outputs" / "talk.json").read_text("utf-8"))["run"]["checked_by"] == "code"


def test_notes_of_another_length_are_other_calls(replayable: Path) -> None:
    table = called("plan", "talk.txt", *NOBODY, "--length", "full", cwd=replayable).stdout
    name, now, later, stored, *_, words = table.splitlines()[1].split("\t")
    assert (name, now, later, stored, words) == ("talk", "1", "about 1", "0", "90")


def test_a_plan_after_the_run_is_free(replayable: Path) -> None:
    plan = json.loads(called("plan", "talk.txt", *NOBODY, "--json", cwd=replayable).stdout)
    assert plan["all"]["now"]["calls"] == plan["all"]["later"]["calls"] == 0 and plan["all"]["stored"] == 2


@pytest.mark.parametrize("option", ["--plan", "--unverified"])
def test_options_of_former_versions_are_refused(tmp_path: Path, option: str) -> None:
    done = called("make", "talk.txt", option, "keep", cwd=tmp_path)
    assert done.returncode == 2 and "No such option" in done.stderr


@pytest.mark.parametrize("option", ["--profile", "--length", "--check"])
def test_a_choice_that_there_is_not_names_those_that_there_are(tmp_path: Path, option: str) -> None:
    done = called("make", "talk.txt", option, "nonsense", cwd=tmp_path)
    assert done.returncode == 2 and "is not one of" in done.stderr


def test_bad_files_are_told_in_a_line_each_and_the_others_go_on(replayable: Path) -> None:
    (replayable / "empty.txt").write_text("")
    (replayable / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    done = called("make", "empty.txt", "picture.txt", "missing.srt", "talk.txt", *NOBODY, cwd=replayable)
    assert done.returncode == 1
    assert (replayable / "outputs" / "talk.md").exists()
    for words in ("empty.txt: the file is empty", "picture.txt: this is a PNG", "missing.srt: there is no such file"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "1 complete, 0 partial, 3 failed" in done.stderr


def test_an_endpoint_that_is_down_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    done = called("make", "talk.txt", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", cwd=tmp_path)
    assert done.returncode == 1
    assert "is the server up" in done.stderr and "Traceback" not in done.stderr


def test_a_model_without_a_key_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    done = called("make", "talk.txt", "--model", "gpt-5-mini", cwd=tmp_path)
    assert "set OPENAI_API_KEY" in done.stderr and "Traceback" not in done.stderr
    assert done.returncode in (1, 2)


@pytest.mark.parametrize(
    "arguments", [["make"], ["make", "x.txt", "--nonsense"], ["nonsense"], ["make", "x.txt", "--chunk-tokens", "1"]]
)
def test_usage_errors_exit_with_2(tmp_path: Path, arguments: list[str]) -> None:
    done = called(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nothing.json"],
        ["eval", "nothing"],
        ["export", "nothing.json"],
        ["store", "import", "nothing"],
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_told_by_its_name(tmp_path: Path, arguments: list[str]) -> None:
    done = called(*arguments, cwd=tmp_path)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert f"{arguments[-1]}: there is no such file" in done.stderr


def test_a_setting_that_nobody_knows_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "studydoc.toml").write_text('colour = "red"\n')
    done = called("plan", "talk.txt", cwd=tmp_path)
    assert done.returncode == 2 and "studydoc.toml: there is no setting 'colour'" in done.stderr


def commands(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command by the words that call it, and all below it."""
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands((*words, name), below)


@pytest.mark.parametrize(("words", "command"), list(commands((), app)))
def test_every_help_has_examples_and_a_first_sentence_that_fits_a_row(
    words: tuple[str, ...], command: click.Command
) -> None:
    assert "Examples:" in (command.epilog or "")
    assert not words or not command.get_short_help_str(limit=66).endswith("...")  # "studydoc" stands in no list


def loaded(*words: str, cwd: Path) -> set[str]:
    """The modules that a command has loaded when it ends."""
    code = "import sys; from pipeline.cli import main\ntry: main(sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    plain = {k: os.environ[k] for k in ("PATH", "HOME") if k in os.environ}
    environment = {"PYTHONPATH": str(ROOT), "STUDYDOC_MODELS": str(cwd / "no-models")} | plain
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=cwd, env=environment, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--help"], ["make", "--help"], ["fixture", "add", "--help"]])
def test_help_loads_nothing_that_takes_long(tmp_path: Path, words: list[str]) -> None:
    slow = {"asyncio", "openai", "pydantic", "rich", "pipeline.settings", "pipeline.document"}
    assert not slow & loaded(*words, cwd=tmp_path)


def test_the_list_of_commands_loads_none_of_them(tmp_path: Path) -> None:
    ours = {name for name in loaded("--help", cwd=tmp_path) if name.startswith("pipeline.")}
    assert ours == {f"pipeline.{m}" for m in ("cli", "cli.console", "cli.streams", "errors", "usage")}


@pytest.mark.parametrize(("name", "told"), COMMANDS.items())
def test_the_list_tells_of_each_command_what_it_says_of_itself(name: str, told: str) -> None:
    found = app.get_command(click.Context(app), name)
    assert found is not None and found.get_short_help_str(limit=66) == told


def test_a_misspelt_command_is_told_with_the_one_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("mke") == 2 and "No such command 'mke'. Did you mean 'make'?" in capsys.readouterr().err


def test_a_document_that_is_made_loads_nothing_that_making_takes(replayable: Path) -> None:
    make = ("make", "talk.txt", *NOBODY)
    assert {"openai", "asyncio", "pydantic", "tiktoken", "pipeline.batches.corpus"} - loaded(*make, cwd=replayable) == {
        "openai"
    }
    slow = {"openai", "asyncio", "pydantic", "rich", "tiktoken", "pipeline.batches.corpus", "pipeline.document"}
    assert not slow & loaded(*make, cwd=replayable)


def test_a_key_never_reaches_the_screen_or_a_file(tmp_path: Path) -> None:
    key = "sk-canary-abcdefgh12345678"
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    done = run("make", "talk.txt", "--base-url", "http://127.0.0.1:9/v1", "--debug", cwd=tmp_path, OPENAI_API_KEY=key)
    assert key not in done.stdout + done.stderr
    assert all(key.encode() not in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_models_says_what_is_not_there(tmp_path: Path) -> None:
    done = called("models", cwd=tmp_path)
    assert done.returncode == 0
    assert "not downloaded: run studydoc models fetch" in done.stdout


def test_check_of_a_fresh_run_finds_nothing_and_a_planted_fault_is_found(replayable: Path) -> None:
    assert called("make", "talk.txt", *NOBODY, cwd=replayable).returncode == 0
    done = called("check", "outputs", cwd=replayable)
    assert done.returncode == 0, done.stdout
    assert "0 with findings" in done.stdout
    page = replayable / "outputs" / "talk.md"
    page.write_text(page.read_text("utf-8").replace("40 megawatts", "70 megawatts"), "utf-8")
    for named in (page, "outputs"):
        done = called("check", named, cwd=replayable)
        assert done.returncode == 1
        assert "nobody says 70" in done.stdout and "the page as edited by hand" in done.stdout


@pytest.mark.parametrize("asked", [("--notes", "minutes"), ("--sections", "own")])
def test_a_model_that_cannot_write_what_is_asked_says_so_at_once(replayable: Path, asked: tuple[str, str]) -> None:
    (replayable / "own").mkdir()
    (replayable / "own" / "risks.md").write_text("# Risks\n\nWhat could go wrong.", "utf-8")
    (replayable / "own" / "risks.toml").write_text('text = "risk"\n[fields]\nrisk = "it"', "utf-8")
    done = called("make", "talk.txt", "--model", "local", *asked, cwd=replayable)
    assert done.returncode == 2 and "a small model cannot write" in done.stderr and "OPENAI_API_KEY" in done.stderr


def test_sections_may_be_named_in_the_settings_file_and_are_looked_at_before_anything_is_asked(
    replayable: Path,
) -> None:
    (replayable / "studydoc.toml").write_text('sections = "own"\nnotes = "minutes"', "utf-8")
    done = called("plan", "talk.txt", *NOBODY, cwd=replayable)
    assert done.returncode == 2 and "own: there is no such folder of sections" in done.stderr


def test_control_characters_of_a_transcript_and_of_a_file_s_name_do_not_reach_the_terminal(tmp_path: Path) -> None:
    clipboard = "\x1b]52;c;ZXZpbA==\x07"
    talks(tmp_path, f"n{clipboard}", "empty")
    (tmp_path / "empty.txt").write_text("", "utf-8")
    (tmp_path / "bad.vtt").write_text(
        f"WEBVTT\n\n00:01.000 --> 00:0{clipboard}2.000\nhello\n\n00:03.000 --> 00:04.000\nit is\n"
    )
    for command in ("read", "plan"):
        shown = run(command, ".", *(NOBODY if command == "plan" else ()), cwd=tmp_path)
        assert "52;c;" in shown.stdout + shown.stderr
        assert not {"\x1b", "\x07"}.intersection(shown.stdout + shown.stderr)
