"""Keys and host names out of recordings, in a way that a replay asks for the same calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.document import StudyDocument
from pipeline.errors import StoreError
from pipeline.evaluation.fixtures import Fixture
from pipeline.llm import Completion, LLMClient, Request
from pipeline.prices import EMBEDDED
from pipeline.prompting import PromptSet
from pipeline.providers.calls import StoredCall
from pipeline.settings import OPENAI_URL, Settings
from pipeline.transcript import Transcript

_LOOKS_LIKE_A_KEY = re.compile(r"\b(?:sk|pk|hf|xai|gsk)[-_][A-Za-z0-9_\-]{16,}|(?<=Bearer )\S{12,}")
PUBLIC = (EMBEDDED, f"https://{urlsplit(OPENAI_URL).hostname}")


def endpoint_label(endpoint: str) -> str:
    """An endpoint as a recording may name it: who is not public is only "endpoint"."""
    return endpoint if endpoint in PUBLIC else "endpoint"


class Scrubber:
    """Marks in the place of secrets, and back. What the transcript itself says is no secret, except the key."""

    def __init__(self, key: str, hosts: Sequence[str], spoken: str) -> None:
        """StoreError when the transcript holds the key. `hosts` are names or addresses with a scheme."""
        if key and key in spoken:
            raise StoreError("the transcript holds the API key", hint="take the key out of the transcript")
        self._spoken = spoken.casefold()
        names = {urlsplit(h).hostname or h for h in hosts if h and h not in PUBLIC}
        self._known = [re.compile(re.escape(key))] if key else []
        self._known += [re.compile(re.escape(n), re.IGNORECASE) for n in sorted(names) if n not in self._spoken]
        self._marks: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """The text with a mark for each secret."""
        for pattern in (*self._known, _LOOKS_LIKE_A_KEY):
            text = pattern.sub(lambda found: self._mark(found[0]), text)
        return text

    def show(self, text: str) -> str:
        """The text with each mark made a secret again."""
        for secret, mark in self._marks.items():
            text = text.replace(mark, secret)
        return text

    def _mark(self, secret: str) -> str:
        if secret.casefold() in self._spoken:
            return secret
        return self._marks.setdefault(secret, f"hidden-secret-{len(self._marks) + 1}")


class Recorder:
    """A client that keeps what it is asked and answered, without secrets.

    An answer is scrubbed before the pipeline sees it, so that a later request that quotes it holds no secret either
    and is found by its key in a replay. `inner` is asked with the secrets in their place.
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
    """The document that `client` gives, and a recorder with all it was asked, without keys and host names."""
    key = settings.api_key or ""
    transcript = fixture.transcript()
    spoken = "\n".join((*(f"{s.speaker or ''}: {s.text}" for s in transcript.segments), *_words(transcript)))
    if key and key in (fixture.folder / fixture.manifest.transcript).read_text("utf-8", errors="replace"):
        raise StoreError("the transcript holds the API key", hint="take the key out of the transcript")
    recorder = Recorder(client, Scrubber(key, [host, settings.base_url or ""], spoken))
    return await fixture.amade(recorder, prompts), recorder


def _words(transcript: Transcript) -> list[str]:
    meta = transcript.metadata
    return [v for v in (meta.title, meta.channel, meta.url, *meta.speakers) if v]
