"""Fetch a transcript from the web: from public addresses only, checked at each redirect, up to a size limit."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from pipeline.errors import InputError
from pipeline.readers.addresses import is_video, no_transcript

LIMIT = 50_000_000  # bytes
_REDIRECTS = 5
_SECONDS, _IN_ALL = 30.0, 180.0  # seconds that a server may be silent; that the whole file may take
_PIECE = 65_536  # bytes per read
_TRANSLATED = tuple(ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96"))
Resolve = Callable[[str, int], list[str]]
Open = Callable[[str, str, str, int, str], "http.client.HTTPResponse"]


def fetch(
    url: str, *, limit: int = LIMIT, resolve: Resolve | None = None, request: Open | None = None
) -> tuple[bytes, str]:
    """The bytes at an http(s) address and the name of the file there.

    Raises InputError, which says what is refused and why.
    """
    if is_video(url):
        raise no_transcript(url)
    resolve, request = resolve or _addresses, request or _request
    current, until = url, time.monotonic() + _IN_ALL
    for _ in range(_REDIRECTS + 1):
        scheme, host, port, target = _parts(current)
        address = _public(current, host, port, resolve)
        try:
            response = request(scheme, host, address, port, target)
            if response.status in (301, 302, 303, 307, 308):
                location = response.getheader("Location")
                if not location:
                    raise InputError(f"{url}: the server answered {response.status} without an address to go to")
                current = urljoin(current, location)
                continue
            if response.status != 200:
                raise InputError(f"{url}: the server answered {response.status} {response.reason}")
            raw = _body(response, limit, until)
        except (OSError, http.client.HTTPException) as err:
            raise InputError(
                f"{url}: cannot be downloaded: {err}", hint="download it yourself and give the file"
            ) from err
        if len(raw) > limit:
            raise InputError(
                f"{url}: it is larger than {limit // 1_000_000} MB", hint="download it yourself and give the file"
            )
        return raw, unquote(PurePosixPath(urlsplit(current).path).name) or host
    raise InputError(f"{url}: more than {_REDIRECTS} redirects")


def _body(response: http.client.HTTPResponse, limit: int, until: float) -> bytes:
    """The body of a response, at most `limit` + 1 bytes. Raises TimeoutError if it takes too long."""
    pieces: list[bytes] = []
    size = 0
    while size <= limit and (piece := response.read1(min(_PIECE, limit + 1 - size))):
        pieces.append(piece)
        size += len(piece)
        if time.monotonic() > until:
            raise TimeoutError(f"it took more than {_IN_ALL / 60:.0f} minutes")
    return b"".join(pieces)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as err:
        raise InputError(f"{url}: this is not a valid address: {err}") from err
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{url}: only http and https addresses can be downloaded")
    if parts.username or parts.password:
        raise InputError("an address with a user name or password in it is not downloaded", hint="download it yourself")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(ord(c) < 33 or ord(c) > 126 for c in target):
        raise InputError(
            f"{url}: spaces and special characters must be escaped in an address", hint="copy it from the browser"
        )
    return parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), target


def _public(url: str, host: str, port: int, resolve: Resolve) -> str:
    """An IP address of the host. Raises InputError unless all are public: a name could lead into this network."""
    try:
        addresses = resolve(host, port)
    except OSError as err:
        raise InputError(f"{url}: {host} cannot be found: {err}") from err
    if not addresses or not all(_global(a) for a in addresses):
        raise InputError(f"{url}: {host} is not a public address", hint="download it yourself and give the file")
    return addresses[0]


def _global(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if any(ip in network for network in _TRANSLATED if ip.version == network.version):
        return False  # an IPv4 address inside IPv6, which may lead anywhere
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (mapped is None or mapped.is_global)


def _addresses(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _request(scheme: str, host: str, address: str, port: int, target: str) -> http.client.HTTPResponse:
    """The response from the very address that was checked; name and certificate are those of the host."""
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    plain = socket.create_connection((address, port), timeout=_SECONDS)
    connection.sock = (
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
    )
    timer = threading.Timer(_IN_ALL, _shut_down, (connection.sock,))
    timer.daemon = True
    timer.start()
    try:
        connection.request(
            "GET", target, headers={"User-Agent": "studydoc", "Accept-Encoding": "identity", "Connection": "close"}
        )
        return connection.getresponse()
    finally:
        timer.cancel()


def _shut_down(connection: socket.socket) -> None:
    """End a connection whose server answers byte by byte."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
