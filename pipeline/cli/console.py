"""What all commands use at the terminal; fast to import."""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import click

INTERRUPTED_LINE = "studydoc: interrupted; every answer so far is stored: run the same command again to resume"

T = TypeVar("T")


class InOrder(click.Group):
    """A group that lists its commands in the order of their definition.

    An option given before the command counts as given after it; it is an error if the command does not take it.
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
    """Print a message for the user on stderr, in one visible line; results go to stdout."""
    from pipeline.text import clean  # not needed for --help

    print(f"studydoc: {clean(message)}", file=sys.stderr)


def table(rows: Sequence[tuple[str, str]]) -> None:
    """Print rows of a name and a value in two columns."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
