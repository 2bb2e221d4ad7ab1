"""`studydoc doctor`: what an endpoint can do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import awaited, table
from pipeline.cli.options import BaseUrl, Debug, Effort, Model

app = typer.Typer()

Out = Annotated[Path | None, typer.Option(help="The output folder whose store learns of it.  [default: outputs]")]


@app.command(
    epilog="Examples:  studydoc doctor   |   studydoc doctor --base-url http://localhost:11434/v1 --model qwen3   |   "
    "studydoc doctor --model qwen3-4b.gguf"
)
def doctor(
    model: Model = None, base_url: BaseUrl = None, out: Out = None, effort: Effort = None, debug: Debug = False
) -> None:
    """Probe the endpoint, and tell what `make` will do with it."""
    from pipeline.doctor import run_doctor
    from pipeline.settings import load_settings

    code, rows = awaited(run_doctor(load_settings(model=model, base_url=base_url, out=out, reasoning_effort=effort)))
    table(rows)
    raise typer.Exit(code)
