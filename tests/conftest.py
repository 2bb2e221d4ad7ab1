"""Shared by all tests: no key and no endpoint of the machine's own may leak in."""

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

# No test asserts on a clock: on a loaded machine an example takes any time. What else is set for CI stays.
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
    """Each client reads those of the machine, and tests make hundreds of clients."""
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
    """Starts a server that speaks the API and misbehaves on command; gives its address.

    It writes a line a call into `folder / "log"`; the folder is the test module's own fixture.
    """
    with ExitStack() as stack:

        def start(delay: float = 0.0, faults: str = "") -> str:
            given = faults.split(",") if faults else ()
            return f"{stack.enter_context(misbehaving(folder / 'log', given, delay))}/v1"

        yield start
