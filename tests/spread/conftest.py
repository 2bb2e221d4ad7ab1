"""Transcripts and a local endpoint for what runs on workers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.samples import ROOT
from tests.scripted import LINES

NAMES = ("one", "two", "deep/three")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three talks, one of them in a folder below."""
    for name in NAMES:
        write_talk(tmp_path / "talks", name)
    return tmp_path


def write_talk(folder: Path, name: str) -> None:
    path = folder / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{who}: {text}" for who, text in LINES]
    path.write_text(f"---\ntitle: Talk {name}\n---\n\n" + "\n\n".join(lines), "utf-8")


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., str]]:
    """Starts a server for single calls and gives its address; it writes a line a call into `folder / "log"`."""
    running: list[subprocess.Popen[str]] = []

    def start(delay: float = 0.0, faults: str = "") -> str:
        words = [sys.executable, "-m", "tests.faults.server", str(folder / "log"), str(delay), faults]
        server = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        running.append(server)
        assert server.stdout
        return f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"

    yield start
    for server in running:
        server.kill()
        server.wait()
        assert server.stdout
        server.stdout.close()
