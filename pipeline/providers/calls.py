"""The call store: cache, resume and recording in one. It holds complete answers, keyed by the identity of the call.

The same file holds the state of batch jobs, which `journal` writes.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from errno import ENOSPC
from pathlib import Path
from typing import Any, Literal, TypeVar

from pipeline.errors import StoreError
from pipeline.llm import Completion, Request, Usage, key_of
from pipeline.text import storable

T = TypeVar("T")

_SCHEMA = """
create table if not exists calls (
  key text primary key, name text not null, identity text not null, completion text not null
);
create table if not exists facts (key text primary key, value text not null) without rowid;
create table if not exists claims (
  key text primary key, owner text not null, pid integer not null, host text not null, until real not null
) without rowid;
create table if not exists batch_orders (id text primary key, body text not null);
create table if not exists batch_jobs (
  wave text primary key, owner text not null, place text not null, model text not null, rung text not null,
  requests integer not null, prompt_tokens integer not null, answer_tokens integer not null,
  file text not null default '', batch text not null default '', status text not null default 'intended',
  answered integer not null default 0, failed integer not null default 0, said text not null default '', usd real
);
create table if not exists batch_calls (
  key text primary key, owner text not null, model text not null, identity text not null, wave text
) without rowid;
create index if not exists batch_calls_by_wave on batch_calls (wave);
create table if not exists batch_faults (
  key text primary key, kind text not null, times integer not null, message text not null
) without rowid;
"""
_RELEASE = "delete from claims where key = ? and owner = ?"
_FREE_SPACE = "free some disk space and run again; nothing stored is lost"
LEASE = 60.0  # seconds that a claim lasts without being renewed
LONGEST_WAIT = 30.0  # seconds to wait while others open or write the file
AGAIN = 0.05  # seconds before the next try
_SHORT_WAIT = 0.01  # seconds that a program with other work may be blocked; most writes are faster
_VERSION = 1


class StoreBusy(StoreError):
    """Another program is writing the call store."""


@dataclass(frozen=True, slots=True)
class StoredCall:
    """An answer, and the identity of the call that it belongs to."""

    key: str
    identity: dict[str, Any]
    completion: Completion

    def faults(self) -> list[str]:
        """A line if the identity does not match the key."""
        line = f"call {self.key[:12]}…: its request does not match its key"
        return [] if key_of(self.identity) == self.key else [line]


def as_row(call: StoredCall) -> str:
    """A call as a line of a recording (JSON)."""
    fields = {"key": call.key, "identity": call.identity, "completion": _fields(call.completion)}
    return storable(json.dumps(fields, ensure_ascii=False, sort_keys=True))


def _open(path: Path) -> sqlite3.Connection:
    """Open the store's file. Raises StoreError for a file of another version, sqlite3.Error for other faults.

    Two runs that start together in a new folder both read the file and then both want to switch it to WAL. SQLite
    reports "locked" to one of them without waiting for its timeout, since waiting would be a deadlock; hence the
    retries.
    """
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            return _ready(path)
        except sqlite3.OperationalError as err:
            if not _is_busy(err) or time.monotonic() > until:
                raise
        time.sleep(AGAIN)


def _is_busy(err: BaseException) -> bool:
    return getattr(err, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _hint(err: sqlite3.Error | OSError) -> str:
    """What to do about a file that cannot be opened. SQLite may report a full disk as an I/O error."""
    code = getattr(err, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (isinstance(err, OSError) and err.errno == ENOSPC):
        return _FREE_SPACE
    if code == sqlite3.SQLITE_IOERR:
        return "the disk may be full or faulty: free some space or check it, and run again"
    return "check the disk, or move the file away"


def _ready(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=LONGEST_WAIT, isolation_level=None)
    try:
        db.execute("pragma journal_mode=wal")
        version = db.execute("pragma user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise StoreError(
                f"{path}: this is a call store of version {version}, but this program uses version {_VERSION}",
                hint="move it away, or use the version of studydoc that made it",
            )
        db.executescript(_SCHEMA)
        if not version:
            db.execute(f"pragma user_version={_VERSION}")
    except (sqlite3.Error, StoreError):
        db.close()
        raise
    return db


class CallStore:
    """One SQLite file in WAL mode; an answer is on disk before the pipeline uses it."""

    def __init__(self, path: Path) -> None:
        """Open or create the store. StoreError if the file is damaged or cannot be written."""
        self.path = path
        self._patience = self._timeout = LONGEST_WAIT
        self._owner = f"{socket.gethostname()} {os.getpid()} {id(self)}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _open(path)
        except (sqlite3.Error, OSError) as err:
            raise StoreError(f"{path}: the call store cannot be used: {err}", hint=_hint(err)) from err

    def get(self, key: str) -> Completion | None:
        """The stored answer, or None."""
        with self._reading():
            row = self._first_value("select completion from calls where key = ?", key)
            return _load(row) if row else None

    def put(self, key: str, request: Request, model: str, completion: Completion) -> None:
        """Store an answer; if there is one for this key already, that one is kept."""
        self.put_all([(key, request, completion)], model)

    def put_all(self, answers: Sequence[tuple[str, Request, Completion]], model: str) -> None:
        """Store answers by key, all or none of them, and release the claims on them.

        They survive a power cut. If there is an answer for a key already, that one is kept.
        """
        rows = [(key, r.name, storable(r.canonical(model)), _dump(completion)) for key, r, completion in answers]
        with self._writing("full"):
            self._db.executemany("insert or ignore into calls values (?, ?, ?, ?)", rows)
            self._db.executemany(_RELEASE, [(key, self._owner) for key, *_ in answers])

    def withdraw(self, key: str, answer: Completion) -> None:
        """Delete an unusable answer, unless another run has replaced it."""
        with self._writing():
            row = self._db.execute("select completion from calls where key = ?", (key,)).fetchone()
            if row and _load(row[0]) == replace(answer, cached=False, renewable=False):
                self._db.execute("delete from calls where key = ?", (key,))

    def __iter__(self) -> Iterator[StoredCall]:
        """All calls, sorted by key."""
        with self._reading():
            for key, identity, completion in self._db.execute(
                "select key, identity, completion from calls order by key"
            ):
                yield StoredCall(key, json.loads(identity), _load(completion))

    def claim(self, key: str) -> bool:
        """Reserve an unanswered call for this object for a minute; False if it is answered or claimed by another.

        A claim is valid while it is renewed and, if its owner is on this machine, while that process lives. A living
        process may be a later one with the same id, as in a restarted container; the missing renewals then end the
        claim.
        """
        now = time.time()
        with self._writing():
            row = self._db.execute("select owner, pid, host, until from claims where key = ?", (key,)).fetchone()
            answered = self._db.execute("select 1 from calls where key = ?", (key,)).fetchone() is not None
            if answered or (row is not None and row[0] != self._owner and _alive(row[1], row[2], row[3], now)):
                return False
            mine = (key, self._owner, os.getpid(), socket.gethostname(), now + LEASE)
            self._db.execute("insert or replace into claims values (?, ?, ?, ?, ?)", mine)
        return True

    def in_batch(self, key: str) -> bool:
        """Whether a call is in a batch job whose results have not been collected."""
        return self._first_value("select 1 from batch_calls where key = ? and wave is not null", key) is not None

    def release(self, key: str) -> None:
        """Give up a claim."""
        with self._writing():
            self._db.execute(_RELEASE, (key, self._owner))

    @contextmanager
    def _writing(self, synchronous: Literal["full", "normal"] = "normal") -> Iterator[None]:
        """A transaction: after a crash, all of it is written or none. With "full" that holds for a power cut too."""
        try:
            self._set_timeout()
            self._db.execute(f"pragma synchronous={synchronous}")
            with self._db:
                self._db.execute("begin immediate")
                yield
        except sqlite3.Error as err:
            raise self._unwritable(err) from err

    def at_once(self, operation: Callable[[], T]) -> T:
        """The result of an operation on this store; StoreBusy if another program is writing for more than a moment."""
        self._patience = _SHORT_WAIT
        try:
            return operation()
        finally:
            self._patience = LONGEST_WAIT

    def _set_timeout(self) -> None:
        """Set SQLite's timeout to the present patience, only if that has changed."""
        if self._timeout != self._patience:
            self._db.execute(f"pragma busy_timeout={self._patience * 1000:.0f}")
            self._timeout = self._patience

    def _unwritable(self, err: sqlite3.Error) -> StoreError:
        return self._busy(err) or StoreError(f"{self.path}: the call store cannot be written: {err}", hint=_FREE_SPACE)

    def _busy(self, err: Exception) -> StoreBusy | None:
        if not _is_busy(err):
            return None
        return StoreBusy(
            f"{self.path}: another program is writing the call store",
            hint="run again when it has finished; nothing stored is lost",
        )

    def remember(self, key: str, value: str) -> None:
        """Keep a fact, such as the response format that an endpoint accepts."""
        with self._writing():
            self._db.execute("insert or replace into facts values (?, ?)", (key, value))

    def recall(self, key: str) -> str | None:
        """The fact kept under a key, or None."""
        return self._first_value("select value from facts where key = ?", key)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _first_value(self, query: str, key: str) -> str | None:
        with self._reading():
            row = self._db.execute(query, (key,)).fetchone()
        return str(row[0]) if row else None

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            self._set_timeout()
            yield
        except (sqlite3.Error, ValueError, TypeError, KeyError) as err:
            raise self._busy(err) or StoreError(
                f"{self.path}: the call store cannot be read: {err}",
                hint="studydoc store verify shows what is wrong; if you delete the file, all calls are made again",
            ) from err

    def take_in(self, recording: RecordedCalls) -> int:
        """Add the calls of a recording that the store lacks; the number of calls in the recording."""
        with self._writing():
            for call in recording.calls.values():
                identity = storable(json.dumps(call.identity, ensure_ascii=False))
                row = (call.key, call.identity["name"], identity, _dump(call.completion))
                self._db.execute("insert or ignore into calls values (?, ?, ?, ?)", row)
        return len(recording.calls)

    def faults(self) -> list[str]:
        """What is wrong with the file: SQLite's own check, then each call against its key. Empty if all is well."""
        try:
            faults = [str(row[0]) for row in self._db.execute("pragma integrity_check") if row[0] != "ok"]
            if faults:
                return faults
            for key, identity, completion in self._db.execute("select key, identity, completion from calls"):
                try:
                    faults += _call(key, json.loads(identity), json.loads(completion)).faults()
                except (ValueError, TypeError, KeyError) as err:
                    faults.append(f"call {key[:12]}…: cannot be read: {err}")
        except sqlite3.Error as err:
            faults = [str(err)]
        return faults

    def prune(self, model: str) -> int:
        """Delete all answers of a model and shrink the file; the number of answers deleted."""
        try:
            rows = self._db.execute("delete from calls where json_extract(identity, '$.model') = ?", (model,)).rowcount
            self._db.execute("vacuum")
        except sqlite3.Error as err:
            raise self._unwritable(err) from err
        return rows

    def export(self, path: Path) -> int:
        """Write all calls as JSON lines, a recording that is readable as a diff; the number of calls.

        An existing recording is replaced only once all calls are written.
        """
        rows = [as_row(call) + "\n" for call in self]
        try:
            fresh = path.with_name(f"{path.name}.new")
            fresh.write_text("".join(rows), "utf-8", newline="\n")
            fresh.replace(path)
        except OSError as err:
            raise StoreError(f"{path}: cannot be written: {err.strerror or err}") from err
        return len(rows)


class RecordedCalls:
    """A recording read from JSON lines. Read-only."""

    def __init__(self, path: Path) -> None:
        """Read the file. StoreError if it is no recording."""
        self.calls: dict[str, StoredCall] = {}
        self.repeated = 0  # calls with the key of another, which they replace
        try:
            for line in path.read_text("utf-8").split("\n"):  # answers may contain other line separators
                if not line.strip():
                    continue
                row = json.loads(line)
                self.repeated += row["key"] in self.calls
                self.calls[row["key"]] = _call(row["key"], row["identity"], row["completion"])
        except OSError as err:
            raise StoreError(f"{path}: cannot be read: {err.strerror or err}") from err
        except (ValueError, KeyError, TypeError) as err:
            raise StoreError(f"{path}: this is not a recording of calls: {err}") from err

    def get(self, key: str) -> Completion | None:
        """The recorded answer, or None."""
        call = self.calls.get(key)
        return call.completion if call else None

    def why_missing(self, request: Request, model: str) -> str:
        """Which parts of the request's identity differ from those of the most similar recorded call."""
        identity = request.identity(model)
        same_name = [c.identity for c in self.calls.values() if c.identity.get("name") == request.name]
        if not same_name:
            return f"no call named {request.name!r} was recorded"
        differing = [[part for part in identity if identity[part] != have.get(part)] for have in same_name]
        closest = min(differing, key=len)
        return f"the nearest recorded call differs in {', '.join(closest)}"


def _alive(pid: int, host: str, until: float, now: float) -> bool:
    if until <= now:
        return False
    if host != socket.gethostname() or os.name != "posix":  # on other systems `os.kill` would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _fields(completion: Completion) -> dict[str, Any]:
    fields = asdict(completion)
    del fields["cached"], fields["renewable"]
    if not fields["usage"]["thought_tokens"]:
        del fields["usage"]["thought_tokens"]  # rows without thought have the same form as before the field existed
    return fields


def _dump(completion: Completion) -> str:
    return storable(json.dumps(_fields(completion), ensure_ascii=False))


def _load(row: str) -> Completion:
    return _from_fields(json.loads(row))


def _call(key: str, identity: dict[str, Any], completion: dict[str, Any]) -> StoredCall:
    """A call as stored or recorded. KeyError, TypeError or ValueError if a part is missing or of the wrong type."""
    if not all(isinstance(text, str) for text in (key, identity["name"], identity["model"])):
        raise TypeError("a key or a name is not a text")
    return StoredCall(key, identity, _from_fields(completion))


def _from_fields(fields: dict[str, Any]) -> Completion:
    completion = Completion(**{**fields, "usage": Usage(**fields["usage"])})
    texts = (completion.text, completion.finish_reason, completion.model, completion.rung)
    numbers = (completion.seconds, *fields["usage"].values())
    if not (all(isinstance(t, str) for t in texts) and all(isinstance(n, int | float) for n in numbers)):
        raise TypeError("a field of the answer has the wrong type")
    return completion
