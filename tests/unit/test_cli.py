"""What the command makes of what is typed: options before a command, names that there are not, output that fails."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli import app, main
from pipeline.cli.fixture import add as fixture_add
from pipeline.cli.options import CALLS
from pipeline.cli.store import take_in
from pipeline.settings import Settings, deciding, load_settings
from pipeline.settings.chosen import store_path
from tests.commands import exit_code
from tests.samples import scripted_calls

Said = tuple[object, str, str]


@pytest.fixture
def studydoc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Runs the command in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Said:
        return exit_code(*arguments), *capsys.readouterr()

    return run


def failing(with_what: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise with_what

    return fail


@pytest.mark.parametrize("arguments", [("--out", "notes", "verify"), ("verify", "--out", "notes")], ids=" ".join)
def test_an_option_of_a_group_holds_for_its_command(
    studydoc: Callable[..., Said], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert "notes: no answers are stored here" in studydoc("store", *arguments)[2]
    take_in(tmp_path / "notes", scripted_calls(tmp_path))
    assert studydoc("store", *arguments)[:2] == (0, "no problems found\n")


def test_an_option_behind_a_command_counts_more_than_one_before_it(studydoc: Callable[..., Said]) -> None:
    assert "near: no answers" in studydoc("store", "--out", "far", "verify", "--out", "near")[2]


@pytest.mark.parametrize("option", ["--model", "--base-url"])
def test_an_option_that_a_command_does_not_take_is_an_error(studydoc: Callable[..., Said], option: str) -> None:
    code, _, stderr = studydoc("models", option, "x", "remove")
    assert code == 2 and f"studydoc models remove does not take {option}" in stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--fail-under", "0.5"), "--fail-under works only with compare"),
        (("--fail-under", "0.5", "--judge", "m"), "--fail-under works only with compare"),
        (("--html", "page.html", "--judge", "m"), "--html are for scores"),
        (("--reference", "notes", "--judge", "m"), "--reference and"),
        (("--base-url", "http://localhost:1/v1"), "--base-url works only with --judge"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_an_option_of_eval_that_would_do_nothing_is_an_error(
    studydoc: Callable[..., Said], options: tuple[str, ...], told: str
) -> None:
    code, printed, stderr = studydoc("eval", "outputs", *options)
    assert (code, printed) == (2, "") and told in stderr


def test_the_store_is_that_of_the_folder_that_make_writes_to(
    studydoc: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studydoc.toml").write_text('out = "kept"')
    assert "kept: no answers" in studydoc("store")[2]
    monkeypatch.setenv("STUDYDOC_OUT", "elsewhere")
    assert "elsewhere: no answers" in studydoc("store", "verify")[2]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *((name, True) for name in ("TITLE", "concurency", "JSON", "MODLE", "LENGHT")),
        *((name, False) for name in ("MODELS", "FIXTURES", "PORT", "SERVICE_HOST", "LENGTH")),
    ],
)
def test_a_variable_that_is_called_like_a_flag_and_sets_nothing_is_told(
    studydoc: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, name: str, told: bool
) -> None:
    monkeypatch.setenv(f"STUDYDOC_{name}", "full")
    stderr = studydoc("make", "none.vtt")[2]
    assert (f"STUDYDOC_{name}: ignored, there is no such setting (the settings are model, " in stderr) is told
    assert "no such setting" not in studydoc("make", "none.vtt", "--quiet")[2]


def test_an_export_to_a_place_that_cannot_be_written_is_one_line(studydoc: Callable[..., Said], tmp_path: Path) -> None:
    take_in(tmp_path / "outputs", scripted_calls(tmp_path))
    code, _, stderr = studydoc("store", "export", Path("none") / "calls.jsonl")
    assert (code, stderr.count("\n")) == (1, 1) and "calls.jsonl: cannot be written: No such file" in stderr


def test_a_store_whose_calls_cannot_be_read_is_one_line(studydoc: Callable[..., Said], tmp_path: Path) -> None:
    import sqlite3

    take_in(tmp_path / "outputs", scripted_calls(tmp_path))
    db = sqlite3.connect(store_path(tmp_path / "outputs"))
    with db:
        db.execute("update calls set completion = '{'")
    db.close()
    code, _, stderr = studydoc("store")
    assert (code, stderr.count("\n")) == (1, 1) and "studydoc store verify" in stderr


def test_completing_behind_a_command_that_there_is_not_says_nothing() -> None:
    context = click.Context(app, resilient_parsing=True)
    assert app.resolve_command(context, ["mke"]) == (None, None, [])
    assert app.get_command(click.Context(app), "mke") is None


@pytest.mark.parametrize(
    ("arguments", "does"),
    [
        (("make", "talk.vtt"), "pipeline.batches.single_machine.make_documents"),
        (("store",), "pipeline.cli.store.store_rows"),
    ],
    ids=["make", "store"],
)
def test_ctrl_c_is_told_by_every_command(
    studydoc: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], does: str
) -> None:
    monkeypatch.setattr(does, failing(KeyboardInterrupt()))
    code, _, stderr = studydoc(*arguments)
    assert code == 130 and stderr.count("interrupted; every answer so far is stored") == 1


def test_ctrl_c_is_how_a_review_ends(
    studydoc: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "outputs").mkdir()
    monkeypatch.setattr("uvicorn.Server.serve", failing(KeyboardInterrupt()))
    code, _, stderr = studydoc("review", "--no-open")
    assert not code and "all decisions are saved" in stderr and "interrupted" not in stderr


@pytest.mark.skipif(os.name != "posix", reason="names of files hold no line breaks there")
def test_read_and_plan_show_a_name_with_a_line_break_in_one_line(studydoc: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "talk\none.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    (tmp_path / "talk\ntwo.png").write_text("x")
    code, printed, stderr = studydoc("read", ".")
    assert code == 0 and printed.startswith("talk one.txt\n") and stderr.startswith("not read: talk two.png (")
    assert "\ntalk one\t" in studydoc("plan", ".", "--base-url", "http://localhost:9/v1", "--model", "m")[1]


def test_the_end_of_a_file_that_nobody_caught_is_no_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cli.store.store_rows", failing(EOFError()))
    with pytest.raises(EOFError):
        main(["store"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line(
    studydoc: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        code, _, stderr = studydoc("read", "talk.txt", "--json")
    assert (code, stderr) == (1, "studydoc: No space left on device (--debug shows where)\n")


def test_what_was_printed_before_a_file_failed_is_printed(
    studydoc: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(_: Path) -> list[tuple[str, str]]:
        print("made.md")
        raise PermissionError(13, "Permission denied", "log")

    monkeypatch.setattr("pipeline.cli.store.store_rows", rows)
    with (tmp_path / "printed").open("w", encoding="utf-8") as printed:
        monkeypatch.setattr(sys, "stdout", printed)
        assert studydoc("store")[::2] == (1, "studydoc: log: Permission denied (--debug shows where)\n")
    assert (tmp_path / "printed").read_text("utf-8") == "made.md\n"


def test_text_that_is_no_utf_8_is_refused_by_its_option(studydoc: Callable[..., Said]) -> None:
    code, _, stderr = studydoc("make", "talk.vtt", "--title", "m\udcff")
    assert code == 2 and "'--title': 'm\\udcff' is not valid UTF-8" in stderr


def commands_with_json(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The commands below a group that take --json, each by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands_with_json(command, (*words, name))
        elif any("--json" in option.opts for option in command.params):
            yield (*words, name)


def test_each_help_tells_whether_json_is_one_object_or_lines(studydoc: Callable[..., Said]) -> None:
    assert isinstance(app, click.Group)
    commands = list(commands_with_json(app))
    assert {("plan",), ("eval",), ("check",), ("batch", "collect")} <= {*commands}
    for words in commands:
        help_of_json = " ".join(studydoc(*words, "--help")[1].partition("  --json ")[2].split()[:20])
        assert re.search("one JSON object|one JSON line|--to record", help_of_json), words


def test_a_plan_takes_all_that_decides_what_is_asked() -> None:
    asked = {"model", "base_url", "out", "reasoning_effort", "concurrency"}
    assert set(CALLS) == {*deciding("transcript", "notes")} | asked
    options = {p.name for p in app.get_command(click.Context(app), "plan").params}  # type: ignore[union-attr]
    assert set(CALLS) <= options


def test_a_fixture_is_added_by_all_that_decides_a_document_and_its_record_does_not_tell() -> None:
    in_its_record = {"language"}  # by the record
    assert {*deciding("transcript", "notes")} - {p.name for p in fixture_add.params} == in_its_record


def test_an_export_that_fails_leaves_the_recording_of_before(studydoc: Callable[..., Said], tmp_path: Path) -> None:
    import sqlite3

    take_in(tmp_path / "outputs", scripted_calls(tmp_path))
    kept = tmp_path / "kept.jsonl"
    assert not studydoc("store", "export", kept)[0]
    before = kept.read_bytes()
    db = sqlite3.connect(store_path(tmp_path / "outputs"))
    with db:
        db.execute("update calls set completion = '{'")
    db.close()
    assert studydoc("store", "export", kept)[0] == 1
    assert kept.read_bytes() == before != b""


def test_a_closed_output_is_no_fault(studydoc: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert not studydoc("--version")[0]
    sys.stdout.close()


def test_a_folder_that_was_typed_needs_no_settings(studydoc: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "studydoc.toml").write_text("no TOML")
    assert "notes: no answers are stored here" in studydoc("store", "verify", "--out", "notes")[2]


def test_json_of_a_path_that_is_no_utf8_can_be_read(studydoc: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"b\xff.txt")).write_text("Ana: One.\nBen: Two.\n")
    code, printed, _ = studydoc("read", "--json", os.fsdecode(b"b\xff.txt"))
    assert not code and json.loads(printed.encode())


@pytest.mark.parametrize("number", ["nan", "inf", "-1.0"])
def test_a_threshold_that_always_passes_or_always_fails_is_an_error(studydoc: Callable[..., Said], number: str) -> None:
    code, printed, stderr = studydoc("eval", "compare", "before", "after", "--fail-under", number)
    assert (code, printed) == (2, "") and f"'--fail-under': {number} is " in stderr


def test_a_time_to_settle_that_is_no_number_is_an_error(studydoc: Callable[..., Said]) -> None:
    code, _, stderr = studydoc("make", ".", "--watch", "--settle", "nan")
    assert code == 2 and "nan is not a number" in stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((".", "--judge", ""), "setting model: the value is empty"),
        (("compare", "a", "b", "--base-url", ""), "--base-url works only with --judge"),
    ],
)
def test_an_empty_option_of_eval_is_an_error(studydoc: Callable[..., Said], words: tuple[str, ...], told: str) -> None:
    code, printed, stderr = studydoc("eval", *words)
    assert (code, printed) == (2, "") and told in stderr


@pytest.mark.parametrize(("flag", "cited"), [("--no-citations", False), ("--citations", True)])
def test_a_flag_for_or_against_citations_beats_the_file(
    studydoc: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str, cited: bool
) -> None:
    settings: list[Settings] = []

    def load(**flags: object) -> Settings:
        settings.append(load_settings(**flags))
        return settings[0]

    monkeypatch.setattr("pipeline.settings.load_settings", load)
    (tmp_path / "studydoc.toml").write_text(f"citations = {str(not cited).lower()}")
    studydoc("make", "talk.txt", flag)
    assert [s.citations for s in settings] == [cited]


@pytest.mark.parametrize("command", ["read", "plan", "make"])
def test_an_empty_path_is_no_folder_to_work_on(studydoc: Callable[..., Said], command: str) -> None:
    code, _, stderr = studydoc(command, "")
    assert code == 2 and "the path is empty: is a shell variable unset?" in stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--wait",), "--wait works only with --batch"),
        (("--batch", "--transcript-url", "http://a.test/b.vtt"), "--batch and --on take only paths"),
        (("--on", "ray", "--transcript-url", "http://a.test/b.vtt"), "--batch and --on take only paths"),
        (("--url", "notaurl"), "notaurl is not a web address"),
        (("--published", "yesterday"), "yesterday is not a date such as 2026-03-12"),
        (("--published", "2026-02-31"), "2026-02-31 is not a date such as 2026-03-12"),
        (("--published", "03/04/2026"), "03/04/2026 is not a date such as 2026-03-12"),
        (("--title", "Sailing", "other.txt"), "--title and --url describe one recording"),
        (("--url", "http://a.test/b.mp3", "."), "--title and --url describe one recording"),
        (("--profile", "small", "--check", "model"), "a small model cannot compare statements with their lines"),
        (("--model", "local", "--chunk-tokens", "900"), "chunk_tokens: a small model reads passages"),
    ],
    ids=lambda of: of[0] if isinstance(of, tuple) else "",
)
def test_an_option_that_could_do_nothing_is_an_error(
    studydoc: Callable[..., Said], tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    (tmp_path / "talk.txt").write_text("We leave at nine, says the captain.", "utf-8")
    code, _, stderr = studydoc("make", "talk.txt", *options)
    assert code == 2 and told in stderr


@pytest.mark.parametrize("where", ["environment", "file"])
def test_chunks_of_a_small_model_are_refused_wherever_they_are_set(
    studydoc: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (tmp_path / "talk.txt").write_text("We leave at nine, says the captain.", "utf-8")
    assert studydoc("plan", "talk.txt", "--model", "local")[0] == 0
    if where == "file":
        (tmp_path / "studydoc.toml").write_text("chunk_tokens = 900", "utf-8")
    else:
        monkeypatch.setenv("STUDYDOC_CHUNK_TOKENS", "900")
    code, _, stderr = studydoc("plan", "talk.txt", "--model", "local")
    assert code == 2 and "chunk_tokens: a small model reads passages" in stderr and "remove it" in stderr


def test_a_small_model_is_refused_as_a_checker_of_documents(
    studydoc: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, stderr = studydoc("check", ".", "--model", "local")
    assert code == 2 and "a small model cannot compare statements with their lines" in stderr
    assert not (tmp_path / "outputs").exists()
    monkeypatch.setenv("STUDYDOC_PROFILE", "capable")
    assert "a small model" not in studydoc("check", "nothing.json", "--model", "local")[2]


def test_read_takes_no_notes_for_transcripts(studydoc: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("We leave at nine, says the captain.", "utf-8")
    record = {"format": 2, "main_points": [], "source": {"path": "../talk.txt"}, "run": {}}
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "talk.json").write_text(json.dumps(record), "utf-8")
    (tmp_path / "outputs" / "talk.md").write_text("# Talk\n\nA page of notes.\n", "utf-8")
    code, out, _ = studydoc("read", ".")
    assert code == 0 and [line for line in out.splitlines() if not line.startswith(" ") and line] == ["talk.txt"]
