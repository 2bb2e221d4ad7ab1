"""`make record`: asks the embedded model again, renews every recording and golden document, and says what changed."""

from __future__ import annotations

import asyncio
import difflib
import json
import sys
from pathlib import Path

from pipeline.document import StudyDocument
from pipeline.llm import Completion, Request
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, Recording, StoredClient
from pipeline.providers.local import EmbeddedServer
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.render import render_markdown
from pipeline.store import dump
from tests.providers.test_cassettes import record_cassettes
from tests.samples import GOLDEN, ROOT, SAMPLES, adocument_of, recording

KEPT = ROOT / ".recorded"  # answers of earlier recordings, kept out of the repository; remove it to ask for all anew


def main(names: list[str]) -> None:
    path = weights.installed() or weights.fetch(
        lambda done, total: print(f"\r{done >> 20} of {total >> 20} MB", end="")
    )
    for name in names or SAMPLES:
        live, count = asyncio.run(_record(name, path))
        print(f"{name}: {count} calls recorded")
        _renew(GOLDEN / f"{name}.md", render_markdown(live))
        _renew(GOLDEN / f"{name}.json", dump(live))
    if not names:
        record_cassettes()


async def _record(name: str, path: Path) -> tuple[StudyDocument, int]:
    """Makes a sample's document; answers to requests that did not change are taken from the last recordings."""
    KEPT.mkdir(exist_ok=True)
    calls = CallStore(KEPT / f"{name}.sqlite")
    if recording(name).exists():
        calls.take_in(Recording(recording(name)))
    with EmbeddedServer(path, weights.EMBEDDED.name) as server:
        async with OpenAICompatible(server.endpoint) as client:
            asked = _Played(StoredClient(calls, client, weights.EMBEDDED.name))
            live = await adocument_of(name, asked)
    calls.export(recording(name))
    calls.close()
    rows = [row for row in recording(name).read_text("utf-8").splitlines() if json.loads(row)["key"] in asked.keys]
    recording(name).write_text("".join(f"{row}\n" for row in rows), "utf-8")
    return live, len(rows)


class _Played:
    """A client that keeps the keys of what it was asked, so that a recording holds nothing else."""

    def __init__(self, inner: StoredClient) -> None:
        self._inner, self.model = inner, inner.model
        self.keys: set[str] = set()

    async def complete(self, request: Request) -> Completion:
        self.keys.add(request.key(self.model))
        return await self._inner.complete(request)


def _renew(path: Path, text: str) -> None:
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(text, "utf-8")
    if path.suffix == ".md":
        sys.stdout.writelines(
            difflib.unified_diff(before.splitlines(True), text.splitlines(True), "before", path.name, n=0)
        )


if __name__ == "__main__":
    main(sys.argv[1:])
