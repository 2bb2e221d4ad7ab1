"""Settings, read once at the edge: flag, then environment (STUDYDOC_*), then studydoc.toml, then default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from pipeline.errors import SettingsError
from pipeline.houses import HOUSES, OPENAI, House, address_of, asked_house

LOCAL = "local"
DEFAULT_HOSTED_MODEL = "gpt-6-luna"  # docs/endpoints.md says why
OPENAI_URL = OPENAI.base_url
Effort = Literal["default", "none", "minimal", "low", "medium", "high", "xhigh", "max"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a transcript is worked on; part of what decides the document."""

    plan: Literal["together", "apart"] = "together"
    chunk_tokens: int = 8000
    small_model: bool = False  # bind notes to spans of lines and to single sentences, and bar some words
    keep_unverified: bool = False  # leave statements in that fail their checks, marked weak
    chunks_at_once: int = 64  # 1 keeps the calls of a chunk together, for a server with one prompt cache
    leader_first: bool = True  # the first call of a chunk alone, so that its siblings find the prompt cached


HOSTED = Recipe()
EMBEDDED = Recipe(plan="apart", chunk_tokens=1600, small_model=True, chunks_at_once=1)


class Settings(BaseSettings):
    """All settings of the command line. Keys come from the environment alone, never from a file."""

    model_config = SettingsConfigDict(env_prefix="STUDYDOC_", toml_file="studydoc.toml", extra="forbid")

    model: str | None = None
    base_url: str | None = None
    out: Path = Path("outputs")
    plan: Literal["together", "apart"] | None = None
    chunk_tokens: int | None = Field(default=None, ge=200, le=200_000)
    concurrency: int = Field(default=8, ge=1, le=1024)
    rpm: int | None = Field(default=None, ge=1)
    tpm: int | None = Field(default=None, ge=1)
    deadline: float = Field(default=600, gt=0, le=86_400)
    citations: bool = False
    max_tokens: int | None = Field(default=None, ge=1)
    max_cost: float | None = Field(default=None, gt=0)
    batch_size: int = Field(default=50_000, ge=1, le=50_000)
    unverified: Literal["withhold", "keep"] = "withhold"
    prompts: Path | None = None
    encoding: str | None = None
    threads: int | None = Field(default=None, ge=1)
    reasoning_effort: Effort = "low"
    house: str | None = None  # the house that a model's name began with
    house_keys: dict[str, SecretStr] = Field(default_factory=dict, exclude=True)
    api_key: SecretStr | None = Field(default=None, exclude=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, studydoc.toml."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def chosen_model(self) -> tuple[str, str]:
        """The model and why it was chosen."""
        if self.model:
            return self.model, "asked for"
        if self.base_url:
            return DEFAULT_HOSTED_MODEL, "a base URL is set"
        if self.api_key and self.api_key.get_secret_value():
            return DEFAULT_HOSTED_MODEL, "OPENAI_API_KEY is set"
        return LOCAL, "no key and no base URL are set"

    def key_for(self, house: House | None) -> tuple[str, str]:
        """The key for a host, and the variable that it comes from. A house's own goes to its own host alone.

        OPENAI_API_KEY goes to OpenAI, and wherever an address was given by hand.
        """
        if house is not None and house.name in self.house_keys:
            return self.house_keys[house.name].get_secret_value(), house.keys[0]
        if self.house not in (None, OPENAI.name):
            return "", house.keys[0] if house else "OPENAI_API_KEY"
        return (self.api_key.get_secret_value() if self.api_key else ""), "OPENAI_API_KEY"

    def recipe(self) -> Recipe:
        """The chosen model's way of working, with what was set in its place."""
        base = EMBEDDED if self.chosen_model[0] == LOCAL else HOSTED
        return Recipe(
            self.plan or base.plan,
            self.chunk_tokens or base.chunk_tokens,
            base.small_model,
            self.unverified == "keep",
            base.chunks_at_once,
        )


def load_settings(**flags: Any) -> Settings:
    """Settings with flags that were given (None stands for not given). SettingsError names what is wrong."""
    given = {k: v for k, v in flags.items() if v is not None}
    model = given.get("model") or os.environ.get("STUDYDOC_MODEL") or ""
    house = asked_house(str(model))
    keys = {h.name: key for h in HOUSES if h is not OPENAI and (key := _key(*h.keys))}
    by_house = house is not None and (house.name in keys or not house.keys)
    fallback = None if by_house else os.environ.get("OPENAI_BASE_URL")  # it is no address for another house's model
    given.setdefault("base_url", os.environ.get("STUDYDOC_BASE_URL") or fallback or None)
    given["api_key"] = _key("OPENAI_API_KEY") or None
    if given["base_url"] is None:
        del given["base_url"]
    elif not str(given["base_url"]).startswith(("http://", "https://")):
        raise SettingsError(
            f"base URL {given['base_url']!r} is no web address", hint="for example http://localhost:8000/v1"
        )
    try:
        settings = Settings(**given)
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {name}: {first['msg']}", hint="see: studydoc make --help, or studydoc.toml"
        ) from err
    except (ValueError, OSError) as err:
        raise SettingsError(f"studydoc.toml cannot be read: {err}") from err
    # Set at the end, in place of whatever a file may have said of keys.
    held = {"house": given.get("house"), "house_keys": {name: SecretStr(key) for name, key in keys.items()}}
    return _at_house(settings.model_copy(update=held))


def _key(*names: str) -> str:
    """The first key that is set. SettingsError for one that no key looks like."""
    name, key = next(((n, k) for n in names if (k := os.environ.get(n, "").strip())), ("", ""))
    if not key.isascii() or any(c.isspace() for c in key):
        raise SettingsError(f"{name} holds characters that no key has", hint="copy the key again")
    return key


def _at_house(settings: Settings) -> Settings:
    """The settings with "groq/MODEL" as a model at Groq's address. With a base URL a name is taken as it stands."""
    house = asked_house(settings.model or "")
    if house is None or settings.base_url:
        return settings
    model = str(settings.model).partition("/")[2]
    base_url = address_of(house, model, os.environ)
    if base_url is None:
        raise SettingsError(
            f"model {settings.model!r} needs an address", hint="set AZURE_OPENAI_ENDPOINT, and AZURE_OPENAI_API_KEY"
        )
    return settings.model_copy(update={"house": house.name, "base_url": base_url, "model": model})
