"""The HTTP client below the SDK: follows no redirects, limits the size of bodies, and uses aiohttp."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import httpx2
import openai

from pipeline.vendors import is_on_loopback

MOST_BYTES = 16 << 20  # no answer is this large; a body that unpacks to more is a decompression bomb
_LONGEST_HEADER = 100_000  # bytes, as in httpx2's own transport; aiohttp's 8,190 are too few for some gateways
# aiohttp takes half the CPU per call of httpx2's own transport.
_Plain: Any = openai.DefaultAsyncHttpxClient
_Fast: Any = openai.DefaultAioHttpClient


class BodyTooLarge(httpx2.TransportError):
    """The endpoint sends more than any answer has."""


class NotHTTP(httpx2.RemoteProtocolError):
    """The reply breaks the rules of HTTP."""


class _Bounded:
    """Reads whole bodies, up to MOST_BYTES before and after decompression."""

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """The response with its whole body read, even with `stream`."""
        try:
            return await self._send(request, **options)
        except aiohttp.ClientError as err:  # what the SDK's transport leaves as it is: a reply that cannot be parsed
            raise NotHTTP(str(err), request=request) from err

    async def _send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response: httpx2.Response = await super().send(request, stream=True, **options)  # type: ignore[misc]
        if response.is_stream_consumed:  # already read by a test's transport
            return response
        try:
            body = await _body(response)
        finally:
            await response.aclose()
        fields = [(k, v) for k, v in response.headers.multi_items() if k not in _FRAMING]
        return httpx2.Response(
            response.status_code, headers=fields, content=body, request=response.request, extensions=response.extensions
        )


class BoundedClient(_Bounded, _Fast):  # type: ignore[misc]
    """The usual client."""

    def _init_transport(self, **options: Any) -> Any:
        transport = super()._init_transport(**options)
        return _taking_long_headers(transport) if options.get("transport") is None else transport

    def _init_proxy_transport(self, proxy: httpx2.Proxy, **options: Any) -> Any:
        return _taking_long_headers(super()._init_proxy_transport(proxy, **options))


def _taking_long_headers(transport: Any) -> Any:
    """The SDK's transport over aiohttp, with a session that reads headers up to _LONGEST_HEADER."""

    def session() -> aiohttp.ClientSession:
        limits = transport.limits
        connector = aiohttp.TCPConnector(
            limit=limits.max_connections, keepalive_timeout=limits.keepalive_expiry, ssl=transport.ssl_context
        )
        return aiohttp.ClientSession(connector=connector, max_line_size=_LONGEST_HEADER, max_field_size=_LONGEST_HEADER)

    transport.client = session
    return transport


class _PlainBoundedClient(_Bounded, _Plain):  # type: ignore[misc]
    """For addresses with user name and password, which aiohttp does not accept together with a key."""


def never_connected(err: BaseException) -> bool:
    """Whether no connection was established: nothing listens there, unlike a server that hangs or hangs up."""
    for cause in _causes(err):
        # aiohttp errors are matched by name, since they arrive as timeouts of httpx2.
        name = type(cause).__name__
        if isinstance(cause, httpx2.ConnectError) or name.startswith(("ClientConnector", "ConnectionTimeoutError")):
            return True
        if isinstance(cause, httpx2.ConnectTimeout):
            below = cause.__cause__
            if below is None or type(below).__module__.startswith("httpcore"):
                return True
    return False


def hung_up(err: BaseException) -> bool:
    """Whether the server closed a connection before the answer was complete."""
    return any(
        isinstance(cause, ConnectionError | httpx2.NetworkError | httpx2.RemoteProtocolError)
        or type(cause).__name__ in ("ServerDisconnectedError", "ClientOSError", "ClientPayloadError")
        for cause in _causes(err)
    )


def _causes(err: BaseException | None) -> Iterator[BaseException]:
    """An error, then its cause, and so on."""
    while err is not None:
        yield err
        err = err.__cause__


_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})


_NAMES = {"": "identity", "x-gzip": "gzip"}
_GZIP_MARK, _SLICE = b"\x1f", 16 << 10


async def _body(response: httpx2.Response) -> bytes:
    named = response.headers.get("content-encoding", "").strip().casefold()
    kind = _NAMES.get(named, named)
    if kind not in ("identity", "gzip", "deflate"):
        raise BodyTooLarge(f"its compression ({kind[:20]}) is not supported", request=response.request)
    packed = bytearray()
    async for piece in response.aiter_raw():
        packed += piece
        if len(packed) > MOST_BYTES:
            raise BodyTooLarge("it is too large", request=response.request)
    if kind == "identity":
        return bytes(packed)
    try:
        body = _unpacked(bytes(packed), kind)
    except zlib.error as err:
        raise httpx2.DecodingError(str(err), request=response.request) from err
    if len(body) > MOST_BYTES:
        raise BodyTooLarge("it is too large", request=response.request)
    return body


def _unpacked(packed: bytes, kind: str) -> bytes:
    """A body without its compression, at most MOST_BYTES + 1 bytes of it. Bytes behind its end are ignored.

    gzip may come in several members, and deflate without its header.
    """
    bits = 47 if kind == "gzip" else 15 if _has_zlib_header(packed) else -15
    stream, body = zlib.decompressobj(bits), bytearray()
    for start in range(0, len(packed), _SLICE):  # each member copies what follows it: in slices that stays short
        rest = packed[start : start + _SLICE]
        while rest and len(body) <= MOST_BYTES:
            if stream.eof and not (kind == "gzip" and rest.startswith(_GZIP_MARK)):
                return bytes(body)
            stream = zlib.decompressobj(bits) if stream.eof else stream
            body += stream.decompress(rest, MOST_BYTES + 1 - len(body))
            rest = stream.unused_data
    return bytes(body)


def _has_zlib_header(packed: bytes) -> bool:
    return len(packed) > 1 and packed[0] & 15 == 8 and int.from_bytes(packed[:2], "big") % 31 == 0


def bounded_client(base_url: str, at_once: int, transport: httpx2.AsyncBaseTransport | None = None) -> Any:
    """A client for one endpoint."""
    plain = bool(httpx2.URL(base_url).userinfo)
    kind = _PlainBoundedClient if plain else BoundedClient
    return kind(
        **_manners(base_url),
        transport=transport,
        headers={"accept-encoding": "gzip, deflate"},
        # The gate limits concurrency. aiohttp reads 0 as no limit; None would mean 100, and further calls would wait.
        limits=httpx2.Limits(max_connections=None if plain else 0, max_keepalive_connections=at_once),
    )


def streaming_client(base_url: str) -> Any:
    """A client for files of any size, which are read as they arrive."""
    return _Plain(**_manners(base_url))


def _manners(base_url: str) -> dict[str, bool]:
    """Options: follow no redirects, and ignore proxy settings for servers on this machine."""
    return {"follow_redirects": False, "trust_env": not is_on_loopback(base_url)}


def key_in(header: str, key: str) -> Callable[[httpx2.Request], Awaitable[None]]:
    """A request hook that sends the key in this header, not as a bearer token, which would be taken for a login."""

    async def move(request: httpx2.Request) -> None:
        request.headers.pop("authorization", None)
        request.headers[header] = key

    return move
