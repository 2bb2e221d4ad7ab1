"""What a million transcripts take (calls, tokens, USD, hours): the planner's counts for samples, multiplied.

    python -m benchmarks.scale [PATH …] [--model gpt-6-luna] [--transcripts 1000000] [--minutes 60] [--tpm 10000000]

Without PATH, the talk to multiply is put together from the samples, as long as `--minutes` of speech.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.mock_endpoint import answer_to
from pipeline.batches.plan import Experience, Plan, plan_one
from pipeline.llm import Completion, Message, Request, Usage
from pipeline.llm.prices import BATCH, cost_usd
from pipeline.llm.prompting import PromptSet
from pipeline.llm.tokens import count_each, encoding_for
from pipeline.profile import Recipe
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.readers import read_transcript, survey
from pipeline.run import asummarise
from pipeline.text import numbered
from pipeline.transcript import Segment, Transcript

ROOT = Path(__file__).parent.parent
WORDS_A_MINUTE = 150  # of ordinary speech
ENDPOINT = "https://api.openai.com"
SAMPLES = ("tidal-turbines.vtt", "sourdough-microbes.srt", "night-trains.txt")


@dataclass(frozen=True, slots=True)
class Talk:
    """The mean talk: its size, and what it takes."""

    tokens: float
    calls: float
    rounds: int  # of calls that wait for the answers of the previous round
    prompt: float
    low: float
    high: float
    stored_bytes: float

    @property
    def answer(self) -> float:
        """The tokens of answers, midway between short and long ones."""
        return (self.low + self.high) / 2


def hour_long(minutes: int) -> Transcript:
    """The samples one after the other, repeated up to so many minutes of speech."""
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
    """The planner's counts, as `studydoc plan` prints them, averaged over some transcripts."""
    encoding, _ = encoding_for(model)
    with tempfile.TemporaryDirectory() as folder:
        store = CallStore(Path(folder) / "calls.sqlite")
        plans: list[Plan] = [
            asyncio.run(plan_one(t, store, model, Recipe(), PromptSet(), Experience(), lambda usage: None))
            for t in transcripts
        ]
        store.close()
    tokens = [sum(count_each([s.text for s in t.segments], encoding)) for t in transcripts]
    mean = statistics.fmean
    return Talk(
        mean(tokens),
        mean(p.now.calls + p.later.calls for p in plans),
        3,  # writing; citing or composing; checking
        mean(p.now.prompt_tokens + p.later.prompt_tokens for p in plans),
        mean(p.now.low + p.later.low for p in plans),
        mean(p.now.high + p.later.high for p in plans),
        mean(4.4 * (p.now.prompt_tokens + p.later.prompt_tokens) + 5 * (p.now.high + p.later.high) for p in plans),
    )


class Answering:
    """A client that answers like the mock endpoint, without a connection."""

    model = "mock"

    async def complete(self, request: Request) -> Completion:
        """An answer of realistic size."""
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        return Completion(json.dumps(answer_to(messages, request.schema)), "stop", Usage(), self.model)


def work_seconds(minutes: int) -> float:
    """The program's own CPU seconds for 1,000 transcript tokens, with stored answers of realistic size."""
    transcript = hour_long(minutes)
    with tempfile.TemporaryDirectory() as folder, closing(CallStore(Path(folder) / "calls.sqlite")) as store:
        client = StoredClient(store, Answering(), Answering.model)
        for _ in range(2):  # the first time loads tables and stores answers
            started = time.process_time()
            document = asyncio.run(asummarise(transcript, client))
            spent = time.process_time() - started
    return 1000 * spent / document.source.tokens


def store_seconds() -> float:
    """Seconds to store one answer to a prompt of 8,000 tokens."""
    request, count = Request("talk", (Message("user", "word " * 8000),), {}, 100), 300
    with tempfile.TemporaryDirectory() as folder:
        store = CallStore(Path(folder) / "calls.sqlite")
        started = time.perf_counter()
        for n in range(count):
            store.put(str(n), request, "model", Completion("word " * 500, "stop", Usage(), "model"))
        spent = time.perf_counter() - started
        store.close()
    return spent / count


def usd(model: str, endpoint: str, talk: Talk, answer: float) -> float | None:
    """The price of a talk, priced by call, since long prompts may cost more for each token."""
    mean_usage = Usage(round(talk.prompt / talk.calls), 0, round(answer / talk.calls))
    price = cost_usd(model, endpoint, mean_usage)
    return None if price is None else price * talk.calls


def priced(model: str) -> str:
    """Which price list was used, and its dates."""
    from genai_prices import Usage as PricedUsage
    from genai_prices import calc_price

    try:
        price = calc_price(PricedUsage(input_tokens=1), model_ref=model, provider_id="openai")
        comments = price.model.price_comments or ""
    except LookupError:
        comments = ""
    dates = sorted(set(re.findall(r"verified on (\d{4}-\d\d-\d\d)", comments)))
    return f"Prices: genai-prices {version('genai-prices')}" + (
        f", verified on {' and '.join(dates)}." if dates else "."
    )


def row(name: str, *cells: object) -> None:
    """A row of the table."""
    print(f"| {name} | " + " | ".join(str(c) for c in cells) + " |")


def money(low: float | None, high: float | None) -> str:
    """A range of USD."""
    if low is None or high is None:
        return "price not known"
    return f"{low:,.0f} to {high:,.0f}" if low > 100 else f"{low:.4f} to {high:.4f}"


def main() -> None:
    """Print the tables of docs/scale.md."""
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--model", default="gpt-6-luna")
    parser.add_argument("--transcripts", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--tpm", type=int, default=10_000_000, help="tokens a minute that the account allows")
    parser.add_argument("--queue", type=int, default=5_000_000_000, help="tokens that may wait in batch jobs")
    parser.add_argument("--seconds", type=float, default=10.0, help="seconds that a call takes")
    parser.add_argument("--gpu", type=float, default=2.5, help="USD an hour for a GPU")
    flags = parser.parse_args()
    sources = list(survey(flags.paths).sources)
    transcripts = [read_transcript(s.path, name=s.name) for s in sources] or [hour_long(flags.minutes)]
    talk, n = counted(transcripts, flags.model), flags.transcripts
    print(f"{flags.model}, the mean of {numbered(len(transcripts), 'transcript')}, and {n:,} such ones.")
    print(f"{priced(flags.model)}\n")
    print("| | a transcript | all |\n| --- | --- | --- |")
    row("transcript tokens", f"{talk.tokens:,.0f}", f"{talk.tokens * n:,.0f}")
    row("calls", f"{talk.calls:.1f}", f"{talk.calls * n:,.0f}")
    row("prompt tokens", f"{talk.prompt:,.0f}", f"{talk.prompt * n:,.0f}")
    row("prompt tokens a transcript token", f"{talk.prompt / talk.tokens:.2f}", "")
    row("answer tokens", f"{talk.low:,.0f} to {talk.high:,.0f}", f"{talk.low * n:,.0f} to {talk.high * n:,.0f}")
    for label, endpoint in (("USD, call by call", ENDPOINT), ("USD, by the Batch API", ENDPOINT + BATCH)):
        low, high = (usd(flags.model, endpoint, talk, tokens) for tokens in (talk.low, talk.high))
        all_ = money(None, None) if low is None or high is None else money(low * n, high * n)
        row(label, money(low, high), all_)
    binding(talk, flags)
    engine(talk, flags)


def binding(talk: Talk, flags: argparse.Namespace) -> None:
    """How long each limit makes the whole take, slowest first."""
    n, cpu, storing = flags.transcripts, work_seconds(flags.minutes) * talk.tokens / 1000, store_seconds()
    tokens = (talk.prompt + talk.answer) * n
    files = -(-talk.calls * n // 50_000)
    hours = {
        f"tokens a minute, at {flags.tpm:,}": tokens / flags.tpm / 60,
        f"one process with 64 calls at once of {flags.seconds:g} s": talk.calls * n * flags.seconds / 64 / 3600,
        f"our own work on one core, {cpu:.2f} CPU s a transcript": cpu * n / 3600,
        f"storing answers in one SQLite file, {1000 * storing:.1f} ms each": talk.calls * n * storing / 3600,
        f"Batch API: {talk.rounds} waves of a day while {flags.queue:,} tokens may wait": 24
        * max(talk.rounds, tokens / flags.queue),
    }
    print("\n| what binds | hours |\n| --- | --- |")
    for name, needed in sorted(hours.items(), key=lambda item: -item[1]):
        row(name, f"{needed:,.1f}")
    print(f"\n{files:,.0f} batch files of 50,000 calls; about {talk.stored_bytes * n / 1e12:.2g} TB of stored calls.")


def engine(talk: Talk, flags: argparse.Namespace) -> None:
    """What a GPU has to achieve to be cheaper than the hosted model by the Batch API."""
    price = usd(flags.model, ENDPOINT + BATCH, talk, talk.answer)
    if not price:
        return
    an_hour = flags.gpu / price
    prompt, answer = (an_hour * tokens / 3600 for tokens in (talk.prompt, talk.answer))
    hosted = f"{flags.model} by the Batch API"
    print(f"\nA GPU at {flags.gpu:g} USD an hour is cheaper than {hosted} once it makes more than")
    print(f"{an_hour:,.0f} transcripts an hour: {prompt:,.0f} prompt and {answer:,.0f} answer tokens a second.")


if __name__ == "__main__":
    main()
