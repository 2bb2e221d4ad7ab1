"""An endpoint to measure against: raw asyncio, answers that fit the schema, latency, limits and faults on command.

    python -m benchmarks.mock_endpoint --latency lognormal|SECONDS [--most N] [--rpm N] [--faults]

It prints its port. GET /counts tells what it has seen, POST /reset forgets it. Latency and faults follow from the body
(and how often it was sent), so that every client meets the same ones.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import re
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MEDIAN, SIGMA = 0.8, 0.6
_NUMBERED = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_NOTES = re.compile(r"^(\d+)\. (.*)$", re.MULTILINE)


@dataclass(slots=True)
class Mock:
    """One endpoint: its manners and its book."""

    latency: str = "0.2"
    most: int = 1 << 30
    rpm: float = 0.0
    faults: bool = False
    tell_limits: bool = True
    book: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)
    inside: int = 0
    level: float = 20.0  # of a minute's requests, most are spent already
    at: float = field(default_factory=time.monotonic)

    async def answer(self, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a call."""
        self.book["requests"] += 1
        digest = hashlib.sha256(raw).hexdigest()
        attempt = self.seen[digest]
        self.seen[digest] += 1
        told, refused = self._limits()
        if refused:
            self.book["429"] += 1
            return 429, told, _error("rate_limit_exceeded")
        if self.inside >= self.most:
            self.book["429"] += 1
            return 429, {"retry-after-ms": "100"}, _error("too many at once")
        dice = random.Random(f"{digest} {attempt}")
        seconds = MEDIAN * dice.lognormvariate(0, SIGMA) if self.latency == "lognormal" else float(self.latency)
        self.waited.append(seconds)
        self.inside += 1
        self.book["most inside"] = max(self.book["most inside"], self.inside)
        try:
            await asyncio.sleep(seconds)
        finally:
            self.inside -= 1
        draw = dice.random() if self.faults else 1.0
        if draw < 0.05:
            self.book["500"] += 1
            return 500, told, _error("oops")
        body = json.loads(raw)
        text = json.dumps(answer_to(body))
        if draw < 0.07:
            self.book["truncated"] += 1
            text = text[: len(text) // 2]
            return 200, told, _reply(body, text)
        return 200, told, _reply(body, text)

    def _limits(self) -> tuple[dict[str, str], bool]:
        """OpenAI's headers for a bucket of a minute's requests, and whether it is empty."""
        if not self.rpm:
            return {}, False
        now = time.monotonic()
        self.level = min(self.rpm, self.level + (now - self.at) * self.rpm / 60)
        self.at = now
        refused = self.level < 1
        self.level -= 0 if refused else 1
        told = {
            "x-ratelimit-limit-requests": f"{self.rpm:g}",
            "x-ratelimit-remaining-requests": str(max(0, int(self.level))),
            "x-ratelimit-reset-requests": f"{(self.rpm - self.level) / self.rpm * 60:.3f}s",
        }
        if refused:
            told["retry-after-ms"] = str(int((1 - self.level) / self.rpm * 60_000) + 1)
        return (told if self.tell_limits or refused else {}), refused

    def counts(self) -> dict[str, Any]:
        """The book, how often the same call came again, and the processor time of this process."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        again = sum(n - 1 for n in self.seen.values())
        waits = {"waited": sum(self.waited), "longest": max(self.waited, default=0.0)}
        return dict(self.book) | waits | {"again": again, "cpu": used.ru_utime + used.ru_stime}


def _error(code: str) -> bytes:
    return json.dumps({"error": {"message": code, "code": code}}).encode()


def _reply(body: dict[str, Any], text: str) -> bytes:
    sent = sum(len(m["content"]) for m in body["messages"]) + len(json.dumps(body.get("response_format", {})))
    usage = {"prompt_tokens": sent // 4, "completion_tokens": len(text) // 4, "total_tokens": (sent + len(text)) // 4}
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
    whole = {"id": "m", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}
    return json.dumps(whole | {"usage": usage}).encode()


def answer_to(body: dict[str, Any]) -> dict[str, Any]:
    """An answer that fits the schema of a request and takes its words from the lines that it shows."""
    schema = body["response_format"]["json_schema"]["schema"]
    shown = body["messages"][1]["content"]
    lines = [(int(n), text) for n, text in _NUMBERED.findall(shown)] or [(1, "Something is said here.")]
    notes = [(int(n), text) for n, text in _NOTES.findall(shown)]
    found: dict[str, Any] = _Instance(lines, notes).of(schema, "")
    return found


@dataclass(slots=True)
class _Instance:
    """Instances of a schema; strings are sentences on the lines that were last cited."""

    lines: list[tuple[int, str]]
    notes: list[tuple[int, str]]
    at: int = 0

    def of(self, schema: dict[str, Any], name: str) -> Any:
        """A value that fits `schema`."""
        if "enum" in schema:
            return schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        match schema.get("type"):
            case "object":
                return {key: self.of(inner, key) for key, inner in schema.get("properties", {}).items()}
            case "array":
                return self._array(schema, name)
            case "integer" | "number":
                return 1
            case "boolean":
                return True
            case _:
                return self._text(name)

    def _array(self, schema: dict[str, Any], name: str) -> list[Any]:
        inner = schema.get("items", {})
        if name == "notes":
            return [self.notes[0][0] if self.notes else 1]
        if inner.get("type") == "integer":
            return [self.lines[self.at][0]]
        if name == "parts":
            return [{"begins": n, "heading": _words(text, 5)} for n, text in self.notes[::4]] or [self.of(inner, name)]
        few = {"points": 12, "concepts": 2, "prerequisites": 2}.get(name, 1)
        out = []
        for i in range(few):
            self.at = min(len(self.lines) - 1, i * len(self.lines) // few)
            out.append(self.of(inner, ""))
        self.at = 0
        return out

    def _text(self, name: str) -> str:
        said = (self.notes[0][1] if self.notes else self.lines[self.at][1]).split(": ", 1)[-1]
        if name in ("topic", "term", "heading"):
            return _words(said, 3)
        return _turned(said)


def _words(text: str, n: int) -> str:
    return " ".join(w.strip('.,;:!?"“”()') for w in text.split()[:n])[:48].strip() or "Part"


def _turned(text: str) -> str:
    """The words of a line in another order, so that it reads as no copy of it."""
    plain = re.sub(r"[^\w\s,'’-]", "", text).split()[:24]
    half = len(plain) // 2
    turned = " ".join([*plain[half:], "and", *plain[:half]])
    return (turned[:1].upper() + turned[1:]).rstrip(",") + "."


async def serve(mock: Mock, port: int = 0) -> asyncio.Server:
    """Starts the endpoint on this machine."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, _, rest = head.partition(b"\r\n")
                size = re.search(rb"(?i)content-length: *(\d+)", rest)
                raw = await reader.readexactly(int(size[1])) if size else b""
                status, headers, body = 200, dict[str, str](), b"{}"
                if b"/counts" in first:
                    body = json.dumps(mock.counts()).encode()
                elif b"/reset" in first:
                    mock.book.clear(), mock.seen.clear(), mock.waited.clear()
                else:
                    status, headers, body = await mock.answer(raw)
                lines = [f"HTTP/1.1 {status} X", "content-type: application/json", f"content-length: {len(body)}"]
                lines += [f"{k}: {v}" for k, v in headers.items()]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(handle, "127.0.0.1", port, limit=1 << 24, backlog=2048)


async def main() -> None:
    """Serves until it is killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", default="0.2")
    parser.add_argument("--most", type=int, default=1 << 30)
    parser.add_argument("--rpm", type=float, default=0.0)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--silent", action="store_true", help="tell no rate limit in headers")
    given = parser.parse_args()
    server = await serve(Mock(given.latency, given.most, given.rpm, given.faults, not given.silent))
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
