"""Calls whose failure costs what they ask for and no more."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import CallError


@dataclass(frozen=True)
class Failed:
    """A call that failed in a way that costs what it asked for and no more."""

    why: str


def survivable(err: CallError) -> Failed:
    """What to tell of an error that the document survives; one that ends it is raised."""
    if err.fatal:
        raise err
    return Failed(str(err))
