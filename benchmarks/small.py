"""The page that the embedded model makes of a transcript, with the calls and seconds that it took.

    python -m benchmarks.small TRANSCRIPT… [--length brief|standard|full] [--store CALLS.sqlite]

With `--store`, stored answers are used again; their seconds are those that the calls took originally.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from pipeline.draft import Draft, DraftStatement
from pipeline.llm import Completion, LLMClient, Request
from pipeline.llm.progress import Booking, Progress, Reporter
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Structured
from pipeline.profile import SMALL, Recipe
from pipeline.providers import weights
from pipeline.providers.calls import CallStore
from pipeline.providers.local import EmbeddedServer
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.providers.prefixes import with_prefixes
from pipeline.providers.stored import StoredClient
from pipeline.readers import read_transcript
from pipeline.run import in_language
from pipeline.small import draft, estimated_calls
from pipeline.transcript import Transcript


class Embedded:
    """The embedded model, loaded when first asked."""

    model = weights.EMBEDDED.name

    def __init__(self, threads: int | None) -> None:
        self._threads, self._client, self._stack = threads, None, AsyncExitStack()  # type: ignore[var-annotated]

    async def complete(self, request: Request) -> Completion:
        """The model's answer."""
        if self._client is None:
            path = weights.installed() or weights.fetch(lambda done, total: None)
            states = weights.states_of(path.name)
            server = EmbeddedServer(path, self.model, threads=self._threads, states=states, slots=SMALL.at_once)
            endpoint = self._stack.enter_context(server).endpoint
            client = await self._stack.enter_async_context(OpenAICompatible(endpoint))
            self._client = await self._stack.enter_async_context(with_prefixes(client, server))
        return await self._client.complete(request)

    async def close(self) -> None:
        """End the model's server."""
        await self._stack.aclose()


class Timed:
    """Adds up what the calls of one document took, including those answered from the store."""

    def __init__(self, inner: LLMClient) -> None:
        self._inner, self.model, self.seconds = inner, inner.model, 0.0

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer."""
        completion = await self._inner.complete(request)
        self.seconds += completion.seconds
        return completion


def page(transcript: Transcript, notes: Draft) -> str:
    """The sections as they would be printed, each statement with its lines."""
    rows = [f"# {transcript.metadata.title or transcript.name}", ""]
    for name in ("overview", "prerequisites", "main_points", "key_concepts", "summary"):
        rows += [f"## {name.replace('_', ' ').title()}", ""]
        for group in notes.sections[name]:
            rows += [f"### {group.heading}", ""] if group.heading else []
            for statement in group.statements:
                rows += _bullets(statement, 0)
            rows.append("")
    rows += [f"PARTIAL: {p.heading}, passage {p.chunk}: {p.message}" for p in notes.problems]
    return "\n".join(rows)


def _bullets(statement: DraftStatement, depth: int) -> list[str]:
    label = f"**{statement.label}:** " if statement.label else ""
    lines = ",".join(map(str, statement.lines))
    rows = [f"{'  ' * depth}- {label}{statement.text}{f' [{lines}]' if lines else ''}"]
    return rows + [row for detail in statement.details for row in _bullets(detail, depth + 1)]


async def make(paths: list[Path], store: Path, recipe: Recipe, threads: int | None) -> None:
    """Print page after page."""
    embedded, calls = Embedded(threads), CallStore(store)
    for path in paths:
        transcript, spoken = in_language(read_transcript(path), recipe)
        reporter = Reporter(Progress(transcript.name))
        client = Timed(StoredClient(calls, embedded, embedded.model))
        structured = Structured(Booking(client, reporter), PromptSet())
        began = time.monotonic()
        notes = await draft(transcript, structured, spoken, reporter)
        tally, words = reporter.progress.tally, sum(len(s.text.split()) for s in transcript.segments)
        planned = len(estimated_calls(transcript, spoken, embedded.model))
        printed = sum(len(s.text.split()) for _, s in notes.statements())
        print(page(transcript, notes))
        print(
            f"{transcript.name}: {words} words, {printed} printed in {sum(1 for _ in notes.statements())} statements; "
            f"{tally.calls} calls ({planned} planned, {tally.calls_cached} stored), "
            f"{client.seconds:.0f} s of the model, {time.monotonic() - began:.1f} s now; "
            f"{tally.usage.prompt_tokens - tally.usage.cached_prompt_tokens} tokens read, "
            f"{tally.usage.completion_tokens} written; "
            f"{len(notes.filler)} lines filler, {len(notes.dropped)} excerpts left out\n"
        )
    await embedded.close()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("transcripts", nargs="+", type=Path)
    parser.add_argument("--length", choices=["brief", "standard", "full"], default="standard")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--threads", type=int)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = flags.store or Path(folder) / "calls.sqlite"
        asyncio.run(make(flags.transcripts, store, Recipe(SMALL, flags.length), flags.threads))


if __name__ == "__main__":
    main()
