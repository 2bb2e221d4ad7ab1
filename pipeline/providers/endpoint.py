"""Where to call, without loading what calls."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from pipeline.vendors import Limit


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to call, and how patiently. The key never shows in a repr."""

    base_url: str
    model: str
    api_key: str
    deadline: float = 600.0  # seconds for one call, a slow drip included
    attempts: int = 6
    concurrency: int = 8
    rpm: int | None = None  # requests a minute, where the endpoint does not tell it
    tpm: int | None = None  # tokens a minute, those that an answer may take included
    strict_limits: bool = False  # whether maxLength and the like may stand in a schema
    key_name: str = "OPENAI_API_KEY"  # the environment variable that a refused key came from
    key_header: str | None = None  # where the key goes when it is no bearer token
    query: tuple[tuple[str, str], ...] = ()  # what stands behind the address of every call
    limit: Limit = "max_tokens"  # what the limit is called until the endpoint wants it otherwise
    effort: str | None = None  # how hard a model should think, where that is taken; None asks for nothing
    room: int | None = None  # tokens of thought beside an answer; None until the endpoint shows what it needs

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r}, model={self.model!r})"

    @property
    def host(self) -> str:
        """Scheme and host, the only part of the address that goes into a document."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.hostname}"

    @property
    def address(self) -> str:
        """Scheme, host and port, as people see which server it is."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def place(self) -> str:
        """The whole address, as what is known of an endpoint is kept by: two servers may share a host."""
        return place_of(self.base_url)


def place_of(base_url: str) -> str:
    """An address as it may stand in a file: without a name and a password in it."""
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
