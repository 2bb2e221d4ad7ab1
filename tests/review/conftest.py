"""A page in Chromium, and a server for it over a folder with a talk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.review.browsing import Server, browser, serving
from tests.review.talk import folder_with_talk

CONTEXT = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def page(chrome: Any) -> Iterator[Any]:
    context = chrome.new_context(**CONTEXT)
    context.set_default_timeout(10_000)
    shown = context.new_page()
    shown.faults = []
    shown.on("pageerror", lambda err: shown.faults.append(str(err)))
    shown.on("dialog", lambda dialog: (shown.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield shown
    assert shown.faults == []
    context.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(folder_with_talk(tmp_path)) as running:
        yield running
