"""`make --batch` and `studydoc batch`: orders that outlive the program, and how they are carried out."""

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

_USAGE = 2  # exit code if the settings make any work impossible

Rows = list[dict[str, Any]]
Export = Callable[[Sequence[str], Settings, Rows], int]  # exports rows in the formats of `--to`; returns an exit code


@dataclass(frozen=True, slots=True)
class BatchFiles:
    """The open files of one folder's batches."""

    calls: CallStore
    journal: Journal
    folder: Path

    def jobs(self, endpoint: BatchEndpoint) -> Jobs:
        """The jobs at an endpoint."""
        return Jobs(endpoint, self.calls, self.journal, self.folder)

    def orders(self) -> list[StoredOrder]:
        """Unfinished orders, the oldest first."""
        return [StoredOrder.from_body(owner, body) for owner, body in self.journal.orders()]

    def order(self, owner: str) -> StoredOrder | None:
        """The unfinished order of this owner, or None."""
        bodies = dict(self.journal.orders())
        return StoredOrder.from_body(owner, bodies[owner]) if owner in bodies else None

    def keep(self, order: StoredOrder) -> None:
        """Store an order, replacing what was stored of it."""
        self.journal.keep_order(order.owner, order.body())


@dataclass(frozen=True, slots=True)
class _OrderResult:
    """The state of an order: its rows, whether all documents are as complete as possible now, and any error."""

    rows: Rows
    all_well: bool
    error: PipelineError | None = None


@contextmanager
def batch_files(out: Path) -> Iterator[BatchFiles]:
    """The batches of an output folder, locked against other runs."""
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
        raise StoreError(f"{out}: another run is working on its batches", hint="wait for it, or stop it") from err


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
    """`studydoc make --batch`: collects results, sends further calls, and with `wait` repeats that until all is done.

    `to` is stored for `run_collect`.
    """
    if settings.in_process:
        raise SettingsError("--batch needs a hosted model", hint="set OPENAI_API_KEY, or use --model and --base-url")
    if Path("-") in paths:
        raise SettingsError(
            "--batch cannot read standard input", hint="use a file: it is read again when the answers arrive"
        )
    _options(settings, metadata, endpoint_of(settings).host)  # raises now if the order could not be carried out
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
    """`studydoc batch collect`: continues every order of the folder and collects the results of cancelled jobs.

    If an order fails, its error is shown and the others continue. The exit code is 2 if all fail because of the
    settings.
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
            display.say(f"{numbered(len(open_jobs), 'job')} running, no documents to make")
    failed += errors
    if failed and len(failed) >= len(orders) + ended and all(isinstance(err, SettingsError) for err in failed):
        return _USAGE, rows
    return int(not all_well or bool(failed)), rows


async def _collect_ended(settings: Settings, files: BatchFiles, display: Display) -> tuple[int, list[PipelineError]]:
    """Collect and show the results of jobs whose orders were cancelled; the number of jobs tried, and their errors."""
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
    """`studydoc batch status`: a row for each job, with the endpoint's own status for open ones."""
    rows = []
    with _known_files(settings.out) as files:
        for job in files.journal.jobs():
            rows.append(await _status(job, settings, files))
        orders = len(files.journal.orders())
    rows.append(("runs", f"{numbered(orders, 'run')} of make --batch unfinished" if orders else "none unfinished"))
    return rows


async def run_cancel(settings: Settings) -> list[tuple[str, str]]:
    """`studydoc batch cancel`: stops open jobs and ends all orders; `collect` can fetch results that jobs still give.

    Results of jobs that have already ended are collected now, or given up if they are missing.
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
    return rows or [("jobs", "none running")]


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
    """Refuse an endpoint other than the job's: a key is sent where its owner says, not where a file says."""
    if job.place != endpoint.endpoint.place:
        raise SettingsError(f"job {job.wave[:12]} is at {job.place}", hint="set --base-url to that address")


async def _status(job: Job, settings: Settings, files: BatchFiles) -> tuple[str, str]:
    name = job.batch or f"wave {job.wave[:12]}"
    calls = numbered(job.requests, "call")
    if not job.open:
        reason = f"; {job.message}" if job.message else ""
        return name, f"{COLLECTED}: {calls}, {job.answered} answered, {job.failed} failed{reason}"
    if not job.batch:
        return name, f"submission not confirmed: {calls}; run studydoc batch collect"
    try:
        async with _endpoint(settings, job.model) as endpoint:
            _check_place(job, endpoint)
            job, batch = await files.jobs(endpoint).look(job)
    except PipelineError as err:
        return name, f"{job.status} when last checked: {calls}; {err}"
    counts = batch.request_counts
    counted = f", {counts.completed} answered, {counts.failed} failed" if counts else ""
    return name, f"{job.status}: {calls}{counted}"


@dataclass(frozen=True, slots=True)
class _OrderRunner:
    """Advances the orders of a folder one after the other; with `wait`, each until all its documents are done."""

    files: BatchFiles
    display: Display
    wait: Sleep | None
    stalled: dict[str, EndpointError] = field(default_factory=dict)  # why the last job gave nothing, by owner

    async def carry_on(self, order: StoredOrder, settings: Settings, *, is_new: bool = False) -> _OrderResult:
        """Advance an order. If it `is_new`, it covers all transcripts at its paths, else those it was given for."""
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
        """The run of an order. SettingsError if it has an open job at another address."""
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
    return f"{documents} waiting for answers; to continue, run: studydoc batch collect --out {settings.out}{base_url}"


def _transcripts_of(
    order: StoredOrder, settings: Settings, display: Display, *, is_new: bool
) -> tuple[Scope, list[Outcome]]:
    """What an order covers, and outcomes for unreadable and missing files; shows them and what is not covered."""
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
    """Advance an order, and save what it waits for before waiting; the error that stopped it, or None."""
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
        f"{path}: no longer there",
        hint="put it back, or run make --batch with its new path: stored answers cost nothing",
    )


def _row(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome.error, Waiting):
        return replace(outcome, error=None).row() | {"status": "waiting"}
    return outcome.row()


def _options(settings: Settings, metadata: Metadata, endpoint: str) -> MakeOptions:
    """The options for `make`, with no limit on calls: all that can be made go into one wave."""
    prompts, label = PromptSet(settings.prompts), endpoint + prices.BATCH
    reading = Input(settings.encoding, settings.format)
    return MakeOptions(settings.out, recipe_of(settings), prompts, label, settings.citations, metadata, reading, 1)
