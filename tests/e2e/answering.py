"""An endpoint for the commands in the documentation: scripted answers to every kind of call, also in batches."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.evaluation.test_statement_judging import rating
from tests.faults.batch_server import BatchServer, Handler
from tests.faults.fake_endpoints import Call, Refusal
from tests.faults.server import _reply, task_of
from tests.scripted import EMPTY, LINES, composed_answer, written_answer


class AnsweringServer(BatchServer):
    """Speaks chat completions, lists a model, and stores files and batches. Use as a context manager."""

    def __init__(self) -> None:
        super().__init__(handler=_Chat)

    def outcome(self, call: Call) -> Refusal:
        text, read = json.dumps(answer_to(call)), sum(len(m["content"]) for m in call["messages"]) // 4
        usage = {"prompt_tokens": read, "completion_tokens": len(text) // 4, "total_tokens": read + len(text) // 4}
        return 200, _reply(text) | {"model": call["model"], "usage": usage}


class _Chat(Handler):
    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            return self._json(200, {"object": "list", "data": [{"id": "gpt-6-luna", "object": "model"}]})
        return super().do_GET()

    def do_POST(self) -> None:
        if not self.path.endswith("/chat/completions"):
            return super().do_POST()
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        return self._json(*self.state.outcome(body))


def answer_to(call: Call) -> dict[str, Any]:
    """The answer to a call on the talk of `tests.scripted`; sections without a scripted answer get one item."""
    schema = call.get("response_format", {}).get("json_schema", {}).get("schema")
    if schema is None or "colour" in schema["properties"]:
        return {"colour": "green", "number": 7}  # the doctor's question
    if "ratings" in schema["properties"]:
        shown = call["messages"][-1]["content"].split("\nStatements,")[1].split("\nRate every")[0]
        return {"ratings": [rating(int(n)) for n in re.findall(r"^(\d+)\. ", shown, re.MULTILINE)]}
    if task_of(call) == "check":
        return {name: [] for name in schema["properties"]}
    known = EMPTY | (composed_answer() if task_of(call) == "compose" else written_answer())
    return {n: known[n] if n in known else _made_up(n, spec, schema) for n, spec in schema["properties"].items()}


def _made_up(name: str, spec: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A value for a schema, with words of line 5, cited."""
    if "$ref" in spec:
        return _made_up(name, schema["$defs"][spec["$ref"].rsplit("/", 1)[1]], schema)
    if name in ("cites", "lines"):
        return [5]
    if spec.get("type") == "array":
        return [_made_up("", spec["items"], schema)]
    if spec.get("type") == "object":
        return {n: _made_up(n, s, schema) for n, s in spec["properties"].items()}
    return spec.get("enum", [LINES[4][1]])[0]
