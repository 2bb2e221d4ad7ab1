"""Model vendors: their address, the environment variables of their key, and what a first call may rely on.

A vendor's key is sent to that vendor's own hosts and nowhere else. No model is named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

Limit = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor, selected by `--model NAME/MODEL`. `keys` are tried in order; a local server has none."""

    name: str
    base_url: str
    keys: tuple[str, ...] = ()
    limit: Limit = "max_tokens"  # the parameter's name in its documentation, so that the first call is accepted
    key_header: str | None = None  # the header for the key if it is not a bearer token
    hosts: tuple[str, ...] = ()  # further hosts of its own; a leading dot matches all subdomains

    def owns(self, host: str) -> bool:
        """Whether a host belongs to this vendor."""
        endings = tuple(h for h in self.hosts if h.startswith("."))
        return host == urlsplit(self.base_url).hostname or host in self.hosts or host.endswith(endings)


OPENAI: Final = Vendor("openai", "https://api.openai.com/v1", ("OPENAI_API_KEY",), "max_completion_tokens")
AZURE: Final = Vendor(
    "azure",
    "",  # every customer has their own address: AZURE_OPENAI_ENDPOINT
    ("AZURE_OPENAI_API_KEY",),
    "max_completion_tokens",
    "api-key",
    (
        ".openai.azure.com",
        ".cognitiveservices.azure.com",
        ".services.ai.azure.com",
        ".openai.azure.us",
        ".openai.azure.cn",
    ),
)
VENDORS: Final = (
    OPENAI,
    AZURE,
    Vendor("openrouter", "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
    Vendor(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    ),
    Vendor("anthropic", "https://api.anthropic.com/v1", ("ANTHROPIC_API_KEY",)),
    Vendor("groq", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
    Vendor("deepseek", "https://api.deepseek.com", ("DEEPSEEK_API_KEY",)),
    Vendor("mistral", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",)),
    Vendor("together", "https://api.together.ai/v1", ("TOGETHER_API_KEY",), hosts=("api.together.xyz",)),
    Vendor("ollama", "http://localhost:11434/v1"),
    Vendor("lmstudio", "http://localhost:1234/v1"),
    Vendor("vllm", "http://localhost:8000/v1"),
    Vendor("sglang", "http://localhost:30000/v1"),
    Vendor("llamacpp", "http://localhost:8080/v1"),
)


def asked_vendor(model: str) -> Vendor | None:
    """The vendor named at the start of a model's name, as in "groq/qwen/qwen3-32b"."""
    name, slash, rest = model.partition("/")
    return next((h for h in VENDORS if h.name == name.casefold()), None) if slash and rest else None


def vendor_at(base_url: str) -> Vendor | None:
    """The vendor with keys whose host is in this address; https only, as a key must not be sent unencrypted."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").casefold() if parts.scheme == "https" else ""
    return next((h for h in VENDORS if h.keys and h.owns(host)), None)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, under a name that no other machine can reach."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_on_loopback(url: str) -> bool:
    """Whether an address is on this machine, judged by its host alone, not by names, passwords or paths in it."""
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def address_of(vendor: Vendor, model: str, environ: Mapping[str, str]) -> str | None:
    """Where to call a vendor's model; None if Azure's address is needed and not set.

    Azure's dated APIs have the deployment in the path and the date as a query; its v1 API has neither.
    """
    if vendor is not AZURE:
        return vendor.base_url
    endpoint = environ.get("AZURE_OPENAI_ENDPOINT", "").strip().rstrip("/")
    if not endpoint:
        return None
    if dated := environ.get("OPENAI_API_VERSION", "").strip():
        return f"{endpoint}/openai/deployments/{model}?api-version={dated}"
    return endpoint if endpoint.endswith("/v1") else f"{endpoint}/openai/v1"
