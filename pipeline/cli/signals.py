"""Signals that end work in an event loop: the first ends it in order, the second at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ended_by_signals(end: Callable[[], None], say: Callable[[str], None]) -> Iterator[list[int]]:
    """Call `end` at the first SIGINT or SIGTERM, and cancel the running task at the second; a third kills.

    Yields the list of signals received so far. A signal that the program was started to ignore, as in the background
    of a shell, stays ignored.
    """
    task, caught = asyncio.current_task(), list[int]()
    assert task is not None
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]

    def on_signal(number: int) -> None:
        caught.append(number)
        if len(caught) == 1:
            say("stopping: running calls finish and their answers are stored; press Ctrl-C again to stop at once")
            end()
        else:
            _handle(heard, None)
            task.cancel()

    _handle(heard, on_signal)
    try:
        yield caught
    finally:
        _handle(heard, None)


def _handle(numbers: list[signal.Signals], handler: Callable[[int], None] | None) -> None:
    """Have the loop call `handler` for each of these signals; None restores their usual effect."""
    loop = asyncio.get_running_loop()
    for number in numbers:
        try:
            loop.add_signal_handler(number, handler, number) if handler else loop.remove_signal_handler(number)
        except NotImplementedError:  # Windows
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            call = (lambda n, _: loop.call_soon_threadsafe(handler, n)) if handler else usual
            signal.signal(number, call)
