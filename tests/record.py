"""`make record`: asks the embedded model again, renews every recording and golden document, and says what changed."""

from __future__ import annotations

import asyncio
import difflib
import sys
import tempfile
from pathlib import Path

from pipeline.document import StudyDocument
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, StoredClient
from pipeline.providers.local import EmbeddedServer
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.render import render_markdown
from pipeline.store import dump
from tests.providers.test_cassettes import record_cassettes
from tests.samples import GOLDEN, SAMPLES, adocument_of, recording


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
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(path, weights.EMBEDDED.name) as server:
        calls = CallStore(Path(folder) / "calls.sqlite")
        async with OpenAICompatible(server.endpoint) as client:
            live = await adocument_of(name, StoredClient(calls, client, weights.EMBEDDED.name))
        count = calls.export(recording(name))
        calls.close()
    return live, count


def _renew(path: Path, text: str) -> None:
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(text, "utf-8")
    if path.suffix == ".md":
        sys.stdout.writelines(
            difflib.unified_diff(before.splitlines(True), text.splitlines(True), "before", path.name, n=0)
        )


if __name__ == "__main__":
    main(sys.argv[1:])
