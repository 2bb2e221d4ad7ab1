"""`studydoc doctor`: what an endpoint can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import awaited, examples, table
from pipeline.cli.options import base_url, debug, effort, model, path_option

if TYPE_CHECKING:
    from pipeline.settings.options import Effort


@click.command(
    epilog=examples(
        "studydoc doctor",
        "studydoc doctor --base-url http://localhost:11434/v1 --model qwen3",
        "studydoc doctor --model qwen3-4b.gguf",
    )
)
@model
@base_url
@path_option("--out", "The output folder whose call store is updated.  [default: outputs]")
@effort
@debug
def command(model: str | None, base_url: str | None, out: Path | None, reasoning_effort: Effort | None) -> int:
    """Test the endpoint and show how `make` will use it. Sends a few short prompts and two as long as a chunk."""
    from pipeline.doctor import run_doctor
    from pipeline.settings import load_settings

    settings = load_settings(model=model, base_url=base_url, out=out, reasoning_effort=reasoning_effort)
    code, rows = awaited(run_doctor(settings))
    table(rows)
    return code
