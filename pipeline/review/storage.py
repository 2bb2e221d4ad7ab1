"""`NAME.review.json`: an append-only list of events, written as a whole, under a lock shared by all processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import StoreError
from pipeline.review.actions import RULES, Action, Event
from pipeline.review.history import Timeline, overlapping
from pipeline.review.lines import Lines
from pipeline.review.state import State
from pipeline.store import replace_file

FORMAT = 1
_LOCK_SECONDS = 10.0


class Conflict(Exception):
    """Others changed what an action changes, in `later` events that its author had not seen. Nothing was stored."""

    def __init__(self, later: tuple[Event, ...]) -> None:
        super().__init__(f"{len(later)} decisions were made since")
        self.later = later


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: int
    events: list[Event]


def review_path(record: Path) -> Path:
    """The file for the decisions on a record; `make` never writes to it."""
    return record.with_name(f"{record.stem}.review.json")


def read_events(path: Path) -> list[Event]:
    """All events of a file, none if it does not exist. Raises StoreError if it is damaged."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as err:
        raise StoreError(f"{path}: cannot be read: {err.strerror or err}") from err
    try:
        file = _File.model_validate_json(content)
    except ValidationError as err:
        raise StoreError(
            f"{path}: this file does not contain review decisions ({err.error_count()} faults)",
            hint="move it away to start again; it was not changed",
        ) from err
    if file.format != FORMAT or [e.n for e in file.events] != list(range(1, len(file.events) + 1)):
        raise StoreError(
            f"{path}: its events have another format or do not count from 1", hint="move it away to start again"
        )
    return file.events


class Review:
    """The decisions on one document, in memory and on disk. Safe across processes, but used by one thread at a time.

    `lines` are the transcript's, None if it is not the one that the document was made from.
    """

    def __init__(self, path: Path, base: State, lines: Lines | None) -> None:
        self.path = path
        self.base = base
        self._lines = lines
        self._rows: list[str] = []
        self._signature: tuple[int, ...] | None = None  # of the file that `_events` were read from
        self._events: list[Event] = []
        self.timeline = Timeline(base, lines=lines)
        self.refresh()

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far."""
        return tuple(self._events)

    def refresh(self) -> None:
        """Load what other processes have written."""
        signature = _signature(self.path)
        if signature == self._signature and self._rows:
            return
        events = read_events(self.path)
        count, new_events = len(self._events), events[len(self._events) :]
        if events[:count] == self._events and all(e.document == self.timeline.document for e in new_events):
            for event in new_events:
                self._events.append(event)
                self._rows.append(_row(event))
                self.timeline.take(event)
        else:
            self._events, self._rows = events, [_row(e) for e in events]
            self.timeline = Timeline(self.base, events, self._lines)
        self._signature = signature

    def add(self, action: Action, *, base: int, who: str, clock: Callable[[], str]) -> Event:
        """Store an action, on disk when this returns. `base` is the revision that its author saw.

        Raises Conflict if what it changes has changed since, Unfit if it cannot be applied, StoreError if it cannot be
        stored.
        """
        try:
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=_LOCK_SECONDS):
                self.refresh()
                later = self._events[base:]
                if later and overlapping(later, action):
                    raise Conflict(tuple(later))
                action = self.timeline.as_kept(action)
                quotes = self.timeline.quotes(action)
                self.timeline.tried(action)
                event = Event(
                    n=len(self._events) + 1,
                    at=clock(),
                    who=who,
                    base=min(base, len(self._events)),
                    document=self.timeline.document,
                    action=action,
                    about=self.timeline.about(action),
                    quotes=quotes,
                    rules=RULES,
                )
                row = _row(event)
                replace_file(self.path, _file_text([*self._rows, row]))
                self._events.append(event)
                self._rows.append(row)
                self._signature = _signature(self.path)
                self.timeline.take(event)
                return event
        except Timeout as err:
            raise StoreError(f"{self.path}: another process is using it", hint="try again") from err
        except OSError as err:
            raise StoreError(f"{self.path}: cannot be written: {err.strerror or err}") from err


def _row(event: Event) -> str:
    return json.dumps(event.model_dump(mode="json"), ensure_ascii=False)


def _file_text(rows: list[str]) -> str:
    return f'{{"format": {FORMAT}, "events": [\n' + ",\n".join(rows) + "\n]}\n"


def _signature(path: Path) -> tuple[int, ...] | None:
    """A signature of a file's content, None if there is no file. It changes because every write makes a new file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
