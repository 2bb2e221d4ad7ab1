"""Jobs of the Batch API: built from the wanted calls, submitted once, their results moved to the call store."""

from __future__ import annotations

from collections.abc import Callable, Set
from pathlib import Path

from openai.types import Batch

from pipeline.errors import CallError, ContextTooLong, EndpointError, StoreError
from pipeline.llm import Request, Usage
from pipeline.llm.prices import BATCH, added, cost_usd
from pipeline.llm.tokens import encoding_for
from pipeline.providers.batch_endpoint import (
    MOST_BYTES,
    AskAgain,
    BatchEndpoint,
    Line,
    ResultsMissing,
)
from pipeline.providers.calls import CallStore
from pipeline.providers.capabilities import Capabilities, keep, known_of
from pipeline.providers.journal import FINAL, FaultKind, Job, Journal, Settled
from pipeline.providers.limited import prompt_tokens
from pipeline.text import clean, numbered

MOST_TIMES = 3  # a call that failed this many times is given up
_UNASKED = ("batch_expired", "batch_cancelled")

Allow = Callable[[Usage, float | None], None]  # gets the most tokens and USD that a job may take; raises to refuse it


class Jobs:
    """The jobs of one folder, with one model at one endpoint."""

    def __init__(self, endpoint: BatchEndpoint, calls: CallStore, journal: Journal, folder: Path) -> None:
        self._endpoint, self._calls, self.journal, self._folder = endpoint, calls, journal, folder
        endpoint.known = known_of(calls, endpoint.endpoint)

    def ours(self) -> list[Job]:
        """Open jobs with this model at this endpoint."""
        here = (self._endpoint.endpoint.place, self._endpoint.model)
        return [job for job in self.journal.jobs() if job.open and (job.place, job.model) == here]

    async def submit(self, owner: str, allow: Allow, *, most: int) -> list[Job]:
        """Send the wanted calls of an order, in jobs of `most` calls, or fewer if the file would be too large.

        `allow` is called before each job is sent, and may raise to stop it.
        """
        jobs = []
        while job := self._next(owner, allow, most):
            jobs.append(await self.send(job))
        return jobs

    def _next(self, owner: str, allow: Allow, most: int) -> Job | None:
        """A new job built from the wanted calls and entered in the journal; None if there are no such calls."""
        keys: list[str] = []
        worst, size = Usage(), 0
        usd: float | None = 0.0
        place, model, rung = self._endpoint.endpoint.place, self._endpoint.model, self._endpoint.known.rung
        for key, request in self.journal.unsent(owner):
            size += len(self._endpoint.line(key, request, rung))
            if len(keys) == most or (size > MOST_BYTES and keys):
                break
            keys.append(key)
            usage = self._at_most(request)
            worst, usd = worst + usage, added(usd, self._price(usage))
        if not keys:
            return None
        allow(worst, usd)
        wave = self.journal.wave_of(owner, place, model, rung, keys)
        job = Job(wave, owner, place, model, rung, len(keys), worst.prompt_tokens, worst.completion_tokens, usd=usd)
        self.journal.intend(job, keys)
        return job

    def _at_most(self, request: Request) -> Usage:
        """The most tokens that a call may take."""
        encoding, _ = encoding_for(self._endpoint.model)
        return Usage(prompt_tokens(request, encoding), 0, self._endpoint.limit(request))

    def _price(self, usage: Usage) -> float | None:
        """The price of one call in USD."""
        return cost_usd(self._endpoint.model, self._endpoint.endpoint.host + BATCH, usage)

    def _file(self, wave: str) -> Path:
        return self._folder / f"{wave}.jsonl"

    async def send(self, job: Job) -> Job:
        """Submit a job, unless an earlier program was killed after doing so and the endpoint already has it."""
        batch = await self._endpoint.find(job.wave)
        if batch is None:
            file = job.file or await self._upload(job)
            batch = await self._endpoint.create(file, job.wave)
        job = self.journal.submitted(job.wave, batch.id, batch.status)
        self._file(job.wave).unlink(missing_ok=True)
        return job

    async def _upload(self, job: Job) -> str:
        path = self._file(job.wave)
        lines = (self._endpoint.line(key, request, job.rung) for key, request in self.journal.calls_of(job.wave))
        try:
            with path.open("wb") as jsonl:
                jsonl.writelines(lines)
        except OSError as err:
            raise StoreError(f"{path}: cannot be written: {err.strerror or err}", hint="free some space") from err
        file = await self._endpoint.upload(path)
        self.journal.uploaded(job.wave, file)
        return file

    async def look(self, job: Job) -> tuple[Job, Batch]:
        """A job with its current status, and its batch; a job that was only intended is submitted first."""
        job = job if job.batch else await self.send(job)
        batch = await self._endpoint.look(job.batch)
        return self.journal.submitted(job.wave, batch.id, batch.status), batch

    async def cancel(self, job: Job) -> Job:
        """Stop a job; answers finished by then can be collected.

        A job that has already ended is collected now. If its results are missing, it is given up and counted at the
        most that it could have taken.
        """
        job, batch = await self.look(job)
        if batch.status not in FINAL:
            batch = await self._endpoint.cancel(job.batch)
            return self.journal.submitted(job.wave, batch.id, batch.status)
        try:
            return (await self.settle(job))[0]
        except ResultsMissing:
            worst = Usage(job.prompt_tokens, 0, job.answer_tokens)
            error = EndpointError("its results are missing and were given up")
            return self.journal.settle(job.wave, Settled(usage=worst, usd=job.usd, fatal=error))

    async def settle(self, job: Job) -> tuple[Job, Settled | None]:
        """Move a finished job's results to the call store; None in place of the results if it is not finished.

        Raises ResultsMissing if its answers cannot be read; the job then remains open.
        """
        job, batch = await self.look(job)
        if batch.status not in FINAL:
            return job, None
        settled, sent_by = Settled(), self._endpoint.known
        keys: set[str] = set()
        async for line in self._endpoint.results(batch):
            if line.key not in keys:
                keys.add(line.key)
                self._take(line, job, settled, sent_by)
        if batch.status == "completed" and len(keys) < job.requests:
            self._count_missing(keys, job, settled)
        if self._endpoint.known != sent_by:
            keep(self._calls, self._endpoint.endpoint, self._endpoint.known)
        if batch.status == "failed":
            settled.fatal = self._failure(batch)
        job = self.journal.settle(job.wave, settled)
        self._file(job.wave).unlink(missing_ok=True)
        return job, settled

    def _take(self, line: Line, job: Job, settled: Settled, sent_by: Capabilities) -> None:
        request = self.journal.request(line.key, job.wave)
        if request is None:  # not a call of this job, or already stored before a program was killed
            if before := self._calls.get(line.key):
                settled.answered += 1
                self._book(before.usage, settled)
            return
        try:
            completion = self._endpoint.answer(line, request, job.rung, sent_by)
        except CallError as err:
            self._book(err.spent, settled)
            if isinstance(err, AskAgain):
                settled.failed += 1
            elif isinstance(err, EndpointError) and err.fatal:
                settled.fatal = err
            elif not line.error.startswith(_UNASKED):
                self.journal.failed(line.key, _kind(err), clean(str(err)))
                settled.failed += 1
            return
        self._calls.put(line.key, request, job.model, completion)
        self.journal.answered(line.key)
        settled.answered += 1
        self._book(completion.usage, settled)

    def _book(self, usage: Usage, settled: Settled) -> None:
        settled.usage, settled.usd = settled.usage + usage, added(settled.usd, self._price(usage))

    def _count_missing(self, keys: Set[str], job: Job, settled: Settled) -> None:
        """Count a failure for each call without a result line in a completed job, as when its file was truncated.

        Such a call may be paid for, so it counts as the most that it could take.
        """
        for key, request in self.journal.calls_of(job.wave):
            if key not in keys:
                self.journal.failed(key, "again", f"batch {job.batch} was completed without a result for this call")
                settled.failed += 1
                self._book(self._at_most(request), settled)

    def _failure(self, batch: Batch) -> EndpointError:
        errors = (batch.errors.data if batch.errors else None) or []
        reasons = "; ".join(clean(f"{e.code or ''} {e.message or ''}")[:200] for e in errors[:3])
        more = f" and {numbered(len(errors) - 3, 'error')} more" if len(errors) > 3 else ""
        limit = any("limit" in (e.code or "") for e in errors)
        hint = "lower --batch-size, or wait" if limit else "no calls were made: fix this and run again"
        return EndpointError(f"batch {batch.id} was rejected: {reasons or 'no reason given'}{more}", hint=hint)


def _kind(err: CallError) -> FaultKind:
    if isinstance(err, ContextTooLong):
        return "too long"
    return "again" if err.retryable else "refused"
