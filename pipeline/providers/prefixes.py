"""Prompt prefixes shared by calls, as saved states of the embedded server: read once, then loaded in milliseconds."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import httpx2

from pipeline.llm import Completion, LLMClient, Message, Request, digest_of
from pipeline.providers.local import EmbeddedServer
from pipeline.providers.weights import sha256_of

_LEAST = 3  # messages before the last one: instructions and an example
_MOST = 12  # states kept for each model, of 10 to 25 MB each
_LEFTOVER = 3600  # seconds after which an unfinished file was left behind by a killed run
_ANY = "-"  # replaces the last message while the prefix is read


class Prefixes:
    """Wraps the embedded model's client so that the server has already read the prefix of a plain-text call.

    The prefix is every message but the last: instructions and examples, nothing of a transcript. Its state is kept in
    `folder`, where the server saves and loads it. Failures there only cost time: the call then reads the whole prompt.
    """

    def __init__(
        self, inner: LLMClient, server: httpx2.AsyncClient, model: str, folder: Path, slots: int, context: int
    ) -> None:
        """The server has this many `slots`, which share `context` tokens."""
        self._inner, self._server, self._model, self._folder = inner, server, model, folder
        self._identity = f"{version('xllamacpp')} {model}"
        self._slots, self._context = slots, context
        self._loaded = ""  # name of the prefix that the server's slots hold
        self._verified: dict[Path, tuple[int, int]] = {}  # size and time of files whose checksum was right
        self._lock, self._ended = asyncio.Lock(), asyncio.Event()
        self._in_use: list[int] = []  # upper bounds on the tokens of each running call

    @property
    def model(self) -> str:
        """The model by which calls are identified."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer. Calls with the same prefix run together, others one after the other."""
        prefix = request.messages[:-1]
        name = self._name(prefix) if request.schema is None and len(prefix) >= _LEAST else ""
        tokens = _tokens(request)
        async with self._lock:  # in order of arrival
            while self._in_use and (name != self._loaded or sum(self._in_use) + tokens > self._context):
                self._ended.clear()
                await self._ended.wait()
            await self._begin(name, prefix)
            self._in_use.append(tokens)
        try:
            return await self._inner.complete(request)
        finally:
            self._in_use.remove(tokens)
            self._ended.set()

    async def _begin(self, name: str, prefix: Sequence[Message]) -> None:
        if name and name != self._loaded:
            self._loaded = ""  # in case the following fails
            with suppress(httpx2.HTTPError, OSError, ValueError):
                if not await self._load(name):
                    await self._prefill(prefix)
                    await self._save(name)
                    await self._copy(name)
        self._loaded = name

    def _name(self, prefix: Sequence[Message]) -> str:
        return digest_of("\0".join((self._identity, *(f"{m.role}\0{m.content}" for m in prefix))))[:24]

    async def _load(self, name: str) -> bool:
        """Load a prefix into all slots, if saved; whether that worked. The server never gets a corrupted file."""
        path = next(self._folder.glob(f"{name}-*"), None)
        if path is None:
            return False
        stat = path.stat()
        size_and_time = stat.st_size, stat.st_mtime_ns
        if self._verified.get(path) == size_and_time or path.name.endswith(_checksum(path)):
            self._verified[path] = size_and_time
            if all([await self._slot("restore", path.name, n) is not None for n in range(self._slots)]):
                with suppress(OSError):  # the folder may not be ours to change
                    os.utime(path)
                    self._verified[path] = size_and_time[0], path.stat().st_mtime_ns
                return True
        path.unlink(missing_ok=True)  # it will be created again
        return False

    async def _prefill(self, prefix: Sequence[Message]) -> None:
        chat = [{"role": m.role, "content": m.content} for m in (*prefix, Message("user", _ANY))]
        body = {"model": self._model, "messages": chat, "max_tokens": 1, "cache_prompt": True, "id_slot": 0}
        (await self._server.post("/v1/chat/completions", json=body)).raise_for_status()

    async def _save(self, name: str) -> None:
        """Save the first slot's state, if the file is as large as the server says."""
        fresh = self._folder / f"{name}.{secrets.token_hex(8)}"
        try:
            size = await self._slot("save", fresh.name)
            if size and size == fresh.stat().st_size:
                fresh.replace(self._folder / f"{name}-{_checksum(fresh)}")
        finally:
            fresh.unlink(missing_ok=True)
        self._tidy()

    async def _copy(self, name: str) -> None:
        """Load the state saved from the first slot into the others too."""
        for path in self._folder.glob(f"{name}-*") if self._slots > 1 else ():
            for n in range(1, self._slots):
                await self._slot("restore", path.name, n)

    def _tidy(self) -> None:
        """Delete the least recently used states, and files left by killed runs."""
        changed = {p: p.stat().st_mtime for p in self._folder.iterdir() if p.is_file()}
        states = sorted((p for p in changed if "-" in p.name), key=changed.__getitem__)
        leftovers = [p for p in changed if "-" not in p.name and changed[p] < time.time() - _LEFTOVER]
        for path in (*states[:-_MOST], *leftovers):
            path.unlink(missing_ok=True)

    async def _slot(self, action: str, file: str, number: int = 0) -> int | None:
        """The number of bytes that the server wrote or read; None if it failed."""
        response = await self._server.post(f"/slots/{number}?action={action}", json={"filename": file})
        if not response.is_success:
            return None
        reply = response.json()
        count = reply.get("n_written", reply.get("n_read")) if isinstance(reply, dict) else None
        return count if isinstance(count, int) else 0


def _tokens(request: Request) -> int:
    """Roughly the most tokens that a call takes: English has four to five bytes per token, Chinese three or fewer."""
    return sum(len(m.content.encode()) for m in request.messages) // 3 + request.max_tokens


def _checksum(path: Path) -> str:
    return sha256_of(path)[:16]


@asynccontextmanager
async def with_prefixes(client: LLMClient, server: EmbeddedServer | None) -> AsyncIterator[LLMClient]:
    """The client wrapped with Prefixes if an embedded server keeps states, else unchanged."""
    if server is None or server.states is None:
        yield client
        return
    endpoint = server.endpoint
    base, headers = endpoint.base_url.removesuffix("/v1"), {"Authorization": f"Bearer {endpoint.api_key}"}
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=endpoint.deadline, trust_env=False) as http:
        yield Prefixes(client, http, endpoint.model, server.states, server.slots, server.context)
