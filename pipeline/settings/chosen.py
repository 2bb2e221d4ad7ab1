"""What follows from the settings: the model, its endpoint and profile, and where answers are stored.

Every run needs this first, even if it makes nothing, so modules that only some settings need are imported on demand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from pipeline.errors import SettingsError
from pipeline.llm import prices
from pipeline.profile import PROFILES, Profile, ProfileName, Recipe
from pipeline.providers.endpoint import Endpoint
from pipeline.settings import OPENAI_URL, Settings
from pipeline.vendors import AZURE, OPENAI, vendor_at

if TYPE_CHECKING:
    from pipeline.providers.model_files import OwnModel

STORE_FILE = ".studydoc/calls.sqlite"


def endpoint_of(settings: Settings, *, need_key: bool = True) -> Endpoint:
    """The hosted endpoint that the settings name, with the key for its host and no other.

    Servers that need no key get a placeholder. Raises SettingsError if a required key is missing.
    """
    base_url, _, query = (settings.base_url or OPENAI_URL).partition("?")
    # AZURE_OPENAI_ENDPOINT may be a company's own gateway: the Azure key was set for that address.
    vendor = AZURE if settings.vendor == AZURE.name else vendor_at(base_url)
    key, key_name = settings.key_for(vendor)
    if need_key and not key and vendor is not None and (vendor is OPENAI or settings.vendor):
        prefix = f"{settings.vendor}/" if settings.vendor else ""
        raise SettingsError(
            f"model {prefix + settings.chosen_model[0]!r} needs a key",
            hint=f"set {key_name}, {'' if prefix else 'give --base-url, '}or use --model local",
        )
    return Endpoint(
        base_url=base_url.rstrip("/"),
        model=settings.chosen_model[0],
        api_key=key or "none",
        deadline=settings.deadline,
        concurrency=settings.concurrency,
        rpm=settings.rpm,
        tpm=settings.tpm,
        key_name=key_name,
        key_header=vendor.key_header if vendor else None,
        query=tuple(parse_qsl(query)),
        limit=vendor.limit if vendor else "max_tokens",
        effort=None if settings.reasoning_effort == "default" else settings.reasoning_effort,
    )


def own_model(settings: Settings) -> OwnModel | None:
    """The model file that the settings name, or None. SettingsError if it cannot be used."""
    if settings.model_file is None:
        return None
    from pipeline.providers import model_files

    return model_files.chosen(settings.model_file)


def profile_of(settings: Settings) -> Profile:
    """The profile of the chosen model: small for the embedded one, by size for a model file, else capable."""
    own_file = own_model(settings)
    by_itself: ProfileName = own_file.file.profile if own_file else "small" if settings.in_process else "capable"
    base = PROFILES[settings.profile or by_itself]
    return own_file.worked_with(base) if own_file else base


def recipe_for_a_client(settings: Settings) -> Recipe:
    """The recipe for a client that the caller wrote: capable for any model, unless a profile is set."""
    return recipe_of(settings, PROFILES[settings.profile or "capable"])


def recipe_of(settings: Settings, profile: Profile | None = None) -> Recipe:
    """The recipe for a transcript: `profile` or else the chosen model's profile, with the settings applied."""
    recipe = settings.recipe(profile or profile_of(settings))
    if recipe.own:
        from pipeline.sections import sections_of

        sections_of(recipe)  # raises before any call if the name of an own section is taken
    return recipe


def store_path(out: Path) -> Path:
    """The path of the call store of an output folder."""
    return out / STORE_FILE


def model_and_endpoint(settings: Settings, *, need_key: bool = False) -> tuple[str, str]:
    """The names of model and endpoint as recorded in documents; by default no key is needed."""
    if settings.in_process:
        from pipeline.providers import weights

        own_file = own_model(settings)
        return own_file.identity if own_file else weights.EMBEDDED.name, prices.EMBEDDED
    return settings.chosen_model[0], endpoint_of(settings, need_key=need_key).host
