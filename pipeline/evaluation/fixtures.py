"""Fixtures: a folder with a transcript, the recorded calls of its run, and the golden document that they produce.

NAME/fixture.json      model, endpoint, profile, length and everything else that decided the run
NAME/transcript.vtt    (or another supported format) and transcript.info.json
NAME/calls.jsonl       complete answers, keyed by the identity of their call
NAME/NAME.json, .md    what the replay must produce, without times and machine details
NAME/reference.md      human notes, if any
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_serializer, field_validator

from pipeline import store
from pipeline.document import StudyDocument
from pipeline.errors import InputError
from pipeline.language import canonical
from pipeline.lengths import Length
from pipeline.llm import Completion, LLMClient, Request
from pipeline.llm.prompting import PromptSet
from pipeline.own_sections import OwnSection
from pipeline.pages import render_markdown
from pipeline.profile import PROFILES, Check, NotesName, ProfileName, Recipe
from pipeline.providers.calls import RecordedCalls, StoredCall, as_row
from pipeline.providers.stored import StoredClient
from pipeline.readers import read_transcript
from pipeline.run import asummarise
from pipeline.text import numbered
from pipeline.transcript import Metadata, Transcript

MANIFEST, CALLS = "fixture.json", "calls.jsonl"
_FORMAT: Literal[2] = 2
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class MetadataFlags(BaseModel):
    """Metadata that a run got from flags."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = None
    channel: str | None = None
    url: str | None = None
    published: str | None = None
    language: str | None = None
    speakers: tuple[str, ...] = ()


class Manifest(BaseModel):
    """Everything that decided the run besides the transcript and the prompts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[2] = _FORMAT
    transcript: str = Field(pattern=r"^transcript(\.\w+)?$")
    model: str
    endpoint: str
    profile: ProfileName
    chunk_tokens: int = Field(ge=1)
    check: Check
    manuscript: bool = False
    length: Length
    notes: NotesName = "study"
    own: tuple[OwnSection, ...] = ()
    language: str | None = None
    metadata: MetadataFlags = MetadataFlags()
    encoding: str | None = None
    read_as: str | None = Field(default=None, exclude_if=lambda name: name is None)  # the format, if one was set

    @field_validator("language")
    @classmethod
    def _is_known_tag(cls, tag: str | None) -> str | None:
        if tag is not None and tag != canonical(tag):
            raise ValueError(f"{tag!r} is not a language tag such as de or pt-BR")
        return tag

    @field_serializer("metadata")
    def _flags_given(self, metadata: MetadataFlags) -> dict[str, Any]:
        return metadata.model_dump(exclude_defaults=True)

    @property
    def recipe(self) -> Recipe:
        """The recipe for the transcript."""
        base = PROFILES[self.profile]
        profile = replace(base, chunk_tokens=self.chunk_tokens, check=self.check, manuscript=self.manuscript)
        return Recipe(profile=profile, length=self.length, notes=self.notes, own=self.own, language=self.language)


def recipe_fields(recipe: Recipe) -> dict[str, Any]:
    """A recipe as fields of a manifest."""
    profile = recipe.profile
    return {
        "profile": profile.name,
        "chunk_tokens": profile.chunk_tokens,
        "check": profile.check,
        "manuscript": profile.manuscript,
        "length": recipe.length,
        "notes": recipe.notes,
        "own": recipe.own,
        "language": recipe.language,
    }


@dataclass(frozen=True, slots=True)
class Fixture:
    """A fixture on disk."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The folder's name, which is also the name of its documents."""
        return self.folder.name

    @property
    def record(self) -> Path:
        """The golden record; its page is beside it."""
        return self.folder / f"{self.name}.json"

    @property
    def calls(self) -> Path:
        """The recorded calls."""
        return self.folder / CALLS

    def transcript(self) -> Transcript:
        """The transcript, with the metadata that the run got from flags."""
        path = self.folder / self.manifest.transcript
        transcript = read_transcript(path, name=self.name, encoding=self.manifest.encoding, form=self.manifest.read_as)
        return transcript.with_metadata(Metadata(**self.manifest.metadata.model_dump()))

    def golden(self) -> tuple[StudyDocument, str]:
        """The document and the page that a replay must produce. Raises StoreError and InputError."""
        page = self.record.with_suffix(".md")
        if not page.is_file():
            raise InputError(f"{page}: the golden page is missing", hint="run studydoc fixture record")
        try:
            return store.load(self.record), page.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as err:
            raise InputError(f"{page}: cannot be read: {err}", hint="run studydoc fixture record") from err

    async def amade(self, client: LLMClient, prompts: PromptSet | None = None) -> StudyDocument:
        """The document made with `client`, without times and machine details."""
        document = await asummarise(
            self.transcript(),
            client,
            recipe=self.manifest.recipe,
            prompts=prompts,
            endpoint=self.manifest.endpoint,
            now=lambda: _NOW,
        )
        source = document.source.model_copy(update={"path": self.manifest.transcript})
        usage = document.run.usage.model_copy(update={"calls_cached": 0})
        run = document.run.model_copy(update={"seconds": 0.0, "pipeline_version": "golden", "usage": usage})
        return document.model_copy(update={"source": source, "run": run})

    def replayed(self, recording: RecordedCalls, prompts: PromptSet | None = None) -> tuple[StudyDocument, set[str]]:
        """The document from the recording alone, and the keys of unused calls. Raises ReplayMiss."""
        client = _KeyRecorder(StoredClient(recording, None, self.manifest.model))
        document = asyncio.run(self.amade(client, prompts))
        return document, set(recording.calls) - client.keys

    def write_manifest(self) -> None:
        """Write the manifest."""
        text = self.manifest.model_dump_json(indent=1)
        (self.folder / MANIFEST).write_text(text + "\n", "utf-8", newline="\n")

    def write(self, document: StudyDocument, calls: Sequence[StoredCall]) -> None:
        """Write the recording, then the golden document."""
        rows = (as_row(call) for call in sorted(calls, key=lambda c: c.key))
        self.calls.write_text("".join(f"{row}\n" for row in rows), "utf-8", newline="\n")
        store.write(document, render_markdown(document), self.record)


def faulty_calls(recording: RecordedCalls) -> list[str]:
    """What is wrong with recorded calls: requests that do not match their keys, and keys that occur twice."""
    faults = [fault for call in recording.calls.values() for fault in call.faults()]
    if recording.repeated:
        faults.append(f"{numbered(recording.repeated, 'recorded call')} with the key of another")
    return faults


class _KeyRecorder:
    """A client that remembers the key of every request."""

    def __init__(self, inner: LLMClient) -> None:
        self._inner, self.model = inner, inner.model
        self.keys: set[str] = set()

    async def complete(self, request: Request) -> Completion:
        self.keys.add(request.key(self.model))
        return await self._inner.complete(request)


def load_fixture(folder: Path) -> Fixture:
    """The fixture in a folder. InputError if there is none, or if it is of an older or newer format."""
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
    except FileNotFoundError as err:
        raise InputError(
            f"{folder.name}: no {MANIFEST}",
            hint="restore it, or remove the folder and run studydoc fixture add",
        ) from err
    except OSError as err:
        raise InputError(f"{path}: cannot be read: {err.strerror or err}") from err
    try:
        return Fixture(folder, Manifest.model_validate_json(text))
    except ValidationError as err:
        fault = err.errors(include_url=False)[0]
        if fault["loc"] == ("format",) and isinstance(fault["input"], int):
            if fault["input"] > _FORMAT:
                raise InputError(f"{path}: a newer version of studydoc made it", hint="update studydoc") from err
            raise InputError(
                f"{path}: this fixture has an older format, whose calls this version no longer makes",
                hint="remove the folder, run studydoc make on the transcript, then studydoc fixture add",
            ) from err
        where = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{path}: this is not a fixture: {f'{where}: ' if where else ''}{fault['msg']}") from err


def fixture_folders(folder: Path) -> list[Path]:
    """The folder itself if it is a fixture, else all fixtures below it. InputError if there are none."""
    if _is_fixture(folder):
        return [folder.resolve()]
    files = [p for name in (MANIFEST, CALLS) for p in folder.rglob(name)] if folder.is_dir() else []
    folders = sorted({p.parent for p in files if _is_fixture(p.parent)})
    if not folders:
        raise InputError(f"{folder}: there are no fixtures here", hint="make one: studydoc fixture add PATH")
    return folders


def _is_fixture(folder: Path) -> bool:
    """Whether a folder has a manifest, or else the recording and the golden record of a fixture that lost its own."""
    record = folder / f"{folder.resolve().name}.json"
    return (folder / MANIFEST).is_file() or ((folder / CALLS).is_file() and record.is_file())
