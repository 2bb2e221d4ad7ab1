"""A mock endpoint for benchmarks: raw asyncio; answers of realistic size; latency, limits and faults on demand.

    python -m benchmarks.mock_endpoint --latency lognormal|SECONDS [--most N] [--rpm N] [--faults]

It prints its port. GET /counts returns what it has counted, POST /reset clears that. Latency and faults follow from the
request body and how often it was sent, so that every client meets the same ones.
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MEDIAN, SIGMA = 0.8, 0.6
_NUMBERED = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_TASK = re.compile(r"^TASK: (\w+)\.", re.MULTILINE)
_WORDS_ASKED_FOR = re.compile(r"\b[Aa]bout ([\d,]+) words")
_WORD = re.compile(r"The word of this page is (\w+)\.")  # requests ask for it where a prompt may have been cut
_ROW = re.compile(r"^(\d+)\. (.*)$", re.MULTILINE)  # a point or term as composing sees it
_STATEMENT = re.compile(r"^ *(\d+)\. (.*) \[([\d, -]*)\]$", re.MULTILINE)  # a statement as the check sees it
_RUN = re.compile(r"(\d+)(?:-(\d+))?")
_HINT = "  (a program's hint, "


@dataclass(slots=True)
class Mock:
    """One endpoint: its behaviour, and a `book` that counts what happened."""

    latency: str = "0.2"
    most: int = 1 << 30
    rpm: float = 0.0
    faults: bool = False
    tell_limits: bool = True
    book: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)
    inside: int = 0
    level: float = 20.0  # requests left; most of the first minute's are used already
    refilled_at: float = field(default_factory=time.monotonic)

    async def answer(self, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a call."""
        self.book["requests"] += 1
        digest = hashlib.sha256(raw).hexdigest()
        attempt = self.seen[digest]
        self.seen[digest] += 1
        headers, refused = self._limits()
        if refused:
            self.book["429"] += 1
            return 429, headers, _error("rate_limit_exceeded")
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
            return 500, headers, _error("oops")
        body = json.loads(raw)
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
        text = json.dumps(answer_to(body["messages"], schema))
        if draw < 0.07:
            self.book["truncated"] += 1
            text = text[: len(text) // 2]
            return 200, headers, _reply(body, text)
        return 200, headers, _reply(body, text)

    def _limits(self) -> tuple[dict[str, str], bool]:
        """OpenAI's headers for a bucket of requests that refills each minute, and whether it is empty."""
        if not self.rpm:
            return {}, False
        now = time.monotonic()
        self.level = min(self.rpm, self.level + (now - self.refilled_at) * self.rpm / 60)
        self.refilled_at = now
        refused = self.level < 1
        self.level -= 0 if refused else 1
        headers = {
            "x-ratelimit-limit-requests": f"{self.rpm:g}",
            "x-ratelimit-remaining-requests": str(max(0, int(self.level))),
            "x-ratelimit-reset-requests": f"{(self.rpm - self.level) / self.rpm * 60:.3f}s",
        }
        if refused:
            headers["retry-after-ms"] = str(int((1 - self.level) / self.rpm * 60_000) + 1)
        return (headers if self.tell_limits or refused else {}), refused

    def counts(self) -> dict[str, Any]:
        """The book, how many requests were repeated, and the processor time of this process."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        repeats = sum(n - 1 for n in self.seen.values())
        waits = {"waited": sum(self.waited), "longest": max(self.waited, default=0.0)}
        return dict(self.book) | waits | {"again": repeats, "cpu": used.ru_utime + used.ru_stime}


def _error(code: str) -> bytes:
    return json.dumps({"error": {"message": code, "code": code}}).encode()


def _reply(body: dict[str, Any], text: str) -> bytes:
    # Four characters count as a token.
    prompt = sum(len(m["content"]) for m in body["messages"]) + len(json.dumps(body.get("response_format", {})))
    answer = len(text)
    usage = {"prompt_tokens": prompt // 4, "completion_tokens": answer // 4, "total_tokens": (prompt + answer) // 4}
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
    reply = {"id": "m", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}
    return json.dumps(reply | {"usage": usage}).encode()


def answer_to(messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """An answer of realistic size, in the words of the lines or points in the messages.

    Lists of the schema that the call is not about stay empty.
    """
    contents = [m["content"] for m in messages]
    if word := next((match for content in contents if (match := _WORD.match(content))), None):
        return {"word": word[1]}
    tasks = [match for content in contents for match in _TASK.findall(content)]
    fields = (schema or {}).get("properties", {})
    empty: dict[str, Any] = {name: [] for name, part in fields.items() if part.get("type") == "array"}
    empty |= {name: "" for name, part in fields.items() if part.get("type") == "string"}
    match tasks[-1] if tasks else "":
        case "manuscript":
            return empty | {"manuscript": _manuscript(_lines(contents[1]), contents[2])}
        case "cite":
            return empty | _cited(_lines(contents[1]), contents[2])
        case "write":
            return empty | _written(_lines(contents[1].split("This part:\n")[-1]), contents[-1])
        case "compose":
            return empty | _composed(contents[1])
        case "check":
            return empty | _checked(contents[2])
        case _:
            return {"points": [_turned(text) for _, text in _lines(contents[-1])[:12]]}


def _lines(shown: str) -> list[tuple[int, str]]:
    return [(int(n), text.split(": ", 1)[-1]) for n, text in _NUMBERED.findall(shown)]


def _words_asked_for(task: str) -> int:
    match = _WORDS_ASKED_FOR.search(task)
    return int(match[1].replace(",", "")) if match else 800


def _manuscript(lines: list[tuple[int, str]], task: str) -> str:
    """Markdown of about the number of words asked for, from lines spread over all those shown."""
    words = _words_asked_for(task)
    rows = [text for _, text in _statements(lines, 0.8 * words)]
    points = [f"### {_words(rows[i], 6)}\n\n" + "\n\n".join(rows[i : i + 5]) for i in range(0, len(rows), 5)]
    terms = [f"- **{_words(text, 2)}:** {text}" for _, text in _statements(lines, 0.09 * words)]
    return "\n\n".join(
        [
            "## Overview",
            " ".join(text for _, text in _statements(lines, 0.04 * words)),
            "## Prerequisites",
            "- Trade (ledgers, harbours)",
            "## Main Points",
            *points,
            "## Key Concepts",
            "\n".join(terms),
            "## Summary",
            " ".join(text for _, text in _statements(lines, 0.07 * words)),
        ]
    )


def _cited(lines: list[tuple[int, str]], shown: str) -> dict[str, Any]:
    """Two lines for each statement, spread over all those shown, and a fault in every tenth statement."""
    ids = [int(n) for n, _, _ in _STATEMENT.findall(shown)]
    places = [i * len(lines) // max(1, len(ids)) for i in range(len(ids))]
    cited = [{"id": n, "lines": [i for i, _ in lines[place : place + 2]]} for n, place in zip(ids, places, strict=True)]
    faults = [fault | {"lines": cited[10 * k]["lines"]} for k, fault in enumerate(_checked(shown)["faults"])]
    return {"cited": cited, "faults": faults}


def _written(lines: list[tuple[int, str]], task: str) -> dict[str, Any]:
    """A document of about the number of words asked for, from lines spread over all those shown."""
    words = _words_asked_for(task)
    rows = [
        {"cites": cites, "lead": _words(text, 2), "text": text} for cites, text in _statements(lines, 0.7 * words)
    ]  # leads and headings take the rest
    points = [  # the second and third of every six are nested below the first
        row | {"details": [] if i % 6 else [{"cites": r["cites"], "text": r["text"]} for r in rows[i + 1 : i + 3]]}
        for i, row in enumerate(rows)
        if i % 6 not in (1, 2)
    ]
    terms = [{"cites": c, "term": _words(t, 2), "definition": t} for c, t in _statements(lines, 0.09 * words)]
    with_summary = "summary stays empty" not in task
    return {
        "overview": _prose(lines, 0.04 * words),
        "prerequisites": ["Basic familiarity with trade (ledgers, harbours)"],
        "main_points": _under_headings(points),
        "key_concepts": terms,
        "summary": _prose(lines, 0.07 * words) if with_summary else [],
        "skipped": [{"first": lines[0][0], "last": lines[0][0]}] if lines else [],
    }


def _statements(lines: list[tuple[int, str]], words: float) -> list[tuple[list[int], str]]:
    """Statements with so many words in all, each with the numbers of the lines that it is made from."""
    words_each = sum(len(_turned(text).split()) for _, text in lines) / max(1, len(lines))
    count = min(len(lines), max(1, round(words / max(1, words_each))))
    places = [i * len(lines) // count for i in range(count)]
    return [
        ([n for n, _ in lines[place : place + 1 + i % 2]], _turned(lines[place][1])) for i, place in enumerate(places)
    ]


def _prose(lines: list[tuple[int, str]], words: float) -> list[dict[str, Any]]:
    return [{"cites": cites, "text": text} for cites, text in _statements(lines, words)]


def _under_headings(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"heading": _words(points[i]["text"], 6), "points": points[i : i + 5]} for i in range(0, len(points), 5)]


def _composed(shown: str) -> dict[str, Any]:
    """Every point by its number, except a tenth, which is dropped; the other sections are written anew."""
    words, rows = _words_asked_for(shown), shown.partition("TASK: compose.")[0]
    before, _, after = rows.partition("\n== Terms\n")
    points, terms = ([(int(n), text) for n, text in _ROW.findall(part)] for part in (before, after))
    kept_points = [{"cites": [n], "lead": "", "text": "", "details": []} for n, _ in points if n % 10]
    texts = dict(points)
    parts = [
        {"heading": _words(texts[kept_points[i]["cites"][0]], 6), "points": kept_points[i : i + 5]}
        for i in range(0, len(kept_points), 5)
    ]
    concepts = [
        {"cites": [n], "term": term, "definition": definition}
        for n, row in terms[: max(3, words // 250)]
        for term, _, definition in [row.partition(": ")]
    ]
    return {
        "overview": _prose(points, 0.04 * words),
        "prerequisites": ["Basic familiarity with trade (ledgers, harbours)"],
        "main_points": parts,
        "key_concepts": concepts,
        "summary": _prose(points, 0.07 * words),
        "dropped": [n for n, _ in points if n % 10 == 0],
    }


def _checked(shown: str) -> dict[str, Any]:
    """A corrected fault in every tenth statement."""
    rows = [(int(n), text.split(_HINT)[0], cited) for n, text, cited in _STATEMENT.findall(shown)]
    return {
        "faults": [
            {
                "id": n,
                "verdict": "partly",
                "why": "it is stronger than the lines",
                "label": "",
                "text": _turned(text),
                "lines": [i for first, last in _RUN.findall(cited) for i in range(int(first), int(last or first) + 1)],
            }
            for n, text, cited in rows[::10]
        ]
    }


def _words(text: str, n: int) -> str:
    return " ".join(w.strip('.,;:!?"“”()') for w in text.split()[:n])[:48].strip() or "Part"


def _turned(text: str, most: int = 24) -> str:
    """The words of a line in another order, so that it does not count as a copy."""
    plain = re.sub(r"[^\w\s,'’-]", "", text).split()[:most]
    half = len(plain) // 2
    turned = " ".join([*plain[half:], "and", *plain[:half]])
    return (turned[:1].upper() + turned[1:]).rstrip(",") + "."


async def serve(mock: Mock, port: int = 0) -> asyncio.Server:
    """Start the endpoint on this machine."""

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
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", default="0.2")
    parser.add_argument("--most", type=int, default=1 << 30)
    parser.add_argument("--rpm", type=float, default=0.0)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--silent", action="store_true", help="tell no rate limit in headers")
    flags = parser.parse_args()
    server = await serve(Mock(flags.latency, flags.most, flags.rpm, flags.faults, not flags.silent))
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
