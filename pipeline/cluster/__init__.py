"""Beyond one machine: transcripts spread over a Ray cluster, files by fsspec. Needs the extra "ray"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.batches.display import Display
from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.transcript import Metadata


def on_cluster(
    engine: str,
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    display: Display,
    address: str | None = None,
) -> tuple[int, list[dict[str, Any]]]:
    """`studydoc make --on ray`: the exit code, and a row for each transcript."""
    if engine != "ray":
        raise SettingsError(f"--on {engine}: only ray is known")
    try:
        from pipeline.cluster.coordinator import run_on_ray
    except ImportError as err:
        raise SettingsError(f"--on ray: {err}", hint="pip install 'studydoc[ray]', on every node") from err
    return run_on_ray(paths, settings, metadata, display, address)
