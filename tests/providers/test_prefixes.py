"""What calls begin with, read once and kept: a stand-in for the embedded server that counts what it is asked to read."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2
import pytest

from pipeline.llm import Completion, Message, Request, Usage
from pipeline.providers import prefixes
from pipeline.providers.prefixes import Prefixes
from tests.scripted import ScriptedClient

CONTEXT = 1000
SECRET = "what somebody said in confidence"


@dataclass
class Server:
    """The slots of an embedded server: it saves and loads files of its folder."""

    folder: Path
    broken: bool = False
    read: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)  # the slots into which it loaded
    refused: Sequence[str] = ()
    lost: int = 0  # bytes of each state that the disk does not take
    slots: int = 1

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if self.broken or body.get("filename") in self.refused:
            return httpx2.Response(400, json={"error": "no"})
        if request.url.path == "/v1/chat/completions":
            self.read.append(request.content.decode())
        elif request.url.params["action"] == "save":
            state = self.read[-1].encode()
            (self.folder / body["filename"]).write_bytes(state[: len(state) - self.lost])
            return httpx2.Response(200, json={"n_written": len(state)})
        else:
            self.loaded.append(body["filename"])
            self.filled.append(int(request.url.path.rpartition("/")[2]))
        return httpx2.Response(200, json={})


def call(kind: str, part: str = SECRET) -> Request:
    example = (Message("user", "An example."), Message("assistant", "Its answer."))
    return Request(kind, (Message("system", f"Do {kind}."), *example, Message("user", part)), None, 9)


def asked(server: Server, requests: Sequence[Request], model: str = "small") -> list[Completion]:
    """The answers of one run."""

    async def run() -> list[Completion]:
        async with httpx2.AsyncClient(base_url="http://embedded", transport=httpx2.MockTransport(server)) as http:
            scripted = ScriptedClient([f"answer {n}" for n, _ in enumerate(requests)])
            client = Prefixes(scripted, http, model, server.folder, server.slots, CONTEXT)
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


def test_a_state_that_was_not_written_whole_is_not_kept(tmp_path: Path) -> None:
    asked(Server(tmp_path, lost=3), [call("notes")])
    assert not list(tmp_path.iterdir())


def test_clients_of_one_process_save_to_files_of_their_own(tmp_path: Path) -> None:
    server = Server(tmp_path)
    names: list[str] = []

    def noting(request: httpx2.Request) -> httpx2.Response:
        names.append(json.loads(request.content).get("filename", ""))
        return server(request)

    async def run() -> None:
        async with httpx2.AsyncClient(base_url="http://embedded", transport=httpx2.MockTransport(noting)) as http:
            clients = [Prefixes(ScriptedClient(["answer"]), http, "small", tmp_path, 1, CONTEXT) for _ in range(2)]
            await asyncio.gather(*(c.complete(call("notes")) for c in clients))

    asyncio.run(run())
    saved = [n for n in names if n and "-" not in n]
    assert len(set(saved)) == len(saved) and len(list(tmp_path.iterdir())) == 1


def test_a_folder_in_which_nothing_may_be_changed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(tmp_path)
    asked(server, [call("notes")])

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("pipeline.providers.prefixes.os.utime", refuse)
    assert asked(server, [call("notes"), call("notes")])[1].text == "answer 1"
    assert len(server.read) == 1 and len(server.loaded) == 1


def test_a_call_that_is_given_up_while_its_beginning_is_read_leaves_no_wrong_one(tmp_path: Path) -> None:
    server = Server(tmp_path)
    stopped: list[bool] = []

    def stopping(request: httpx2.Request) -> httpx2.Response:
        if "Do terms." in request.content.decode() and not stopped:
            stopped.append(True)
            raise asyncio.CancelledError
        return server(request)

    async def run() -> None:
        async with httpx2.AsyncClient(base_url="http://embedded", transport=httpx2.MockTransport(stopping)) as http:
            client = Prefixes(ScriptedClient(["a", "b"]), http, "small", tmp_path, 1, CONTEXT)
            await client.complete(call("notes"))
            with pytest.raises(asyncio.CancelledError):
                await client.complete(call("terms"))
            await client.complete(call("notes"))

    asyncio.run(run())
    assert len(server.loaded) == 1  # the notes' own, whatever the slot held when it was stopped


def test_the_states_that_were_used_longest_ago_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "_MOST", 2)
    for age, kind in enumerate(("a", "b"), 1):
        before = set(tmp_path.iterdir())
        asked(Server(tmp_path), [call(kind)])
        (path,) = set(tmp_path.iterdir()) - before
        os.utime(path, (1000 * age, 1000 * age))
    asked(Server(tmp_path), [call("a")])  # used again
    asked(Server(tmp_path), [call("c")])
    again = Server(tmp_path)
    asked(again, [call("c"), call("a")])
    assert not again.read
    asked(again, [call("b")])
    assert len(again.read) == 1


def test_what_a_killed_run_left_goes_and_what_another_run_writes_stays(tmp_path: Path) -> None:
    old, fresh = tmp_path / "state.old", tmp_path / "state.fresh"
    for path in (old, fresh):
        path.touch()
    os.utime(old, (1000, 1000))
    asked(Server(tmp_path), [call("notes")])
    assert not old.exists() and fresh.exists()


def test_every_slot_gets_what_calls_begin_with(tmp_path: Path) -> None:
    first, second = Server(tmp_path, slots=3), Server(tmp_path, slots=3)
    asked(first, [call("notes")])
    asked(second, [call("notes")])
    assert (first.filled, second.filled) == ([1, 2], [0, 1, 2])


def most_at_once(folder: Path, requests: Sequence[Request], slots: int = 4) -> dict[str, int]:
    """How many calls of a kind a server was answering at once."""
    under_way: Counter[str] = Counter()
    most: dict[str, int] = {}

    class Slow:
        model = "small"

        async def complete(self, request: Request) -> Completion:
            under_way[request.name] += 1
            together = " and ".join(sorted(+under_way))
            most[together] = max(most.get(together, 0), under_way.total())
            for _ in range(5):
                await asyncio.sleep(0)
            under_way[request.name] -= 1
            return Completion("", "stop", Usage(), self.model)

    async def run() -> None:
        transport = httpx2.MockTransport(Server(folder, slots=slots))
        async with httpx2.AsyncClient(base_url="http://embedded", transport=transport) as http:
            client = Prefixes(Slow(), http, "small", folder, slots, CONTEXT)
            await asyncio.gather(*(client.complete(r) for r in requests))

    asyncio.run(run())
    return most


def test_calls_that_begin_alike_are_answered_together_and_others_wait_for_them(tmp_path: Path) -> None:
    kinds = ("notes", "notes", "notes", "terms", "terms", "notes")
    assert most_at_once(tmp_path, [call(kind) for kind in kinds]) == {"notes": 3, "terms": 2}


def test_calls_are_answered_together_while_their_tokens_fit(tmp_path: Path) -> None:
    long = replace(call("notes"), max_tokens=CONTEXT // 2 - 50)
    assert most_at_once(tmp_path, [long] * 5) == {"notes": 2}
    assert most_at_once(tmp_path, [replace(long, max_tokens=2 * CONTEXT)] * 2) == {"notes": 1}
