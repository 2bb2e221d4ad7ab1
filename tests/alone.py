"""Documents made by `make` on one machine, to compare with those made in other ways."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from pipeline.batches.options import Input
from pipeline.batches.single_machine import make_documents
from pipeline.cli.screen import Screen
from pipeline.events import Events
from pipeline.settings import Settings
from pipeline.transcript import Metadata


def made_alone(talks: Path, settings: Settings) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and rows of a run on this machine."""
    display, given = Screen(quiet=True), Input(settings.encoding, settings.format)
    return make_documents([talks], settings, Metadata(), display, Events(), given, lambda page: None, nullcontext)
