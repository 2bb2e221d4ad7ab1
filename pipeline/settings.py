"""Settings, read once at the edge: flag, then environment (STUDYDOC_*), then studydoc.toml, then default."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from pipeline.document import Length
from pipeline.errors import SettingsError
from pipeline.language import asked
from pipeline.own_sections import load_sections
from pipeline.profile import Check, NotesName, Profile, ProfileName, Recipe
from pipeline.vendors import AZURE, OPENAI, VENDORS, Vendor, address_of, asked_vendor, is_loopback

LOCAL = "local"
DEFAULT_HOSTED_MODEL = "gpt-6-luna"  # docs/endpoints.md says why
OPENAI_URL = OPENAI.base_url
Effort = Literal["default", "none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Settings(BaseSettings):
    """All settings of the command line. Keys come from the environment alone, never from a file."""

    model_config = SettingsConfigDict(env_prefix="STUDYDOC_", toml_file="studydoc.toml", extra="forbid")

    model: str | None = None
    base_url: str | None = None
    out: Path = Path("outputs")
    profile: ProfileName | None = None
    length: Length = "standard"
    notes: NotesName = "study"
    sections: Path | None = None
    language: str | None = None
    check: Check | None = None
    chunk_tokens: int | None = Field(default=None, ge=200, le=200_000)
    concurrency: int = Field(default=8, ge=1, le=1024)
    rpm: int | None = Field(default=None, ge=1)
    tpm: int | None = Field(default=None, ge=1)
    deadline: float = Field(default=600, gt=0, le=86_400)
    citations: bool = False
    max_tokens: int | None = Field(default=None, ge=1)
    max_cost: float | None = Field(default=None, gt=0)
    batch_size: int = Field(default=50_000, ge=1, le=50_000)
    prompts: Path | None = None
    encoding: str | None = None
    format: str | None = None
    threads: int | None = Field(default=None, ge=1)
    reasoning_effort: Effort = "low"
    vendor: str | None = None  # the vendor that a model's name began with
    vendor_keys: dict[str, SecretStr] = Field(default_factory=dict, exclude=True)
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

    @property
    def model_file(self) -> str | None:
        """The path or name of a model file to run inside the process. At a base URL a name is taken as it stands."""
        return self.model if is_model_file(self.model) and not self.base_url else None

    @property
    def in_process(self) -> bool:
        """Whether the model runs inside this process: the embedded one, or a file."""
        return self.chosen_model[0] == LOCAL or self.model_file is not None

    def key_for(self, vendor: Vendor | None) -> tuple[str, str]:
        """The key for a host, and the variable that it comes from. A vendor's own goes to its own host alone.

        OPENAI_API_KEY goes to OpenAI, and wherever an address was given by hand.
        """
        if vendor is not None and vendor.name in self.vendor_keys:
            return self.vendor_keys[vendor.name].get_secret_value(), vendor.keys[0]
        if self.vendor not in (None, OPENAI.name):
            return "", vendor.keys[0] if vendor else "OPENAI_API_KEY"
        return (self.api_key.get_secret_value() if self.api_key else ""), "OPENAI_API_KEY"

    def recipe(self, base: Profile) -> Recipe:
        """The model's profile, which `connect.recipe_of` knows, with what was set in its place.

        SettingsError when the folder of sections cannot be used, or the profile makes no such notes.
        """
        profile = replace(base, chunk_tokens=self.chunk_tokens or base.chunk_tokens, check=self.check or base.check)
        own = load_sections(self.sections) if self.sections else ()
        return Recipe(profile=profile, length=self.length, notes=self.notes, own=own, language=self.language)


def is_model_file(model: str | None) -> bool:
    """Whether a model's name is that of a model file."""
    return (model or "").lower().endswith(".gguf")


def load_settings(**flags: Any) -> Settings:
    """Settings with flags that were given (None stands for not given). SettingsError names what is wrong."""
    given = {k: v for k, v in flags.items() if v is not None}
    model = given.get("model") or os.environ.get("STUDYDOC_MODEL") or ""
    vendor = asked_vendor(str(model))
    keys = {h.name: key for h in VENDORS if h is not OPENAI and (key := _key(*h.keys))}
    by_vendor = vendor is not None and (vendor.name in keys or not vendor.keys)
    fallback = None if by_vendor else os.environ.get("OPENAI_BASE_URL")  # it is no address for another vendor's model
    given.setdefault("base_url", os.environ.get("STUDYDOC_BASE_URL") or fallback or None)
    given["api_key"] = _key("OPENAI_API_KEY") or None
    if given["base_url"] is None:
        del given["base_url"]
    try:
        settings = Settings(**given)
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise SettingsError(
                f"studydoc.toml: no setting is called {name!r}", hint="see: studydoc make --help"
            ) from err
        raise SettingsError(
            f"setting {name}: {first['msg']}", hint="see: studydoc make --help, or studydoc.toml"
        ) from err
    except (ValueError, OSError) as err:
        raise SettingsError(f"studydoc.toml cannot be read: {err}") from err
    # Set at the end, in place of whatever a file may have said of keys.
    held: dict[str, Any] = {
        "vendor": given.get("vendor"),
        "vendor_keys": {name: SecretStr(key) for name, key in keys.items()},
    }
    if fallback and settings.base_url == fallback and is_model_file(settings.model):
        held["base_url"] = None  # OPENAI_BASE_URL says where hosted models are, and a file is none
    elif settings.base_url:
        held["base_url"] = settings.base_url.strip()
        _ensure_web_address(held["base_url"], "base URL", "http://localhost:8000/v1", ("http", "https"))
    held["language"] = asked(settings.language) if settings.language else None
    return _at_vendor(settings.model_copy(update=held))


def _key(*names: str) -> str:
    """The first key that is set. SettingsError for one that no key looks like."""
    name, key = next(((n, k) for n in names if (k := os.environ.get(n, "").strip())), ("", ""))
    if not key.isascii() or any(c.isspace() for c in key):
        raise SettingsError(f"{name} holds characters that no key has", hint="copy the key again")
    return key


def _ensure_web_address(address: str, name: str, example: str, schemes: tuple[str, ...]) -> None:
    """SettingsError unless an address has one of these schemes, a host and no space. No password in it is shown."""
    try:
        parts = urlsplit(address)
        whole = address.isprintable() and " " not in address  # urlsplit passes over line breaks, others may not
        host, right = parts.hostname, whole and parts.scheme in schemes and parts.port != 0
    except ValueError:
        host, right = None, False
    if not host or not right:
        shown = re.sub(r"\A([a-z]+://)?.*@", r"\1…@", address, flags=re.DOTALL).partition("?")[0]
        kind = "web address" if "http" in schemes else "https address"
        raise SettingsError(f"{name} {shown!r} is no {kind}", hint=f"for example {example}")


def _at_vendor(settings: Settings) -> Settings:
    """The settings with "groq/MODEL" as a model at Groq's address. With a base URL a name is taken as it stands."""
    vendor = asked_vendor(settings.model or "")
    if vendor is None or settings.base_url:
        return settings
    model = str(settings.model).partition("/")[2]
    base_url = address_of(vendor, model, os.environ)
    if base_url is None:
        raise SettingsError(
            f"model {settings.model!r} needs an address", hint="set AZURE_OPENAI_ENDPOINT, and AZURE_OPENAI_API_KEY"
        )
    if vendor is AZURE:
        schemes = ("http", "https") if is_loopback(base_url) else ("https",)  # its key does not travel in the open
        _ensure_web_address(base_url, "AZURE_OPENAI_ENDPOINT", "https://NAME.openai.azure.com", schemes)
    return settings.model_copy(update={"vendor": vendor.name, "base_url": base_url, "model": model})
