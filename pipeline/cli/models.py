"""`studydoc models`: the embedded model, and those of an endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import awaited, table
from pipeline.cli.options import BaseUrl, Debug, Model

app = typer.Typer(
    no_args_is_help=False, help="Show, fetch or remove models.", invoke_without_command=True, rich_markup_mode=None
)


@app.callback(
    epilog="Examples:  studydoc models   |   studydoc models fetch   |   studydoc models fetch --from model.gguf"
)
def models(context: typer.Context, model: Model = None, base_url: BaseUrl = None, debug: Debug = False) -> None:
    """Show the embedded model and, when an endpoint is set, its models."""
    if context.invoked_subcommand is None:
        from pipeline.doctor import run_models
        from pipeline.settings import load_settings

        table(awaited(run_models(load_settings(model=model, base_url=base_url))))


@app.command()
def fetch(
    source: Annotated[Path | None, typer.Option("--from", help="A file with the model, fetched elsewhere.")] = None,
    debug: Debug = False,
) -> None:
    """Fetch the embedded model (1.1 GB); a cut download goes on where it stopped."""
    from pipeline.cli.screen import Screen
    from pipeline.providers import weights

    with Screen() as screen:
        path = weights.fetch(screen.download, source=source)
    print(path)


@app.command()
def remove(debug: Debug = False) -> None:
    """Remove the embedded model from the cache."""
    from pipeline.providers import weights

    print(f"removed {weights.remove() >> 20} MB")
