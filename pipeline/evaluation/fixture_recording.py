"""Records a fixture: runs it with a client that keeps requests and answers, without secrets."""

from __future__ import annotations

from dataclasses import replace

from pipeline.document import StudyDocument
from pipeline.errors import ReplayMiss
from pipeline.evaluation.fixtures import Fixture
from pipeline.evaluation.scrubbing import Scrubber
from pipeline.llm import Completion, LLMClient, Request
from pipeline.llm.prompting import PromptSet
from pipeline.providers.calls import RecordedCalls, StoredCall
from pipeline.settings import Settings


class SecretInAnswers(ReplayMiss):
    """Without the secrets in its answers, a run makes a call that is not among the recordings."""


class RecordingFirst:
    """A client that answers from a recording, if there is one, before it asks `inner`.

    If `renewable`, another answer may be requested in place of an unusable recorded one.
    """

    def __init__(self, recording: RecordedCalls | None, inner: LLMClient, *, renewable: bool = False) -> None:
        self._recording, self._inner, self._renewable = recording, inner, renewable
        self.model = inner.model

    async def complete(self, request: Request) -> Completion:
        """The recorded answer, unless the request is to replace it or there is none."""
        answer = self._recording.get(request.key(self.model)) if self._recording else None
        if answer is None or request.instead_of:
            return await self._inner.complete(request)
        return replace(answer, cached=True, renewable=self._renewable)


class Recorder:
    """A client that stores requests and answers, without secrets.

    An answer is scrubbed before the pipeline sees it, so that later requests that quote it contain no secrets either,
    and have the same keys in a replay. Requests to `inner` have the secrets restored.
    """

    def __init__(self, inner: LLMClient, scrubber: Scrubber) -> None:
        self._inner, self._scrubber, self.model = inner, scrubber, inner.model
        self.calls: dict[str, StoredCall] = {}

    async def complete(self, request: Request) -> Completion:
        """The scrubbed answer."""
        shown = tuple(replace(m, content=self._scrubber.show(m.content)) for m in request.messages)
        answer = await self._inner.complete(replace(request, messages=shown))
        hidden = replace(answer, text=self._scrubber.hide(answer.text), model=self._scrubber.hide(answer.model))
        key = request.key(self.model)
        self.calls[key] = StoredCall(key, request.identity(self.model), hidden)
        return hidden


async def recorded(
    fixture: Fixture, client: LLMClient, settings: Settings, prompts: PromptSet, host: str
) -> tuple[StudyDocument, Recorder]:
    """The document made with `client`, and a recorder with all of its calls, without keys and host names.

    Raises ReplayMiss if `client` only replays and lacks a call; SecretInAnswers if secrets were left out before that.
    """
    transcript = fixture.transcript()
    lines = (f"{s.speaker or ''}: {s.text}" for s in transcript.segments)
    file_text = (fixture.folder / fixture.manifest.transcript).read_text("utf-8", errors="replace")
    spoken = "\n".join((file_text, *lines, *transcript.metadata.texts))
    scrubber = Scrubber(settings.keys, [host, settings.base_url or ""], spoken)
    recorder = Recorder(client, scrubber)
    try:
        return await fixture.amade(recorder, prompts), recorder
    except ReplayMiss as err:
        if not scrubber.has_hidden:
            raise
        raise SecretInAnswers(
            "the stored answers contain the endpoint's address or something like an API key. A fixture leaves that "
            f"out, and without it the run makes another call: {err.args[0]}",
            hint="run studydoc make with the same settings, or if that was done, with another model",
        ) from err
