"""Serve the notes of a folder to other programs by the Model Context Protocol. Needs the extra "mcp"."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings import Settings


def serve(folder: Path, settings: Settings) -> None:
    """Serve a folder on standard input and output until the client leaves. Raises SettingsError if it cannot."""
    if not folder.is_dir():
        raise SettingsError(f"{folder}: there is no such folder")
    try:
        from pipeline.mcp_server.server import server_of
    except ImportError as err:
        raise SettingsError(f"studydoc mcp: {err}", hint="pip install 'studydoc[mcp]'") from err
    server = server_of(folder, settings)
    try:
        server.run("stdio")
    except* BrokenPipeError:
        pass  # the client has left
