"""`studydoc make --watch` at the terminal: what it prints, and its exit code."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.batches.watching import Watched, watch_documents
from pipeline.cli.exporting import Exports, row_lines
from pipeline.cli.options import has_debug
from pipeline.cli.screen import Screen
from pipeline.cli.signals import ended_by_signals
from pipeline.errors import EXIT_INTERRUPTED, EXIT_LIMIT
from pipeline.events import open_events
from pipeline.providers.limited import LimitReached
from pipeline.settings import Settings
from pipeline.transcript import Metadata


def run_watch(
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    log: Path | None,
    exports: Exports,
    *,
    settle: float,
    quiet: bool,
    as_json: bool,
) -> int:
    """Watch until a signal or a fatal error; the exit code.

    The first signal lets running calls finish, the second drops them. The code is 130 after Ctrl-C, or after SIGTERM if
    documents were cut short; 3 if a limit ended the watch, so that it is not restarted with the limit anew; 1 if
    another error did or an export failed; else 0.
    """
    rows = _Rows(exports, as_json)

    async def watch() -> int:
        ending = asyncio.Event()
        with ended_by_signals(ending.set, screen.say) as caught:
            try:
                ended = await watch_documents(
                    paths,
                    settings,
                    metadata,
                    screen,
                    events,
                    settle=settle,
                    ending=ending,
                    on_row=rows.print_row,
                    on_waiting=rows.index,
                )
            except asyncio.CancelledError:
                return EXIT_INTERRUPTED
            rows.index()
            exports.end()
            return exit_code(ended, caught[0] if caught else None) or exports.failed

    with Screen(quiet, has_debug()) as screen, open_events(log, screen.problem) as events:
        return asyncio.run(watch())


class _Rows:
    """Prints each document's row with its exports, and writes their index again if there is something new."""

    def __init__(self, exports: Exports, as_json: bool) -> None:
        self._exports, self._as_json, self._indexed = exports, as_json, True
        self._stdout = sys.stdout  # before progress bars replace it and send all to stderr

    def print_row(self, row: dict[str, Any]) -> None:
        """Export a document and print its row."""
        if row["page"]:
            self._exports.export_page(Path(row["page"]))
            self._indexed = False
        self._exports.put_into(row)
        for line in row_lines(row, as_json=self._as_json):
            print(line, file=None if self._stdout.isatty() else self._stdout, flush=True)

    def index(self) -> None:
        """Write the index, if documents were made since the last one."""
        if not self._indexed:
            self._exports.index()
            self._indexed = True


def exit_code(ended: Watched, caught: int | None) -> int:
    """The exit code of a watch that a signal or an error ended."""
    if ended.error is not None:
        return EXIT_LIMIT if isinstance(ended.error, LimitReached) else 1
    return EXIT_INTERRUPTED if ended.cut_short or caught == signal.SIGINT else 0
