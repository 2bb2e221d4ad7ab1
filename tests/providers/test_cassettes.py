"""The adapter against recorded HTTP: small cassettes of the embedded model's server, one for each rung of the ladder.

Replay is the default and never touches the network. `make record` renews the cassettes.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException

from pipeline.llm import Completion, Message, Request, Rung
from pipeline.llm.answers import parse_answer
from pipeline.llm.structured import Answer, schema_of
from pipeline.providers import weights
from pipeline.providers.capabilities import RUNGS, Capabilities
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.local import EmbeddedServer
from pipeline.providers.openai_compatible import OpenAICompatible

FOLDER = Path(__file__).parent / "cassettes"
HOST = "http://127.0.0.1:8790"  # the recording server's, so that the address is part of the match
TASK = (
    "[1] Ana: Water boils at 100 degrees at sea level.\n[2] Ben: On Mont Blanc it boils at 84.\n\n"
    'Give "line" (the number of the line about Mont Blanc) and "statement" (one short sentence).'
)


class Fact(Answer):
    line: int
    statement: str


REQUEST = Request("fact", (Message("user", TASK),), schema_of(Fact), 80)


def body_hash(request: Any) -> str:
    """The JSON body without regard to the order of its keys; hashed, since comparing bodies is slow."""
    return hashlib.sha256(json.dumps(json.loads(request.body), sort_keys=True).encode()).hexdigest()


def same_body(a: Any, b: Any) -> None:
    assert body_hash(a) == body_hash(b), "the bodies differ"


def recorder(mode: str) -> vcr.VCR:
    tape = vcr.VCR(
        record_mode=mode, match_on=["method", "scheme", "host", "port", "path", "same_body"], decode_compressed_response=True,
        filter_headers=["authorization", "user-agent", "x-stainless-os", "x-stainless-arch", "x-stainless-runtime-version"],
    )  # fmt: skip
    tape.register_matcher("same_body", same_body)
    return tape


async def ask(rung: Rung, key: str = "none", request: Request = REQUEST) -> Completion:
    endpoint = Endpoint(f"{HOST}/v1", weights.EMBEDDED.name, key, attempts=1, strict_limits=True, room=0)
    async with OpenAICompatible(endpoint, known=Capabilities(rung=rung)) as client:
        return await client.complete(request)


def record_cassettes() -> None:
    path = weights.installed()
    assert path, "the embedded model is not there: studydoc models fetch"
    with EmbeddedServer(path, weights.EMBEDDED.name, port=8790) as server:
        for rung in RUNGS:
            (FOLDER / f"{rung}.yaml").unlink(missing_ok=True)
            with recorder("once").use_cassette(str(FOLDER / f"{rung}.yaml")):
                print(rung, asyncio.run(ask(rung, server.endpoint.api_key)).text)


@pytest.fixture(params=RUNGS)
def rung(request: pytest.FixtureRequest) -> Iterator[Rung]:
    yield request.param


def test_each_rung_gives_a_valid_answer(rung: Rung) -> None:
    with recorder("none").use_cassette(str(FOLDER / f"{rung}.yaml")) as tape:
        completion = asyncio.run(ask(rung))
        assert tape.all_played
    assert completion.rung == rung
    assert completion.usage.prompt_tokens > 0 and not completion.usage.estimated
    assert parse_answer(completion.text, Fact).value.line == 2


def test_an_edited_prompt_does_not_match_its_recording(rung: Rung) -> None:
    edited = Request("fact", (Message("user", TASK + " Be brief."),), REQUEST.schema, 80)
    with (
        recorder("none").use_cassette(str(FOLDER / f"{rung}.yaml")),
        pytest.raises(CannotOverwriteExistingCassetteException),
    ):
        asyncio.run(ask(rung, request=edited))


def test_a_call_without_a_recording_never_reaches_the_network(tmp_path: Path) -> None:
    with (
        recorder("none").use_cassette(str(tmp_path / "empty.yaml")),
        pytest.raises(CannotOverwriteExistingCassetteException),
    ):
        asyncio.run(ask("text"))


def test_cassettes_hold_no_key() -> None:
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text("utf-8").casefold()
        assert "bearer" not in text and "authorization" not in text


if __name__ == "__main__":
    record_cassettes()
