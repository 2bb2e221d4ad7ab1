"""The optional judge: fixed questions, repeats with their own seeds, answers stored, agreement shown. Scripted."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipeline.errors import InvalidAnswer
from pipeline.evaluation.judging import QUESTIONS, Ratings, rate, shown, verdicts, verdicts_markdown
from pipeline.llm import Request
from pipeline.prompting import PromptSet
from pipeline.providers.calls import CallStore, StoredClient
from tests.samples import FIXTURES, ROOT, fixture
from tests.scripted import Answer, ScriptedClient

DOCUMENT, _ = fixture("tidal-turbines").golden()


def ratings(value: int) -> Ratings:
    return Ratings(**dict.fromkeys(QUESTIONS, value))


def by_seed(request: Request) -> Answer:
    return dict.fromkeys(QUESTIONS, 4 if request.seed < 3 else 2)


def test_every_repeat_asks_the_same_with_a_seed_of_its_own_and_is_stored(tmp_path: Path) -> None:
    client = ScriptedClient(by_seed)
    calls = CallStore(tmp_path / "calls.sqlite")
    first = asyncio.run(rate(DOCUMENT, StoredClient(calls, client, "m"), PromptSet()))
    assert [r.clear for r in first] == [4, 4, 2]
    assert len({r.messages for r in client.requests}) == 1 and [r.seed for r in client.requests] == [1, 2, 3]
    again = asyncio.run(rate(DOCUMENT, StoredClient(calls, None, "m"), PromptSet()))
    calls.close()
    assert again == first


def test_the_judge_sees_notes_with_their_lines_and_every_question() -> None:
    client = ScriptedClient(by_seed)
    asyncio.run(rate(DOCUMENT, client, PromptSet()))
    text = client.requests[0].messages[0].content
    assert all(f"- {q}: " in text for q in QUESTIONS)
    detail = DOCUMENT.main_points[0].details[0]
    assert f"{detail.text}\n   line {detail.evidence[0].segment}: {detail.evidence[0].quote[:50]}" in text


def test_a_long_document_is_shown_in_part_from_beginning_to_end() -> None:
    point = DOCUMENT.main_points[0]
    many = tuple(point.details[0].model_copy(update={"text": f"Note {n}."}) for n in range(100))
    long = DOCUMENT.model_copy(update={"main_points": (point.model_copy(update={"details": many}),)})
    rows = [r for r in shown(long).splitlines() if not r.startswith("   ")]
    assert len(rows) == 24 and any("Note 9" in r for r in rows[-5:])


def test_agreement_falls_when_repeats_differ_and_differences_are_paired() -> None:
    steady = verdicts([[ratings(3)] * 3, [ratings(4)] * 3], [[ratings(4)] * 3, [ratings(5)] * 3])
    assert all(v.agreement == 1.0 and v.difference.mean == 1.0 and v.difference.low == 1.0 for v in steady)
    torn = verdicts([[ratings(1), ratings(3), ratings(5)]], [[ratings(3)] * 3])
    assert torn[0].agreement == 0.5 and torn[0].difference.mean == 0.0
    assert "| borne_out | 3.00 | 3.00 | +0.00 | +0.00 to +0.00 | 50% |" in verdicts_markdown(torn, "m")


@pytest.mark.parametrize("answer", [{"clear": 3}, dict.fromkeys(QUESTIONS, 9), "very good"])
def test_an_answer_that_does_not_fit_is_an_error_and_no_rating(answer: Answer) -> None:
    with pytest.raises(InvalidAnswer, match="the judge's answer does not fit"):
        asyncio.run(rate(DOCUMENT, ScriptedClient(lambda r: answer), PromptSet()))


class _Server(BaseHTTPRequestHandler):
    asked = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        said = json.dumps(dict.fromkeys(QUESTIONS, 3))
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
        usage = {"prompt_tokens": 2200, "completion_tokens": 9, "total_tokens": 2209}
        body = json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def test_compare_shows_the_judge_only_when_asked_and_asks_once(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "STUDYDOC_"))}
    one = str(FIXTURES / "tidal-turbines")

    def compare(*more: str) -> str:
        command = [sys.executable, "-W", "ignore", "-m", "pipeline", "eval", "compare", one, one, *more]
        done = subprocess.run(
            command, cwd=tmp_path, env=plain | {"PYTHONPATH": str(ROOT)}, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    judge = ("--judge", "m", "--base-url", f"http://127.0.0.1:{server.server_port}/v1")
    assert "Judged by" not in compare() and _Server.asked == 0
    assert "Judged by m, 3 times each" in compare(*judge)
    asked = _Server.asked
    assert 3 <= asked <= 6
    assert json.loads(compare(*judge, "--json"))["judged"][0]["agreement"] == 1.0
    assert _Server.asked == asked, "stored ratings are not asked for again"
    server.shutdown()
    server.server_close()
