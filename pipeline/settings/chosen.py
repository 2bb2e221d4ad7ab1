"""What the settings choose: the model, its endpoint, how it is worked with, where answers are stored.

Asked by every run first, also by one that makes nothing: what only some settings need is loaded for them alone.
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
    """The hosted endpoint that the settings name, with the key that belongs to its host and no other.

    A server without keys gets a placeholder.
    """
    base_url, _, query = (settings.base_url or OPENAI_URL).partition("?")
    # Azure is where AZURE_OPENAI_ENDPOINT says, a company's own gateway perhaps: its key was set for that address.
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
    """The model file that the settings name. SettingsError when it cannot be used."""
    if settings.model_file is None:
        return None
    from pipeline.providers import model_files

    return model_files.chosen(settings.model_file)


def profile_of(settings: Settings) -> Profile:
    """How the chosen model is worked with: the embedded one as small, a file by its size, others as capable."""
    own_file = own_model(settings)
    by_itself: ProfileName = own_file.file.profile if own_file else "small" if settings.in_process else "capable"
    base = PROFILES[settings.profile or by_itself]
    return own_file.worked_with(base) if own_file else base


def recipe_for_a_client(settings: Settings) -> Recipe:
    """How a client that the caller wrote is worked with: as capable, unless a profile is set, whatever the model is."""
    return recipe_of(settings, PROFILES[settings.profile or "capable"])


def recipe_of(settings: Settings, profile: Profile | None = None) -> Recipe:
    """How a transcript is worked on by the settings: by a profile, else as the chosen model is, with what is set."""
    recipe = settings.recipe(profile or profile_of(settings))
    if recipe.own:
        from pipeline.sections import sections_of

        sections_of(recipe)  # an own section whose name is taken raises before anything is asked
    return recipe


def store_path(out: Path) -> Path:
    """Where the call store of an output folder lives."""
    return out / STORE_FILE


def model_and_endpoint(settings: Settings, *, need_key: bool = False) -> tuple[str, str]:
    """The model and the endpoint that the settings name, as documents tell them; no key is needed for that."""
    if settings.in_process:
        from pipeline.providers import weights

        own_file = own_model(settings)
        return own_file.identity if own_file else weights.EMBEDDED.name, prices.EMBEDDED
    return settings.chosen_model[0], endpoint_of(settings, need_key=need_key).host
