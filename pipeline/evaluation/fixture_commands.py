"""What `studydoc fixture` does, apart from parsing and printing."""

from __future__ import annotations

import asyncio
import glob
import json
import shutil
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from pydantic import ValidationError

from pipeline import prices, store
from pipeline.connect import connect, model_and_endpoint, own_model, recipe_of, store_path
from pipeline.document import RunRecord, StudyDocument
from pipeline.errors import InputError, PipelineError, ReplayMiss, SettingsError, StoreError
from pipeline.evaluation.differences import differences, page_differences
from pipeline.evaluation.fixtures import MANIFEST, Fixture, Manifest, find_fixtures, recipe_fields
from pipeline.evaluation.scrubbing import PUBLIC, Recorder, Scrubber, endpoint_label
from pipeline.evaluation.staleness import staleness
from pipeline.language import spoken_language
from pipeline.llm import LLMClient
from pipeline.own_sections import OwnSection, load_sections
from pipeline.profile import PROFILES, Check, NotesName, Recipe
from pipeline.prompting import PromptSet
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, Recording, StoredClient
from pipeline.readers import SUFFIXES, read_transcript
from pipeline.record import title_from_name
from pipeline.render import render_markdown
from pipeline.settings import LOCAL, Settings, is_model_file
from pipeline.text import numbered, slug
from pipeline.transcript import Transcript

_TAKEN = ("transcript", "reference", "fixture")  # names of other files in a fixture's folder


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check or a renewal of a fixture found; nothing differs when `lines` is empty."""

    name: str
    lines: tuple[str, ...]
    calls: int = 0
    complete: bool = True


def check_fixture(fixture: Fixture, prompts: PromptSet | None = None) -> Verdict:
    """Replays a fixture offline and compares document and page with the golden ones."""
    try:
        golden, page = fixture.golden()
        document, unused = fixture.replayed(prompts)
    except ReplayMiss as err:
        return Verdict(fixture.name, (str(err), *staleness(fixture, prompts).lines()))
    except PipelineError as err:
        return Verdict(fixture.name, (str(err),))
    lines = differences(golden, document)
    if not lines:
        lines += page_differences(page, render_markdown(document))
    if unused:
        lines.append(f"{numbered(len(unused), 'recorded call')} not asked for: renew with studydoc fixture record")
    return Verdict(fixture.name, tuple(lines), len(Recording(fixture.calls).calls))


def run_check(folder: Path, prompts: Path | None = None) -> tuple[int, list[str]]:
    """`studydoc fixture check`: exit code 1 on a difference, and a report."""
    chosen = PromptSet(prompts)
    verdicts = [check_fixture(f, chosen) for f in find_fixtures(folder)]
    lines: list[str] = []
    for v in verdicts:
        same = f"the same, {numbered(v.calls, 'call')} replayed"
        lines.append(f"{v.name}: {'DIFFERENT' if v.lines else same}")
        lines += [f"    {line}" for line in v.lines]
    return int(any(v.lines for v in verdicts)), lines


def run_list(folder: Path, prompts: Path | None = None, model: str | None = None) -> tuple[int, list[str]]:
    """`studydoc fixture list`: each fixture with what is obsolete in it; exit code 1 when anything is."""
    chosen, stale, lines = PromptSet(prompts), False, []
    for fixture in find_fixtures(folder):
        as_model = model or (weights.EMBEDDED.name if fixture.manifest.endpoint == prices.EMBEDDED else None)
        found = staleness(fixture, chosen, as_model)
        calls = numbered(len(Recording(fixture.calls).calls), "call")
        state = "fresh" if found.fresh else "STALE"
        lines.append(f"{fixture.name}: {state}, {calls} of {fixture.manifest.model} ({fixture.manifest.endpoint})")
        lines += [f"    {line}" for line in found.lines()]
        stale = stale or not found.fresh
    return int(stale), lines


@dataclass(frozen=True, slots=True)
class Addition:
    """What `fixture add` is told besides settings."""

    path: Path
    folder: Path
    reference: Path | None = None
    name: str | None = None


def run_add(added: Addition, settings: Settings) -> list[str]:
    """`studydoc fixture add`: makes a fixture from the answers stored in the output folder, without a call."""
    if added.path.suffix.lower() not in SUFFIXES or not added.path.is_file():
        raise InputError(f"{added.path}: no transcript", hint=f"give a file: {', '.join(SUFFIXES)}")
    name = slug(added.name or added.path.stem)
    if name in _TAKEN:
        raise SettingsError(f"a fixture cannot be named {name!r}", hint="give another name with --name")
    folder = added.folder / name
    if folder.exists():
        raise SettingsError(f"{folder}: is there already", hint="renew it with studydoc fixture record")
    kept = store_path(settings.out)
    if not kept.exists():
        raise InputError(f"{settings.out}: no answers are stored here", hint="run studydoc make first, or give --out")
    manifest, host = _manifest(added.path, settings)
    with TemporaryDirectory() as made:
        fixture = Fixture(Path(made) / name, manifest)
        _copy_in(fixture, added)
        calls = CallStore(kept)
        try:
            document, recorder = _recorded(
                fixture, StoredClient(calls, None, manifest.model), settings, PromptSet(settings.prompts), host
            )
        except ReplayMiss as err:
            raise InputError(
                f"{added.path}: the stored answers in {settings.out} are not those of this run: {err.args[0]}",
                hint="run studydoc make with the same settings first",
            ) from err
        finally:
            calls.close()
        fixture.write(document, list(recorder.calls.values()))
        shutil.copytree(fixture.folder, folder)
    return [f"{folder}: {numbered(len(recorder.calls), 'call')} of {manifest.model}, {document.status}"]


def keep_as_fixture(record: Path, transcript: Path, notes: str, settings: Settings, folder: Path) -> str:
    """The run behind a record as a fixture below `folder`, accepted notes as its reference; what to say of it.

    The record's call store is that of the nearest folder above it. Raises InputError and SettingsError as `run_add`.
    """
    out = next((above for above in record.parents if store_path(above).exists()), settings.out)
    with TemporaryDirectory() as made:
        reference = Path(made) / "reference.md"
        reference.write_text(notes, "utf-8")
        added = Addition(transcript, folder, reference if notes else None, record.stem)
        (told,) = run_add(added, settings.model_copy(update={"out": out}))
    return told


def _document_of(transcript: Transcript, out: Path) -> StudyDocument | None:
    """The document of a transcript: its record in the output folder, or in one below, as make mirrors folders."""
    record = store.output_path(out, transcript.name)
    for path in (record, *sorted(out.rglob(glob.escape(record.name)))):
        try:
            found = store.load(path)
        except StoreError:
            if path == record and path.is_file():
                raise
            continue  # not there, or some other file of that name
        if found.source.sha256 == transcript.sha256:
            return found
    return None


def _manifest(path: Path, settings: Settings) -> tuple[Manifest, str]:
    """How the document of a transcript was made, by its record, else by the settings; and the endpoint's name."""
    transcript = read_transcript(path, encoding=settings.encoding)
    found = _document_of(transcript, settings.out)
    made = None
    if found is not None:
        embedded = found.run.endpoint == prices.EMBEDDED
        asked = own.identity if (own := own_model(settings)) else settings.model
        made = found if asked in (None, found.run.model, *((LOCAL,) if embedded else ())) else None
    if made is not None:
        model, endpoint, recipe = made.run.model, made.run.endpoint, _recipe_of(made, settings)
    else:
        model, endpoint = model_and_endpoint(settings)
        recipe = recipe_of(settings)
    try:
        manifest = Manifest(
            transcript=f"transcript{path.suffix.lower()}",
            model=model,
            endpoint=endpoint_label(endpoint),
            metadata=_told(transcript, made) if made else {},
            encoding=settings.encoding,
            **recipe_fields(recipe),
        )
    except ValidationError as err:
        raise InputError(f"{path}: no fixture can be made of it: {err.errors()[0]['msg']}") from err
    return manifest, endpoint


def _recipe_of(document: StudyDocument, settings: Settings) -> Recipe:
    """How a document was made: what its record tells, the chunk size that was set, and the own sections that it had."""
    run = document.run
    base = next((p for name, p in PROFILES.items() if name == run.profile), recipe_of(settings).profile)
    check: Check = "code" if run.checked_by == "code" else "model"
    profile = replace(base, chunk_tokens=settings.chunk_tokens or base.chunk_tokens, check=settings.check or check)
    notes = next((k for k in get_args(NotesName) if k == document.notes), settings.notes)
    own = _own_sections(run, settings)
    translated = run.language if run.language != document.source.language else None
    return Recipe(profile=profile, length=run.length, notes=notes, own=own, language=translated)


def _own_sections(run: RunRecord, settings: Settings) -> tuple[OwnSection, ...]:
    """The own sections of a run, of which its record has only digests, from the folder that is set; or InputError."""
    wanted = {name: digest for name, digest in run.prompts.items() if name.startswith("own/")}
    own = load_sections(settings.sections) if wanted and settings.sections else ()
    if {f"own/{section.name}": section.sha256 for section in own} != wanted:
        names = ", ".join(name.removeprefix("own/") for name in sorted(wanted))
        where = f"{settings.sections} does not hold them as they were" if settings.sections else "no folder is set"
        raise InputError(
            f"the notes were made with sections of your own ({names}): {where}",
            hint="give the folder as it was then: studydoc fixture add --sections FOLDER",
        )
    return own


def _told(transcript: Transcript, made: StudyDocument) -> dict[str, Any]:
    """Metadata that the record has and the transcript does not tell: it came from flags."""
    meta, source = transcript.metadata, made.source
    title = made.title if made.title != (meta.title or title_from_name(transcript.name)) else None
    speakers = [] if source.speakers == (meta.speakers or transcript.labelled_speakers) else list(source.speakers)
    pairs = {
        "title": title,
        "channel": made.channel if made.channel != meta.channel else None,
        "url": source.url if source.url != meta.url else None,
        "published": source.published if source.published != meta.published else None,
        "language": source.language if source.language not in (meta.language, spoken_language(transcript)) else None,
        "speakers": speakers,
    }
    return {k: v for k, v in pairs.items() if v}


def _copy_in(fixture: Fixture, added: Addition) -> None:
    """Transcript, side file, reference and manifest."""
    fixture.folder.mkdir(parents=True)
    shutil.copyfile(added.path, fixture.folder / fixture.manifest.transcript)
    side = added.path.with_name(added.path.stem + ".info.json")
    if side.is_file():
        shutil.copyfile(side, fixture.folder / "transcript.info.json")
    if added.reference is not None:
        if not added.reference.is_file():
            raise InputError(f"{added.reference}: there is no such file")
        shutil.copyfile(added.reference, fixture.folder / "reference.md")
    _write_manifest(fixture)


def _write_manifest(fixture: Fixture) -> None:
    fields = fixture.manifest.model_dump(mode="json", exclude_defaults=False)
    text = json.dumps(fields, ensure_ascii=False, indent=1)
    (fixture.folder / MANIFEST).write_text(text + "\n", "utf-8", newline="\n")


def _recorded(
    fixture: Fixture, client: LLMClient, settings: Settings, prompts: PromptSet, host: str
) -> tuple[StudyDocument, Recorder]:
    """The document that `client` gives, and all it was asked, without keys and host names."""
    return asyncio.run(arecorded(fixture, client, settings, prompts, host))


async def arecorded(
    fixture: Fixture, client: LLMClient, settings: Settings, prompts: PromptSet, host: str
) -> tuple[StudyDocument, Recorder]:
    """The document that `client` gives, and a recorder with all it was asked, without keys and host names."""
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    transcript = fixture.transcript()
    spoken = "\n".join((*(f"{s.speaker or ''}: {s.text}" for s in transcript.segments), *_words(transcript)))
    if key and key in (fixture.folder / fixture.manifest.transcript).read_text("utf-8", errors="replace"):
        raise StoreError("the transcript holds the API key", hint="take the key out of the transcript")
    recorder = Recorder(client, Scrubber(key, [host, settings.base_url or ""], spoken))
    return await fixture.amade(recorder, prompts), recorder


def _words(transcript: Transcript) -> list[str]:
    meta = transcript.metadata
    return [v for v in (meta.title, meta.channel, meta.url, *meta.speakers) if v]


async def run_record(
    folder: Path, names: Sequence[str], settings: Settings, report: weights.Report, *, fresh: bool = False
) -> tuple[int, list[str]]:
    """`studydoc fixture record`: renews fixtures, and tells what changed in each.

    Answers come from the recordings and the store of the output folder; an endpoint is connected to only for those
    that are in neither, or for all of them when they are to be `fresh`.
    """
    chosen = [f for f in find_fixtures(folder) if not names or f.name in names]
    if unknown := sorted(set(names) - {f.name for f in chosen}):
        raise InputError(f"{folder}: no fixture {', '.join(unknown)}", hint="studydoc fixture list shows them")
    lines: list[str] = []
    code = 0
    for fixture in chosen:
        renewed, host = _as_asked(fixture, settings)
        with TemporaryDirectory() as empty:
            if not fresh:
                store.check_writable(settings.out)
            with closing(CallStore(Path(empty) / "calls.sqlite" if fresh else store_path(settings.out))) as calls:
                verdict = await _renewed(renewed, calls, settings, host, report, fresh=fresh)
        became = "changed" if verdict.lines else "the same document"
        lines.append(f"{verdict.name}: {numbered(verdict.calls, 'call')} recorded, {became}")
        lines += [f"    {line}" for line in verdict.lines]
        code = max(code, int(not verdict.complete))
    return code, lines


def _as_asked(fixture: Fixture, settings: Settings) -> tuple[Fixture, str]:
    """The fixture as its own model made it, or as the one of the settings does, and the endpoint's name, "" for none.

    A recording does not name an endpoint that is not public, so there is nothing of it to hide.
    """
    own = fixture.manifest
    if settings.model in (None, own.model):
        return fixture, own.endpoint if own.endpoint in PUBLIC else ""
    model, host = model_and_endpoint(settings)
    changed = {"model": model, "endpoint": endpoint_label(host)}
    return Fixture(fixture.folder, own.model_copy(update=changed | recipe_fields(recipe_of(settings)))), host


async def _renewed(
    fixture: Fixture, calls: CallStore, settings: Settings, host: str, report: weights.Report, *, fresh: bool
) -> Verdict:
    """Renews a fixture from the answers that there are, and asks for the others."""
    model = fixture.manifest.model
    if not fresh:
        if fixture.calls.is_file():
            calls.take_in(Recording(fixture.calls))
        with suppress(ReplayMiss):
            return await renew(fixture, StoredClient(calls, None, model), settings, host)
    if settings.model in (None, model):
        embedded = fixture.manifest.endpoint == prices.EMBEDDED
        file = model.rpartition("@")[0]  # of a model file that was added
        local = file if is_model_file(file) else LOCAL
        named = {"model": local, "base_url": None} if embedded else {"model": model}
        settings = settings.model_copy(update=named)
    async with connect(settings, calls, report, PromptSet(settings.prompts)) as at:
        changed = {"model": at.model, "endpoint": endpoint_label(at.endpoint)}
        asked = Fixture(fixture.folder, fixture.manifest.model_copy(update=changed))
        return await renew(asked, at.client, settings, at.endpoint)


async def renew(fixture: Fixture, client: LLMClient, settings: Settings, host: str) -> Verdict:
    """Asks `client` for a fixture's document and renews the folder in place."""
    document, recorder = await arecorded(fixture, client, settings, PromptSet(settings.prompts), host)
    try:
        golden, page = fixture.golden()
        lines = differences(golden, document) or page_differences(page, render_markdown(document))
    except PipelineError as err:
        lines = [f"there was no golden document to compare with: {err}"]
    _write_manifest(fixture)
    fixture.write(document, list(recorder.calls.values()))
    return Verdict(fixture.name, tuple(lines), len(recorder.calls), document.status == "complete")
