"""A review server in a separate process, and Chromium to view it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.storage import read_events
from tests.commands import program, surroundings
from tests.review.talk import TITLE

ROOT = Path(__file__).parent.parent.parent

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """The path of Chromium. Without it, tests are skipped here and fail in continuous integration."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        why = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(why)
        pytest.skip(why)
    return found


@contextmanager
def browser() -> Iterator[Any]:
    """A fresh Chromium, closed afterwards."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Server:
    """`studydoc review` over a folder. `kill` ends it like a power cut."""

    folder: Path
    port: int = 0
    flags: tuple[str, ...] = ()
    url: str = ""
    process: subprocess.Popen[str] | None = field(default=None)

    def start(self) -> None:
        options = ["--no-open", "--as", "Ann", "--port", self.port, *self.flags]
        self.process = subprocess.Popen(
            program("review", self.folder / "outputs", *options),
            cwd=self.folder,
            env=surroundings(XDG_CACHE_HOME=str(self.folder / "cache")),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), "the server did not start"
        self.port = int(self.url.split("/")[2].rsplit(":", 1)[1])

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        assert self._end(signal.SIGINT) == 0

    def _end(self, how: signal.Signals) -> int:
        code = 0
        if self.process is not None:
            self.process.send_signal(how)
            code = self.process.wait(20)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None
        return code


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Server]:
    """A running server, stopped afterwards."""
    server = Server(folder, flags=flags)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def ready(page: Any, server: Server, title: str = TITLE) -> None:
    page.goto(server.url)
    page.click(f"text={title}")
    page.wait_for_selector("body[data-ready]")


def revision(page: Any, n: int) -> None:
    page.wait_for_selector(f'body[data-revision="{n}"]')


def events(server: Server, name: str = "hive") -> list[Any]:
    return read_events(server.folder / "outputs" / f"{name}.review.json")


def point(page: Any, n: int = 0) -> Any:
    return page.locator('.item[data-section="main_points"]:not(.withheld)').nth(n)
