"""Fields of settings, each of which parses its value from a flag, variable or file. ValueError says what is wrong.

Pydantic could do this, but takes longer to import than all else in a run that has nothing to make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

Read = Callable[[Any], Any]
Decides = Literal["transcript", "notes", "page"]  # which it affects: how a transcript is read, noted or printed
N = TypeVar("N", int, float)
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def value(read: Read, default: Any = None, *, decides: Decides | None = None) -> Any:
    """A dataclass field whose value `read` parses; without a default it may be None, for not set."""
    return field(default=default, metadata={"read": read, "decides": decides})


def read(metadata: Any, raw: Any, default: Any) -> Any:
    """The parsed value of a field from `value`, or the raw value of any other field. ValueError if it is invalid."""
    unset = raw is None and default is None
    return raw if unset or "read" not in metadata else metadata["read"](raw)


def text(raw: Any) -> str:
    """A non-blank string that is valid UTF-8. A blank one would silently override what is set elsewhere."""
    string = _string(raw)
    if not string.strip():
        raise ValueError("the value is empty: is a variable unset?")
    if any("\ud800" <= c <= "\udfff" for c in string):  # what Python makes of bytes that are no UTF-8
        raise ValueError(f"{raw!r} is not valid UTF-8")
    return string


def path(raw: Any) -> Path:
    """A path, of whatever bytes the file system has: they need not be UTF-8."""
    if raw == "":  # Path would take it for the working folder
        raise ValueError("the path is empty: is a variable unset?")
    return Path(_string(str(raw) if isinstance(raw, Path) else raw))


def _string(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"{raw!r} is not text")
    if "\0" in raw:
        raise ValueError(f"{raw!r} contains a NUL character")
    return raw


def switch(raw: Any) -> bool:
    """A boolean, or a word for it."""
    word = str(raw).lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(f"{raw!r} is neither true nor false")
    return word in _TRUE


def one_of(literal: Any) -> Read:
    """A parser for one of the words of a Literal."""
    words = get_args(literal)

    def chosen(raw: Any) -> Any:
        if raw not in words:
            raise ValueError(f"{raw!r} is not one of {', '.join(words)}")
        return raw

    return chosen


def whole_number(least: int, most: int = 10**12) -> Read:
    """A parser for an integer from `least` to `most`; the default is above any plausible value."""

    def read_whole(raw: Any) -> int:
        try:
            number = int(raw) if isinstance(raw, str) else raw
        except ValueError:
            number = None
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError(f"{raw!r} is not a whole number")
        return _within(number, least, most, "at least")

    return read_whole


def positive(most: float = 10**12) -> Read:
    """A parser for a number above 0, up to `most`."""

    def read_positive(raw: Any) -> float:
        try:
            number = None if isinstance(raw, bool) else float(raw)
        except (TypeError, ValueError):
            number = None
        except OverflowError:  # an integer too large for a float
            raise ValueError(f"{_short(raw)} is too large") from None
        if number is None:
            raise ValueError(f"{raw!r} is not a number")
        if not number > 0:
            raise ValueError(f"{raw} is not above 0")
        return _within(number, 0, most, "above")

    return read_positive


def _within(number: N, least: float, most: float, bound: str) -> N:
    if not least <= number <= most:
        raise ValueError(f"{_short(number)} is out of range: it must be {bound} {least:,} and at most {most:,}")
    return number


def _short(number: float) -> str:
    digits = str(number)
    return digits if len(digits) <= 30 else f"{digits[:12]}…"
