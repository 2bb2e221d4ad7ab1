"""Shared by all tests: no key and no endpoint of the machine's own may leak in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("STUDYDOC_SHARED") or ROOT.parent / "shared") / "corpus"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [
        n for n in os.environ if n.startswith(("OPENAI_", "STUDYDOC_", "AZURE_OPENAI_")) or n.endswith("_API_KEY")
    ]:
        monkeypatch.delenv(name)
    yield


@pytest.fixture
def corpus() -> Path:
    if not CORPUS.is_dir():
        pytest.skip("the shared corpus is not beside this checkout")
    return CORPUS


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., str]]:
    """Starts a server that speaks the API and misbehaves on command; gives its address.

    It writes a line a call into `folder / "log"`; the folder is the test module's own fixture.
    """
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
