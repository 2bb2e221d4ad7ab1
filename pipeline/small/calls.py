"""Calls whose failure costs what they ask for and no more."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import CallError


@dataclass(frozen=True)
class FailedCall:
    """A call that failed in a way that costs what it asked for and no more."""

    reason: str


def survivable(err: CallError) -> FailedCall:
    """The failure of a call that the document survives; an error that ends the document is raised."""
    if err.fatal:
        raise err
    return FailedCall(str(err))
