"""The command as its user meets it: exit codes, messages, no traceback. Answers come from recordings or from nowhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.providers.calls import CallStore, Recording
from tests.samples import SAMPLES, recorded_model, recording


def studydoc(
    *arguments: str | Path, cwd: Path, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STUDYDOC_"))}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pipeline", *map(str, arguments)], cwd=cwd, input=stdin, text=True, capture_output=True,
        env={**plain, "STUDYDOC_MODELS": str(cwd / "no-models"), "PYTHONPATH": str(Path(__file__).parent.parent.parent)} | environment, timeout=120,
    )  # fmt: skip


@pytest.fixture
def replayable(tmp_path: Path) -> Path:
    """An output folder whose call store holds the answers for the tidal-turbines sample."""

    store = CallStore(tmp_path / "outputs" / ".studydoc" / "calls.sqlite")
    store.take_in(Recording(recording("tidal-turbines")))
    store.close()
    return tmp_path


def test_make_writes_both_files_from_stored_answers_and_again_gives_the_same_bytes(replayable: Path) -> None:
    first = studydoc("make", SAMPLES["tidal-turbines"], cwd=replayable)
    assert first.returncode == 0, first.stderr
    record = replayable / "outputs" / "tidal-turbines.json"
    page = record.with_suffix(".md")
    assert first.stdout.strip() == "outputs/tidal-turbines.md"
    bytes_before = record.read_bytes(), page.read_bytes()
    second = studydoc("make", SAMPLES["tidal-turbines"], cwd=replayable)
    assert "no calls, all answers were stored" in second.stderr
    assert (record.read_bytes(), page.read_bytes()) == bytes_before
    assert recorded_model("tidal-turbines") in second.stderr


def test_bad_files_are_told_in_a_line_each_and_the_others_go_on(replayable: Path) -> None:
    (replayable / "empty.txt").write_text("")
    (replayable / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    done = studydoc("make", "empty.txt", "picture.txt", "missing.srt", SAMPLES["tidal-turbines"], cwd=replayable)
    assert done.returncode == 1
    assert (replayable / "outputs" / "tidal-turbines.md").exists()
    for words in ("empty.txt: the file is empty", "picture.txt: this is a PNG", "missing.srt: there is no such file"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "1 complete, 0 partial, 3 failed" in done.stderr


def test_an_endpoint_that_is_down_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    done = studydoc("make", "talk.txt", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", cwd=tmp_path)
    assert done.returncode == 1
    assert "is the server up" in done.stderr and "Traceback" not in done.stderr


def test_a_model_without_a_key_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    done = studydoc("make", "talk.txt", "--model", "gpt-5-mini", cwd=tmp_path)
    assert "set OPENAI_API_KEY" in done.stderr and "Traceback" not in done.stderr
    assert done.returncode in (1, 2)


@pytest.mark.parametrize(
    "arguments", [["make"], ["make", "x.txt", "--nonsense"], ["nonsense"], ["make", "x.txt", "--chunk-tokens", "1"]]
)
def test_usage_errors_exit_with_2(tmp_path: Path, arguments: list[str]) -> None:
    done = studydoc(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], ["make"], ["doctor"], ["models"]])
def test_help_has_examples_and_loads_neither_openai_nor_a_model(tmp_path: Path, command: list[str]) -> None:
    done = studydoc(*command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Example" in done.stdout or not command


def test_help_and_cached_runs_do_not_import_openai(replayable: Path) -> None:
    code = "import sys; from pipeline.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\nprint('openai' in sys.modules, file=sys.stderr)"
    environment = {
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "STUDYDOC_MODELS": str(replayable / "no-models"),
    }
    for arguments in (["--help"], ["make", str(SAMPLES["tidal-turbines"])]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=replayable, env=environment, text=True, capture_output=True
        )
        assert done.stderr.strip().endswith("False"), done.stderr


def test_a_key_never_reaches_the_screen_or_a_file(tmp_path: Path) -> None:
    key = "sk-canary-abcdefgh12345678"
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day, and the sun helps it.")
    done = studydoc(
        "make", "talk.txt", "--base-url", "http://127.0.0.1:9/v1", "--debug", cwd=tmp_path, OPENAI_API_KEY=key
    )
    assert key not in done.stdout + done.stderr
    assert all(key.encode() not in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_models_says_what_is_not_there(tmp_path: Path) -> None:
    done = studydoc("models", cwd=tmp_path)
    assert done.returncode == 0
    assert "not fetched: studydoc models fetch" in done.stdout


def test_check_and_eval_of_a_fresh_run_find_nothing_and_a_planted_fault_is_found(replayable: Path) -> None:
    assert studydoc("make", SAMPLES["tidal-turbines"], cwd=replayable).returncode == 0
    done = studydoc("check", "outputs", cwd=replayable)
    assert done.returncode == 0, done.stdout
    assert "0 with findings" in done.stdout
    supported = re.search(r"\| supported \| ([\d.]+) \|", studydoc("eval", "outputs", cwd=replayable).stdout)
    assert supported and float(supported[1]) > 0.9
    page = replayable / "outputs" / "tidal-turbines.md"
    page.write_text(page.read_text("utf-8").replace("195 euros", "210 euros"), "utf-8")
    done = studydoc("check", page, cwd=replayable)
    assert done.returncode == 1
    assert "figure: the lines do not say 210" in done.stdout


@pytest.mark.parametrize("arguments", [["check", "nothing.json"], ["eval", "nothing"], ["eval", "compare", "one"]])
def test_documents_that_are_not_there_are_one_line(tmp_path: Path, arguments: list[str]) -> None:
    done = studydoc(*arguments, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
