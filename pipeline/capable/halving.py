"""Ask again for halves of the work if an answer was cut off or a prompt was too long, as long as halving helps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

from pipeline.errors import CallError, ContextTooLong, OutputTruncated

W = TypeVar("W")
A = TypeVar("A")

_MOST_CUT_IN_A_ROW = 9  # answers cut in a row, the last for a sixteenth: smaller ones would be cut too, and cost


async def by_halves(
    work: W,
    ask: Callable[[W], Awaitable[A]],
    halves: Callable[[W, CallError], Sequence[W]],
    failed: Callable[[Sequence[W], str], A],
) -> list[A]:
    """The answers to all pieces of the work, in order.

    `halves` returns the halves of a piece, or nothing if it cannot be halved. `failed` gives a substitute for the
    answers to neighbouring pieces that have none, from these and the reason. Raises a CallError that is fatal.
    """
    halving = _Halving(ask, halves)
    out: list[A] = []
    pieces = await halving.pieces(await halving.answer_to(work))
    for _, stretch in groupby(pieces, lambda piece: isinstance(piece, _Unanswered)):
        neighbours = list(stretch)
        if unanswered := [piece for piece in neighbours if isinstance(piece, _Unanswered)]:
            out.append(failed([piece.work for piece in unanswered], _reason([piece.error for piece in unanswered])))
        out += [piece for piece in neighbours if not isinstance(piece, _Unanswered)]
    return out


@dataclass(frozen=True, slots=True)
class _Unanswered(Generic[W]):
    """A piece of work whose call failed, and the error."""

    work: W
    error: CallError


class _Halving(Generic[W, A]):
    """Asks for pieces of work; both halves of a piece are tried before either is halved again.

    After too many cut answers in a row, nothing is halved any more. Stored answers of an earlier run cost nothing and
    do not count.
    """

    def __init__(self, ask: Callable[[W], Awaitable[A]], halves: Callable[[W, CallError], Sequence[W]]) -> None:
        self._ask, self._halves = ask, halves
        self._cut_in_a_row = 0

    async def answer_to(self, work: W) -> A | _Unanswered[W]:
        """The answer to a piece of work, or its failure."""
        try:
            answer = await self._ask(work)
        except CallError as err:
            if err.fatal:
                raise
            self._cut_in_a_row += isinstance(err, OutputTruncated) and err.billed
            return _Unanswered(work, err)
        self._cut_in_a_row = 0
        return answer

    async def pieces(self, piece: A | _Unanswered[W]) -> list[A | _Unanswered[W]]:
        """The answers to a piece that has been tried, halved as often as necessary."""
        if not isinstance(piece, _Unanswered):
            return [piece]
        parts = [await self.answer_to(part) for part in self._parts(piece)]
        out: list[A | _Unanswered[W]] = []
        for part in parts:
            out += await self.pieces(part)
            if not all(isinstance(answer, _Unanswered) for answer in out):
                self._cut_in_a_row = 0
        return out or [piece]

    def _parts(self, piece: _Unanswered[W]) -> Sequence[W]:
        if self._cut_in_a_row >= _MOST_CUT_IN_A_ROW or not isinstance(piece.error, OutputTruncated | ContextTooLong):
            return ()
        return self._halves(piece.work, piece.error)


def _reason(errors: Sequence[CallError]) -> str:
    """Why neighbouring pieces have no answer: one reason of each kind, since messages may differ in request numbers."""
    reasons: dict[type[CallError], str] = {}
    for error in errors:
        reasons.setdefault(type(error), str(error))
    if sum(isinstance(error, OutputTruncated) for error in errors) > 1:
        hint = "try another model, or one that allows longer answers"
        cut = OutputTruncated("every answer stopped at the token limit, even those for smaller parts", hint=hint)
        reasons[OutputTruncated] = str(cut)
    return "; ".join(reasons.values())
