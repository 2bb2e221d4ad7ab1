"""Work whose answer was cut off, or whose prompt was too long, asked for in halves as long as halves help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pipeline.errors import CallError, ContextTooLong, OutputTruncated

W = TypeVar("W")
A = TypeVar("A")

_MOST_IN_VAIN = 2  # rounds of halves of which every answer was cut: smaller ones would be too, and all are paid for


@dataclass(frozen=True, slots=True)
class Piece(Generic[W, A]):
    """Some of the work with its answer, or with the error in the place of one."""

    work: W
    answer: A | None
    error: CallError | None = None

    @property
    def told(self) -> str:
        """The error in words, "" for none."""
        return str(self.error or "")


async def by_halves(
    work: W, ask: Callable[[W], Awaitable[A]], halves: Callable[[W, CallError], Sequence[W]]
) -> list[Piece[W, A]]:
    """The work in its order, in as many pieces as it took; `halves` gives none for what cannot be halved.

    Halves of a round are asked before any is halved again, and that ends where all of two rounds were cut off: the
    limit is then one that less work does not keep to. Raises a CallError that is fatal.
    """
    pieces, in_vain = [await _tried(work, ask)], 0
    while in_vain < _MOST_IN_VAIN:
        asked: list[Piece[W, A]] = []
        after: list[Piece[W, A]] = []
        for piece in pieces:
            parts = [await _tried(part, ask) for part in _parts(piece, halves)]
            asked += parts
            after += parts or [piece]
        if not asked:
            return pieces
        pieces = after
        in_vain = in_vain + 1 if all(isinstance(p.error, OutputTruncated) for p in asked) else 0
    return [_given_up(p) for p in pieces]


def _parts(piece: Piece[W, A], halves: Callable[[W, CallError], Sequence[W]]) -> Sequence[W]:
    return halves(piece.work, piece.error) if isinstance(piece.error, OutputTruncated | ContextTooLong) else ()


async def _tried(work: W, ask: Callable[[W], Awaitable[A]]) -> Piece[W, A]:
    try:
        return Piece(work, await ask(work))
    except CallError as err:
        if err.fatal:
            raise
        return Piece(work, None, err)


def _given_up(piece: Piece[W, A]) -> Piece[W, A]:
    if not isinstance(piece.error, OutputTruncated):
        return piece
    told = "every answer stopped at the token limit, those for smaller parts too"
    return replace(piece, error=OutputTruncated(told, hint="try another model, or one that may answer at more length"))
