"""Who serves models: the address, the environment variables of the key, and what a first call may rely on.

A house's key goes to its own host and nowhere else. No name of a model stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

Limit = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, slots=True)
class House:
    """One house: `--model NAME/MODEL` chooses it. `keys` are tried in their order; a server at home has none."""

    name: str
    base_url: str
    keys: tuple[str, ...] = ()
    limit: Limit = "max_tokens"  # the limit's name in its own documentation, so that the first call is not refused
    key_header: str | None = None  # where the key goes when it is no bearer token
    hosts: tuple[str, ...] = ()  # endings of host names that belong to it, when one address is not all

    def owns(self, host: str) -> bool:
        """Whether a host is this house's own."""
        return host == urlsplit(self.base_url).hostname or any(host.endswith(ending) for ending in self.hosts)


OPENAI: Final = House("openai", "https://api.openai.com/v1", ("OPENAI_API_KEY",), "max_completion_tokens")
AZURE: Final = House(
    "azure",
    "",  # every customer has an address of his own: AZURE_OPENAI_ENDPOINT
    ("AZURE_OPENAI_API_KEY",),
    "max_completion_tokens",
    "api-key",
    (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"),
)
HOUSES: Final = (
    OPENAI,
    AZURE,
    House("openrouter", "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
    House(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    ),
    House("anthropic", "https://api.anthropic.com/v1", ("ANTHROPIC_API_KEY",)),
    House("groq", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
    House("deepseek", "https://api.deepseek.com", ("DEEPSEEK_API_KEY",)),
    House("mistral", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",)),
    House("together", "https://api.together.ai/v1", ("TOGETHER_API_KEY",), hosts=("api.together.xyz",)),
    House("ollama", "http://localhost:11434/v1"),
    House("lmstudio", "http://localhost:1234/v1"),
    House("vllm", "http://localhost:8000/v1"),
    House("sglang", "http://localhost:30000/v1"),
    House("llamacpp", "http://localhost:8080/v1"),
)


def asked_house(model: str) -> House | None:
    """The house that a model's name begins with, as in "groq/qwen/qwen3-32b"."""
    name, slash, rest = model.partition("/")
    return next((h for h in HOUSES if h.name == name), None) if slash and rest else None


def house_at(base_url: str) -> House | None:
    """The house with a key of its own whose host an address names."""
    host = (urlsplit(base_url).hostname or "").casefold()
    return next((h for h in HOUSES if h.keys and h.owns(host)), None)


def address_of(house: House, model: str, environ: Mapping[str, str]) -> str | None:
    """Where a model of a house is asked; None when an Azure address is wanted and none is set.

    Azure's dated interfaces have the deployment in the path and the date as a query; its v1 interface has neither.
    """
    if house is not AZURE:
        return house.base_url
    endpoint = environ.get("AZURE_OPENAI_ENDPOINT", "").strip().rstrip("/")
    if not endpoint:
        return None
    if dated := environ.get("OPENAI_API_VERSION", "").strip():
        return f"{endpoint}/openai/deployments/{model}?api-version={dated}"
    return endpoint if endpoint.endswith("/v1") else f"{endpoint}/openai/v1"
