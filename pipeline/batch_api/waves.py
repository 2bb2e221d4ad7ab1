"""Documents by the Batch API, in waves: what can be asked now goes up as a job, what came back is worked on.

The pipeline itself shows what it would ask: it runs over the call store with a client that has no model behind it. A
document that lacks an answer is put off: parts are composed when all are stored, and checked after that.
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
_MOST_LOOKS = 10  # in a row, where results are not there and nothing else is under way

Say = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]


class Waiting(EndpointError):
    """An answer that a document needs is in a batch job, or will be in the next one; others go on."""

    ends_run = False
    billed = False

    def __init__(self) -> None:
        super().__init__("waits for a batch job", fatal=True)


class Deferring:
    """A client that answers from the store, raises what failed before, and notes every other call as wanted.

    One that `renews` wants another answer in the place of one that cannot be used.
    """

    def __init__(self, calls: CallStore, journal: Journal, owner: str, model: str, *, renews: bool = False) -> None:
        self._calls, self._journal, self._owner, self.model, self._renews = calls, journal, owner, model, renews

    async def complete(self, request: Request) -> Completion:
        """The stored answer, or Waiting."""
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
            raise EndpointError(f"{fault.message}; asked {numbered(fault.times, 'time')}")
        self._journal.want(key, self._owner, self.model, request)
        raise Waiting


@dataclass(slots=True)
class OrderRun:
    """One order on its way: what it asks for, what is done, and how it goes on.

    Of an order that `starts` now, answers which an earlier one stored and which cannot be used are asked for anew.
    `jobs_before` counts the jobs of the same paths and settings that earlier orders sent: they are within no limit.
    It was `given_at`, in seconds since 1970: what was asked for later stays.
    `stalled` has, by order, why its last job gave nothing; orders that are carried out together share it.
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
    _missing: frozenset[str] = frozenset()  # jobs whose results were not there when they were last looked for

    @property
    def waiting(self) -> list[str]:
        """Documents that lack an answer."""
        return [name for name, outcome in self.outcomes.items() if isinstance(outcome.error, Waiting)]

    async def advance(self) -> bool:
        """Takes what has come, works on what can be, sends what can be asked. False while there is nothing new."""
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
        """Takes the results of finished jobs; how many there were. One that gave nothing stops its order's next ones.

        A job whose results are not there is named once, and waits for them. Faults of another order's jobs are its own.
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
                    f"batch {job.batch} ended without an answer", hint="run again to ask its calls once more"
                )
        self._missing = frozenset(missing)
        return count

    async def work(self) -> None:
        """Makes every document that is not up to date as far as stored answers go, one after the other."""
        self.jobs.journal.drop_unsent(self.owner)
        model, endpoint = model_and_endpoint(self.settings)
        client = Deferring(self.calls, self.jobs.journal, self.owner, model, renews=self.starts)
        self.starts = False  # what comes from now on is the order's own
        ledger = Ledger(self.calls, replace(self.options, endpoint=endpoint), model)  # that of a run without --batch
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
        """The outcome of a document that was made meanwhile, and is not replaced."""
        page = output_path(self.options.out, name).with_suffix(".md")
        self.say(
            f"{name}: {page} stays, as it was asked for after this order, whose notes are not written "
            "(its answers are stored: make --batch again writes them)"
        )
        return Outcome(name, page=page, status=later.status, problems=tuple(p.message for p in later.problems))

    async def submit(self) -> None:
        """Sends what is wanted now."""
        for job in await self.jobs.submit(self.owner, self._allow, most=self.settings.batch_size):
            price = "price not known" if job.usd is None else f"{job.usd:.2f} USD at most"
            self.say(f"batch {job.batch}: {numbered(job.requests, 'call')} submitted, {price}")

    def _allow(self, worst: Usage, usd: float | None) -> None:
        """Stops before the order could pass its limit: jobs under way count whole, collected ones what they took."""
        mine = self.jobs.journal.jobs_of(self.owner)[self.jobs_before :]
        total = sum((Usage(job.prompt_tokens, 0, job.answer_tokens) for job in mine), worst)
        tokens, limit = total.prompt_tokens + total.completion_tokens, self.settings.max_tokens
        if limit is not None and tokens > limit:
            raise LimitReached(f"--max-tokens {limit:,}: the next batch could pass it")
        if self.settings.max_cost is None:
            return
        cost = reduce(prices.added, (job.usd for job in mine), usd)
        if cost is None:
            raise LimitReached("--max-cost: the price of this model here is not known; use --max-tokens")
        if cost > self.settings.max_cost:
            raise LimitReached(f"--max-cost {self.settings.max_cost:g} USD: the next batch could pass it")

    async def wait(self, sleep: Sleep) -> None:
        """Goes on until every document is made, looking less and less often while nothing happens.

        Ends, and says so, where nothing is left to wait for but results that stay away.
        """
        pause, in_vain = _FIRST_PAUSE, 0
        while self.waiting and in_vain < _MOST_LOOKS:
            await sleep(pause)
            pause = _FIRST_PAUSE if await self.advance() else min(pause * 1.5, _LONGEST_PAUSE)
            in_vain = in_vain + 1 if self._missing and self._missing.issuperset(j.wave for j in self.jobs.ours()) else 0
        if self.waiting:
            self.say(f"no longer waited for: the results of {numbered(len(self._missing), 'job')}, which stay away")


async def _make(source: Source, client: Deferring, options: MakeOptions, ledger: Ledger) -> Outcome:
    """The outcome of one document, whose branches have all noted what they want; remembered when complete."""
    try:
        transcript = read(source, options.input)
    except InputError as err:
        return Outcome(source.name, error=err)
    [outcome] = await make_all([transcript], client, options, on_outcome=ledger.remember)
    if isinstance(outcome.error, StoreError):
        raise outcome.error  # it would meet the next document as well
    return outcome
