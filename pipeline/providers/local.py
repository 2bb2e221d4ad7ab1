"""The embedded model: llama.cpp's OpenAI-compatible server inside this process, on a loopback port, with a key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.errors import WeightsError
from pipeline.providers.endpoint import Endpoint

CONTEXT_TOKENS = 8192
# Threads that wait for each other first spin, for 10 ms or more. Next to other programs that takes CPU time from the
# very threads they wait for. On an idle machine they wait 0.1 ms for each other. Read when the library is loaded.
_SPIN = ("GOMP_SPINCOUNT", "2000")


class EmbeddedServer:
    """A context manager that serves a model file at `endpoint`. Loading takes some seconds.

    `states` is the folder, created if necessary, for the saved states of prompt prefixes; None if it cannot be created.
    Up to `slots` calls, which share `context` tokens, are answered together: four take as long as two one by one.
    """

    def __init__(
        self,
        weights: Path,
        model: str,
        *,
        port: int = 0,
        threads: int | None = None,
        context: int = CONTEXT_TOKENS,
        deadline: float = 900.0,
        states: Path | None = None,
        slots: int = 1,
    ) -> None:
        self.states, self.slots, self.context = states, slots, context
        self._weights, self._model, self._port = weights, model, port
        self._deadline = deadline
        self._threads = threads or usable_cores()
        self._key = secrets.token_hex(16)
        self._server: Any = None

    def __enter__(self) -> EmbeddedServer:
        os.environ.setdefault(*_SPIN)
        import xllamacpp

        if self.states:
            try:
                self.states.mkdir(parents=True, exist_ok=True)
            except OSError:  # they only save time
                self.states = None
        try:
            self._server = xllamacpp.Server(self._params(xllamacpp))
        except RuntimeError as err:
            raise WeightsError(
                f"{self._weights.name}: the model cannot be loaded: {err}",
                hint="the file may be damaged, or its kind of model too new: fetch it again, or use another",
            ) from err
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None) -> None:
        self._server = None  # the server stops when its last reference is gone

    @property
    def endpoint(self) -> Endpoint:
        """Where the model answers: one call at a time for each slot."""
        return Endpoint(
            base_url=f"{self._server.listening_address}/v1",
            model=self._model,
            api_key=self._key,
            deadline=self._deadline,
            attempts=2,
            concurrency=self.slots,
            strict_limits=True,
            room=0,  # thinking is turned off
        )

    def _params(self, xllamacpp: Any) -> Any:
        params = xllamacpp.CommonParams()
        params.model.path = str(self._weights)
        params.model_alias = {self._model}  # otherwise answers would contain the file's path
        params.n_ctx = self.context
        params.n_parallel = self.slots
        params.kv_unified = True  # a long conversation may use what others do not
        params.cache_idle_slots = False  # keeps a prompt prefix in every slot
        params.port = self._port
        params.api_keys = [self._key]
        params.verbosity = -1
        params.ui = False
        params.warmup = False
        params.enable_reasoning = 0  # thought would use up the tokens of the answer
        params.cpuparams.n_threads = self._threads
        params.cpuparams_batch.n_threads = self._threads
        if self.states:
            params.slot_save_path = f"{self.states}{os.sep}"
        return params


def usable_cores() -> int:
    """The number of CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
