"""`make --batch` and `studydoc batch`: orders that outlive the program, and the waves that carry them out."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline import store
from pipeline.batch_api.order import StoredOrder
from pipeline.batch_api.scope import Scope, scope_of
from pipeline.batch_api.waves import OrderRun, Sleep, Waiting
from pipeline.batches.display import Display
from pipeline.batches.inputs import find, left_behind
from pipeline.batches.options import Input, MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.errors import EndpointError, InputError, PipelineError, SettingsError, StoreError
from pipeline.llm import prices
from pipeline.llm.prompting import PromptSet
from pipeline.providers.batch_endpoint import BatchEndpoint, ResultsMissing
from pipeline.providers.batch_jobs import Jobs
from pipeline.providers.calls import CallStore
from pipeline.providers.endpoint import place_of
from pipeline.providers.journal import COLLECTED, Job, Journal
from pipeline.readers import Source
from pipeline.readers.archive import is_there
from pipeline.settings import Settings
from pipeline.settings.chosen import endpoint_of, recipe_of, store_path
from pipeline.text import numbered
from pipeline.transcript import Metadata

_USAGE = 2  # the exit code where the settings let nothing be done

Rows = list[dict[str, Any]]
Export = Callable[[Sequence[str], Settings, Rows], int]  # of rows, under the names of `--to`; gives an exit code


@dataclass(frozen=True, slots=True)
class BatchFiles:
    """The open files of a folder's batches."""

    calls: CallStore
    journal: Journal
    folder: Path

    def jobs(self, endpoint: BatchEndpoint) -> Jobs:
        """Jobs at an endpoint."""
        return Jobs(endpoint, self.calls, self.journal, self.folder)

    def orders(self) -> list[StoredOrder]:
        """Orders that are not finished, the oldest first."""
        return [StoredOrder.from_body(owner, body) for owner, body in self.journal.orders()]

    def order(self, owner: str) -> StoredOrder | None:
        """The order of that owner, unless it is finished."""
        bodies = dict(self.journal.orders())
        return StoredOrder.from_body(owner, bodies[owner]) if owner in bodies else None

    def keep(self, order: StoredOrder) -> None:
        """Stores an order, in the place of what was stored of it."""
        self.journal.keep_order(order.owner, order.body())


@dataclass(frozen=True, slots=True)
class _OrderResult:
    """How far an order came: its documents, whether they are as they can be now, and what stopped it."""

    rows: Rows
    all_well: bool
    error: PipelineError | None = None


@contextmanager
def batch_files(out: Path) -> Iterator[BatchFiles]:
    """The batches of an output folder, for one run at a time."""
    store.check_writable(out)
    folder = out / ".studydoc" / "batches"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (
            FileLock(folder / "lock", timeout=0),
            closing(CallStore(store_path(out))) as calls,
            closing(Journal(calls.path)) as journal,
        ):
            yield BatchFiles(calls, journal, folder)
    except Timeout as err:
        raise StoreError(f"{out}: another run has its batches in hand", hint="wait for it, or stop it") from err


async def run_batch(
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    display: Display,
    *,
    to: Sequence[str] = (),
    wait: Sleep | None = None,
    clock: Callable[[], float] = time.time,
) -> tuple[int, Rows]:
    """`studydoc make --batch`: takes what has come, sends what can be asked; with a way to wait until all is made.

    `to` is kept for `run_collect`.
    """
    if settings.in_process:
        raise SettingsError("--batch needs a hosted model", hint="set OPENAI_API_KEY, or give --model and --base-url")
    if Path("-") in paths:
        raise SettingsError(
            "--batch cannot read standard input", hint="it has to read again when answers come: use a file"
        )
    _options(settings, metadata, endpoint_of(settings).host)  # what cannot be carried out is no order
    order = StoredOrder.of(paths, settings, metadata, to, clock())
    with batch_files(settings.out) as files:
        before = files.order(order.owner)
        jobs_before = len(files.journal.jobs_of(order.owner))
        order = order.given_again(before) if before else replace(order, jobs_before=jobs_before)
        files.keep(order)
        result = await _OrderRunner(files, display, wait).carry_on(order, settings, is_new=True)
    if result.error:
        if not any(row["page"] for row in result.rows):
            raise result.error
        display.problem(str(result.error))
    return int(not result.all_well), result.rows


async def run_collect(
    settings: Settings, display: Display, export: Export = lambda to, settings, rows: 0, *, wait: Sleep | None = None
) -> tuple[int, Rows]:
    """`studydoc batch collect`: goes on with every run of the folder; takes what cancelled jobs still gave.

    An order that cannot go on is shown with its error, and the others go on. The exit code is 2 where the settings let
    none.
    """
    all_well, rows = True, Rows()
    failed: list[PipelineError] = []
    with _known_files(settings.out) as files:
        runner, orders = _OrderRunner(files, display, wait), files.orders()
        for order in orders:
            try:
                order_settings = order.settings_with(settings)
                result = await runner.carry_on(order, order_settings)
                rows += result.rows
                code = export(order.exports, order_settings, result.rows)
                all_well = all_well and result.all_well and not code
            except PipelineError as err:
                result, all_well = _OrderResult([], False, err), False
            if result.error:
                failed.append(result.error)
                display.problem(f"{order.name}: {result.error}")
        ended, errors = await _collect_ended(settings, files, display)
        if not orders:
            open_jobs = [job for job in files.journal.jobs() if job.open]
            display.say(f"{numbered(len(open_jobs), 'job')} under way, no documents to make")
    failed += errors
    if failed and len(failed) >= len(orders) + ended and all(isinstance(err, SettingsError) for err in failed):
        return _USAGE, rows
    return int(not all_well or bool(failed)), rows


async def _collect_ended(settings: Settings, files: BatchFiles, display: Display) -> tuple[int, list[PipelineError]]:
    """Takes the results of jobs here whose orders were cancelled; gives their number, and errors, which it shows."""
    owners = {owner for owner, _ in files.journal.orders()}
    tried, errors = 0, list[PipelineError]()
    for job in [job for job in files.journal.jobs() if job.open and job.owner not in owners]:
        try:
            async with _endpoint(settings, job.model) as endpoint:
                if job.place != endpoint.endpoint.place:
                    continue
                tried += 1
                job, settled = await files.jobs(endpoint).settle(job)
            if settled:
                display.say(settled.summary(job))
        except ResultsMissing as err:
            display.say(str(err))
        except PipelineError as err:
            errors.append(err)
            display.problem(f"batch {job.batch or job.wave[:12]} of a cancelled order: {err}")
    return tried, errors


async def run_status(settings: Settings) -> list[tuple[str, str]]:
    """`studydoc batch status`: a row a job, with what the endpoint says of those that are under way."""
    rows = []
    with _known_files(settings.out) as files:
        for job in files.journal.jobs():
            rows.append(await _status(job, settings, files))
        orders = len(files.journal.orders())
    rows.append(("runs", f"{numbered(orders, 'run')} of make --batch not finished" if orders else "none is under way"))
    return rows


async def run_cancel(settings: Settings) -> list[tuple[str, str]]:
    """`studydoc batch cancel`: stops open jobs and ends the runs of `make --batch`; `collect` takes what they gave.

    Results of jobs that have ended are taken now, and given up where they are not there.
    """
    rows = []
    with _known_files(settings.out) as files:
        for job in [job for job in files.journal.jobs() if job.open]:
            async with _endpoint(settings, job.model) as endpoint:
                _check_place(job, endpoint)
                job = await files.jobs(endpoint).cancel(job)
                rows.append((job.batch, f"{job.status}: {job.message}" if job.message else job.status))
        for owner, _ in files.journal.orders():
            files.journal.finish_order(owner)
    return rows or [("jobs", "none is under way")]


@contextmanager
def _known_files(out: Path) -> Iterator[BatchFiles]:
    if not store_path(out).exists():
        raise InputError(f"{out}: no batch was started here", hint="give the output folder with --out")
    with batch_files(out) as files:
        yield files


@asynccontextmanager
async def _endpoint(settings: Settings, model: str) -> AsyncIterator[BatchEndpoint]:
    endpoint = endpoint_of(replace(settings, model=model))
    batch_endpoint = BatchEndpoint(endpoint, prompts=PromptSet(settings.prompts))
    try:
        yield batch_endpoint
    finally:
        await batch_endpoint.aclose()


def _check_place(job: Job, endpoint: BatchEndpoint) -> None:
    """A key goes only where its owner says, not where a file says."""
    if job.place != endpoint.endpoint.place:
        raise SettingsError(f"job {job.wave[:12]} is at {job.place}", hint="give that address with --base-url")


async def _status(job: Job, settings: Settings, files: BatchFiles) -> tuple[str, str]:
    name = job.batch or f"wave {job.wave[:12]}"
    calls = numbered(job.requests, "call")
    if not job.open:
        reason = f"; {job.message}" if job.message else ""
        return name, f"{COLLECTED}: {calls}, {job.answered} answered, {job.failed} failed{reason}"
    if not job.batch:
        return name, f"not known to be submitted: {calls}; run collect"
    try:
        async with _endpoint(settings, job.model) as endpoint:
            _check_place(job, endpoint)
            job, batch = await files.jobs(endpoint).look(job)
    except PipelineError as err:
        return name, f"{job.status} when last seen: {calls}; {err}"
    counts = batch.request_counts
    counted = f", {counts.completed} answered, {counts.failed} failed" if counts else ""
    return name, f"{job.status}: {calls}{counted}"


@dataclass(frozen=True, slots=True)
class _OrderRunner:
    """Carries orders of a folder on, one after the other; with a way to wait, each until all is made."""

    files: BatchFiles
    display: Display
    wait: Sleep | None
    stalled: dict[str, EndpointError] = field(default_factory=dict)  # why an order's last job gave nothing, by owner

    async def carry_on(self, order: StoredOrder, settings: Settings, *, is_new: bool = False) -> _OrderResult:
        """Carries an order on: one that `is_new` for all transcripts at its paths, others for those of their time."""
        started = time.monotonic()
        scope, failed = _transcripts_of(order, settings, self.display, is_new=is_new)
        async with _endpoint(settings, settings.chosen_model[0]) as endpoint:
            run = self._run(order, scope, settings, endpoint, is_new=is_new)

            def keep() -> None:
                waiting = {str(s.path): s.name for s in scope.sources if s.name in run.waiting}
                self.files.keep(replace(order, transcripts=scope.transcripts, waiting=scope.gone | waiting))

            error = await _as_far_as_it_goes(run, self.wait, keep)
        outcomes = failed + list(run.outcomes.values())
        rows = [_row(o) for o in outcomes]
        if error:
            return _OrderResult(rows, False, error)
        if run.waiting:
            self.display.say(_line_on_waiting(run.waiting, settings))
        else:
            self.files.journal.finish_order(order.owner)
            self.display.summary(outcomes, 0, time.monotonic() - started)
        all_well = all(o.complete or (isinstance(o.error, Waiting) and not self.wait) for o in outcomes)
        return _OrderResult(rows, all_well)

    def _run(
        self, order: StoredOrder, scope: Scope, settings: Settings, endpoint: BatchEndpoint, *, is_new: bool
    ) -> OrderRun:
        """The run of an order. SettingsError where it has a job under way at another address."""
        under_way = [job for job in self.files.journal.jobs_of(order.owner) if job.open]
        for job in under_way:
            _check_place(job, endpoint)
        starts = is_new and not under_way
        if starts:
            self.files.journal.forgive()
        return OrderRun(
            sources=scope.sources,
            options=_options(settings, order.metadata, endpoint.endpoint.host),
            settings=settings,
            owner=order.owner,
            calls=self.files.calls,
            jobs=self.files.jobs(endpoint),
            say=self.display.say,
            on_outcome=self.display.done,
            given_at=time.time() if order.given_at is None else order.given_at,
            starts=starts,
            jobs_before=order.jobs_before,
            stalled=self.stalled,
        )


def _line_on_waiting(waiting: Sequence[str], settings: Settings) -> str:
    documents = numbered(len(waiting), "document")
    base_url = f" --base-url {place_of(settings.base_url)}" if settings.base_url else ""
    return f"{documents} waiting for answers; go on with: studydoc batch collect --out {settings.out}{base_url}"


def _transcripts_of(
    order: StoredOrder, settings: Settings, display: Display, *, is_new: bool
) -> tuple[Scope, list[Outcome]]:
    """What an order is for, and what cannot be read or is gone; shows both, and what is no part of it."""
    paths = [p for p in map(Path, order.paths) if str(p) not in order.waiting or is_there(p)]
    inputs = find(paths, Input(settings.encoding, settings.format), settings.out)
    scope = scope_of(order, [s for s in inputs.sources if isinstance(s, Source)], is_new=is_new)
    failed = inputs.failed + [Outcome(name, error=_no_longer_there(p)) for p, name in scope.gone.items()]
    for line in filter(None, [*inputs.skipped, left_behind(paths, inputs, settings.out), scope.line_on_new(order)]):
        display.say(line)
    for outcome in failed:
        display.done(outcome)
    return scope, failed


async def _as_far_as_it_goes(run: OrderRun, wait: Sleep | None, keep: Callable[[], None]) -> PipelineError | None:
    """Carries an order on; what stopped it, if something did. What waits is kept before it is waited for."""
    try:
        try:
            await run.advance()
        finally:
            if run.outcomes:
                keep()
        if wait:
            await run.wait(wait)
    except PipelineError as err:
        return err
    return None


def _no_longer_there(path: str) -> InputError:
    return InputError(
        f"{path}: it is no longer there",
        hint="put it back, or give make --batch its new path: answers that are stored cost nothing again",
    )


def _row(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome.error, Waiting):
        return replace(outcome, error=None).row() | {"status": "waiting"}
    return outcome.row()


def _options(settings: Settings, metadata: Metadata, endpoint: str) -> MakeOptions:
    """Those of `make`, with nothing held back: every call that can be asked goes into one wave."""
    prompts, label = PromptSet(settings.prompts), endpoint + prices.BATCH
    reading = Input(settings.encoding, settings.format)
    return MakeOptions(settings.out, recipe_of(settings), prompts, label, settings.citations, metadata, reading, 1)
