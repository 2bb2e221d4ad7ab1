"""Answers as servers pack them: what HTTP allows is read, and never more than the limit."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import httpx2
import pytest

from pipeline.providers.http import MOST_BYTES, BodyTooLarge, bounded_client

ANSWER = b'{"choices": ["The moon pulls the sea twice a day."]}' * 400


def read(packed: bytes, encoding: str, piece: int = 1 << 16) -> bytes:
    """What the client reads of a body that comes in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), piece):
            yield packed[start : start + piece]

    async def run() -> bytes:
        reply = httpx2.Response(200, headers={"content-encoding": encoding}, content=pieces())
        async with bounded_client("http://server.test", 1, httpx2.MockTransport(lambda request: reply)) as client:
            return (await client.get("http://server.test")).content

    return asyncio.run(run())


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


PACKED = {
    "gzip": (gzip.compress(ANSWER), "gzip"),
    "its other name": (gzip.compress(ANSWER), "X-GZip"),
    "two members": (gzip.compress(ANSWER[:300]) + gzip.compress(ANSWER[300:]), "gzip"),
    "a member for each byte": (b"".join(gzip.compress(ANSWER[n : n + 1]) for n in range(len(ANSWER))), "gzip"),
    "padding": (gzip.compress(ANSWER) + bytes(600), "gzip"),
    "deflate": (zlib.compress(ANSWER), "deflate"),
    "deflate without its header": (raw_deflate(ANSWER), "deflate"),
    "not packed": (ANSWER, "identity"),
}


@pytest.mark.parametrize("piece", [1, 1 << 16])
@pytest.mark.parametrize(("packed", "encoding"), PACKED.values(), ids=PACKED)
def test_each_packing_that_http_allows_is_read(packed: bytes, encoding: str, piece: int) -> None:
    assert read(packed, encoding, piece) == ANSWER


BOMBS = {
    "gzip": (gzip.compress(bytes(MOST_BYTES + 1)), "gzip"),
    "members": (gzip.compress(bytes(MOST_BYTES // 4 + 1)) * 4, "gzip"),
    "deflate": (raw_deflate(bytes(MOST_BYTES + 1)), "deflate"),
    "members with nothing in them": (gzip.compress(b"", 9) * (MOST_BYTES // 20 + 1), "gzip"),
    "not packed": (bytes(MOST_BYTES + 1), "identity"),
}


@pytest.mark.parametrize(("packed", "encoding"), BOMBS.values(), ids=BOMBS)
def test_no_packing_exceeds_the_limit(packed: bytes, encoding: str) -> None:
    with pytest.raises(BodyTooLarge, match="too large"):
        read(packed, encoding)


def test_as_much_as_the_limit_is_read() -> None:
    assert len(read(gzip.compress(bytes(MOST_BYTES)), "gzip")) == MOST_BYTES


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_not_packed_as_it_says_is_no_answer(encoding: str) -> None:
    with pytest.raises(httpx2.DecodingError):
        read(b"\xff" * 500, encoding)
