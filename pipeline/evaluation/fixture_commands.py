"""`studydoc fixture check`, `list` and `record`: replays and renews fixtures; no parsing of arguments or printing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import store
from pipeline.errors import InputError, PipelineError, ReplayMiss, SettingsError, StoreError
from pipeline.evaluation.differences import differences, page_differences
from pipeline.evaluation.fixture_recording import RecordingFirst, recorded
from pipeline.evaluation.fixtures import Fixture, Manifest, faulty_calls, fixture_folders, load_fixture, recipe_fields
from pipeline.evaluation.scrubbing import PUBLIC, endpoint_label
from pipeline.evaluation.staleness import staleness
from pipeline.llm import LLMClient, prices
from pipeline.llm.prompting import PromptSet
from pipeline.pages import render_markdown
from pipeline.profile import PROFILES, Profile
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, RecordedCalls
from pipeline.providers.stored import StoredClient
from pipeline.settings import LOCAL, Settings, is_model_file, load_settings
from pipeline.settings.chosen import model_and_endpoint, profile_of, store_path
from pipeline.settings.connect import connect
from pipeline.text import numbered


@dataclass(frozen=True, slots=True)
class FixtureResult:
    """The differences found when a fixture was checked or renewed; none if `lines` is empty."""

    name: str
    lines: tuple[str, ...]
    calls: int = 0
    complete: bool = True


def prompt_folder(flag: Path | None = None) -> Path | None:
    """The prompt folder from a flag, else from the environment or studydoc.toml.

    A replay uses no model, so the model that is set there need not be available.
    """
    return load_settings(model=LOCAL, prompts=flag).prompts


def check_fixture(fixture: Fixture, prompts: PromptSet | None = None) -> FixtureResult:
    """Replay a fixture offline, and compare document and page with the golden ones."""
    try:
        golden, page = fixture.golden()
        recording = RecordedCalls(fixture.calls)
        document, unused = fixture.replayed(recording, prompts)
    except ReplayMiss as err:
        return FixtureResult(fixture.name, (str(err), *staleness(fixture, prompts).lines()))
    except PipelineError as err:
        return FixtureResult(fixture.name, (str(err),))
    lines = differences(golden, document) or page_differences(page, render_markdown(document))
    if unused:
        lines.append(f"{numbered(len(unused), 'recorded call')} no longer used: renew with studydoc fixture record")
    lines += faulty_calls(recording)
    return FixtureResult(fixture.name, tuple(lines), len(recording.calls))


def check_folder(folder: Path, prompts: PromptSet | None = None) -> FixtureResult:
    """Like `check_fixture` for the fixture in a folder; an invalid manifest is reported like a difference."""
    try:
        return check_fixture(load_fixture(folder), prompts)
    except PipelineError as err:
        return FixtureResult(folder.name, (str(err),))


def run_check(folder: Path, prompts: Path | None) -> tuple[int, list[str]]:
    """`studydoc fixture check`: exit code 1 if anything differs, and a report."""
    chosen = PromptSet(prompts)
    verdicts = [check_folder(f, chosen) for f in fixture_folders(folder)]
    lines: list[str] = []
    for v in verdicts:
        same = f"unchanged, {numbered(v.calls, 'call')} replayed"
        lines.append(f"{v.name}: {'DIFFERENT' if v.lines else same}")
        lines += [f"    {line}" for line in v.lines]
    return int(any(v.lines for v in verdicts)), lines


def run_list(folder: Path, prompts: Path | None, model: str | None) -> tuple[int, list[str]]:
    """`studydoc fixture list`: each fixture with its obsolete parts; exit code 1 if there are any."""
    chosen, stale, lines = PromptSet(prompts), False, []
    for path in fixture_folders(folder):
        try:
            fixture = load_fixture(path)
            as_model = model or (weights.EMBEDDED.name if fixture.manifest.endpoint == prices.EMBEDDED else None)
            tally = staleness(fixture, chosen, as_model)
            calls = numbered(len(RecordedCalls(fixture.calls).calls), "call")
        except PipelineError as err:
            stale = True
            lines += [f"{path.name}: UNREADABLE", f"    {err}"]
            continue
        state = "fresh" if tally.fresh else "STALE"
        lines.append(f"{fixture.name}: {state}, {calls} of {fixture.manifest.model} ({fixture.manifest.endpoint})")
        lines += [f"    {line}" for line in tally.lines()]
        stale = stale or not tally.fresh
    return int(stale), lines


async def run_record(
    folder: Path,
    names: Sequence[str],
    settings: Settings,
    report: weights.Report,
    show: Callable[[str], None],
    *,
    fresh: bool = False,
) -> int:
    """`studydoc fixture record`: renews fixtures, and shows the changes in each as soon as it is done; the exit code.

    Answers come from the recordings and the call store of the output folder; only missing ones are requested from the
    endpoint, or all of them if `fresh`.
    """
    chosen = [f for f in fixture_folders(folder) if not names or f.name in names]
    if unknown := sorted(set(names) - {f.name for f in chosen}):
        raise InputError(f"{folder}: no fixture {', '.join(unknown)}", hint="studydoc fixture list shows them")
    code = 0
    if not fresh:
        store.check_writable(settings.out)
    for path in chosen:
        try:
            fixture, host = with_chosen_model(load_fixture(path), settings)
            with TemporaryDirectory() as empty:
                calls_path = Path(empty) / "calls.sqlite" if fresh else store_path(settings.out)
                with closing(CallStore(calls_path)) as calls:
                    verdict = await _renewed(fixture, calls, settings, host, report, fresh=fresh)
        except (InputError, StoreError) as err:
            code = 1
            show(f"{path.name}: NOT RENEWED\n    {err}")
            continue
        if verdict.complete:
            outcome = f"recorded, document {'changed' if verdict.lines else 'unchanged'}"
        else:
            outcome = "gave a PARTIAL document, so the fixture was not changed"
        first_line = f"{verdict.name}: {numbered(verdict.calls, 'call')} {outcome}"
        show("\n    ".join((first_line, *verdict.lines)))
        code = max(code, int(not verdict.complete))
    return code


def with_chosen_model(fixture: Fixture, settings: Settings) -> tuple[Fixture, str]:
    """The fixture with the model of the settings, else its own; and that model's endpoint.

    A fixture names only public endpoints, so "" stands for its own if that is another. InputError if the model cannot
    write such notes.
    """
    manifest = fixture.manifest
    if settings.model in (None, manifest.model):
        return fixture, manifest.endpoint if manifest.endpoint in PUBLIC else ""
    model, host = model_and_endpoint(settings)
    try:
        recipe = replace(manifest.recipe, profile=_profile_for(settings, manifest))
    except SettingsError as err:
        raise InputError(f"{fixture.folder}: {err.args[0]}", hint="choose other fixtures with --name") from err
    model_fields = {"model": model, "endpoint": endpoint_label(host)}
    return Fixture(fixture.folder, manifest.model_copy(update=model_fields | recipe_fields(recipe))), host


def _profile_for(settings: Settings, manifest: Manifest) -> Profile:
    """The profile of the settings' model for a fixture; a chunk size that was set for the fixture is kept.

    A hosted model gets the profile of the hosted model before it.
    """
    if settings.profile is None and not settings.in_process and manifest.endpoint != prices.EMBEDDED:
        settings = replace(settings, profile=manifest.profile)
    profile = profile_of(settings)
    if profile.name == manifest.profile:
        profile = replace(profile, check=manifest.check, manuscript=manifest.manuscript)
    chunk_size_was_set = manifest.chunk_tokens != PROFILES[manifest.profile].chunk_tokens
    return replace(profile, chunk_tokens=manifest.chunk_tokens) if chunk_size_was_set else profile


async def _renewed(
    fixture: Fixture, calls: CallStore, settings: Settings, host: str, report: weights.Report, *, fresh: bool
) -> FixtureResult:
    """Renew a fixture from its recording, else from stored answers, or from the model where they are missing."""
    model, recording = fixture.manifest.model, None
    if not fresh:
        if fixture.calls.is_file():
            recording = RecordedCalls(fixture.calls)
            calls.take_in(recording)
        stored = StoredClient(calls, None, model)
        for client in (RecordingFirst(recording, stored), stored):
            with suppress(ReplayMiss):
                result = await renew(fixture, client, settings, host)
                if result.complete:
                    return result  # otherwise unusable answers are requested again
    if settings.model in (None, model):
        embedded = fixture.manifest.endpoint == prices.EMBEDDED
        model_file = model.rpartition("@")[0]  # of an added model file
        local = model_file if is_model_file(model_file) else LOCAL
        settings = replace(settings, model=local, base_url=None) if embedded else replace(settings, model=model)
    settings = replace(settings, profile=fixture.manifest.profile)
    async with connect(settings, calls, report, PromptSet(settings.prompts)) as connection:
        model_fields = {"model": connection.model, "endpoint": endpoint_label(connection.endpoint)}
        fixture = Fixture(fixture.folder, fixture.manifest.model_copy(update=model_fields))
        own_first = RecordingFirst(recording, connection.client, renewable=True)
        return await renew(fixture, own_first, settings, connection.endpoint)


async def renew(fixture: Fixture, client: LLMClient, settings: Settings, host: str) -> FixtureResult:
    """Make a fixture's document with `client` and renew its folder in place; a PARTIAL document changes nothing."""
    document, recorder = await recorded(fixture, client, settings, PromptSet(settings.prompts), host)
    if document.status == "partial":
        problems = tuple(f"{p.heading}: {p.message}" for p in document.problems)
        return FixtureResult(fixture.name, problems, len(recorder.calls), complete=False)
    try:
        golden, page = fixture.golden()
        lines = differences(golden, document) or page_differences(page, render_markdown(document))
    except PipelineError as err:
        lines = [f"there was no golden document to compare with: {err}"]
    fixture.write_manifest()
    fixture.write(document, list(recorder.calls.values()))
    return FixtureResult(fixture.name, tuple(lines), len(recorder.calls))
