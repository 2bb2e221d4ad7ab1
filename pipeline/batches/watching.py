"""`studydoc make --watch`: makes all documents, then another for every transcript that is added or changed.

All of it is one run: one client with its limits, one store, one log.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline import store
from pipeline.batches.corpus import in_turns, make_each
from pipeline.batches.display import Display
from pipeline.batches.inputs import find_among, lost_answers
from pipeline.batches.options import Input
from pipeline.batches.outcome import Outcome
from pipeline.batches.own_files import is_own_file
from pipeline.batches.settling import Settling, Stamp, listing
from pipeline.batches.single_machine import Audience, Run
from pipeline.errors import Interrupted, SettingsError
from pipeline.events import Events
from pipeline.llm.stopping import Stoppable
from pipeline.providers.calls import CallStore
from pipeline.readers import Source, Survey
from pipeline.readers.metadata import side_places
from pipeline.readers.report import skipped_lines
from pipeline.readers.sources import linked_folders
from pipeline.settings import Settings
from pipeline.settings.chosen import store_path
from pipeline.text import numbered
from pipeline.transcript import Metadata

_LEAST_PAUSE, _USUAL_PAUSE, _MOST_PAUSE = 0.1, 1.0, 30.0  # seconds between two looks
_SHARE = 20  # a look may take 1/20 of the time: large folders and slow drives are polled less often
_SHOWN = 3  # transcripts listed one by one in a message


@dataclass(frozen=True, slots=True)
class Watched:
    """How watching ended: all outcomes, whether documents were cut short, and the error that ended it, if any."""

    outcomes: Sequence[Outcome]
    cut_short: bool
    error: Exception | None


async def watch_documents(
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    display: Display,
    events: Events,
    *,
    settle: float,
    ending: asyncio.Event,
    on_row: Callable[[dict[str, Any]], None],
    on_waiting: Callable[[], None] = lambda: None,
) -> Watched:
    """Make documents until `ending` is set or an error ends the run; `on_row` gets the row of each when it is done.

    `on_waiting` is called whenever there is nothing left to make for now.

    A file is taken once its size and time have been unchanged for `settle` seconds, and again after each change. When
    watching ends, running calls finish and are stored. SettingsError for a path that cannot be watched.
    """
    started = time.monotonic()
    if missing := next((p for p in paths if not p.exists()), None):
        raise SettingsError(f"--watch: {missing}: there is no such file or folder")
    store.check_writable(settings.out)
    reading = Input(settings.encoding, settings.format)
    if line := lost_answers(settings.out, store_path(settings.out)):
        display.say(line)
    with (
        closing(CallStore(store_path(settings.out))) as calls,
        closing(Run.of(settings, metadata, reading, calls, Audience(display, events))) as run,
    ):
        watch = _Watch(run, paths, Settling(settle), ending, on_row, on_waiting)
        async with run.connected() as link:
            display.say(f"model {link.model} ({link.endpoint}; {link.reason}), watching {_listed(paths)}")
            for line in skipped_lines(Survey(skipped=await asyncio.to_thread(linked_folders, paths))):
                display.say(line)
            error = await watch.follow(Stoppable(link.client, link.stop))
    display.summary(watch.outcomes, events.retried, time.monotonic() - started, events.looks)
    return Watched(watch.outcomes, watch.cut_short, error)


@dataclass(slots=True)
class _Watch:
    run: Run
    paths: Sequence[Path]
    settling: Settling
    ending: asyncio.Event
    on_row: Callable[[dict[str, Any]], None]
    on_waiting: Callable[[], None]
    outcomes: list[Outcome] = field(default_factory=list)
    cut_short: bool = False
    _taken: dict[str, list[Source]] = field(default_factory=dict)  # by their file, which may be a zip
    _names: dict[str, str] = field(default_factory=dict)  # document names, each with the path of its source
    _queue: deque[tuple[str, Source]] = field(default_factory=deque)
    _under_way: set[str] = field(default_factory=set)  # names
    _away: list[str] = field(default_factory=list)
    _pause: float = 0.0
    _looked: float = float("-inf")
    _waiting: bool = False

    async def follow(self, client: Stoppable) -> Exception | None:
        """Watch until `ending` is set; None then, else the error that ended the run."""
        by_signal = Interrupted("stopped by a signal", hint="run the same command again to resume")

        async def halt() -> None:
            await self.ending.wait()
            client.halt(by_signal)

        halting = asyncio.create_task(halt())
        try:
            await make_each(
                self._feed(client), client, self.run.options, watch=self.run.audience.watch, on_outcome=self._ended
            )
        finally:
            halting.cancel()
            with suppress(asyncio.CancelledError):
                await halting
        if client.stopped and client.stopped is not by_signal:
            return client.stopped
        self.cut_short = bool(self._queue) or any(o.interrupted for o in self.outcomes)
        return None

    async def _feed(self, client: Stoppable) -> AsyncIterator[Source]:
        """Yield sources that are ready, for as long as calls may be made."""
        while not (self.ending.is_set() or client.stopped):
            if time.monotonic() - self._looked >= self._pause:
                await self._look()
            if source := self._next():
                yield source
                continue
            self._tell_waiting()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause):  # wait_for could swallow a cancellation
                    await self.ending.wait()

    def _next(self) -> Source | None:
        """The next source that needs a run and whose file has not changed since it was ready."""
        while self._queue:
            file, source = self._queue.popleft()
            if not self.settling.as_taken(file):
                continue  # it is being written, and will be ready again
            self._waiting = False
            if outcome := self.run.made_before(source):
                self._keep(outcome)
                continue
            self._under_way.add(source.name)
            return source
        return None

    def _ended(self, outcome: Outcome) -> None:
        self._under_way.discard(outcome.name)
        self.run.ended(outcome)
        self._keep(outcome)

    def _keep(self, outcome: Outcome) -> None:
        self.outcomes.append(replace(outcome, document=None))
        self.on_row(outcome.row())

    async def _look(self) -> None:
        is_first, now = self._looked == float("-inf"), time.monotonic()
        files, away, took = await asyncio.to_thread(_timed_listing, self.paths)
        still = time.time() - self.settling.settle if is_first else None
        self._tell_gone(self.settling.look(files, now, away=away, still_before=still))
        self._tell_away(away)
        busy = {file for file, sources in self._taken.items() if any(s.name in self._under_way for s in sources)}
        if ready := [file for file in self.settling.ready(now) if file not in busy]:
            await self._take(ready)
        self._looked = time.monotonic()
        least = max(_LEAST_PAUSE, min(_USUAL_PAUSE, self.settling.settle / 2))
        self._pause = max(least, min(_MOST_PAUSE, _SHARE * took))

    async def _take(self, ready: Sequence[str]) -> None:
        """Take files that are ready and queue their sources in the order that a run over all of them would use."""
        self._take_again(ready)
        for file in ready:
            self.settling.take(file)
        options, display = self.run.options, self.run.audience.display
        pages = {
            store.output_path(options.out, name).with_suffix(".md") for name in self._names
        }  # including those that have no record yet
        files = [p for p in map(Path, ready) if p not in pages and not is_own_file(p)]
        transcripts = await asyncio.to_thread(find_among, files, self.paths, options.out, self._names)
        for line in transcripts.skipped:
            display.say(line)
        for outcome in transcripts.failed:
            self._ended(outcome)
        sources = [s for s in transcripts.sources if isinstance(s, Source)]
        self._names |= {s.name: str(s.path) for s in sources}
        for file in map(str, files):
            self._taken[file] = [s for s in sources if s.path == Path(file) or Path(file) in s.path.parents]
        by_path = {s.path: file for file, sources_of_file in self._taken.items() for s in sources_of_file}
        self._queue.extend((by_path[sources[n].path], sources[n]) for n in in_turns(sources, options))

    def _take_again(self, changed: Iterable[str]) -> None:
        """Make transcripts ready again whose side file is among the changed or removed files."""
        sides = {Path(file) for file in changed if file.lower().endswith(".info.json")}
        for file in self._taken if sides else ():
            if not sides.isdisjoint(side_places(Path(file))):
                self.settling.give_back(file)

    def _tell_gone(self, gone: Mapping[str, str | None]) -> None:
        run, lines = self.run, []
        for file, new in gone.items():
            for source in self._taken.pop(file, []):
                page = store.output_path(run.options.out, source.name).with_suffix(".md")
                fate = f"renamed to {new}" if new else "removed"
                run.audience.events.tell("file gone", document=source.name, path=file, renamed_to=new)
                if not page.exists():
                    self._names.pop(source.name, None)
                lines.append(f"{source.path}: {fate}" + (f"; its notes are kept in {page}" if page.exists() else ""))
        more = [f"and {numbered(len(lines) - _SHOWN, 'transcript')} more"] if len(lines) > _SHOWN else []
        for line in (*lines[:_SHOWN], *more):
            run.audience.display.say(line)
        self._take_again(gone)

    def _tell_away(self, away: list[str]) -> None:
        if away != self._away:
            for root in away:
                self.run.audience.display.problem(
                    f"{root}: cannot be read at the moment; its notes are left as they are"
                )
            self._away = away

    def _tell_waiting(self) -> None:
        if not (self._waiting or self._under_way or self.settling.unsettled):
            self._waiting = True
            self.on_waiting()
            self.run.audience.events.tell("waiting")
            self.run.audience.display.say(
                f"waiting for new or changed transcripts in {_listed(self.paths)}; press Ctrl-C to stop"
            )


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(map(str, paths))


def _timed_listing(paths: Sequence[Path]) -> tuple[dict[str, Stamp], list[str], float]:
    """The listing, and the seconds that it took."""
    started = time.monotonic()
    files, away = listing(paths)
    return files, away, time.monotonic() - started
