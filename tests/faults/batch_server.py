"""A local server that speaks files and batches, and misbehaves on demand. Answers are scripted, never recordings.

The n-th batch meets the n-th fate; those after the list end well. Results never come in the order of the calls.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.faults.fake_endpoints import Call, Refusal
from tests.faults.server import _reply, answer
from tests.http_server import QuietHandler, listening


class BatchServer:
    """The server, with its contents for tests to inspect. Use as a context manager."""

    def __init__(
        self,
        *fates: str,
        key: str | None = None,
        manners: Callable[[Call], Refusal | None] | None = None,
        handler: type[Handler] | None = None,
    ) -> None:
        """`manners` returns a call's status and body, or None if it is to be answered well."""
        self.fates, self.key, self.manners = list(fates), key, manners or (lambda call: None)
        self.refused = 0
        self.files: dict[str, bytes] = {}
        self.missing: set[str] = set()  # files that cannot be downloaded
        self.batches: list[dict[str, Any]] = []
        self.asked: Counter[str] = Counter()  # keys of calls in accepted batches
        self.answered: Counter[str] = Counter()
        self.held = threading.Event()  # set when a batch exists and its client has not been answered yet
        self._listening = listening(handler or Handler, state=self)

    def __enter__(self) -> BatchServer:
        self.url = f"{self._listening.__enter__()}/v1"
        return self

    def __exit__(self, *exc: Any) -> None:
        self._listening.__exit__(*exc)

    def store(self, content: bytes) -> str:
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content
        return name

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        fate = self.fates[len(self.batches)] if len(self.batches) < len(self.fates) else "ok"
        batch = {
            "id": f"batch_{len(self.batches) + 1}",
            "object": "batch",
            "endpoint": request["endpoint"],
            "completion_window": request["completion_window"],
            "input_file_id": request["input_file_id"],
            "metadata": request.get("metadata"),
            "created_at": 1,
            "status": "validating",
            "fate": fate,
        }
        self.batches.append(batch)
        if fate != "invalid":
            self.asked.update(row["custom_id"] for row in self.calls(batch))
        if fate != "slow":
            self.finish(batch)
        return batch

    def calls(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]

    def finish(self, batch: dict[str, Any]) -> None:
        """End a batch according to its fate."""
        fate, calls = batch["fate"], self.calls(batch)
        if fate == "invalid":
            data = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached", "line": None}]
            batch |= {"status": "failed", "errors": {"object": "list", "data": data}}
            return
        good, bad = calls, []
        if fate in ("expired", "errors", "too long"):
            good, bad = calls[: len(calls) // 2], calls[len(calls) // 2 :]
        if fate in ("nothing", "all errors"):
            good, bad = [], calls
        lines = [result(row, *self.outcome(row["body"])) for row in reversed(good)]
        self.answered.update(row["custom_id"] for row in good)
        wrong = [self.wrong(row, fate) for row in reversed(bad)]
        ended = {"expired": "expired", "nothing": "expired"}.get(fate, "completed")
        batch |= {"status": ended, "request_counts": {"total": len(calls), "completed": len(good), "failed": len(bad)}}
        if lines:
            whole = b"".join(lines)
            batch["output_file_id"] = self.store(whole[: len(whole) // 2] if fate == "halved" else whole)
            if fate == "missing":
                self.missing.add(batch["output_file_id"])
        if wrong:
            batch["error_file_id"] = self.store(b"".join(wrong))

    def outcome(self, call: Call) -> Refusal:
        if refusal := self.manners(call):
            self.refused += 1
            return refusal
        return 200, _reply(answer(call))

    def wrong(self, row: dict[str, Any], fate: str) -> bytes:
        if fate in ("expired", "nothing"):
            error = {"code": "batch_expired", "message": "This request could not be executed in time."}
            return result(row, None, None, error)
        if fate == "too long":
            error = {"message": "This model's maximum context length is exceeded", "code": "context_length_exceeded"}
            return result(row, 400, {"error": error})
        return result(row, 500, {"error": {"message": "oops"}})


def result(row: dict[str, Any], status: int | None, body: Any, error: Any = None) -> bytes:
    response = {"status_code": status, "request_id": "r", "body": body} if status else None
    line = {"id": "b", "custom_id": row["custom_id"], "response": response, "error": error}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


class Handler(QuietHandler):
    """Files uploaded and downloaded; batches created, listed, shown and cancelled."""

    protocol_version = "HTTP/1.1"
    state: BatchServer

    def do_GET(self) -> None:
        parts = self.path.partition("?")[0].split("/")
        if parts[-1] == "content":
            if parts[-2] in self.state.missing:
                return self._json(404, {"error": {"message": "No such File object"}})
            return self.send(200, self.state.files[parts[-2]])
        if parts[-1] == "batches":
            page = {"object": "list", "data": list(reversed(self.state.batches)), "has_more": False}
            return self._json(200, page)
        return self._json(200, next(b for b in self.state.batches if b["id"] == parts[-1]))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        if self.state.key and self.headers["authorization"] != f"Bearer {self.state.key}":
            return self._json(401, {"error": {"message": "Incorrect API key provided"}})
        if self.path.endswith("/files"):
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            form = BytesParser(policy=HTTP).parsebytes(head + raw)
            content = next(p for p in form.iter_parts() if p.get_filename()).get_payload(decode=True)
            return self._json(200, {"id": self.state.store(content), "object": "file", "bytes": len(content),
                                    "created_at": 1, "filename": "x", "purpose": "batch", "status": "processed"})  # fmt: skip
        if self.path.endswith("/cancel"):
            batch = next(b for b in self.state.batches if b["id"] == self.path.split("/")[-2])
            batch["status"] = "cancelled"
            return self._json(200, batch)
        batch = self.state.create(json.loads(raw))
        if batch["fate"] == "untold":  # the batch exists, but its client gets no answer
            self.state.held.set()
            time.sleep(30)
        if batch["fate"] == "cut":
            self.close_connection = True
            return None
        return self._json(200, batch)

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self.send(status, json.dumps(body).encode())
