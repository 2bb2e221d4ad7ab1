"""How often and when a call is repeated unchanged, after a transport fault or an unreadable answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import tenacity

from pipeline.errors import EndpointError
from pipeline.providers.faults import MissedFormat, NoAnswer, NoAnswerInTime, PushedBack, Unreachable, Unreadable

_backoff = tenacity.wait_exponential_jitter(multiplier=0.25, max=20, jitter=0.25)


def retrying(
    attempts: int,
    sleep: Callable[[float], Awaitable[None]],
    on_retry: Callable[[EndpointError], None],
    answered: Callable[[], bool],
) -> tenacity.AsyncRetrying:
    """A retrier that makes about `attempts` tries, depending on the fault, and raises the last error.

    `answered` returns whether the endpoint has answered any call in this run: then an absent server is waited for.
    """
    return tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(lambda err: isinstance(err, EndpointError) and err.retryable),
        stop=_Patience(attempts, answered),
        wait=_wait,
        sleep=sleep,
        reraise=True,
        before_sleep=lambda state: on_retry(_error(state)),
    )


def _error(state: tenacity.RetryCallState) -> EndpointError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, EndpointError)  # no other error is retried
    return error


class _Patience:
    """Decides when to give up: after enough tries, or after two identical unreadable answers in a row."""

    def __init__(self, attempts: int, answered: Callable[[], bool]) -> None:
        self._attempts, self._answered, self._last = attempts, answered, ""

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        error = _error(state)
        last, self._last = self._last, str(error)
        return (isinstance(error, Unreadable) and str(error) == last) or (
            state.attempt_number >= _tries(error, self._attempts, self._answered())
        )


def _tries(error: EndpointError, attempts: int, answered: bool) -> int:
    """The number of tries: two if the server hangs, many if it is busy or restarts, few if it was never there."""
    if isinstance(error, PushedBack) or (isinstance(error, Unreachable) and answered):
        return 3 * attempts
    if isinstance(error, NoAnswerInTime | MissedFormat):
        return min(2, attempts)
    if isinstance(error, NoAnswer) or error.fatal:
        return min(3, attempts)
    return attempts


def _wait(state: tenacity.RetryCallState) -> float:
    """The time that the server names, but never less than without one: servers name 0 seconds, and dates just past."""
    return max(_error(state).retry_after or 0.0, float(_backoff(state)))
