"""The worker's job: one transcript from its address to its page and record, as on a single machine.

Answers are stored by the worker itself and published beside the outputs as a recording, so that a later run does not
pay for them again. The API key comes from the worker's environment.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from pipeline import store
from pipeline.batches.corpus import make_all, unforeseen
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.batches.outputs import is_of_others, would_be_lost
from pipeline.cluster.places import Place, address_of, publish, read
from pipeline.errors import InputError, NewerRecord, PipelineError, SettingsError, StoreError
from pipeline.llm import key_of
from pipeline.llm.prompting import PromptSet
from pipeline.providers.calls import CallStore, RecordedCalls
from pipeline.readers import parse
from pipeline.readers.metadata import read_side_file
from pipeline.record import pipeline_version
from pipeline.settings import Settings, deciding, load_settings
from pipeline.settings.chosen import recipe_of
from pipeline.settings.connect import connect
from pipeline.transcript import Metadata, Transcript


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that a worker gets for a transcript. It has no API key, since whatever is sent to a worker may be logged."""

    place: Place
    out: str
    settings: dict[str, Any]
    metadata: Metadata
    prompts: tuple[tuple[str, str], ...]  # the user's own prompt files: path in their folder, and text
    version: str
    sections: tuple[tuple[str, str], ...] = ()  # the user's own section files, likewise

    @property
    def recipe(self) -> str:
        """A digest of all that decides the document besides transcript, model and prompts."""
        deciding_names = (*deciding("transcript", "notes", "page"), "base_url")
        values = {name: setting for name, setting in self.settings.items() if name in deciding_names}
        return key_of(values | {"metadata": repr(self.metadata), "sections": self.sections})


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker returns for a transcript; `row` is what `--json` prints."""

    row: dict[str, Any]
    unchanged: bool = False  # the record was up to date
    notes: tuple[str, ...] = ()
    node: str = ""


def assignments(places: Sequence[Place], settings: Settings, metadata: Metadata) -> Iterator[Assignment]:
    """An assignment for each transcript, without the API key."""
    values = settings.without_keys({"out", "prompts", "sections"})
    values["model"] = settings.chosen_model[0]
    recipe_of(settings)  # raises once, here, if the user's own sections cannot be used
    prompts, sections = _files(settings.prompts, "*.md"), _files(settings.sections, "[!.]*[!~]")
    out = address_of(settings.out)
    for place in places:
        yield Assignment(place, out, values, metadata, prompts, pipeline_version(), sections)


def _files(folder: Path | None, pattern: str) -> tuple[tuple[str, str], ...]:
    """The matching files in a user's folder: path in it, and text. Raises SettingsError if one is not UTF-8."""
    paths = sorted(p for p in folder.rglob(pattern) if p.is_file()) if folder else []
    return tuple((p.relative_to(folder).as_posix(), _text(p)) for p in paths if folder)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as err:
        raise SettingsError(f"{path}: not UTF-8", hint="save it as UTF-8") from err
    except OSError as err:
        raise SettingsError(f"{path}: cannot be read: {err.strerror or err}") from err


def make_one(assignment: Assignment) -> Report:
    """Make page and record of one transcript. Any failure is in the report."""
    try:
        with tempfile.TemporaryDirectory(prefix="studydoc-") as folder:
            return asyncio.run(_make(assignment, Path(folder)))
    except PipelineError as err:
        error = err
    except Exception as err:  # noqa: BLE001  it would be taken for the loss of the worker
        error = unforeseen(err)
    return Report(Outcome(assignment.place.name, error=error).row())


async def _make(assignment: Assignment, folder: Path) -> Report:
    if assignment.version != pipeline_version():
        raise SettingsError(
            f"a worker has studydoc {pipeline_version()}, but this command is {assignment.version}",
            hint="install the same version on every node",
        )
    settings = Settings(**assignment.settings | {"out": folder / "out"}).with_keys_of(load_settings())
    settings = replace(settings, sections=_written_to(assignment.sections, folder / "sections"))
    prompts = PromptSet(_written_to(assignment.prompts, folder / "prompts"))
    transcript = _fetch(assignment.place, folder, settings)
    record = store.output_path(settings.out, transcript.name)
    inner = record.relative_to(settings.out).with_suffix("").as_posix()
    addresses = _Addresses(assignment.out.rstrip("/"), inner)
    if previous := _previous(addresses, record, transcript, settings, prompts, assignment.recipe):
        return Report(previous | {"name": transcript.name, "page": addresses.page}, True, transcript.notes)
    if assignment.place.address in (addresses.page, addresses.record):
        raise would_be_lost(assignment.place.address, "this is the transcript itself")
    if is_of_others(record):
        raise would_be_lost(addresses.record, "this is not a studydoc record")
    _download_pages(addresses, record.with_suffix(".md"))

    with closing(CallStore(folder / "calls.sqlite")) as calls:
        if _download(addresses.calls, folder / "calls.jsonl"):
            calls.take_in(RecordedCalls(folder / "calls.jsonl"))
        async with connect(settings, calls, lambda done, total: None, prompts) as link:
            options = MakeOptions(
                settings.out,
                recipe_of(settings),
                prompts,
                link.endpoint,
                settings.citations,
                assignment.metadata,
                bound_for=assignment.out,
            )
            [outcome] = await make_all([transcript], link.client, options)
        if outcome.calls_made or outcome.error:
            calls.export(folder / "calls.jsonl")
            publish(folder / "calls.jsonl", addresses.calls)
    if outcome.error:
        raise outcome.error
    (folder / "recipe").write_text(assignment.recipe, "utf-8")
    for aside in takewhile(Path.exists, store.places_aside(record.with_suffix(".md"))):
        publish(aside, addresses.beside(aside))
    publish(record.with_suffix(".md"), addresses.page)
    publish(record, addresses.record)
    publish(folder / "recipe", addresses.recipe)
    notes = tuple(note.replace(str(settings.out), addresses.out) for note in outcome.notes)
    return Report(outcome.row() | {"page": addresses.page}, False, notes)


@dataclass(frozen=True, slots=True)
class _Addresses:
    """The addresses of all files that belong to one transcript."""

    out: str
    inner: str

    @property
    def page(self) -> str:
        return f"{self.out}/{self.inner}.md"

    def beside(self, file: Path) -> str:
        """The address of a file beside the page."""
        return f"{self.page.rpartition('/')[0]}/{file.name}"

    @property
    def record(self) -> str:
        return f"{self.out}/{self.inner}.json"

    @property
    def calls(self) -> str:
        return f"{self.out}/.studydoc/cluster/{self.inner}.calls.jsonl"

    @property
    def recipe(self) -> str:
        return f"{self.out}/.studydoc/cluster/{self.inner}.recipe"


def _fetch(place: Place, folder: Path, settings: Settings) -> Transcript:
    """The transcript with its side file, read as on a single machine."""
    raw = read(place.address)
    if raw is None:
        raise InputError(f"{place.label}: there is no such file")
    suffix = Path(place.address).suffix
    near = folder / "in" / f"transcript{suffix}"
    _download(place.address.removesuffix(suffix) + ".info.json", near.with_suffix(".info.json"))
    transcript = parse(
        raw,
        place.label,
        suffix=suffix.lower(),
        name=place.name,
        encoding=settings.encoding,
        side=read_side_file(near),
        form=settings.format,
    )
    return replace(transcript, plain=place.plain)


def _previous(
    addresses: _Addresses, record: Path, transcript: Transcript, settings: Settings, prompts: PromptSet, recipe: str
) -> dict[str, Any] | None:
    """The row of a record that is up to date: same transcript, model, prompts, version and recipe. Else None.

    Raises InputError for a record of a newer version, which is never replaced.
    """
    if not _download(addresses.record, record):
        return None
    try:
        document = store.load(record)
    except NewerRecord as err:  # named by its address rather than by its copy here
        raise InputError(err.args[0].replace(str(record), addresses.record), hint=err.hint) from err
    except StoreError:
        return None
    run = document.run
    own_prompts = {f"own/{section.name}" for section in document.more}  # covered by the recipe
    unchanged = (
        document.status == "complete"
        and document.source.sha256 == transcript.sha256
        and (run.model, run.pipeline_version) == (settings.chosen_model[0], pipeline_version())
        and (read(addresses.recipe) or b"").decode("utf-8", "replace") == recipe
        and all(_digest(prompts, name) == digest for name, digest in run.prompts.items() if name not in own_prompts)
        and read(addresses.page) is not None
    )
    return Outcome(transcript.name, status=document.status).row() if unchanged else None


def _digest(prompts: PromptSet, name: str) -> str | None:
    try:
        return prompts.load(name).sha256
    except SettingsError:
        return None


def _download(address: str, file: Path) -> bool:
    """Copy a file from its address, if it exists; whether it does."""
    raw = read(address)
    if raw is None:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)
    return True


def _download_pages(addresses: _Addresses, page: Path) -> None:
    """Copy the page and the edited ones saved beside it, so that one edited since is saved too, under a free name."""
    if not _download(addresses.page, page):
        return
    for aside in store.places_aside(page):
        if not _download(addresses.beside(aside), aside):
            return


def _written_to(files: tuple[tuple[str, str], ...], folder: Path) -> Path | None:
    """Write these files to a folder on this machine; None if there are none."""
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder if files else None
