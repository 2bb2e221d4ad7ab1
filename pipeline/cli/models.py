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
    epilog="Examples:  studydoc models   |   studydoc models fetch   |   studydoc models add ~/qwen3-4b.gguf   |   "
    "studydoc make talk.vtt --model qwen3-4b.gguf"
)
def models(context: typer.Context, model: Model = None, base_url: BaseUrl = None, debug: Debug = False) -> None:
    """Show the embedded model, model files that were added and, when an endpoint is set, its models."""
    if context.invoked_subcommand is None:
        from pipeline.doctor import run_models
        from pipeline.settings import load_settings

        table(awaited(run_models(load_settings(model=model, base_url=base_url))))


@app.command(epilog="Examples:  studydoc models fetch   |   studydoc models fetch --from downloads/model.gguf")
def fetch(
    source: Annotated[Path | None, typer.Option("--from", help="A file with the model, fetched elsewhere.")] = None,
    debug: Debug = False,
) -> None:
    """Fetch the embedded model (1.1 GB). A cut download goes on where it stopped."""
    from pipeline.cli.screen import Screen
    from pipeline.providers import weights

    with Screen() as screen:
        path = weights.fetch(screen.download, source=source)
    print(path)


@app.command(
    epilog="Examples:  studydoc models add ~/qwen3-4b.gguf   |   "
    "studydoc models add https://example.org/qwen3-4b.gguf --sha256 9f2c…"
)
def add(
    source: Annotated[str, typer.Argument(metavar="PATH|URL", help="A GGUF file, or its https address.")],
    sha256: Annotated[str | None, typer.Option(help="What the file's sha256 has to be.")] = None,
    debug: Debug = False,
) -> None:
    """Take a model file into the models folder. `--model NAME.gguf` then runs it."""
    from pipeline.cli.screen import Screen
    from pipeline.providers import model_files

    with Screen() as screen:
        path = model_files.add(source, screen.download, sha256)
    print(path)


@app.command(epilog="Examples:  studydoc models remove   |   studydoc models remove qwen3-4b.gguf")
def remove(
    name: Annotated[
        str | None, typer.Argument(help="A model file that was added.  [default: the embedded model]")
    ] = None,
    debug: Debug = False,
) -> None:
    """Remove a model from the models folder."""
    from pipeline.providers import model_files, weights

    print(f"removed {(model_files.remove(name) if name else weights.remove()) >> 20} MB")
