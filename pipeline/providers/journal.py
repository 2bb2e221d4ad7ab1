"""The state of batch jobs, in the call store's file: orders, jobs, their calls, and failed calls.

The rows of a job and of its calls are written before the job is submitted, its batch id afterwards. If the program is
killed in between, the next one finds the job at the endpoint by its wave, an id derived from what the job asks.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import EndpointError, StoreError
from pipeline.llm import Message, Request, Rung, Usage, digest_of
from pipeline.text import numbered, storable

FINAL = ("completed", "failed", "expired", "cancelled")
COLLECTED = "collected"

FaultKind = Literal["again", "refused", "too long"]


@dataclass(frozen=True, slots=True)
class Job:
    """One batch at the endpoint; `batch` is empty until it is known to have been submitted.

    Tokens and USD are upper bounds, and the actual amounts once the job is collected; `usd` is None if prices are
    unknown.
    """

    wave: str
    owner: str
    place: str
    model: str
    rung: Rung
    requests: int
    prompt_tokens: int
    answer_tokens: int
    file: str = ""
    batch: str = ""
    status: str = "intended"
    answered: int = 0
    failed: int = 0
    message: str = ""
    usd: float | None = None

    @property
    def open(self) -> bool:
        """Whether its results have not been collected."""
        return self.status != COLLECTED


@dataclass(slots=True)
class Settled:
    """The results of a job."""

    answered: int = 0
    failed: int = 0
    usage: Usage = field(default_factory=Usage)
    usd: float | None = 0.0
    fatal: EndpointError | None = None

    def summary(self, job: Job) -> str:
        """The results as a line for the user."""
        return f"batch {job.batch}: {numbered(self.answered, 'answer')} stored, {self.failed} failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call has no answer after `times` tries; asking again did not help, or would not."""

    kind: FaultKind
    times: int
    message: str


class Journal:
    """The batch jobs of one output folder. Only the holder of the folder's batch lock writes."""

    def __init__(self, path: Path) -> None:
        """Open the file of an existing call store."""
        self.path = path
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._db.execute("pragma synchronous=full")
            if not self._db.execute("select 1 from pragma_table_info('batch_jobs') where name = 'usd'").fetchone():
                self._db.execute("alter table batch_jobs add column usd real")
        except sqlite3.Error as err:
            raise self._unusable(err) from err

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _unusable(self, err: sqlite3.Error) -> StoreError:
        return StoreError(
            f"{self.path}: the batch journal cannot be used: {err}", hint="check the disk, then run again"
        )

    def _run(self, statement: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._db.execute(statement, values)
        except sqlite3.Error as err:
            raise self._unusable(err) from err

    def keep_order(self, id_: str, body: dict[str, Any]) -> None:
        """Store an order of `make --batch`, replacing an earlier version of it."""
        self._run(
            "insert into batch_orders values (?, ?) on conflict (id) do update set body = excluded.body",
            id_, json.dumps(body),
        )  # fmt: skip

    def orders(self) -> list[tuple[str, dict[str, Any]]]:
        """Unfinished orders, the oldest first."""
        return [(id_, json.loads(body)) for id_, body in self._run("select id, body from batch_orders order by rowid")]

    def finish_order(self, id_: str) -> None:
        """Delete an order whose documents are all written."""
        self._run("delete from batch_orders where id = ?", id_)

    def drop_unsent(self, owner: str) -> None:
        """Delete calls of an order that are in no job: the run that starts now will enter those that it still wants."""
        self._run("delete from batch_calls where wave is null and owner = ?", owner)

    def want(self, key: str, owner: str, model: str, request: Request) -> None:
        """Enter a call for the next job, unless it is in a job already."""
        identity = storable(json.dumps(request.identity(model), ensure_ascii=False))
        self._run(
            "insert into batch_calls values (?, ?, ?, ?, null) on conflict (key) do update "
            "set owner = excluded.owner where wave is null",
            key, owner, model, identity,
        )  # fmt: skip

    def unsent(self, owner: str) -> Iterator[tuple[str, Request]]:
        """Calls of an order that are in no job, sorted by key."""
        yield from self._requests("wave is null and owner = ?", owner)

    def calls_of(self, wave: str) -> Iterator[tuple[str, Request]]:
        """Unanswered calls of a job, sorted by key."""
        yield from self._requests("wave = ?", wave)

    def _requests(self, condition: str, value: str) -> Iterator[tuple[str, Request]]:
        keys = [row[0] for row in self._run(f"select key from batch_calls where {condition} order by key", value)]
        for key in keys:  # one at a time: a job holds up to 50,000 prompts
            row = self._run("select identity from batch_calls where key = ?", key).fetchone()
            if row:
                yield key, request_of(json.loads(row[0]))

    def request(self, key: str, wave: str) -> Request | None:
        """The call of a job that a result belongs to; None if it is not in this job or is already answered."""
        row = self._run("select identity from batch_calls where key = ? and wave = ?", key, wave).fetchone()
        return request_of(json.loads(row[0])) if row else None

    def wave_of(self, owner: str, place: str, model: str, rung: str, keys: Sequence[str]) -> str:
        """The id of a new job: the same if the same calls are sent to the same place after the same number of jobs."""
        rounds = self._run("select count(*) from batch_jobs where owner = ?", owner).fetchone()[0]
        return digest_of("\n".join([place, model, rung, str(rounds), *keys]))[:40]

    def intend(self, job: Job, keys: Sequence[str]) -> None:
        """Record that a job with these calls is about to be submitted, all of it or nothing."""
        try:
            with self._db:
                self._db.execute("begin immediate")
                self._db.execute(f"insert into batch_jobs values ({', '.join('?' * 15)})", astuple(job))
                self._db.executemany("update batch_calls set wave = ? where key = ?", ((job.wave, key) for key in keys))
        except sqlite3.Error as err:
            raise self._unusable(err) from err

    def job(self, wave: str) -> Job:
        """The job of a wave."""
        return Job(*self._run("select * from batch_jobs where wave = ?", wave).fetchone())

    def jobs(self) -> list[Job]:
        """All jobs, the oldest first."""
        return [Job(*row) for row in self._run("select * from batch_jobs order by rowid")]

    def jobs_of(self, owner: str) -> list[Job]:
        """The jobs of an order, and of earlier orders with the same paths and settings, the oldest first."""
        return [job for job in self.jobs() if job.owner == owner]

    def uploaded(self, wave: str, file: str) -> None:
        """Record the id of a job's file at the endpoint."""
        self._run("update batch_jobs set file = ? where wave = ?", file, wave)

    def submitted(self, wave: str, batch: str, status: str) -> Job:
        """Record the batch and status of a job; the updated job."""
        self._run("update batch_jobs set batch = ?, status = ? where wave = ?", batch, status, wave)
        return self.job(wave)

    def settle(self, wave: str, results: Settled) -> Job:
        """Record a job's results; its unanswered calls may be asked again. The updated job."""
        reason = str(results.fatal) if results.fatal else ""
        usage = results.usage
        self._run("delete from batch_calls where wave = ?", wave)
        self._run(
            "update batch_jobs set status = ?, answered = ?, failed = ?, prompt_tokens = ?, answer_tokens = ?, "
            "said = ?, usd = ? where wave = ?",
            COLLECTED, results.answered, results.failed, usage.prompt_tokens, usage.completion_tokens,
            reason, results.usd, wave,
        )  # fmt: skip
        return self.job(wave)

    def answered(self, key: str) -> None:
        """Record that a call's answer is in the store."""
        self._run("delete from batch_calls where key = ?", key)
        self._run("delete from batch_faults where key = ?", key)

    def fault(self, key: str) -> Fault | None:
        """Why a call has failed so far; None if it has not."""
        row = self._run("select kind, times, message from batch_faults where key = ?", key).fetchone()
        return Fault(*row) if row else None

    def failed(self, key: str, kind: FaultKind, message: str) -> None:
        """Count a failure of a call."""
        self._run(
            "insert into batch_faults values (?, ?, 1, ?) on conflict (key) do update "
            "set kind = excluded.kind, times = times + 1, message = excluded.message",
            key, kind, message,
        )  # fmt: skip

    def forgive(self) -> None:
        """Forget failures that another try could fix, when the user starts a new run."""
        self._run("delete from batch_faults where kind != 'too long'")


def request_of(identity: dict[str, Any]) -> Request:
    """The request that has this identity."""
    sampling = identity["sampling"]
    return Request(
        identity["name"],
        tuple(Message(role, content) for role, content in identity["messages"]),
        identity["schema"],
        sampling["max_tokens"],
        sampling["temperature"],
        sampling["seed"],
    )
