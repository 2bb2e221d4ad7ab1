"""Documents through the Batch API, in waves: calls that can be made now are sent as a job, its results are worked on.

The calls are found by running the pipeline itself over the call store, with a client that has no model. A document that
lacks an answer is put off: its parts are composed once all are stored, and checked after that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

from pipeline.batch_api.precedence import Precedence
from pipeline.batches.corpus import make_all
from pipeline.batches.inputs import read
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.batches.up_to_date import Ledger
from pipeline.errors import CallError, ContextTooLong, EndpointError, InputError, StoreError
from pipeline.llm import Completion, Request, Usage, prices
from pipeline.providers.batch_endpoint import ResultsMissing
from pipeline.providers.batch_jobs import MOST_TIMES, Jobs
from pipeline.providers.calls import CallStore
from pipeline.providers.journal import Journal
from pipeline.providers.limited import LimitReached
from pipeline.readers import Source
from pipeline.settings import Settings
from pipeline.settings.chosen import model_and_endpoint
from pipeline.store import output_path
from pipeline.text import numbered

if TYPE_CHECKING:
    from pipeline.document import StudyDocument

_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 300.0
_MOST_LOOKS = 10  # in a row, if results are missing and no other job is open

Say = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]


class Waiting(EndpointError):
    """An answer that a document needs is in a batch job, or will be in the next one; other documents continue."""

    ends_run = False
    billed = False

    def __init__(self) -> None:
        super().__init__("waiting for a batch job", fatal=True)


class Deferring:
    """A client that answers from the store, raises earlier failures, and enters every other call in the journal.

    With `renews`, a stored answer that is unusable is deleted, so that another is requested.
    """

    def __init__(self, calls: CallStore, journal: Journal, owner: str, model: str, *, renews: bool = False) -> None:
        self._calls, self._journal, self._owner, self.model, self._renews = calls, journal, owner, model, renews

    async def complete(self, request: Request) -> Completion:
        """The stored answer. Raises Waiting if there is none, or the error if the call has failed for good."""
        key = request.key(self.model)
        if self._renews:
            for call, unusable in request.instead_of:
                self._calls.withdraw(call.key(self.model), unusable)
        if stored := self._calls.get(key):
            return replace(stored, cached=True, renewable=self._renews)
        fault = self._journal.fault(key)
        if fault and fault.kind == "too long":
            raise ContextTooLong(fault.message)
        if fault and (fault.kind == "refused" or fault.times >= MOST_TIMES):
            raise EndpointError(f"{fault.message}; tried {numbered(fault.times, 'time')}")
        self._journal.want(key, self._owner, self.model, request)
        raise Waiting


@dataclass(slots=True)
class OrderRun:
    """One order in progress: what it covers, what is done, and how it advances.

    If the order `starts` now, unusable answers that earlier orders stored are requested again. `jobs_before` counts the
    jobs that earlier orders with the same paths and settings sent: they do not count against limits. `given_at` is in
    seconds since 1970: documents requested later are kept. `stalled` says, by order, why its last job gave nothing;
    orders that are carried out together share it.
    """

    sources: Sequence[Source]
    options: MakeOptions
    settings: Settings
    owner: str
    calls: CallStore
    jobs: Jobs
    say: Say
    on_outcome: Callable[[Outcome], None]
    given_at: float
    starts: bool = False
    jobs_before: int = 0
    stalled: dict[str, EndpointError] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _missing: frozenset[str] = frozenset()  # jobs whose results were missing at the last look

    @property
    def waiting(self) -> list[str]:
        """Documents that lack an answer."""
        return [name for name, outcome in self.outcomes.items() if isinstance(outcome.error, Waiting)]

    async def advance(self) -> bool:
        """Collect results, work on documents, send the calls that are wanted. False if there is nothing new."""
        settled = await self.settle()
        if not settled and self.outcomes:
            return False
        await self.work()
        stalled = self.stalled.get(self.owner)
        if stalled is None:
            await self.submit()
        elif self.waiting and not any(job.owner == self.owner for job in self.jobs.ours()):
            raise stalled
        return True

    async def settle(self) -> int:
        """Collect the results of finished jobs; their number. A job without any answer stops further jobs of its order.

        If a job's results are missing, it stays open, and that is reported once. Errors of other orders' jobs are
        ignored here.
        """
        count, missing = 0, set[str]()
        for job in self.jobs.ours():
            try:
                job, results = await self.jobs.settle(job)
            except ResultsMissing as err:
                missing.add(job.wave)
                if job.wave not in self._missing:
                    self.say(str(err))
                continue
            except CallError:
                if job.owner == self.owner:
                    raise
                continue
            if results is None:
                continue
            count += 1
            self.say(results.summary(job))
            self.stalled.pop(job.owner, None)
            if results.fatal:
                self.stalled[job.owner] = results.fatal
            elif not results.answered and not results.failed:
                self.stalled[job.owner] = EndpointError(
                    f"batch {job.batch} ended without an answer", hint="run again to repeat its calls"
                )
        self._missing = frozenset(missing)
        return count

    async def work(self) -> None:
        """Work on each outdated document as far as stored answers allow, one after the other."""
        self.jobs.journal.drop_unsent(self.owner)
        model, endpoint = model_and_endpoint(self.settings)
        client = Deferring(self.calls, self.jobs.journal, self.owner, model, renews=self.starts)
        self.starts = False  # later answers are this order's own
        ledger = Ledger(self.calls, replace(self.options, endpoint=endpoint), model)  # as without --batch
        precedence = Precedence(self.calls, self.options.out, self.given_at)
        for source in self.sources:
            before = self.outcomes.get(source.name)
            if before is not None and not isinstance(before.error, Waiting):
                continue
            if later := precedence.later(source.name):
                self.outcomes[source.name] = self._outcome_of_later(source.name, later)
                continue
            outcome = ledger.outcome(source) or await _make(source, client, self.options, ledger)
            self.outcomes[source.name] = outcome
            if outcome.page:
                precedence.remember(source.name)
            if not isinstance(outcome.error, Waiting):
                self.on_outcome(outcome)

    def _outcome_of_later(self, name: str, later: StudyDocument) -> Outcome:
        """The outcome for a newer document that was made in the meantime and is kept."""
        page = output_path(self.options.out, name).with_suffix(".md")
        self.say(
            f"{name}: {page} was requested after this order and is kept; to write the notes of the order, "
            "run make --batch again (its answers are stored)"
        )
        return Outcome(name, page=page, status=later.status, problems=tuple(p.message for p in later.problems))

    async def submit(self) -> None:
        """Send the calls that are wanted now."""
        for job in await self.jobs.submit(self.owner, self._allow, most=self.settings.batch_size):
            price = "price not known" if job.usd is None else f"{job.usd:.2f} USD at most"
            self.say(f"batch {job.batch}: {numbered(job.requests, 'call')} submitted, {price}")

    def _allow(self, worst: Usage, usd: float | None) -> None:
        """Raise if the order could exceed its limits: open jobs count at their maximum, collected ones as they were."""
        mine = self.jobs.journal.jobs_of(self.owner)[self.jobs_before :]
        total = sum((Usage(job.prompt_tokens, 0, job.answer_tokens) for job in mine), worst)
        tokens, limit = total.prompt_tokens + total.completion_tokens, self.settings.max_tokens
        if limit is not None and tokens > limit:
            raise LimitReached(f"--max-tokens {limit:,}: the next batch could exceed it")
        if self.settings.max_cost is None:
            return
        cost = reduce(prices.added, (job.usd for job in mine), usd)
        if cost is None:
            raise LimitReached("--max-cost: the price of this model at this endpoint is not known; use --max-tokens")
        if cost > self.settings.max_cost:
            raise LimitReached(f"--max-cost {self.settings.max_cost:g} USD: the next batch could exceed it")

    async def wait(self, sleep: Sleep) -> None:
        """Advance until every document is done, looking less and less often while nothing happens.

        Gives up, with a message, if all that is left are results that remain missing.
        """
        pause, in_vain = _FIRST_PAUSE, 0
        while self.waiting and in_vain < _MOST_LOOKS:
            await sleep(pause)
            pause = _FIRST_PAUSE if await self.advance() else min(pause * 1.5, _LONGEST_PAUSE)
            in_vain = in_vain + 1 if self._missing and self._missing.issuperset(j.wave for j in self.jobs.ours()) else 0
        if self.waiting:
            self.say(f"stopped waiting for the results of {numbered(len(self._missing), 'job')}: still missing")


async def _make(source: Source, client: Deferring, options: MakeOptions, ledger: Ledger) -> Outcome:
    """The outcome of one document, after all its branches have entered their calls; remembered if complete."""
    try:
        transcript = read(source, options.input)
    except InputError as err:
        return Outcome(source.name, error=err)
    [outcome] = await make_all([transcript], client, options, on_outcome=ledger.remember)
    if isinstance(outcome.error, StoreError) and outcome.error.ends_run:
        raise outcome.error
    return outcome
