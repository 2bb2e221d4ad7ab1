"""OpenAI's Batch API behind the adapter: uploads requests as JSONL, finds or creates batches, reads their results.

Request bodies and answers are handled by the adapter's own code, so that a call gives the same result either way.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx2
import openai
from openai.types import Batch

from pipeline.errors import CallError, EndpointError, StoreError, spending
from pipeline.llm import Completion, Request, Rung
from pipeline.providers import learning
from pipeline.providers.capabilities import Capabilities
from pipeline.providers.faults import Refused, by_status
from pipeline.providers.http import streaming_client
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.providers.outgoing import Outgoing
from pipeline.providers.refusals import guess, lesson
from pipeline.providers.replies import read_completion

MOST_BYTES = 200_000_000  # size limit of one input file
PATH: Final = "/v1/chat/completions"
_NEWEST = 1_000  # batches searched for one of ours
_TRIES = 5
_OUR_NAME = "studydoc_wave"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a result file: the key of the call, and the body of its answer or its error."""

    key: str
    status: int
    body: dict[str, Any]
    error: str


class AskAgain(CallError):
    """The call must be sent in another way, because its result taught something about the endpoint."""


class NotThere(EndpointError):
    """The endpoint has no such batch or file."""


class ResultsMissing(EndpointError):
    """The file with the answers of a batch is missing, for now or forever. Its calls are paid for."""


class BatchEndpoint(OpenAICompatible):
    """The adapter for whole files of calls."""

    def _http_client(self, transport: httpx2.AsyncBaseTransport | None) -> Any:
        return streaming_client(self.endpoint.base_url)

    @property
    def _patient(self) -> openai.AsyncOpenAI:
        """The SDK client with its own retries, for requests that are safe to repeat."""
        return self._client.with_options(max_retries=_TRIES)

    def line(self, key: str, request: Request, rung: Rung) -> bytes:
        """A line of an input file, with exactly the body that a single call would send."""
        outgoing = self._outgoing(request, replace(self.known, rung=rung, streams=False))
        row = {"custom_id": key, "method": "POST", "url": PATH, "body": outgoing.body}
        return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    def limit(self, request: Request) -> int:
        """The most tokens that a call may take for its answer, including thought."""
        return learning.limit_for(request, self.known, self.endpoint, 0)

    async def upload(self, path: Path) -> str:
        """Upload an input file; its id. Raises StoreError if the file cannot be read."""
        try:
            with self._faults():
                return (await self._patient.files.create(file=path, purpose="batch")).id
        except OSError as err:
            raise StoreError(f"{path}: cannot be read: {err.strerror or err}") from err

    async def find(self, wave: str) -> Batch | None:
        """The batch that was submitted for a wave, or None."""
        looked_through = 0
        with self._faults():
            async for batch in self._patient.batches.list(limit=100):
                looked_through += 1
                if (batch.metadata or {}).get(_OUR_NAME) == wave:
                    return batch
                if looked_through >= _NEWEST:
                    break
        return None

    async def create(self, file: str, wave: str) -> Batch:
        """Submit a batch once: if a failed attempt may have created it, it is looked up before the next one."""
        for attempt in range(_TRIES):
            try:
                with self._faults():
                    return await self._client.batches.create(
                        input_file_id=file, endpoint=PATH, completion_window="24h", metadata={_OUR_NAME: wave}
                    )
            except CallError as err:
                if not err.retryable or attempt + 1 == _TRIES:
                    raise
            await self._sleep(min(2.0**attempt, 20))
            if batch := await self.find(wave):
                return batch
        raise AssertionError("the loop returns or raises")

    async def look(self, batch: str) -> Batch:
        """The current state of a batch."""
        with self._faults():
            return await self._patient.batches.retrieve(batch)

    async def cancel(self, batch: str) -> Batch:
        """Ask the endpoint to stop a batch; answers finished by then are still delivered and paid for."""
        with self._faults():
            return await self._patient.batches.cancel(batch)

    async def results(self, batch: Batch) -> AsyncIterator[Line]:
        """Yield the lines of the output file and the error file, in any order; lines that are not ours are skipped.

        Raises ResultsMissing if the output file is missing. If the error file is missing, its calls get no line.
        """
        if batch.output_file_id:
            try:
                async with aclosing(self._lines(batch.output_file_id)) as lines:
                    async for line in lines:
                        yield line
            except NotThere as err:
                raise ResultsMissing(
                    f"{self.endpoint.address}: the results of batch {batch.id} are missing (HTTP 404)",
                    hint="run studydoc batch collect to look again, or studydoc batch cancel to give them up: "
                    "make --batch then pays for these calls again",
                ) from err
        if batch.error_file_id:
            with suppress(NotThere):
                async with aclosing(self._lines(batch.error_file_id)) as lines:
                    async for line in lines:
                        yield line

    async def _lines(self, file: str) -> AsyncGenerator[Line, None]:
        """The lines of a result file. Only "\\n" ends one, since answers may contain other line separators."""
        unfinished = b""
        with self._faults():
            async with self._patient.files.with_streaming_response.content(file) as response:
                async for piece in response.iter_bytes():
                    *rows, unfinished = (unfinished + piece).split(b"\n")
                    for row in rows:
                        if line := _parsed(row):
                            yield line
        if line := _parsed(unfinished):
            yield line

    def answer(self, line: Line, request: Request, rung: Rung, sent_by: Capabilities) -> Completion:
        """The answer in a result line, for a call that was sent with the capabilities `sent_by`.

        Raises CallError as a single call would, with the tokens spent, and AskAgain if the next job should send the
        call in another way.
        """
        known = replace(sent_by, rung=rung)
        if line.status != 200:
            raise self._refusal(line, request, known)
        outgoing = self._outgoing(request, known)
        with self._faults():
            sent_format = outgoing.body.get("response_format")
            completion = read_completion(line.body, outgoing.messages, self.endpoint, rung, 0.0, sent_format)
        usage = completion.usage
        if completion.finish_reason == "length":
            stopped_at = outgoing.limit if usage.estimated else min(outgoing.limit, usage.completion_tokens)
            learned = learning.from_cut(completion, request, self.known, self.endpoint, stopped_at, outgoing.size)
            if isinstance(learned, learning.MoreRoom):
                self.learn(learned)
                raise spending(AskAgain("the answer was cut off while the model was thinking"), usage)
        if self._ignores_format(completion, request, known) and self.known.rung != rung:
            raise spending(AskAgain("the response format is ignored"), usage)
        self.learn(learning.from_answer(completion, self.known, frozenset()))
        return completion

    def _refusal(self, line: Line, request: Request, known: Capabilities) -> CallError:
        if not line.status:
            return EndpointError(f"{self.endpoint.address}: not answered: {line.error[:200]}", retryable=True)
        body = line.body if line.body.get("error") else {"error": {"message": line.error or f"HTTP {line.status}"}}
        fault = by_status(line.status, body, httpx2.Headers(), self.endpoint)
        if not isinstance(fault, Refused):
            return fault
        outgoing = self._outgoing(request, known)
        if outgoing.outdated(self.known):
            return AskAgain(str(fault))
        learned = lesson(fault.text, outgoing.body, self.known) or guess(outgoing.body, self.known)
        if learned is None:
            return fault
        self.learn(learned)
        return AskAgain(str(fault))

    def _outgoing(self, request: Request, known: Capabilities) -> Outgoing:
        """The call as it is sent with these capabilities."""
        outgoing = Outgoing(request, self.endpoint, self._prompts)
        outgoing.prepare(known)
        return outgoing

    def _classify(self, err: Exception) -> CallError:
        if isinstance(err, openai.NotFoundError):
            return NotThere(
                f"{self.endpoint.address}: no such batch or file, or no Batch API here (HTTP 404)",
                hint="without --batch, the same calls are made one by one",
                fatal=True,
            )
        return super()._classify(err)


def _parsed(raw: bytes) -> Line | None:
    try:
        row = json.loads(raw.decode("utf-8-sig", "replace"))
        response, error = row.get("response") or {}, row.get("error") or {}
        body = response.get("body")
        message = f"{error.get('code') or ''} {error.get('message') or ''}".strip()
        status = int(response.get("status_code") or 0)
        return Line(str(row["custom_id"]), status, body if isinstance(body, dict) else {}, message)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
