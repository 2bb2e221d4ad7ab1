"""Address and settings of an endpoint, importable without the HTTP libraries."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from pipeline.vendors import Limit


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where calls go, with which key and within which limits. The key is not shown in the repr."""

    base_url: str
    model: str
    api_key: str
    deadline: float = 600.0  # seconds for one call, including an answer that trickles in
    attempts: int = 6
    concurrency: int = 8
    rpm: int | None = None  # requests per minute, for endpoints that do not report it
    tpm: int | None = None  # tokens per minute, with the limit of each answer counted in full
    strict_limits: bool = False  # whether schemas may contain maxLength and the like
    key_name: str = "OPENAI_API_KEY"  # the environment variable to name if the key is refused
    key_header: str | None = None  # the header for the key, if it is not sent as a bearer token
    query: tuple[tuple[str, str], ...] = ()  # the query string of every call
    limit: Limit = "max_tokens"  # the limit's parameter name, unless the endpoint asks for another
    effort: str | None = None  # how hard a model should think, where that can be set; None sends nothing
    room: int | None = None  # tokens for thought in addition to the answer; None: learned from the endpoint

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r}, model={self.model!r})"

    @property
    def host(self) -> str:
        """Scheme and host, the only part of the address that is written to documents."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.hostname}"

    @property
    def address(self) -> str:
        """Scheme, host and port, for messages."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show: the key, the address's password, also encoded with its user, and its query."""
        parts = urlsplit(self.base_url)
        login, password = f"{parts.username}:{parts.password}", parts.password or ""
        encoded = b64encode(unquote(login).encode()).decode() if password else ""
        queried = [value for name, value in self.query if name != "api-version"]
        return tuple(filter(None, dict.fromkeys([self.api_key, encoded, password, unquote(password), *queried])))

    @property
    def place(self) -> str:
        """The full address, under which capabilities are stored: two servers may share a host."""
        return place_of(self.base_url)


def place_of(base_url: str) -> str:
    """An address that is safe to store: without user name and password."""
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
