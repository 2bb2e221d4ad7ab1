"""What a run reports to machines: JSON events, one per line, and OpenTelemetry spans if its API is installed.

Neither ever contains a prompt, an answer or a key.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO

from pipeline.errors import CallError, SettingsError
from pipeline.llm import Completion, LLMClient, Request, Usage
from pipeline.text import json_line

DOCUMENT: ContextVar[str] = ContextVar("document", default="")  # the transcript that the running task works on
_BEGINNING = re.compile(rb'\{"at": [\d.]+, "event": "')  # of a line, as `Events.tell` writes it


class Events:
    """Writes events to `sink`, if any, and counts retries and looks (calls that check if a prompt was read whole)."""

    def __init__(
        self,
        sink: TextIO | None = None,
        *,
        now: Callable[[], float] = time.time,
        on_failure: Callable[[OSError], None] = lambda err: None,
    ) -> None:
        """`on_failure` is called once, when `sink` cannot be written; the run continues without events."""
        self._sink, self._now, self._on_failure = sink, now, on_failure
        self.retried = self.looks = 0

    @property
    def has_sink(self) -> bool:
        """Whether events are written anywhere."""
        return self._sink is not None

    def tell(self, event: str, **fields: Any) -> None:
        """Write one line: the time, the event, the document and `fields`."""
        if self._sink is None:
            return
        row = {"at": round(self._now(), 3), "event": event, "document": fields.pop("document", None) or DOCUMENT.get()}
        try:
            self._sink.write(json_line(row | fields) + "\n")
            self._sink.flush()
        except OSError as err:
            self._sink = None
            self._on_failure(err)

    def retry(self, request: Request, error: CallError) -> None:
        """Record that a call is about to be retried."""
        self.retried += 1
        self.tell("call retried", name=request.name, why=str(error))

    def look(self, request: Request) -> None:
        """Record that a call is about to be made to check whether another call's prompt was read whole."""
        self.looks += 1
        self.tell("prompt looked at", name=request.name)


@contextmanager
def open_events(path: Path | None, warn: Callable[[str], None]) -> Iterator[Events]:
    """Events to a file (appended), to stderr for "-", or to nobody. Warn if the file cannot be written later on.

    SettingsError if it cannot be opened, or has other contents than events.
    """
    if path is None or str(path) == "-":
        yield Events(sys.stderr if path else None)
        return
    try:
        if path.is_file() and path.stat().st_size and not is_event_log(path):
            raise SettingsError(
                f"{path}: this is not a log of events, and the log would be added to it",
                hint="use another file with --log-json",
            )
        sink = path.open("a", encoding="utf-8")
    except OSError as err:
        raise SettingsError(f"{path}: the log cannot be written: {err.strerror or err}") from err

    def on_failure(err: OSError) -> None:
        warn(f"{path}: the log cannot be written, so the run continues without it: {err.strerror or err}")

    try:
        yield Events(sink, on_failure=on_failure)
    finally:
        with suppress(OSError):  # closing retries a line that could not be written before
            sink.close()


def is_event_log(path: Path) -> bool:
    """Whether a file begins with an event. OSError if it cannot be read."""
    with path.open("rb") as file:
        return _BEGINNING.match(file.read(100)) is not None


class LoggedCalls:
    """A client that logs its calls: all events of a call share an id, and the last one has the tokens it used."""

    def __init__(self, inner: LLMClient, events: Events, endpoint: str) -> None:
        self._inner, self._events, self._span = inner, events, _spans(inner.model, endpoint)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer."""
        call = {"id": request.key(self.model)[:16], "name": request.name} if self._events.has_sink else {}
        self._events.tell("call started", **call)
        started = time.monotonic()
        with self._span(request) as record_answer:
            try:
                completion = await self._inner.complete(request)
            except CallError as err:
                seconds = round(time.monotonic() - started, 3)
                self._events.tell("call failed", **call, **_tokens(err.spent), seconds=seconds, why=str(err))
                raise
            record_answer(completion)
        self._events.tell("call ended", **call, **_fields_of(completion), seconds=round(time.monotonic() - started, 3))
        return completion


class LoggedHits:
    """A client in front of the store that logs which answers were already stored."""

    def __init__(self, inner: LLMClient, events: Events) -> None:
        self._inner, self._events = inner, events

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer."""
        completion = await self._inner.complete(request)
        if completion.cached:
            key = request.key(self.model)[:16]
            self._events.tell("call cached", id=key, name=request.name, **_fields_of(completion))
        return completion


def _fields_of(completion: Completion) -> dict[str, Any]:
    return {"model": completion.model, **_tokens(completion.usage), "finish": completion.finish_reason}


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "cached_prompt_tokens": usage.cached_prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "thought_tokens": usage.thought_tokens,
    }


def _spans(model: str, endpoint: str) -> Callable[[Request], Any]:
    """A function that opens a span per call, named as OpenTelemetry does for generative AI; a no-op without its API."""
    if not find_spec("opentelemetry"):
        return lambda request: nullcontext(lambda completion: None)
    trace: Any = import_module("opentelemetry.trace")
    tracer = trace.get_tracer("studydoc")
    provider = "openai" if "openai.com" in endpoint else "_OTHER"

    @contextmanager
    def span(request: Request) -> Iterator[Callable[[Completion], None]]:
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "gen_ai.request.max_tokens": request.max_tokens,
            "gen_ai.request.temperature": request.temperature,
            "gen_ai.request.seed": request.seed,
            "gen_ai.output.type": "json",
            "server.address": endpoint.rsplit("/", 1)[-1],
            "studydoc.call": request.name,
            "studydoc.document": DOCUMENT.get(),
        }
        kind = trace.SpanKind.CLIENT
        with tracer.start_as_current_span(
            f"chat {model}", kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as current:

            def record_answer(completion: Completion) -> None:
                current.set_attribute("gen_ai.response.model", completion.model)
                current.set_attribute("gen_ai.response.finish_reasons", [completion.finish_reason])
                current.set_attribute("gen_ai.usage.input_tokens", completion.usage.prompt_tokens)
                current.set_attribute("gen_ai.usage.output_tokens", completion.usage.completion_tokens)

            try:
                yield record_answer
            except CallError as err:
                current.set_attribute("error.type", type(err).__name__)
                current.set_status(trace.StatusCode.ERROR)
                raise

    return span
