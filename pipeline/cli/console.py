"""What all commands share at the terminal; quick to load."""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import click

INTERRUPTED = "studydoc: interrupted; every answer so far is stored, run the same command to go on"

T = TypeVar("T")


class InOrder(click.Group):
    """A group whose commands stand in the order of their definition."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """The result of asynchronous work. asyncio is loaded here, since it takes longer than all of `--help`."""
    import asyncio

    return asyncio.run(work)


def tell(message: str) -> None:
    """A message to whoever sits at the terminal, beside what is printed."""
    print(f"studydoc: {message}", file=sys.stderr)


def table(rows: Sequence[tuple[str, str]]) -> None:
    """Prints names and what there is to say of them, in two columns."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
