"""Beyond one machine: transcripts spread over a Ray cluster, files by fsspec. Needs the extra "ray"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.commands import MakeFlags


def on_cluster(
    engine: str, paths: Sequence[Path], settings: Settings, flags: MakeFlags, address: str | None = None
) -> tuple[int, list[dict[str, Any]]]:
    """`studydoc make --on ray`: the exit code, and a row for each transcript."""
    if engine != "ray":
        raise SettingsError(f"--on {engine}: only ray is known")
    try:
        from pipeline.cluster.command import run_spread
    except ImportError as err:
        raise SettingsError(f"--on ray: {err}", hint="pip install 'studydoc[ray]', on every node") from err
    return run_spread(paths, settings, flags, address)
