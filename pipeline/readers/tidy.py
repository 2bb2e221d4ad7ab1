"""Cleaning, and the end of sentences: used on every line of every file, and so kept fast."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

from pipeline.text import SENTENCE_ENDS, clean

_ENDS = frozenset(SENTENCE_ENDS)
_CLOSING = "'\"”’“»«)]*_」』 \t\u00a0\u202f"


def tidy(text: str) -> str:
    """`clean` for a line, with a shortcut if there is nothing to clean."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    return clean(text)


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, ignoring closing quotation marks and brackets."""
    return text.rstrip(_CLOSING)[-1:] in _ENDS


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Suspend the garbage collector, which would take a third of the time.

    It would search the many small values of a file for cycles, and there are none.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
