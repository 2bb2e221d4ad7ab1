"""A client that can be stopped: it makes no further calls, while running ones finish and are stored."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

from pipeline.errors import CallError, EndpointError, PipelineError, ReplayMiss, StoreError, spending
from pipeline.llm import Completion, LLMClient, Request, Usage


class Stoppable:
    """A client that makes no further calls after a fatal error, or once it is halted.

    `stop` is then called once with the reason, so that calls waiting for their turn give up too.
    """

    def __init__(self, inner: LLMClient, stop: Callable[[str], None] = lambda because: None) -> None:
        self._inner, self._stop = inner, stop
        self.stopped: PipelineError | None = None

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer. Once stopped, raises a copy of the error that stopped it, which spent nothing."""
        if self.stopped:
            error = copy(self.stopped)
            raise (spending(error, Usage()) if isinstance(error, CallError) else error) from self.stopped
        try:
            return await self._inner.complete(request)
        except (EndpointError, StoreError, ReplayMiss) as err:
            if not isinstance(err, EndpointError) or (err.fatal and err.ends_run):
                self.halt(err)
            raise

    def halt(self, err: PipelineError) -> None:
        """Make no further calls after this."""
        if not self.stopped:
            self.stopped = err
            self._stop(f"not sent, as the run has ended: {err}")
