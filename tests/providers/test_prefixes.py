"""What calls begin with, read once and kept: a stand-in for the embedded server that counts what it is asked to read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2
import pytest

from pipeline.llm import Completion, Message, Request
from pipeline.providers import prefixes
from pipeline.providers.prefixes import Prefixes
from tests.scripted import ScriptedClient

SECRET = "what somebody said in confidence"


@dataclass
class Server:
    """The slot of an embedded server: saves and loads files of its folder."""

    folder: Path
    broken: bool = False
    read: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    refused: Sequence[str] = ()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if self.broken or body.get("filename") in self.refused:
            return httpx2.Response(400, json={"error": "no"})
        if request.url.path == "/v1/chat/completions":
            self.read.append(request.content.decode())
        elif request.url.params["action"] == "save":
            (self.folder / body["filename"]).write_text(self.read[-1], "utf-8")
        else:
            self.loaded.append(body["filename"])
        return httpx2.Response(200, json={})


def call(kind: str, part: str = SECRET) -> Request:
    example = (Message("user", "An example."), Message("assistant", "Its answer."))
    return Request(kind, (Message("system", f"Do {kind}."), *example, Message("user", part)), None, 9)


def asked(server: Server, requests: Sequence[Request], model: str = "small") -> list[Completion]:
    """The answers of one run."""

    async def run() -> list[Completion]:
        async with httpx2.AsyncClient(base_url="http://embedded", transport=httpx2.MockTransport(server)) as http:
            client = Prefixes(
                ScriptedClient([f"answer {n}" for n, _ in enumerate(requests)]), http, model, server.folder
            )
            return [await client.complete(r) for r in requests]

    return asyncio.run(run())


def test_what_calls_of_a_kind_begin_with_is_read_once_and_holds_nothing_of_a_transcript(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert [c.text for c in asked(server, [call("notes"), call("notes", "Other.")])] == ["answer 0", "answer 1"]
    assert len(server.read) == 1 and "Do notes." in server.read[0]
    assert [SECRET in path.read_text("utf-8") for path in tmp_path.iterdir()] == [False]


def test_the_next_run_loads_it(tmp_path: Path) -> None:
    server = Server(tmp_path)
    asked(server, [call("notes")])
    asked(server, [call("notes")])
    assert len(server.read) == 1 and server.loaded == [path.name for path in tmp_path.iterdir()]


def test_a_kind_that_comes_again_after_another_is_loaded_again(tmp_path: Path) -> None:
    server = Server(tmp_path)
    asked(server, [call("notes"), call("terms"), call("notes")])
    assert len(server.read) == 2 and len(server.loaded) == 1


def test_another_model_or_another_prompt_has_a_state_of_its_own(tmp_path: Path) -> None:
    server = Server(tmp_path)
    asked(server, [call("notes")])
    asked(server, [call("notes")], model="other")
    asked(server, [call("terms")])
    assert len(server.read) == 3 and not server.loaded


def test_a_damaged_file_never_reaches_the_server_and_is_made_anew(tmp_path: Path) -> None:
    server = Server(tmp_path)
    asked(server, [call("notes")])
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    asked(server, [call("notes")])
    assert not server.loaded and path.read_bytes() == whole


def test_a_file_that_the_server_refuses_is_made_anew(tmp_path: Path) -> None:
    asked(Server(tmp_path), [call("notes")])
    refusing = Server(tmp_path, refused=[path.name for path in tmp_path.iterdir()])
    asked(refusing, [call("notes")])
    assert len(refusing.read) == 1 and not refusing.loaded and len(list(tmp_path.iterdir())) == 1


def test_a_server_that_keeps_no_states_answers_all_the_same(tmp_path: Path) -> None:
    assert asked(Server(tmp_path, broken=True), [call("notes")])[0].text == "answer 0"
    assert asked(Server(tmp_path / "missing"), [call("notes")])[0].text == "answer 0"


def test_calls_under_a_schema_or_without_examples_are_none_of_these(tmp_path: Path) -> None:
    server = Server(tmp_path)
    asked(server, [replace(call("write"), schema={}), Request("plain", (Message("user", SECRET),), None, 9)])
    assert not server.read and not list(tmp_path.iterdir())


def test_the_oldest_states_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "_MOST", 2)
    asked(Server(tmp_path), [call(kind) for kind in ("a", "b", "c")])
    assert len(list(tmp_path.iterdir())) == 2
