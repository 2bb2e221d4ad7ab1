"""A client that can be stopped: it asks nothing more, and what is under way still arrives and is stored."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

from pipeline.errors import CallError, EndpointError, PipelineError, ReplayMiss, StoreError, spending
from pipeline.llm import Completion, LLMClient, Request, Usage


class Stoppable:
    """A client that asks nothing more once an error was fatal, or once it is halted.

    `stop` is then told why, once, so that calls which wait for their turn give up too.
    """

    def __init__(self, inner: LLMClient, stop: Callable[[str], None] = lambda because: None) -> None:
        self._inner, self._stop = inner, stop
        self.stopped: PipelineError | None = None

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer; once the run is ended an error like the one that ended it, which took nothing."""
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
        """Nothing more is asked after this."""
        if not self.stopped:
            self.stopped = err
            self._stop(f"no longer asked: {err}")
