"""`studydoc fixture add`: makes a fixture of a run from its stored answers, without a call."""

from __future__ import annotations

import asyncio
import glob
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from pipeline import store
from pipeline.document import StudyDocument
from pipeline.errors import InputError, ReplayMiss, SettingsError, StoreError
from pipeline.evaluation.fixture_recording import SecretInAnswers, recorded
from pipeline.evaluation.fixtures import Fixture, Manifest, MetadataFlags, recipe_fields
from pipeline.evaluation.scrubbing import endpoint_label
from pipeline.language import spoken_language
from pipeline.llm import prices
from pipeline.llm.prompting import PromptSet
from pipeline.own_sections import OwnSection, load_sections
from pipeline.profile import PROFILES, Check, NotesName, Recipe
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.readers import READ, read_transcript
from pipeline.readers.archive import sha256_of
from pipeline.readers.metadata import side_file
from pipeline.run_record import RunRecord
from pipeline.settings import LOCAL, Settings
from pipeline.settings.chosen import model_and_endpoint, own_model, profile_of, recipe_of, store_path
from pipeline.speakers import names_of
from pipeline.text import numbered, slug, title_from_name
from pipeline.transcript import Asked, Transcript

_RESERVED_NAMES = ("transcript", "reference", "fixture")  # other files in a fixture's folder have these names


@dataclass(frozen=True, slots=True)
class Addition:
    """The arguments of `fixture add`; `options` are the settings given on its command line."""

    path: Path
    folder: Path
    reference: Path | None = None
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def run_add(added: Addition, settings: Settings) -> list[str]:
    """`studydoc fixture add`: make a fixture from the answers stored in the output folder, without a call."""
    if not added.path.is_file():
        raise InputError(f"{added.path}: there is no such file", hint="name a transcript that studydoc make was run on")
    name = slug(added.name or added.path.stem)
    if name in _RESERVED_NAMES:
        raise SettingsError(f"a fixture cannot be named {name!r}", hint="choose another name with --name")
    folder = added.folder / name
    if folder.exists():
        raise _already_exists(folder)
    calls_path = store_path(settings.out)
    if not calls_path.exists():
        raise InputError(f"{settings.out}: no answers are stored here", hint="run studydoc make first, or set --out")
    manifest, host = _manifest(added, settings)
    with TemporaryDirectory() as scratch:
        fixture = Fixture(Path(scratch) / name, manifest)
        _copy_in(fixture, added)
        try:
            with closing(CallStore(calls_path)) as calls:
                client, prompts = StoredClient(calls, None, manifest.model), PromptSet(settings.prompts)
                document, recorder = asyncio.run(recorded(fixture, client, settings, prompts, host))
        except SecretInAnswers as err:
            raise InputError(f"{added.path}: {err.args[0]}", hint=err.hint) from err
        except ReplayMiss as err:
            raise InputError(
                f"{added.path}: the stored answers in {settings.out} do not belong to this run: {err.args[0]}",
                hint="run studydoc make with the same settings first",
            ) from err
        fixture.write(document, list(recorder.calls.values()))
        try:
            shutil.copytree(fixture.folder, folder)
        except FileExistsError as err:  # since the check above
            raise _already_exists(folder) from err
    return [f"{folder}: {numbered(len(recorder.calls), 'call')} of {manifest.model}, {document.status}"]


def _already_exists(folder: Path) -> SettingsError:
    return SettingsError(f"{folder}: already exists", hint="to renew it, run studydoc fixture record")


def keep_as_fixture(record: Path, transcript: Path, notes: str, settings: Settings, folder: Path) -> str:
    """Save the run behind a record as a fixture below `folder`, with accepted notes as reference; a report line.

    The answers are taken from the nearest call store in a folder above the record. Raises InputError and SettingsError
    like `run_add`.
    """
    out = next((above for above in record.parents if store_path(above).exists()), settings.out)
    with TemporaryDirectory() as scratch:
        reference = Path(scratch) / "reference.md"
        reference.write_text(notes, "utf-8")
        added = Addition(transcript, folder, reference if notes else None, record.stem)
        (report,) = run_add(added, replace(settings, out=out))
    return report


def _document_of(transcript: Path, out: Path) -> StudyDocument | None:
    """The document of a transcript: its record in the output folder or below, as `make` mirrors input folders."""
    record, sha256 = store.output_path(out, transcript.stem), sha256_of(transcript)
    for path in (record, *sorted(out.rglob(glob.escape(record.name)))):
        try:
            document = store.load(path)
        except StoreError:
            if path == record and path.is_file():
                raise
            continue  # missing, or another file of that name
        if document.source.sha256 == sha256:
            return document
    return None


def _manifest(added: Addition, settings: Settings) -> tuple[Manifest, str]:
    """How the document of a transcript was made, from its record or else the settings; and the endpoint's name."""
    path = added.path
    stored, document = _document_of(path, settings.out), None
    if stored is not None:
        embedded = stored.run.endpoint == prices.EMBEDDED
        chosen_model = model_file.identity if (model_file := own_model(settings)) else settings.model
        document = stored if chosen_model in (None, stored.run.model, *((LOCAL,) if embedded else ())) else None
    if document is not None:
        _ensure_as_recorded(added, document, settings)
        model, endpoint, recipe = document.run.model, document.run.endpoint, _recipe_of(document, settings)
    else:
        model, endpoint = model_and_endpoint(settings)
        recipe = recipe_of(settings)
    read_as = document.source.asked if document else Asked(settings.encoding, settings.format)
    if "encoding" in added.options:  # records of earlier versions lack it
        read_as = replace(read_as, encoding=settings.encoding)
    transcript = read_transcript(path, encoding=read_as.encoding, form=read_as.format)
    suffix = path.suffix.lower()
    manifest = Manifest(
        transcript=f"transcript{suffix if suffix in READ else ''}",
        model=model,
        endpoint=endpoint_label(endpoint),
        metadata=_metadata_of_flags(transcript, document) if document else MetadataFlags(),
        encoding=read_as.encoding,
        read_as=read_as.format,
        **recipe_fields(recipe),
    )
    return manifest, endpoint


def _ensure_as_recorded(added: Addition, document: StudyDocument, settings: Settings) -> None:
    """Raise InputError if a document was made with other options than those given, or with other prompts."""
    run, options = document.run, added.options
    made_with: dict[str, Any] = {"length": run.length, "notes": document.notes, "profile": run.profile}
    made_with |= {"format": document.source.format} if document.source.format else {}
    if document.status == "complete":  # otherwise code may have replaced failed checking calls
        made_with["check"] = _check_of(run)
    for name, value in options.items():
        if made_with.get(name, value) != value:
            raise _made_differently(added.path, f"with --{name} {made_with[name]}, not with --{name} {value}")
    if options.get("manuscript") is False and _has_manuscript(run):
        raise _made_differently(added.path, "with --manuscript, not with --no-manuscript")
    if "sections" in options and not any(name.startswith("own/") for name in run.prompts):
        raise _made_differently(added.path, "without --sections")
    prompts = PromptSet(settings.prompts)
    shipped = {name: digest for name, digest in run.prompts.items() if not name.startswith("own/")}
    if changed_prompts := [name for name, digest in sorted(shipped.items()) if not _has_prompt(prompts, name, digest)]:
        holder = settings.prompts or "this program"
        raise InputError(
            f"{added.path}: made with other prompts than those of {holder}: {', '.join(changed_prompts)}",
            hint="set --prompts to the folder as it was then, or first run studydoc make with the current prompts",
        )


def _made_differently(path: Path, how: str) -> InputError:
    hint = "leave the option out to use the notes as they are, or run studydoc make with it first"
    return InputError(f"{path}: its notes were made {how}", hint=hint)


def _has_prompt(prompts: PromptSet, name: str, digest: str) -> bool:
    try:
        return prompts.load(name).sha256 == digest
    except SettingsError:  # there is no such prompt now
        return False


def _check_of(run: RunRecord) -> Check:
    return "code" if run.checked_by == "code" else "model"


def _has_manuscript(run: RunRecord) -> bool:
    return any(name.startswith("manuscript") for name in run.prompts)


def _recipe_of(document: StudyDocument, settings: Settings) -> Recipe:
    """The recipe by which a document was made: its record's, with the settings' chunk size and own sections."""
    run = document.run
    base = next((p for name, p in PROFILES.items() if name == run.profile), None) or profile_of(settings)
    check = _check_of(run) if document.status == "complete" else settings.check or _check_of(run)
    profile = replace(
        base,
        chunk_tokens=settings.chunk_tokens or base.chunk_tokens,
        check=check,
        manuscript=_has_manuscript(run),
    )
    notes = next((k for k in get_args(NotesName) if k == document.notes), settings.notes)
    own = _own_sections(run, settings)
    translated = run.language if run.language != document.source.language else None
    return Recipe(profile=profile, length=run.length, notes=notes, own=own, language=translated)


def _own_sections(run: RunRecord, settings: Settings) -> tuple[OwnSection, ...]:
    """The own sections of a run, from the folder in the settings; InputError unless they have the recorded digests."""
    digests = {name: digest for name, digest in run.prompts.items() if name.startswith("own/")}
    sections = load_sections(settings.sections) if digests and settings.sections else ()
    if {f"own/{section.name}": section.sha256 for section in sections} != digests:
        names = ", ".join(name.removeprefix("own/") for name in sorted(digests))
        where = f"{settings.sections} does not have them in that form" if settings.sections else "--sections is not set"
        raise InputError(
            f"the notes were made with sections of your own ({names}): {where}",
            hint="set --sections to the folder as it was then",
        )
    return sections


def _metadata_of_flags(transcript: Transcript, document: StudyDocument) -> MetadataFlags:
    """Metadata in the record that the transcript lacks, and which therefore came from flags."""
    meta, source = transcript.metadata, document.source
    own_title = meta.title or title_from_name(transcript.plain or transcript.name)
    title = document.title if document.title != own_title else None
    speakers = () if source.speakers == names_of(transcript) else tuple(source.speakers)
    return MetadataFlags(
        title=title,
        channel=document.channel if document.channel != meta.channel else None,
        url=source.url if source.url != meta.url else None,
        published=source.published if source.published != meta.published else None,
        language=source.language if source.language not in (meta.language, spoken_language(transcript)) else None,
        speakers=speakers,
    )


def _copy_in(fixture: Fixture, added: Addition) -> None:
    """Copy the transcript, its side file and the reference, and write the manifest."""
    fixture.folder.mkdir(parents=True)
    shutil.copyfile(added.path, fixture.folder / fixture.manifest.transcript)
    if side := side_file(added.path):
        shutil.copyfile(side, fixture.folder / "transcript.info.json")
    if added.reference is not None:
        if not added.reference.is_file():
            raise InputError(f"{added.reference}: there is no such file")
        shutil.copyfile(added.reference, fixture.folder / "reference.md")
    fixture.write_manifest()
