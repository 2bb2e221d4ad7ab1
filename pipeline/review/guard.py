"""Checks on every request (Host, Origin, token, content type, size), and headers that keep pages inert."""

from __future__ import annotations

import hmac
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
TOKEN_HEADER = "x-studydoc-token"
COOKIE = "studydoc-review"
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Rules:
    """Where the server listens, the token that every change must carry, and the token of visitors ("" if none)."""

    host: str
    port: int
    csrf: str
    visitor: str = ""

    def knows(self, host: str) -> bool:
        """Whether a Host header names this server. With a visitor token, any IP address or the machine's name fits."""
        name, port = (host, "80") if host.endswith("]") or ":" not in host else host.rsplit(":", 1)
        if port != str(self.port):
            return False
        name = name.strip("[]").lower()
        if name in ("127.0.0.1", "localhost", "::1", self.host.lower()):
            return True
        return bool(self.visitor) and (_is_address(name) or name == socket.gethostname().lower())


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware that refuses every request that `Rules` do not allow."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app, self.rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, with_headers)
            return
        if scope["method"] == "POST":
            body = await _body(receive)
            if body is None:
                await refused(413, "the request is too large")(scope, receive, with_headers)
                return

            async def replay_body() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            receive = replay_body
        await self.app(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self.rules.knows(headers.get("host", "")):
            return PlainTextResponse("this server does not have that name", 400)
        if self.rules.visitor and (answer := self._visitor(scope, headers)):
            return answer
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return PlainTextResponse("not allowed", 405)
        origin = urlsplit(headers.get("origin", ""))
        if origin.scheme != "http" or origin.netloc != headers.get("host"):
            return refused(403, "the request comes from another page")
        if not _same(headers.get(TOKEN_HEADER, ""), self.rules.csrf):
            return refused(403, "the server was restarted: reload this page")
        if headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return refused(415, "only JSON is accepted")
        return None

    def _visitor(self, scope: Scope, headers: Headers) -> Response | None:
        """None if the cookie is right; a redirect that moves a token from the address to a cookie; else a refusal."""
        if _same(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""), self.rules.visitor):
            return None
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and _same(token, self.rules.visitor):
            answer = RedirectResponse(scope["path"] if not scope["path"].startswith("//") else "/", 303)
            answer.set_cookie(COOKIE, self.rules.visitor, httponly=True, samesite="strict")
            return answer
        return PlainTextResponse("a token is needed: open the address that studydoc review printed", 401)


def refused(status: int, why: str) -> JSONResponse:
    """A refusal as JSON, with its reason."""
    return JSONResponse({"error": why}, status)


def _same(token: str, expected: str) -> bool:
    return hmac.compare_digest(token.encode(), expected.encode())


async def _body(receive: Receive) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return body
