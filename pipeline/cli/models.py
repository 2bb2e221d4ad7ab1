"""`studydoc models`: the embedded model, and those of an endpoint."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import InOrder, awaited, examples, table
from pipeline.cli.options import PATH, base_url, debug, model


@click.group(
    cls=InOrder,
    invoke_without_command=True,
    epilog=examples(
        "studydoc models",
        "studydoc models fetch",
        "studydoc models add ~/qwen3-4b.gguf",
        "studydoc make talk.vtt --model qwen3-4b.gguf",
    ),
)
@model
@base_url
@debug
@click.pass_context
def command(context: click.Context, model: str | None, base_url: str | None) -> None:
    """List, fetch, add or remove models. Without a command: list the built-in one, files and the endpoint's."""
    if context.invoked_subcommand is None:
        from pipeline.doctor import run_models
        from pipeline.settings import load_settings

        table(awaited(run_models(load_settings(model=model, base_url=base_url))))


@command.command(epilog=examples("studydoc models fetch", "studydoc models fetch --from downloads/model.gguf"))
@click.option("--from", "source", type=PATH, help="A copy of the model file, downloaded elsewhere.")
@debug
def fetch(source: Path | None) -> None:
    """Download the built-in model (1.1 GB). An interrupted download resumes where it stopped."""
    from pipeline.cli.screen import Screen
    from pipeline.providers import weights

    with Screen() as screen:
        path = weights.fetch(screen.download, source=source)
    print(path)


@command.command(
    epilog=examples(
        "studydoc models add ~/qwen3-4b.gguf", "studydoc models add https://example.org/qwen3-4b.gguf --sha256 9f2c…"
    )
)
@click.argument("source", metavar="PATH|URL", help="A GGUF file, or its https address.")
@click.option("--sha256", help="The SHA-256 that the file must have.")
@debug
def add(source: str, sha256: str | None) -> None:
    """Add a model file to the models folder. Then use it with `--model NAME.gguf`."""
    from pipeline.cli.screen import Screen
    from pipeline.providers import model_files

    with Screen() as screen:
        path = model_files.add(source, screen.download, sha256)
    print(path)


@command.command(epilog=examples("studydoc models remove", "studydoc models remove qwen3-4b.gguf"))
@click.argument("name", required=False, help="A model file that was added.  [default: the built-in model]")
@debug
def remove(name: str | None) -> None:
    """Remove a model from the models folder."""
    from pipeline.providers import model_files, weights

    print(f"removed {(model_files.remove(name) if name else weights.remove()) >> 20} MB")
