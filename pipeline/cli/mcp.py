"""`studydoc mcp`: the notes of a folder for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Debug, Flags, takes_settings

app = typer.Typer()

Notes = Annotated[
    Path | None, typer.Option(help="Where the notes are and new ones go.  [default: the folder's own outputs/]")
]


@app.command(
    epilog="Examples:  studydoc mcp lectures/   |   studydoc mcp /home/me/talks --out /home/me/notes --max-cost 2"
)
@takes_settings(out=Notes)
def mcp(
    flags: Flags,
    folder: Annotated[Path, typer.Argument(help="The folder with the transcripts.")],
    debug: Debug = False,
) -> None:
    """Serve the notes of a folder to assistants. They speak the Model Context Protocol: docs/programs.md."""
    from pipeline.mcp_server import serve
    from pipeline.settings import load_settings

    settings = load_settings(**flags)
    if "out" not in settings.model_fields_set:  # clients start servers in folders that nobody chose
        settings = settings.model_copy(update={"out": folder / "outputs"})
    serve(folder, settings)
