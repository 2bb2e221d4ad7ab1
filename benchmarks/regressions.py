"""Detect what became slower: compare the ratios of one run with those saved in benchmarks/ratios.json.

    python -m benchmarks.regressions [--keep]

A ratio is the program's cost relative to something else on the same machine: tiktoken, a bare openai loop, an import of
click, a file's size, an ideal bound. Lower is better. Exit code 1 if one is more than a fifth above its saved value.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import instructions, schedule
from benchmarks.batch_speed import CHUNK, bare, document, endpoint, program, run, write_documents
from benchmarks.formats import captioned
from pipeline.chunking import chunk_transcript
from pipeline.llm.tokens import count_tokens
from pipeline.readers import parse

RATIOS = Path(__file__).with_name("ratios.json")
WORSE = 1.2
_INSTRUCTIONS = "a further document / bare loop, in instructions"


def against(work: Callable[[], float], beside: Callable[[], float], times: int = 5) -> float:
    """The seconds of `work` divided by those of `beside`: the median of several rounds in which each runs once."""
    return median(work() / beside() for _ in range(times))


def cpu(work: Callable[[], object]) -> float:
    """The processor seconds that something takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def reading() -> dict[str, float]:
    """Reading and chunking a megabyte, relative to counting its tokens."""
    talk = document(1, 260_000)
    prose = talk.replace("Ana: ", "").replace("Ben: ", "")
    captions = "".join(captioned(n) for n in range(1_000_000 // len(captioned(10_000))))
    ratios = {}
    for name, text in (("talk with labels", talk), ("prose", prose), ("SubRip", captions)):
        raw, transcript = text.encode(), parse(text.encode(), "x.txt", name="x")
        counting = partial(cpu, partial(count_tokens, text))
        read, cut = partial(parse, raw, "x.txt", name="x"), partial(chunk_transcript, transcript, limit=20_000)
        ratios[f"reading, {name} / counting"] = against(partial(cpu, read), counting)
        ratios[f"chunking, {name} / counting"] = against(partial(cpu, cut), counting)
    return ratios


def batch(work: Path, docs: int = 8) -> dict[str, float]:
    """A batch's processor time, with start-up, relative to that of a bare loop with as many calls."""
    folder = write_documents(work / "in", docs)
    with endpoint("--latency", "0.05") as url:
        ran = [program(folder, url, 64, work / f"out{n}") for n in range(3)]
        beside = [bare(url, 64, r.counts["requests"]) for r in ran]
    return {f"batch of {docs} / bare loop": median(a.cpu / b.cpu for a, b in zip(ran, beside, strict=True))}


def starting(work: Path) -> dict[str, float]:
    """Start-up, relative to an import of click."""
    folder = write_documents(work / "one", 1, 1500)
    with endpoint("--latency", "0.0") as url:
        program(folder, url, 8, work / "kept")
        options = ["--base-url", f"{url}/v1", "--model", "mock", "--out", str(work / "kept"), "-q"]
        options += ["--chunk-tokens", str(CHUNK)]
        commands = {
            "--help": ["-m", "pipeline", "--help"],
            "a cached document": ["-m", "pipeline", "make", str(folder), *options],
        }

        def cpu_of(*more: str) -> float:
            return run([sys.executable, *more]).cpu

        beside = partial(cpu_of, "-c", "import click")
        return {
            f"{name} / import of click": against(partial(cpu_of, *more), beside, 9) for name, more in commands.items()
        }


def scheduling() -> dict[str, float]:
    """The order of calls, which has no noise."""
    ran = schedule.run(12, 24, "lognormal")
    return {"schedule: makespan / bound": ran.makespan, "schedule: mean document / makespan": ran.mean}


def counting(work: Path) -> dict[str, float]:
    """A further document's instructions relative to those of a bare loop: no noise, but it needs valgrind."""
    return {_INSTRUCTIONS: instructions.further(work).ratio} if instructions.can_count() else {}


def slower(kept: dict[str, float], now: dict[str, float]) -> list[str]:
    """The ratios that are more than a fifth above the saved ones, and saved ones that are no longer measured.

    Instructions may be missing, as they need valgrind.
    """
    gone = [f"{name}: not measured any more" for name in kept if name not in now and name != _INSTRUCTIONS]
    return gone + [
        f"{name}: {now[name]:.2f}, it was {was:.2f}" for name, was in kept.items() if now.get(name, 0.0) > WORSE * was
    ]


def main() -> None:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="keep today's ratios in place of those that are kept")
    flags = parser.parse_args()
    kept: dict[str, float] = json.loads(RATIOS.read_text("utf-8")) if RATIOS.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        now = reading() | batch(Path(folder)) | starting(Path(folder)) | scheduling()
        now |= counting(Path(folder))
    if _INSTRUCTIONS not in now:
        print("instructions are not counted, as valgrind is not installed")
    for name, ratio in now.items():
        print(f"{name}: {ratio:.2f}" + (f" (kept {kept[name]:.2f})" if name in kept else ""))
    if flags.keep:
        now = {name: kept[name] for name in [_INSTRUCTIONS] if name in kept} | now
        RATIOS.write_text(json.dumps({name: round(ratio, 3) for name, ratio in now.items()}, indent=1) + "\n", "utf-8")
        return
    if worse := slower(kept, now):
        print("\nslower by more than a fifth:", *worse, sep="\n  ")
        sys.exit(1)


if __name__ == "__main__":
    main()
