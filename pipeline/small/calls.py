"""Calls whose failure costs only what they asked for."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import CallError


@dataclass(frozen=True)
class FailedCall:
    """A call that failed without ending the document; only what it asked for is missing."""

    reason: str


def survivable(err: CallError) -> FailedCall:
    """The failure of a call as a value; an error that ends the document is raised."""
    if err.fatal:
        raise err
    return FailedCall(str(err))
