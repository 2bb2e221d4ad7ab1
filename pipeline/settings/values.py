"""Fields of settings: each reads its value as a flag, a variable or a file gives it. ValueError says what is wrong.

Pydantic would do the same and takes longer to load than all else of a run that has nothing to make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

Read = Callable[[Any], Any]
Decides = Literal["transcript", "notes", "page"]  # how a transcript is read, what is noted of it, how that is printed
N = TypeVar("N", int, float)
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def value(read: Read, default: Any = None, *, decides: Decides | None = None) -> Any:
    """A field that `read` reads; with no default it may be None, which stands for not set."""
    return field(default=default, metadata={"read": read, "decides": decides})


def read(metadata: Any, given: Any, default: Any) -> Any:
    """The value of a field that `value` made, or any other's as it is given. ValueError when it makes no sense."""
    unset = given is None and default is None
    return given if unset or "read" not in metadata else metadata["read"](given)


def text(given: Any) -> str:
    """A string that can be written as UTF-8."""
    found = _string(given)
    if any("\ud800" <= c <= "\udfff" for c in found):  # what Python makes of bytes that are no UTF-8
        raise ValueError(f"{given!r} is no UTF-8")
    return found


def path(given: Any) -> Path:
    """A path, of whatever bytes the file system has: they need not be UTF-8."""
    if given == "":  # Path would take it for the working folder
        raise ValueError("an empty path: is a variable unset?")
    return Path(_string(str(given) if isinstance(given, Path) else given))


def _string(given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is no text")
    if "\0" in given:
        raise ValueError(f"{given!r} holds a NUL")
    return given


def switch(given: Any) -> bool:
    """True or false, or a word for it."""
    word = str(given).lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(f"{given!r} is neither true nor false")
    return word in _TRUE


def one_of(literal: Any) -> Read:
    """One of the words of a Literal."""
    words = get_args(literal)

    def chosen(given: Any) -> Any:
        if given not in words:
            raise ValueError(f"{given!r} is not one of {', '.join(words)}")
        return given

    return chosen


def whole(least: int, most: int = 10**12) -> Read:
    """A whole number of at least and at most so much; no limit is far beyond what anyone counts here."""

    def number(given: Any) -> int:
        try:
            found = int(given) if isinstance(given, str) else given
        except ValueError:
            found = None
        if not isinstance(found, int) or isinstance(found, bool):
            raise ValueError(f"{given!r} is no whole number")
        return _within(found, least, most, "at least")

    return number


def positive(most: float = 10**12) -> Read:
    """A number above 0, of at most so much."""

    def number(given: Any) -> float:
        try:
            found = None if isinstance(given, bool) else float(given)
        except (TypeError, ValueError):
            found = None
        except OverflowError:  # whole numbers have no end, others do
            raise ValueError(f"{_short(given)} is too large") from None
        if found is None:
            raise ValueError(f"{given!r} is no number")
        if not found > 0:
            raise ValueError(f"{given} is not above 0")
        return _within(found, 0, most, "above")

    return number


def _within(number: N, least: float, most: float, bound: str) -> N:
    if not least <= number <= most:
        raise ValueError(f"{_short(number)} is not {bound} {least:,} and at most {most:,}")
    return number


def _short(number: float) -> str:
    digits = str(number)
    return digits if len(digits) <= 30 else f"{digits[:12]}…"
