"""What a million transcripts take: calls, tokens, USD, hours. Counted on transcripts by the planner, then multiplied.

python -m benchmarks.scale [PATH …] [--model gpt-5-mini] [--transcripts 1000000] [--minutes 60] [--tpm 10000000]

Without PATH the talk to be multiplied is put together from the samples until it is as long as `--minutes` of speech.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pipeline.llm import Usage
from pipeline.plan import Experience, Plan, plan_one
from pipeline.prices import BATCH, cost_usd
from pipeline.prompting import PromptSet
from pipeline.providers.calls import CallStore, Recording, StoredClient
from pipeline.readers import find_sources, read_transcript
from pipeline.run import asummarise
from pipeline.settings import EMBEDDED, HOSTED
from pipeline.tokens import count_each, encoding_for
from pipeline.transcript import Segment, Transcript

ROOT = Path(__file__).parent.parent
WORDS_A_MINUTE = 150  # of ordinary speech
ENDPOINT = "https://api.openai.com"
SAMPLES = ("tidal-turbines.vtt", "sourdough-microbes.srt", "night-trains.txt")


@dataclass(frozen=True, slots=True)
class Talk:
    """The mean talk: what it holds and what it takes."""

    tokens: float
    calls: float
    prompt: float
    low: float
    high: float
    stored_bytes: float

    @property
    def answer(self) -> float:
        """Between short and long answers."""
        return (self.low + self.high) / 2


def hour_long(minutes: int) -> Transcript:
    """The samples one after the other, again and again, up to so many minutes of speech."""
    segments: list[Segment] = []
    words = 0
    while words < minutes * WORDS_A_MINUTE:
        for name in SAMPLES:
            for s in read_transcript(ROOT / "transcripts" / name).segments:
                words += len(s.text.split())
                segments.append(Segment(len(segments) + 1, s.text, s.speaker))
                if words >= minutes * WORDS_A_MINUTE:
                    return Transcript("talk", tuple(segments))
    return Transcript("talk", tuple(segments))


def counted(transcripts: list[Transcript], model: str) -> Talk:
    """The planner's counts, as `studydoc plan` prints them, for the mean of some transcripts."""
    encoding, _ = encoding_for(model)
    with tempfile.TemporaryDirectory() as folder:
        store = CallStore(Path(folder) / "calls.sqlite")
        plans: list[Plan] = [
            asyncio.run(plan_one(t, store, model, HOSTED, PromptSet(), Experience())) for t in transcripts
        ]
        store.close()
    tokens = [sum(count_each([s.text for s in t.segments], encoding)) for t in transcripts]
    mean = statistics.fmean
    return Talk(
        mean(tokens),
        mean(p.calls + p.merges for p in plans),
        mean(p.prompt_tokens for p in plans),
        mean(p.low for p in plans),
        mean(p.high for p in plans),
        mean(4.4 * p.prompt_tokens + 5 * p.high for p in plans),
    )


def work_seconds() -> float:
    """CPU seconds of our own for 1,000 transcript tokens: the samples replayed from their recordings."""
    spent, tokens = 0.0, 0
    for name in SAMPLES:
        stem = Path(name).stem
        recording = Recording(ROOT / "tests" / "golden" / f"{stem}.calls.jsonl")
        model = next(iter(recording.calls.values())).identity["model"]
        transcript = read_transcript(ROOT / "transcripts" / name)
        for once in (False, True):  # the first time loads tables
            started = time.process_time()
            document = asyncio.run(asummarise(transcript, StoredClient(recording, None, model), recipe=EMBEDDED))
            spent += (time.process_time() - started) * once
        tokens += document.source.tokens
    return 1000 * spent / tokens


def usd(model: str, endpoint: str, talk: Talk, answer: float) -> float | None:
    """The price of a talk, call by call, since long prompts may cost more a token."""
    one = Usage(round(talk.prompt / talk.calls), 0, round(answer / talk.calls))
    price = cost_usd(model, endpoint, one)
    return None if price is None else price * talk.calls


def row(name: str, *cells: object) -> None:
    """A row of the table."""
    print(f"| {name} | " + " | ".join(str(c) for c in cells) + " |")


def money(low: float | None, high: float | None) -> str:
    """A range of USD."""
    return "price not known" if low is None or high is None else f"{low:,.4g} to {high:,.4g}"


def main() -> None:
    """Prints the tables of docs/scale.md."""
    asked = argparse.ArgumentParser()
    asked.add_argument("paths", nargs="*", type=Path)
    asked.add_argument("--model", default="gpt-5-mini")
    asked.add_argument("--transcripts", type=int, default=1_000_000)
    asked.add_argument("--minutes", type=int, default=60)
    asked.add_argument("--tpm", type=int, default=10_000_000, help="tokens a minute that the account allows")
    asked.add_argument("--queue", type=int, default=5_000_000_000, help="tokens that may wait in batch jobs")
    asked.add_argument("--seconds", type=float, default=10.0, help="seconds that a call takes")
    asked.add_argument("--gpu", type=float, default=2.5, help="USD an hour for a GPU")
    told = asked.parse_args()
    sources, _ = find_sources(told.paths)
    transcripts = [read_transcript(s.path, name=s.name) for s in sources] or [hour_long(told.minutes)]
    talk, n = counted(transcripts, told.model), told.transcripts
    prices = f"genai-prices {version('genai-prices')}"
    print(f"{told.model}, prices of {prices}; the mean of {len(transcripts)} transcripts, and {n:,} of them\n")
    print("| | a transcript | all |\n| --- | --- | --- |")
    row("transcript tokens", f"{talk.tokens:,.0f}", f"{talk.tokens * n:,.3g}")
    row("calls", f"{talk.calls:.1f}", f"{talk.calls * n:,.3g}")
    row("prompt tokens", f"{talk.prompt:,.0f}", f"{talk.prompt * n:,.3g}")
    row("prompt tokens a transcript token", f"{talk.prompt / talk.tokens:.2f}", "")
    row("answer tokens", f"{talk.low:,.0f} to {talk.high:,.0f}", f"{talk.low * n:,.3g} to {talk.high * n:,.3g}")
    for label, endpoint in (("USD, call by call", ENDPOINT), ("USD, by the Batch API", ENDPOINT + BATCH)):
        low, high = (usd(told.model, endpoint, talk, tokens) for tokens in (talk.low, talk.high))
        all_ = money(None, None) if low is None or high is None else money(low * n, high * n)
        row(label, money(low, high), all_)
    binding(talk, told)
    engine(talk, told)


def binding(talk: Talk, told: argparse.Namespace) -> None:
    """What takes how long, the slowest first."""
    n, cpu = told.transcripts, work_seconds() * talk.tokens / 1000
    tokens = (talk.prompt + talk.answer) * n
    files = -(-talk.calls * n // 50_000)
    hours = {
        f"tokens a minute, at {told.tpm:,}": tokens / told.tpm / 60,
        f"one process with 64 calls at once of {told.seconds:g} s": talk.calls * n * told.seconds / 64 / 3600,
        f"our own work on one core, {cpu:.2f} CPU s a transcript": cpu * n / 3600,
        "storing answers in one SQLite file, 0.1 ms each": talk.calls * n * 0.0001 / 3600,
        f"Batch API: four waves of a day while {told.queue:,} tokens may wait": max(4, tokens / told.queue) * 24,
    }
    print("\n| what binds | hours |\n| --- | --- |")
    for name, took in sorted(hours.items(), key=lambda item: -item[1]):
        row(name, f"{took:,.1f}")
    print(f"\n{files:,.0f} batch files of 50,000 calls; about {talk.stored_bytes * n / 1e12:.2g} TB of stored calls.")


def engine(talk: Talk, told: argparse.Namespace) -> None:
    """What a GPU has to do to be cheaper than the hosted model by the Batch API."""
    price = usd(told.model, ENDPOINT + BATCH, talk, talk.answer)
    if not price:
        return
    an_hour = told.gpu / price
    print(
        f"\nA GPU at {told.gpu:g} USD an hour is cheaper than {told.model} by the Batch API from {an_hour:,.0f} transcripts"
    )
    print(
        f"an hour on: {an_hour * talk.prompt / 3600:,.0f} prompt and {an_hour * talk.answer / 3600:,.0f} answer tokens a second."
    )


if __name__ == "__main__":
    main()
