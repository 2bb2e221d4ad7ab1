"""`studydoc fixture check`, `list` and `record`: fixtures replayed and renewed, apart from parsing and printing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import store
from pipeline.errors import InputError, PipelineError, ReplayMiss, SettingsError, StoreError
from pipeline.evaluation.differences import differences, page_differences
from pipeline.evaluation.fixture_recording import recorded
from pipeline.evaluation.fixtures import Fixture, Manifest, fixture_folders, load_fixture, recipe_fields
from pipeline.evaluation.scrubbing import PUBLIC, endpoint_label
from pipeline.evaluation.staleness import staleness
from pipeline.llm import LLMClient, prices
from pipeline.llm.prompting import PromptSet
from pipeline.pages import render_markdown
from pipeline.profile import PROFILES, Profile
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, RecordedCalls
from pipeline.providers.stored import StoredClient
from pipeline.settings import LOCAL, Settings, is_model_file
from pipeline.settings.chosen import model_and_endpoint, profile_of, store_path
from pipeline.settings.connect import connect
from pipeline.text import numbered


@dataclass(frozen=True, slots=True)
class FixtureResult:
    """What a check or a renewal of a fixture found; nothing differs when `lines` is empty."""

    name: str
    lines: tuple[str, ...]
    calls: int = 0
    complete: bool = True


def check_fixture(fixture: Fixture, prompts: PromptSet | None = None) -> FixtureResult:
    """Replays a fixture offline and compares document and page with the golden ones."""
    try:
        golden, page = fixture.golden()
        document, unused = fixture.replayed(prompts)
    except ReplayMiss as err:
        return FixtureResult(fixture.name, (str(err), *staleness(fixture, prompts).lines()))
    except PipelineError as err:
        return FixtureResult(fixture.name, (str(err),))
    lines = differences(golden, document) or page_differences(page, render_markdown(document))
    if unused:
        lines.append(f"{numbered(len(unused), 'recorded call')} not asked for: renew with studydoc fixture record")
    return FixtureResult(fixture.name, tuple(lines), len(RecordedCalls(fixture.calls).calls))


def check_folder(folder: Path, prompts: PromptSet | None = None) -> FixtureResult:
    """As `check_fixture`, of the fixture in a folder; what is wrong with a manifest is told like any difference."""
    try:
        return check_fixture(load_fixture(folder), prompts)
    except PipelineError as err:
        return FixtureResult(folder.name, (str(err),))


def run_check(folder: Path, prompts: Path | None) -> tuple[int, list[str]]:
    """`studydoc fixture check`: exit code 1 on a difference, and a report."""
    chosen = PromptSet(prompts)
    verdicts = [check_folder(f, chosen) for f in fixture_folders(folder)]
    lines: list[str] = []
    for v in verdicts:
        same = f"the same, {numbered(v.calls, 'call')} replayed"
        lines.append(f"{v.name}: {'DIFFERENT' if v.lines else same}")
        lines += [f"    {line}" for line in v.lines]
    return int(any(v.lines for v in verdicts)), lines


def run_list(folder: Path, prompts: Path | None, model: str | None) -> tuple[int, list[str]]:
    """`studydoc fixture list`: each fixture with what is obsolete in it; exit code 1 when anything is."""
    chosen, stale, lines = PromptSet(prompts), False, []
    for path in fixture_folders(folder):
        try:
            fixture = load_fixture(path)
            as_model = model or (weights.EMBEDDED.name if fixture.manifest.endpoint == prices.EMBEDDED else None)
            found = staleness(fixture, chosen, as_model)
            calls = numbered(len(RecordedCalls(fixture.calls).calls), "call")
        except PipelineError as err:
            stale = True
            lines += [f"{path.name}: UNREADABLE", f"    {err}"]
            continue
        state = "fresh" if found.fresh else "STALE"
        lines.append(f"{fixture.name}: {state}, {calls} of {fixture.manifest.model} ({fixture.manifest.endpoint})")
        lines += [f"    {line}" for line in found.lines()]
        stale = stale or not found.fresh
    return int(stale), lines


async def run_record(
    folder: Path, names: Sequence[str], settings: Settings, report: weights.Report, *, fresh: bool = False
) -> tuple[int, list[str]]:
    """`studydoc fixture record`: renews fixtures, and tells what changed in each.

    Answers come from the recordings and the store of the output folder; an endpoint is connected to only for those
    that are in neither, or for all of them when they are to be `fresh`.
    """
    chosen = [f for f in fixture_folders(folder) if not names or f.name in names]
    if unknown := sorted(set(names) - {f.name for f in chosen}):
        raise InputError(f"{folder}: no fixture {', '.join(unknown)}", hint="studydoc fixture list shows them")
    lines: list[str] = []
    code = 0
    if not fresh:
        store.check_writable(settings.out)
    for path in chosen:
        try:
            fixture, host = as_asked(load_fixture(path), settings)
            with TemporaryDirectory() as empty:
                kept = Path(empty) / "calls.sqlite" if fresh else store_path(settings.out)
                with closing(CallStore(kept)) as calls:
                    verdict = await _renewed(fixture, calls, settings, host, report, fresh=fresh)
        except (InputError, StoreError) as err:
            code = 1
            lines += [f"{path.name}: NOT RENEWED", f"    {err}"]
            continue
        became = "changed" if verdict.lines else "the same document"
        came = f"recorded, {became}" if verdict.complete else "came to a PARTIAL document, the fixture stays as it was"
        lines.append(f"{verdict.name}: {numbered(verdict.calls, 'call')} {came}")
        lines += [f"    {line}" for line in verdict.lines]
        code = max(code, int(not verdict.complete))
    return code, lines


def as_asked(fixture: Fixture, settings: Settings) -> tuple[Fixture, str]:
    """The fixture as its own model made it, or as the one of the settings does, and the endpoint's name, "" for none.

    A recording does not name an endpoint that is not public, so there is nothing of it to hide. InputError where the
    model cannot write such notes.
    """
    own = fixture.manifest
    if settings.model in (None, own.model):
        return fixture, own.endpoint if own.endpoint in PUBLIC else ""
    model, host = model_and_endpoint(settings)
    try:
        recipe = replace(own.recipe, profile=_worked_with(settings, own))
    except SettingsError as err:
        raise InputError(f"{fixture.folder}: {err.args[0]}", hint="choose other fixtures with --name") from err
    changed = {"model": model, "endpoint": endpoint_label(host)}
    return Fixture(fixture.folder, own.model_copy(update=changed | recipe_fields(recipe))), host


def _worked_with(settings: Settings, own: Manifest) -> Profile:
    """How the settings' model is worked with for a fixture: what was asked for once stays, the rest goes by the model.

    A hosted model is worked with as the hosted one before it.
    """
    if settings.profile is None and not settings.in_process and own.endpoint != prices.EMBEDDED:
        settings = replace(settings, profile=own.profile)
    profile = profile_of(settings)
    if profile.name == own.profile:
        profile = replace(profile, check=own.check, manuscript=own.manuscript)
    asked_for = own.chunk_tokens != PROFILES[own.profile].chunk_tokens
    return replace(profile, chunk_tokens=own.chunk_tokens) if asked_for else profile


async def _renewed(
    fixture: Fixture, calls: CallStore, settings: Settings, host: str, report: weights.Report, *, fresh: bool
) -> FixtureResult:
    """Renews a fixture from the answers that there are, and asks for the others."""
    model = fixture.manifest.model
    if not fresh:
        if fixture.calls.is_file():
            calls.take_in(RecordedCalls(fixture.calls))
        with suppress(ReplayMiss):
            kept = await renew(fixture, StoredClient(calls, None, model), settings, host)
            if kept.complete:
                return kept  # else answers of no use are asked for again
    if settings.model in (None, model):
        embedded = fixture.manifest.endpoint == prices.EMBEDDED
        file = model.rpartition("@")[0]  # of a model file that was added
        local = file if is_model_file(file) else LOCAL
        settings = replace(settings, model=local, base_url=None) if embedded else replace(settings, model=model)
    settings = replace(settings, profile=fixture.manifest.profile)
    async with connect(settings, calls, report, PromptSet(settings.prompts)) as at:
        changed = {"model": at.model, "endpoint": endpoint_label(at.endpoint)}
        asked = Fixture(fixture.folder, fixture.manifest.model_copy(update=changed))
        return await renew(asked, at.client, settings, at.endpoint)


async def renew(fixture: Fixture, client: LLMClient, settings: Settings, host: str) -> FixtureResult:
    """Asks `client` for a fixture's document and renews the folder in place; one that is PARTIAL changes nothing."""
    document, recorder = await recorded(fixture, client, settings, PromptSet(settings.prompts), host)
    if document.status == "partial":
        why = tuple(f"{p.heading}: {p.message}" for p in document.problems)
        return FixtureResult(fixture.name, why, len(recorder.calls), complete=False)
    try:
        golden, page = fixture.golden()
        lines = differences(golden, document) or page_differences(page, render_markdown(document))
    except PipelineError as err:
        lines = [f"there was no golden document to compare with: {err}"]
    fixture.write_manifest()
    fixture.write(document, list(recorder.calls.values()))
    return FixtureResult(fixture.name, tuple(lines), len(recorder.calls))
