"""Exact checks of figures, quotations, names and line numbers, by which code can prove that something is wrong."""

from pipeline.verification.exact import (
    REPEAT,
    check_exactly,
    finding,
    findings,
    with_lines,
    without_repeats,
)
from pipeline.verification.recording import Finding, Kind, Recording

__all__ = [
    "REPEAT",
    "Finding",
    "Kind",
    "Recording",
    "check_exactly",
    "finding",
    "findings",
    "with_lines",
    "without_repeats",
]
