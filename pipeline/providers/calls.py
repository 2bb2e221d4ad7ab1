"""The call store: cache, resume and recording in one. Whole answers by the identity of their call.

The file also has what is known of batch jobs, which `journal` writes.
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
LONGEST_WAIT = 30.0  # seconds to wait for others who open or write the file
AGAIN = 0.05  # seconds after which to try again
_SHORT_WAIT = 0.01  # seconds for which a program that does other work too may stand still; most writes take less
_VERSION = 1


class StoreBusy(StoreError):
    """Another program is writing the call store."""


@dataclass(frozen=True, slots=True)
class StoredCall:
    """An answer and the identity of the call that it answers."""

    key: str
    identity: dict[str, Any]
    completion: Completion


def as_row(call: StoredCall) -> str:
    """A call as a line of a recording."""
    fields = {"key": call.key, "identity": call.identity, "completion": _fields(call.completion)}
    return storable(json.dumps(fields, ensure_ascii=False, sort_keys=True))


def _open(path: Path) -> sqlite3.Connection:
    """The store's file, ready. Raises StoreError for another version's, sqlite3.Error for anything else.

    Two runs that start at once in a new folder both read the file and both want to change it to WAL: SQLite tells one
    of them "locked" at once, whatever its time-out, since waiting for each other would never end.
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
    """What to do about a file that cannot be opened: SQLite calls a full disk an I/O error, too."""
    code = getattr(err, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (isinstance(err, OSError) and err.errno == ENOSPC):
        return _FREE_SPACE
    if code == sqlite3.SQLITE_IOERR:
        return "the disk may be full or broken: free some disk space or check it, and run again"
    return "check the disk, or move the file away"


def _ready(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=LONGEST_WAIT, isolation_level=None)
    try:
        db.execute("pragma journal_mode=wal")
        version = db.execute("pragma user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise StoreError(
                f"{path}: a call store of version {version}, this program writes {_VERSION}",
                hint="move it away or use the program that made it",
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
        """Opens or makes the store. StoreError when the file is damaged or cannot be written."""
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
        """Stores an answer; the first one for a key stays."""
        self.put_all([(key, request, completion)], model)

    def put_all(self, answers: Sequence[tuple[str, Request, Completion]], model: str) -> None:
        """Stores answers by their keys, all of them or none, and gives up the claims on them.

        They outlive a power cut. The first answer for a key stays.
        """
        rows = [(key, r.name, storable(r.canonical(model)), _dump(completion)) for key, r, completion in answers]
        with self._writing("full"):
            self._db.executemany("insert or ignore into calls values (?, ?, ?, ?)", rows)
            self._db.executemany(_RELEASE, [(key, self._owner) for key, *_ in answers])

    def withdraw(self, key: str, answer: Completion) -> None:
        """Forgets an answer that cannot be used, unless another run has put a new one in its place."""
        with self._writing():
            row = self._db.execute("select completion from calls where key = ?", (key,)).fetchone()
            if row and _load(row[0]) == replace(answer, cached=False, renewable=False):
                self._db.execute("delete from calls where key = ?", (key,))

    def __iter__(self) -> Iterator[StoredCall]:
        """All calls, in the order of their keys."""
        with self._reading():
            for key, identity, completion in self._db.execute(
                "select key, identity, completion from calls order by key"
            ):
                yield StoredCall(key, json.loads(identity), _load(completion))

    def claim(self, key: str) -> bool:
        """Reserves an unanswered call for this store object for a minute; False when it is answered or another has it.

        Another has it while it renews its claim and, if it is on this machine, lives: a process of that number may be a
        later one, as in a container that was started again.
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
        """Whether a call stands in a batch job whose results are not collected."""
        return self._first_value("select 1 from batch_calls where key = ? and wave is not null", key) is not None

    def release(self, key: str) -> None:
        """Gives a claim up."""
        with self._writing():
            self._db.execute(_RELEASE, (key, self._owner))

    @contextmanager
    def _writing(self, synchronous: Literal["full", "normal"] = "normal") -> Iterator[None]:
        """All that is written inside or nothing of it, against a kill; "full" holds against a power cut too."""
        try:
            self._set_timeout()
            self._db.execute(f"pragma synchronous={synchronous}")
            with self._db:
                self._db.execute("begin immediate")
                yield
        except sqlite3.Error as err:
            raise self._unwritable(err) from err

    def at_once(self, operation: Callable[[], T]) -> T:
        """What an operation on this store gives; StoreBusy where another program writes it for more than a moment."""
        self._patience = _SHORT_WAIT
        try:
            return operation()
        finally:
            self._patience = LONGEST_WAIT

    def _set_timeout(self) -> None:
        """Lets SQLite wait as long as is wanted now: asked of it only where that has changed."""
        if self._timeout != self._patience:
            self._db.execute(f"pragma busy_timeout={self._patience * 1000:.0f}")
            self._timeout = self._patience

    def _unwritable(self, err: sqlite3.Error) -> StoreError:
        return self._busy(err) or StoreError(
            f"{self.path}: the call store cannot be written: {err}",
            hint=_FREE_SPACE,
        )

    def _busy(self, err: Exception) -> StoreBusy | None:
        if not _is_busy(err):
            return None
        return StoreBusy(
            f"{self.path}: another program is writing the call store",
            hint="run again when it has ended; nothing stored is lost",
        )

    def remember(self, key: str, value: str) -> None:
        """Keeps a fact about an endpoint, such as the rung that it can do."""
        with self._writing():
            self._db.execute("insert or replace into facts values (?, ?)", (key, value))

    def recall(self, key: str) -> str | None:
        """A fact kept earlier, or None."""
        return self._first_value("select value from facts where key = ?", key)

    def close(self) -> None:
        """Closes the file."""
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
                hint="studydoc store verify tells what is wrong; without the file all is asked anew",
            ) from err

    def take_in(self, recording: RecordedCalls) -> int:
        """Stores every call of a recording that is not here yet; how many the recording has."""
        with self._writing():
            for call in recording.calls.values():
                identity = storable(json.dumps(call.identity, ensure_ascii=False))
                row = (call.key, call.identity["name"], identity, _dump(call.completion))
                self._db.execute("insert or ignore into calls values (?, ?, ?, ?)", row)
        return len(recording.calls)

    def faults(self) -> list[str]:
        """What is wrong with the file: SQLite's own check, then every call against its key. Empty when all is well."""
        try:
            faults = [str(row[0]) for row in self._db.execute("pragma integrity_check") if row[0] != "ok"]
            if faults:
                return faults
            for key, identity, completion in self._db.execute("select key, identity, completion from calls"):
                try:
                    if key_of(json.loads(identity)) != key:
                        faults.append(f"call {key[:12]}…: its request is not the one that its key stands for")
                    _load(completion)
                except (ValueError, TypeError, KeyError) as err:
                    faults.append(f"call {key[:12]}…: cannot be read: {err}")
        except sqlite3.Error as err:
            faults = [str(err)]
        return faults

    def prune(self, model: str) -> int:
        """Removes all answers of a model and gives the space back; how many there were."""
        try:
            rows = self._db.execute("delete from calls where json_extract(identity, '$.model') = ?", (model,)).rowcount
            self._db.execute("vacuum")
        except sqlite3.Error as err:
            raise self._unwritable(err) from err
        return rows

    def export(self, path: Path) -> int:
        """Writes all calls as JSON lines, a recording that can be read as a diff; how many there were.

        A recording that was there before stays until all are written.
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
    """A recording read from JSON lines. Read only."""

    def __init__(self, path: Path) -> None:
        """StoreError when the file is no recording."""
        self.calls: dict[str, StoredCall] = {}
        try:
            for line in path.read_text("utf-8").split("\n"):  # other ends of lines stand in answers
                if not line.strip():
                    continue
                row = json.loads(line)
                self.calls[row["key"]] = StoredCall(row["key"], row["identity"], _from_fields(row["completion"]))
        except OSError as err:
            raise StoreError(f"{path}: cannot be read: {err.strerror or err}") from err
        except (ValueError, KeyError, TypeError) as err:
            raise StoreError(f"{path}: this is no recording of calls: {err}") from err

    def get(self, key: str) -> Completion | None:
        """The recorded answer, or None."""
        call = self.calls.get(key)
        return call.completion if call else None

    def why_missing(self, request: Request, model: str) -> str:
        """Which part of the identity no recorded call has."""
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
    if host != socket.gethostname() or os.name != "posix":  # elsewhere `os.kill` ends the process itself
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
        del fields["usage"]["thought_tokens"]  # a row is written as it was before there was any
    return fields


def _dump(completion: Completion) -> str:
    return storable(json.dumps(_fields(completion), ensure_ascii=False))


def _load(row: str) -> Completion:
    return _from_fields(json.loads(row))


def _from_fields(fields: dict[str, Any]) -> Completion:
    return Completion(**{**fields, "usage": Usage(**fields["usage"])})
