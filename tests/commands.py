"""`studydoc` for tests: run in this process, or as a separate program if that is what is tested."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.samples import ROOT

NOBODY = ("--base-url", "http://127.0.0.1:9/v1", "--model", "scripted")  # an endpoint that does not answer


def exit_code(*words: object) -> int:
    """The exit code of a command, run in this process."""
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


def called(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What a command prints, run in this process and in a folder. An uncaught error fails the test."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        patch.setenv("STUDYDOC_MODELS", str(cwd / "no-models"))
        code = exit_code(*words)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def program(*words: object) -> list[str]:
    """The command line of a separate program."""
    return [sys.executable, "-W", "ignore", "-m", "pipeline", *map(str, words)]


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a separate program."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | more
