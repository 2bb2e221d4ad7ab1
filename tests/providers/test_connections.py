"""Connections to an endpoint: the gate alone limits how many calls are made at once."""

from __future__ import annotations

import asyncio

from pipeline.providers.http import bounded_client

_CALLS = 130  # aiohttp's own limit is 100


def test_more_calls_are_made_at_once_than_a_client_allows_by_itself() -> None:
    async def run() -> list[int]:
        arrived, all_there = 0, asyncio.Event()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal arrived
            await reader.readuntil(b"\r\n\r\n")
            arrived += 1
            if arrived == _CALLS:
                all_there.set()
            await all_there.wait()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        async with server, bounded_client(address, _CALLS) as client, asyncio.timeout(30):
            replies = await asyncio.gather(*(client.get(f"{address}/{n}") for n in range(_CALLS)))
        return [reply.status_code for reply in replies]

    assert asyncio.run(run()) == [200] * _CALLS
