"""What all commands share at the terminal; quick to load."""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import click

INTERRUPTED_LINE = "studydoc: interrupted; every answer so far is stored: run the same command again to resume"

T = TypeVar("T")


class InOrder(click.Group):
    """A group whose commands stand in the order of their definition.

    An option that stands before a command holds for it, as it does behind it; one that it does not take is an error.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name and command and not ctx.resilient_parsing:
            accepted = {p.name for p in command.params}
            for option in self._typed(ctx):
                if option.name not in accepted:
                    raise click.UsageError(f"{ctx.command_path} {name} does not take {option.opts[0]}", ctx)
            ctx.default_map = {name: {option.name: ctx.params[option.name] for option in self._typed(ctx)}}
        return name, command, rest

    def _typed(self, ctx: click.Context) -> list[Any]:
        command_line = click.core.ParameterSource.COMMANDLINE
        return [p for p in self.params if p.expose_value and ctx.get_parameter_source(str(p.name)) == command_line]


def examples(*commands: str) -> str:
    """The end of a help text: commands to copy, one per row."""
    return "\n".join(("\b\nExamples:", *(f"  {command}" for command in commands)))  # \b: click keeps the rows


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
