"""`studydoc mcp`: the notes of a folder for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import examples
from pipeline.cli.options import PATH, Flags, debug, path_option, takes_settings


@click.command(
    epilog=examples("studydoc mcp lectures/", "studydoc mcp /home/me/talks --out /home/me/notes --max-cost 2")
)
@click.argument("folder", type=PATH, help="The folder with the transcripts.")
@takes_settings(out=path_option("--out", "Where notes are read and written.  [default: outputs/ in that folder]"))
@debug
def command(flags: Flags, folder: Path) -> None:
    """Serve a folder's notes to assistants. They use the Model Context Protocol (MCP): docs/programs.md."""
    from pipeline.mcp_server import serve
    from pipeline.settings import load_settings

    # Clients start servers in folders that nobody chose: notes go where the transcripts are.
    serve(folder, load_settings({"out": folder / "outputs"}, **flags))
