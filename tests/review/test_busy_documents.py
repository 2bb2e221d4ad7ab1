"""Requests to a document that another request holds: what happens before its lock is taken, and in which thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.actions import Decide
from pipeline.review.app import Setup, create_app
from pipeline.review.catalogue import Catalogue, Desk
from pipeline.review.regenerate import regenerator
from tests.review.test_app import RULES, ask, folder, home
from tests.scripted import ScriptedClient, structured

NEW = {"text": "It makes 40 megawatts.", "lines": [1]}


class Lock:
    """A desk's lock that calls `before` each time before it is taken."""

    def __init__(self, before: Callable[[], None]) -> None:
        self._before = before
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        self._before()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def review(tmp_path: Path) -> tuple[Any, str, Desk]:
    """The served review of one document, its address and its desk."""
    catalogue = Catalogue([folder(tmp_path)])
    rewrite = regenerator(structured(ScriptedClient([NEW])))
    served = create_app(Setup(catalogue, RULES, "Ann", lambda: "2026-01-01T00:00:00Z", rewrite))
    at = home(served)
    desk = catalogue.desk(at.removeprefix("/d/"))
    assert desk is not None
    return served, at, desk


def main_point(desk: Desk) -> str:
    return next(i.id for i in desk.state.items if i.section == "main_points")


@pytest.mark.parametrize("route", ["/act", "/check", "/regenerate", "/state", ""])
def test_other_requests_are_answered_while_one_waits_for_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    served, at, desk = review(tmp_path)
    target = main_point(desk)
    bodies: dict[str, Any] = {
        "/act": {"revision": 0, "action": {"kind": "accept", "targets": [target]}},
        "/check": NEW,
        "/regenerate": {"target": target},
    }
    threads: set[int] = set()
    monkeypatch.setattr(desk, "lock", Lock(lambda: threads.add(threading.get_ident())))
    assert ask(served, at + route, bodies.get(route))[0] == 200
    assert threads
    assert threading.get_ident() not in threads, "the event loop waits"


def test_a_statement_that_is_decided_on_meanwhile_is_written_again_as_it_stands_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, at, desk = review(tmp_path)
    target = main_point(desk)

    def somebody_decides() -> None:
        action = Decide(kind="reject" if desk.review.events else "accept", targets=(target,))
        desk.review.add(action, base=len(desk.review.events), who="Ben", clock=lambda: "2026-01-01T00:00:00Z")

    monkeypatch.setattr(desk, "lock", Lock(somebody_decides))
    status, _, body = ask(served, f"{at}/regenerate", {"target": target})
    assert (status, json.loads(body)["new"]) == (200, NEW["text"])
