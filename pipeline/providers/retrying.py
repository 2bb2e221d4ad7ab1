"""How often and when a call is repeated unchanged, after a transport fault or an unreadable answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

import tenacity

from pipeline.errors import EndpointError
from pipeline.providers.faults import (
    EmptyAnswer,
    MissedFormat,
    NoAnswer,
    NoAnswerInTime,
    PushedBack,
    Unreachable,
    Unreadable,
)

_MOST = 3  # times the usual number of tries, in all and while the server is busy
_backoff = tenacity.wait_exponential_jitter(multiplier=0.25, max=20, jitter=0.25)


def retrying(
    attempts: int,
    sleep: Callable[[float], Awaitable[None]],
    on_retry: Callable[[EndpointError, float], None],
    answered: Callable[[], bool],
) -> tenacity.AsyncRetrying:
    """A retrier that makes about `attempts` tries, depending on the fault, and raises the last error.

    `on_retry` gets the error of a failed try, and the seconds that the call will have waited in all by the next one.
    `answered` returns whether the endpoint has answered any call in this run: then an absent server is waited for.
    """
    return tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(lambda err: isinstance(err, EndpointError) and err.retryable),
        stop=_Patience(attempts, answered),
        wait=_wait,
        sleep=sleep,
        reraise=True,
        before_sleep=lambda state: on_retry(_error(state), state.idle_for),
    )


def _error(state: tenacity.RetryCallState) -> EndpointError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, EndpointError)  # no other error is retried
    return error


class _Patience:
    """Decides when to give up: after enough tries that failed in the same way, or enough in all."""

    def __init__(self, attempts: int, answered: Callable[[], bool]) -> None:
        self._attempts, self._answered = attempts, answered
        self._failed: Counter[type[EndpointError]] = Counter()

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        error = _error(state)
        self._failed[type(error)] += 1
        return (
            self._failed[type(error)] >= _tries(error, self._attempts, self._answered())
            or state.attempt_number >= _MOST * self._attempts
        )


def _tries(error: EndpointError, attempts: int, answered: bool) -> int:
    """The number of tries: many if the server is busy or restarts, few if it was never there or each may be paid."""
    if isinstance(error, PushedBack) or (isinstance(error, Unreachable) and answered):
        return _MOST * attempts
    if isinstance(error, NoAnswerInTime | MissedFormat | EmptyAnswer):
        return min(2, attempts)
    if isinstance(error, NoAnswer) or error.fatal:
        return min(3, attempts)
    return min(4, attempts) if isinstance(error, Unreadable) else attempts


def _wait(state: tenacity.RetryCallState) -> float:
    """The time that the server names, but never less than without one: servers name 0 seconds, and dates just past."""
    return max(_error(state).retry_after or 0.0, float(_backoff(state)))
