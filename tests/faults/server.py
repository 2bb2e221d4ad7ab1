"""A local server that speaks the chat API and misbehaves on demand. Answers are scripted, never recordings.

The n-th call gets the n-th fault; "ok" and every call after the list are answered well.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

from pipeline.llm import Request
from tests.http_server import QuietHandler, listening
from tests.scripted import good_answer


class Handler(QuietHandler):
    """One POST, one answer or one fault."""

    protocol_version = "HTTP/1.1"
    log: Path
    delay: float
    faults: Sequence[str]
    numbers: Iterator[int]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        n = next(self.numbers)
        with self.log.open("a") as log:
            log.write(json.dumps(body["messages"]) + "\n")
        time.sleep(self.delay)
        fault = self.faults[n] if n < len(self.faults) else "ok"
        getattr(self, f"_{fault}")(body)

    def _ok(self, body: dict) -> None:
        self._json(200, _reply(answer(body), prompt_tokens(body)))

    def _429(self, body: dict) -> None:
        self._json(429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, **{"retry-after": "0.05"})

    def _429bare(self, body: dict) -> None:
        self._json(429, {"error": {"message": "slow down"}})

    def _500(self, body: dict) -> None:
        self._json(500, {"error": {"message": "oops"}})

    def _html(self, body: dict) -> None:
        self.send(200, b"<html>gateway</html>", "text/html")

    def _nochoices(self, body: dict) -> None:
        self._json(200, _reply("") | {"choices": []})

    def _cut(self, body: dict) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "5000")
        self.end_headers()
        self.wfile.write(b'{"id": "x", "choices": [')
        self.close_connection = True

    def _drip(self, body: dict) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "100000")
        self.end_headers()
        for _ in range(200):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                break
            time.sleep(0.05)
        self.close_connection = True

    def _garbage(self, body: dict) -> None:
        self._raw(b"\x16\x03\x01\x00\xff garbage\r\n\r\n")

    def _badlength(self, body: dict) -> None:
        self._raw(b"HTTP/1.1 200 OK\r\ncontent-length: abc\r\n\r\n{}")

    def _badchunk(self, body: dict) -> None:
        self._raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n")

    def _raw(self, reply: bytes) -> None:
        self.wfile.write(reply)
        self.close_connection = True

    def _longheader(self, body: dict) -> None:
        self._json(200, _reply(answer(body), prompt_tokens(body)), **{"x-long": "a" * 20_000})

    def _badjson(self, body: dict) -> None:
        self._json(200, _reply('{"overview": [{"cites": '))

    def _refusal(self, body: dict) -> None:
        reply = _reply("")
        reply["choices"][0]["message"]["refusal"] = "I cannot help with that."
        self._json(200, reply)

    def _key(self, body: dict) -> None:
        self._json(401, {"error": {"message": "Incorrect API key provided: sk-canary", "code": "invalid_api_key"}})

    def _quota(self, body: dict) -> None:
        self._json(429, {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}})

    def _hang(self, body: dict) -> None:
        time.sleep(8)
        self.close_connection = True

    def _reset(self, body: dict) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()  # with this linger, it sends RST
        self.rfile, self.wfile = io.BytesIO(), io.BytesIO()
        self.close_connection = True

    def _halfjson(self, body: dict) -> None:
        self.send(200, json.dumps(_reply(answer(body))).encode()[:-40], "application/json")

    def _othermodel(self, body: dict) -> None:
        self._json(200, _reply(answer(body)) | {"model": "somebody-else"})

    def _ignored(self, body: dict) -> None:
        self._json(200, _reply("Sure! Here is what was said, in plain words."))

    def _wrongschema(self, body: dict) -> None:
        self._json(200, _reply('{"colour": "green"}'))

    def _nocontent(self, body: dict) -> None:
        reply = _reply("")
        reply["choices"][0]["message"]["content"] = None
        self._json(200, reply)

    def _nullchoices(self, body: dict) -> None:
        self._json(200, _reply("") | {"choices": None})

    def _error200(self, body: dict) -> None:
        self._json(200, {"error": {"message": "overloaded"}})

    def _contextcode(self, body: dict) -> None:
        self._json(400, {"error": {"message": "too long", "code": "context_length_exceeded"}})

    def _contexttext(self, body: dict) -> None:
        message = "the request exceeds the available context size, try increasing it"
        self._json(400, {"error": {"code": 400, "message": message, "type": "exceed_context_size_error"}})

    def _filtered(self, body: dict) -> None:
        reply = _reply("")
        reply["choices"][0] |= {"finish_reason": "content_filter"}
        self._json(200, reply)

    def _nousage(self, body: dict) -> None:
        reply = _reply(answer(body))
        del reply["usage"]
        self._json(200, reply)

    def _oddusage(self, body: dict) -> None:
        self._json(200, _reply(answer(body)) | {"usage": {"prompt_tokens": "many", "completion_tokens": -4}})

    def _later(self, body: dict) -> None:
        self._json(429, {"error": {"message": "slow down"}}, **{"retry-after": "99999"})

    def _soon(self, body: dict) -> None:
        self._json(429, {"error": {"message": "slow down"}}, **{"retry-after": "500"})

    def _negative(self, body: dict) -> None:
        self._json(429, {"error": {"message": "slow down"}}, **{"retry-after": "-5"})

    def _pastdate(self, body: dict) -> None:
        self._json(503, {"error": {"message": "down"}}, **{"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"})

    def _redirect(self, body: dict) -> None:
        self.send(307, b"", "text/plain", location=f"http://localhost:{self.server.server_address[1]}/v1/elsewhere")

    def _bomb(self, body: dict) -> None:
        packed = gzip.compress(b" " * (64 << 20), 9)
        self.send(200, packed, "application/json", **{"content-encoding": "gzip"})

    def _gzip(self, body: dict) -> None:
        packed = gzip.compress(json.dumps(_reply(answer(body))).encode())
        self.send(200, packed, "application/json", **{"content-encoding": "gzip"})

    def _json(self, status: int, body: dict, **headers: str) -> None:
        self.send(status, json.dumps(body).encode(), **headers)


def misbehaving(log: Path, faults: Sequence[str] = (), delay: float = 0.0) -> AbstractContextManager[str]:
    """A server that answers each call after a delay and appends a line for it to a file; yields its address."""
    return listening(Handler, log=log, delay=delay, faults=faults, numbers=count())


TASK = re.compile(r"^TASK: (\w+)\.", re.MULTILINE)


def task_of(body: dict) -> str:
    """Which call of the pipeline a request is, from the last task in its messages; "write" if there is none."""
    tasks = [found for m in body["messages"] if m["role"] == "user" for found in TASK.findall(m["content"])]
    return tasks[-1] if tasks else "write"


def answer(body: dict) -> str:
    in_parts = '"speakers' in json.dumps(body)  # the schema, in its own field or in the prompt's text
    answer = good_answer(Request(task_of(body), (), {"properties": {"speakers": {}} if in_parts else {}}, 100))
    assert isinstance(answer, dict)
    if "dropped" in answer:  # talks in more than two parts have more points than these sections use
        answer["dropped"] += range(7, 1000)
    return json.dumps(answer)


def prompt_tokens(body: dict) -> int:
    """About as many tokens as the messages have: far fewer would look as if the server had cut them."""
    return max(100, sum(len(m["content"]) for m in body["messages"]) // 4)


def _reply(text: str, read: int = 100) -> dict:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": read, "completion_tokens": 20, "total_tokens": read + 20}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
        "usage": usage,
    }
