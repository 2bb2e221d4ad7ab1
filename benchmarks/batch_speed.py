"""Compare the whole program with a bare asyncio + openai loop and with the ideal bound, against a mock endpoint.

    python -m benchmarks.batch_speed [--docs 40] [ROW …]

Rows: client fixed64 fixed256 lognormal unequal faults rpm again start memory.

"LB" is the lower bound for any client: the sum of the endpoint's latencies, divided by the calls at once. Makespan is
the time from the first call to the last document, with the SDK's import; for a bare loop it is the whole command.
Start-up is what a run of one transcript of 600 tokens takes, or a bare loop with as many calls.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHUNK, CHUNKS = 2000, 12
_WORDS = """tide turbine harbour engine voyage ledger orchard signal furnace glacier market compass theatre satellite
bridge protein council violin reservoir lantern quarry meadow algorithm enzyme cathedral railway vaccine pendulum
""".split()
_VERBS = "lifts moves warms measures carries feeds follows covers changes holds supports divides".split()


def document(seed: int, tokens: int) -> str:
    """A made-up transcript of about so many tokens; the same seed gives the same text."""
    rng = random.Random(seed)
    # Few words from many, as in speech; invented words, so that no two recordings have the same subject.
    syllables = "ba do ke li mo na pu ra si te vo wa zu fe gri sto pla tru".split()
    words = _WORDS + ["".join(rng.choice(syllables) for _ in range(rng.randint(2, 4))) for _ in range(600)]
    lines = []
    for n in range(tokens // 26):
        a, b, c, d = (rng.choice(words) for _ in range(4))
        lines.append(
            f"{'Ana' if n % 7 < 4 else 'Ben'}: The {a} of {rng.randint(2, 90)} places {rng.choice(_VERBS)} the {b}, "
            f"and near the old {c} somebody {rng.choice(_VERBS)} a {d} in the year {rng.randint(1800, 2020)}."
        )
    return "\n\n".join(lines)


@dataclass(frozen=True, slots=True)
class Ran:
    """One process: what it cost, and what the endpoint counted."""

    wall: float
    cpu: float
    rss: float
    code: int
    counts: dict[str, Any]
    makespan: float = 0.0
    finishes: tuple[float, ...] = ()


@contextmanager
def endpoint(*options: str) -> Iterator[str]:
    """A mock endpoint in a process of its own; its address."""
    command = [sys.executable, "-m", "benchmarks.mock_endpoint", *options]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def _counts(url: str, *, forget: bool = False) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/counts") as reply:
        counts: dict[str, Any] = json.load(reply)
    if forget:
        urllib.request.urlopen(f"{url}/reset").close()
    return counts


def run(command: list[str], url: str = "", log: Path | None = None) -> Ran:
    """Run a command to its end."""
    if log:
        log.unlink(missing_ok=True)
    # Let Python keep its bytecode, as an installed program does, whatever this environment says.
    left_out = ("OPENAI_", "STUDYDOC_", "PYTHONDONTWRITEBYTECODE")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    started = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env=plain | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if code not in (0, 1):
            errors.seek(0)
            print(errors.read().decode()[-2000:], file=sys.stderr)
    events = [json.loads(row) for row in log.read_text("utf-8").splitlines()] if log and log.exists() else []
    first = next((e["at"] for e in events if e["event"] == "call started"), 0.0)
    finishes = tuple(e["at"] - first for e in events if e["event"] == "document done" and e["status"] == "complete")
    cpu, rss = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    counts = _counts(url, forget=True) if url else {}
    return Ran(wall, cpu, rss, code, counts, max(finishes, default=0.0), finishes)


def program_command(folder: Path, url: str, at_once: int, out: Path, *more: str) -> list[str]:
    """`studydoc make` over a folder; its log is beside `out`."""
    options = ["--base-url", f"{url}/v1", "--model", "mock", "--out", str(out), "--concurrency", str(at_once), "-q"]
    options += ["--chunk-tokens", str(CHUNK), "--log-json", str(out.with_suffix(".log")), *more]
    return [sys.executable, "-m", "pipeline", "make", str(folder), *options]


def program(folder: Path, url: str, at_once: int, out: Path, *more: str) -> Ran:
    """`studydoc make` over a folder, in a process of its own."""
    return run(program_command(folder, url, at_once, out, *more), url, out.with_suffix(".log"))


def bare_command(url: str, at_once: int, calls: int) -> list[str]:
    """The obvious loop: AsyncOpenAI, a semaphore, gather; request bodies of the same size."""
    return [sys.executable, "-m", "benchmarks.batch_speed", "bare", url, str(at_once), str(calls)]


def bare(url: str, at_once: int, calls: int) -> Ran:
    """The bare loop, in a process of its own."""
    return run(bare_command(url, at_once, calls), url)


async def _bare_loop(url: str, at_once: int, calls: int) -> None:
    import openai

    client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=2)
    gate, text = asyncio.Semaphore(at_once), document(0, CHUNK)
    schema = {"type": "object", "properties": {"points": {"type": "array", "items": {"type": "string"}}}}
    response_format: Any = {"type": "json_schema", "json_schema": {"name": "points", "schema": schema}}

    async def call(n: int) -> None:
        async with gate:
            lines = "\n".join(f"[{i}] {line}" for i, line in enumerate(text.split("\n\n"), 1))
            messages: Any = [{"role": "system", "content": "Note"}, {"role": "user", "content": f"{n}\n{lines}"}]
            await client.chat.completions.create(model="mock", messages=messages, response_format=response_format)

    await asyncio.gather(*(call(n) for n in range(calls)))


async def _client_loop(url: str, at_once: int, calls: int, rpm: int) -> None:
    """Only the adapter and its gate, without the rest of the pipeline."""
    from pipeline.errors import CallError
    from pipeline.llm import Message, Request
    from pipeline.providers.endpoint import Endpoint
    from pipeline.providers.openai_compatible import OpenAICompatible

    text = "\n".join(f"[{i}] {line}" for i, line in enumerate(document(0, CHUNK).split("\n\n"), 1))
    schema = {"type": "object", "properties": {"points": {"type": "array", "items": {"type": "string"}}}}
    async with OpenAICompatible(Endpoint(f"{url}/v1", "mock", "none", concurrency=at_once, rpm=rpm or None)) as client:

        async def call(n: int) -> bool:
            try:
                await client.complete(
                    Request("p", (Message("system", "Note"), Message("user", f"{n}\n{text}")), schema, 9)
                )
            except CallError:
                return False
            return True

        if not all(await asyncio.gather(*(call(n) for n in range(calls)))):
            sys.exit(1)


def client(url: str, at_once: int, calls: int, rpm: int = 0) -> Ran:
    """The adapter alone, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.batch_speed", "client", url, str(at_once), str(calls), str(rpm)]
    return run(command, url)


def _further(ran: list[Ran], calls: int, at_once: int) -> str:
    """The cost of the second run's additional calls (four times `calls`). Start-up is the same and cancels out."""
    first, second = ran
    bound = (second.counts["waited"] - first.counts["waited"]) / at_once
    return (
        f"wall/LB {(second.wall - first.wall) / bound:.2f}, CPU {(second.cpu - first.cpu) / (4 * calls) * 1000:.2f} ms"
    )


def _client(work: Path, docs: int) -> list[str]:
    calls, rows = 13 * docs, []
    for at_once in (64, 256):
        with endpoint("--latency", "0.2") as url:
            loop, adapter = ([ask(url, at_once, n * calls) for n in (1, 5)] for ask in (bare, client))
        further, further_bare = _further(adapter, calls, at_once), _further(loop, calls, at_once)
        rows.append(f"{at_once} at once: {further} (bare loop {further_bare})")
    with endpoint("--latency", "0.2", "--faults", "--most", "48") as url:
        counts = client(url, 64, calls).counts
    more = counts["requests"] - calls - counts["500"]
    rows.append(f"5 % 500, 429 beyond 48: {counts['requests']} requests, {more / calls:.1%} beyond calls and 500s")
    for name, silent, rpm in (("learned from headers", (), 0), ("given", ("--silent",), 1500)):
        with endpoint("--latency", "0.8", "--rpm", "1500", *silent) as url:
            ran = client(url, 64, calls, rpm)
        late, bound = ran.counts.get("429", 0), (calls - 20) / 25 + 0.8
        rows.append(f"1500 a minute, {name}: {late} times 429 ({late / calls:.1%}), wall/LB {ran.wall / bound:.2f}")
    return [f"the adapter and its gate alone, {calls} calls", *rows]


def write_documents(folder: Path, docs: int, tokens: int = CHUNK * CHUNKS, *, unequal: bool = False) -> Path:
    """Write transcripts of equal size, or, if `unequal`, of a quarter to seven quarters of it."""
    folder.mkdir()
    for n in range(docs):
        size = round(tokens * (0.25 + 1.5 * ((n * 7) % docs) / docs)) if unequal else tokens
        (folder / f"talk{n:04}.txt").write_text(document(n, size), "utf-8")
    return folder


def _share(ran: Ran) -> str:
    if not ran.finishes:
        return "no document is complete"
    count, half = len(ran.finishes), ran.makespan / 2
    mean = sum(ran.finishes) / count / ran.makespan
    return f"mean document {mean:.2f} of makespan, {sum(f <= half for f in ran.finishes) / count:.0%} at half"


def _bound(ran: Ran, at_once: int) -> float:
    return max(ran.counts["waited"] / at_once, ran.counts["longest"])


def _tokens(folder: Path) -> int:
    """The number of tokens of all transcripts in a folder."""
    from pipeline.llm.tokens import count_tokens

    return sum(count_tokens(path.read_text("utf-8")) for path in folder.iterdir())


def _a_call(ran: Ran, start: Ran) -> str:
    """Processor time of a call: with start-up shared among all calls, and without what one short transcript takes."""
    calls, before = ran.counts["requests"], start.counts["requests"]
    return f"{ran.cpu / calls * 1000:.2f} ms, {(ran.cpu - start.cpu) / (calls - before) * 1000:.2f} without start-up"


def _speed(work: Path, docs: int, at_once: int, latency: str, *, unequal: bool = False) -> list[str]:
    short, folder = write_documents(work / "one", 1, 600), write_documents(work / "in", docs, unequal=unequal)
    with endpoint("--latency", latency) as url:
        start, ran = (program(talks, url, at_once, work / f"out {talks.name}") for talks in (short, folder))
        short_loop, full_loop = (bare(url, at_once, r.counts["requests"]) for r in (start, ran))
    calls, bound, tokens = ran.counts["requests"], _bound(ran, at_once), _tokens(folder)
    ratio = full_loop.wall / _bound(full_loop, at_once)
    return [
        f"{docs} documents, {calls} calls, {latency}, {at_once} at once",
        f"makespan/LB {ran.makespan / bound:.2f}, of the whole command {ran.wall / bound:.2f} (bare loop {ratio:.2f})",
        f"CPU a call {_a_call(ran, start)} (bare loop {_a_call(full_loop, short_loop)}, "
        f"endpoint {ran.counts['cpu'] / calls * 1000:.2f}), {ran.rss:.0f} MB",
        f"CPU for 1,000 transcript tokens {ran.cpu / tokens * 1e6:.2f} ms, "
        f"{(ran.cpu - start.cpu) / (tokens - _tokens(short)) * 1e6:.2f} without start-up ({start.cpu:.2f} s)",
        _share(ran) + f", {len(ran.finishes)} of {docs} made",
    ]


def _faults(work: Path, docs: int) -> list[str]:
    folder = write_documents(work / "in", docs)
    with endpoint("--latency", "0.2", "--faults", "--most", "48") as url:
        ran = program(folder, url, 64, work / "out")
    counts = ran.counts
    injected = counts["500"] + counts["truncated"]
    extra = (counts.get("429", 0)) / counts["requests"]
    return [
        f"5 % 500, 2 % truncated, 429 beyond 48, {docs} documents",
        f"{len(ran.finishes)} of {docs} made, {counts['requests']} requests, {injected} faults, "
        f"{counts.get('429', 0)} times 429 ({extra:.1%}), wall {ran.makespan / _bound(ran, 48):.2f} x LB of 48 at once",
    ]


def _paced(work: Path, docs: int) -> list[str]:
    folder = write_documents(work / "in", docs)
    rows = [f"1500 requests a minute, {docs} documents"]
    for name, options, more in (("learned from headers", (), ()), ("given", ("--silent",), ("--rpm", "1500"))):
        with endpoint("--latency", "0.8", "--rpm", "1500", *options) as url:
            ran = program(folder, url, 64, work / name[:5], *more)
        counts = ran.counts
        good = counts["requests"] - counts.get("429", 0)
        bound = max((good - 20) / 25, 0.8)
        share = f"{counts.get('429', 0)} times 429 ({counts.get('429', 0) / counts['requests']:.1%})"
        rows.append(f"{name}: {len(ran.finishes)} of {docs} made, {share}, makespan {ran.makespan / bound:.2f} x LB")
    return rows


def _again(work: Path, docs: int) -> list[str]:
    folder = write_documents(work / "in", docs)
    with endpoint("--latency", "0.0") as url:
        first = program(folder, url, 64, work / "out")
        second = program(folder, url, 64, work / "out")
        (folder / "more.txt").write_text(document(9999, CHUNK * CHUNKS), "utf-8")
        third = program(folder, url, 64, work / "out")
    calls = first.counts["requests"]
    return [
        f"again, {docs} documents, {calls} calls: {second.counts.get('requests', 0)} requests, {second.wall:.1f} s, "
        f"{second.cpu / calls * 1000:.2f} ms a call, reading, chunking and checking included",
        f"one document added: {third.counts['requests']} requests for it",
    ]


def _start(work: Path, docs: int) -> list[str]:
    def best(command: list[str]) -> float:
        return min(run(command).wall for _ in range(5)) * 1000

    folder = write_documents(work / "in", 1, 1500)
    with endpoint("--latency", "0.0") as url:
        program(folder, url, 8, work / "out")
        options = ["--base-url", f"{url}/v1", "--model", "mock", "--out", str(work / "out"), "-q"]
        options += ["--chunk-tokens", str(CHUNK)]
        cached = best([sys.executable, "-m", "pipeline", "make", str(folder), *options])
        fresh = program(folder, url, 8, work / "other")
    python = best([sys.executable, "-c", "pass"])
    help_page = best([sys.executable, "-m", "pipeline", "--help"])
    return [
        f"interpreter {python:.0f} ms, --help {help_page:.0f} ms, cached document {cached:.0f} ms, "
        f"fresh {fresh.wall * 1000:.0f} ms"
    ]


def _memory(work: Path, docs: int) -> list[str]:
    rows = []
    for count in (n for n in (1, 10, 100, 1000) if n <= max(docs, 10)):
        folder = write_documents(work / f"in{count}", count, 600)
        with endpoint("--latency", "0.0") as url:
            ran = program(folder, url, 16, work / f"out{count}")
        rows.append(f"{count}: {ran.rss:.0f} MB, {ran.cpu / ran.counts['requests'] * 1000:.2f} ms of CPU a call")
    return ["transcripts of 600 tokens, 16 at once", *rows]


ROWS = {
    "client": _client,
    "fixed64": lambda work, docs: _speed(work, docs, 64, "0.2"),
    "fixed256": lambda work, docs: _speed(work, docs, 256, "0.2"),
    "lognormal": lambda work, docs: _speed(work, docs, 64, "lognormal"),
    "unequal": lambda work, docs: _speed(work, docs, 64, "lognormal", unequal=True),
    "faults": _faults,
    "rpm": _paced,
    "again": _again,
    "start": _start,
    "memory": _memory,
}


def main() -> None:
    """Print row after row."""
    if sys.argv[1:2] == ["bare"]:
        asyncio.run(_bare_loop(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
        return
    if sys.argv[1:2] == ["client"]:
        at_once, calls, rpm = map(int, sys.argv[3:6])
        asyncio.run(_client_loop(sys.argv[2], at_once, calls, rpm))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--docs", type=int, default=40)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=" ".join(ROWS))
    flags = parser.parse_args()
    if unknown := set(flags.rows) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {' '.join(ROWS)}")
    for name in flags.rows or ROWS:
        with tempfile.TemporaryDirectory() as work:
            first, *more = ROWS[name](Path(work), flags.docs)
        print(f"{name}: {first}", *(f"    {row}" for row in more), sep="\n", flush=True)


if __name__ == "__main__":
    main()
