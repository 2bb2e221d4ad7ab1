"""A stored order of `make --batch`: what it covers, how its documents are made, and its progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.llm import key_of
from pipeline.providers.endpoint import place_of
from pipeline.settings import OPENAI_URL, Settings
from pipeline.transcript import Chapter, Metadata

_LIMITS = {"max_cost", "max_tokens", "batch_size"}  # part of an order, but not of its identity
_LOCAL = {"concurrency", "threads", "deadline", "out"}
_SHOWN = 3  # paths shown in the name of an order


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order that outlives the program.

    `owner` is the id of the order and its jobs in the journal: the same for the same paths, folder, metadata, and
    settings other than limits. `settings` are JSON values without keys. `given_at` is when `make --batch` was last run
    for it, in seconds since 1970. `jobs_before` counts the jobs of this owner when the order was first given.
    `transcripts` are those that it covers, digests by path, None before they were looked for. `waiting` has the names
    of documents that lack an answer, by transcript path.
    """

    owner: str
    paths: tuple[str, ...]
    folder: str  # the folder of relative paths
    settings: Mapping[str, Any]
    metadata: Metadata
    exports: tuple[str, ...] = ()  # the values of `--to`
    given_at: float | None = None  # None in orders of earlier versions
    jobs_before: int = 0
    transcripts: Mapping[str, str] | None = None
    waiting: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, paths: Sequence[Path], settings: Settings, metadata: Metadata, exports: Sequence[str], given_at: float
    ) -> StoredOrder:
        """The order for a command given now, in this folder."""
        values = settings.without_keys(_LOCAL)
        values |= {"model": settings.chosen_model[0], "base_url": place_of(settings.base_url or OPENAI_URL)}
        values |= {name: str(path.absolute()) for name in ("sections", "prompts") if (path := getattr(settings, name))}
        places, folder = [str(p) for p in paths], str(Path.cwd())
        unlimited = {name: setting for name, setting in values.items() if name not in _LIMITS}
        # In the same form in every version, so that orders stored by earlier ones are found.
        identity = {"paths": places, "folder": folder, "settings": unlimited, "metadata": _given(metadata)}
        owner = key_of(identity)[:16]
        return cls(owner, tuple(places), folder, values, metadata, tuple(exports), given_at)

    @classmethod
    def from_body(cls, owner: str, body: Mapping[str, Any]) -> StoredOrder:
        """An order as stored; earlier versions stored less."""
        about = body["metadata"]
        chapters = tuple(Chapter(**chapter) for chapter in about.get("chapters", ()))
        return cls(
            owner,
            tuple(body["paths"]),
            body["folder"],
            body["settings"],
            Metadata(**about | {"speakers": tuple(about["speakers"]), "chapters": chapters}),
            tuple(body.get("to", ())),
            body.get("given"),
            body.get("jobs_before", 0),
            body.get("transcripts"),
            body.get("waiting", {}),
        )

    def body(self) -> dict[str, Any]:
        """Everything but the owner, for the journal; unknown values are left out."""
        body = {
            "paths": self.paths,
            "folder": self.folder,
            "settings": self.settings,
            "metadata": _given(self.metadata),
            "to": self.exports,
            "given": self.given_at,
            "jobs_before": self.jobs_before,
            "transcripts": self.transcripts,
            "waiting": self.waiting,
        }
        return {name: value for name, value in body.items() if value is not None}

    def given_again(self, before: StoredOrder) -> StoredOrder:
        """This order in place of an unfinished one of the same owner, whose progress it takes over."""
        return replace(self, jobs_before=before.jobs_before, transcripts=before.transcripts, waiting=before.waiting)

    @property
    def name(self) -> str:
        """The display name."""
        since = "" if self.given_at is None else f" of {datetime.fromtimestamp(self.given_at):%Y-%m-%d %H:%M}"
        return f"order{since} for {self.places}"

    @property
    def places(self) -> str:
        """The paths, for display."""
        more = f" and {len(self.paths) - _SHOWN} more" if len(self.paths) > _SHOWN else ""
        return f"{', '.join(self.paths[:_SHOWN])}{more}"

    def settings_with(self, current: Settings) -> Settings:
        """The stored settings, with the keys, output folder and connection settings of `current`.

        SettingsError if `current` is for another address, or if relative paths are not of the working directory.
        """
        if self.settings["base_url"] != place_of(current.base_url or OPENAI_URL):
            raise SettingsError(f"the order was for {self.settings['base_url']}", hint="set --base-url to that address")
        if self.folder != str(Path.cwd()) and not all(Path(p).is_absolute() for p in self.paths):
            raise SettingsError(f"the paths of the order start in {self.folder}", hint="run this command there")
        overrides = {name: getattr(current, name) for name in ("out", "deadline", "concurrency", "base_url")}
        return Settings(**{**self.settings, **overrides}).with_keys_of(current)


def _given(metadata: Metadata) -> dict[str, Any]:
    """Metadata as a command gives it, without what only a transcript tells."""
    return {name: value for name, value in asdict(metadata).items() if name not in ("roles", "header")}
