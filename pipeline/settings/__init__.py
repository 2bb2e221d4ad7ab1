"""Settings, read once at startup: flags first, then the environment (STUDYDOC_*), studydoc.toml, and defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import urlsplit

from pipeline.errors import SettingsError
from pipeline.language import known_tag
from pipeline.lengths import Length
from pipeline.profile import Check, NotesName, Profile, ProfileName, Recipe
from pipeline.settings.options import Effort, Options
from pipeline.settings.values import Decides, one_of, path, positive, read, switch, text, value, whole_number
from pipeline.vendors import AZURE, OPENAI, VENDORS, Vendor, address_of, asked_vendor, is_on_loopback

if TYPE_CHECKING:
    from pipeline.own_sections import OwnSection

LOCAL = "local"
DEFAULT_HOSTED_MODEL = "gpt-6-luna"  # the reasons are in docs/endpoints.md
OPENAI_URL = OPENAI.base_url
_KEYS = ("vendor_keys", "api_key")
_FOUND_OUT = {"vendor", *_KEYS}  # not set under these names


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of the command line. API keys come only from the environment, never from a file.

    Fields that affect a document declare it by `decides`; `deciding` lists them. Raises SettingsError, which names the
    setting, for an invalid value.
    """

    model: str | None = value(text)
    base_url: str | None = value(text)
    out: Path = value(path, Path("outputs"))
    profile: ProfileName | None = value(one_of(ProfileName), decides="notes")
    length: Length = value(one_of(Length), "standard", decides="notes")
    notes: NotesName = value(one_of(NotesName), "study", decides="notes")
    sections: Path | None = value(path, decides="notes")
    language: str | None = value(text, decides="notes")
    check: Check | None = value(one_of(Check), decides="notes")
    manuscript: bool = value(switch, True, decides="notes")
    chunk_tokens: int | None = value(whole_number(200, 200_000), decides="notes")
    concurrency: int = value(whole_number(1, 1024), 8)
    rpm: int | None = value(whole_number(1))
    tpm: int | None = value(whole_number(1))
    deadline: float = value(positive(86_400), 600.0)
    citations: bool = value(switch, False, decides="page")
    max_tokens: int | None = value(whole_number(1))
    max_cost: float | None = value(positive())
    batch_size: int = value(whole_number(1, 50_000), 50_000)  # the most that one input file of the Batch API may have
    prompts: Path | None = value(path, decides="notes")
    encoding: str | None = value(text, decides="transcript")
    format: str | None = value(text, decides="transcript")
    threads: int | None = value(whole_number(1))
    reasoning_effort: Effort = value(one_of(Effort), "low")
    vendor: str | None = None  # the vendor prefix of the model's name
    vendor_keys: dict[str, str] = field(default_factory=dict, repr=False)
    api_key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for setting in fields(self):
            try:
                sound = read(setting.metadata, getattr(self, setting.name), setting.default)
            except ValueError as err:
                raise SettingsError(
                    f"setting {setting.name}: {err}",
                    hint="see studydoc make --help; flags, STUDYDOC_… and studydoc.toml set it",
                ) from err
            object.__setattr__(self, setting.name, sound)

    def without_keys(self, leave_out: Collection[str] = ()) -> dict[str, Any]:
        """The settings as JSON values, without API keys; `with_keys_of` restores those of the current user."""
        names = [f.name for f in fields(self) if f.name not in {*_KEYS, *leave_out}]
        values = {name: getattr(self, name) for name in names}
        return {name: str(v) if isinstance(v, Path) else v for name, v in values.items()}

    def with_keys_of(self, current: Settings) -> Settings:
        """These settings, which were stored or sent, with the keys of `current`."""
        return replace(self, vendor_keys=current.vendor_keys, api_key=current.api_key)

    @property
    def chosen_model(self) -> tuple[str, str]:
        """The model, and why it was chosen."""
        if self.model:
            return self.model, "from your settings"
        if self.base_url:
            return DEFAULT_HOSTED_MODEL, "a base URL is set"
        if self.api_key:
            return DEFAULT_HOSTED_MODEL, "OPENAI_API_KEY is set"
        return LOCAL, "no key or base URL is set"

    @property
    def model_file(self) -> str | None:
        """The path or name of a model file to run in this process; None with a base URL: such a name is then hosted."""
        return self.model if is_model_file(self.model) and not self.base_url else None

    @property
    def in_process(self) -> bool:
        """Whether the model runs in this process: the embedded one, or a model file."""
        return self.chosen_model[0] == LOCAL or self.model_file is not None

    @property
    def keys(self) -> tuple[str, ...]:
        """All API keys that are set, which no recording may contain."""
        return tuple(key for key in (self.api_key, *self.vendor_keys.values()) if key)

    def key_for(self, vendor: Vendor | None) -> tuple[str, str]:
        """The key for a host, and the variable that it comes from. A vendor's key is sent only to that vendor's hosts.

        OPENAI_API_KEY is sent to OpenAI, and to any address that the user gave.
        """
        if vendor is not None and vendor.name in self.vendor_keys:
            return self.vendor_keys[vendor.name], vendor.keys[0]
        if self.vendor not in (None, OPENAI.name):
            return "", vendor.keys[0] if vendor else "OPENAI_API_KEY"
        return self.api_key or "", "OPENAI_API_KEY"

    def recipe(self, base: Profile) -> Recipe:
        """`base`, the model's profile from `chosen.profile_of`, with the settings applied.

        Raises SettingsError if the sections folder is unusable, or if the profile does not support these notes or
        chunks.
        """
        if base.name == "small" and self.chunk_tokens is not None:
            raise SettingsError(
                "setting chunk_tokens: a small model reads passages, whose length is fixed",
                hint="remove it, or use a larger model; --profile capable treats this one as a larger model",
            )
        profile = replace(
            base,
            chunk_tokens=self.chunk_tokens or base.chunk_tokens,
            check=self.check or base.check,
            manuscript=self.manuscript and base.manuscript,
        )
        return Recipe(profile, self.length, self.notes, self._own_sections(), self.language)

    def _own_sections(self) -> tuple[OwnSection, ...]:
        if self.sections is None:
            return ()
        from pipeline.own_sections import load_sections

        return load_sections(self.sections)


SETTABLE = tuple(f.name for f in fields(Settings) if f.name not in _FOUND_OUT)  # by flag, variable and studydoc.toml
ARE_SET = f"the settings are {', '.join(SETTABLE)}; all else is set by flags only"


def deciding(*kinds: Decides) -> tuple[str, ...]:
    """The settings, besides model and endpoint, that affect any of these."""
    return tuple(f.name for f in fields(Settings) if f.metadata.get("decides") in kinds)


def is_model_file(model: str | None) -> bool:
    """Whether a model's name is that of a model file."""
    return (model or "").lower().endswith(".gguf")


def load_settings(otherwise: Mapping[str, Any] | None = None, **flags: Unpack[Options]) -> Settings:
    """The settings, with `flags` that the user gave (None: not given). SettingsError says what is wrong.

    `otherwise` holds values for settings that are set nowhere else.
    """
    from_flags = {k: v for k, v in flags.items() if v is not None}
    for names in (from_flags, otherwise or {}):
        ensure_settable(names)
    merged = dict(otherwise or {}) | _from_file() | _from_environment() | from_flags
    keys = {h.name: key for h in VENDORS if h is not OPENAI and (key := _key(*h.keys))}
    settings = Settings(**merged, vendor_keys=keys, api_key=_key("OPENAI_API_KEY") or None)
    base_url = (settings.base_url or "").strip() or _openai_base_url(settings)
    if base_url:
        _ensure_web_address(base_url, "base URL", "http://localhost:8000/v1", ("http", "https"))
    language = known_tag(settings.language) if settings.language else None
    return _at_vendor(replace(settings, base_url=base_url, language=language))


def _openai_base_url(settings: Settings) -> str | None:
    """OPENAI_BASE_URL, the address of hosted models; None if it is unset or does not apply to this model.

    It does not apply to model files, which run here, or to a vendor's model if its key is set or it needs none.
    """
    vendor = asked_vendor(settings.model or "")
    by_vendor = vendor is not None and (vendor.name in settings.vendor_keys or not vendor.keys)
    if by_vendor or is_model_file(settings.model):
        return None
    return os.environ.get("OPENAI_BASE_URL", "").strip() or None


def _from_file() -> dict[str, Any]:
    """The settings in studydoc.toml of the working directory; {} if there is none. SettingsError if it is invalid."""
    file = Path("studydoc.toml")
    if not file.is_file():
        return {}
    import tomllib

    try:
        values = tomllib.loads(file.read_text("utf-8-sig"))  # some Windows editors write a byte order mark
    except (ValueError, OSError) as err:
        raise SettingsError(f"studydoc.toml cannot be read: {err}") from err
    ensure_settable(values, "studydoc.toml: ")
    return values


def ensure_settable(names: Collection[str], where: str = "") -> None:
    """Raise SettingsError for unknown names, the vendor, and API keys, which only the environment may set."""
    if unknown := sorted(set(names) - {f.name for f in fields(Settings)}):
        suggestion = unknown[0].replace("-", "_")
        hint = f"did you mean {suggestion}?" if suggestion in SETTABLE else ARE_SET
        raise SettingsError(f"{where}there is no setting {unknown[0]!r}", hint=hint)
    if keys := sorted(set(names) & set(_KEYS)):
        raise SettingsError(
            f"{where}{keys[0]} cannot be set here: keys are read from the environment only",
            hint="remove it, and set OPENAI_API_KEY or the vendor's variable; see docs/models-and-keys.md",
        )
    if "vendor" in names:
        raise SettingsError(
            f"{where}vendor cannot be set here", hint="write it in front of the model's name: groq/qwen/qwen3-32b"
        )


def _from_environment() -> dict[str, str]:
    """The settings in environment variables such as STUDYDOC_MODEL, in any letter case."""
    variables = {name.lower(): value for name, value in os.environ.items()}
    return {name: variables[f"studydoc_{name}"] for name in SETTABLE if f"studydoc_{name}" in variables}


def _key(*names: str) -> str:
    """The first key that is set, or "". SettingsError if it contains characters that no key has."""
    name, key = next(((n, k) for n in names if (k := os.environ.get(n, "").strip())), ("", ""))
    if not key.isascii() or any(c.isspace() for c in key):
        raise SettingsError(f"{name} contains characters that no key has", hint="copy the key again")
    return key


def _ensure_web_address(address: str, name: str, example: str, schemes: tuple[str, ...]) -> None:
    """Raise SettingsError unless an address has an allowed scheme, a host and no spaces. Hides passwords in it."""
    try:
        parts = urlsplit(address)
        printable = address.isprintable() and " " not in address  # urlsplit ignores line breaks, other parsers may not
        host, right = parts.hostname, printable and parts.scheme in schemes and parts.port != 0
    except ValueError:
        host, right = None, False
    if not host or not right:
        masked = re.sub(r"\A([a-z]+://)?.*@", r"\1…@", address, flags=re.DOTALL).partition("?")[0]
        kind = "web address" if "http" in schemes else "https address"
        raise SettingsError(f"{name} {masked!r} is not a valid {kind}", hint=f"for example {example}")


def _at_vendor(settings: Settings) -> Settings:
    """Resolve "groq/MODEL" to a model at Groq's address. With a base URL, the model's name is used as is."""
    vendor = asked_vendor(settings.model or "")
    if vendor is None or settings.base_url:
        return settings
    model = str(settings.model).partition("/")[2]
    base_url = address_of(vendor, model, os.environ)
    if base_url is None:
        raise SettingsError(
            f"model {settings.model!r} needs an address", hint="set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY"
        )
    if vendor is AZURE:
        schemes = ("http", "https") if is_on_loopback(base_url) else ("https",)  # the key must not be sent unencrypted
        _ensure_web_address(base_url, "AZURE_OPENAI_ENDPOINT", "https://NAME.openai.azure.com", schemes)
    return replace(settings, vendor=vendor.name, base_url=base_url, model=model)
