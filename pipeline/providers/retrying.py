"""How often and when a call is tried again: the one retry loop of the program."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import tenacity

from pipeline.errors import CallError, EndpointError
from pipeline.providers.faults import MissedFormat, NoAnswer, NoAnswerInTime, PushedBack

T = TypeVar("T")
_backoff = tenacity.wait_exponential_jitter(multiplier=0.25, max=20, jitter=0.25)


async def tried_again(
    once: Callable[[], Awaitable[T]],
    first: CallError,
    *,
    attempts: int,
    sleep: Callable[[float], Awaitable[None]],
    on_retry: Callable[[EndpointError], None],
) -> T:
    """The answer after the `first` of `attempts` tries failed, if that may be tried again. Raises the last error."""
    failed = [first]

    async def attempt() -> T:
        if failed:
            raise failed.pop()
        return await once()

    def tell(state: tenacity.RetryCallState) -> None:
        if isinstance(error := _error(state), EndpointError):
            on_retry(error)

    retrying = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(lambda e: isinstance(e, CallError) and e.retryable),
        stop=lambda state: state.attempt_number >= _tries(_error(state), attempts),
        wait=_wait,
        sleep=sleep,
        reraise=True,
        before_sleep=tell,
    )
    answer: T = await retrying(attempt)
    return answer


def _error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _tries(error: BaseException | None, attempts: int) -> int:
    """A server that is not there is given up soon, one that hangs at the second time, one that is busy late."""
    if isinstance(error, PushedBack):
        return 3 * attempts
    if isinstance(error, NoAnswerInTime | MissedFormat):
        return min(2, attempts)
    if isinstance(error, NoAnswer) or (isinstance(error, EndpointError) and error.fatal):
        return min(3, attempts)
    return attempts


def _wait(state: tenacity.RetryCallState) -> float:
    asked = getattr(_error(state), "retry_after", None)
    return float(asked) if asked is not None else float(_backoff(state))
