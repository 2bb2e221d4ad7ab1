"""`studydoc export`: what was accepted in review."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Debug, Transcripts

app = typer.Typer()


@app.command(
    epilog="Examples:  studydoc export --reviewed outputs/talk.json   |   "
    "studydoc export --reviewed outputs/talk.json --out talk.md"
)
def export(
    paths: Annotated[list[Path], typer.Argument(help="A document, or a folder in which one was reviewed.")],
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Only what was accepted in review.")] = False,
    out: Annotated[Path | None, typer.Option(help="The file to write, .md or .json.  [default: stdout]")] = None,
    transcripts: Transcripts = None,
    as_json: Annotated[bool, typer.Option("--json", help="The record instead of the page.")] = False,
    debug: Debug = False,
) -> None:
    """Write what was accepted in review, and nothing else."""
    from pipeline.errors import SettingsError
    from pipeline.review.exporting import run_export

    if not reviewed:
        raise SettingsError("export takes --reviewed", hint="studydoc make has written the whole notes already")
    text, remarks = run_export(paths, out, transcripts, as_json=as_json)
    for remark in remarks:
        print(f"studydoc: {remark}", file=sys.stderr)
    print(text if out is None else out, end="" if out is None else "\n")
