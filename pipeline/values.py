"""Fields of settings: each reads its value as a flag, a variable or a file gives it. ValueError says what is wrong.

Pydantic would do the same and takes longer to load than all else of a run that has nothing to make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, TypeVar, get_args

Read = Callable[[Any], Any]
N = TypeVar("N", int, float)
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def value(read: Read, default: Any = None) -> Any:
    """A field that `read` reads; with no default it may be None, which stands for not set."""
    return field(default=default, metadata={"read": read})


def read(metadata: Any, given: Any, default: Any) -> Any:
    """The value of a field that `value` made, or any other's as it is given. ValueError when it makes no sense."""
    unset = given is None and default is None
    return given if unset or "read" not in metadata else metadata["read"](given)


def text(given: Any) -> str:
    """A string."""
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is no text")
    return given


def path(given: Any) -> Path:
    """A path."""
    return given if isinstance(given, Path) else Path(text(given))


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


def whole(least: int, most: int | None = None) -> Read:
    """A whole number of at least and at most so much."""

    def number(given: Any) -> int:
        try:
            found = int(given) if isinstance(given, str) else given
        except ValueError:
            found = None
        if not isinstance(found, int) or isinstance(found, bool):
            raise ValueError(f"{given!r} is no whole number")
        return _within(found, least, most, "at least")

    return number


def positive(most: float | None = None) -> Read:
    """A number above 0, of at most so much."""

    def number(given: Any) -> float:
        try:
            found = float(given)
        except (TypeError, ValueError):
            raise ValueError(f"{given!r} is no number") from None
        if not found > 0:
            raise ValueError(f"{given} is not above 0")
        return _within(found, 0, most, "above")

    return number


def _within(number: N, least: float, most: float | None, bound: str) -> N:
    if number < least or (most is not None and number > most):
        limit = f" and at most {most:,}" if most is not None else ""
        raise ValueError(f"{number} is not {bound} {least:,}{limit}")
    return number
