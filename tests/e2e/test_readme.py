"""README's examples, run: the Python one from recorded answers, the options of every command line against its help."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.providers.calls import CallStore, Recording
from tests.e2e.test_command_line import studydoc
from tests.samples import ROOT, SAMPLES, recording

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = sorted(
    set(re.findall(r"^(?:[A-Z_]+=\S+ |cat \S+ \| )?studydoc ([^#\n]+?)\s*(?:#.*)?$", README, re.MULTILINE))
)


@pytest.fixture
def replayable(tmp_path: Path) -> Path:
    """A folder whose call store holds the recorded answers for the tidal-turbines sample."""
    store = CallStore(tmp_path / "outputs" / ".studydoc" / "calls.sqlite")
    store.take_in(Recording(recording("tidal-turbines")))
    store.close()
    return tmp_path


def test_the_python_example_runs(replayable: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (replayable / "transcripts").mkdir()
    for sample in (ROOT / "transcripts").glob("tidal-turbines*"):
        shutil.copy(sample, replayable / "transcripts")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STUDYDOC_"))}
    extra = {"PYTHONPATH": str(ROOT), "STUDYDOC_MODELS": str(replayable / "none")}
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=replayable, env=plain | extra, text=True, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_exists_with_its_options(tmp_path: Path, command: str) -> None:
    words = command.split()
    command_words = [w for w in words[:2] if not w.startswith("-")]
    shown = studydoc(*command_words, "--help", cwd=tmp_path).stdout
    assert shown, command
    for option in re.findall(r"(?<!\S)--[a-z-]+", command):
        assert option in shown, command


def test_every_file_that_the_readme_names_is_there() -> None:
    tree = README.split("## Where things are")[1]
    for name in re.findall(r"(?<=\s)[a-z_]+(?:\.py|/)(?=\s)", tree):
        assert any(ROOT.rglob(name.rstrip("/"))), name
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link
    assert SAMPLES["tidal-turbines"].exists()
