"""The `studydoc store` commands: parse, call, print, exit. No logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.console import table

store_app = typer.Typer(
    no_args_is_help=False, help="Show, verify, prune, export or import stored answers.", invoke_without_command=True,
    rich_markup_mode=None,
)  # fmt: skip

Out = Annotated[Path, typer.Option(help="The output folder whose store is meant.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


@store_app.callback(
    epilog="Examples:  studydoc store   |   studydoc store verify --out notes   |   "
    "studydoc store export calls.jsonl   |   studydoc store prune --model gpt-5-mini"
)
def store_show(context: typer.Context, out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Show the stored answers of an output folder: how many, of which model, and what they cost in tokens."""
    if context.invoked_subcommand is None:
        from pipeline.commands import store_rows

        table(store_rows(out))


@store_app.command("verify")
def store_verify(out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Check the file and every stored call against its key; exit 1 when something is wrong."""
    from pipeline.commands import store_faults

    faults = store_faults(out)
    print("\n".join(faults) if faults else "all is well")
    raise typer.Exit(int(bool(faults)))


@store_app.command("prune")
def store_prune(
    model: Annotated[str, typer.Option(help="Whose answers to remove.")],
    out: Out = Path("outputs"),
    debug: Debug = False,
) -> None:
    """Remove the stored answers of a model; they would have to be paid for again."""
    from pipeline.commands import with_store

    print(f"{with_store(out, lambda calls: calls.prune(model))} answers removed")


@store_app.command("export")
def store_export(path: Path, out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Write all stored calls to PATH as JSON lines, a recording."""
    from pipeline.commands import with_store

    print(f"{with_store(out, lambda calls: calls.export(path))} calls written to {path}")


@store_app.command("import")
def store_import(path: Path, out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Take the calls of a recording into the store; those that are there stay."""
    from pipeline.commands import take_in

    print(f"{take_in(out, path)} calls in {path} are in the store now")
