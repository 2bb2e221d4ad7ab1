"""Shared by all tests: no key or endpoint of this machine may leak in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import httpcore2
import pytest
from hypothesis import HealthCheck, settings

from tests.faults.server import misbehaving

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("STUDYDOC_SHARED") or ROOT.parent / "shared") / "corpus"

# Examples have no deadline, since one may take any time on a loaded machine. Hypothesis' other settings for CI stay.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [
        n for n in os.environ if n.startswith(("OPENAI_", "STUDYDOC_", "AZURE_OPENAI_")) or n.endswith("_API_KEY")
    ]:
        monkeypatch.delenv(name)
    yield


@pytest.fixture(autouse=True, scope="session")
def certificates_read_once() -> Iterator[None]:
    """Cache the machine's certificates: each client reads them, and tests make hundreds of clients."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture
def corpus() -> Path:
    if not CORPUS.is_dir():
        pytest.skip("the shared corpus is not beside this checkout")
    return CORPUS


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., str]]:
    """Starts a server that speaks the API and misbehaves on demand; returns its address.

    It writes a line for each call into `folder / "log"`; `folder` is a fixture of the test module.
    """
    with ExitStack() as stack:

        def start(delay: float = 0.0, faults: str = "") -> str:
            given = faults.split(",") if faults else ()
            return f"{stack.enter_context(misbehaving(folder / 'log', given, delay))}/v1"

        yield start
